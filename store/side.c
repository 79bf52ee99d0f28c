/* Which answer stands where, as an annotator sees a comparison: drawn once, balanced in blocks. */
#include "store/task.h"

#include "core/base/clock.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/ranking.h"
#include "store/stmt.h"
#include "store/task_internal.h"

bool task_side(struct db *db, int64_t annotator, int64_t comparison, int *a_is, struct err *err)
{
    int64_t side = 0;
    bool ok = stmt_int(db, STMT_SIDE_GET, ARGS(v_int(annotator), v_int(comparison)), &side, err);
    *a_is = (int)side;
    return ok;
}

/* In each block of TASK_SIDE_BLOCK draws of an annotator each response comes to side A equally often: what is left of
 * the block is drawn from, as from an urn. */
static bool draw_balanced(struct db *db, int64_t annotator, int64_t ordinal, struct rng *rng, int *a_is,
                          struct err *err)
{
    struct rows q;
    int64_t drawn[2] = {0, 0};
    if (!rows_open(&q, db, STMT_SIDE_BLOCK, ARGS(v_int(annotator), v_int(ordinal - ordinal % TASK_SIDE_BLOCK)), err))
        return false;
    if (rows_next(&q)) {
        drawn[0] = rows_int(&q, 0);
        drawn[1] = rows_int(&q, 1);
    }
    if (!rows_close(&q, err))
        return false;
    int64_t left[2];
    for (int i = 0; i < 2; i++)
        left[i] = drawn[i] < TASK_SIDE_BLOCK / 2 ? TASK_SIDE_BLOCK / 2 - drawn[i] : 0;
    uint64_t all = (uint64_t)(left[0] + left[1]);
    *a_is = rng_below(rng, all > 0 ? all : 2) < (all > 0 ? (uint64_t)left[0] : 1) ? 1 : 2;
    return true;
}

static bool audit_side(struct db *db, int64_t annotator, int64_t comparison, int a_is, struct err *err)
{
    char hex[ID_HEX_SIZE];
    struct rows q;
    if (!content_comparison_hex(db, comparison, hex, err))
        return false;
    struct arena a = {0};
    const char *name = NULL;
    bool ok = rows_open(&q, db, STMT_ANNOTATOR_NAME, ARGS(v_int(annotator)), err);
    if (ok) {
        name = rows_next(&q) ? rows_dup(&q, 0, &a) : NULL;
        ok = rows_close(&q, err) && audit_add(db, name, "side", hex, a_is == 1 ? "{\"a_is\":1}" : "{\"a_is\":2}", err);
    }
    arena_free(&a);
    return ok;
}

/* What repeats another one stands the other way round; 0 for all that repeat none. */
static bool swapped_side(struct db *db, int64_t annotator, int64_t comparison, int *a_is, struct err *err)
{
    int64_t original = 0;
    *a_is = 0;
    if (!stmt_int(db, STMT_REPEAT_OF, ARGS(v_int(comparison)), &original, err) || original == 0)
        return original == 0;
    if (!task_side(db, annotator, original, a_is, err))
        return false;
    *a_is = *a_is != 0 ? 3 - *a_is : 0;
    return true;
}

static bool draw_side(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err)
{
    int a_is = 0;
    int64_t ordinal = 0, judged_as = 0;
    if (!task_side(db, annotator, comparison, &a_is, err))
        return false;
    if (a_is != 0)
        return true;
    /* A judgement that came from another copy of the workspace has settled the side already. */
    if (!stmt_int(db, STMT_SIDE_NEXT_ORDINAL, ARGS(v_int(annotator)), &ordinal, err) ||
        !stmt_int(db, STMT_SIDE_OF_JUDGEMENT, ARGS(v_int(annotator), v_int(comparison)), &judged_as, err))
        return false;
    a_is = (int)judged_as;
    if (a_is == 0 && !swapped_side(db, annotator, comparison, &a_is, err))
        return false;
    if (a_is == 0 && !draw_balanced(db, annotator, ordinal, rng, &a_is, err))
        return false;
    return task_set_side(db, annotator, comparison, a_is, ordinal, err) &&
           audit_side(db, annotator, comparison, a_is, err);
}

bool task_set_side(struct db *db, int64_t annotator, int64_t comparison, int a_is, int64_t ordinal, struct err *err)
{
    return stmt_run(db, STMT_SIDE_ADD,
                    ARGS(v_int(annotator), v_int(comparison), v_int(a_is), v_int(ordinal), v_int(clock_now_ms())), err);
}

bool task_draw_side(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err)
{
    int64_t lead = 0;
    return ranking_lead(db, annotator, comparison, &lead, err) &&
           (lead != 0 ? ranking_draw(db, annotator, lead, rng, err) : draw_side(db, annotator, comparison, rng, err));
}
