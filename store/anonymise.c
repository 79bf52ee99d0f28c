#include "store/anonymise.h"

#include "store/audit.h"
#include "store/db_internal.h"
#include "store/handout.h"
#include "store/pseudonym.h"

#include <string.h>

struct anonymising {
    struct pseudonyms names;
    struct anonymise_counts *counts;
};

static const char review[] = "review:";

/* "review:NAME" is of the same person as "NAME". */
static const char *person_of(const char *name)
{
    return strncmp(name, review, sizeof review - 1) == 0 ? name + sizeof review - 1 : name;
}

/* Everybody who is named anywhere: annotators, their accounts, and who else did something. */
static bool gather(struct db *db, struct anonymising *a, struct err *err)
{
    struct rows q;
    const char *instead;
    bool ok = true;
    if (!rows_open(&q, db, STMT_ANONYMISE_NAMES, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q))
        ok = pseudonyms_of(&a->names, person_of(rows_text(&q, 0).ptr), &instead, err);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool rename_one(struct db *db, struct anonymising *a, int64_t row, const char *name, struct err *err)
{
    struct buf new = BUF_INIT;
    const char *instead;
    bool reviewer = person_of(name) != name;
    bool ok = pseudonyms_of(&a->names, person_of(name), &instead, err);
    buf_addf(&new, "%s%s", reviewer ? review : "", instead);
    ok = ok && stmt_run(db, STMT_ANONYMISE_RENAME, ARGS(v_int(row), v_str(new.ptr)), err);
    a->counts->people += ok && !reviewer;
    buf_free(&new);
    return ok;
}

static bool rename_people(struct db *db, struct anonymising *a, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_ANONYMISE_PEOPLE, NO_ARGS, err))
        return false;
    struct arena names = {0};
    while (ok && rows_next(&q))
        ok = rename_one(db, a, rows_int(&q, 0), rows_dup(&q, 1, &names), err);
    arena_free(&names);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

/* The same person's "who" in the audit trail, with or without having annotated. */
static bool rename_who(struct db *db, struct anonymising *a, struct err *err)
{
    for (size_t i = 0; i < a->names.list.n; i++) {
        const struct pseudonym *p = &a->names.list.v[i];
        int64_t changed = 0;
        if (!stmt_change(db, STMT_ANONYMISE_WHO, ARGS(v_str(p->name), v_str(p->instead)), &changed, err))
            return false;
        a->counts->events += changed;
    }
    return true;
}

/* Of a statement that gives a key and texts, and one that sets them again: the first `plain` are text, the rest JSON
 * whose keys are words of the program down to a depth of `own`, whoever is called like one. */
struct rewriting {
    enum stmt_id each, set;
    int plain, columns, own;
};

enum { MOST_COLUMNS = 4 };

static bool rewrite_row(struct db *db, struct anonymising *a, const struct rewriting *r, struct rows *q,
                        struct err *err)
{
    struct buf text[MOST_COLUMNS] = {BUF_INIT};
    struct value args[MOST_COLUMNS + 1] = {v_int(rows_int(q, 0))};
    bool any = false;
    for (int i = 0; i < r->columns; i++) {
        struct json_text t = rows_text(q, i + 1);
        if (t.ptr != NULL)
            any = (i < r->plain ? pseudonyms_text(&a->names, t.ptr, t.len, &text[i])
                                : pseudonyms_json(&a->names, t.ptr, t.len, r->own, &text[i])) ||
                  any;
        args[i + 1] = t.ptr != NULL ? v_text(text[i].len > 0 ? text[i].ptr : "", text[i].len) : v_null();
    }
    bool ok = !any || stmt_run(db, r->set, args, (size_t)r->columns + 1, err);
    for (int i = 0; i < r->columns; i++)
        buf_free(&text[i]);
    return ok;
}

