#include "core/many_pass.h"

#include "core/linalg.h"
#include "core/many_product.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

/* Runs that the data is cut into, at least one a part; blocks whose gradients are added up in float32. */
enum { RUNS = 16, FLUSH = 2 };

_Static_assert((int)MANY_LANES % (int)KERNEL_ROWS == 0, "rows that fill a part fill kernels of both kinds");

struct many_run {
    const struct many_part *part;
    size_t first, end; /* blocks */
};

/* What a worker holds in float32. */
struct narrow {
    float *X, *Z, *weights, *G;    /* a block and two rows, margins and slopes, weights, gradients (by `width`) */
    float *rows, *columns, *tiles; /* packed; see many_product.h */
    size_t width;
};

static size_t size_of(size_t n)
{
    return (n + 15) / 16 * 16; /* whole lines of the cache */
}

/* Its parts from memory that begins at p (or NULL); returns how many floats they take. */
static size_t lay_out(const struct many_rows *r, size_t m, float *p, struct narrow *out)
{
    size_t width = many_product_width(r->d), whole = m + PRODUCT_GROUP;
    const size_t sizes[] = {(MANY_BLOCK + 2) * r->d,
                            whole * MANY_BLOCK,
                            MANY_BLOCK,
                            whole * width,
                            many_product_rows_size(r->d),
                            many_product_columns_size(m, r->d),
                            many_product_tiles_size(m)};
    float **parts[] = {&out->X, &out->Z, &out->weights, &out->G, &out->rows, &out->columns, &out->tiles};
    size_t total = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        *parts[i] = p != NULL ? p + total : NULL;
        total += size_of(sizes[i]);
    }
    out->width = width;
    return total;
}

static size_t narrow_size(const struct many_rows *r, size_t m)
{
    struct narrow ignored;
    return lay_out(r, m, NULL, &ignored);
}

static void cut(struct many_pass *p)
{
    size_t blocks = 0;
    for (size_t k = 0; k < p->r->n_parts; k++)
        blocks += many_part_blocks(&p->r->parts[k]);
    for (size_t k = 0; k < p->r->n_parts; k++) {
        const struct many_part *part = &p->r->parts[k];
        size_t n = many_part_blocks(part), runs = (RUNS * n + blocks - 1) / blocks;
        for (size_t i = 0; i < runs; i++)
            if (n * i / runs < n * (i + 1) / runs)
                p->runs[p->n_runs++] = (struct many_run){part, n * i / runs, n * (i + 1) / runs};
    }
}

bool many_pass_init(struct many_pass *p, const struct many_rows *r, size_t m_max, struct team *team, struct err *err)
{
    *p = (struct many_pass){.r = r, .team = team, .kernel = kernel_choose(), .m_max = m_max};
    p->runs = mem_array(RUNS + r->n_parts, sizeof *p->runs);
    cut(p);
    p->narrow = mem_block_raw((size_t)team_workers(team), narrow_size(r, m_max) * sizeof *p->narrow);
    p->W = mem_block_raw(2 * m_max, r->d * sizeof *p->W);
    p->sums = mem_block_raw(p->n_runs * m_max, (r->d + 2) * sizeof *p->sums);
    if (p->narrow != NULL && p->W != NULL && p->sums != NULL)
        return true;
    many_pass_free(p);
    return err_set(err, ERR_MEMORY, "no memory to fit %zu heads of %zu columns at once", m_max, r->d);
}

void many_pass_free(struct many_pass *p)
{
    mem_free(p->runs);
    mem_free(p->narrow);
    mem_free(p->W);
    mem_free(p->sums);
    *p = (struct many_pass){0};
}

/* ---- windows ---- */

struct job {
    struct many_pass *p;
    struct many_eval *const *evals;
    size_t m;
    bool together;  /* all columns are at one point */
    double *wide;   /* exact: a worker's block, margins */
    double *wide_W; /* exact: the columns twice */
    atomic_size_t next;
};

