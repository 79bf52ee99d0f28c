#include "store/merge.h"

#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/item.h"
#include "store/merge_internal.h"
#include "store/ranking.h"
#include "store/tally.h"

#include <string.h>

static const char *const count_names[] = {
#define X(id, name) name,
    MERGE_COUNTS(X)
#undef X
};

const char *merge_count_name(enum merge_count k)
{
    return count_names[k];
}

void map_put(struct rows_of *m, int64_t from, int64_t to)
{
    while ((int64_t)m->to.n <= from)
        vec_push(&m->to, 0);
    m->to.v[from] = to;
}

int64_t map_get(const struct rows_of *m, int64_t from)
{
    return from > 0 && from < (int64_t)m->to.n ? m->to.v[from] : 0;
}

struct value merge_column(struct rows *q, int column)
{
    if (rows_null(q, column))
        return v_null();
    struct json_text t = rows_text(q, column);
    return v_text(t.ptr, t.len);
}

static struct value v_int_column(struct rows *q, int column)
{
    return rows_null(q, column) ? v_null() : v_int(rows_int(q, column));
}

void merge_add_count(struct merging *m, enum merge_count k, bool made)
{
    m->counts->seen[k]++;
    m->counts->made[k] += made;
}

bool merge_each(struct merging *m, enum stmt_id id, bool (*one)(struct merging *m, struct rows *q, struct err *err),
                struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, m->from, id, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        ok = one(m, &q, err);
        arena_reset(&m->arena);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

/* ---- names ---- */

static bool one_rubric(struct merging *m, struct rows *q, struct err *err)
{
    int64_t row = 0;
    struct value name = merge_column(q, 1), body = merge_column(q, 2), created = v_int(rows_int(q, 3));
    if (!stmt_int(m->to, STMT_RUBRIC_SAME, ARGS(name, body), &row, err))
        return false;
    bool ok = row != 0 ? stmt_run(m->to, STMT_MERGE_RUBRIC_EARLIER, ARGS(v_int(row), created), err)
                       : stmt_insert(m->to, STMT_MERGE_RUBRIC_ADD, ARGS(name, body, created), &row, err);
    map_put(&m->rubrics, rows_int(q, 0), row);
    return ok;
}

static bool rubrics(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_RUBRIC_EACH, one_rubric, err) &&
           stmt_run(m->to, STMT_MERGE_RUBRIC_LIFT, NO_ARGS, err) &&
           stmt_run(m->to, STMT_MERGE_RUBRIC_NUMBER, NO_ARGS, err);
}

/* A person who is new here brings no rights: those are given here. */
static bool one_annotator(struct merging *m, struct rows *q, struct err *err)
{
    int64_t row = 0;
    if (!stmt_int(m->to, STMT_ANNOTATOR_FIND, ARGS(merge_column(q, 1)), &row, err))
        return false;
    bool made = row == 0;
    if (made && !stmt_insert(m->to, STMT_MERGE_ANNOTATOR_ADD,
                             ARGS(merge_column(q, 1), merge_column(q, 2), v_str("annotator"), v_null(),
                                  v_int_column(q, 5), merge_column(q, 6), v_int(rows_int(q, 7)), v_int_column(q, 8)),
                             &row, err))
        return false;
    map_put(&m->annotators, rows_int(q, 0), row);
    merge_add_count(m, MERGE_ANNOTATORS, made);
    return true;
}

static bool one_source(struct merging *m, struct rows *q, struct err *err)
{
    int64_t row;
    if (!content_source(m->to, rows_text(q, 1), &row, err) ||
        !stmt_run(m->to, STMT_MERGE_SOURCE_LEARN, ARGS(v_int(row), merge_column(q, 2)), err))
        return false;
    map_put(&m->sources, rows_int(q, 0), row);
    return true;
}

/* ---- content ---- */

static bool one_prompt(struct merging *m, struct rows *q, struct err *err)
{
    struct id id = rows_id(q, 1);
    int64_t row = 0;
    bool made;
    if (!stmt_insert_or_find(m->to, STMT_PROMPT_ADD, ARGS(v_id(&id), merge_column(q, 2)), STMT_PROMPT_FIND, &id, &made,
                             &row, err))
        return false;
    map_put(&m->prompts, rows_int(q, 0), row);
    merge_add_count(m, MERGE_PROMPTS, made);
    return true;
}

