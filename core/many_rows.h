/* The data of many heads at once: differences of pairs in one part a fold, so that a fold that a head does not see is a
 * run of blocks that its column is not multiplied with; and what losses need to know of each pair.
 *
 * Rows are numbered through the parts. A part is filled up to whole vectors by rows of weight 0 and difference 0. */
#ifndef ASSAY_CORE_MANY_ROWS_H
#define ASSAY_CORE_MANY_ROWS_H

#include "core/diff.h"
#include "core/many.h"
#include "core/many_kernel.h"

enum { MANY_BLOCK = 512 };

struct many_part {
    struct diff f;
    size_t fold, first; /* its first row */
};

struct many_rows {
    size_t n, d;
    size_t rows; /* n and what fills the parts */
    size_t n_parts;
    struct many_part *parts; /* by fold */
    size_t *index;           /* a row: its i; MANY_NONE for those that fill */
    int *objective;          /* a row */
    double *share;           /* a row: its part of what a mean divides by */
    double *wide;            /* forms: weight, a, b, shift of all rows, one array behind the other */
    float *narrow;           /* the same, for many_losses */
    bool shifted;
    uint8_t *counts; /* draws x rows */
    size_t draws;
    const struct embeddings *e;
};

/* Errors as diff_init; ERR_RANGE also for more than INT_MAX pairs. On failure nothing needs freeing. */
MUST_CHECK bool many_rows_init(struct many_rows *r, const struct many_problem *p, size_t memory, struct team *team,
                               struct err *err);
void many_rows_free(struct many_rows *r);

/* The pairs of rows [first, first + n). */
struct many_pairs many_rows_pairs(const struct many_rows *r, size_t first, size_t n);
struct loss_form many_rows_form(const struct many_rows *r, size_t row);
/* A run of up to MANY_BLOCK rows of one part. */
struct many_block {
    const struct many_part *part;
    size_t first, n; /* rows, n a multiple of MANY_LANES */
    size_t real;     /* of them pairs; the rest fills */
};
size_t many_part_blocks(const struct many_part *p);
struct many_block many_rows_block(const struct many_part *p, size_t i);
/* Its differences, n x d; scratch: MANY_BLOCK + 2 rows of d. */
const float *many_block_rows(const struct many_block *b, float *scratch);
/* The same in float64 without rounding; out: MANY_BLOCK x d, scratch: 2 rows of d. */
void many_block_rows_f64(const struct many_block *b, double *out, double *scratch);

/* How much a column counts a row: 0, or how often its draw holds it. */
struct many_view {
    size_t left_out;       /* a fold, or MANY_NONE */
    const uint8_t *counts; /* by row, or NULL: all 1 */
    int objective;         /* pairs of this objective only; negative: all */
};
bool many_view_same(const struct many_view *a, const struct many_view *b);
double many_rows_count(const struct many_rows *r, const struct many_view *v, size_t row, size_t fold);
/* What its mean divides by: the sum of count x share. */
double many_rows_divisor(const struct many_rows *r, const struct many_view *v);

#endif
