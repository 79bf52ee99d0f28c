#include "app/cmd.h"
#include "app/data_thumbs.h"
#include "app/evaluate_thumbs.h"
#include "app/provenance.h"
#include "app/train.h"
#include "app/uncertainty.h"
#include "core/plot.h"
#include "store/db.h"
#include "store/run.h"

#include <stdio.h>
#include <string.h>

static const struct option_spec options[] = {
    {"model", 'm', "FILE", "the head", false},
    DATA_OPTIONS,
    THUMBS_DATA_OPTIONS,
    {"split", 0, "NAME",
     "pairs marked so: train, calibration or test; holdout: those the fit left out; all. Default: test when pairs "
     "are marked, else holdout when the fit had one",
     false},
    {"by", 0, "WHAT", "figures by source, objective, group or strength, too", false},
    {"bins", 0, "N", "of the calibration error (default 10)", false},
    {"hard", 0, NULL, "count every pair as won by its chosen side, whatever its p", false},
    {"resamples", 0, "N", "of the bootstrap (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {"ascii", 0, NULL, "plot with plain ASCII", false},
    {0},
};

enum { BY_NOTHING, BY_SOURCE, BY_OBJECTIVE, BY_GROUP, BY_STRENGTH };
static const char *const by_names[] = {"nothing", "source", "objective", "group", "strength", NULL};

struct request {
    const char *model;
    const char *split;
    int by;
    struct evaluate_opts e;
};

static bool read_options(const struct args *args, struct request *r, struct err *err)
{
    int64_t bins = METRIC_BINS, seed = 1, resamples = 1000;
    int split = -1;
    *r = (struct request){.model = args_get(args, "model")};
    if (r->model == NULL)
        return err_set(err, ERR_USAGE, "--model is missing");
    if (!args_choice(args, "split", provenance_splits, &split, err) ||
        !args_choice(args, "by", by_names, &r->by, err) || !args_int(args, "bins", 1, METRIC_MAX_BINS, &bins, err) ||
        !args_int(args, "resamples", 10, 1000000, &resamples, err) || !args_int(args, "seed", 0, INT64_MAX, &seed, err))
        return false;
    r->split = split >= 0 ? provenance_splits[split] : NULL;
    r->e = (struct evaluate_opts){
        .bins = (size_t)bins, .resamples = (size_t)resamples, .seed = (uint64_t)seed, .hard = args_has(args, "hard")};
    return true;
}

/* Pairs marked test judge a head, otherwise those that its fit held out. */
static const char *default_split(const struct data *d, const struct provenance *p)
{
    if (provenance_marked(d, SPLIT_TEST))
        return "test";
    return p->same_pairs && p->holdout > 0 ? "holdout" : "all";
}

/* ---- groups ---- */

struct group {
    const char *name;
    struct evaluation v;
};

struct groups {
    VEC(struct group) list;
    struct arena arena;
};

static const char *group_name(const struct data *d, const struct pair *p, int by)
{
    static const char *const strengths[] = {"a tie", "slightly better", "better", "much better"};
    switch (by) {
    case BY_STRENGTH:
        return strengths[p->strength];
    case BY_GROUP:
        return p->group >= 0 ? names_text(&d->pairs.groups, (size_t)p->group) : "(none)";
    default:
        return p->objective >= 0 ? names_text(&d->pairs.objectives, (size_t)p->objective) : "(none)";
    }
}

static bool by_group(const struct data *d, const double *rewards, const struct calibration *map,
                     const struct request *r, const size_t *which, size_t n, struct groups *out, struct err *err)
{
    struct names names = {0};
    size_t *member = mem_array(n, sizeof *member), *of_one = mem_array(n, sizeof *of_one);
    for (size_t i = 0; i < n; i++) {
        const char *name = group_name(d, &d->pairs.pairs.v[which[i]], r->by);
        member[i] = names_add(&names, name, strlen(name), NULL);
    }
    bool ok = true;
    for (size_t g = 0; ok && g < names_count(&names); g++) {
        struct group group = {.name = arena_dup(&out->arena, names_text(&names, g))};
        size_t m = 0;
        for (size_t i = 0; i < n; i++)
            if (member[i] == g)
                of_one[m++] = which[i];
        ok = evaluate_pairs(d, rewards, map, of_one, m, &r->e, &group.v, err);
        vec_push(&out->list, group);
    }
    mem_free(member);
    mem_free(of_one);
    names_free(&names);
    return ok;
}

/* ---- results ---- */

struct result {
    const struct request *r;
    const struct data *d;
    const struct head *head;
    const char *split;
    struct calibration map;
    struct evaluation v;
    struct evaluation raw; /* without the map, when there is one */
    struct uncertainty uncertainty;
    struct thumbs_evaluation thumbs;
    struct groups groups;
    bool trained_on; /* these are the pairs it was fitted to */
};

static void as_json(const struct result *x, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "model", x->r->model);
    jw_kstr(&w, "head", x->head->kind);
    jw_kstr(&w, "split", x->split);
    evaluation_json(&x->v, true, &w);
    thumbs_evaluation_json(&x->thumbs, &w);
    if (x->map.kind != CALIBRATION_NONE) {
        jw_kstr(&w, "map", calibration_name(x->map.kind));
        jw_key(&w, "uncalibrated");
        jw_object(&w);
        evaluation_json(&x->raw, true, &w);
        jw_object_end(&w);
    }
    uncertainty_json(&x->uncertainty, &w);
    if (x->r->by != BY_NOTHING) {
        jw_key(&w, "by");
        jw_object(&w);
        jw_key(&w, by_names[x->r->by]);
        jw_object(&w);
        for (size_t i = 0; i < x->groups.list.n; i++) {
            jw_key(&w, x->groups.list.v[i].name);
            jw_object(&w);
            evaluation_json(&x->groups.list.v[i].v, true, &w);
            jw_object_end(&w);
        }
        jw_object_end(&w);
        jw_object_end(&w);
    }
    jw_object_end(&w);
    buf_addc(out, '\n');
}

