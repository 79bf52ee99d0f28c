#include "core/many_rows.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* ---- making them ---- */

static size_t whole(size_t n)
{
    return (n + MANY_LANES - 1) / MANY_LANES * MANY_LANES;
}

static const struct pair *pair_of(const struct many_problem *p, size_t i)
{
    return &p->pairs[p->which != NULL ? p->which[i] : i];
}

static size_t fold_of(const struct many_problem *p, size_t i)
{
    return p->fold != NULL ? p->fold[i] : 0;
}

static bool check(const struct many_problem *p, struct err *err)
{
    if (p->n == 0 || p->e->d == 0)
        return err_set(err, ERR_RANGE, "there are no pairs to train on");
    if (p->n > INT_MAX)
        return err_set(err, ERR_RANGE, "%zu pairs are too many for several fits at once", p->n);
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *q = pair_of(p, i);
        if (!(q->weight >= 0) || !isfinite(q->weight) || !(q->p >= 0 && q->p <= 1))
            return err_set(err, ERR_RANGE,
                           "the pair of rows %zu and %zu has weight %g and p %g; a weight is at least 0, p between 0 "
                           "and 1",
                           q->chosen, q->rejected, q->weight, q->p);
    }
    return true;
}

/* Pairs of a fold, with i in place of their group, so that their order in the diff tells where they came from, and
 * without their weight: a fold may hold only pairs of weight 0. */
static size_t take_fold(const struct many_problem *p, size_t fold, struct pair *out)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (fold_of(p, i) == fold) {
            out[n] = *pair_of(p, i);
            out[n].weight = 1;
            out[n++].group = (int)i;
        }
    return n;
}

static bool add_part(struct many_rows *r, const struct many_problem *p, size_t fold, struct pair *pairs, size_t *memory,
                     struct team *team, struct err *err)
{
    size_t n = take_fold(p, fold, pairs);
    if (n == 0)
        return true;
    struct many_part *part = &r->parts[r->n_parts];
    *part = (struct many_part){.fold = fold, .first = r->rows};
    if (!diff_init(&part->f, p->e, pairs, NULL, n, *memory, team, err))
        return false;
    if (part->f.kept != NULL)
        *memory -= n * r->d * sizeof *part->f.kept;
    r->n_parts++;
    r->rows += whole(n);
    return true;
}

static bool add_parts(struct many_rows *r, const struct many_problem *p, size_t memory, struct team *team,
                      struct err *err)
{
    size_t folds = 0;
    for (size_t i = 0; i < p->n; i++)
        folds = fold_of(p, i) >= folds ? fold_of(p, i) + 1 : folds;
    struct pair *pairs = mem_block(p->n, sizeof *pairs);
    if (pairs == NULL)
        return err_set(err, ERR_MEMORY, "%zu pairs do not fit into memory", p->n);
    r->parts = mem_array(folds, sizeof *r->parts);
    bool ok = true;
    for (size_t k = 0; ok && k < folds; k++)
        ok = add_part(r, p, k, pairs, &memory, team, err);
    mem_free(pairs);
    return ok;
}

static void take_row(struct many_rows *r, const struct many_problem *p, size_t row, size_t i)
{
    const struct pair *q = pair_of(p, i);
    struct loss_form f = loss_form_of(&p->loss, q->weight, q->p, q->strength);
    const double form[] = {f.weight, f.a, f.b, f.shift};
    r->index[row] = i;
    r->objective[row] = q->objective;
    r->share[row] = p->normalise == LOSS_BY_WEIGHTS ? f.weight : q->weight;
    for (size_t k = 0; k < 4; k++) {
        r->wide[k * r->rows + row] = form[k];
        r->narrow[k * r->rows + row] = (float)form[k];
    }
    r->shifted = r->shifted || f.shift != 0;
    for (size_t b = 0; b < p->draws; b++)
        r->counts[b * r->rows + row] = p->counts[b * p->n + i];
}

