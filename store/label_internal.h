/* What label.c, label_rating.c and the exports share. */
#ifndef ASSAY_STORE_LABEL_INTERNAL_H
#define ASSAY_STORE_LABEL_INTERNAL_H

#include "store/judgement_walk.h"
#include "store/label.h"
#include "store/stmt.h"

/* Whose judgements "best" takes: the highest that anybody has. */
enum label_rank { RANK_SOURCE, RANK_PERSON, RANK_REVIEWER };
bool label_rank_counts(enum label_rank rank, enum label_rank highest, enum label_by by);

/* The id in a column, as people write it. */
void label_hex_column(struct rows *q, int column, char out[ID_HEX_SIZE]);
/* Half away from zero, within the scale of preferences. */
int label_round(double x);
/* Does judgement i of n go into the label? The parts "source:x#1", … of an aggregate "source:x" do not. */
bool label_counts(const struct judgement *j, size_t n, enum label_by by, size_t i);
/* Mean of an attribute of one of the two responses over the judgements that count; NaN: nobody rated it. */
double label_mean_rating(const struct judgement *j, size_t n, enum label_by by, int which, const char *attribute);
/* The same of an attribute of both together, in stored order. */
double label_mean_aspect(const struct judgement *j, size_t n, enum label_by by, const char *attribute);
/* Mean of a response, or what the book says of the response. */
double label_rating_of(const struct label_pair *pair, const struct judgement *j, size_t n,
                       const struct label_options *o, int which, const char *attribute);
/* Are all comparisons asked for, but for those that are retired? */
bool label_wants_all(const struct label_options *o);
/* The latest judgements of a comparison and (which = 0, 1) of its two responses alone. */
MUST_CHECK bool label_walk(struct judgement_walk *w, int64_t comparison, const int64_t responses[2], struct arena *a,
                           struct judgement **out, size_t *n, struct err *err);
/* The same for a single one. */
MUST_CHECK bool label_judgements(struct db *db, int64_t comparison, const int64_t responses[2], struct arena *a,
                                 struct judgement **out, size_t *n, struct err *err);
/* Means per attribute (k values, NaN: none) over *n judgements, or what the book says. */
MUST_CHECK bool label_ratings(struct db *db, int64_t response, const struct label_options *o,
                              const char *const *attributes, size_t k, double *values, int *n, struct err *err);
/* ERR_MISSING when the source that is asked for is not there. */
MUST_CHECK bool label_check_source(struct db *db, const struct label_options *o, struct err *err);
/* A row of comparison_each, without the label. */
void label_pair_row(struct rows *q, struct label_pair *p);

#endif
