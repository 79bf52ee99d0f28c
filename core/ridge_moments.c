#include "core/ridge_moments.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Rows of a product; rows that the shift is taken from. */
enum { BLOCK = 256, PILOTS = 256 };

struct reading {
    const struct ridge_rows *rows;
    const double *Y;
    size_t k;
    const struct ridge_group *g;
    struct ridge_moments *m;
    size_t *order, *start; /* positions in the group by fold; where each fold starts, folds + 1 */
    size_t fold;           /* the one being read */
    double *blocks;        /* workers x BLOCK x p */
    double *others;        /* (workers - 1) x p x p: moments of the parts that worker 0 does not read */
    int workers;
};

/* u of position i of the group, times the root of its weight. */
static void take_row(const struct reading *r, size_t i, double *u)
{
    const struct ridge_moments *m = r->m;
    size_t row = r->g->which[i];
    r->rows->row(r->rows->ctx, row, u);
    u[m->d] = 1;
    for (size_t j = 0; j < m->nt; j++)
        u[m->d + 1 + j] = r->Y[row * r->k + r->g->targets[j]];
    linalg_axpy(-1, m->shift, u, m->p);
    if (r->g->root[i] != 1)
        linalg_scale(r->g->root[i], u, m->p);
}

static void read_part(void *ctx, int worker)
{
    struct reading *r = ctx;
    size_t p = r->m->p, first = r->start[r->fold], n = r->start[r->fold + 1] - first;
    size_t from = first + n * (size_t)worker / (size_t)r->workers;
    size_t to = first + n * ((size_t)worker + 1) / (size_t)r->workers;
    double *block = r->blocks + (size_t)worker * BLOCK * p;
    double *M = worker == 0 ? r->m->M + r->fold * p * p : r->others + (size_t)(worker - 1) * p * p;
    memset(M, 0, p * p * sizeof *M);
    for (size_t i = from, rows; i < to; i += rows) {
        rows = to - i < BLOCK ? to - i : BLOCK;
        for (size_t j = 0; j < rows; j++)
            take_row(r, r->order[i + j], block + j * p);
        linalg_syrk_t(block, rows, p, 1, M);
    }
}

/* The mean of some rows that are spread evenly. */
static void find_shift(struct reading *r)
{
    struct ridge_moments *m = r->m;
    size_t n = r->g->n < PILOTS ? r->g->n : PILOTS;
    double *mean = mem_array(m->p, sizeof *mean), *u = r->blocks;
    for (size_t i = 0; i < n; i++) {
        size_t at = i * r->g->n / n;
        take_row(r, at, u);
        linalg_axpy(1 / (r->g->root[at] * (double)n), u, mean, m->p);
    }
    mean[m->d] = 0;
    memcpy(m->shift, mean, m->p * sizeof *mean);
    mem_free(mean);
}

/* A counting sort: stable, so that sums do not depend on anything but the rows. */
static void sort_by_fold(struct reading *r, const size_t *fold)
{
    size_t folds = r->m->folds;
    for (size_t i = 0; i < r->g->n; i++)
        r->start[fold[r->g->which[i]] + 1]++;
    for (size_t f = 0; f < folds; f++)
        r->start[f + 1] += r->start[f];
    size_t *next = mem_array(folds, sizeof *next);
    memcpy(next, r->start, folds * sizeof *next);
    for (size_t i = 0; i < r->g->n; i++)
        r->order[next[fold[r->g->which[i]]]++] = i;
    mem_free(next);
}

static bool is_finite(const double *M, size_t p)
{
    for (size_t j = 0; j < p; j++)
        if (!isfinite(M[j * p + j]))
            return false;
    return true;
}

static bool read_folds(struct reading *r, struct team *team, const struct progress *progress, struct err *err)
{
    size_t p = r->m->p, folds = r->m->folds;
    for (r->fold = 0; r->fold < folds; r->fold++) {
        double *M = r->m->M + r->fold * p * p;
        team_run(team, read_part, r);
        for (int w = 1; w < r->workers; w++)
            for (size_t i = 0; i < p; i++) /* upper triangles only */
                linalg_axpy(1, r->others + (size_t)(w - 1) * p * p + i * p + i, M + i * p + i, p - i);
        if (!is_finite(M, p))
            return err_set(err, ERR_NUMERIC, "the training rows or their ratings hold NaN or infinity");
        if (!progress_tick(progress, (double)r->fold + 1, (double)folds))
            return err_set(err, ERR_STOPPED, "the fit was stopped");
    }
    return true;
}

bool ridge_moments_of(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                      const size_t *fold, size_t folds, struct team *team, struct ridge_moments *out,
                      const struct progress *progress, struct err *err)
{
    size_t p = rows->d + 1 + g->nt;
    *out = (struct ridge_moments){.d = rows->d, .nt = g->nt, .p = p, .folds = folds};
    struct reading r = {.rows = rows, .Y = Y, .k = k, .g = g, .m = out, .workers = team_workers(team)};
    size_t workers = (size_t)r.workers;
    out->shift = mem_array(p, sizeof *out->shift);
    out->M = mem_block_raw(folds, p * p * sizeof *out->M);
    r.order = mem_array(g->n, sizeof *r.order);
    r.start = mem_array(folds + 1, sizeof *r.start);
    r.blocks = mem_block(workers * BLOCK, p * sizeof *r.blocks);
    r.others = workers > 1 ? mem_block_raw(workers - 1, p * p * sizeof *r.others) : NULL;
    bool ok = out->M != NULL && r.blocks != NULL && (workers == 1 || r.others != NULL);
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory for %zu matrices of %zu x %zu", folds + workers - 1, p, p);
    if (ok) {
        sort_by_fold(&r, fold);
        find_shift(&r);
        ok = read_folds(&r, team, progress, err);
    }
    mem_free(r.order);
    mem_free(r.start);
    mem_free(r.blocks);
    mem_free(r.others);
    if (!ok)
        ridge_moments_free(out);
    return ok;
}

void ridge_moments_free(struct ridge_moments *m)
{
    mem_free(m->shift);
    mem_free(m->M);
    *m = (struct ridge_moments){0};
}
