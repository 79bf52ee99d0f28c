/* Handing out work: the queue, leases, and the annotator's place and history. */
#include "store/task.h"

#include "core/base/clock.h"
#include "store/gold.h"
#include "store/handout.h"
#include "store/ranking.h"
#include "store/setting.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <stdio.h>
#include <string.h>

static struct value v_blob(const unsigned char *p, size_t n)
{
    return (struct value){.type = VALUE_BLOB, .p = p, .n = n};
}

/* What somebody has handled, of all that was asked for and of what is given on one day. */
struct load {
    int64_t handled, today;
    bool full, full_today;
};

/* The parameters that the statements of the hand-out share; *any* takes no heed of what the person is to be given. */
#define RULES(h, comparison, any)                                                                                      \
    v_int((h)->annotator), v_int(comparison), v_int((h)->now), v_int((h)->overlap),                                    \
        v_blob((h)->control, (h)->control_n), v_str((any) ? NULL : (h)->wants[WANT_SOURCE]),                           \
        v_str((any) ? NULL : (h)->wants[WANT_LANGUAGE]), v_str((any) ? NULL : (h)->wants[WANT_SPLIT]),                 \
        v_str((any) ? NULL : (h)->wants[WANT_SUBSET]), v_str((any) ? NULL : (h)->wants[WANT_TAG])

static bool is_available(struct db *db, const struct handout *h, int64_t comparison, bool any, bool *yes,
                         struct err *err)
{
    int64_t found = 0;
    if (!stmt_int(db, STMT_TASK_IS_AVAILABLE, ARGS(RULES(h, comparison, any)), &found, err))
        return false;
    *yes = found != 0;
    return true;
}

static bool take_lease(struct db *db, const struct handout *h, int64_t comparison, struct err *err)
{
    bool free_slot = false;
    if (!is_available(db, h, comparison, true, &free_slot, err))
        return false;
    return !free_slot ||
           stmt_run(db, STMT_ASSIGNMENT_TAKE,
                    ARGS(v_int(h->annotator), v_int(comparison), v_int(h->now), v_int(h->now + h->lease_ms)), err);
}

bool task_take_lease(struct db *db, int64_t annotator, int64_t comparison, struct err *err)
{
    struct handout h;
    struct arena a = {0};
    bool ok = handout_read(db, annotator, &a, &h, err) && take_lease(db, &h, comparison, err);
    arena_free(&a);
    return ok;
}

bool task_hand(struct db *db, int64_t annotator, int64_t comparison, int64_t ms, struct rng *rng, bool *given,
               struct err *err)
{
    struct handout h;
    struct arena a = {0};
    bool ok = ranking_item(db, annotator, &comparison, err) && handout_read(db, annotator, &a, &h, err) &&
              is_available(db, &h, comparison, true, given, err) &&
              (!*given || (task_draw_side(db, annotator, comparison, rng, err) &&
                           stmt_run(db, STMT_ASSIGNMENT_TAKE,
                                    ARGS(v_int(annotator), v_int(comparison), v_int(h.now), v_int(h.now + ms)), err)));
    arena_free(&a);
    return ok;
}

bool task_leave(struct db *db, int64_t annotator, int64_t comparison, struct err *err)
{
    double minutes = 0;
    int64_t most = 0;
    if (!setting_number(db, SET_LEASE, &minutes, err))
        return false;
    most = clock_now_ms() + (int64_t)minutes * 60 * 1000;
    return stmt_run(db, STMT_ASSIGNMENT_LEAVE, ARGS(v_int(annotator), v_int(comparison), v_int(most)), err);
}

bool task_go(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err)
{
    return task_draw_side(db, annotator, comparison, rng, err) && task_take_lease(db, annotator, comparison, err) &&
           stmt_run(db, STMT_PLACE_SET, ARGS(v_int(annotator), v_int(comparison)), err);
}

struct visit {
    int64_t annotator, comparison;
    enum task_order order;
    struct rng *rng;
    struct handout h;
    struct arena arena;
};

