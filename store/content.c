#include "store/content.h"

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/json_plain.h"
#include "core/base/json_writer.h"
#include "core/base/utf8.h"
#include "store/audit.h"
#include "store/bulk.h"
#include "store/ranking.h"
#include "store/stmt.h"
#include "store/tally.h"

#include <string.h>

static void tag(struct digest *d, const char *name)
{
    digest_init(d);
    digest_add_string(d, name, strlen(name));
}

static void add(struct digest *d, struct json_text t)
{
    digest_add_string(d, t.ptr, t.len);
}

struct id content_prompt_id(const struct message *m, size_t n)
{
    struct digest d;
    bool named = false;
    for (size_t i = 0; i < n; i++)
        named = named || m[i].name.ptr != NULL;
    tag(&d, named ? "assay:prompt-named:1" : "assay:prompt:1");
    for (size_t i = 0; i < n; i++) {
        add(&d, m[i].role);
        if (named)
            add(&d, m[i].name.ptr != NULL ? m[i].name : (struct json_text){"", 0});
        add(&d, m[i].content);
    }
    return digest_id(&d);
}

struct id content_response_id(const struct id *prompt, struct json_text text)
{
    struct digest d;
    tag(&d, "assay:response:1");
    digest_add_string(&d, (const char *)prompt->b, sizeof prompt->b);
    add(&d, text);
    return digest_id(&d);
}

struct id content_comparison_id(const struct id *first, const struct id *second)
{
    bool ordered = id_compare(first, second) <= 0;
    const struct id *low = ordered ? first : second, *high = ordered ? second : first;
    struct digest d;
    tag(&d, "assay:comparison:1");
    digest_add_string(&d, (const char *)low->b, sizeof low->b);
    digest_add_string(&d, (const char *)high->b, sizeof high->b);
    return digest_id(&d);
}

bool content_role_known(struct json_text role)
{
    static const char *const roles[] = {"user", "assistant", "system", "tool", "developer", "function"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (strlen(roles[i]) == role.len && memcmp(roles[i], role.ptr, role.len) == 0)
            return true;
    return false;
}

static bool find_source(struct db *db, struct json_text name, int64_t *row, struct err *err)
{
    *row = 0;
    if (!stmt_int(db, STMT_SOURCE_FIND, ARGS(v_text(name.ptr, name.len)), row, err))
        return false;
    return *row != 0 ||
           stmt_insert(db, STMT_SOURCE_ADD, ARGS(v_text(name.ptr, name.len), v_int(clock_now_ms())), row, err);
}

bool content_source(struct db *db, struct json_text name, int64_t *row, struct err *err)
{
    *row = bulk_on(db) ? bulk_named(db, BULK_SOURCES, name) : 0;
    if (*row != 0)
        return true;
    if (!find_source(db, name, row, err))
        return false;
    if (bulk_on(db))
        bulk_name(db, BULK_SOURCES, name, *row);
    return true;
}

bool content_licence(struct db *db, int64_t source, const char *licence, struct arena *a, const char **kept,
                     struct err *err)
{
    struct rows q;
    *kept = NULL;
    if (!stmt_run(db, STMT_SOURCE_LEARN_LICENCE, ARGS(v_int(source), v_str(licence)), err) ||
        !rows_open(&q, db, STMT_SOURCE_LICENCE, ARGS(v_int(source)), err))
        return false;
    const char *known = rows_next(&q) ? rows_dup(&q, 0, a) : NULL;
    if (known != NULL && strcmp(known, licence) != 0)
        *kept = known;
    return rows_close(&q, err);
}

void content_write_messages(const struct message *m, size_t n, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&w);
        jw_kstrn(&w, "role", m[i].role.ptr, m[i].role.len);
        jw_kstrn(&w, "content", m[i].content.ptr, m[i].content.len);
        if (m[i].name.ptr != NULL)
            jw_kstrn(&w, "name", m[i].name.ptr, m[i].name.len);
        jw_object_end(&w);
    }
    jw_array_end(&w);
}

bool content_prompt(struct db *db, const struct message *m, size_t n, struct content_row *out, struct err *err)
{
    *out = (struct content_row){.id = content_prompt_id(m, n)};
    if (bulk_on(db)) {
        bulk_prompt(db, m, n, out);
        return true;
    }
    struct buf json = BUF_INIT;
    content_write_messages(m, n, &json);
    bool ok = stmt_insert_or_find(db, STMT_PROMPT_ADD, ARGS(v_id(&out->id), v_text(json.ptr, json.len)),
                                  STMT_PROMPT_FIND, &out->id, &out->made, &out->row, err);
    buf_free(&json);
    return ok;
}

static struct value v_maybe(struct json_text t)
{
    return v_text(t.ptr, t.len);
}