static bool one_response(struct merging *m, struct rows *q, struct err *err)
{
    struct id id = rows_id(q, 1);
    struct value model = merge_column(q, 4), language = merge_column(q, 5), tags = merge_column(q, 6);
    int64_t row = 0;
    bool made;
    if (!stmt_insert_or_find(
            m->to, STMT_RESPONSE_ADD,
            ARGS(v_id(&id), v_int(map_get(&m->prompts, rows_int(q, 2))), merge_column(q, 3), model, language, tags),
            STMT_RESPONSE_FIND, &id, &made, &row, err))
        return false;
    map_put(&m->responses, rows_int(q, 0), row);
    merge_add_count(m, MERGE_RESPONSES, made);
    return made || stmt_run(m->to, STMT_MERGE_RESPONSE_LEARN, ARGS(v_int(row), model, language, tags), err);
}

/* Known here: is it the other way round, and what does the other one know of it? */
static bool known_comparison(struct merging *m, struct rows *q, const struct id *id, int64_t first, int64_t *row,
                             struct err *err)
{
    struct rows ours;
    bool swapped = false;
    if (!rows_open(&ours, m->to, STMT_COMPARISON_FIND, ARGS(v_id(id)), err))
        return false;
    if (rows_next(&ours)) {
        *row = rows_int(&ours, 0);
        swapped = rows_int(&ours, 1) != first;
    }
    map_put(&m->swapped, rows_int(q, 0), swapped);
    return rows_close(&ours, err) && tally_leave(m->to, *row, err) &&
           stmt_run(m->to, STMT_MERGE_COMPARISON_LEARN,
                    ARGS(v_int(*row), merge_column(q, 6), merge_column(q, 8), merge_column(q, 9), v_int_column(q, 10)),
                    err) &&
           tally_enter(m->to, *row, err);
}

static bool one_comparison(struct merging *m, struct rows *q, struct err *err)
{
    struct id id = rows_id(q, 1);
    int64_t row = 0, first = map_get(&m->responses, rows_int(q, 3));
    bool made;
    if (!stmt_insert_new(m->to, STMT_MERGE_COMPARISON_ADD,
                         ARGS(v_id(&id), v_int(map_get(&m->prompts, rows_int(q, 2))), v_int(first),
                              v_int(map_get(&m->responses, rows_int(q, 4))),
                              v_int(map_get(&m->sources, rows_int(q, 5))), merge_column(q, 6), v_int(rows_int(q, 7)),
                              merge_column(q, 8), merge_column(q, 9), v_int_column(q, 10),
                              v_int_or_null(map_get(&m->comparisons, rows_int(q, 11))),
                              v_int_or_null(map_get(&m->annotators, rows_int(q, 12)))),
                         &made, &row, err) ||
        !(made ? tally_enter(m->to, row, err) : known_comparison(m, q, &id, first, &row, err)))
        return false;
    map_put(&m->comparisons, rows_int(q, 0), row);
    merge_add_count(m, MERGE_COMPARISONS, made);
    return true;
}

/* ---- benchmarks ---- */

static bool other_answers(struct rows *q, struct err *err)
{
    struct json_text suite = rows_text(q, 2), name = rows_text(q, 3);
    return err_set(err, ERR_CONFLICT,
                   "item %.60s of %.60s has other answers in the other one; one of them must go first", name.ptr,
                   suite.ptr);
}

/* Known here: with as many answers? */
static bool known_item(struct merging *m, struct rows *q, int64_t row, struct err *err)
{
    int64_t answers = 0;
    return stmt_int(m->to, STMT_ITEM_ANSWER_COUNT, ARGS(v_int(row)), &answers, err) &&
           (answers == rows_int(q, 10) || other_answers(q, err)) &&
           stmt_run(m->to, STMT_MERGE_ITEM_LEARN, ARGS(v_int(row), merge_column(q, 5), merge_column(q, 9)), err);
}

