/* The mini-batch half of core/more.h, as the paper trains: draw, weigh, step. */
#include "core/more.h"

#include "core/adam.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

enum { BATCH = 16, TICK = 64 };

static const double pi = 3.14159265358979323846;

struct trainer {
    struct more *m;
    const struct more_batch_opts *o;
    double l2;
    size_t k, d, batch, steps;
    struct rng rng;
    size_t offset[MINNORM_MOST + 1]; /* pairs are numbered through: objective i has offset[i] .. offset[i + 1] - 1 */
    size_t *order;                   /* n: a shuffled part for each objective, or one for all (by_size) */
    size_t cursor[MINNORM_MOST];
    size_t *drawn, room, count[MINNORM_MOST]; /* k x room: pairs of the batch */
    double *g, *ema, *mixture;                /* k x d, k x d, d */
    double loss[MINNORM_MOST], lambda[MINNORM_MOST];
    bool known[MINNORM_MOST]; /* has a moving average */
    float *rows, *part;       /* KERNEL_ROWS + 3 rows of d */
    struct adam adam;
    struct adam_block head;
};

static void release(struct trainer *t)
{
    adam_block_free(&t->head);
    mem_free(t->order);
    mem_free(t->drawn);
    mem_free(t->g);
    mem_free(t->rows);
}

static bool allocate(struct trainer *t, struct err *err)
{
    size_t kd = t->k * t->d;
    t->room = t->o->by_size ? t->k * t->batch : t->batch;
    t->order = mem_block(t->m->n, sizeof *t->order);
    t->drawn = mem_block(t->k, t->room * sizeof *t->drawn);
    t->g = mem_block(2 * kd + t->d, sizeof *t->g);
    t->rows = mem_block(KERNEL_ROWS + 4, t->d * sizeof *t->rows);
    if (t->order == NULL || t->drawn == NULL || t->g == NULL || t->rows == NULL)
        return err_set(err, ERR_MEMORY, "no memory for batches of %zu pairs of %zu columns", t->batch, t->d);
    t->ema = t->g + kd;
    t->mixture = t->ema + kd;
    t->part = t->rows + (KERNEL_ROWS + 3) * t->d;
    return adam_block_init(&t->head, t->d, err);
}

/* ---- drawing ---- */

/* A part of `order` and where it is: all pairs, or those of objective i. */
static void shuffle(struct trainer *t, size_t i)
{
    size_t first = t->o->by_size ? 0 : t->offset[i], end = t->o->by_size ? t->m->n : t->offset[i + 1];
    rng_shuffle(&t->rng, t->order + first, end - first);
    t->cursor[i] = first;
}

/* The next pair; when all were had they are shuffled again. */
static size_t next_pair(struct trainer *t, size_t i)
{
    if (t->cursor[i] == (t->o->by_size ? t->m->n : t->offset[i + 1]))
        shuffle(t, i);
    return t->order[t->cursor[i]++];
}

static void draw(struct trainer *t)
{
    memset(t->count, 0, sizeof t->count);
    for (size_t i = 0; i < (t->o->by_size ? 1 : t->k); i++)
        for (size_t j = 0; j < t->room; j++) {
            size_t pair = next_pair(t, i), of = i;
            while (pair >= t->offset[of + 1])
                of++;
            t->drawn[of * t->room + t->count[of]++] = pair - t->offset[of];
        }
}

/* ---- gradients ---- */

/* At most KERNEL_ROWS pairs of a diff into the rows, and what is known of them. */
static void gather(struct trainer *t, const struct diff *f, const size_t *which, size_t n, struct kernel_forms *out)
{
    float *scratch = t->rows + KERNEL_ROWS * t->d;
    memset(out, 0, sizeof *out);
    for (size_t r = 0; r < n; r++) {
        memcpy(t->rows + r * t->d, diff_rows(f, which[r], 1, scratch), t->d * sizeof *t->rows);
        out->weight[r] = f->weight[which[r]];
        out->a[r] = f->p[which[r]];
        out->b[r] = 1 - f->p[which[r]];
    }
}