static void thumbs_text(const struct result *x, struct buf *out)
{
    thumbs_evaluation_heading(out);
    thumbs_evaluation_row("all", &x->thumbs, out);
    if (!x->thumbs.zero)
        buf_adds(out, "  (this head's rewards have no zero: only their order says something about thumbs)\n");
}

static void as_text(const struct result *x, bool ascii, struct buf *out)
{
    enum { PLOT_WIDTH = 64, PLOT_HEIGHT = 18 };
    bool pairs = x->v.m.n > 0;
    buf_addf(out, "%s head %s on %zu %s (%s)\n\n", x->head->kind, x->r->model, pairs ? x->v.m.n : x->thumbs.m.n,
             pairs ? "pairs" : "thumbs", x->split);
    if (x->thumbs.m.n > 0)
        thumbs_text(x, out);
    if (!pairs)
        return;
    if (x->thumbs.m.n > 0)
        buf_addc(out, '\n');
    evaluation_heading(out);
    if (x->map.kind != CALIBRATION_NONE)
        evaluation_row("before calibration", &x->raw, out);
    evaluation_row("all", &x->v, out);
    if (x->uncertainty.averaged.m.n > 0)
        evaluation_row("averaged", &x->uncertainty.averaged, out);
    for (size_t i = 0; i < x->groups.list.n; i++)
        evaluation_row(x->groups.list.v[i].name, &x->groups.list.v[i].v, out);
    buf_adds(out, "  (95 % intervals: bootstrap over prompts; of bins: Wilson)\n");
    uncertainty_text(&x->uncertainty, out);
    buf_adds(out, "\nWhen it says p, how often is it right?\n\n");
    plot_reliability_table(&x->v.m, out);
    buf_addc(out, '\n');
    plot_reliability(&x->v.m, PLOT_WIDTH, PLOT_HEIGHT, ascii ? PLOT_ASCII : PLOT_UNICODE, out);
}

static bool record(const struct app *app, const struct result *x, struct err *err)
{
    struct db *db = NULL;
    struct buf settings = BUF_INIT, inputs = BUF_INIT, results = BUF_INIT;
    struct json_writer w;
    char sha256[SHA256_HEX_SIZE];
    jw_start(&w, &settings);
    jw_object(&w);
    jw_kstr(&w, "split", x->split);
    jw_kint(&w, "bins", (int64_t)x->r->e.bins);
    jw_kbool(&w, "hard", x->r->e.hard);
    jw_object_end(&w);
    train_inputs_json(x->d, &inputs);
    as_json(x, &results);
    struct run run = {.kind = "eval",
                      .settings = settings.ptr,
                      .inputs = inputs.ptr,
                      .results = results.ptr,
                      .model = x->r->model,
                      .model_sha256 = sha256,
                      .seed = x->r->e.seed};
    bool ok = digest_file(x->r->model, sha256, err) && app_open(app, true, &db, err) && run_insert(db, &run, err);
    db_close(db);
    buf_free(&settings);
    buf_free(&inputs);
    buf_free(&results);
    return ok;
}

