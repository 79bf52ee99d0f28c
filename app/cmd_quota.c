#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/base/mem.h"
#include "store/annotator.h"
#include "store/handout.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    {"source", 0, "NAME", "only of this source; may be repeated", true},
    {"language", 0, "CODE", "only answers in this language; may be repeated", true},
    {"split", 0, "NAME", "only of this split; may be repeated", true},
    {"subset", 0, "NAME", "only of this subset; may be repeated", true},
    {"tag", 0, "TAG", "only where an answer has this tag; may be repeated", true},
    {"any", 0, NULL, "of whatever source, language, split, subset and tag", false},
    {0},
};

struct listing {
    struct buf text;
    struct json_writer w;
};

static void add_limit(struct buf *out, int64_t done, int64_t limit, const char *when)
{
    buf_addf(out, "  %lld", (long long)done);
    if (limit >= 0)
        buf_addf(out, " of %lld", (long long)limit);
    buf_adds(out, when);
}

/* "only source a, b; tag c" */
static void add_wants(struct buf *out, const struct limits_row *r)
{
    const char *lead = "  only";
    for (int k = 0; k < WANT_KINDS; k++) {
        if (r->wants[k] == NULL)
            continue;
        buf_addf(out, "%s %s", lead, want_key((enum want)k));
        const char *first = r->wants[k] + 1, *end;
        for (const char *p = first; (end = strchr(p, '\n')) != NULL; p = end + 1) {
            char *name = mem_ndup(p, (size_t)(end - p));
            buf_adds(out, p > first ? ", " : " ");
            app_add_name(out, name);
            mem_free(name);
        }
        lead = ";";
    }
}

static void line(void *ctx, const struct limits_row *r)
{
    struct listing *l = ctx;
    app_add_column(&l->text, r->name, 20);
    add_limit(&l->text, r->handled, r->limits.quota, "");
    add_limit(&l->text, r->today, r->limits.per_day > 0 ? r->limits.per_day : -1, " today");
    add_wants(&l->text, r);
    buf_addc(&l->text, '\n');
}

static void limit_json(struct json_writer *w, const char *key, bool there, int64_t limit)
{
    jw_key(w, key);
    if (there)
        jw_int(w, limit);
    else
        jw_null(w);
}

static void object(void *ctx, const struct limits_row *r)
{
    struct listing *l = ctx;
    jw_object(&l->w);
    jw_kstr(&l->w, "annotator", r->name);
    limit_json(&l->w, "quota", r->limits.quota >= 0, r->limits.quota);
    limit_json(&l->w, "per_day", r->limits.per_day > 0, r->limits.per_day);
    jw_kint(&l->w, "handled", r->handled);
    jw_kint(&l->w, "today", r->today);
    jw_key(&l->w, "only");
    if (r->limits.wants != NULL)
        jw_raw(&l->w, r->limits.wants, strlen(r->limits.wants));
    else
        jw_null(&l->w);
    jw_object_end(&l->w);
}

static bool show(const struct app *app, struct db *db, int64_t annotator, struct err *err)
{
    struct listing l = {.text = BUF_INIT};
    jw_start(&l.w, &l.text);
    if (app->json)
        jw_array(&l.w);
    bool ok = limits_each(db, annotator, app->json ? object : line, &l, err);
    if (app->json) {
        jw_array_end(&l.w);
        buf_addc(&l.text, '\n');
    } else if (ok && l.text.len == 0) {
        buf_adds(&l.text, "nobody has a quota; everybody is given whatever waits\n");
    }
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    return ok;
}

struct amount {
    enum amount_kind { AMOUNT_IN_ALL, AMOUNT_A_DAY, AMOUNT_NONE } kind;
    int64_t n;
};

/* "300", "50/day" or "none", which takes both away. */
static bool read_amount(const char *word, struct amount *out, struct err *err)
{
    char *end;
    if (strcmp(word, "none") == 0) {
        *out = (struct amount){AMOUNT_NONE, 0};
        return true;
    }
    long long n = strtoll(word, &end, 10);
    bool a_day = end != word && strcmp(end, "/day") == 0;
    if (end == word || (*end != '\0' && !a_day) || n < (a_day ? 1 : 0) || n > 1000000000)
        return err_set(err, ERR_USAGE, "\"%.40s\" is no quota; say 300 (in all), 50/day or none", word);
    *out = (struct amount){a_day ? AMOUNT_A_DAY : AMOUNT_IN_ALL, n};
    return true;
}

