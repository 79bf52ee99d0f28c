#include "core/pass.h"

#include "core/bt.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* A chunk's gradient is summed in float32, the chunks in float64. There are as many segments as give threads of unequal
 * speed something to share, however many they are. */
enum { CHUNK = 256, SEGMENTS = 32 };

static size_t narrow_size(const struct diff *f)
{
    return (KERNEL_ROWS + 2) * f->d + coarse_width(f) + coarse_scratch(f, KERNEL_ROWS);
}

static size_t wide_size(const struct diff *f)
{
    return (KERNEL_ROWS + 2) * f->d;
}

/* The forms of the pairs, and what the mean divides by. */
static bool take_forms(struct pass *p, const struct loss *loss, enum loss_normalise by, struct err *err)
{
    const struct diff *f = p->f;
    double sum = 0;
    struct loss_form one = loss_form_of(loss, f->weight[0], f->p[0], f->pairs[0].strength);
    p->alike = true;
    p->forms[(f->n - 1) / KERNEL_ROWS] = (struct kernel_forms){0};
    for (size_t i = 0; i < f->n; i++) {
        struct loss_form form = loss_form_of(loss, f->weight[i], f->p[i], f->pairs[i].strength);
        struct kernel_forms *block = &p->forms[i / KERNEL_ROWS];
        size_t r = i % KERNEL_ROWS;
        block->weight[r] = form.weight;
        block->a[r] = form.a;
        block->b[r] = form.b;
        block->shift[r] = form.shift;
        p->alike = p->alike && memcmp(&form, &one, sizeof form) == 0;
        p->shifted = p->shifted || form.shift != 0;
        sum += form.weight;
    }
    p->divisor = by == LOSS_BY_WEIGHTS ? sum : f->sum_weight;
    if (!isfinite(sum)) /* those of the pairs do not, but strengths come on top */
        return err_set(err, ERR_RANGE, "the weights of the pairs add up to infinity; make them smaller");
    return p->divisor > 0 || err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to train on");
}

bool pass_init_loss(struct pass *p, const struct diff *f, const struct loss *loss, enum loss_normalise by,
                    struct team *team, struct err *err)
{
    size_t chunks = (f->n + CHUNK - 1) / CHUNK;
    *p = (struct pass){.f = f, .team = team, .kernel = kernel_choose()};
    p->segments = chunks < SEGMENTS ? chunks : SEGMENTS;
    p->forms = mem_block_raw((f->n + KERNEL_ROWS - 1) / KERNEL_ROWS, sizeof *p->forms);
    p->z = p->margins = mem_block_raw(f->n, 4 * sizeof *p->z);
    p->sums = mem_block(p->segments, (f->d + 2) * sizeof *p->sums);
    p->narrow = mem_block((size_t)team_workers(team), narrow_size(f) * sizeof *p->narrow);
    p->padded = mem_block(coarse_width(f), sizeof *p->padded);
    p->slope = p->z + f->n;
    p->anchor_z = p->slope + f->n;
    p->anchor_slope = p->anchor_z + f->n;
    p->last = p->z;
    bool ok = p->forms != NULL && p->z != NULL && p->sums != NULL && p->narrow != NULL && p->padded != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to fit %zu columns", f->d);
    if (ok && take_forms(p, loss, by, err))
        return true;
    pass_free(p);
    return false;
}

bool pass_init(struct pass *p, const struct diff *f, struct team *team, struct err *err)
{
    return pass_init_loss(p, f, &(struct loss){0}, LOSS_BY_PAIRS, team, err);
}

void pass_free(struct pass *p)
{
    mem_free(p->forms);
    mem_free(p->margins);
    mem_free(p->sums);
    mem_free(p->narrow);
    mem_free(p->padded);
    mem_free(p->wide);
    *p = (struct pass){0};
}

void pass_use(struct pass *p, struct coarse *coarse)
{
    p->coarse = coarse;
}

struct job {
    struct pass *p;
    const float *s;
    bool anchored;
    const double *w;              /* exact pass */
    struct diff_reading *reading; /* first pass: rows are formed, margins are 0 */
    atomic_size_t next;
};

/* From the first margin of a block to the last there is; a known size needs no call. */
static void copy_block(double *to, const double *from, size_t rows)
{
    if (rows == KERNEL_ROWS)
        memcpy(to, from, KERNEL_ROWS * sizeof *to);
    else
        memcpy(to, from, rows * sizeof *to);
}

/* The block that row `first` begins; when all pairs are alike one block serves all but the last, which may be short. */
static const struct kernel_forms *forms_at(const struct pass *p, size_t first)
{
    size_t block = first / KERNEL_ROWS;
    return &p->forms[p->alike && first + KERNEL_ROWS <= p->f->n ? 0 : block];
}

/* What the next block needs by pair comes into the cache while this one is worked on: a line of each array, which the
 * CPU would wait for as long as a short row takes. */