/* Columns of a fold: [first, end) are those that leave it out; the window is what is left, from `end` on. */
struct window {
    size_t first, end, n;
};

static struct window window_of(const struct job *t, size_t fold)
{
    struct window w = {0};
    while (w.first < t->m && t->evals[w.first]->view.left_out < fold)
        w.first++;
    w.end = w.first;
    while (w.end < t->m && t->evals[w.end]->view.left_out == fold)
        w.end++;
    w.n = t->m - (w.end - w.first);
    return w;
}

static double *gradients_of(const struct job *t, size_t run)
{
    return t->p->sums + run * t->m * (t->p->r->d + 2);
}

static double *losses_of(const struct job *t, size_t run)
{
    return gradients_of(t, run) + t->m * t->p->r->d;
}

/* ---- float32 ---- */

/* Weights of a block as a column counts them. */
static const float *weigh(const struct many_rows *r, const struct many_view *v, const struct many_block *b,
                          const float *weight, float *out)
{
    if (v->counts == NULL && v->objective < 0)
        return weight;
    for (size_t i = 0; i < b->n; i++)
        out[i] = v->objective < 0 || r->objective[b->first + i] == v->objective ? weight[i] : 0;
    for (size_t i = 0; v->counts != NULL && i < b->n; i++)
        out[i] *= (float)v->counts[b->first + i];
    return out;
}

/* Margins in Z (window x rows of the block) become slopes. */
static void find_slopes(const struct job *t, size_t run, const struct window *w, const struct many_block *b, float *Z,
                        float *weights)
{
    const struct many_rows *r = t->p->r;
    struct many_pairs pairs = many_rows_pairs(r, b->first, b->n);
    const float *weight = pairs.weight;
    for (size_t i = 0; i < w->n; i++) {
        const struct many_eval *e = t->evals[(w->end + i) % t->m];
        pairs.weight = weigh(r, &e->view, b, weight, weights);
        many_losses(&pairs, Z + i * b->n, losses_of(t, run) + 2 * i);
    }
}

/* Adds the gradients up and begins new ones. */
static void flush(const struct job *t, size_t run, const struct window *w, const struct narrow *n)
{
    size_t d = t->p->r->d;
    double *sums = gradients_of(t, run);
    for (size_t j = 0; j < w->n; j++)
        for (size_t k = 0; k < d; k++)
            sums[j * d + k] += (double)n->G[j * n->width + k];
    memset(n->G, 0, (w->n + PRODUCT_GROUP) * n->width * sizeof *n->G);
}

static void block_by_blas(const struct job *t, size_t run, const struct window *w, const struct many_block *b,
                          const float *x, const struct narrow *n)
{
    size_t d = t->p->r->d;
    linalg_f32_gemm_nt(t->p->W + w->end * d, x, 0, n->Z, w->n, b->n, d);
    find_slopes(t, run, w, b, n->Z, n->weights);
    linalg_f32_gemm(n->Z, x, 1, n->G, w->n, d, b->n);
}

static void block_by_tiles(const struct job *t, size_t run, const struct window *w, const struct many_block *b,
                           const float *x, const struct narrow *n)
{
    size_t d = t->p->r->d;
    for (size_t i = 0; i < b->n; i += PRODUCT_ROWS) {
        struct many_block some = *b;
        some.first += i;
        some.n = b->n - i < PRODUCT_ROWS ? b->n - i : PRODUCT_ROWS;
        many_product_rows(x + i * d, some.n, d, n->rows);
        many_product_forward(n->rows, some.n, n->columns, t->together ? 1 : w->n, d, n->tiles, n->Z);
        for (size_t j = 1; j < w->n && t->together; j++)
            memcpy(n->Z + j * some.n, n->Z, some.n * sizeof *n->Z);
        find_slopes(t, run, w, &some, n->Z, n->weights);
        many_product_backward(n->rows, some.n, n->Z, w->n, d, n->G);
    }
}

