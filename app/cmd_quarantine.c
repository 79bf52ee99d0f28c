#include "app/cmd.h"
#include "app/guard.h"
#include "app/rights.h"
#include "core/base/vec.h"
#include "store/db.h"
#include "store/quarantine.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec options[] = {
    {"all", 0, NULL, "release, drop: everything that is held", false},
    {"limit", 'n', "N", "list: how many (default 40, 0 for all)", false},
    {"as", 0, "NAME", "who does it, for the audit trail (default: $ASSAY_ANNOTATOR, then the account's name)", false},
    {0},
};

/* ---- list ---- */

struct listing {
    const struct app *app;
    struct buf text;
    struct json_writer w;
    int64_t limit, told;
};

static void entry_json(struct json_writer *w, const struct quarantine_entry *e)
{
    jw_object(w);
    jw_kstr(w, "id", e->id);
    jw_kstr(w, "file", e->file);
    jw_kint(w, "line", e->line);
    jw_kstr(w, "format", e->format);
    jw_kstr(w, "source", e->source);
    jw_key(w, "reasons");
    jw_raw(w, e->reasons, strlen(e->reasons));
    jw_kstrn(w, "record", e->record.ptr, e->record.len);
    jw_object_end(w);
}

static void entry_text(struct buf *out, const struct quarantine_entry *e)
{
    buf_addf(out, "%s  ", e->id);
    app_add_name(out, e->file);
    buf_addf(out, ":%lld\n    ", (long long)e->line);
    guard_tell(e->reasons, out);
    buf_addc(out, '\n');
}

static bool each(void *ctx, const struct quarantine_entry *e)
{
    struct listing *l = ctx;
    if (l->limit > 0 && l->told == l->limit)
        return false;
    l->told++;
    if (l->app->json)
        entry_json(&l->w, e);
    else
        entry_text(&l->text, e);
    return true;
}

static void end_list(struct listing *l, const int64_t *counts)
{
    if (l->app->json) {
        jw_array_end(&l->w);
        jw_key(&l->w, "counts");
        jw_object(&l->w);
        for (int s = 0; s < QUARANTINE_N_STATES; s++)
            jw_kint(&l->w, quarantine_state_name((enum quarantine_state)s), counts[s]);
        jw_object_end(&l->w);
        jw_object_end(&l->w);
    } else {
        if (l->told < counts[QUARANTINE_HELD])
            buf_addf(&l->text, "... and %lld more (--limit 0 shows all)\n",
                     (long long)(counts[QUARANTINE_HELD] - l->told));
        for (int s = 0; s < QUARANTINE_N_STATES; s++)
            buf_addf(&l->text, "%s%lld %s", s > 0 ? ", " : "", (long long)counts[s],
                     quarantine_state_name((enum quarantine_state)s));
    }
    buf_addc(&l->text, '\n');
}

static bool list(const struct app *app, struct db *db, int64_t limit, struct err *err)
{
    struct listing l = {.app = app, .text = BUF_INIT, .limit = limit};
    int64_t counts[QUARANTINE_N_STATES] = {0};
    if (app->json) {
        jw_start(&l.w, &l.text);
        jw_object(&l.w);
        jw_key(&l.w, "held");
        jw_array(&l.w);
    }
    bool ok = quarantine_each(db, QUARANTINE_HELD, each, &l, err) && quarantine_count(db, counts, err);
    end_list(&l, counts);
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    return ok;
}

/* ---- release, drop ---- */

struct settling {
    struct app *app;
    const struct args *args;
    char who[RIGHTS_NAME_SIZE];
    enum quarantine_state state;
    VEC(const char *) ids;
    struct arena arena;
    struct import_counts counts;
    int64_t settled, refused;
};

static bool gather(void *ctx, const struct quarantine_entry *e)
{
    struct settling *s = ctx;
    vec_push(&s->ids, arena_dup(&s->arena, e->id));
    return true;
}

