#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/db.h"
#include "store/setting.h"

#include <string.h>

static const struct option_spec options[] = {
    {"default", 0, NULL, "back to what it is when nobody has set it", false},
    {0},
};

static void line(const struct setting_spec *s, const char *value, struct buf *out)
{
    enum { WIDTH = 16 };
    struct buf safe = BUF_INIT;
    safe_text(value, strlen(value), &safe, WIDTH);
    buf_addf(out, "%-14s %-*s %s\n", s->key, WIDTH, safe.ptr != NULL && safe.len > 0 ? safe.ptr : "-", s->meaning);
    buf_free(&safe);
}

static void as_json(const struct setting_spec *s, const char *value, struct json_writer *w)
{
    jw_object(w);
    jw_kstr(w, "key", s->key);
    jw_kstr(w, "value", value != NULL ? value : s->otherwise);
    jw_kbool(w, "set", value != NULL);
    jw_kstr(w, "meaning", s->meaning);
    jw_object_end(w);
}

/* All settings, or those from `first` up to `end`. */
static bool show(const struct app *app, struct db *db, int first, int end, struct err *err)
{
    struct buf text = BUF_INIT;
    struct arena a = {0};
    struct json_writer w;
    bool ok = true;
    jw_start(&w, &text);
    if (app->json)
        jw_array(&w);
    for (int i = first; ok && i < end; i++) {
        const struct setting_spec *s = setting_spec((enum setting_id)i);
        const char *value = NULL;
        ok = setting_get(db, s->key, &a, &value, err);
        if (app->json)
            as_json(s, value, &w);
        else
            line(s, value != NULL ? value : s->otherwise, &text);
    }
    if (app->json) {
        jw_array_end(&w);
        buf_addc(&text, '\n');
    }
    ok = ok && app_print(app, &text, err);
    buf_free(&text);
    arena_free(&a);
    return ok;
}

static bool unknown(const char *key, struct err *err)
{
    const char *keys[SETTING_COUNT_OF + 1] = {NULL};
    for (int i = 0; i < SETTING_COUNT_OF; i++)
        keys[i] = setting_spec((enum setting_id)i)->key;
    const char *nearest = args_nearest(key, keys);
    return nearest != NULL && err_set(err, ERR_USAGE, "there is no setting \"%.60s\"; is \"%s\" meant?", key, nearest);
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    size_t n = args->words.n;
    bool back = args_has(args, "default");
    enum setting_id id = SET_TITLE;
    char who[RIGHTS_NAME_SIZE];
    struct db *db;
    if (n > 0 && !setting_find(args->words.v[0], &id, err))
        return unknown(args->words.v[0], err);
    if (back && n != 1)
        return err_set(err, ERR_USAGE, "--default takes the name of one setting and no value");
    if ((n == 2 && !setting_valid(id, args->words.v[1], err)) || !app_open(app, n == 2 || back, &db, err))
        return false;
    bool ok = (n < 2 && !back) || (rights_signature(db, NULL, who, err) &&
                                   setting_change(db, id, n == 2 ? args->words.v[1] : NULL, who, err));
    ok = ok && show(app, db, n > 0 ? (int)id : 0, n > 0 ? (int)id + 1 : SETTING_COUNT_OF, err);
    db_close(db);
    return ok;
}

const struct command cmd_set = {
    .name = "set",
    .summary = "the settings of the workspace",
    .synopsis = "[KEY [VALUE]] [--default]",
    .about = "Without a word: every setting, its value and what it means. With a value: sets it, and the audit trail\n"
             "says who did. What is set holds from the next item that is handed out.",
    .example = "  assay set\n  assay set overlap 3\n  assay set escalate on\n  assay set control-share 0.1",
    .options = options,
    .max_words = 2,
    .run = run,
};
