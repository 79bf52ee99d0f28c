#include "core/ridge_measure.h"

#include "core/base/mem.h"
#include "core/linalg.h"

#include <math.h>

/* Rows that stay in the cache while every target passes over them: a product with so few columns is slower. */
enum { BLOCK = 32 };

struct measuring {
    const struct ridge_rows *rows;
    const double *Y;
    size_t k;
    const struct ridge_group *g;
    const double *shift;
    double *W, *c; /* nt x d, nt: r = W (x - shift) + c - y */
    int workers;
    struct part {
        double *x, *r;   /* BLOCK x d, BLOCK: rows and the residuals of one target, times roots of weights */
        double *grad;    /* nt x d: sum of o r (x - shift) */
        double *r1, *r2; /* nt: of o r and of o r^2 */
    } parts[TEAM_MAX];
};

static void add_block(const struct measuring *m, struct part *p, size_t first, size_t n)
{
    size_t d = m->rows->d, nt = m->g->nt;
    const size_t *which = m->g->which + first;
    const double *root = m->g->root + first;
    for (size_t i = 0; i < n; i++) {
        double *x = p->x + i * d;
        m->rows->row(m->rows->ctx, which[i], x);
        for (size_t j = 0; j < d; j++)
            x[j] = root[i] * (x[j] - m->shift[j]);
    }
    for (size_t t = 0; t < nt; t++) {
        for (size_t i = 0; i < n; i++)
            p->r[i] = root[i] * (m->c[t] - m->Y[which[i] * m->k + m->g->targets[t]]);
        linalg_gemv(p->x, n, d, m->W + t * d, 1, p->r);
        linalg_gemv_t(p->x, n, d, p->r, 1, p->grad + t * d);
        for (size_t i = 0; i < n; i++) {
            p->r1[t] += root[i] * p->r[i];
            p->r2[t] += p->r[i] * p->r[i];
        }
    }
}

static void measure_part(void *ctx, int worker)
{
    struct measuring *m = ctx;
    size_t workers = (size_t)m->workers, w = (size_t)worker, n = m->g->n, to = n * (w + 1) / workers;
    for (size_t i = n * w / workers; i < to; i += BLOCK)
        add_block(m, &m->parts[w], i, to - i < BLOCK ? to - i : BLOCK);
}

static bool prepare(struct measuring *m, const double *W, const double *b, struct err *err)
{
    size_t d = m->rows->d, nt = m->g->nt;
    m->W = mem_block(nt, d * sizeof *m->W);
    m->c = mem_array(nt, sizeof *m->c);
    bool ok = m->W != NULL;
    for (int i = 0; i < m->workers; i++) {
        struct part *p = &m->parts[i];
        *p = (struct part){.x = mem_block(BLOCK, d * sizeof *p->x), .grad = mem_block(nt, d * sizeof *p->grad)};
        p->r = mem_array(BLOCK, sizeof *p->r);
        p->r1 = mem_array(nt, sizeof *p->r1);
        p->r2 = mem_array(nt, sizeof *p->r2);
        ok = ok && p->x != NULL && p->grad != NULL;
    }
    if (!ok)
        return err_set(err, ERR_MEMORY, "no memory to check a fit of %zu columns", d);
    for (size_t t = 0; t < nt; t++) {
        const double *w = W + m->g->targets[t] * d;
        linalg_axpy(1, w, m->W + t * d, d);
        m->c[t] = b[m->g->targets[t]] + linalg_dot(w, m->shift, d);
    }
    return true;
}

static void release(struct measuring *m)
{
    mem_free(m->W);
    mem_free(m->c);
    for (int i = 0; i < m->workers; i++) {
        mem_free(m->parts[i].x);
        mem_free(m->parts[i].r);
        mem_free(m->parts[i].grad);
        mem_free(m->parts[i].r1);
        mem_free(m->parts[i].r2);
    }
}

/* The sums of target t, which part 0 has gathered, as its objective and gradient. */
static struct ridge_info result(const struct measuring *m, size_t t, double l2)
{
    const struct part *p = &m->parts[0];
    size_t d = m->rows->d;
    double weight = m->g->sum_weight, gb = p->r1[t] / weight, gg = gb * gb, ww = 0;
    for (size_t i = 0; i < d; i++) {
        double w = m->W[t * d + i], gw = p->grad[t * d + i] / weight + m->shift[i] * gb + l2 * w;
        ww += w * w;
        gg += gw * gw;
    }
    return (struct ridge_info){m->g->n, p->r2[t] / (2 * weight) + l2 / 2 * ww, sqrt(gg)};
}

bool ridge_measure(const struct ridge_rows *rows, const double *Y, size_t k, const struct ridge_group *g,
                   const double *l2, const double *W, const double *b, const double *shift, struct team *team,
                   struct ridge_info *info, struct err *err)
{
    struct measuring m = {.rows = rows, .Y = Y, .k = k, .g = g, .shift = shift};
    m.workers = team != NULL ? team_workers(team) : 1;
    bool ok = prepare(&m, W, b, err);
    if (ok && team != NULL)
        team_run(team, measure_part, &m);
    else if (ok)
        measure_part(&m, 0);
    for (int i = 1; ok && i < m.workers; i++) {
        linalg_axpy(1, m.parts[i].grad, m.parts[0].grad, g->nt * rows->d);
        linalg_axpy(1, m.parts[i].r1, m.parts[0].r1, g->nt);
        linalg_axpy(1, m.parts[i].r2, m.parts[0].r2, g->nt);
    }
    for (size_t t = 0; ok && t < g->nt; t++)
        info[g->targets[t]] = result(&m, t, l2[g->targets[t]]);
    release(&m);
    return ok;
}