static bool rewrite_texts(struct db *db, struct anonymising *a, struct err *err)
{
    static const struct rewriting all[] = {
        {STMT_ANONYMISE_AUDIT, STMT_ANONYMISE_SET_AUDIT, 1, 2, JSON_MAX_DEPTH},
        {STMT_ANONYMISE_RUNS, STMT_ANONYMISE_SET_RUN, 1, 4, 1},
        {STMT_ANONYMISE_EMBEDDING_SETS, STMT_ANONYMISE_SET_EMBEDDING_SET, 1, 2, 1},
        {STMT_ANONYMISE_QUARANTINE, STMT_ANONYMISE_SET_QUARANTINE, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct rows q;
        bool ok = true;
        if (!rows_open(&q, db, all[i].each, NO_ARGS, err))
            return false;
        while (ok && rows_next(&q))
            ok = rewrite_row(db, a, &all[i], &q, err);
        ok = ok ? rows_close(&q, err) : rows_abandon(&q);
        if (!ok)
            return false;
    }
    return true;
}

/* The id of a comparison that repeats another one for a person is made of the name. */
static bool rename_repeats(struct db *db, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_ANONYMISE_REPEATS, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        char before[ID_HEX_SIZE], after[ID_HEX_SIZE];
        struct id old = rows_id(&q, 1), original = rows_id(&q, 2);
        struct id new = handout_repeat_id(&original, rows_text(&q, 3).ptr);
        id_hex(&old, before);
        id_hex(&new, after);
        ok = stmt_run(db, STMT_ANONYMISE_SET_COMPARISON, ARGS(v_int(rows_int(&q, 0)), v_id(&new)), err) &&
             stmt_run(db, STMT_ANONYMISE_SET_SUBJECT, ARGS(v_str(before), v_str(after)), err);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static struct id other_id(const struct id *id, const char *salt)
{
    static const char domain[] = "assay:anonymous:1";
    struct digest d;
    digest_init(&d);
    digest_add_string(&d, domain, sizeof domain - 1);
    digest_add_string(&d, salt, strlen(salt));
    digest_add_string(&d, (const char *)id->b, sizeof id->b);
    return digest_id(&d);
}

static bool change_ids(struct db *db, struct anonymising *a, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_ANONYMISE_JUDGEMENTS, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q)) {
        struct id old = rows_id(&q, 1), new = other_id(&old, a->names.salt);
        ok = stmt_run(db, STMT_ANONYMISE_SET_JUDGEMENT, ARGS(v_int(rows_int(&q, 0)), v_id(&new)), err);
        a->counts->judgements += ok;
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool anonymise(struct db *db, void *ctx, struct err *err)
{
    struct anonymising *a = ctx;
    return gather(db, a, err) && rename_people(db, a, err) && rename_who(db, a, err) && rewrite_texts(db, a, err) &&
           rename_repeats(db, err) && change_ids(db, a, err) && stmt_run(db, STMT_ANONYMISE_SETTINGS, NO_ARGS, err) &&
           audit_add(db, NULL, "anonymise", "", NULL, err);
}

/* The rule that judgements are append-only is a trigger, and this is a copy. VACUUM leaves nothing of the old pages. */
static bool rewrite_copy(struct db *db, struct anonymising *a, int *faults, struct err *err)
{
    sqlite3_db_config(db->sql, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    return db_write(db, anonymise, a, err) && db_exec(db, "VACUUM", err) &&
           db_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", err) && db_check(db, NULL, NULL, faults, err);
}

bool anonymise_copy(struct db *db, const char *path, const char *salt, struct anonymise_counts *counts, struct err *err)
{
    struct anonymising a = {.counts = counts};
    struct db *copy = NULL;
    int faults = 0;
    *counts = (struct anonymise_counts){0};
    pseudonyms_init(&a.names, salt);
    if (!db_backup(db, path, err))
        return false;
    bool ok = db_open(path, DB_WRITE, &copy, err) && rewrite_copy(copy, &a, &faults, err);
    db_close(copy);
    if (ok && faults > 0)
        ok = err_set(err, ERR_SCHEMA, "the workspace has %d fault%s; \"assay check\" lists them", faults,
                     PLURAL(faults));
    if (!ok)
        db_remove(path);
    pseudonyms_free(&a.names);
    return ok;
}
