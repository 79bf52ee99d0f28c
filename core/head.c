#include "core/head.h"

#include "core/base/mem.h"
#include "core/kernel.h"
#include "core/linalg.h"
#include "core/ordinal.h"

#include <stdint.h>
#include <string.h>

void head_init(struct head *h, const char *kind, const char *const *objectives, size_t k, size_t d)
{
    *h = (struct head){.kind = mem_dup(kind), .k = k, .d = d, .temperature = 1};
    h->W = mem_array(k * d, sizeof *h->W);
    h->b = mem_array(k, sizeof *h->b);
    h->mix = mem_array(k, sizeof *h->mix);
    h->objectives = mem_array(k, sizeof *h->objectives);
    for (size_t i = 0; i < k; i++)
        h->objectives[i] = mem_dup(objectives[i]);
    bool rated = strcmp(kind, "regression") == 0 || strcmp(kind, "ordinal") == 0;
    size_t best = rated ? head_find(h, "helpfulness") : 0;
    if (k > 0)
        h->mix[best < k ? best : 0] = 1;
}

void head_free(struct head *h)
{
    for (size_t i = 0; i < h->k && h->objectives != NULL; i++)
        mem_free(h->objectives[i]);
    for (size_t i = 0; i < h->n_meta; i++) {
        mem_free(h->meta_keys[i]);
        mem_free(h->meta_values[i]);
    }
    for (size_t i = 0; i < h->n_tensors; i++) {
        mem_free(h->tensors[i].name);
        mem_free(h->tensors[i].v);
    }
    head_nets_free(h);
    mem_free(h->tensors);
    mem_free(h->objectives);
    mem_free(h->meta_keys);
    mem_free(h->meta_values);
    mem_free(h->kind);
    mem_free(h->W);
    mem_free(h->b);
    mem_free(h->mix);
    *h = (struct head){0};
}

size_t head_find(const struct head *h, const char *objective)
{
    for (size_t i = 0; i < h->k; i++)
        if (strcmp(h->objectives[i], objective) == 0)
            return i;
    return SIZE_MAX;
}

void head_set_meta(struct head *h, const char *key, const char *value)
{
    for (size_t i = 0; i < h->n_meta; i++)
        if (strcmp(h->meta_keys[i], key) == 0) {
            char *copy = mem_dup(value);
            mem_free(h->meta_values[i]);
            h->meta_values[i] = copy;
            return;
        }
    h->meta_keys = mem_resize(h->meta_keys, (h->n_meta + 1) * sizeof *h->meta_keys);
    h->meta_values = mem_resize(h->meta_values, (h->n_meta + 1) * sizeof *h->meta_values);
    h->meta_keys[h->n_meta] = mem_dup(key);
    h->meta_values[h->n_meta++] = mem_dup(value);
}

const char *head_meta(const struct head *h, const char *key)
{
    for (size_t i = 0; i < h->n_meta; i++)
        if (strcmp(h->meta_keys[i], key) == 0)
            return h->meta_values[i];
    return NULL;
}

const struct head_tensor *head_tensor(const struct head *h, const char *name)
{
    for (size_t i = 0; i < h->n_tensors; i++)
        if (strcmp(h->tensors[i].name, name) == 0)
            return &h->tensors[i];
    return NULL;
}

/* Room for a tensor of that name and shape; an old one of that name is gone. */
static double *place_tensor(struct head *h, const char *name, size_t rows, size_t cols)
{
    struct head_tensor t = {.rows = rows, .cols = cols, .v = mem_array(head_tensor_count(rows, cols), sizeof *t.v)};
    for (size_t i = 0; i < h->n_tensors; i++)
        if (strcmp(h->tensors[i].name, name) == 0) {
            t.name = h->tensors[i].name;
            mem_free(h->tensors[i].v);
            h->tensors[i] = t;
            return t.v;
        }
    t.name = mem_dup(name);
    h->tensors = mem_resize(h->tensors, (h->n_tensors + 1) * sizeof *h->tensors);
    h->tensors[h->n_tensors++] = t;
    return t.v;
}