static bool take_rows(struct many_rows *r, const struct many_problem *p, struct err *err)
{
    r->draws = p->draws;
    r->index = mem_block(r->rows, sizeof *r->index);
    r->objective = mem_block(r->rows, sizeof *r->objective);
    r->wide = mem_block(r->rows, 4 * sizeof *r->wide);
    r->share = mem_block(r->rows, sizeof *r->share);
    r->narrow = mem_block(r->rows, 4 * sizeof *r->narrow);
    r->counts = p->draws > 0 ? mem_block(r->rows, p->draws) : NULL;
    if (r->index == NULL || r->objective == NULL || r->wide == NULL || r->share == NULL || r->narrow == NULL ||
        (p->draws > 0 && r->counts == NULL))
        return err_set(err, ERR_MEMORY, "%zu pairs do not fit into memory", p->n);
    for (size_t row = 0; row < r->rows; row++) {
        r->index[row] = MANY_NONE;
        r->objective[row] = -1;
    }
    for (size_t k = 0; k < r->n_parts; k++)
        for (size_t i = 0; i < r->parts[k].f.n; i++)
            take_row(r, p, r->parts[k].first + i, (size_t)r->parts[k].f.pairs[i].group);
    return true;
}

bool many_rows_init(struct many_rows *r, const struct many_problem *p, size_t memory, struct team *team,
                    struct err *err)
{
    *r = (struct many_rows){.n = p->n, .d = p->e->d, .e = p->e};
    if (check(p, err) && add_parts(r, p, memory, team, err) && take_rows(r, p, err))
        return true;
    many_rows_free(r);
    return false;
}

void many_rows_free(struct many_rows *r)
{
    for (size_t k = 0; k < r->n_parts; k++)
        diff_free(&r->parts[k].f);
    mem_free(r->parts);
    mem_free(r->index);
    mem_free(r->objective);
    mem_free(r->wide);
    mem_free(r->share);
    mem_free(r->narrow);
    mem_free(r->counts);
    *r = (struct many_rows){0};
}

/* ---- reading them ---- */

struct many_pairs many_rows_pairs(const struct many_rows *r, size_t first, size_t n)
{
    const float *from = r->narrow + first;
    return (struct many_pairs){n, from, from + r->rows, from + 2 * r->rows, from + 3 * r->rows, r->shifted};
}

struct loss_form many_rows_form(const struct many_rows *r, size_t row)
{
    const double *from = r->wide + row;
    return (struct loss_form){from[0], from[r->rows], from[2 * r->rows], from[3 * r->rows]};
}

size_t many_part_blocks(const struct many_part *p)
{
    return (p->f.n + MANY_BLOCK - 1) / MANY_BLOCK;
}

struct many_block many_rows_block(const struct many_part *p, size_t i)
{
    size_t at = i * MANY_BLOCK, real = p->f.n - at < MANY_BLOCK ? p->f.n - at : MANY_BLOCK;
    return (struct many_block){.part = p, .first = p->first + at, .n = whole(real), .real = real};
}

const float *many_block_rows(const struct many_block *b, float *scratch)
{
    size_t d = b->part->f.d;
    const float *x = diff_rows(&b->part->f, b->first - b->part->first, b->real, scratch);
    if (b->n == b->real)
        return x;
    if (x != scratch)
        memcpy(scratch, x, b->real * d * sizeof *x);
    memset(scratch + b->real * d, 0, (b->n - b->real) * d * sizeof *x);
    return scratch;
}

void many_block_rows_f64(const struct many_block *b, double *out, double *scratch)
{
    size_t d = b->part->f.d;
    diff_rows_f64(&b->part->f, b->first - b->part->first, b->real, out, scratch);
    memset(out + b->real * d, 0, (b->n - b->real) * d * sizeof *out);
}

bool many_view_same(const struct many_view *a, const struct many_view *b)
{
    return a->left_out == b->left_out && a->counts == b->counts && a->objective == b->objective;
}

double many_rows_count(const struct many_rows *r, const struct many_view *v, size_t row, size_t fold)
{
    if (fold == v->left_out || (v->objective >= 0 && r->objective[row] != v->objective))
        return 0;
    return v->counts != NULL ? v->counts[row] : 1;
}

double many_rows_divisor(const struct many_rows *r, const struct many_view *v)
{
    double sum = 0;
    for (size_t k = 0; k < r->n_parts; k++)
        for (size_t i = 0; i < r->parts[k].f.n; i++)
            sum += many_rows_count(r, v, r->parts[k].first + i, r->parts[k].fold) * r->share[r->parts[k].first + i];
    return sum;
}
