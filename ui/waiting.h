/* What waits to be worked on (store/backlog.h), read beside the screen: the lists of the views review and queue. */
#ifndef ASSAY_UI_WAITING_H
#define ASSAY_UI_WAITING_H

#include "core/base/vec.h"
#include "store/backlog.h"
#include "ui/worker.h"

enum { WAITING_MOST = 5000, WAITING_NAME = 64 };

/* Which of those where people disagree are wanted; texts that are "" ask for nothing. */
struct waiting_filter {
    char annotator[WAITING_NAME]; /* judged by this person, among others */
    char attribute[WAITING_NAME]; /* people are apart in this; "": in the preference. Those most apart come first */
    int gap;                      /* by at least so much; 0: as the list has it */
};

struct waiting_item {
    int64_t comparison, people, wanted;
    char id[33], source[WAITING_NAME];
    int spread, helpfulness, gap; /* gap: in the attribute of the filter */
    bool conflict;
};

struct waiting {
    VEC(struct waiting_item) items; /* WAITING_MOST at most */
    bool failed;
    struct err err;
};

/* Read on a thread of its own; `path` and `filter` (NULL: none) are copied. The job is a struct waiting. */
struct worker *waiting_start(const char *path, enum backlog which, const struct waiting_filter *filter,
                             const struct wake *wake);
/* What it found; NULL as long as it looks. */
const struct waiting *waiting_found(struct worker *w);

#endif
