#include "app/cmd.h"
#include "app/rights.h"
#include "app/rubrics.h"
#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/db.h"

#include <string.h>

static const struct option_spec options[] = {
    {"as", 0, "NAME", "who does it, for the audit trail (default: $ASSAY_ANNOTATOR, then the account's name)", false},
    {0},
};

struct listing {
    const struct app *app;
    struct buf text;
    struct json_writer w;
    int64_t current;
};

static void line(void *ctx, const struct rubric *r)
{
    struct listing *l = ctx;
    if (l->app->json) {
        jw_object(&l->w);
        jw_kstr(&l->w, "name", r->name);
        jw_kint(&l->w, "version", r->version);
        jw_kint(&l->w, "attributes", (int64_t)r->n_attributes);
        jw_kbool(&l->w, "current", r->row == l->current);
        jw_object_end(&l->w);
        return;
    }
    app_add_name(&l->text, r->name);
    buf_addf(&l->text, "@%d  %zu attribute%s, preference to %d%s%s\n", r->version, r->n_attributes,
             PLURAL(r->n_attributes), r->preference_max, r->justification_min_words > 0 ? ", a reason" : "",
             r->row == l->current ? "  (current)" : "");
}

static bool list(const struct app *app, struct db *db, struct err *err)
{
    struct listing l = {.app = app, .text = BUF_INIT};
    struct arena a = {0};
    struct rubric current;
    jw_start(&l.w, &l.text);
    if (app->json)
        jw_array(&l.w);
    bool ok = rubric_current(db, &a, &current, err);
    l.current = ok ? current.row : 0;
    ok = ok && rubric_each(db, line, &l, err);
    if (app->json) {
        jw_array_end(&l.w);
        buf_addc(&l.text, '\n');
    }
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    arena_free(&a);
    return ok;
}

/* One of the workspace by name or name@version, else a built-in one or a file. */
static bool find(struct db *db, const char *name, struct arena *a, struct rubric *r, struct err *err)
{
    struct err here = {.kind = ERR_NONE};
    if (strchr(name, '/') == NULL && strchr(name, '.') == NULL && rubric_held(db, name, a, r, &here))
        return true;
    if (here.kind != ERR_NONE && here.kind != ERR_MISSING) {
        *err = here;
        return false;
    }
    r->row = 0;
    return rubric_asked(name, a, r, err);
}

static bool show(const struct app *app, const struct rubric *r, struct err *err)
{
    struct buf text = BUF_INIT;
    struct json_object *o = NULL;
    if (!json_parse(r->body, strlen(r->body), &o, err))
        return false;
    if (app->json) {
        struct json_writer w;
        const char *plain = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        jw_start(&w, &text);
        jw_raw(&w, plain, strlen(plain));
        buf_addc(&text, '\n');
    } else {
        const char *body = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE);
        for (const char *end; (end = strchr(body, '\n')) != NULL; body = end + 1) {
            safe_text(body, (size_t)(end - body), &text, SIZE_MAX);
            buf_addc(&text, '\n');
        }
        safe_text(body, strlen(body), &text, SIZE_MAX);
        buf_addc(&text, '\n');
    }
    json_object_put(o);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    size_t n = args->words.n;
    const char *verb = n > 0 ? args->words.v[0] : "list", *name = n > 1 ? args->words.v[1] : NULL;
    bool use = strcmp(verb, "use") == 0, shown = strcmp(verb, "show") == 0;
    struct db *db = NULL;
    struct arena a = {0};
    struct rubric r;
    char who[RIGHTS_NAME_SIZE];
    if ((n > 0 && !use && !shown) || (use && name == NULL))
        return err_set(err, ERR_USAGE, "rubric takes show [NAME], use NAME, or nothing");
    if (!app_open(app, use, &db, err))
        return false;
    bool ok = n == 0 || (name != NULL ? find(db, name, &a, &r, err) : rubric_current(db, &a, &r, err));
    if (use)
        ok = ok && rights_signature(db, args_get(args, "as"), who, err) && rubric_use(db, &r, who, err);
    ok = ok && (shown ? show(app, &r, err) : list(app, db, err));
    arena_free(&a);
    db_close(db);
    return ok;
}

const struct command cmd_rubric = {
    .name = "rubric",
    .summary = "what annotators are asked",
    .synopsis = "[show [NAME|FILE] | use NAME|FILE]",
    .about =
        "Without words: the rubrics of the workspace and their versions. show prints one as JSON, to start your own\n"
        "from. use makes one the current one: NAME, NAME@VERSION, or a JSON file, of which a changed text becomes the\n"
        "next version. What was judged before stays under the version that it was judged under.",
    .example = "  assay rubric show ultrafeedback > mine.json\n  assay rubric use ./mine.json\n  assay rubric use "
               "helpsteer2@1",
    .options = options,
    .max_words = 2,
    .run = run,
};
