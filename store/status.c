#include "store/status.h"

#include "core/base/clock.h"
#include "core/base/vec.h"
#include "store/rubric.h"
#include "store/setting.h"
#include "store/stmt.h"

#include <string.h>

static bool read_counts(struct db *db, struct status *s, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_COUNTS, NO_ARGS, err))
        return false;
    if (rows_next(&q)) {
        s->prompts = rows_int(&q, 0);
        s->responses = rows_int(&q, 1);
        s->comparisons = rows_int(&q, 2);
        s->judgements = rows_int(&q, 3);
        s->embedding_sets = rows_int(&q, 4);
        s->runs = rows_int(&q, 5);
        s->items = rows_int(&q, 6);
    }
    return rows_close(&q, err);
}

static bool read_sources(struct db *db, struct arena *a, struct status *s, struct err *err)
{
    VEC(struct status_source) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_SOURCES, ARGS(v_int(s->overlap)), err))
        return false;
    while (rows_next(&q)) {
        struct status_source x = {.row = rows_int(&q, 0),
                                  .name = rows_dup(&q, 1, a),
                                  .licence = rows_dup(&q, 2, a),
                                  .comparisons = rows_int(&q, 3),
                                  .retired = rows_int(&q, 4),
                                  .by_people = rows_int(&q, 5),
                                  .complete = rows_int(&q, 6)};
        vec_push(&all, x);
    }
    vec_to_arena(&all, a, s->sources, s->n_sources);
    return rows_close(&q, err);
}

static bool read_labelled(struct db *db, struct status *s, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_LABELLED, NO_ARGS, err))
        return false;
    while (rows_next(&q))
        for (size_t i = 0; i < s->n_sources; i++)
            if (s->sources[i].row == rows_int(&q, 0))
                s->sources[i].by_sources = rows_int(&q, 1);
    return rows_close(&q, err);
}

static bool read_splits(struct db *db, struct arena *a, struct status *s, struct err *err)
{
    VEC(struct status_split) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_SPLITS, ARGS(v_int(s->overlap)), err))
        return false;
    while (rows_next(&q)) {
        struct status_split x = {rows_dup(&q, 0, a), rows_int(&q, 1), rows_int(&q, 2), rows_int(&q, 3)};
        vec_push(&all, x);
    }
    vec_to_arena(&all, a, s->splits, s->n_splits);
    return rows_close(&q, err);
}

static bool read_handled(struct db *db, struct arena *a, struct status *s, struct err *err)
{
    VEC(struct status_handled) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_HANDLED, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct status_handled x = {rows_int(&q, 0), rows_int(&q, 1)};
        if (x.people < s->overlap)
            s->wanted += (s->overlap - x.people) * x.comparisons;
        vec_push(&all, x);
    }
    vec_to_arena(&all, a, s->handled, s->n_handled);
    return rows_close(&q, err);
}

static bool read_recent(struct db *db, struct status *s, struct err *err)
{
    int64_t since = clock_now_ms() - (int64_t)STATUS_RECENT_DAYS * 24 * 3600 * 1000;
    return stmt_int(db, STMT_STATUS_RECENT, ARGS(v_int(since)), &s->recent, err);
}

static bool read_annotators(struct db *db, struct arena *a, struct status *s, struct err *err)
{
    VEC(struct status_annotator) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_STATUS_ANNOTATORS, ARGS(v_int(clock_midnight(clock_now_ms()))), err))
        return false;
    while (rows_next(&q)) {
        struct status_annotator x = {.name = rows_dup(&q, 0, a),
                                     .judged = rows_int(&q, 1),
                                     .skipped = rows_int(&q, 2),
                                     .flagged = rows_int(&q, 3),
                                     .today = rows_int(&q, 4),
                                     .drafts = rows_int(&q, 5),
                                     .seconds = rows_real(&q, 6),
                                     .a_is_first = rows_int(&q, 7),
                                     .a_is_second = rows_int(&q, 8),
                                     .last = rows_int(&q, 9)};
        vec_push(&all, x);
    }
    vec_to_arena(&all, a, s->annotators, s->n_annotators);
    return rows_close(&q, err);
}

struct reading {
    struct arena *a;
    struct status *s;
};

static bool read_all(struct db *db, void *ctx, struct err *err)
{
    const struct reading *r = ctx;
    struct status *s = r->s;
    struct rubric rubric;
    if (!setting_get(db, "title", r->a, &s->title, err) || !setting_get_int(db, "overlap", 1, &s->overlap, err) ||
        !rubric_current(db, r->a, &rubric, err))
        return false;
    s->rubric = rubric.name;
    s->rubric_version = rubric.version;
    if (s->title == NULL) {
        const char *slash = strrchr(db_path(db), '/');
        s->title = arena_dup(r->a, slash != NULL ? slash + 1 : db_path(db));
    }
    return read_counts(db, s, err) && read_sources(db, r->a, s, err) && read_labelled(db, s, err) &&
           read_splits(db, r->a, s, err) && read_handled(db, r->a, s, err) && read_recent(db, s, err) &&
           read_annotators(db, r->a, s, err);
}

bool status_read(struct db *db, struct arena *a, struct status *out, struct err *err)
{
    *out = (struct status){0};
    return db_snapshot(db, read_all, &(struct reading){a, out}, err);
}
