#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/db.h"
#include "store/gold.h"
#include "store/setting.h"
#include "store/task.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec options[] = {
    {"answer", 0, "ANSWER", "add: first, second, same or neither (first: the one that was imported first)", false},
    {"qualifying", 0, NULL, "add: to be passed before anything else is given", false},
    {0},
};

struct telling {
    struct buf text;
    struct json_writer w;
    double pass;
};

static void item_line(void *ctx, const struct gold_item *g)
{
    struct telling *t = ctx;
    buf_addf(&t->text, "%s  %-7s%s\n", g->id, gold_answer_name(g->answer), g->qualifying ? "  qualifying" : "");
}

static void item_json(void *ctx, const struct gold_item *g)
{
    struct telling *t = ctx;
    jw_object(&t->w);
    jw_kstr(&t->w, "comparison", g->id);
    jw_kstr(&t->w, "answer", gold_answer_name(g->answer));
    jw_kbool(&t->w, "qualifying", g->qualifying);
    jw_object_end(&t->w);
}

static bool is_below(const struct telling *t, const struct gold_marks *m)
{
    return (double)m->right < t->pass * (double)m->answered;
}

static void person_line(void *ctx, const struct gold_marks *m)
{
    enum { WIDTH = 24 };
    struct telling *t = ctx;
    struct buf name = BUF_INIT;
    safe_text(m->name, strlen(m->name), &name, WIDTH);
    buf_addf(&t->text, "%-*s %lld of %lld right%s\n", WIDTH, name.ptr, (long long)m->right, (long long)m->answered,
             is_below(t, m) ? ", below the mark" : "");
    buf_free(&name);
}

static void person_json(void *ctx, const struct gold_marks *m)
{
    struct telling *t = ctx;
    jw_object(&t->w);
    jw_kstr(&t->w, "annotator", m->name);
    jw_kint(&t->w, "answered", m->answered);
    jw_kint(&t->w, "right", m->right);
    jw_kint(&t->w, "qualifying_answered", m->qualifying_answered);
    jw_kint(&t->w, "qualifying_right", m->qualifying_right);
    jw_kbool(&t->w, "below", is_below(t, m));
    jw_object_end(&t->w);
}

static bool tell(struct db *db, struct telling *t, struct err *err)
{
    if (!gold_each(db, item_line, t, err) || !gold_each_person(db, person_line, t, err))
        return false;
    if (t->text.len == 0)
        buf_adds(&t->text, "no gold yet: `assay gold add COMPARISON --answer first` makes a comparison gold\n");
    return true;
}

static bool tell_json(struct db *db, struct telling *t, struct err *err)
{
    jw_start(&t->w, &t->text);
    jw_object(&t->w);
    jw_knum(&t->w, "pass", t->pass);
    jw_key(&t->w, "gold");
    jw_array(&t->w);
    bool ok = gold_each(db, item_json, t, err);
    jw_array_end(&t->w);
    jw_key(&t->w, "annotators");
    jw_array(&t->w);
    ok = ok && gold_each_person(db, person_json, t, err);
    jw_array_end(&t->w);
    jw_object_end(&t->w);
    buf_addc(&t->text, '\n');
    return ok;
}

static bool show(const struct app *app, struct db *db, struct err *err)
{
    struct telling t = {.text = BUF_INIT};
    bool ok = setting_number(db, SET_GOLD_PASS, &t.pass, err) && (app->json ? tell_json : tell)(db, &t, err) &&
              app_print(app, &t.text, err);
    buf_free(&t.text);
    return ok;
}

static bool change(struct db *db, const struct args *args, int answer, struct err *err)
{
    const char *verb = args->words.v[0], *id = args->words.v[1];
    int64_t comparison;
    char who[RIGHTS_NAME_SIZE];
    bool was = true;
    if (!rights_signature(db, NULL, who, err) || !task_find(db, id, &comparison, err))
        return false;
    if (comparison == 0)
        return err_set(err, ERR_MISSING, "there is no comparison %s in this workspace", id);
    if (strcmp(verb, "add") == 0)
        return gold_add(db, comparison, (enum gold_answer)answer, args_has(args, "qualifying"), who, err);
    return gold_drop(db, comparison, who, &was, err) && (was || err_set(err, ERR_MISSING, "%s is not gold", id));
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    static const char *const answers[] = {
#define X(id, name) name,
        GOLD_ANSWERS(X)
#undef X
            NULL};
    size_t n = args->words.n;
    bool add = n > 0 && strcmp(args->words.v[0], "add") == 0, drop = n > 0 && strcmp(args->words.v[0], "drop") == 0;
    int answer = -1;
    struct db *db;
    if (n > 0 && (n != 2 || !(add || drop)))
        return err_set(err, ERR_USAGE, "gold takes add COMPARISON, drop COMPARISON, or nothing");
    if (!args_choice(args, "answer", answers, &answer, err))
        return false;
    if (add != (answer >= 0))
        return err_set(err, ERR_USAGE,
                       add ? "add needs --answer first, second, same or neither" : "--answer goes with add COMPARISON");
    if (!app_open(app, n > 0, &db, err))
        return false;
    bool ok = (n == 0 || change(db, args, answer, err)) && ((n > 0 && !app->json) || show(app, db, err));
    db_close(db);
    return ok;
}

const struct command cmd_gold = {
    .name = "gold",
    .summary = "comparisons whose right answer is known, and who finds it",
    .synopsis = "[add COMPARISON --answer ANSWER [--qualifying] | drop COMPARISON]",
    .about =
        "Gold comparisons are given to everybody and look like all others. Qualifying ones come first, and who is\n"
        "not right in a share of them (assay set gold-pass) is given nothing else. With `assay set gold-feedback on`\n"
        "people are told after each qualifying one what was expected, and what they said first counts. Without words:\n"
        "the list, and how often each person was right.",
    .example = "  assay gold add 7c19 --answer first --qualifying\n  assay gold",
    .options = options,
    .max_words = 2,
    .run = run,
};