static void run_narrow(const struct job *t, size_t run, int worker)
{
    const struct many_run *of = &t->p->runs[run];
    size_t d = t->p->r->d;
    struct narrow n;
    bool fast = many_product_fast();
    struct window w = window_of(t, of->part->fold);
    lay_out(t->p->r, t->p->m_max, t->p->narrow + (size_t)worker * narrow_size(t->p->r, t->p->m_max), &n);
    if (w.n == 0)
        return;
    if (fast)
        many_product_columns(t->p->W + w.end * d, w.n, d, n.columns);
    else
        n.width = d;
    memset(n.G, 0, (w.n + PRODUCT_GROUP) * n.width * sizeof *n.G);
    for (size_t i = of->first; i < of->end; i++) {
        struct many_block b = many_rows_block(of->part, i);
        const float *x = many_block_rows(&b, n.X);
        (fast ? block_by_tiles : block_by_blas)(t, run, &w, &b, x, &n);
        if ((i - of->first) % FLUSH + 1 == FLUSH || i + 1 == of->end)
            flush(t, run, &w, &n);
    }
}

/* ---- float64 ---- */

static size_t wide_size(const struct many_rows *r, size_t m)
{
    return (MANY_BLOCK + 2) * r->d + m * MANY_BLOCK;
}

/* Margins z of KERNEL_ROWS rows become slopes. */
static void some_slopes_f64(const struct job *t, const struct many_view *v, size_t row, double *z, double *sums)
{
    const struct many_rows *r = t->p->r;
    const double *from = r->wide + row;
    struct kernel_pairs k = {.shifted = r->shifted};
    struct kernel_forms f;
    memcpy(f.weight, from, sizeof f.weight);
    memcpy(f.a, from + r->rows, sizeof f.a);
    memcpy(f.b, from + 2 * r->rows, sizeof f.b);
    memcpy(f.shift, from + 3 * r->rows, sizeof f.shift);
    for (size_t i = 0; i < KERNEL_ROWS && (v->counts != NULL || v->objective >= 0); i++)
        f.weight[i] *= many_rows_count(r, v, row + i, MANY_NONE - 1);
    memcpy(k.z, z, sizeof k.z);
    t->p->kernel->losses(&f, &k);
    memcpy(z, k.slope, sizeof k.slope);
    sums[0] += k.loss;
    sums[1] += k.curvature;
}

static void find_slopes_f64(const struct job *t, size_t run, const struct window *w, const struct many_block *b,
                            double *Z)
{
    for (size_t i = 0; i < w->n; i++, Z += b->n)
        for (size_t k = 0; k < b->n; k += KERNEL_ROWS)
            some_slopes_f64(t, &t->evals[(w->end + i) % t->m]->view, b->first + k, Z + k, losses_of(t, run) + 2 * i);
}

/* Margins that the columns [w.first, w.end) give the pairs of the fold they have not seen. */
static void hold(const struct job *t, const struct window *w, const struct many_block *b, const double *x, double *Z)
{
    size_t d = t->p->r->d;
    if (w->first == w->end || t->evals[w->first]->held == NULL)
        return;
    linalg_gemm_nt(t->wide_W + w->first * d, x, 0, Z, w->end - w->first, b->n, d);
    for (size_t i = w->first; i < w->end; i++)
        for (size_t k = 0; k < b->real; k++)
            t->evals[i]->held[t->p->r->index[b->first + k] * t->evals[i]->held_step] = Z[(i - w->first) * b->n + k];
}

