/* How good a head of grades (core/ordinal.h) is on the ratings of an attribute, beside what it has to beat: the shares
 * of the grades without looking at any answer, and least squares at the same penalty. */
#ifndef ASSAY_APP_GRADES_H
#define ASSAY_APP_GRADES_H

#include "core/base/json_writer.h"
#include "core/head.h"
#include "core/rated.h"

struct grades {
    struct ordinal_metric head, shares, ridge; /* head.weight 0: there were no ratings */
};

/* The answers of the fitted or of the held-out ratings, which are borrowed. */
struct grades_side {
    const struct rated *rated;
    struct rated_answers answers;
    double *z, *count; /* answers.n, answers.n x levels: of the attribute at hand */
};
void grades_open(struct grades_side *s, const struct rated *r);
void grades_close(struct grades_side *s);
/* Sets s->count: the ratings of attribute j at each level of o. */
void grades_count(struct grades_side *s, enum rated_rows rows, size_t j, const struct ordinal *o);

struct grades_models {
    const struct ordinal *head, *shares;
    const double *w; /* d, with b: the head's */
    double b;
    const double *ridge_w;
    double ridge_b;
};
/* On the attribute that was counted. */
void grades_measure(struct grades_side *s, const struct embeddings *e, const struct grades_models *m,
                    struct grades *out);

/* A member `key`; null without ratings. */
void grades_json(const char *key, const struct grades *g, struct json_writer *w);
/* A table, a line an objective of the head: held-out ratings when there are some, else those of the fit. */
void grades_table(const struct head *h, const struct grades *fit, const struct grades *held, struct buf *out);

#endif
