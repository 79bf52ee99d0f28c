#include "store/assign.h"

#include "core/base/arena.h"
#include "core/base/json_writer.h"
#include "store/annotator.h"
#include "store/audit.h"
#include "store/setting.h"
#include "store/stmt.h"
#include "store/task_internal.h"

struct handing {
    const char *who;
    const struct assignment *a;
    struct rng *rng;
    int64_t annotator;
    size_t given;
};

static bool hand_all(struct db *db, void *ctx, struct err *err)
{
    struct handing *h = ctx;
    struct buf detail = BUF_INIT;
    struct json_writer w;
    for (size_t i = 0; i < h->a->n; i++) {
        bool yes = false;
        if (!task_hand(db, h->annotator, h->a->comparisons[i], h->a->ms, h->rng, &yes, err))
            return false;
        h->given += yes;
    }
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kint(&w, "comparisons", (int64_t)h->given);
    jw_object_end(&w);
    bool ok = h->given == 0 || audit_add(db, h->who, "assign", h->a->to, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

bool assign(struct db *db, const char *who, const struct assignment *a, struct rng *rng, size_t *given, struct err *err)
{
    struct handing h = {.who = who, .a = a, .rng = rng};
    if (!annotator_known(db, a->to, &h.annotator, err) || !db_write(db, hand_all, &h, err))
        return false;
    *given = h.given;
    return true;
}

struct wanting {
    const char *who;
    int64_t comparison, wanted;
};

static bool want(struct db *db, void *ctx, struct err *err)
{
    struct wanting *x = ctx;
    double overlap = 1;
    struct id id = {{0}};
    struct rows q;
    int64_t people = 0, wanted = -1;
    if (!setting_number(db, SET_OVERLAP, &overlap, err) ||
        !rows_open(&q, db, STMT_BROWSE_ROW, ARGS(v_int(x->comparison)), err))
        return false;
    if (rows_next(&q)) {
        id = rows_id(&q, 1);
        people = rows_int(&q, 13);
        wanted = rows_null(&q, 14) ? (int64_t)overlap : rows_int(&q, 14);
    }
    if (!rows_close(&q, err))
        return false;
    if (wanted < 0)
        return err_set(err, ERR_MISSING, "there is no such comparison");
    char hex[ID_HEX_SIZE];
    id_hex(&id, hex);
    x->wanted = 1 + (people > wanted ? people : wanted);
    struct buf detail = BUF_INIT;
    buf_addf(&detail, "{\"people\":%lld}", (long long)x->wanted); /* handout_settle reads it */
    bool ok = stmt_run(db, STMT_COMPARISON_WANT, ARGS(v_int(x->comparison), v_int(x->wanted)), err) &&
              audit_add(db, x->who, "want", hex, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

bool assign_one_more(struct db *db, const char *who, int64_t comparison, int64_t *wanted, struct err *err)
{
    struct wanting x = {who, comparison, 0};
    bool ok = db_write(db, want, &x, err);
    *wanted = x.wanted;
    return ok;
}
