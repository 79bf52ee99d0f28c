#include "core/ordinal_path.h"

#include "core/base/mem.h"

#include <math.h>
#include <string.h>

struct walk {
    const struct ordinal_path *p;
    size_t levels;
    double *others; /* n x levels: the counts without the fold at hand */
    double *w, *z;  /* d, n */
    double *loss;   /* n x n_l2: mean -log P of the ratings of a row that was left out; NaN: it has none */
    double *weight; /* n: of its ratings */
    bool *rated;    /* folds: do they hold ratings? */
    size_t done, total;
    const struct progress *progress;
    struct ordinal_path_info *info;
};

static bool tick(void *ctx, double done, double total)
{
    struct walk *k = ctx;
    double share = total > 0 ? fmin(1, done / total) : 0;
    k->info->stopped = k->info->stopped || !progress_tick(k->progress, ((double)k->done + share) / (double)k->total, 1);
    return !k->info->stopped;
}

static void weigh(struct walk *k)
{
    const struct ordinal_path *p = k->p;
    for (size_t i = 0; i < p->x->n; i++) {
        for (size_t c = 0; c < k->levels; c++)
            k->weight[i] += p->count[i * k->levels + c];
        k->rated[p->fold[i]] = k->rated[p->fold[i]] || k->weight[i] > 0;
    }
}

/* The counts without fold f. A grade that only f has cannot be predicted by the others. */
static bool leave_out(struct walk *k, const struct ordinal *o, size_t f, struct err *err)
{
    const struct ordinal_path *p = k->p;
    double seen[ORDINAL_LEVELS] = {0};
    for (size_t i = 0; i < p->x->n; i++)
        for (size_t c = 0; c < k->levels; c++) {
            double *to = &k->others[i * k->levels + c];
            *to = p->fold[i] == f ? 0 : p->count[i * k->levels + c];
            seen[c] += *to;
        }
    for (size_t c = 0; c < k->levels; c++)
        if (!(seen[c] > 0))
            return err_set(err, ERR_RANGE,
                           "all ratings of %g are in one fold, so that heads of the others know of none; give other "
                           "--folds or another --seed",
                           o->level[c]);
    return true;
}

static void judge(struct walk *k, const struct ordinal *o, size_t f, size_t j)
{
    const struct ordinal_path *p = k->p;
    design_times(p->x, k->w, k->z);
    for (size_t i = 0; i < p->x->n; i++) {
        double sum = 0;
        if (p->fold[i] != f || !(k->weight[i] > 0))
            continue;
        for (size_t c = 0; c < k->levels; c++)
            if (p->count[i * k->levels + c] > 0)
                sum += p->count[i * k->levels + c] * ordinal_at(o, c, k->z[i]).value;
        k->loss[i * p->n_l2 + j] = sum / k->weight[i];
    }
}

static bool fit_others(struct walk *k, const struct ordinal *from, size_t f, struct err *err)
{
    const struct ordinal_path *p = k->p;
    const struct progress progress = {.tick = tick, .ctx = k};
    struct ordinal o = *from;
    if (!leave_out(k, &o, f, err))
        return false;
    memset(k->w, 0, p->x->d * sizeof *k->w);
    for (size_t j = p->n_l2; j-- > 0; k->done++) {
        struct bt_info info;
        const struct ordinal_fit fit = {p->x, k->others, p->l2[j], p->max_iterations, k->w};
        if (!ordinal_fit(&o, &fit, k->w, &info, &progress, err))
            return false;
        judge(k, &o, f, j);
        k->info->fits++;
        k->info->converged += info.converged;
        k->info->passes += info.passes;
    }
    return true;
}

bool ordinal_path_run(const struct ordinal *o, const struct ordinal_path *p, struct choose_score *score,
                      struct ordinal_path_info *info, const struct progress *progress, struct err *err)
{
    size_t n = p->x->n;
    struct walk k = {.p = p, .levels = o->levels, .progress = progress, .info = info, .total = p->folds * p->n_l2};
    *info = (struct ordinal_path_info){0};
    k.others = mem_block(n, o->levels * sizeof *k.others);
    k.loss = mem_block(n, p->n_l2 * sizeof *k.loss);
    bool ok = (k.others != NULL && k.loss != NULL) ||
              err_set(err, ERR_MEMORY, "no memory for %zu penalties of %zu rated answers", p->n_l2, n);
    k.w = mem_array(p->x->d, sizeof *k.w);
    k.z = mem_array(n, sizeof *k.z);
    k.weight = mem_array(n, sizeof *k.weight);
    k.rated = mem_array(p->folds, sizeof *k.rated);
    if (ok)
        weigh(&k);
    for (size_t i = 0; ok && i < n * p->n_l2; i++)
        k.loss[i] = NAN;
    for (size_t f = 0; ok && f < p->folds; f++)
        if (k.rated[f])
            ok = fit_others(&k, o, f, err);
    if (ok)
        choose_scores(k.loss, n, p->n_l2, k.weight, p->fold, p->folds, score);
    mem_free(k.others);
    mem_free(k.loss);
    mem_free(k.w);
    mem_free(k.z);
    mem_free(k.weight);
    mem_free(k.rated);
    return ok;
}
