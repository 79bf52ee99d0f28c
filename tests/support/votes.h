/* Who gave which item which value, as a list that is being made: for tests of agreement and aggregation. */
#ifndef ASSAY_TESTS_VOTES_H
#define ASSAY_TESTS_VOTES_H

#include "core/agreement.h"
#include "core/base/vec.h"

struct votes {
    VEC(size_t) item, rater;
    VEC(double) value;
};

void votes_add(struct votes *l, size_t item, size_t rater, double value);
/* Borrows the list; as many items and raters as the largest numbers say. */
struct agreement_data votes_data(const struct votes *l);
void votes_free(struct votes *l);

/* Third-party data beside the checkout ($ASSAY_DATA or ../shared/data): the path of a file of it, in `out`. */
const char *votes_path(const char *name, char out[512]);
/* Append column `column` of such a file "id,rater,value...": three ratings an item, one after the other; A, tie, B are
 * 0, 1, 2. */
void votes_read(struct votes *l, const char *name, size_t column);

#endif
