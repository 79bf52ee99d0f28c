#include "store/item.h"

#include "core/base/vec.h"
#include "store/stmt.h"

#include <string.h>

static void add(struct digest *d, struct json_text t)
{
    digest_add_string(d, t.ptr != NULL ? t.ptr : "", t.len);
}

static struct id content_item_id(const struct new_item *item, const struct id *prompt)
{
    static const char tag[] = "assay:item:1";
    struct digest d;
    digest_init(&d);
    digest_add_string(&d, tag, sizeof tag - 1);
    digest_add_string(&d, item->suite, strlen(item->suite));
    add(&d, item->language);
    add(&d, item->subset);
    add(&d, item->name);
    digest_add_string(&d, (const char *)prompt->b, sizeof prompt->b);
    return digest_id(&d);
}

static struct value v_known(struct json_text t)
{
    return v_text(t.ptr != NULL ? t.ptr : "", t.len);
}

bool item_put(struct db *db, const struct new_item *item, const struct content_row *prompt, int64_t source,
              struct content_row *out, struct err *err)
{
    *out = (struct content_row){.id = content_item_id(item, &prompt->id)};
    if (!stmt_int(db, STMT_ITEM_FIND, ARGS(v_id(&out->id)), &out->row, err))
        return false;
    if (out->row != 0)
        return true;
    out->made = true;
    return stmt_insert(db, STMT_ITEM_ADD,
                       ARGS(v_id(&out->id), v_str(item->suite), v_known(item->name), v_known(item->subset),
                            v_known(item->section), v_known(item->language), v_int(source), v_int(prompt->row),
                            v_text(item->extra.ptr, item->extra.len)),
                       &out->row, err);
}

/* What stands at a position: 0 for nothing. */
static bool find_answer(struct db *db, int64_t item, int64_t position, int64_t *response, bool *right, struct err *err)
{
    struct rows q;
    *response = 0;
    if (!rows_open(&q, db, STMT_ITEM_ANSWER_FIND, ARGS(v_int(item), v_int(position)), err))
        return false;
    if (rows_next(&q)) {
        *response = rows_int(&q, 0);
        *right = rows_int(&q, 1) != 0;
    }
    return rows_close(&q, err);
}

bool item_answer_put(struct db *db, const struct content_row *item, const struct content_row *response,
                     const struct item_answer *a, bool *made, struct err *err)
{
    int64_t there = 0, other = 0;
    bool right = false;
    *made = false;
    if (!find_answer(db, item->row, a->position, &there, &right, err) ||
        !stmt_int(db, STMT_ITEM_ANSWER_OTHER_SIDE, ARGS(v_int(item->row), v_int(response->row), v_int(!a->right)),
                  &other, err))
        return false;
    if (other != 0)
        return err_set(err, ERR_CONFLICT, "the same text is a right and a wrong answer");
    if (there != 0 && (there != response->row || right != a->right))
        return err_set(err, ERR_CONFLICT, "the item is here with another answer at place %lld",
                       (long long)a->position + 1);
    if (there != 0)
        return true;
    *made = true;
    return stmt_run(db, STMT_ITEM_ANSWER_ADD,
                    ARGS(v_int(item->row), v_int(a->position), v_int(response->row), v_int(a->right)), err);
}

bool item_side(struct db *db, int64_t item, bool right, struct arena *a, struct content_row **out, size_t *n,
               struct err *err)
{
    struct rows q;
    VEC(struct content_row) all = {0};
    if (!rows_open(&q, db, STMT_ITEM_SIDE, ARGS(v_int(item), v_int(right)), err))
        return false;
    while (rows_next(&q))
        vec_push(&all, ((struct content_row){.row = rows_int(&q, 0), .id = rows_id(&q, 1)}));
    vec_to_arena(&all, a, *out, *n);
    return rows_close(&q, err);
}

/* ---- reading ---- */

static struct json_text copy(struct rows *q, int column, struct arena *a)
{
    struct json_text t = rows_text(q, column);
    if (t.ptr != NULL)
        t.ptr = arena_ndup(a, t.ptr, t.len);
    return t;
}

static bool read_answers(struct db *db, int64_t item, bool texts, struct arena *a, struct item_view *v, struct err *err)
{
    struct rows q;
    VEC(struct item_view_answer) all = {0};
    if (!rows_open(&q, db, texts ? STMT_ITEM_ANSWER_EACH : STMT_ITEM_ANSWER_EACH_ID, ARGS(v_int(item)), err))
        return false;
    while (rows_next(&q)) {
        struct id id = rows_id(&q, 0);
        struct item_view_answer x = {.position = rows_int(&q, 2)};
        id_hex(&id, x.id);
        if (texts) {
            x.text = copy(&q, 3, a);
            x.model = copy(&q, 4, a);
        }
        v->right += rows_int(&q, 1) != 0;
        vec_push(&all, x);
    }
    size_t n;
    vec_to_arena(&all, a, v->answers, n);
    v->wrong = n - v->right;
    return rows_close(&q, err);
}

static bool read_item(struct db *db, struct rows *q, bool texts, struct arena *a, struct item_view *v, struct err *err)
{
    struct id prompt = rows_id(q, 1);
    *v = (struct item_view){.name = copy(q, 2, a),
                            .subset = copy(q, 3, a),
                            .section = copy(q, 4, a),
                            .language = copy(q, 5, a),
                            .extra = copy(q, 6, a)};
    id_hex(&prompt, v->prompt_id);
    if (texts)
        v->messages = copy(q, 7, a);
    return read_answers(db, rows_int(q, 0), texts, a, v, err);
}

bool item_each(struct db *db, const char *suite, const char *source, bool texts,
               bool (*each)(void *ctx, const struct item_view *item), void *ctx, struct err *err)
{
    struct rows q;
    struct arena a = {0};
    bool ok = true, more = true;
    if (!rows_open(&q, db, STMT_ITEM_EACH, ARGS(v_str(suite), v_str(source)), err))
        return false;
    while (ok && more && rows_next(&q)) {
        struct item_view v;
        ok = read_item(db, &q, texts, &a, &v, err);
        more = ok && each(ctx, &v);
        arena_reset(&a);
    }
    arena_free(&a);
    if (ok && more)
        return rows_close(&q, err);
    rows_abandon(&q);
    return ok;
}

bool item_counts(struct db *db, struct arena *a, struct item_count **out, size_t *n, struct err *err)
{
    struct rows q;
    VEC(struct item_count) all = {0};
    if (!rows_open(&q, db, STMT_ITEM_COUNTS, NO_ARGS, err))
        return false;
    while (rows_next(&q))
        vec_push(&all, ((struct item_count){rows_dup(&q, 0, a), rows_dup(&q, 1, a), rows_int(&q, 2)}));
    vec_to_arena(&all, a, *out, *n);
    return rows_close(&q, err);
}
