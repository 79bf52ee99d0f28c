#include "store/embedding.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/vec.h"
#include "store/audit.h"
#include "store/stmt.h"

#include <string.h>

struct putting {
    struct embedding_set *set;
    const char *const *ids;
};

static bool drop(struct db *db, const char *name, struct err *err)
{
    int64_t old = 0;
    if (!stmt_int(db, STMT_EMBEDDING_SET_FIND, ARGS(v_str(name)), &old, err))
        return false;
    return old == 0 || (stmt_run(db, STMT_EMBEDDING_SET_DROP_ROWS, ARGS(v_int(old)), err) &&
                        stmt_run(db, STMT_EMBEDDING_SET_DROP_PROMPTS, ARGS(v_int(old)), err) &&
                        stmt_run(db, STMT_EMBEDDING_SET_DROP_PROBES, ARGS(v_int(old)), err) &&
                        stmt_run(db, STMT_EMBEDDING_SET_DROP, ARGS(v_int(old)), err));
}

/* Ids of responses and of prompts: two tables of the same shape. */
static const struct mapping {
    enum stmt_id known, find, add;
} mappings[] = {{STMT_RESPONSE_FIND, STMT_EMBEDDING_ROW_FIND, STMT_EMBEDDING_ROW_ADD},
                {STMT_PROMPT_FIND, STMT_EMBEDDING_PROMPT_FIND, STMT_EMBEDDING_PROMPT_ADD}};

static bool same_id(const struct embedding_set *s, int64_t before, int64_t row, const char *id, struct err *err)
{
    return err_set(err, ERR_CONFLICT, "%s: rows %lld and %lld have the same id %.40s", s->path, (long long)before,
                   (long long)row, id);
}

/* *found: it is one of that table. */
static bool map_as(struct db *db, const struct mapping *m, const struct embedding_set *s, const struct id *id,
                   int64_t row, bool *found, struct err *err)
{
    int64_t of = 0, before = -1;
    char hex[ID_HEX_SIZE];
    if (!stmt_int(db, m->known, ARGS(v_id(id)), &of, err))
        return false;
    *found = of != 0;
    if (of == 0)
        return true;
    if (!stmt_int(db, m->find, ARGS(v_int(s->row), v_int(of)), &before, err))
        return false;
    id_hex(id, hex);
    if (before >= 0)
        return same_id(s, before, row, hex, err);
    return stmt_run(db, m->add, ARGS(v_int(s->row), v_int(of), v_int(row)), err);
}

/* "probe:NAME:OF"; what it is of must be here. */
static bool map_probe(struct db *db, struct embedding_set *s, const char *text, int64_t row, struct err *err)
{
    struct id of;
    int64_t prompt = 0, before = -1;
    if (!id_parse(strrchr(text, ':') + 1, &of))
        return true;
    if (!stmt_int(db, STMT_EMBEDDING_PROBE_OF, ARGS(v_id(&of)), &prompt, err))
        return false;
    if (prompt == 0)
        return true;
    if (!stmt_int(db, STMT_EMBEDDING_PROBE_FIND, ARGS(v_int(s->row), v_str(text)), &before, err))
        return false;
    if (before >= 0)
        return same_id(s, before, row, text, err);
    s->probes++;
    return stmt_run(db, STMT_EMBEDDING_PROBE_ADD, ARGS(v_int(s->row), v_int(row), v_str(text), v_int(prompt)), err);
}

static bool map_row(struct db *db, struct embedding_set *s, const char *hex, int64_t row, struct err *err)
{
    struct id id;
    bool response = false, prompt = false;
    if (hex != NULL && strncmp(hex, "probe:", 6) == 0)
        return map_probe(db, s, hex, row, err);
    if (hex == NULL || !id_parse(hex, &id))
        return true;
    if (!map_as(db, &mappings[0], s, &id, row, &response, err) ||
        (!response && !map_as(db, &mappings[1], s, &id, row, &prompt, err)))
        return false;
    s->mapped += response;
    s->prompts += prompt;
    return true;
}

static bool put(struct db *db, void *ctx, struct err *err)
{
    const struct putting *p = ctx;
    struct embedding_set *s = p->set;
    s->created = clock_now_ms();
    s->mapped = s->prompts = s->probes = 0;
    if (!drop(db, s->name, err) ||
        !stmt_insert(db, STMT_EMBEDDING_SET_ADD,
                     ARGS(v_str(s->name), v_str(s->provider), v_str(s->recipe), v_str(s->path), v_str(s->sha256),
                          v_int(s->n), v_int(s->d), v_int(s->created)),
                     &s->row, err))
        return false;
    for (int64_t i = 0; i < s->n; i++)
        if (!map_row(db, s, p->ids[i], i, err))
            return false;
    if (s->mapped == 0)
        return err_set(err, ERR_MISSING, "%s: none of its %lld ids is a response of this workspace", s->path,
                       (long long)s->n);
    return audit_add(db, NULL, "embed", s->name, s->recipe, err);
}

bool embedding_set_put(struct db *db, struct embedding_set *set, const char *const *ids, struct err *err)
{
    struct json_object *recipe = NULL;
    if (set->path[0] != '/')
        return err_set(err, ERR_USAGE, "%s: the path of an embedding set must be absolute", set->path);
    if (!json_parse(set->recipe, strlen(set->recipe), &recipe, err))
        return err_context(err, "the recipe of embedding set %s", set->name);
    json_object_put(recipe);
    return db_write(db, put, &(struct putting){set, ids}, err);
}

