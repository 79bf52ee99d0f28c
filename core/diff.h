/* Differences of pairs of embedding rows, chosen minus rejected, for the fitting engine: read from the mapped files in
 * the precision they have, formed as float32 block by block, kept in memory when they fit and formed again otherwise.
 *
 * Pairs are put into the order of their rows in the files, so that the two answers of a prompt are read together;
 * everything by pair (weights, probabilities, margins) stands in that order. */
#ifndef ASSAY_CORE_DIFF_H
#define ASSAY_CORE_DIFF_H

#include "core/base/team.h"
#include "core/embedding.h"
#include "core/pairs.h"

#include <stdatomic.h>

struct diff {
    const struct embeddings *e; /* must live as long */
    size_t n, d;
    struct pair *pairs; /* n, in the order of reading */
    double *weight, *p; /* n each */
    double sum_weight;  /* > 0 */
    float *kept;        /* n x d by rows, or NULL: they are formed again at each reading */
    bool doubles;       /* some rows are float64: no difference counts as exact then */
    bool *rounded;      /* n: was the difference rounded when it was kept as float32, or not kept at all? */
    bool exact;         /* none was */
};

/* Bytes that differences may take by default: half of the memory that is free. */
size_t diff_default_memory(void);

/* Differences of the pairs[which[i]], i < n (which NULL: the first n), with at most `memory` bytes of them kept. Every
 * row is read once and checked: ERR_NUMERIC for NaN or infinity, naming the first bad pair; ERR_RANGE when n = 0, for a
 * bad weight or p, or when all weights are 0; ERR_MEMORY. On failure nothing needs freeing. */
MUST_CHECK bool diff_init(struct diff *f, const struct embeddings *e, const struct pair *pairs, const size_t *which,
                          size_t n, size_t memory, struct team *team, struct err *err);
void diff_free(struct diff *f);

/* The first reading, for whoever has work to do with rows that are just formed: diff_init is diff_prepare, diff_form of
 * all rows on the team, diff_settle. */
struct diff_reading {
    atomic_size_t first_bad;
    atomic_bool inexact;
};
/* All but the reading: pairs, weights and p are there, rows are not yet: diff_rows_exact and diff_rows_f64 form them
 * each time, diff_rows is not for use. */
MUST_CHECK bool diff_prepare(struct diff *f, const struct embeddings *e, const struct pair *pairs, const size_t *which,
                             size_t n, size_t memory, struct err *err);
void diff_reading_start(struct diff_reading *r, const struct diff *f);
/* Form and check rows [first, first + n); from any thread, each row once. `scratch`: n + 2 rows of d. Returns them. */
const float *diff_form(const struct diff *f, struct diff_reading *r, size_t first, size_t n, float *scratch);
/* When every row was formed: the errors of diff_init about rows. f is not freed then. */
MUST_CHECK bool diff_settle(struct diff *f, const struct diff_reading *r, struct err *err);
/* diff_form of all rows and diff_settle. */
MUST_CHECK bool diff_read(struct diff *f, struct team *team, struct err *err);

/* Rows [first, first + n) by rows; `scratch` (n + 2 rows of d) is used when they are not kept. */
const float *diff_rows(const struct diff *f, size_t first, size_t n, float *scratch);
/* The same, or NULL when float32 does not hold all of these rows as they are. */
const float *diff_rows_exact(const struct diff *f, size_t first, size_t n, float *scratch);
/* In float64, without any rounding of f16, bf16 or f32 rows: out is n x d; `scratch` holds 2 rows of d doubles. */
void diff_rows_f64(const struct diff *f, size_t first, size_t n, double *out, double *scratch);

#endif
