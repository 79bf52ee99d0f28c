#include "store/backlog.h"

#include "store/ranking.h"
#include "store/setting.h"
#include "store/stmt.h"

static void read_row(struct rows *q, enum backlog which, struct backlog_row *r)
{
    struct id id = rows_id(q, 0);
    *r = (struct backlog_row){.people = rows_int(q, 1)};
    id_hex(&id, r->id);
    switch (which) {
    case BACKLOG_GIVEN:
        r->wanted = rows_int(q, 2);
        r->source = rows_text(q, 3).ptr;
        r->comparison = rows_int(q, 4);
        break;
    case BACKLOG_DISAGREEMENT:
        r->spread = rows_int(q, 2);
        r->helpfulness = rows_int(q, 3);
        r->conflict = rows_int(q, 4) != 0;
        r->source = rows_text(q, 5).ptr;
        r->comparison = rows_int(q, 6);
        break;
    case BACKLOG_SKIPPED:
        r->source = rows_text(q, 2).ptr;
        r->comparison = rows_int(q, 3);
        break;
    }
}

static bool open_list(struct rows *q, struct db *db, enum backlog which, int64_t limit, struct err *err)
{
    double overlap = 1;
    bool ranks = false;
    if (which == BACKLOG_DISAGREEMENT)
        return rows_open(q, db, STMT_QUEUE_DISAGREEMENT, ARGS(v_int(limit)), err);
    if (which == BACKLOG_SKIPPED)
        return rows_open(q, db, STMT_QUEUE_SKIPPED, ARGS(v_int(limit)), err);
    return setting_number(db, SET_OVERLAP, &overlap, err) && ranking_asked(db, &ranks, err) &&
           rows_open(q, db, STMT_QUEUE_GIVEN,
                     ARGS(v_int((int64_t)overlap), v_int(limit), v_int(ranks ? ANSWERS_MOST : 0)), err);
}

bool backlog_each(struct db *db, enum backlog which, int64_t limit,
                  void (*each)(void *ctx, const struct backlog_row *row), void *ctx, struct err *err)
{
    struct rows q;
    if (!open_list(&q, db, which, limit > 0 ? limit : -1, err))
        return false;
    while (rows_next(&q)) {
        struct backlog_row r;
        read_row(&q, which, &r);
        each(ctx, &r);
    }
    return rows_close(&q, err);
}
