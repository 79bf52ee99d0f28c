#include "store/comparison.h"

#include "store/label_internal.h"

#include <string.h>

struct loading {
    int64_t row;
    struct arena *a;
    struct comparison *out;
};

static struct json_text copy(struct rows *q, int column, struct arena *a)
{
    struct json_text t = rows_text(q, column);
    return (struct json_text){arena_ndup(a, t.ptr, t.len), t.len};
}

static bool read_texts(struct db *db, const struct loading *l, int64_t responses[2], struct err *err)
{
    struct rows q;
    struct comparison *c = l->out;
    if (!rows_open(&q, db, STMT_TASK_CONTENT, ARGS(v_int(l->row)), err))
        return false;
    bool ok = true;
    if (rows_next(&q)) {
        struct id id = rows_id(&q, 0);
        id_hex(&id, c->id);
        c->row = l->row;
        c->source = rows_dup(&q, 1, l->a);
        ok = content_messages(rows_text(&q, 2), l->a, &c->turns, &c->n_turns, err);
        for (int i = 0; i < 2; i++) {
            c->text[i] = copy(&q, 3 + i, l->a);
            responses[i] = rows_int(&q, 5 + i);
        }
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool read_state(struct db *db, const struct loading *l, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_BROWSE_ROW, ARGS(v_int(l->row)), err))
        return false;
    if (rows_next(&q)) {
        l->out->retired = !rows_null(&q, 11);
        l->out->people = rows_int(&q, 13);
    }
    return rows_close(&q, err);
}

static bool load(struct db *db, void *ctx, struct err *err)
{
    const struct loading *l = ctx;
    struct comparison *c = l->out;
    int64_t responses[2] = {0, 0};
    if (!read_texts(db, l, responses, err))
        return false;
    if (c->row == 0)
        return true;
    if (!read_state(db, l, err) || !label_judgements(db, l->row, responses, l->a, &c->judgements, &c->n, err))
        return false;
    c->label = label_of(c->judgements, c->n, LABEL_BY_BEST);
    return true;
}

bool comparison_load(struct db *db, int64_t row, struct arena *a, struct comparison *out, struct err *err)
{
    *out = (struct comparison){0};
    struct loading l = {row, a, out};
    return db_snapshot(db, load, &l, err);
}