static bool place_if_open(struct db *db, struct visit *v, struct err *err)
{
    int64_t place = 0;
    bool yes = false;
    if (!stmt_int(db, STMT_PLACE_GET, ARGS(v_int(v->annotator)), &place, err) ||
        (place != 0 && !is_available(db, &v->h, place, true, &yes, err)))
        return false;
    v->comparison = yes ? place : 0;
    return true;
}

static bool begun(struct db *db, struct visit *v, struct err *err)
{
    struct rows q;
    bool ok = true, yes = false;
    if (!rows_open(&q, db, STMT_TASK_BEGUN, ARGS(v_int(v->annotator)), err))
        return false;
    while (ok && !yes && rows_next(&q)) {
        int64_t c = rows_int(&q, 0);
        ok = is_available(db, &v->h, c, true, &yes, err);
        v->comparison = yes ? c : 0;
    }
    if (ok && !yes)
        return rows_close(&q, err);
    rows_abandon(&q);
    return ok;
}

static void nearer(int64_t *best, int64_t found)
{
    if (found != 0 && (*best == 0 || found < *best))
        *best = found;
}

/* The first one behind `after` that has a free slot for this person. By how many people have handled it, for that finds
 * it in an index however many are done. */
static bool next_after(struct db *db, struct visit *v, int64_t after, struct err *err)
{
    const struct handout *h = &v->h;
    int64_t most = 0, best = 0, found = 0;
    if (!stmt_int(db, STMT_TASK_MOST_PEOPLE, NO_ARGS, &most, err))
        return false;
    for (int64_t people = 0; people <= most && people < h->overlap; people++, found = 0) {
        if (!stmt_int(db, STMT_TASK_NEXT_OPEN, ARGS(RULES(h, after, false), v_int(people)), &found, err))
            return false;
        nearer(&best, found);
    }
    if (!stmt_int(db, STMT_TASK_NEXT_WANTING, ARGS(RULES(h, after, false)), &found, err))
        return false;
    nearer(&best, found);
    found = 0;
    if (!stmt_int(db, STMT_TASK_NEXT_GOLD, ARGS(v_int(v->annotator), v_int(after), v_int(0)), &found, err))
        return false;
    nearer(&best, found);
    found = 0;
    if (h->control_n > 0 && !stmt_int(db, STMT_TASK_NEXT_CONTROL,
                                      ARGS(v_int(v->annotator), v_int(after), v_blob(h->control, h->control_n),
                                           v_int(best != 0 ? best : INT64_MAX)),
                                      &found, err))
        return false;
    nearer(&best, found);
    v->comparison = best;
    return true;
}

/* From where the last one was handed out; then, for what became free behind it, from the start. */
static bool next_given(struct db *db, struct visit *v, struct err *err)
{
    int64_t reached = 0;
    if (!stmt_int(db, STMT_PLACE_REACHED, ARGS(v_int(v->annotator)), &reached, err) || !next_after(db, v, reached, err))
        return false;
    if (v->comparison == 0)
        return next_after(db, v, 0, err);
    return stmt_run(db, STMT_PLACE_SET, ARGS(v_int(v->annotator), v_int(v->comparison)), err) &&
           stmt_run(db, STMT_PLACE_SET_REACHED, ARGS(v_int(v->annotator), v_int(v->comparison)), err);
}

/* Uniform over what is available, by trying; when little is left, the next one from a random start. */
static bool next_random(struct db *db, struct visit *v, struct err *err)
{
    enum { TRIES = 64 };
    int64_t last = 0;
    if (!stmt_int(db, STMT_COMPARISON_RANGE, NO_ARGS, &last, err))
        return false;
    if (last == 0)
        return true;
    int64_t start = 0;
    for (int i = 0; i < TRIES; i++) {
        bool yes = false;
        start = 1 + (int64_t)rng_below(v->rng, (uint64_t)last);
        if (!is_available(db, &v->h, start, false, &yes, err))
            return false;
        if (yes) {
            v->comparison = start;
            return true;
        }
    }
    return next_after(db, v, start, err) && (v->comparison != 0 || next_after(db, v, 0, err));
}