bool content_response(struct db *db, const struct content_row *prompt, const struct new_response *r,
                      struct content_row *out, struct err *err)
{
    *out = (struct content_row){.id = content_response_id(&prompt->id, r->text)};
    if (bulk_on(db))
        return bulk_response(db, prompt, r, out, err);
    if (!stmt_insert_or_find(db, STMT_RESPONSE_ADD,
                             ARGS(v_id(&out->id), v_int(prompt->row), v_maybe(r->text), v_maybe(r->model),
                                  v_maybe(r->language), v_maybe(r->tags)),
                             STMT_RESPONSE_FIND, &out->id, &out->made, &out->row, err))
        return false;
    if (out->made || (r->model.ptr == NULL && r->language.ptr == NULL && r->tags.ptr == NULL))
        return true;
    return stmt_run(db, STMT_RESPONSE_LEARN,
                    ARGS(v_int(out->row), v_maybe(r->model), v_maybe(r->language), v_maybe(r->tags)), err);
}

/* Is the comparison known with the two responses the other way round, and is it in no split yet? */
static bool find_comparison(struct db *db, const struct content_row *first, struct content_row *out, bool *swapped,
                            bool *no_split, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_COMPARISON_FIND, ARGS(v_id(&out->id)), err))
        return false;
    if (rows_next(&q)) {
        out->row = rows_int(&q, 0);
        *swapped = rows_int(&q, 1) != first->row;
        *no_split = rows_int(&q, 2) != 0;
    }
    return rows_close(&q, err);
}

bool content_comparison(struct db *db, int64_t prompt, const struct content_row *first,
                        const struct content_row *second, int64_t source, const char *split, struct content_row *out,
                        bool *swapped, struct err *err)
{
    *out = (struct content_row){.id = content_comparison_id(&first->id, &second->id)};
    bool no_split = false;
    if (bulk_on(db))
        return bulk_comparison(db, prompt, first, second, source, split, out, swapped, err);
    *swapped = false;
    if (!stmt_insert_new(db, STMT_COMPARISON_ADD,
                         ARGS(v_id(&out->id), v_int(prompt), v_int(first->row), v_int(second->row), v_int(source),
                              v_str(split), v_int(clock_now_ms())),
                         &out->made, &out->row, err))
        return false;
    if (out->made)
        return tally_new(db, source, split, err);
    return find_comparison(db, first, out, swapped, &no_split, err) &&
           (split == NULL || !no_split ||
            (tally_leave(db, out->row, err) &&
             stmt_run(db, STMT_COMPARISON_LEARN, ARGS(v_int(out->row), v_str(split)), err) &&
             tally_enter(db, out->row, err)));
}

bool content_subset(struct db *db, int64_t comparison, struct json_text subset, struct err *err)
{
    return subset.ptr == NULL ||
           stmt_run(db, STMT_COMPARISON_LEARN_SUBSET, ARGS(v_int(comparison), v_text(subset.ptr, subset.len)), err);
}

bool content_principle(struct db *db, int64_t comparison, struct json_text principle, struct err *err)
{
    return principle.ptr == NULL || stmt_run(db, STMT_COMPARISON_LEARN_PRINCIPLE,
                                             ARGS(v_int(comparison), v_text(principle.ptr, principle.len)), err);
}