static void run_wide(const struct job *t, size_t run, int worker)
{
    const struct many_run *of = &t->p->runs[run];
    size_t d = t->p->r->d;
    double *x = t->wide + (size_t)worker * wide_size(t->p->r, t->m), *Z = x + (MANY_BLOCK + 2) * d;
    struct window w = window_of(t, of->part->fold);
    for (size_t i = of->first; i < of->end; i++) {
        struct many_block b = many_rows_block(of->part, i);
        many_block_rows_f64(&b, x, x + MANY_BLOCK * d);
        hold(t, &w, &b, x, Z);
        if (w.n == 0)
            continue;
        linalg_gemm_nt(t->wide_W + w.end * d, x, 0, Z, w.n, b.n, d);
        find_slopes_f64(t, run, &w, &b, Z);
        linalg_gemm(Z, x, 1, gradients_of(t, run), w.n, d, b.n);
    }
}

/* ---- both ---- */

static void work(void *ctx, int worker)
{
    struct job *t = ctx;
    size_t run;
    while ((run = atomic_fetch_add(&t->next, 1)) < t->p->n_runs) {
        memset(gradients_of(t, run), 0, t->m * (t->p->r->d + 2) * sizeof *t->p->sums);
        if (t->wide != NULL)
            run_wide(t, run, worker);
        else
            run_narrow(t, run, worker);
    }
}

/* Sums of the runs become means of the columns. */
static void add_up(void *ctx, int worker)
{
    struct job *t = ctx;
    size_t d = t->p->r->d, j;
    (void)worker;
    while ((j = atomic_fetch_add(&t->next, 1)) < t->m) {
        struct many_eval *e = t->evals[j];
        memset(e->g, 0, d * sizeof *e->g);
        e->loss = e->curvature = 0;
        for (size_t run = 0; run < t->p->n_runs; run++) {
            size_t fold = t->p->runs[run].part->fold;
            if (fold == e->view.left_out)
                continue;
            size_t place = (j + t->m - window_of(t, fold).end) % t->m;
            linalg_axpy(1 / e->divisor, gradients_of(t, run) + place * d, e->g, d);
            e->loss += losses_of(t, run)[2 * place] / e->divisor;
            e->curvature += losses_of(t, run)[2 * place + 1] / e->divisor;
        }
    }
}

static void run_job(struct job *t)
{
    struct many_pass *p = t->p;
    if (t->m > p->m_max)
        BUG("%zu columns in a pass made for %zu", t->m, p->m_max);
    team_run(p->team, work, t);
    atomic_store(&t->next, 0);
    team_run(p->team, add_up, t);
    p->taken++;
}

static bool at_one_point(struct many_eval *const *evals, size_t m, size_t d)
{
    size_t i = 1;
    while (i < m && memcmp(evals[i]->w, evals[0]->w, d * sizeof *evals[0]->w) == 0)
        i++;
    return i == m;
}

void many_pass_run(struct many_pass *p, struct many_eval *const *evals, size_t m)
{
    size_t d = p->r->d;
    struct job t = {.p = p, .evals = evals, .m = m, .together = m > 1 && at_one_point(evals, m, d)};
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < d; j++)
            p->W[i * d + j] = p->W[(m + i) * d + j] = (float)evals[i]->w[j];
    run_job(&t);
}

bool many_pass_exact(struct many_pass *p, struct many_eval *const *evals, size_t m, struct err *err)
{
    size_t d = p->r->d;
    struct job t = {.p = p, .evals = evals, .m = m};
    t.wide = mem_block_raw((size_t)team_workers(p->team), wide_size(p->r, m) * sizeof *t.wide);
    t.wide_W = mem_block_raw(2 * m, d * sizeof *t.wide_W);
    bool ok = t.wide != NULL && t.wide_W != NULL;
    if (!ok)
        err_set(err, ERR_MEMORY, "no memory to check %zu heads of %zu columns", m, d);
    for (size_t i = 0; ok && i < 2 * m; i++)
        memcpy(t.wide_W + i * d, evals[i % m]->w, d * sizeof *t.wide_W);
    if (ok)
        run_job(&t);
    mem_free(t.wide);
    mem_free(t.wide_W);
    return ok;
}