static bool one_item(struct merging *m, struct rows *q, struct err *err)
{
    struct id id = rows_id(q, 1);
    int64_t row = 0;
    if (!stmt_int(m->to, STMT_ITEM_FIND, ARGS(v_id(&id)), &row, err))
        return false;
    bool made = row == 0;
    if (!(made ? stmt_insert(m->to, STMT_ITEM_ADD,
                             ARGS(v_id(&id), merge_column(q, 2), merge_column(q, 3), merge_column(q, 4),
                                  merge_column(q, 5), merge_column(q, 6), v_int(map_get(&m->sources, rows_int(q, 7))),
                                  v_int(map_get(&m->prompts, rows_int(q, 8))), merge_column(q, 9)),
                             &row, err)
               : known_item(m, q, row, err)))
        return false;
    map_put(&m->items, rows_int(q, 0), row);
    merge_add_count(m, MERGE_ITEMS, made);
    return true;
}

static bool one_item_answer(struct merging *m, struct rows *q, struct err *err)
{
    const struct content_row item = {.row = map_get(&m->items, rows_int(q, 0))};
    const struct content_row response = {.row = map_get(&m->responses, rows_int(q, 1))};
    const struct item_answer a = {.position = rows_int(q, 3), .right = rows_int(q, 2) != 0};
    bool made;
    struct json_text suite = rows_text(q, 4), name = rows_text(q, 5);
    return item_answer_put(m->to, &item, &response, &a, &made, err) ||
           err_context(err, "item %.60s of %.60s in the other one", name.ptr, suite.ptr);
}

static bool benchmarks(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_ITEM_EACH, one_item, err) &&
           merge_each(m, STMT_MERGE_ITEM_ANSWER_EACH, one_item_answer, err);
}

/* ---- the rest ---- */

static bool one_gold(struct merging *m, struct rows *q, struct err *err)
{
    return stmt_run(m->to, STMT_MERGE_GOLD_SET,
                    ARGS(v_int(map_get(&m->comparisons, rows_int(q, 0))), merge_column(q, 1), v_int(rows_int(q, 2)),
                         v_int(rows_int(q, 3))),
                    err);
}

static bool one_quarantined(struct merging *m, struct rows *q, struct err *err)
{
    struct id digest = rows_id(q, 6);
    return stmt_run(m->to, STMT_MERGE_QUARANTINE_SET,
                    ARGS(merge_column(q, 0), v_int(rows_int(q, 1)), merge_column(q, 2), merge_column(q, 3),
                         merge_column(q, 4), merge_column(q, 5), v_id(&digest), merge_column(q, 7),
                         v_int(rows_int(q, 8))),
                    err);
}

static bool one_run(struct merging *m, struct rows *q, struct err *err)
{
    return stmt_run(m->to, STMT_MERGE_RUN_ADD,
                    ARGS(merge_column(q, 0), merge_column(q, 1), merge_column(q, 2), merge_column(q, 3),
                         merge_column(q, 4), merge_column(q, 5), v_int_column(q, 6), v_int(rows_int(q, 7))),
                    err);
}

static bool one_audit(struct merging *m, struct rows *q, struct err *err)
{
    return stmt_run(
        m->to, STMT_MERGE_AUDIT_ADD,
        ARGS(v_int(rows_int(q, 0)), merge_column(q, 1), merge_column(q, 2), merge_column(q, 3), merge_column(q, 4)),
        err);
}

/* As it was last decided, which the audit trails of both say. */
static bool retirement(struct merging *m, int64_t comparison, const struct id *id, int64_t *retired, struct err *err)
{
    char hex[ID_HEX_SIZE];
    struct rows q;
    id_hex(id, hex);
    if (!rows_open(&q, m->to, STMT_MERGE_RETIREMENT, ARGS(v_str(hex)), err))
        return false;
    if (rows_next(&q))
        *retired = strcmp(rows_text(&q, 1).ptr, "retire") == 0 ? rows_int(&q, 0) : 0;
    return rows_close(&q, err) && tally_leave(m->to, comparison, err) &&
           stmt_run(m->to, STMT_COMPARISON_RETIRE, ARGS(v_int(comparison), v_int_or_null(*retired)), err) &&
           tally_enter(m->to, comparison, err) && ranking_relead(m->to, comparison, err);
}

static bool one_retired(struct merging *m, struct rows *q, struct err *err)
{
    struct id id = rows_id(q, 1);
    int64_t retired = rows_int(q, 2);
    return retirement(m, map_get(&m->comparisons, rows_int(q, 0)), &id, &retired, err);
}

