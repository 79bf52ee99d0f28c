#include "core/pass.h"

#include <stdatomic.h>
#include <string.h>

/* A chunk's gradient is summed in float32, the chunks in float64. There are as many segments as give threads of unequal
 * speed something to share, however many they are. */
enum { CHUNK = 256, SEGMENTS = 32 };

static size_t narrow_size(const struct diff *f)
{
    return (KERNEL_ROWS + 3) * f->d;
}

static size_t wide_size(const struct diff *f)
{
    return (KERNEL_ROWS + 2) * f->d;
}

bool pass_init(struct pass *p, const struct diff *f, struct team *team, struct err *err)
{
    size_t chunks = (f->n + CHUNK - 1) / CHUNK;
    *p = (struct pass){.f = f, .team = team, .kernel = kernel_choose()};
    p->segments = chunks < SEGMENTS ? chunks : SEGMENTS;
    p->sums = mem_block(p->segments, (f->d + 2) * sizeof *p->sums);
    p->narrow = mem_block((size_t)team_workers(team), narrow_size(f) * sizeof *p->narrow);
    if (p->sums != NULL && p->narrow != NULL)
        return true;
    pass_free(p);
    return err_set(err, ERR_MEMORY, "no memory to fit %zu columns", f->d);
}

void pass_free(struct pass *p)
{
    mem_free(p->sums);
    mem_free(p->narrow);
    mem_free(p->wide);
    *p = (struct pass){0};
}

struct job {
    struct pass *p;
    const float *s;
    const double *anchor;
    const double *w; /* exact pass */
    double *z;
    atomic_size_t next;
};

/* Pairs [first, first + rows) into k, all but the margins. */
static void take_pairs(const struct diff *f, size_t first, size_t rows, const double *anchor, struct kernel_pairs *k)
{
    memset(k, 0, sizeof *k);
    memcpy(k->weight, f->weight + first, rows * sizeof *k->weight);
    memcpy(k->p, f->p + first, rows * sizeof *k->p);
    k->anchored = anchor != NULL;
    if (anchor != NULL)
        memcpy(k->anchor, anchor + first, rows * sizeof *k->anchor);
}

/* Rows that may be fetched while the block that ends at `at` is added up. */
static size_t rows_ahead(const struct diff *f, size_t at, size_t end)
{
    return f->kept == NULL ? 0 : end - at;
}

static void chunk_sums(const struct job *t, size_t first, size_t end, float *scratch, double *sums)
{
    const struct diff *f = t->p->f;
    float *g = scratch + (KERNEL_ROWS + 2) * f->d, c[KERNEL_ROWS];
    memset(g, 0, f->d * sizeof *g);
    for (size_t i = first, rows; i < end; i += rows) {
        struct kernel_pairs k;
        rows = end - i < KERNEL_ROWS ? end - i : KERNEL_ROWS;
        const float *x = diff_rows(f, i, rows, scratch);
        take_pairs(f, i, rows, t->anchor, &k);
        t->p->kernel->dots(x, rows, f->d, t->s, k.z);
        for (size_t r = 0; r < rows; r++)
            k.z[r] += k.anchor[r];
        t->p->kernel->losses(&k);
        for (size_t r = 0; r < rows; r++)
            c[r] = (float)k.slope[r];
        t->p->kernel->add(x, rows, f->d, c, g, rows_ahead(f, i + rows, end));
        sums[f->d] += k.loss;
        sums[f->d + 1] += k.curvature;
    }
    for (size_t j = 0; j < f->d; j++)
        sums[j] += (double)g[j];
}

static void chunk_sums_f64(const struct job *t, size_t first, size_t end, double *scratch, double *sums)
{
    const struct diff *f = t->p->f;
    for (size_t i = first, rows; i < end; i += rows) {
        struct kernel_pairs k;
        rows = end - i < KERNEL_ROWS ? end - i : KERNEL_ROWS;
        diff_rows_f64(f, i, rows, scratch, scratch + KERNEL_ROWS * f->d);
        take_pairs(f, i, rows, NULL, &k);
        t->p->kernel->dots_f64(scratch, rows, f->d, t->w, k.z);
        memcpy(t->z + i, k.z, rows * sizeof *k.z);
        t->p->kernel->losses(&k);
        t->p->kernel->add_f64(scratch, rows, f->d, k.slope, sums);
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
        g[j] /= p->f->sum_weight;
    out.loss /= p->f->sum_weight;
    out.curvature /= p->f->sum_weight;
    p->taken++;
    return out;
}

struct pass_sums pass_run(struct pass *p, const float *s, const double *anchor, double *g)
{
    struct job t = {.p = p, .s = s, .anchor = anchor};
    return run(&t, g);
}

bool pass_exact(struct pass *p, const double *w, double *z, double *g, struct pass_sums *sums, struct err *err)
{
    if (p->wide == NULL)
        p->wide = mem_block((size_t)team_workers(p->team), wide_size(p->f) * sizeof *p->wide);
    if (p->wide == NULL)
        return err_set(err, ERR_MEMORY, "no memory to check a fit of %zu columns", p->f->d);
    struct job t = {.p = p, .w = w, .z = z};
    *sums = run(&t, g);
    return true;
}
