/* Maps to probabilities in a head's tensors. */
#include "core/head.h"

#include "core/base/mem.h"

#include <string.h>

static const char knots_z[] = "calibration.z", knots_p[] = "calibration.p", beta[] = "calibration.beta";

static void drop_tensor(struct head *h, const char *name)
{
    for (size_t i = 0; i < h->n_tensors; i++)
        if (strcmp(h->tensors[i].name, name) == 0) {
            mem_free(h->tensors[i].name);
            mem_free(h->tensors[i].v);
            memmove(h->tensors + i, h->tensors + i + 1, (--h->n_tensors - i) * sizeof *h->tensors);
            return;
        }
}

void head_calibration(const struct head *h, struct calibration *c)
{
    const struct head_tensor *z = head_tensor(h, knots_z), *p = head_tensor(h, knots_p);
    const struct head_tensor *ab = head_tensor(h, beta);
    *c = (struct calibration){.temperature = h->temperature, .a = 1, .b = 1};
    if (ab != NULL) {
        c->kind = CALIBRATION_BETA;
        c->a = ab->v[0];
        c->b = ab->v[1];
        return;
    }
    if (z == NULL || p == NULL) {
        c->kind = h->temperature < 1 || h->temperature > 1 ? CALIBRATION_TEMPERATURE : CALIBRATION_NONE;
        return;
    }
    c->kind = CALIBRATION_ISOTONIC;
    c->knots = z->rows;
    c->z = mem_array(c->knots, sizeof *c->z);
    c->p = mem_array(c->knots, sizeof *c->p);
    memcpy(c->z, z->v, c->knots * sizeof *c->z);
    memcpy(c->p, p->v, c->knots * sizeof *c->p);
}

static void drop_meta(struct head *h, const char *key)
{
    for (size_t i = 0; i < h->n_meta; i++)
        if (strcmp(h->meta_keys[i], key) == 0) {
            mem_free(h->meta_keys[i]);
            mem_free(h->meta_values[i]);
            h->n_meta--;
            memmove(h->meta_keys + i, h->meta_keys + i + 1, (h->n_meta - i) * sizeof *h->meta_keys);
            memmove(h->meta_values + i, h->meta_values + i + 1, (h->n_meta - i) * sizeof *h->meta_values);
            return;
        }
}

void head_set_calibration(struct head *h, const struct calibration *c)
{
    drop_meta(h, HEAD_CALIBRATION_GROUPS);
    drop_tensor(h, knots_z);
    drop_tensor(h, knots_p);
    drop_tensor(h, beta);
    h->temperature = c->temperature;
    if (c->kind == CALIBRATION_BETA)
        head_set_tensor(h, beta, 2, 0, (const double[]){c->a, c->b});
    if (c->kind != CALIBRATION_ISOTONIC)
        return;
    head_set_tensor(h, knots_z, c->knots, 0, c->z);
    head_set_tensor(h, knots_p, c->knots, 0, c->p);
}

bool head_check_calibration(const struct head *h, struct err *err)
{
    const struct head_tensor *z = head_tensor(h, knots_z), *p = head_tensor(h, knots_p), *ab = head_tensor(h, beta);
    if (ab != NULL && !(ab->cols == 0 && ab->rows == 2 && ab->v[0] > 0 && ab->v[1] > 0 && z == NULL && p == NULL))
        return err_set(err, ERR_SCHEMA, "calibration.beta is not two numbers above 0, or stands beside another map");
    if (z == NULL && p == NULL)
        return true;
    bool ok = z != NULL && p != NULL && z->cols == 0 && p->cols == 0 && z->rows == p->rows && z->rows > 0;
    for (size_t i = 0; ok && i < z->rows; i++)
        ok = p->v[i] > 0 && p->v[i] < 1 && (i == 0 || (z->v[i] >= z->v[i - 1] && p->v[i] >= p->v[i - 1]));
    return ok || err_set(err, ERR_SCHEMA, "calibration.z and calibration.p are not the knots of a nondecreasing map");
}