/* Those that are retired here may be in work again in the other one. */
static bool own_retired(struct merging *m, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, m->to, STMT_MERGE_RETIRED_EACH, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        struct id id = rows_id(&q, 1);
        int64_t retired = rows_int(&q, 2);
        ok = retirement(m, rows_int(&q, 0), &id, &retired, err);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool the_rest(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_GOLD_EACH, one_gold, err) &&
           merge_each(m, STMT_MERGE_QUARANTINE_EACH, one_quarantined, err) &&
           merge_each(m, STMT_MERGE_RUN_EACH, one_run, err) && merge_each(m, STMT_MERGE_AUDIT_EACH, one_audit, err) &&
           merge_each(m, STMT_MERGE_RETIRED_EACH, one_retired, err) && own_retired(m, err);
}

static bool annotators(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_ANNOTATOR_EACH, one_annotator, err) &&
           merge_each(m, STMT_MERGE_SOURCE_EACH, one_source, err);
}

static bool one_lead(struct merging *m, struct rows *q, struct err *err)
{
    int64_t row = map_get(&m->comparisons, rows_int(q, 0)), lead = 0;
    return stmt_int(m->to, STMT_RANKING_OF, ARGS(v_int(row)), &lead, err) &&
           (lead != 0 || stmt_run(m->to, STMT_RANKING_SET_LEAD, ARGS(v_int(row), v_int(row)), err));
}

/* Rankings of the same prompt become one. */
static bool rankings(struct merging *m, struct err *err)
{
    VEC(int64_t) prompts = {0};
    struct rows q;
    if (!merge_each(m, STMT_MERGE_LEAD_EACH, one_lead, err) ||
        !rows_open(&q, m->to, STMT_MERGE_LEAD_PROMPTS, NO_ARGS, err))
        return false;
    while (rows_next(&q))
        vec_push(&prompts, rows_int(&q, 0));
    bool ok = rows_close(&q, err);
    for (size_t i = 0; ok && i < prompts.n; i++)
        ok = ranking_mend(m->to, prompts.v[i], err);
    vec_free(&prompts);
    return ok;
}

static bool content(struct merging *m, struct err *err)
{
    return merge_each(m, STMT_MERGE_PROMPT_EACH, one_prompt, err) &&
           merge_each(m, STMT_MERGE_RESPONSE_EACH, one_response, err) &&
           merge_each(m, STMT_MERGE_COMPARISON_EACH, one_comparison, err) && rankings(m, err);
}

static bool note(struct merging *m, struct err *err)
{
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    for (int k = 0; k < MERGE_KINDS; k++)
        jw_kint(&w, count_names[k], m->counts->made[k]);
    jw_object_end(&w);
    bool ok = audit_add(m->to, m->who, "merge", db_path(m->from), detail.ptr, err);
    buf_free(&detail);
    return ok;
}

/* In this order: each speaks of the ones before it. */
static bool (*const parts[])(struct merging *m, struct err *err) = {rubrics,          annotators, content,  benchmarks,
                                                                    merge_judgements, merge_work, the_rest, note};
enum { N_PARTS = sizeof parts / sizeof *parts };

static bool write_all(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    struct merging *m = ctx;
    for (size_t i = 0; i < N_PARTS; i++)
        if (!(progress_tick(m->progress, (double)i, N_PARTS) ||
              err_set(err, ERR_STOPPED, "stopped; nothing is merged")) ||
            !parts[i](m, err))
            return false;
    return true;
}

static bool read_all(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    struct merging *m = ctx;
    return db_write(m->to, write_all, m, err);
}

bool merge_from(struct db *to, struct db *from, const char *who, const struct progress *progress,
                struct merge_counts *counts, struct err *err)
{
    struct merging m = {.to = to, .from = from, .who = who, .progress = progress, .counts = counts};
    *counts = (struct merge_counts){0};
    bool ok = db_snapshot(from, read_all, &m, err);
    struct rows_of *const maps[] = {&m.rubrics,   &m.annotators,  &m.sources, &m.prompts,
                                    &m.responses, &m.comparisons, &m.swapped, &m.items};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        vec_free(&maps[i]->to);
    vec_free(&m.touched);
    arena_free(&m.arena);
    return ok;
}