static void fetch_pairs(const struct pass *p, size_t next, bool anchored)
{
    if (next >= p->f->n)
        return;
    const char *forms = (const char *)forms_at(p, next);
    for (size_t byte = 0; byte < sizeof *p->forms && !p->alike; byte += 64)
        __builtin_prefetch(forms + byte);
    __builtin_prefetch(p->z + next, 1);
    if (!anchored)
        return;
    __builtin_prefetch(p->anchor_z + next);
    __builtin_prefetch(p->anchor_slope + next);
}

/* Losses and slopes of the `rows` pairs from `first` on; margins without their anchors are in k->z. */
static void find_losses(const struct pass *p, size_t first, size_t rows, bool anchored, struct kernel_pairs *k)
{
    fetch_pairs(p, first + KERNEL_ROWS, anchored);
    k->shifted = p->shifted;
    for (size_t r = rows; r < KERNEL_ROWS; r++)
        k->z[r] = 0;
    for (size_t r = 0; r < rows && anchored; r++)
        k->z[r] += p->anchor_z[first + r];
    copy_block(p->z + first, k->z, rows);
    p->kernel->losses(forms_at(p, first), k);
    if (p->coarse == NULL || !anchored) /* an anchor is never set from rounded rows */
        copy_block(p->slope + first, k->slope, rows);
}

/* As above, for sums in float32: c[r] is the slope less that at the anchor. */
static void find_changes(const struct job *t, size_t first, size_t rows, struct kernel_pairs *k, float *c)
{
    const struct pass *p = t->p;
    find_losses(p, first, rows, t->anchored, k);
    for (size_t r = 0; r < rows; r++)
        c[r] = (float)(k->slope[r] - (t->anchored ? p->anchor_slope[first + r] : 0));
}

/* Rows that come right after `at` in memory. */
static size_t rows_ahead(const struct diff *f, size_t at)
{
    return f->kept != NULL ? f->n - at : 0;
}

/* Rows [first, first + rows) and their margins without an anchor. At the first pass rows are formed, margins are 0. */
static const float *take_rows(const struct job *t, size_t first, size_t rows, float *scratch, double *z)
{
    const struct diff *f = t->p->f;
    if (t->reading != NULL) {
        void *room = scratch + (KERNEL_ROWS + 2) * f->d + coarse_width(f);
        memset(z, 0, rows * sizeof *z);
        for (size_t r = 0; r < rows; r++) { /* the room behind a row is free until the next one */
            const float *x = diff_form(f, t->reading, first + r, 1, scratch + r * f->d);
            if (t->p->coarse != NULL)
                coarse_take(t->p->coarse, first + r, x, room);
        }
        return f->kept != NULL ? f->kept + first * f->d : scratch;
    }
    const float *x = diff_rows(f, first, rows, scratch);
    t->p->kernel->dots(x, rows, f->d, t->s, z, rows_ahead(f, first + rows));
    return x;
}

static void chunk_sums(const struct job *t, size_t first, size_t end, float *scratch, double *sums)
{
    const struct diff *f = t->p->f;
    float *g = scratch + (KERNEL_ROWS + 2) * f->d, c[KERNEL_ROWS];
    memset(g, 0, f->d * sizeof *g);
    for (size_t i = first, rows; i < end; i += rows) {
        struct kernel_pairs k;
        rows = end - i < KERNEL_ROWS ? end - i : KERNEL_ROWS;
        const float *x = take_rows(t, i, rows, scratch, k.z);
        size_t ahead = t->reading == NULL ? rows_ahead(f, i + rows) : 0;
        find_changes(t, i, rows, &k, c);
        t->p->kernel->add(x, rows, f->d, c, g, ahead);
        sums[f->d] += k.loss;
        sums[f->d + 1] += k.curvature;
    }
    for (size_t j = 0; j < f->d; j++)
        sums[j] += (double)g[j];
}

static void chunk_sums_coarse(const struct job *t, size_t first, size_t end, float *g, double *sums)
{
    const struct coarse *rough = t->p->coarse;
    const size_t d = rough->f->d, words = rough->words;
    void *scratch = g + 2 * words;
    float c[KERNEL_ROWS];
    memset(g, 0, 2 * words * sizeof *g);
    for (size_t i = first, rows; i < end; i += rows) {
        struct kernel_pairs k;
        rows = end - i < KERNEL_ROWS ? end - i : KERNEL_ROWS;
        const uint32_t *x = coarse_rows(rough, i, rows, scratch);
        const float *unit = rough->unit + i;
        size_t ahead = rough->x != NULL ? rough->f->n - i - rows : 0;
        rough->kernel->dots(x, rows, words, t->p->padded, k.z, ahead);
        for (size_t r = 0; r < rows; r++)
            k.z[r] *= (double)unit[r];
        find_changes(t, i, rows, &k, c);
        for (size_t r = 0; r < rows; r++)
            c[r] *= unit[r];
        rough->kernel->add(x, rows, words, c, g, ahead);
        sums[d] += k.loss;
        sums[d + 1] += k.curvature;
    }
    for (size_t j = 0; j < d; j++)
        sums[j] += (double)g[j];
}

