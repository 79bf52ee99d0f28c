#include "core/ridge_group.h"

#include "core/base/mem.h"

#include <math.h>

static bool same_rows(const double *Y, size_t n, size_t k, size_t a, size_t b)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(Y[i * k + a]) != isnan(Y[i * k + b]))
            return false;
    return true;
}

static double weight_of(const struct ridge_rows *rows, size_t i)
{
    return rows->weight != NULL ? rows->weight[i] : 1;
}

/* The targets that miss what target `first` misses; they are marked as done. */
static void gather(struct ridge_group *g, const struct ridge_rows *rows, const double *Y, size_t k, size_t first,
                   bool *done)
{
    g->targets = mem_array(k, sizeof *g->targets);
    g->which = mem_array(rows->n, sizeof *g->which);
    g->root = mem_array(rows->n, sizeof *g->root);
    for (size_t j = first; j < k; j++)
        if (!done[j] && same_rows(Y, rows->n, k, first, j)) {
            done[j] = true;
            g->targets[g->nt++] = j;
        }
    for (size_t i = 0; i < rows->n; i++) {
        double weight = weight_of(rows, i);
        if (isnan(Y[i * k + first]) || !(weight > 0))
            continue;
        g->which[g->n] = i;
        g->root[g->n++] = sqrt(weight);
        g->sum_weight += weight;
    }
}

static bool check_weights(const struct ridge_rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows->n; i++)
        if (!(weight_of(rows, i) >= 0) || !isfinite(weight_of(rows, i)))
            return err_set(err, ERR_RANGE, "training row %zu has weight %g; a weight is at least 0", i + 1,
                           weight_of(rows, i));
    return true;
}

bool ridge_groups_of(const struct ridge_rows *rows, const double *Y, size_t k, struct ridge_groups *out,
                     struct err *err)
{
    *out = (struct ridge_groups){0};
    if (rows->n == 0 || rows->d == 0 || k == 0)
        return err_set(err, ERR_RANGE, "there are no ratings to train on");
    if (!check_weights(rows, err))
        return false;
    bool *done = mem_array(k, sizeof *done), ok = true;
    out->v = mem_array(k, sizeof *out->v);
    for (size_t j = 0; j < k && ok; j++) {
        if (done[j])
            continue;
        struct ridge_group *g = &out->v[out->n++];
        gather(g, rows, Y, k, j, done);
        if (g->n == 0)
            ok = err_set(err, ERR_RANGE, "target %zu has no value in any training row", j + 1);
    }
    mem_free(done);
    return ok;
}

void ridge_groups_free(struct ridge_groups *g)
{
    for (size_t i = 0; i < g->n; i++) {
        mem_free(g->v[i].targets);
        mem_free(g->v[i].which);
        mem_free(g->v[i].root);
    }
    mem_free(g->v);
    *g = (struct ridge_groups){0};
}
