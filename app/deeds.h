/* The deeds of the workbench (ui/deed.h), each performed by a function of its name: on the store, committed when it
 * returns. To add one: a row in ui/deed.h and a function here, in app/deeds.c or in a file of its own. */
#ifndef ASSAY_APP_DEEDS_H
#define ASSAY_APP_DEEDS_H

#include "ui/deed.h"

struct db;

struct deed_context {
    struct db *db;
    const char *person; /* who does it, for the audit trail */
    int64_t annotator;  /* their row */
};

/* Done or refused (out->refused with a message): true. Failed, nothing changed: false. */
#define X(id, name)                                                                                                    \
    MUST_CHECK bool deed_##name(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err);
DEEDS(X)
#undef X

/* As struct workbench_host says; `context` is a struct deed_context. */
bool deeds_perform(void *context, const struct deed *deed, struct reaction *out, struct err *err);

#endif
