/* The differences of a diff in 16 bits a number, for passes that need only be nearly right: half the bytes of float32,
 * and reading them is what a pass costs. A row is integers times its unit: each number is off by 1.6e-5 of the row's
 * largest at most; exact margins and an exact gradient at an anchor (core/pass.h) make up for that. (In bfloat16 rows
 * of normal numbers were off by 50 times as much.)
 *
 * They are kept in memory when they fit, and otherwise formed and rounded again at each reading: the same bits. */
#ifndef ASSAY_CORE_COARSE_H
#define ASSAY_CORE_COARSE_H

#include "core/diff.h"
#include "core/kernel_coarse.h"

struct coarse {
    const struct diff *f; /* must live as long */
    size_t words;         /* of a row, two numbers in each, with numbers of 0 to whole lines of the cache */
    uint32_t *x;          /* rows, in the order of f, or NULL; see core/kernel_coarse.h for the order of numbers */
    float *unit;          /* f->n: what numbers of a row are multiples of; known of rows that were taken */
    const struct kernel_coarse *kernel;
};

/* Rows of f, with at most `memory` bytes of them kept. They are there after coarse_take of each. ERR_MEMORY. On failure
 * nothing needs freeing. */
MUST_CHECK bool coarse_init(struct coarse *c, const struct diff *f, size_t memory, struct err *err);
void coarse_free(struct coarse *c);
/* Row i is x (d), rounded. From any thread, each row by one. `scratch`: a row, used when rows are not kept: then only
 * the unit stays. */
void coarse_take(struct coarse *c, size_t i, const float *x, uint32_t *scratch);
/* Numbers of a row, those of 0 included. */
size_t coarse_width(const struct diff *f);
/* Words that coarse_rows needs for n rows. */
size_t coarse_scratch(const struct diff *f, size_t n);
/* Rows [first, first + n), one after the other; `scratch` is used when they are not kept. */
const uint32_t *coarse_rows(const struct coarse *c, size_t first, size_t n, uint32_t *scratch);

#endif