/* Mean loss and gradient of the pairs drawn of objective i; 0 when they have no weight. */
static void measure(struct trainer *t, size_t i)
{
    const struct diff *f = &t->m->f[i];
    const struct kernel *kernel = t->m->pass[i].kernel;
    double *g = t->g + i * t->d, weight = 0;
    memset(g, 0, t->d * sizeof *g);
    t->loss[i] = 0;
    for (size_t j = 0, n; j < t->count[i]; j += n) {
        struct kernel_forms forms;
        struct kernel_pairs pairs = {0};
        float c[KERNEL_ROWS];
        n = t->count[i] - j < KERNEL_ROWS ? t->count[i] - j : KERNEL_ROWS;
        gather(t, f, t->drawn + i * t->room + j, n, &forms);
        kernel->dots(t->rows, n, t->d, t->head.w, pairs.z, 0);
        kernel->losses(&forms, &pairs);
        for (size_t r = 0; r < n; r++) {
            c[r] = (float)pairs.slope[r];
            weight += forms.weight[r];
        }
        memset(t->part, 0, t->d * sizeof *t->part);
        kernel->add(t->rows, n, t->d, c, t->part, 0);
        for (size_t l = 0; l < t->d; l++)
            g[l] += (double)t->part[l];
        t->loss[i] += pairs.loss;
    }
    double share = weight > 0 ? 1 / weight : 0;
    linalg_scale(share, g, t->d);
    t->loss[i] *= share;
}

/* ---- moving averages ---- */

static void start_averages(struct trainer *t)
{
    double bound = 1 / sqrt((double)t->d);
    for (size_t j = 0; j < t->d && t->o->start == MORE_EMA_LAYER; j++)
        t->ema[j] = bound * (2 * rng_uniform(&t->rng) - 1);
    for (size_t i = 0; i < t->k; i++) {
        memmove(t->ema + i * t->d, t->ema, t->d * sizeof *t->ema); /* one layer for all */
        t->known[i] = t->o->start != MORE_EMA_FIRST;
    }
}

static void average(struct trainer *t, size_t i)
{
    double alpha = t->o->alpha > 0 && t->known[i] ? t->o->alpha : 1, *a = t->ema + i * t->d;
    linalg_scale(1 - alpha, a, t->d);
    linalg_axpy(alpha, t->g + i * t->d, a, t->d);
    t->known[i] = true;
}

/* ---- steps ---- */

/* Weights of the objectives that are in the batch; the others have 0. */
static bool weigh(struct trainer *t, struct err *err)
{
    double G[MINNORM_MOST * MINNORM_MOST] = {0}, loss[MINNORM_MOST] = {0}, lambda[MINNORM_MOST];
    size_t here[MINNORM_MOST], n = 0;
    for (size_t i = 0; i < t->k; i++)
        if (t->count[i] > 0)
            here[n++] = i;
    for (size_t a = 0; a < n; a++) {
        loss[a] = t->loss[here[a]];
        for (size_t b = 0; b < n; b++)
            G[a * n + b] = linalg_dot(t->ema + here[a] * t->d, t->ema + here[b] * t->d, t->d);
    }
    if (!more_weigh(&t->o->rule, G, loss, n, lambda, err))
        return false;
    memset(t->lambda, 0, sizeof t->lambda);
    for (size_t a = 0; a < n; a++)
        t->lambda[here[a]] = lambda[a];
    return true;
}

static void mix(struct trainer *t)
{
    double share[MINNORM_MOST];
    size_t present = 0;
    for (size_t i = 0; i < t->k; i++)
        present += t->count[i] > 0;
    more_shares(t->lambda, t->o->by_size ? t->count : NULL, t->k, share);
    for (size_t i = 0; i < t->k && t->o->by_size; i++)
        share[i] *= (double)present / (double)t->k; /* the released program counts those that are there */
    linalg_gemv_t(t->g, t->k, t->d, share, 0, t->mixture);
}

static void step(struct trainer *t, size_t number)
{
    if (t->o->optimiser == MORE_ADAMW) {
        struct adam_step s = adam_at(&t->adam, number + 1);
        for (size_t j = 0; j < t->d; j++)
            t->head.g[j] = (float)t->mixture[j];
        adam_block_step(&t->head, 0, t->d, &s, true);
        return;
    }
    double rate = t->adam.rate * (1 + cos(pi * (double)number / (double)t->steps)) / 2;
    for (size_t j = 0; j < t->d; j++)
        t->head.w[j] = (float)((double)t->head.w[j] * (1 - rate * t->l2) - rate * t->mixture[j]);
}

