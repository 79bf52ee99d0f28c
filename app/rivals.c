#include "app/rivals.h"

#include "core/base/mem.h"
#include "core/calibration.h"
#include "core/fit.h"
#include "core/linalg.h"

#include <string.h>

enum { HALVES = 2 };

/* The pairs that are measured, and what each head says of them. */
struct bench {
    const struct data *d;
    const struct train_opts *o;
    const struct objectives *objectives;
    const struct part *part;
    size_t n;
    const size_t *which;
    const struct progress *progress;
    double *heads; /* (RIVAL_OWN + k) x d: the shared one, the two joint ones, one for each objective */
    double *z[RIVAL_KINDS], *tempered[RIVAL_KINDS], *p;
    uint64_t *keys;
    size_t *half;
};

/* ---- the other heads ---- */

static bool fit_one(const struct bench *b, const struct pair *pairs, const size_t *which, size_t n, double *w,
                    struct err *err)
{
    struct fit_opts opts = {.max_iterations = b->o->max_iterations, .threads = b->o->threads, .memory = b->o->memory};
    struct bt_info info;
    return fit_pairs(&b->d->e, pairs, which, n, b->o->l2, &opts, w, &info, NULL, err);
}

static bool fit_joint(const struct bench *b, bool equal_parts, double *w, struct err *err)
{
    double sum[MINNORM_MOST] = {0};
    size_t n = b->part->n_fit;
    struct pair *pairs = mem_array(n, sizeof *pairs);
    for (size_t i = 0; i < n; i++) {
        pairs[i] = b->d->pairs.pairs.v[b->part->fit[i]];
        sum[b->objectives->of[b->part->fit[i]]] += pairs[i].weight;
    }
    for (size_t i = 0; i < n && equal_parts; i++)
        pairs[i].weight /= sum[b->objectives->of[b->part->fit[i]]];
    bool ok = fit_one(b, pairs, NULL, n, w, err);
    mem_free(pairs);
    return ok;
}

static bool fit_own(const struct bench *b, size_t objective, double *w, struct err *err)
{
    size_t *which = mem_array(b->part->n_fit, sizeof *which), n = 0;
    for (size_t i = 0; i < b->part->n_fit; i++)
        if (b->objectives->of[b->part->fit[i]] == objective)
            which[n++] = b->part->fit[i];
    bool ok = fit_one(b, b->d->pairs.pairs.v, which, n, w, err);
    mem_free(which);
    return ok;
}

/* *stopped: somebody asked to. */
static bool fit_all(const struct bench *b, const double *w, bool *stopped, struct err *err)
{
    size_t d = b->d->e.d;
    memcpy(b->heads, w, d * sizeof *w);
    bool ok = true;
    for (size_t h = RIVAL_POOLED; h < RIVAL_OWN + b->objectives->k && ok && !*stopped; h++) {
        double *to = b->heads + h * d;
        *stopped = !progress_tick(b->progress, 1, 1);
        ok = h < RIVAL_OWN ? fit_joint(b, h == RIVAL_EQUAL, to, err) : fit_own(b, h - RIVAL_OWN, to, err);
    }
    return ok;
}

/* ---- what they say ---- */

/* A pair of no objective that was fitted has no head of its own: 0 there, and it is counted nowhere. */
static void find_margins(const struct bench *b)
{
    size_t d = b->d->e.d;
    double *x = mem_array(2 * d, sizeof *x);
    for (size_t i = 0; i < b->n; i++) {
        const struct pair *pair = &b->d->pairs.pairs.v[b->which[i]];
        size_t of = b->objectives->of[b->which[i]];
        embeddings_row_f64(&b->d->e, pair->chosen, x);
        embeddings_row_f64(&b->d->e, pair->rejected, x + d);
        linalg_axpy(-1, x + d, x, d);
        for (size_t h = 0; h < RIVAL_KINDS; h++)
            b->z[h][i] = h == RIVAL_OWN && of == SIZE_MAX
                             ? 0
                             : linalg_dot(x, b->heads + (h == RIVAL_OWN ? RIVAL_OWN + of : h) * d, d);
        b->p[i] = pair->p;
        b->keys[i] = b->d->pair_keys[b->which[i]];
    }
    split_folds(b->keys, b->n, HALVES, b->o->seed, b->half);
    mem_free(x);
}

/* Pairs of an objective (k: of any) in one half (HALVES: in both). */
static size_t choose(const struct bench *b, size_t objective, size_t half, size_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        size_t of = b->objectives->of[b->which[i]];
        if (of != SIZE_MAX && (objective == b->objectives->k || of == objective) &&
            (half == HALVES || b->half[i] == half))
            out[n++] = i;
    }
    return n;
}

static struct metric_pairs gather(const struct bench *b, const double *z, const size_t *which, size_t n, double *room)
{
    for (size_t i = 0; i < n; i++) {
        room[i] = z[which[i]];
        room[n + i] = b->p[which[i]];
    }
    return (struct metric_pairs){.z = room, .p = room + n, .n = n};
}

