#include "store/review.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "store/annotator.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/handout.h"
#include "store/mention.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- deciding ---- */

struct deciding {
    int64_t reviewer;
    const struct review_decision *d;
    struct rng *rng;
    struct rubric rubric;
    struct arena arena;
};

/* As the reviewer's sides have it: they are drawn for reviewers like for everybody. */
static void turn(const struct review_decision *d, int a_is, struct draft *out)
{
    out->preference = d->preference == PREFERENCE_NEITHER || a_is == 1 ? d->preference : -d->preference;
    buf_reset(&out->because);
    if (a_is == 1)
        buf_add(&out->because, d->because.ptr, d->because.len);
    else
        mention_swap(d->because, &out->because);
}

static bool decide(struct db *db, void *ctx, struct err *err)
{
    struct deciding *x = ctx;
    struct draft draft;
    int64_t saved;
    int a_is = 0;
    draft_init(&draft);
    bool ok = task_go(db, x->reviewer, x->d->comparison, x->rng, err) &&
              task_side(db, x->reviewer, x->d->comparison, &a_is, err);
    if (ok) {
        turn(x->d, a_is, &draft);
        ok = task_decide(db, x->reviewer, x->d->comparison, &x->rubric, &draft, x->rng, &saved, err);
    }
    draft_free(&draft);
    return ok;
}

static bool is_known(const struct rubric *r, const struct review_decision *d, struct err *err)
{
    if (d->because.len > JUSTIFICATION_MAX_BYTES)
        return err_set(err, ERR_RANGE, "the reason is too long (16 kB at most)");
    if (d->preference == 0 && !r->zero_allowed)
        return err_set(err, ERR_RANGE, "this rubric asks for a side: no preference is not an answer");
    return d->preference == PREFERENCE_NEITHER || abs(d->preference) <= PREFERENCE_MAX ||
           err_set(err, ERR_RANGE, "a decision leans to A or B, up to 3, or says that neither is valid");
}

bool review_decide(struct db *db, const char *person, const struct review_decision *d, struct rng *rng, struct err *err)
{
    struct deciding x = {.d = d, .rng = rng};
    bool ok = rubric_current(db, &x.arena, &x.rubric, err) && is_known(&x.rubric, d, err) &&
              annotator_reviewer(db, person, &x.reviewer, err) && db_write(db, decide, &x, err);
    arena_free(&x.arena);
    return ok;
}

bool review_undo(struct db *db, const char *person, struct rng *rng, int64_t *comparison, struct err *err)
{
    struct arena a = {0};
    struct rubric r;
    int64_t reviewer;
    enum step_kind kind = STEP_MOVE;
    *comparison = 0;
    bool ok = rubric_current(db, &a, &r, err) && annotator_reviewer(db, person, &reviewer, err);
    do /* what led to a decision goes with it */
        ok = ok && task_undo(db, reviewer, &r, rng, comparison, &kind, err);
    while (ok && *comparison != 0 && kind != STEP_SUBMIT);
    arena_free(&a);
    return ok;
}

/* ---- dropping ---- */

struct dropping {
    const char *person, *reason;
    int64_t judgement;
    struct rng *rng;
    struct arena arena;
};

static bool read_rows(struct db *db, int64_t comparison, int64_t rows[2], struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_COMPARISON_ROWS, ARGS(v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        rows[0] = rows_int(&q, 0);
        rows[1] = rows_int(&q, 1);
    }
    return rows_close(&q, err);
}