bool content_comparison_hex(struct db *db, int64_t comparison, char hex[ID_HEX_SIZE], struct err *err)
{
    struct rows q;
    hex[0] = '\0';
    if (!rows_open(&q, db, STMT_COMPARISON_ID, ARGS(v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        struct id id = rows_id(&q, 0);
        id_hex(&id, hex);
    }
    return rows_close(&q, err) && (hex[0] != '\0' || err_set(err, ERR_MISSING, "there is no such comparison"));
}

struct retirement {
    int64_t comparison;
    bool retired;
    const char *who, *why;
};

static bool write_down(struct db *db, const struct retirement *r, const char *id, struct err *err)
{
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "reason", r->why != NULL ? r->why : "");
    jw_object_end(&w);
    bool ok = audit_add(db, r->who, r->retired ? "retire" : "unretire", id, r->why != NULL ? detail.ptr : NULL, err);
    buf_free(&detail);
    return ok;
}

/* This one, whatever else is one piece of work with it. */
static bool retire_one(struct db *db, const struct retirement *r, int64_t comparison, struct err *err)
{
    char id[ID_HEX_SIZE];
    int64_t since = 0;
    if (!content_comparison_hex(db, comparison, id, err) ||
        !stmt_int(db, STMT_COMPARISON_RETIRED, ARGS(v_int(comparison)), &since, err))
        return false;
    if ((since != 0) == r->retired)
        return !r->retired || r->why == NULL || write_down(db, r, id, err);
    since = r->retired ? clock_now_ms() : 0;
    return tally_leave(db, comparison, err) &&
           stmt_run(db, STMT_COMPARISON_RETIRE, ARGS(v_int(comparison), v_int_or_null(since)), err) &&
           tally_enter(db, comparison, err) && write_down(db, r, id, err);
}

static bool retire(struct db *db, void *ctx, struct err *err)
{
    const struct retirement *r = ctx;
    char id[ID_HEX_SIZE];
    int64_t original = 0, all[RANKING_PAIRS_MOST];
    size_t n = 0;
    if (!content_comparison_hex(db, r->comparison, id, err) ||
        !stmt_int(db, STMT_REPEAT_OF, ARGS(v_int(r->comparison)), &original, err))
        return false;
    if (original != 0)
        return err_set(err, ERR_CONFLICT,
                       "%s gives one person another comparison once more; it was never in common work", id);
    bool ok = ranking_whole(db, r->comparison, all, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        ok = retire_one(db, r, all[i], err);
    return ok && ranking_relead(db, r->comparison, err);
}

bool content_retire(struct db *db, int64_t comparison, bool retired, const char *who, const char *why, struct err *err)
{
    size_t bad;
    if (why != NULL && why[0] == '\0')
        why = NULL;
    if (why != NULL && (strlen(why) > CONTENT_WHY_MAX || !utf8_valid(why, strlen(why), &bad)))
        return err_set(err, ERR_USAGE, "the reason must be UTF-8 and at most %d bytes", CONTENT_WHY_MAX);
    return db_write(db, retire, &(struct retirement){comparison, retired, who, why}, err);
}

bool content_in_work(struct db *db, int64_t comparison, struct err *err)
{
    char id[ID_HEX_SIZE], at[CLOCK_ISO_SIZE];
    int64_t since = 0, original = 0;
    struct arena a = {0};
    struct rows q;
    const char *why = "";
    if (!stmt_int(db, STMT_COMPARISON_RETIRED, ARGS(v_int(comparison)), &since, err) ||
        !stmt_int(db, STMT_REPEAT_OF, ARGS(v_int(comparison)), &original, err))
        return false;
    if (since == 0 || original != 0)
        return true;
    if (!content_comparison_hex(db, comparison, id, err) ||
        !rows_open(&q, db, STMT_COMPARISON_RETIRED_WHY, ARGS(v_str(id)), err))
        return false;
    if (rows_next(&q))
        why = rows_dup(&q, 0, &a);
    bool ok = rows_close(&q, err);
    clock_iso(since, at);
    if (ok)
        err_set(err, ERR_CONFLICT, "%.8s was retired on %.10s%s%.200s; \"assay retire %.8s --undo\" brings it back", id,
                at, why[0] != '\0' ? ": " : "", why, id);
    arena_free(&a);
    return false;
}

static struct json_text copy_text(struct json_text t, struct arena *a)
{
    return (struct json_text){arena_ndup(a, t.ptr, t.len), t.len};
}

static bool read_message(struct json_object *o, struct arena *a, struct message *m, struct err *err)
{
    *m = (struct message){0};
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "a message must be an object, but is %s", json_type_name(o));
    if (!json_get_text(o, "role", JSON_REQUIRED, &m->role, err) ||
        !json_get_text(o, "content", JSON_REQUIRED, &m->content, err) ||
        !json_get_text(o, "name", JSON_OPTIONAL, &m->name, err))
        return false;
    m->role = copy_text(m->role, a);
    m->content = copy_text(m->content, a);
    if (m->name.ptr != NULL)
        m->name = copy_text(m->name, a);
    return true;
}

/* Most prompts are one message of the user, many of them without an escape: as content_write_messages writes such a
 * one, it need not be taken apart. */
static bool is_plain_turn(struct json_text json, struct json_text *content)
{
    static const char head[] = "[{\"role\":\"user\",\"content\":\"", tail[] = "\"}]";
    enum { HEAD = sizeof head - 1, TAIL = sizeof tail - 1 };
    size_t bad;
    if (json.len < HEAD + TAIL || memcmp(json.ptr, head, HEAD) != 0 ||
        memcmp(json.ptr + json.len - TAIL, tail, TAIL) != 0)
        return false;
    *content = (struct json_text){json.ptr + HEAD, json.len - HEAD - TAIL};
    return json_is_plain(content->ptr, content->len) && utf8_valid(content->ptr, content->len, &bad);
}

bool content_messages(struct json_text json, struct arena *a, struct message **out, size_t *n, struct err *err)
{
    struct json_object *list = NULL;
    struct json_text content;
    if (is_plain_turn(json, &content)) {
        *n = 1;
        *out = arena_array(a, 2, sizeof **out);
        (*out)[0] = (struct message){.role = {"user", 4}, .content = copy_text(content, a)};
        return true;
    }
    if (!json_parse(json.ptr, json.len, &list, err))
        return false;
    bool ok = json_object_is_type(list, json_type_array) ||
              err_set(err, ERR_SYNTAX, "messages must be a list, but are %s", json_type_name(list));
    size_t count = ok ? json_object_array_length(list) : 0;
    struct message *m = arena_array(a, count + 1, sizeof *m);
    for (size_t i = 0; ok && i < count; i++)
        ok = read_message(json_object_array_get_idx(list, i), a, &m[i], err);
    json_object_put(list);
    *out = m;
    *n = count;
    return ok;
}
