#include "store/audit.h"

#include "core/base/clock.h"
#include "store/stmt.h"

bool audit_add(struct db *db, const char *who, const char *what, const char *subject, const char *detail,
               struct err *err)
{
    return stmt_run(db, STMT_AUDIT_ADD,
                    ARGS(v_int(clock_now_ms()), v_str(who != NULL ? who : "assay"), v_str(what),
                         v_str(subject != NULL ? subject : ""), v_str(detail)),
                    err);
}

bool audit_each(struct db *db, const char *what, int64_t limit, bool (*each)(void *ctx, const struct audit_row *row),
                void *ctx, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_AUDIT_LIST, ARGS(v_str(what), v_int(limit > 0 ? limit : -1)), err))
        return false;
    while (rows_next(&q)) {
        struct audit_row row = {.at = rows_int(&q, 0),
                                .who = rows_text(&q, 1).ptr,
                                .what = rows_text(&q, 2).ptr,
                                .subject = rows_text(&q, 3).ptr,
                                .detail = rows_text(&q, 4).ptr};
        if (!each(ctx, &row)) {
            rows_abandon(&q);
            return true;
        }
    }
    return rows_close(&q, err);
}