/* Margins of the pairs of an objective by the temperature of the other half; as they are when that has no pairs. */
static bool temper(const struct bench *b, enum rival h, size_t objective, size_t *which, double *room, struct err *err)
{
    for (size_t half = 0; half < HALVES; half++) {
        struct calibration map = {.temperature = 1};
        size_t n = choose(b, objective, 1 - half, which);
        struct metric_pairs others = gather(b, b->z[h], which, n, room);
        if (n > 0 && !calibration_fit(&map, CALIBRATION_TEMPERATURE, &others, err))
            return false;
        n = choose(b, objective, half, which);
        for (size_t i = 0; i < n; i++)
            b->tempered[h][which[i]] = calibration_margin(&map, b->z[h][which[i]]);
        calibration_free(&map);
    }
    return true;
}

/* One temperature a head: those of one objective only have their own. */
static bool temper_all(const struct bench *b, size_t *which, double *room, struct err *err)
{
    size_t k = b->objectives->k;
    for (enum rival h = 0; h < RIVAL_OWN; h++)
        if (!temper(b, h, k, which, room, err))
            return false;
    for (size_t i = 0; i < k; i++)
        if (!temper(b, RIVAL_OWN, i, which, room, err))
            return false;
    return true;
}

/* ---- figures ---- */

/* All heads on n of the pairs, z as they are or tempered; room: (RIVAL_KINDS + 1) n numbers, keys: n. */
static bool compare(const struct bench *b, double *const z[RIVAL_KINDS], const size_t *which, size_t n, double *room,
                    uint64_t *keys, struct compare_head out[RIVAL_KINDS], struct err *err)
{
    const double *margins[RIVAL_KINDS];
    double *p = room + RIVAL_KINDS * n;
    for (size_t h = 0; h < RIVAL_KINDS; h++) {
        margins[h] = room + h * n;
        for (size_t i = 0; i < n; i++)
            room[h * n + i] = z[h][which[i]];
    }
    for (size_t i = 0; i < n; i++) {
        p[i] = b->p[which[i]];
        keys[i] = b->keys[which[i]];
    }
    struct compare_input in = {.heads = RIVAL_KINDS, .n = n, .z = margins, .p = p, .group = keys};
    struct compare_opts opts = {
        .baseline = RIVAL_SHARED, .bins = b->o->bins, .seed = b->o->seed, .threads = b->o->threads};
    return compare_heads(&in, &opts, out, err);
}

static bool measure(const struct bench *b, const size_t *which, size_t n, double *room, uint64_t *keys,
                    struct rival_figures *out, struct err *err)
{
    struct compare_head plain[RIVAL_KINDS], tempered[RIVAL_KINDS];
    if (n == 0) /* none of this objective is held out */
        return true;
    if (!compare(b, b->z, which, n, room, keys, plain, err) ||
        !compare(b, b->tempered, which, n, room, keys, tempered, err))
        return false;
    for (size_t h = 0; h < RIVAL_KINDS; h++)
        out[h] = (struct rival_figures){plain[h], tempered[h]};
    return true;
}

static bool measure_all(const struct bench *b, struct rivals *out, struct err *err)
{
    size_t *which = mem_array(b->n + 1, sizeof *which);
    double *room = mem_array((RIVAL_KINDS + 1) * b->n + 1, sizeof *room);
    uint64_t *keys = mem_array(b->n + 1, sizeof *keys);
    bool ok = temper_all(b, which, room, err);
    for (size_t i = 0; i <= out->k && ok; i++) {
        size_t n = choose(b, i, HALVES, which);
        ok = measure(b, which, n, room, keys, &out->figures[i * RIVAL_KINDS], err);
    }
    mem_free(which);
    mem_free(room);
    mem_free(keys);
    return ok;
}

bool rivals_measure(const struct data *d, const struct train_opts *o, const struct objectives *objectives,
                    const struct part *p, const double *w, struct rivals *out, const struct progress *progress,
                    struct err *err)
{
    bool stopped = false;
    size_t k = objectives->k;
    *out = (struct rivals){.held = p->n_held > 0, .k = k};
    out->figures = mem_array((k + 1) * RIVAL_KINDS, sizeof *out->figures);
    struct bench b = {.d = d, .o = o, .objectives = objectives, .part = p, .progress = progress};
    b.n = out->held ? p->n_held : p->n_fit;
    b.which = out->held ? p->held : p->fit;
    double *numbers = mem_block((RIVAL_OWN + k) * d->e.d + (2 * RIVAL_KINDS + 1) * b.n, sizeof *numbers);
    b.keys = mem_array(b.n, sizeof *b.keys);
    b.half = mem_array(b.n, sizeof *b.half);
    bool ok = numbers != NULL || err_set(err, ERR_MEMORY, "no memory to compare %zu heads", RIVAL_OWN + k);
    if (ok) {
        b.heads = numbers;
        b.p = numbers + (RIVAL_OWN + k) * d->e.d;
        for (size_t h = 0; h < RIVAL_KINDS; h++) {
            b.z[h] = b.p + (2 * h + 1) * b.n;
            b.tempered[h] = b.z[h] + b.n;
        }
        ok = fit_all(&b, w, &stopped, err);
    }
    if (ok && !stopped) {
        find_margins(&b);
        ok = measure_all(&b, out, err);
    }
    if (stopped)
        rivals_free(out);
    mem_free(numbers);
    mem_free(b.keys);
    mem_free(b.half);
    return ok;
}

void rivals_free(struct rivals *r)
{
    mem_free(r->figures);
    r->figures = NULL;
}