void head_set_tensor(struct head *h, const char *name, size_t rows, size_t cols, const double *v)
{
    memcpy(place_tensor(h, name, rows, cols), v, head_tensor_count(rows, cols) * sizeof *v);
}

static const char ordinal_levels[] = "ordinal.levels", ordinal_cuts[] = "ordinal.cuts";

/* Output j at z as an expected rating. */
static double expected_rating(const struct head_tensor *levels, const struct head_tensor *cuts, size_t j, double z)
{
    struct ordinal o = {.levels = levels->rows};
    memcpy(o.level, levels->v, levels->rows * sizeof *o.level);
    memcpy(o.cut, cuts->v + j * cuts->cols, cuts->cols * sizeof *o.cut);
    return ordinal_expectation(&o, z);
}

void head_outputs(const struct head *h, const double *x, double *out)
{
    if (h->mlp != NULL) {
        *out = mlp_reward(h->mlp, x);
        return;
    }
    const struct head_tensor *levels = head_tensor(h, ordinal_levels), *cuts = head_tensor(h, ordinal_cuts);
    memcpy(out, h->b, h->k * sizeof *out);
    linalg_gemv(h->W, h->k, h->d, x, 1, out);
    for (size_t j = 0; levels != NULL && j < h->k; j++)
        out[j] = expected_rating(levels, cuts, j, out[j]);
}

static double mixed_outputs(const struct head *h, const double *x)
{
    double *out = mem_array(h->k, sizeof *out);
    head_outputs(h, x, out);
    double sum = linalg_dot(h->mix, out, h->k);
    mem_free(out);
    return sum;
}

double head_reward(const struct head *h, const double *x)
{
    double sum = 0;
    if (h->mlp != NULL)
        return mlp_reward(h->mlp, x);
    if (h->gate != NULL)
        BUG("the reward of a gated head depends on the prompt");
    if (head_tensor(h, ordinal_levels) != NULL)
        return mixed_outputs(h, x);
    for (size_t i = 0; i < h->k; i++)
        if (h->mix[i] != 0)
            sum += h->mix[i] * (linalg_dot(h->W + i * h->d, x, h->d) + h->b[i]);
    return sum;
}

bool head_is_linear(const struct head *h)
{
    return h->mlp == NULL && h->gate == NULL && head_tensor(h, ordinal_levels) == NULL;
}

void head_rewards(const struct head *h, const float *X, size_t n, double *rewards)
{
    double z[HEAD_ROWS];
    memset(rewards, 0, n * sizeof *rewards);
    for (size_t i = 0; i < h->k; i++) {
        if (h->mix[i] == 0)
            continue;
        kernel_choose()->dots_wide(X, n, h->d, h->W + i * h->d, z);
        for (size_t r = 0; r < n; r++)
            rewards[r] += h->mix[i] * (z[r] + h->b[i]);
    }
}

bool head_check_ordinal(const struct head *h, struct err *err)
{
    const struct head_tensor *levels = head_tensor(h, ordinal_levels), *cuts = head_tensor(h, ordinal_cuts);
    if (levels == NULL)
        return true;
    bool ok = levels->cols == 0 && levels->rows >= 2 && levels->rows <= ORDINAL_LEVELS && cuts != NULL &&
              cuts->rows == h->k && cuts->cols == levels->rows - 1;
    for (size_t i = 1; ok && i < levels->rows; i++)
        ok = levels->v[i] > levels->v[i - 1];
    for (size_t i = 0; ok && i < cuts->rows * cuts->cols; i++)
        ok = i % cuts->cols == 0 || cuts->v[i] >= cuts->v[i - 1];
    return ok || err_set(err, ERR_SCHEMA, "ordinal.levels and ordinal.cuts are not levels and the cuts between them");
}
