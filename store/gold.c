#include "store/gold.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/setting.h"
#include "store/stmt.h"

#include <string.h>

static const char *const answers[] = {
#define X(id, name) name,
    GOLD_ANSWERS(X)
#undef X
};

const char *gold_answer_name(enum gold_answer answer)
{
    return answers[answer];
}

struct change {
    int64_t comparison;
    enum gold_answer answer;
    bool qualifying, was;
    const char *who;
};

static bool add(struct db *db, void *ctx, struct err *err)
{
    const struct change *c = ctx;
    char hex[ID_HEX_SIZE];
    struct buf json = BUF_INIT;
    int64_t repeats = 0;
    buf_addf(&json, "{\"better\":\"%s\"}", answers[c->answer]);
    bool ok = content_comparison_hex(db, c->comparison, hex, err) &&
              stmt_int(db, STMT_REPEAT_OF, ARGS(v_int(c->comparison)), &repeats, err) &&
              (repeats == 0 || err_set(err, ERR_CONFLICT, "%s repeats another one for one person", hex)) &&
              stmt_run(db, STMT_GOLD_SET,
                       ARGS(v_int(c->comparison), v_str(json.ptr), v_int(c->qualifying), v_int(clock_now_ms())), err) &&
              audit_add(db, c->who, "gold", hex, json.ptr, err);
    buf_free(&json);
    return ok;
}

bool gold_add(struct db *db, int64_t comparison, enum gold_answer answer, bool qualifying, const char *who,
              struct err *err)
{
    return db_write(db, add, &(struct change){comparison, answer, qualifying, false, who}, err);
}

static bool drop(struct db *db, void *ctx, struct err *err)
{
    struct change *c = ctx;
    char hex[ID_HEX_SIZE];
    int64_t changed = 0;
    if (!content_comparison_hex(db, c->comparison, hex, err) ||
        !stmt_change(db, STMT_GOLD_DROP, ARGS(v_int(c->comparison)), &changed, err))
        return false;
    c->was = changed > 0;
    return !c->was || audit_add(db, c->who, "ungold", hex, NULL, err);
}

bool gold_drop(struct db *db, int64_t comparison, const char *who, bool *was, struct err *err)
{
    struct change c = {.comparison = comparison, .who = who};
    if (!db_write(db, drop, &c, err))
        return false;
    *was = c.was;
    return true;
}

static enum gold_answer read_answer(struct json_text json)
{
    struct json_object *o = NULL;
    struct json_text better = {0};
    struct err ignored;
    enum gold_answer found = GOLD_NEITHER; /* as the marks take what they cannot read */
    if (json_parse(json.ptr, json.len, &o, &ignored) && json_object_is_type(o, json_type_object) &&
        json_get_text(o, "better", JSON_REQUIRED, &better, &ignored))
        for (int i = 0; i <= GOLD_NEITHER; i++)
            if (strcmp(better.ptr, answers[i]) == 0)
                found = (enum gold_answer)i;
    json_object_put(o);
    return found;
}

bool gold_each(struct db *db, void (*each)(void *ctx, const struct gold_item *item), void *ctx, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_GOLD_LIST, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct gold_item item = {.answer = read_answer(rows_text(&q, 1)), .qualifying = rows_int(&q, 2) != 0};
        struct id id = rows_id(&q, 0);
        id_hex(&id, item.id);
        each(ctx, &item);
    }
    return rows_close(&q, err);
}

static struct gold_marks marks_row(struct rows *q)
{
    return (struct gold_marks){.name = rows_text(q, 0).ptr,
                               .answered = rows_int(q, 1),
                               .right = rows_int(q, 2),
                               .qualifying_answered = rows_int(q, 3),
                               .qualifying_right = rows_int(q, 4)};
}

bool gold_each_person(struct db *db, void (*each)(void *ctx, const struct gold_marks *marks), void *ctx,
                      struct err *err)
{
    struct rows q;
    double feedback = 0;
    if (!setting_number(db, SET_GOLD_FEEDBACK, &feedback, err) ||
        !rows_open(&q, db, STMT_GOLD_MARKS, ARGS(v_null(), v_int(feedback != 0)), err))
        return false;
    while (rows_next(&q)) {
        struct gold_marks m = marks_row(&q);
        each(ctx, &m);
    }
    return rows_close(&q, err);
}

bool gold_each_answer(struct db *db, void (*each)(void *ctx, const struct gold_given *answer), void *ctx,
                      struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_GOLD_ANSWERS, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct gold_given g = {rows_text(&q, 0).ptr, rows_int(&q, 1), rows_int(&q, 2) != 0};
        each(ctx, &g);
    }
    return rows_close(&q, err);
}

bool gold_expected(struct db *db, int64_t comparison, bool *told, enum gold_answer *answer, struct err *err)
{
    struct rows q;
    double feedback = 0;
    *told = false;
    if (!setting_number(db, SET_GOLD_FEEDBACK, &feedback, err))
        return false;
    if (feedback == 0)
        return true;
    if (!rows_open(&q, db, STMT_GOLD_QUALIFYING, ARGS(v_int(comparison)), err))
        return false;
    *told = rows_next(&q);
    if (*told)
        *answer = read_answer(rows_text(&q, 0));
    return rows_close(&q, err);
}

bool gold_qualification(struct db *db, int64_t annotator, struct qualification *out, struct err *err)
{
    struct rows q;
    double feedback = 0;
    *out = (struct qualification){.passed = true};
    if (!setting_number(db, SET_GOLD_PASS, &out->pass, err) || !setting_number(db, SET_GOLD_FEEDBACK, &feedback, err) ||
        !rows_open(&q, db, STMT_GOLD_COUNT, NO_ARGS, err))
        return false;
    if (rows_next(&q))
        out->of = rows_int(&q, 1);
    if (!rows_close(&q, err))
        return false;
    if (out->of == 0)
        return true;
    if (!rows_open(&q, db, STMT_GOLD_MARKS, ARGS(v_int(annotator), v_int(feedback != 0)), err))
        return false;
    if (rows_next(&q)) {
        struct gold_marks m = marks_row(&q);
        out->answered = m.qualifying_answered;
        out->right = m.qualifying_right;
    }
    out->passed = out->answered >= out->of && (double)out->right >= out->pass * (double)out->of;
    return rows_close(&q, err);
}
