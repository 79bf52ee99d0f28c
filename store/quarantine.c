#include "store/quarantine.h"

#include "core/base/clock.h"
#include "store/audit.h"
#include "store/stmt.h"

#include <string.h>

static const char *const names[] = {
#define X(id, name) name,
    QUARANTINE_STATES(X)
#undef X
};

const char *quarantine_state_name(enum quarantine_state s)
{
    return names[s];
}

/* Every state that the schema allows is in the table. */
static enum quarantine_state state_of(struct json_text name)
{
    int s = 0;
    while (s + 1 < QUARANTINE_N_STATES && (name.ptr == NULL || strcmp(names[s], name.ptr) != 0))
        s++;
    return (enum quarantine_state)s;
}

static struct id digest_of(const char *source, struct json_text record)
{
    static const char salt[] = "assay:quarantine:1";
    struct digest d;
    digest_init(&d);
    digest_add_string(&d, salt, sizeof salt - 1);
    digest_add_string(&d, source, strlen(source));
    digest_add_string(&d, record.ptr, record.len);
    return digest_id(&d);
}

bool quarantine_look_up(struct db *db, const char *source, struct json_text record, bool *known,
                        enum quarantine_state *state, struct err *err)
{
    struct id digest = digest_of(source, record);
    struct rows q;
    if (!rows_open(&q, db, STMT_QUARANTINE_KNOWN, ARGS(v_id(&digest)), err))
        return false;
    *known = rows_next(&q);
    if (*known)
        *state = state_of(rows_text(&q, 1));
    return rows_close(&q, err);
}

bool quarantine_hold(struct db *db, const struct quarantine_entry *e, struct err *err)
{
    struct id digest = digest_of(e->source, e->record);
    return stmt_run(db, STMT_QUARANTINE_ADD,
                    ARGS(v_str(e->file), v_int(e->line), v_str(e->format), v_str(e->source), v_str(e->reasons),
                         v_text(e->record.ptr, e->record.len), v_id(&digest), v_int(clock_now_ms())),
                    err);
}

/* Borrowed from the row that q stands on. */
static struct quarantine_entry entry_of(struct rows *q)
{
    struct quarantine_entry e = {.row = rows_int(q, 0),
                                 .file = rows_text(q, 2).ptr,
                                 .line = rows_int(q, 3),
                                 .format = rows_text(q, 4).ptr,
                                 .source = rows_text(q, 5).ptr,
                                 .reasons = rows_text(q, 6).ptr,
                                 .record = rows_text(q, 7),
                                 .state = state_of(rows_text(q, 8)),
                                 .created = rows_int(q, 9)};
    struct id id = rows_id(q, 1);
    id_hex(&id, e.id);
    return e;
}

bool quarantine_each(struct db *db, enum quarantine_state state,
                     bool (*each)(void *ctx, const struct quarantine_entry *e), void *ctx, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_QUARANTINE_EACH, ARGS(v_str(names[state])), err))
        return false;
    while (rows_next(&q)) {
        struct quarantine_entry e = entry_of(&q);
        if (!each(ctx, &e)) {
            rows_abandon(&q);
            return true;
        }
    }
    return rows_close(&q, err);
}

bool quarantine_count(struct db *db, int64_t counts[QUARANTINE_N_STATES], struct err *err)
{
    for (int s = 0; s < QUARANTINE_N_STATES; s++)
        if (!stmt_int(db, STMT_QUARANTINE_COUNT, ARGS(v_str(names[s])), &counts[s], err))
            return false;
    return true;
}

bool quarantine_find(struct db *db, const char *id, struct arena *a, struct quarantine_entry *out, struct err *err)
{
    struct id low, high;
    struct rows q;
    size_t n = 0;
    if (!id_bounds(id, &low, &high))
        return err_set(err, ERR_MISSING, "\"%.60s\" is no id of a record in quarantine, nor 4 digits or more of one",
                       id);
    if (!rows_open(&q, db, STMT_QUARANTINE_FIND, ARGS(v_id(&low), v_id(&high)), err))
        return false;
    for (; rows_next(&q); n++) {
        *out = entry_of(&q);
        out->file = arena_dup(a, out->file);
        out->format = arena_dup(a, out->format);
        out->source = arena_dup(a, out->source);
        out->reasons = arena_dup(a, out->reasons);
        out->record.ptr = arena_ndup(a, out->record.ptr, out->record.len);
    }
    if (!rows_close(&q, err))
        return false;
    if (n > 1)
        return err_set(err, ERR_CONFLICT, "several records in quarantine begin with %s; give more of the id", id);
    return n == 1 || err_set(err, ERR_MISSING, "there is no record %s in quarantine", id);
}

bool quarantine_settle(struct db *db, const struct quarantine_entry *e, enum quarantine_state state, const char *who,
                       struct err *err)
{
    if (e->state != QUARANTINE_HELD)
        return err_set(err, ERR_CONFLICT, "%s was %s already", e->id, names[e->state]);
    return stmt_run(db, STMT_QUARANTINE_SETTLE, ARGS(v_int(e->row), v_str(names[state])), err) &&
           audit_add(db, who, state == QUARANTINE_RELEASED ? "release" : "drop", e->id, NULL, err);
}