static bool write_down(struct db *db, const struct dropping *x, const struct judgement *j, const char *what,
                       struct err *err)
{
    char hex[ID_HEX_SIZE];
    struct buf detail = BUF_INIT;
    struct json_writer w;
    if (!content_comparison_hex(db, j->comparison, hex, err))
        return false;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "annotator", j->annotator_name);
    jw_kint(&w, "revision", j->revision);
    if (x->reason != NULL)
        jw_kstr(&w, "reason", x->reason);
    jw_object_end(&w);
    bool ok = audit_add(db, x->person, what, hex, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

static bool drop(struct db *db, void *ctx, struct err *err)
{
    struct dropping *x = ctx;
    struct judgement j, latest;
    int64_t rows[2] = {0, 0}, now = clock_now_ms();
    if (!judgement_get(db, x->judgement, &x->arena, &j, err))
        return false;
    if (j.row == 0 || j.comparison == 0)
        return err_set(err, ERR_MISSING, "there is no such judgement of a comparison");
    if (!task_latest(db, j.annotator, j.comparison, &x->arena, &latest, err))
        return false;
    if (latest.row != j.row || j.kind == KIND_WITHDRAWN)
        return err_set(err, ERR_CONFLICT, "%.60s has said something else since: look again", j.annotator_name);
    struct judgement withdrawn = {.id = id_uuid7(now, x->rng),
                                  .comparison = j.comparison,
                                  .annotator = j.annotator,
                                  .kind = KIND_WITHDRAWN,
                                  .justification = {"", 0},
                                  .reason = "",
                                  .a_is = j.a_is,
                                  .seconds = (double)NAN,
                                  .rubric = j.rubric,
                                  .created = now};
    return read_rows(db, j.comparison, rows, err) && judgement_append(db, &withdrawn, rows, err) &&
           handout_settle(db, j.comparison, err) && write_down(db, x, &j, "drop", err);
}

bool review_drop(struct db *db, const char *person, int64_t judgement, const char *reason, struct rng *rng,
                 struct err *err)
{
    struct dropping x = {.person = person, .reason = reason, .judgement = judgement, .rng = rng};
    bool ok = db_write(db, drop, &x, err);
    arena_free(&x.arena);
    return ok;
}

static bool undrop(struct db *db, void *ctx, struct err *err)
{
    struct dropping *x = ctx;
    struct judgement j, latest;
    int64_t rows[2] = {0, 0};
    if (!judgement_get(db, x->judgement, &x->arena, &j, err))
        return false;
    if (j.row == 0 || j.comparison == 0)
        return err_set(err, ERR_MISSING, "there is no such judgement of a comparison");
    if (!task_latest(db, j.annotator, j.comparison, &x->arena, &latest, err))
        return false;
    if (latest.kind != KIND_WITHDRAWN || latest.revision != j.revision + 1)
        return err_set(err, ERR_CONFLICT, "%.60s has said something else since", j.annotator_name);
    struct judgement again = j;
    again.created = clock_now_ms();
    again.id = id_uuid7(again.created, x->rng);
    return read_rows(db, j.comparison, rows, err) && judgement_append(db, &again, rows, err) &&
           handout_settle(db, j.comparison, err) && write_down(db, x, &j, "undrop", err);
}

bool review_undrop(struct db *db, const char *person, int64_t judgement, struct rng *rng, struct err *err)
{
    struct dropping x = {.person = person, .judgement = judgement, .rng = rng};
    bool ok = db_write(db, undrop, &x, err);
    arena_free(&x.arena);
    return ok;
}

/* ---- how far apart ---- */

/* What person `j` says in an attribute of an answer, or by preference; false when nothing. */
static bool value_of(const struct judgement *j, const char *attribute, int which, int *value)
{
    if (j->kind != KIND_JUDGED || !j->by_person)
        return false;
    if (attribute == NULL) {
        *value = j->preference;
        return j->has_preference;
    }
    for (size_t i = 0; i < j->n_ratings; i++)
        if (j->ratings[i].which == which && strcmp(j->ratings[i].attribute, attribute) == 0) {
            *value = j->ratings[i].value;
            return true;
        }
    return false;
}

int review_gap(const struct judgement *j, size_t n, const char *attribute)
{
    int gap = 0;
    for (int which = 0; which < 2; which++) {
        int least = 0, most = 0, value;
        bool any = false;
        for (size_t i = 0; i < n; i++)
            if (value_of(&j[i], attribute, which, &value)) {
                least = !any || value < least ? value : least;
                most = !any || value > most ? value : most;
                any = true;
            }
        gap = most - least > gap ? most - least : gap;
    }
    return gap;
}

/* Values lie within [-9, 9]: counted, the median is read off. */
static bool median_of_others(const struct judgement *j, size_t n, size_t i, const char *attribute, int which,
                             double *median)
{
    enum { LEAST = -9, VALUES = 19 };
    int count[VALUES] = {0}, others = 0, value;
    for (size_t k = 0; k < n; k++)
        if (k != i && value_of(&j[k], attribute, which, &value) && value >= LEAST && value < LEAST + VALUES) {
            count[value - LEAST]++;
            others++;
        }
    int low = -1, high = -1;
    for (int v = 0, seen = 0; v < VALUES; v++) {
        seen += count[v];
        low = low < 0 && seen >= (others + 1) / 2 ? v : low;
        high = high < 0 && seen >= others / 2 + 1 ? v : high;
    }
    *median = LEAST + (low + high) / 2.0;
    return others >= 2;
}

double review_off(const struct judgement *j, size_t n, size_t i, const char *attribute)
{
    double off = 0, median;
    int value;
    for (int which = 0; which < 2; which++)
        if (value_of(&j[i], attribute, which, &value) && median_of_others(j, n, i, attribute, which, &median))
            off = fmax(off, fabs(value - median));
    return off;
}

bool review_fast(double seconds, int words)
{
    enum { WORDS_PER_SECOND = 10 };
    return seconds > 0 && words > seconds * WORDS_PER_SECOND;
}
