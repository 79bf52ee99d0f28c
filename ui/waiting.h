/* What waits to be worked on (store/backlog.h), read beside the screen: the lists of the views review and queue. */
#ifndef ASSAY_UI_WAITING_H
#define ASSAY_UI_WAITING_H

#include "core/base/vec.h"
#include "store/backlog.h"
#include "ui/deed.h"
#include "ui/worker.h"

enum { WAITING_MOST = 5000, WAITING_NAME = 64 };

/* In which order: as the list has it; where a head is surest first; where it is least sure first. Without a head, as
 * the list has it. id, word, meaning */
#define WAITING_ORDERS(X)                                                                                              \
    X(LISTED, "listed", "as they are listed")                                                                          \
    X(SURE, "sure", "where the head is surest first")                                                                  \
    X(UNSURE, "unsure", "where the head is least sure first")
enum waiting_order {
#define X(id, word, meaning) WAITING_##id,
    WAITING_ORDERS(X)
#undef X
};
const char *waiting_order_meaning(enum waiting_order o);
/* ERR_USAGE when there is none of that name. */
MUST_CHECK bool waiting_order_parse(const char *word, enum waiting_order *out, struct err *err);

/* Which of those where people disagree are wanted; texts that are "" ask for nothing. */
struct waiting_filter {
    char annotator[WAITING_NAME]; /* judged by this person, among others */
    char attribute[WAITING_NAME]; /* people are apart in this; "": in the preference. Those most apart come first */
    int gap;                      /* by at least so much; 0: as the list has it */
    enum waiting_order order;
};

struct waiting_item {
    int64_t comparison, people, wanted;
    char id[33], source[WAITING_NAME];
    int spread, helpfulness, gap; /* gap: in the attribute of the filter */
    bool conflict;
    struct verdict head; /* p NaN: no head says anything */
};

struct waiting {
    VEC(struct waiting_item) items;  /* WAITING_MOST at most */
    char head[64], why[VERDICT_WHY]; /* as struct verdicts */
    bool failed;
    struct err err;
};

/* Read on a thread of its own; `path` and `filter` (NULL: none) are copied. `host` (NULL: none) knows what a head says.
 */
struct worker *waiting_start(const char *path, enum backlog which, const struct waiting_filter *filter,
                             const struct workbench_host *host, const struct wake *wake);
/* "A 0.83 (0.71-0.91)": the side that it prefers, A being the first; "" when it says nothing. */
enum { WAITING_SAYS = 40 };
void waiting_head_says(const struct verdict *v, char out[WAITING_SAYS]);
/* What it found; NULL as long as it looks. */
const struct waiting *waiting_found(struct worker *w);

#endif
