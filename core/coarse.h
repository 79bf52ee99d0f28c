/* The differences of a diff in bfloat16, for passes that need only be nearly right: half the bytes of float32, and
 * reading them is what a pass costs. Each number is rounded by 2^-9 of it at most; exact margins and an exact gradient
 * at an anchor (core/pass.h) make up for that.
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
    const struct kernel_coarse *kernel;
};

/* Rows of f, with at most `memory` bytes of them kept. Those that are kept are there after coarse_take of each. */
void coarse_init(struct coarse *c, const struct diff *f, size_t memory);
void coarse_free(struct coarse *c);
/* Row i is x (d), rounded. From any thread, each row by one. Nothing when rows are not kept. */
void coarse_take(struct coarse *c, size_t i, const float *x);
/* Numbers of a row, those of 0 included. */
size_t coarse_width(const struct diff *f);
/* Words that coarse_rows needs for n rows. */
size_t coarse_scratch(const struct diff *f, size_t n);
/* Rows [first, first + n), one after the other; `scratch` is used when they are not kept. */
const uint32_t *coarse_rows(const struct coarse *c, size_t first, size_t n, uint32_t *scratch);

#endif
