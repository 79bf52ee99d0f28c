/* Making a workspace: the file (store/db.h) and what stands in it from the start. */
#ifndef ASSAY_STORE_WORKSPACE_H
#define ASSAY_STORE_WORKSPACE_H

#include "store/db.h"

struct rubric;

struct workspace_options {
    const char *title;      /* shown on the screen; NULL: the file's name */
    const char *guidelines; /* text for annotators, or NULL */
    int overlap;            /* how many people judge each comparison; 0 means 1 */
    const char *who;        /* for the audit trail, or NULL */
    const char *account;    /* that owns it (store/role.h), or NULL */
};

/* Make a workspace with `rubric` (its row and version are set). ERR_CONFLICT when `path` exists already; on failure
 * nothing is left there. */
MUST_CHECK bool workspace_create(const char *path, struct rubric *rubric, const struct workspace_options *options,
                                 struct db **out, struct err *err);
#endif
