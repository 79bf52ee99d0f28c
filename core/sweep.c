#include "core/sweep.h"

#include "core/linalg.h"
#include "core/widen.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* 64 rows of 1024 doubles are 512 KiB: they stay in the cache between X v and X' c. */
enum { BLOCK = 64, SEGMENTS = 64 };

struct reading {
    struct sweep *s;
    const double *v, *c; /* either may be NULL */
    double *z;           /* where X v goes, or NULL: it becomes c times X v and is summed up */
    atomic_size_t next, first_bad;
};

static double *room(const struct sweep *s, int worker)
{
    return s->block + (size_t)worker * (BLOCK + 1) * s->d;
}

/* Rows [first, first + n) as doubles. float32 holds f16, bf16 and f32 exactly and is much quicker to read. */
static const double *take(const struct sweep *s, size_t first, size_t n, double *block)
{
    void *narrow = block + BLOCK * s->d; /* a row of floats */
    for (size_t i = 0; i < n; i++) {
        double *to = block + i * s->d;
        if (s->wide) {
            embeddings_row_f64(s->e, s->rows[first + i], to);
            continue;
        }
        embeddings_row_f32(s->e, s->rows[first + i], narrow);
        widen_f32(narrow, s->d, to);
    }
    return block;
}

static size_t start_of(const struct sweep *s, size_t segment)
{
    size_t blocks = (s->n + BLOCK - 1) / BLOCK, at = segment * blocks / s->segments * BLOCK;
    return at < s->n ? at : s->n;
}

static void one_block(const struct reading *r, size_t first, size_t n, double *block, double *sum)
{
    const struct sweep *s = r->s;
    double t[BLOCK];
    const double *rows = take(s, first, n, block), *c = r->c != NULL ? r->c + first : NULL;
    if (r->v != NULL)
        linalg_gemv(rows, n, s->d, r->v, 0, r->z != NULL ? r->z + first : t);
    if (r->z != NULL)
        return;
    for (size_t i = 0; r->v != NULL && i < n; i++)
        t[i] *= c[i];
    linalg_gemv_t(rows, n, s->d, r->v != NULL ? t : c, 1, sum);
}

static void read_some(void *ctx, int worker)
{
    struct reading *r = ctx;
    struct sweep *s = r->s;
    for (size_t k; (k = atomic_fetch_add(&r->next, 1)) < s->segments;) {
        double *sum = s->sums + k * s->d;
        memset(sum, 0, s->d * sizeof *sum);
        size_t end = start_of(s, k + 1);
        for (size_t i = start_of(s, k); i < end; i += BLOCK)
            one_block(r, i, end - i < BLOCK ? end - i : BLOCK, room(s, worker), sum);
    }
}

static void run(struct sweep *s, const double *v, const double *c, double *z, double *out)
{
    struct reading r = {.s = s, .v = v, .c = c, .z = z};
    team_run(s->team, read_some, &r);
    s->taken++;
    if (out == NULL)
        return;
    memset(out, 0, s->d * sizeof *out);
    for (size_t k = 0; k < s->segments; k++)
        linalg_axpy(1, s->sums + k * s->d, out, s->d);
}

void sweep_times(struct sweep *s, const double *v, double *z)
{
    run(s, v, NULL, z, NULL);
}

void sweep_sum(struct sweep *s, const double *c, double *out)
{
    run(s, NULL, c, NULL, out);
}

void sweep_curve(struct sweep *s, const double *c, const double *v, double *out)
{
    run(s, v, c, NULL, out);
}

/* ---- the first reading ---- */

static bool is_finite(const double *x, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += x[j] * 0; /* 0, or NaN */
    return sum == 0;
}

static void check_some(void *ctx, int worker)
{
    struct reading *r = ctx;
    struct sweep *s = r->s;
    for (size_t k; (k = atomic_fetch_add(&r->next, 1)) < s->segments;)
        for (size_t i = start_of(s, k); i < start_of(s, k + 1); i++) {
            size_t bad = atomic_load(&r->first_bad);
            if (is_finite(take(s, i, 1, room(s, worker)), s->d))
                continue;
            while (i < bad && !atomic_compare_exchange_weak(&r->first_bad, &bad, i))
                ;
        }
}

bool sweep_init(struct sweep *s, const struct embeddings *e, const size_t *rows, size_t n, struct team *team,
                struct err *err)
{
    size_t blocks = (n + BLOCK - 1) / BLOCK;
    *s = (struct sweep){.e = e, .rows = rows, .n = n, .d = e->d, .team = team, .wide = embeddings_has_doubles(e)};
    s->segments = blocks < SEGMENTS ? blocks : SEGMENTS;
    if (n == 0 || e->d == 0)
        return err_set(err, ERR_RANGE, "there is nothing to train on");
    s->sums = mem_block(s->segments, e->d * sizeof *s->sums);
    s->block = mem_block((size_t)team_workers(team) * (BLOCK + 1), e->d * sizeof *s->block);
    if (s->sums == NULL || s->block == NULL) {
        sweep_free(s);
        return err_set(err, ERR_MEMORY, "no memory to read rows of %zu columns", e->d);
    }
    struct reading r = {.s = s, .first_bad = n};
    team_run(team, check_some, &r);
    s->taken++;
    size_t bad = atomic_load(&r.first_bad);
    if (bad == n)
        return true;
    sweep_free(s);
    return err_set(err, ERR_NUMERIC, "row %zu of the embeddings holds NaN or infinity", rows[bad]);
}

void sweep_free(struct sweep *s)
{
    mem_free(s->sums);
    mem_free(s->block);
    s->sums = s->block = NULL;
}