static bool finish(const struct app *app, const struct result *x, bool ascii, struct err *err)
{
    if (provenance_note(x->head) != NULL)
        app_note(app, "%s", provenance_note(x->head));
    if (x->trained_on)
        app_note(app, "these are pairs the head was fitted to: the figures flatter it");
    if (x->d->from_workspace && !record(app, x, err))
        return false;
    struct buf text = BUF_INIT;
    if (app->json)
        as_json(x, &text);
    else
        as_text(x, ascii, &text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

/* On pairs, with and without the map, and by group. */
static bool on_pairs(const struct request *r, const struct provenance *p, const double *rewards, struct result *x,
                     struct err *err)
{
    const struct calibration none = {.temperature = 1};
    size_t *which = NULL, n = 0;
    bool ok =
        provenance_choose(p, x->d, x->split, &which, &n, err) &&
        evaluate_pairs(x->d, rewards, &x->map, which, n, &r->e, &x->v, err) &&
        (x->map.kind == CALIBRATION_NONE || evaluate_pairs(x->d, rewards, &none, which, n, &r->e, &x->raw, err)) &&
        uncertainty_of_pairs(x->head, x->d, rewards, &x->map, which, n, &r->e, &x->uncertainty, err) &&
        (r->by == BY_NOTHING || by_group(x->d, rewards, &x->map, r, which, n, &x->groups, err));
    mem_free(which);
    return ok;
}

static bool on_thumbs(const struct request *r, const struct provenance *p, const double *rewards, struct result *x,
                      struct err *err)
{
    size_t *which = NULL, n = 0;
    bool ok = provenance_choose_thumbs(p, x->d, x->split, &which, &n, err) &&
              evaluate_thumbs(x->d, rewards, x->head, which, n, &r->e, &x->thumbs, err);
    mem_free(which);
    return ok;
}

static bool evaluate(const struct app *app, const struct args *args, const struct request *r, const struct head *h,
                     struct data *d, struct err *err)
{
    struct provenance p;
    struct result x = {.r = r, .d = d, .head = h, .split = r->split};
    if (!provenance_read(h, d, &p, err))
        return false;
    if (x.split == NULL)
        x.split = default_split(d, &p);
    x.trained_on = provenance_trained_on(&p, x.split);
    double *rewards = evaluate_rewards(h, &d->e, err);
    head_calibration(h, &x.map);
    bool ok = rewards != NULL && (d->pairs.pairs.n == 0 || on_pairs(r, &p, rewards, &x, err)) &&
              (d->thumbs.thumbs.n == 0 || on_thumbs(r, &p, rewards, &x, err)) && data_settle(d, err) &&
              finish(app, &x, args_has(args, "ascii") || app_ascii(), err);
    mem_free(rewards);
    calibration_free(&x.map);
    vec_free(&x.groups.list);
    arena_free(&x.groups.arena);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct request r;
    struct head h;
    struct data d = {0};
    struct labels_wish wish; /* the labels that the head was fitted to */
    bool thumbs = args_has(args, "thumbs") || args_has(args, "up-from");
    if (!read_options(args, &r, err) || !head_load(r.model, &h, err))
        return false;
    bool ok = labels_of_head(&h, &wish, err) &&
              data_load(app, args, thumbs ? DATA_THUMBS : DATA_PAIRS, &wish, &d, err) &&
              evaluate(app, args, &r, &h, &d, err);
    data_free(&d);
    head_free(&h);
    return ok;
}

const struct command cmd_eval = {
    .name = "eval",
    .summary = "how good and how well calibrated a head is",
    .synopsis = "--model HEAD [--split NAME] [--by WHAT] [--embeddings X.npy --ids F --pairs P.jsonl]",
    .about = "Accuracy, log-loss, Brier score and calibration error (ECE) on pairs, each with a 95 % interval; a "
             "reliability table and\n"
             "plot: does 70 % mean 70 %? Both orientations of a pair count for calibration. A margin of exactly 0 "
             "counts as wrong. Labels\nof the workspace are made as they were for the head: soft ones, and with ties, "
             "if it was fitted so.",
    .example =
        "  assay eval --model workspace.bt.safetensors --by source\n"
        "  assay --json eval -m head.safetensors -e x.npy --ids x.ids.txt --pairs p.jsonl --split test | jq .ece",
    .options = options,
    .max_words = 0,
    .run = run,
};
