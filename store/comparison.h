/* One comparison with all that was said of it, to be read by whoever looks after the data: browse, review. In stored
 * order; which model an answer came from is not among it. */
#ifndef ASSAY_STORE_COMPARISON_H
#define ASSAY_STORE_COMPARISON_H

#include "store/content.h"
#include "store/label.h"

struct comparison {
    int64_t row; /* 0: there is no such comparison, and nothing else is set */
    char id[ID_HEX_SIZE];
    const char *source;
    bool retired;
    int64_t people; /* who have handled it */
    struct message *turns;
    size_t n_turns;
    struct json_text text[2];     /* first, second */
    struct judgement *judgements; /* the latest of everybody, of the comparison and of its two responses alone */
    size_t n;
    struct label label; /* "best" */
};

/* All of one moment; lives in `a`. */
MUST_CHECK bool comparison_load(struct db *db, int64_t row, struct arena *a, struct comparison *out, struct err *err);

#endif