/* May this person be given anything but qualifying items? Those come first: v->comparison is the next of them. */
static bool qualify(struct db *db, struct visit *v, bool *more, struct err *err)
{
    struct qualification q;
    *more = false;
    if (!gold_qualification(db, v->annotator, &q, err))
        return false;
    *more = q.passed;
    return q.passed ||
           stmt_int(db, STMT_TASK_NEXT_GOLD, ARGS(v_int(v->annotator), v_int(0), v_int(1)), &v->comparison, err);
}

static bool read_load(struct db *db, const struct handout *h, struct load *l, struct err *err)
{
    struct value me = v_int(h->annotator);
    *l = (struct load){0};
    if ((h->quota >= 0 && !stmt_int(db, STMT_ANNOTATOR_HANDLED, ARGS(me), &l->handled, err)) ||
        (h->per_day > 0 &&
         !stmt_int(db, STMT_ANNOTATOR_HANDLED_SINCE, ARGS(me, v_int(clock_midnight(h->now))), &l->today, err)))
        return false;
    l->full = h->quota >= 0 && l->handled >= h->quota;
    l->full_today = h->per_day > 0 && l->today >= h->per_day;
    return true;
}

static bool choose(struct db *db, struct visit *v, struct err *err)
{
    struct load load;
    bool more;
    if (!read_load(db, &v->h, &load, err))
        return false;
    if (load.full || load.full_today)
        return true;
    if (!qualify(db, v, &more, err) || !more)
        return !more;
    return place_if_open(db, v, err) && (v->comparison != 0 || begun(db, v, err)) &&
           (v->comparison != 0 || handout_repeat(db, &v->h, v->rng, &v->comparison, err)) &&
           (v->comparison != 0 || (v->order == ORDER_GIVEN ? next_given : next_random)(db, v, err));
}

static bool hand_out(struct db *db, void *ctx, struct err *err)
{
    struct visit *v = ctx;
    if (!handout_read(db, v->annotator, &v->arena, &v->h, err) || !choose(db, v, err))
        return false;
    return v->comparison == 0 || (ranking_item(db, v->annotator, &v->comparison, err) &&
                                  task_go(db, v->annotator, v->comparison, v->rng, err));
}

bool task_next(struct db *db, int64_t annotator, enum task_order order, struct rng *rng, int64_t *comparison,
               struct err *err)
{
    struct visit v = {.annotator = annotator, .order = order, .rng = rng};
    bool ok = db_write_soon(db, hand_out, &v, err);
    arena_free(&v.arena);
    if (ok)
        *comparison = v.comparison;
    return ok;
}

bool task_why_none(struct db *db, int64_t annotator, char why[TASK_WHY_SIZE], struct err *err)
{
    struct handout h;
    struct arena a = {0};
    struct qualification q;
    struct load load;
    bool ok = handout_read(db, annotator, &a, &h, err) && read_load(db, &h, &load, err) &&
              gold_qualification(db, annotator, &q, err);
    why[0] = '\0';
    if (ok && load.full)
        snprintf(why, TASK_WHY_SIZE, "the quota of %lld is done; ask the owner of the workspace for more",
                 (long long)h.quota);
    else if (ok && load.full_today)
        snprintf(why, TASK_WHY_SIZE, "the %lld of today %s done; more are handed out tomorrow", (long long)h.per_day,
                 h.per_day == 1 ? "is" : "are");
    else if (ok && !q.passed)
        snprintf(why, TASK_WHY_SIZE,
                 "%lld of %lld qualifying items are right, and %.0f %% are needed; ask the owner of the workspace",
                 (long long)q.right, (long long)q.of, 100 * q.pass);
    arena_free(&a);
    return ok;
}

static bool enter(struct db *db, void *ctx, struct err *err)
{
    struct visit *v = ctx;
    return ranking_item(db, v->annotator, &v->comparison, err) && task_go(db, v->annotator, v->comparison, v->rng, err);
}