static void set_amount(const struct amount *x, struct limits *l)
{
    if (x->kind != AMOUNT_A_DAY)
        l->quota = x->kind == AMOUNT_NONE ? -1 : x->n;
    if (x->kind != AMOUNT_IN_ALL)
        l->per_day = x->kind == AMOUNT_NONE ? 0 : x->n;
}

/* One in all and one a day go together, nothing else does. */
static bool read_amounts(const struct args *args, struct limits *l, struct err *err)
{
    struct amount x[2];
    size_t n = args->words.n - 1;
    for (size_t i = 0; i < n; i++)
        if (!read_amount(args->words.v[i + 1], &x[i], err))
            return false;
    if (n == 2 && (x[0].kind == x[1].kind || x[0].kind == AMOUNT_NONE || x[1].kind == AMOUNT_NONE))
        return err_set(err, ERR_USAGE, "%.40s and %.40s exclude one another; say one number in all, one a day, or none",
                       args->words.v[1], args->words.v[2]);
    for (size_t i = 0; i < n; i++)
        set_amount(&x[i], l);
    return true;
}

/* What the options ask for takes the place of what held before; without any it stays. */
static void read_wants(const struct args *args, struct limits *l, struct buf *json)
{
    struct json_writer w;
    bool some = false;
    jw_start(&w, json);
    jw_object(&w);
    for (int k = 0; k < WANT_KINDS; k++) {
        const char *key = want_key((enum want)k), *value;
        if (!args_has(args, key))
            continue;
        some = true;
        jw_key(&w, key);
        jw_array(&w);
        for (size_t i = 0; (value = args_nth(args, key, i)) != NULL; i++)
            jw_str(&w, value);
        jw_array_end(&w);
    }
    jw_object_end(&w);
    if (some)
        l->wants = json->ptr;
    else if (args_has(args, "any"))
        l->wants = NULL;
}

/* The first of the options that say of what; NULL: none was given. */
static const char *first_want(const struct args *args)
{
    for (int k = 0; k < WANT_KINDS; k++)
        if (args_has(args, want_key((enum want)k)))
            return want_key((enum want)k);
    return NULL;
}

static bool change(struct db *db, const struct args *args, int64_t annotator, struct err *err)
{
    struct arena a = {0};
    struct buf json = BUF_INIT;
    struct limits l;
    char who[RIGHTS_NAME_SIZE];
    bool ok = rights_signature(db, NULL, who, err) && limits_get(db, annotator, &a, &l, err);
    ok = ok && read_amounts(args, &l, err);
    if (ok)
        read_wants(args, &l, &json);
    ok = ok && limits_set(db, annotator, &l, who, err);
    buf_free(&json);
    arena_free(&a);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct db *db = NULL;
    int64_t annotator = 0;
    const char *want = first_want(args);
    bool any = args_has(args, "any"), to_change = any || want != NULL || args->words.n > 1;
    if (any && want != NULL)
        return err_set(err, ERR_USAGE, "--any and --%s exclude one another: it is of whatever there is, or of some",
                       want);
    if (to_change && args->words.n == 0)
        return err_set(err, ERR_USAGE, "whose quota? quota NAME [N] [N/day] [--source NAME]...");
    if (!app_open(app, to_change, &db, err))
        return false;
    bool ok = (args->words.n == 0 || annotator_known(db, args->words.v[0], &annotator, err)) &&
              (!to_change || change(db, args, annotator, err)) && show(app, db, annotator, err);
    db_close(db);
    return ok;
}

const struct command cmd_quota = {
    .name = "quota",
    .summary = "how much, and of what, somebody is given",
    .synopsis = "[NAME [N] [N/day] [none] [--source NAME]... [--any]]",
    .about =
        "Without words: everybody of whom something is asked, and how far they are. N: so many comparisons in all,\n"
        "N/day: so many from one midnight to the next, none: as many as there are. Skipped and flagged ones count.\n"
        "--source, --language, --split, --subset and --tag say of what; those given take the place of those that\n"
        "held before. The hand-out goes by it from the next item on, in the same write that hands it out. Gold and\n"
        "control comparisons are given to everybody all the same.",
    .example = "  assay quota ada 50/day\n  assay quota bo 300 --source hh-rlhf --language de --language fr\n"
               "  assay quota ada none --any",
    .options = options,
    .max_words = 3,
    .run = run,
};
