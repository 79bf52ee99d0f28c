#include "core/singly.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The fit of one column. */
struct work {
    const struct singly *s;
    const struct many_column *columns;
    size_t m, width; /* of `held` */
    const struct many_opts *o;
    struct singly_out *out;
    struct pair *pairs; /* that the column at hand sees, weighed by its draw */
    size_t n;
    const struct progress *progress;
    size_t done; /* columns */
    bool stopped;
};

/* ---- the order ---- */

struct place {
    struct many_column column;
    size_t j;
};

static bool same_pairs(const struct many_column *a, const struct many_column *b)
{
    return a->left_out == b->left_out && a->draw == b->draw && a->objective == b->objective;
}

/* Columns of the same pairs together, from the largest penalty down. */
static int compare_places(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;
    const struct many_column *x = &a->column, *y = &b->column;
    if (x->left_out != y->left_out)
        return x->left_out < y->left_out ? -1 : 1;
    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    if (x->objective != y->objective)
        return x->objective < y->objective ? -1 : 1;
    if (x->l2 < y->l2 || x->l2 > y->l2)
        return x->l2 > y->l2 ? -1 : 1;
    return a->j < b->j ? -1 : a->j > b->j;
}

static struct place *order(const struct many_column *columns, size_t m)
{
    struct place *at = mem_array(m, sizeof *at);
    for (size_t j = 0; j < m; j++)
        at[j] = (struct place){columns[j], j};
    qsort(at, m, sizeof *at, compare_places);
    return at;
}

/* ---- one column ---- */

static const struct pair *pair_of(const struct many_problem *p, size_t i)
{
    return &p->pairs[p->which != NULL ? p->which[i] : i];
}

static size_t fold_of(const struct many_problem *p, size_t i)
{
    return p->fold != NULL ? p->fold[i] : 0;
}

static bool gather(struct work *k, const struct many_column *c, struct err *err)
{
    const struct many_problem *p = k->s->p;
    if (c->draw != MANY_NONE && c->draw >= p->draws)
        return err_set(err, ERR_RANGE, "there is no draw %zu", c->draw);
    k->n = 0;
    for (size_t i = 0; i < p->n; i++) {
        struct pair *to = &k->pairs[k->n];
        *to = *pair_of(p, i);
        if (c->draw != MANY_NONE)
            to->weight *= p->counts[c->draw * p->n + i];
        k->n += to->weight > 0 && fold_of(p, i) != c->left_out && (c->objective < 0 || to->objective == c->objective);
    }
    return k->n > 0 || err_set(err, ERR_RANGE, "there are no pairs to train on");
}

/* The model of the column at hand: without its ties when there is nothing for them to be fitted to. */
static struct bt_model model_of(const struct work *k)
{
    struct bt_model m = *k->s->model;
    bool tie = false, mixed = false;
    for (size_t i = 0; i < k->n; i++) {
        tie = tie || k->pairs[i].strength == 0;
        mixed = mixed || k->pairs[i].strength != k->pairs[0].strength;
    }
    if (!tie && (m.ties != TIES_GRADED || !mixed))
        m.ties = TIES_NONE;
    return m;
}

static bool tick(void *ctx, double done, double total)
{
    struct work *k = ctx;
    double share = total > 0 ? fmin(1, done / total) : 0;
    k->stopped = k->stopped || !progress_tick(k->progress, ((double)k->done + share) / (double)k->m, 1);
    return !k->stopped;
}

static void keep_margins(struct work *k, size_t j)
{
    const struct many_problem *p = k->s->p;
    size_t d = p->e->d, place = many_held_place(k->columns, j);
    double *row = mem_array(2 * d, sizeof *row);
    for (size_t i = 0; i < p->n; i++) {
        if (fold_of(p, i) != k->columns[j].left_out)
            continue;
        embeddings_row_f64(p->e, pair_of(p, i)->chosen, row);
        embeddings_row_f64(p->e, pair_of(p, i)->rejected, row + d);
        linalg_axpy(-1, row + d, row, d);
        k->out->held[i * k->width + place] = linalg_dot(k->out->W + j * d, row, d);
    }
    mem_free(row);
}

/* Column j from `start` on (NULL: from 0); it keeps that place when the work is to stop already. */
static bool fit_column(struct work *k, size_t j, const double *start, struct err *err)
{
    const struct many_column *c = &k->columns[j];
    const struct embeddings *e = k->s->p->e;
    double *w = k->out->W + j * e->d;
    struct bt_info *info = &k->out->info[j];
    struct ties ties = {0};
    const struct progress progress = {.tick = tick, .ctx = k};
    memset(w, 0, e->d * sizeof *w);
    if (start != NULL)
        memcpy(w, start, e->d * sizeof *w);
    *info = (struct bt_info){.stop = BT_INTERRUPTED};
    if (!gather(k, c, err))
        return false;
    const struct bt_model model = model_of(k);
    const struct fit_opts opts = {.max_iterations = k->o->max_iterations,
                                  .warm = start != NULL,
                                  .threads = k->o->threads,
                                  .memory = k->o->memory,
                                  .model = &model,
                                  .anchor = k->s->anchor != NULL ? k->s->anchor[j] : NULL,
                                  .mu = k->s->anchor != NULL ? k->s->mu : 0,
                                  .ties = &ties};
    const struct singly_fit *own = k->s->fit;
    bool ok = k->stopped || (own != NULL ? own->fit(own->ctx, c, k->pairs, k->n, &opts, w, info, &progress, err)
                                         : fit_pairs(e, k->pairs, NULL, k->n, c->l2, &opts, w, info, &progress, err));
    if (!ok)
        return false;
    k->out->passes += info->passes;
    if (k->out->ties != NULL)
        k->out->ties[j] = model.ties != TIES_NONE ? ties : (struct ties){0};
    if (k->out->held != NULL && c->left_out != MANY_NONE)
        keep_margins(k, j);
    k->done++;
    return true;
}

static bool named(const struct many_column *c, struct err *err)
{
    return c->draw != MANY_NONE       ? err_context(err, "draw %zu", c->draw + 1)
           : c->left_out != MANY_NONE ? err_context(err, "without fold %zu", c->left_out + 1)
                                      : false;
}

bool singly_fit(const struct singly *s, const struct many_column *columns, size_t m, const struct many_opts *o,
                struct singly_out *out, const struct progress *progress, struct err *err)
{
    struct work k = {.s = s, .columns = columns, .m = m, .o = o, .out = out, .progress = progress};
    k.width = many_held_width(columns, m);
    k.pairs = mem_block(s->p->n + 1, sizeof *k.pairs);
    if (k.pairs == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu pairs", s->p->n);
    for (size_t i = 0; out->held != NULL && i < s->p->n * k.width; i++)
        out->held[i] = NAN;
    struct place *at = order(columns, m);
    bool ok = true;
    out->passes = 0;
    for (size_t i = 0; ok && i < m; i++) {
        bool follows = i > 0 && same_pairs(&at[i].column, &at[i - 1].column);
        ok = fit_column(&k, at[i].j, follows ? out->W + at[i - 1].j * s->p->e->d : o->start, err) ||
             named(&at[i].column, err);
    }
    mem_free(at);
    mem_free(k.pairs);
    return ok;
}
