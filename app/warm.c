#include "app/warm.h"

#include "core/base/mem.h"
#include "core/head.h"
#include "core/linalg.h"

#include <string.h>

bool warm_read(const struct args *args, struct warm *a, struct err *err)
{
    const char *path = args_get(args, "warm-start");
    struct head h;
    *a = (struct warm){0};
    if (path == NULL)
        return true;
    if (!head_load(path, &h, err))
        return err_context(err, "--warm-start");
    if (!head_check_linear(&h, path, err)) {
        head_free(&h);
        return false;
    }
    a->d = h.d;
    a->w = mem_array(h.d, sizeof *a->w);
    for (size_t i = 0; i < h.k; i++) {
        linalg_axpy(h.mix[i] / h.temperature, h.W + i * h.d, a->w, h.d);
        a->bias += h.mix[i] / h.temperature * h.b[i];
        names_add(&a->names, h.objectives[i], strlen(h.objectives[i]), NULL);
    }
    a->k = h.k;
    a->W = mem_array(h.k * h.d, sizeof *a->W);
    memcpy(a->W, h.W, h.k * h.d * sizeof *a->W);
    head_free(&h);
    return digest_file(path, a->sha256, err);
}

void warm_free(struct warm *a)
{
    mem_free(a->w);
    mem_free(a->W);
    names_free(&a->names);
    *a = (struct warm){0};
}

bool warm_fits(const struct warm *a, size_t d, struct err *err)
{
    return a->w == NULL || a->d == d ||
           err_set(err, ERR_CONFLICT, "the head of --warm-start has %zu columns, the embeddings %zu", a->d, d);
}

bool warm_start(const struct warm *a, double beta, double *w, double *bias)
{
    for (size_t j = 0; a->w != NULL && j < a->d; j++)
        w[j] = a->w[j] / beta;
    if (a->w != NULL && bias != NULL)
        *bias = a->bias / beta;
    return a->w != NULL;
}

const double *warm_output(const struct warm *a, const char *name)
{
    size_t j = a->W != NULL ? names_find(&a->names, name, strlen(name)) : NAMES_NONE;
    return j != NAMES_NONE && j < a->k ? a->W + j * a->d : NULL;
}

void warm_json(const struct warm *a, struct json_writer *w)
{
    if (a->w != NULL)
        jw_kstr(w, "warm_start", a->sha256);
}
