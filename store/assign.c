#include "store/assign.h"

#include "core/base/arena.h"
#include "core/base/json_writer.h"
#include "store/annotator.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/ranking.h"
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

static bool write_down(struct db *db, const struct handing *h, const char *what, struct err *err)
{
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kint(&w, "comparisons", (int64_t)h->given);
    jw_object_end(&w);
    bool ok = h->given == 0 || audit_add(db, h->who, what, h->a->to, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

static bool hand_all(struct db *db, void *ctx, struct err *err)
{
    struct handing *h = ctx;
    for (size_t i = 0; i < h->a->n; i++) {
        bool yes = false;
        if (!task_hand(db, h->annotator, h->a->comparisons[i], h->a->ms, h->rng, &yes, err))
            return false;
        h->given += yes;
        if (h->a->handed != NULL)
            h->a->handed[i] = yes;
    }
    return write_down(db, h, "assign", err);
}

bool assign(struct db *db, const char *who, const struct assignment *a, struct rng *rng, size_t *given, struct err *err)
{
    struct handing h = {.who = who, .a = a, .rng = rng};
    if (!annotator_known(db, a->to, &h.annotator, err) || !db_write(db, hand_all, &h, err))
        return false;
    *given = h.given;
    return true;
}

static bool take_all(struct db *db, void *ctx, struct err *err)
{
    struct handing *h = ctx;
    for (size_t i = 0; i < h->a->n; i++) {
        int64_t left = 0;
        if (h->a->handed[i] &&
            !stmt_change(db, STMT_ASSIGNMENT_LEAVE,
                         ARGS(v_int(h->annotator), v_int(h->a->comparisons[i]), v_int(INT64_MAX)), &left, err))
            return false;
        h->given += left > 0;
    }
    return write_down(db, h, "unassign", err);
}

bool assign_take_back(struct db *db, const char *who, const struct assignment *a, size_t *taken, struct err *err)
{
    struct handing h = {.who = who, .a = a};
    if (!annotator_person(db, a->to, &h.annotator, err) || !db_write(db, take_all, &h, err))
        return false;
    *taken = h.given;
    return true;
}

/* ---- how many people ---- */

struct wanting {
    const char *who;
    int64_t comparison, before, wanted;
};

/* What is wanted by hand is read in the audit trail by handout_settle. */
static bool set_one(struct db *db, const struct wanting *x, int64_t comparison, struct err *err)
{
    struct buf detail = BUF_INIT;
    char hex[ID_HEX_SIZE];
    buf_addf(&detail, "{\"people\":%lld}", (long long)(x->wanted > 0 ? x->wanted : 0));
    bool ok =
        content_comparison_hex(db, comparison, hex, err) &&
        stmt_run(db, STMT_COMPARISON_WANT, ARGS(v_int(comparison), x->wanted < 0 ? v_null() : v_int(x->wanted)), err) &&
        audit_add(db, x->who, "want", hex, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

/* Of a ranking all comparisons, for they are judged together. */
static bool set_wanted(struct db *db, const struct wanting *x, struct err *err)
{
    int64_t whole[RANKING_PAIRS_MOST];
    size_t n;
    bool ok = ranking_whole(db, x->comparison, whole, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        ok = set_one(db, x, whole[i], err);
    return ok;
}

static bool want(struct db *db, void *ctx, struct err *err)
{
    struct wanting *x = ctx;
    double overlap = 1;
    struct rows q;
    int64_t people = 0, wanted = -1;
    if (!setting_number(db, SET_OVERLAP, &overlap, err) ||
        !rows_open(&q, db, STMT_BROWSE_ROW, ARGS(v_int(x->comparison)), err))
        return false;
    if (rows_next(&q)) {
        people = rows_int(&q, 13);
        x->before = rows_null(&q, 14) ? -1 : rows_int(&q, 14);
        wanted = x->before < 0 ? (int64_t)overlap : x->before;
    }
    if (!rows_close(&q, err))
        return false;
    if (wanted < 0)
        return err_set(err, ERR_MISSING, "there is no such comparison");
    x->wanted = 1 + (people > wanted ? people : wanted);
    return set_wanted(db, x, err);
}

bool assign_one_more(struct db *db, const char *who, int64_t comparison, int64_t *before, int64_t *wanted,
                     struct err *err)
{
    struct wanting x = {who, comparison, -1, 0};
    bool ok = db_write(db, want, &x, err);
    *before = x.before;
    *wanted = x.wanted;
    return ok;
}

static bool want_so_many(struct db *db, void *ctx, struct err *err)
{
    return set_wanted(db, ctx, err);
}

bool assign_want(struct db *db, const char *who, int64_t comparison, int64_t people, struct err *err)
{
    struct wanting x = {who, comparison, -1, people};
    return db_write(db, want_so_many, &x, err);
}
