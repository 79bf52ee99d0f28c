#include "store/run.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/vec.h"
#include "store/stmt.h"

#include <string.h>

static bool is_json(const char *text, const char *what, struct err *err)
{
    struct json_object *o = NULL;
    if (!json_parse(text, strlen(text), &o, err))
        return err_context(err, "the %s of the run", what);
    json_object_put(o);
    return true;
}

bool run_insert(struct db *db, struct run *r, struct err *err)
{
    r->created = clock_now_ms();
    return is_json(r->settings, "settings", err) && is_json(r->inputs, "inputs", err) &&
           is_json(r->results, "results", err) &&
           stmt_insert(db, STMT_RUN_ADD,
                       ARGS(v_str(r->kind), v_str(r->settings), v_str(r->inputs), v_str(r->results), v_str(r->model),
                            v_str(r->model_sha256), v_int((int64_t)r->seed), v_int(r->created)),
                       &r->row, err);
}

bool run_list(struct db *db, int64_t limit, struct arena *a, struct run **out, size_t *n, struct err *err)
{
    VEC(struct run) all = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_RUN_LIST, ARGS(v_int(limit > 0 ? limit : -1)), err))
        return false;
    while (rows_next(&q)) {
        struct run r = {.row = rows_int(&q, 0),
                        .kind = rows_dup(&q, 1, a),
                        .settings = rows_dup(&q, 2, a),
                        .inputs = rows_dup(&q, 3, a),
                        .results = rows_dup(&q, 4, a),
                        .model = rows_dup(&q, 5, a),
                        .model_sha256 = rows_dup(&q, 6, a),
                        .seed = (uint64_t)rows_int(&q, 7),
                        .created = rows_int(&q, 8)};
        vec_push(&all, r);
    }
    vec_to_arena(&all, a, *out, *n);
    return rows_close(&q, err);
}
