/* Who did what when. Rows are only ever added. */
#ifndef ASSAY_STORE_AUDIT_H
#define ASSAY_STORE_AUDIT_H

#include "core/base/arena.h"
#include "store/db.h"

struct audit_row {
    int64_t at; /* ms */
    const char *who, *what, *subject;
    const char *detail; /* JSON or NULL */
};

/* `who` NULL: the program itself. `detail` is JSON or NULL. */
MUST_CHECK bool audit_add(struct db *db, const char *who, const char *what, const char *subject, const char *detail,
                          struct err *err);
/* Newest first, at most `limit` (0: all); `what` narrows it to one kind of event unless NULL. The row is borrowed for
 * the call; `each` returns false to end early. */
MUST_CHECK bool audit_each(struct db *db, const char *what, int64_t limit,
                           bool (*each)(void *ctx, const struct audit_row *row), void *ctx, struct err *err);

#endif