static bool train(struct trainer *t, struct more_info *info, const struct progress *progress, struct err *err)
{
    double mixture = NAN; /* of the last step's losses */
    for (size_t i = 0; i < (t->o->by_size ? 1 : t->k); i++)
        shuffle(t, i);
    start_averages(t);
    for (size_t n = 0; n < t->steps; n++) {
        if (n % TICK == 0 && !progress_tick_loss(progress, (double)n, (double)t->steps, mixture)) {
            info->stop = MORE_INTERRUPTED;
            break;
        }
        draw(t);
        for (size_t i = 0; i < t->k; i++)
            if (t->count[i] > 0) {
                measure(t, i);
                average(t, i);
            }
        if (!weigh(t, err))
            return false;
        mix(t);
        step(t, n);
        mixture = linalg_dot(t->lambda, t->loss, t->k);
        more_trace_add(&info->trace, t->lambda, t->loss);
        info->steps++;
    }
    return true;
}

/* ---- the whole ---- */

static bool check(double l2, const struct more_batch_opts *o, struct err *err)
{
    if (!(l2 >= 0) || !isfinite(l2))
        return err_set(err, ERR_RANGE, "l2 is %g; it must be a finite number of at least 0", l2);
    if (!(o->rate >= 0) || !isfinite(o->rate))
        return err_set(err, ERR_RANGE, "the rate is %g; it must be a finite number above 0", o->rate);
    if (!(o->alpha >= 0 && o->alpha <= 1))
        return err_set(err, ERR_RANGE, "the share of a new gradient in its average is %g; it is above 0, up to 1",
                       o->alpha);
    return true;
}

static size_t steps_of(const struct trainer *t)
{
    size_t samples = t->o->samples, step = t->o->by_size ? t->batch * t->k : t->batch;
    for (size_t i = 0; i < t->k && t->o->samples == 0; i++)
        samples = t->m->f[i].n > samples ? t->m->f[i].n : samples;
    if (t->o->by_size)
        samples = t->m->n;
    return (samples + step - 1) / step * (t->o->epochs > 0 ? t->o->epochs : 1);
}

static void set_up(struct trainer *t, const double *w)
{
    t->adam = adam_default();
    t->adam.rate = t->o->rate > 0 ? t->o->rate : t->adam.rate;
    t->adam.decay = t->l2;
    t->adam.schedule = ADAM_COSINE;
    t->adam.steps = t->steps = steps_of(t);
    rng_seed(&t->rng, t->o->seed);
    for (size_t i = 0; i < t->k; i++)
        t->offset[i + 1] = t->offset[i] + t->m->f[i].n;
    for (size_t i = 0; i < t->m->n; i++)
        t->order[i] = i;
    for (size_t j = 0; j < t->d && t->o->warm; j++)
        t->head.w[j] = (float)w[j];
}

bool more_fit_batches(struct more *m, double l2, const struct more_batch_opts *opts, double *w, struct more_info *info,
                      const struct progress *progress, struct err *err)
{
    struct trainer t = {.m = m, .o = opts, .l2 = l2, .k = m->k, .d = m->d};
    *info = (struct more_info){.stop = MORE_EPOCHS};
    t.batch = opts->batch > 0 ? opts->batch : BATCH;
    if (!check(l2, opts, err))
        return false;
    linalg_threads(1); /* vectors are short */
    more_trace_start(&info->trace, m->k);
    bool ok = allocate(&t, err);
    if (ok) {
        set_up(&t, w);
        ok = train(&t, info, progress, err);
    }
    for (size_t j = 0; j < m->d && ok; j++)
        w[j] = (double)t.head.w[j];
    info->passes = 1 + (opts->epochs > 0 ? opts->epochs : 1);
    ok = ok && more_conclude(m, l2, w, info, err);
    linalg_threads(team_workers(m->team));
    release(&t);
    if (!ok)
        more_info_free(info);
    return ok;
}