/* Rows that float32 holds as they are, as it does most differences of f16, are widened on the way through the
 * registers; others are formed in float64: the same bits. */
static void chunk_sums_f64(const struct job *t, size_t first, size_t end, double *scratch, double *sums)
{
    const struct diff *f = t->p->f;
    const struct kernel *kernel = t->p->kernel;
    for (size_t i = first, rows; i < end; i += rows) {
        struct kernel_pairs k;
        rows = end - i < KERNEL_ROWS ? end - i : KERNEL_ROWS;
        const float *x = diff_rows_exact(f, i, rows, (void *)scratch);
        if (x != NULL) {
            kernel->dots_wide(x, rows, f->d, t->w, k.z);
        } else {
            diff_rows_f64(f, i, rows, scratch, scratch + KERNEL_ROWS * f->d);
            kernel->dots_f64(scratch, rows, f->d, t->w, k.z);
        }
        find_losses(t->p, i, rows, false, &k);
        if (x != NULL)
            kernel->add_wide(x, rows, f->d, k.slope, sums, rows_ahead(f, i + rows));
        else
            kernel->add_f64(scratch, rows, f->d, k.slope, sums);
        sums[f->d] += k.loss;
        sums[f->d + 1] += k.curvature;
    }
}

static void work(void *ctx, int worker)
{
    struct job *t = ctx;
    struct pass *p = t->p;
    const struct diff *f = p->f;
    size_t chunks = (f->n + CHUNK - 1) / CHUNK, segment;
    while ((segment = atomic_fetch_add(&t->next, 1)) < p->segments) {
        double *sums = p->sums + segment * (f->d + 2);
        memset(sums, 0, (f->d + 2) * sizeof *sums);
        for (size_t c = chunks * segment / p->segments; c < chunks * (segment + 1) / p->segments; c++) {
            size_t first = c * CHUNK, end = first + CHUNK < f->n ? first + CHUNK : f->n;
            if (t->w != NULL)
                chunk_sums_f64(t, first, end, p->wide + (size_t)worker * wide_size(f), sums);
            else if (p->coarse != NULL && t->reading == NULL)
                chunk_sums_coarse(t, first, end, p->narrow + (size_t)worker * narrow_size(f), sums);
            else
                chunk_sums(t, first, end, p->narrow + (size_t)worker * narrow_size(f), sums);
        }
    }
}

static struct pass_sums run(struct job *t, double *g)
{
    struct pass *p = t->p;
    size_t d = p->f->d;
    struct pass_sums out = {0};
    p->last = p->z;
    team_run(p->team, work, t);
    memset(g, 0, d * sizeof *g);
    for (size_t i = 0; i < p->segments; i++) {
        const double *sums = p->sums + i * (d + 2);
        for (size_t j = 0; j < d; j++)
            g[j] += sums[j];
        out.loss += sums[d];
        out.curvature += sums[d + 1];
    }
    for (size_t j = 0; j < d; j++)
        g[j] /= p->divisor;
    out.loss /= p->divisor;
    out.curvature /= p->divisor;
    p->taken++;
    return out;
}

struct pass_sums pass_run(struct pass *p, const float *s, bool anchored, double *g)
{
    struct job t = {.p = p, .s = s, .anchored = anchored};
    memcpy(p->padded, s, p->f->d * sizeof *s);
    return run(&t, g);
}

void pass_anchor(struct pass *p)
{
    double *z = p->anchor_z, *slope = p->anchor_slope;
    p->last = p->anchor_z = p->z;
    p->anchor_slope = p->slope;
    p->z = z;
    p->slope = slope;
}

bool pass_first(struct pass *p, struct diff *f, double *g, struct pass_sums *sums, struct err *err)
{
    struct diff_reading reading;
    struct job t = {.p = p, .reading = &reading};
    diff_reading_start(&reading, f);
    *sums = run(&t, g);
    return diff_settle(f, &reading, err);
}

bool pass_exact(struct pass *p, const double *w, double *g, struct pass_sums *sums, struct err *err)
{
    if (p->wide == NULL)
        p->wide = mem_block((size_t)team_workers(p->team), wide_size(p->f) * sizeof *p->wide);
    if (p->wide == NULL)
        return err_set(err, ERR_MEMORY, "no memory to check a fit of %zu columns", p->f->d);
    struct job t = {.p = p, .w = w};
    *sums = run(&t, g);
    return true;
}

double pass_curvature(const struct pass *p, size_t i)
{
    const struct kernel_forms *f = &p->forms[i / KERNEL_ROWS];
    size_t r = i % KERNEL_ROWS;
    double near = f->shift[r] - p->last[i], far = f->shift[r] + p->last[i], own = p->f->weight[i];
    double bend = f->a[r] * bt_sigma(near) * bt_sigma(-near) + f->b[r] * bt_sigma(far) * bt_sigma(-far);
    return own > 0 ? f->weight[r] * bend / own * p->f->sum_weight / p->divisor : 0;
}