static void from_row(struct rows *q, struct arena *a, struct embedding_set *s)
{
    *s = (struct embedding_set){.row = rows_int(q, 0),
                                .name = rows_dup(q, 1, a),
                                .provider = rows_dup(q, 2, a),
                                .recipe = rows_dup(q, 3, a),
                                .path = rows_dup(q, 4, a),
                                .sha256 = rows_dup(q, 5, a),
                                .n = rows_int(q, 6),
                                .d = rows_int(q, 7),
                                .created = rows_int(q, 8),
                                .mapped = rows_int(q, 9),
                                .prompts = rows_int(q, 10),
                                .probes = rows_int(q, 11)};
}

bool embedding_set_get(struct db *db, const char *name, struct arena *a, struct embedding_set *out, bool *found,
                       struct err *err)
{
    struct rows q;
    *found = false;
    if (!rows_open(&q, db, STMT_EMBEDDING_SET_GET, ARGS(v_str(name)), err))
        return false;
    if (rows_next(&q)) {
        from_row(&q, a, out);
        *found = true;
    }
    return rows_close(&q, err);
}

bool embedding_set_list(struct db *db, struct arena *a, struct embedding_set **out, size_t *n, struct err *err)
{
    VEC(struct embedding_set) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_EMBEDDING_SET_LIST, NO_ARGS, err))
        return false;
    while (rows_next(&q)) {
        struct embedding_set s;
        from_row(&q, a, &s);
        vec_push(&all, s);
    }
    vec_to_arena(&all, a, *out, *n);
    return rows_close(&q, err);
}

typedef bool each_id(void *ctx, int64_t of, const char *id, int64_t row);

static bool each_row(struct db *db, enum stmt_id stmt, int64_t set, each_id *each, void *ctx, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, stmt, ARGS(v_int(set)), err))
        return false;
    while (rows_next(&q)) {
        char hex[ID_HEX_SIZE];
        struct id id = rows_id(&q, 1);
        id_hex(&id, hex);
        if (!each(ctx, rows_int(&q, 0), hex, rows_int(&q, 2))) {
            rows_abandon(&q);
            return true;
        }
    }
    return rows_close(&q, err);
}

bool embedding_set_each(struct db *db, int64_t set,
                        bool (*each)(void *ctx, int64_t response, const char *id, int64_t row), void *ctx,
                        struct err *err)
{
    return each_row(db, STMT_EMBEDDING_ROW_EACH, set, each, ctx, err);
}

bool embedding_set_each_prompt(struct db *db, int64_t set,
                               bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row), void *ctx,
                               struct err *err)
{
    return each_row(db, STMT_EMBEDDING_PROMPT_EACH, set, each, ctx, err);
}

bool embedding_set_each_probe(struct db *db, int64_t set,
                              bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row), void *ctx,
                              struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_EMBEDDING_PROBE_EACH, ARGS(v_int(set)), err))
        return false;
    while (rows_next(&q))
        if (!each(ctx, rows_int(&q, 0), rows_text(&q, 1).ptr, rows_int(&q, 2))) {
            rows_abandon(&q);
            return true;
        }
    return rows_close(&q, err);
}

bool embedding_set_each_asked(struct db *db, int64_t set,
                              bool (*each)(void *ctx, int64_t prompt, const char *id, int64_t row), void *ctx,
                              struct err *err)
{
    return each_row(db, STMT_EMBEDDING_ASKED_EACH, set, each, ctx, err);
}

bool embedding_set_each_link(struct db *db, int64_t set, bool (*each)(void *ctx, int64_t row, int64_t prompt_row),
                             void *ctx, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_EMBEDDING_LINK_EACH, ARGS(v_int(set)), err))
        return false;
    while (rows_next(&q))
        if (!each(ctx, rows_int(&q, 0), rows_int(&q, 1))) {
            rows_abandon(&q);
            return true;
        }
    return rows_close(&q, err);
}

bool embedding_set_each_text(struct db *db, int64_t set,
                             void (*each)(void *ctx, int64_t row, int64_t characters, const char *language), void *ctx,
                             struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_EMBEDDING_TEXT_EACH, ARGS(v_int(set)), err))
        return false;
    while (rows_next(&q))
        each(ctx, rows_int(&q, 0), rows_int(&q, 1), rows_text(&q, 2).ptr);
    return rows_close(&q, err);
}

bool embedding_set_pair(struct db *db, int64_t set, int64_t comparison, int64_t rows[2], struct err *err)
{
    struct rows q;
    rows[0] = rows[1] = -1;
    if (!rows_open(&q, db, STMT_COMPARISON_ROWS, ARGS(v_int(comparison)), err))
        return false;
    int64_t responses[2] = {0, 0};
    if (rows_next(&q)) {
        responses[0] = rows_int(&q, 0);
        responses[1] = rows_int(&q, 1);
    }
    return rows_close(&q, err) &&
           stmt_int(db, STMT_EMBEDDING_ROW_FIND, ARGS(v_int(set), v_int(responses[0])), &rows[0], err) &&
           stmt_int(db, STMT_EMBEDDING_ROW_FIND, ARGS(v_int(set), v_int(responses[1])), &rows[1], err);
}
