/* The deeds of the workbench (ui/deed.h), each performed by a function of its name: on the store, committed when it
 * returns; and the last one taken back, in whatever view it was done.
 *
 * What was done in this session is a stack. Annotating has a history of its own, which is kept in the workspace
 * (task_undo): each deed remembers how far that was, so that both are taken back in the order in which they were done.
 * To add a deed: a row in ui/deed.h, a function here, in app/deeds.c or in a file of its own, and its inverse in
 * app/deeds_undo.c. */
#ifndef ASSAY_APP_DEEDS_H
#define ASSAY_APP_DEEDS_H

#include "core/base/vec.h"
#include "store/role.h"
#include "ui/deed.h"

struct session;

/* What it takes to take a deed back. */
struct done {
    enum deed_kind kind;
    int64_t row;    /* as in struct deed */
    int64_t step;   /* the last step of annotating when it was done */
    int64_t before; /* ONE_MORE: people who were wanted, -1: as many as the overlap says */
    char *to;       /* ASSIGN: the person, and what was handed to them */
    VEC(int64_t) comparisons;
    VEC(bool) handed;
};

struct deed_context {
    struct db *db;
    const char *person;      /* who does it, for the audit trail */
    int64_t annotator;       /* their row */
    struct session *session; /* their annotating */
    int64_t began;           /* the last step of it before this session */
    struct done doing;       /* by functions of deeds: what their inverse needs */
    VEC(struct done) done;
    char taken[200]; /* what was taken back last, in words; "": nothing was yet */
};

/* All but the struct itself is borrowed. */
MUST_CHECK bool deeds_open(struct deed_context *c, struct session *s, const char *person, struct err *err);
void deeds_close(struct deed_context *c);
/* The last deed cannot be taken back any more. */
void deeds_forget_last(struct deed_context *c);

/* Done or refused (out->refused with a message): true. Failed, nothing changed: false. */
#define X(id, name)                                                                                                    \
    MUST_CHECK bool deed_##name(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err);
DEEDS(X)
#undef X
/* What a person may do better is no failure: it is said, and nothing was changed. `done` is the message otherwise. */
MUST_CHECK bool deed_answer(bool ok, struct reaction *out, const char *done, struct err *reason, struct err *err);
/* The least role that a deed takes. */
enum role deed_role(enum deed_kind kind);

/* As struct workbench_host says; `context` is a struct deed_context. */
bool deeds_perform(void *context, const struct deed *deed, struct reaction *out, struct err *err);
/* As struct ui_host says, the same way: the session annotates, but `undo` takes back what was done last, a deed too. */
bool deeds_annotate(void *context, const struct action *action, struct reaction *out, struct err *err);
const struct annotate_state *deeds_annotate_state(void *context);

#endif
