/* Put a backup in the place of a workspace. What is put there is a copy that was made on the same disk, brought up to
 * date and verified, so that there is room and a fault shows before anything is touched; what stood there is kept. */
#ifndef ASSAY_STORE_RESTORE_H
#define ASSAY_STORE_RESTORE_H

#include "core/base/buf.h"
#include "store/db.h"

struct restore_options {
    bool check_only;                             /* make the copy, verify it, take it away again */
    const char *who;                             /* for the audit trail, or NULL */
    void (*report)(void *ctx, const char *text); /* a sentence a fault */
    void *ctx;
};

/* `kept` gets the name of what was replaced, "NAME.replaced-20261123T140207Z.assay" beside it; empty when there was
 * nothing. With faults (*faults > 0, true is returned) nothing is put in place.
 * ERR_USAGE when both are the same file; ERR_BUSY when anybody has the workspace open: what they say would be lost;
 * ERR_MISSING, ERR_SCHEMA and ERR_IO as db_open for the backup, which is only read. On failure the place is as before.
 */
MUST_CHECK bool restore_file(const char *backup, const char *place, const struct restore_options *options, int *faults,
                             struct buf *kept, struct err *err);

#endif