bool task_enter(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err)
{
    return db_write(db, enter, &(struct visit){.annotator = annotator, .comparison = comparison, .rng = rng}, err);
}

bool task_neighbour(struct db *db, int64_t annotator, int64_t from, int direction, int64_t *comparison, struct err *err)
{
    int64_t ordinal = INT64_MAX; /* not in the history: after its end */
    *comparison = 0;
    return stmt_int(db, STMT_HISTORY_ORDINAL, ARGS(v_int(annotator), v_int(from)), &ordinal, err) &&
           stmt_int(db, direction < 0 ? STMT_HISTORY_OLDER : STMT_HISTORY_NEWER, ARGS(v_int(annotator), v_int(ordinal)),
                    comparison, err);
}

bool task_find(struct db *db, const char *id, int64_t *comparison, struct err *err)
{
    struct id low, high;
    *comparison = 0;
    if (!id_bounds(id, &low, &high))
        return err_set(err, ERR_SYNTAX, "\"%.60s\" is no id; give the first 4 or more of its 32 hex digits", id);
    struct rows q;
    if (!rows_open(&q, db, STMT_TASK_FIND, ARGS(v_id(&low), v_id(&high)), err))
        return false;
    int found = 0;
    for (; rows_next(&q); found++)
        *comparison = rows_int(&q, 0);
    if (!rows_close(&q, err))
        return false;
    if (found < 2)
        return true;
    *comparison = 0;
    return err_set(err, ERR_CONFLICT, "several comparisons begin with \"%s\"; give more digits", id);
}

struct progress_of {
    int64_t annotator;
    struct task_progress p;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* No more waits for somebody than their quota leaves, in all and today. */
static bool within_load(struct db *db, struct progress_of *c, int64_t now, struct err *err)
{
    struct arena a = {0};
    struct limits l;
    struct load load;
    bool ok = limits_get(db, c->annotator, &a, &l, err);
    struct handout h = {.annotator = c->annotator, .now = now, .quota = l.quota, .per_day = l.per_day};
    ok = ok && read_load(db, &h, &load, err);
    if (ok && l.quota >= 0)
        c->p.waiting = least(c->p.waiting, load.full ? 0 : l.quota - load.handled);
    if (ok && l.per_day > 0)
        c->p.waiting = least(c->p.waiting, load.full_today ? 0 : l.per_day - load.today);
    arena_free(&a);
    return ok;
}

static bool read_progress(struct db *db, void *ctx, struct err *err)
{
    struct progress_of *c = ctx;
    struct value me = v_int(c->annotator);
    double wanted = 1;
    int64_t now = clock_now_ms(), overlap = 1, open = 0, mine = 0, held = 0;
    if (!setting_number(db, SET_OVERLAP, &wanted, err))
        return false;
    overlap = (int64_t)wanted;
    bool ok = stmt_int(db, STMT_PROGRESS_TOTAL, NO_ARGS, &c->p.total, err) &&
              stmt_int(db, STMT_PROGRESS_DONE, ARGS(me), &c->p.done, err) &&
              stmt_int(db, STMT_PROGRESS_TODAY, ARGS(me, v_int(clock_midnight(now))), &c->p.today, err) &&
              stmt_int(db, STMT_PROGRESS_OPEN, ARGS(v_int(overlap)), &open, err) &&
              stmt_int(db, STMT_PROGRESS_OPEN_MINE, ARGS(me, v_int(overlap)), &mine, err) &&
              stmt_int(db, STMT_PROGRESS_OPEN_HELD, ARGS(me, v_int(now), v_int(overlap)), &held, err);
    c->p.waiting = open - mine - held;
    return ok && within_load(db, c, now, err);
}

bool task_get_progress(struct db *db, int64_t annotator, struct task_progress *out, struct err *err)
{
    struct progress_of c = {.annotator = annotator};
    if (!db_snapshot(db, read_progress, &c, err))
        return false;
    *out = c.p;
    return true;
}