/* A record that its reader refuses stays where it is. */
static bool settle_one(struct db *db, struct settling *s, const char *id, struct err *err)
{
    struct arena a = {0};
    struct quarantine_entry e;
    struct err why = {.kind = ERR_NONE};
    bool ok = quarantine_find(db, id, &a, &e, err);
    bool refused =
        ok && e.state == QUARANTINE_HELD && s->state == QUARANTINE_RELEASED && !import_held(db, &e, &s->counts, &why);
    if (refused && !import_is_refusal(&why)) {
        *err = why;
        ok = false;
    } else if (refused) {
        app_note(s->app, "%s stays in quarantine: %s", e.id, why.text);
        s->refused++;
        s->app->refused = true;
    } else {
        ok = ok && quarantine_settle(db, &e, s->state, s->who, err);
        s->settled += ok;
    }
    arena_free(&a);
    return ok;
}

static void tell(const struct settling *s, struct buf *out)
{
    struct json_writer w;
    const char *state = quarantine_state_name(s->state);
    if (s->app->json) {
        jw_start(&w, out);
        jw_object(&w);
        jw_kint(&w, state, s->settled);
        jw_kint(&w, "refused", s->refused);
        jw_kint(&w, "comparisons", s->counts.comparisons.made);
        jw_kint(&w, "judgements", s->counts.judgements.made);
        jw_object_end(&w);
    } else {
        buf_addf(out, "%lld %s", (long long)s->settled, state);
        if (s->state == QUARANTINE_RELEASED)
            buf_addf(out, ": %lld new comparison%s, %lld new judgement%s", (long long)s->counts.comparisons.made,
                     PLURAL(s->counts.comparisons.made), (long long)s->counts.judgements.made,
                     PLURAL(s->counts.judgements.made));
    }
    buf_addc(out, '\n');
}

static bool settle(struct db *db, void *ctx, struct err *err)
{
    struct settling *s = ctx;
    struct buf text = BUF_INIT;
    bool all = args_has(s->args, "all");
    if (all && !quarantine_each(db, QUARANTINE_HELD, gather, s, err))
        return false;
    for (size_t i = 1; !all && i < s->args->words.n; i++)
        vec_push(&s->ids, s->args->words.v[i]);
    for (size_t i = 0; i < s->ids.n; i++)
        if (!settle_one(db, s, s->ids.v[i], err))
            return false;
    tell(s, &text);
    bool ok = db_flush(db, err) && app_print(s->app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    static const char *const verbs[] = {"list", "release", "drop"};
    int verb = 0;
    int64_t limit = 40;
    struct db *db = NULL;
    while (args->words.n > 0 && verb < 3 && strcmp(verbs[verb], args->words.v[0]) != 0)
        verb++;
    if (verb == 3)
        return err_set(err, ERR_USAGE, "quarantine takes list, release or drop, not \"%.60s\"", args->words.v[0]);
    if (verb == 0 ? args->words.n > 1 || args_has(args, "all") : (args->words.n > 1) == args_has(args, "all"))
        return err_set(err, ERR_USAGE, verb == 0 ? "list takes no ids and no --all" : "%s takes ids, or --all",
                       verbs[verb]);
    if (!args_int(args, "limit", 0, 1000000000, &limit, err) || !app_open(app, verb != 0, &db, err))
        return false;
    struct settling s = {.app = app, .args = args, .state = verb == 1 ? QUARANTINE_RELEASED : QUARANTINE_DROPPED};
    bool ok = verb == 0 ? list(app, db, limit, err)
                        : rights_signature(db, args_get(args, "as"), s.who, err) && db_write(db, settle, &s, err);
    vec_free(&s.ids);
    arena_free(&s.arena);
    db_close(db);
    return ok;
}

const struct command cmd_quarantine = {
    .name = "quarantine",
    .summary = "records that looked wrong on import",
    .synopsis = "[list [-n N] | release ID... | drop ID... | release --all]",
    .about =
        "`import --guard on` keeps records apart in which it finds: an answer that says which model wrote it, one "
        "that\n"
        "ends in the middle, two that are as good as the same, garbled or control characters, lines that nobody "
        "reads,\n"
        "an e-mail address or a phone number. list says what was found and where. release takes them in, through the\n"
        "reader of their format; drop keeps them out, also when their file is imported again. Nothing is deleted.",
    .example = "  assay quarantine\n  assay quarantine release 7c19\n  assay quarantine drop --all",
    .options = options,
    .max_words = 10000,
    .run = run,
};
