/* What views other than annotate ask to be written. They read through store/ themselves; every write is a deed, which
 * the host (app/workbench.c) performs and has committed before it answers, so that keys, scripts and tests share one
 * entry. */
#ifndef ASSAY_UI_DEED_H
#define ASSAY_UI_DEED_H

#include "ui/action.h"
#include "ui/glance.h"
#include "ui/verdict.h"

/* id, function deed_<name> in app/deeds.h */
#define DEEDS(X)                                                                                                       \
    X(RETIRE, retire)     /* comparison `row` is given to nobody and left out of everything; `text`: why, or NULL */   \
    X(ASSIGN, assign)     /* `more`: a struct assigning; to the person `text`, `value` days */                         \
    X(ONE_MORE, one_more) /* one more person is wanted for comparison `row` */                                         \
    X(DECIDE, decide) /* comparison `row` is decided: `value` as in stored order; `text`: why, @A being the first */   \
    X(TAKE_BACK, take_back) /* the last thing done in this session, in whatever view; value 1: when there is none,     \
                               this person's last decision */                                                          \
    X(DROP, drop)           /* judgement `row` counts no more and is kept; `text`: why */                              \
    X(RESTORE, restore)     /* and back */

enum deed_kind {
#define X(id, name) DEED_##id,
    DEEDS(X)
#undef X
        DEED_COUNT
};

struct deed {
    enum deed_kind kind;
    int64_t row;      /* the row that it is done to; 0: none */
    int value;        /* whatever the kind says */
    const char *text; /* whatever the kind says: valid UTF-8, terminated; lives until perform returns */
    size_t len;
    const void *more; /* a struct of the kind's own, when it needs more than that */
};

struct assigning {
    const int64_t *comparisons; /* n, the first one first */
    size_t n;
};

const char *deed_name(enum deed_kind kind);

struct workbench_host {
    /* True: done, or refused with a reason (ui/action.h). False: it failed and nothing was changed. */
    bool (*perform)(void *ctx, const struct deed *deed, struct reaction *out, struct err *err);
    void *ctx;
    /* On a worker's thread: agreement of people in the workspace at `path`. out->n 0: nobody has judged yet. NULL: it
     * is not told. */
    bool (*glance)(const char *path, struct glance *out, struct err *err);
    /* On a worker's thread: what the newest head says of n comparisons. NULL: it is not told. */
    bool (*verdicts)(const char *path, const int64_t *comparisons, size_t n, struct verdicts *out, struct err *err);
};

#endif
