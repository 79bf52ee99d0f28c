#include "app/cmd.h"
#include "app/data_scores.h"
#include "app/data_thumbs.h"
#include "app/eval_suite.h"
#include "app/recording.h"
#include "app/section.h"
#include "app/train.h"

#include <string.h>

static const struct option_spec options[] = {
    {"model", 'm', "FILE", "the head", false},
    {"scores", 0, "FILE",
     "instead of a head: what any scorer says, as JSONL {\"id\", \"score\"}, CSV, or what `assay score` writes", false},
    {"suite", 0, "NAME", "a benchmark of the workspace: reward-bench, reward-bench-2, reward-math or m-reward-bench",
     false},
    {"partial", 0, NULL, "judge by what there is, although rows or scores are missing", false},
    DATA_OPTIONS,
    THUMBS_DATA_OPTIONS,
    {"split", 0, "NAME",
     "pairs marked so: train, calibration or test; holdout: those the fit left out; all. Default: test when pairs "
     "are marked, else holdout when the fit had one",
     false},
    {"by", 0, "WHAT", "figures by subset, source, annotator, objective, group, strength, language or length, too",
     false},
    {"show", 0, "WHAT", SECTION_HELP, false},
    {"error-rate", 0, "R", "the confidence from which on at most this share of errors can be promised", false},
    {"sdm", 0, NULL, "order pairs by their likeness to pairs of the fit, too", false},
    {"bins", 0, "N", "of the calibration error (default 10)", false},
    {"hard", 0, NULL, "count every pair as won by its chosen side, whatever its p", false},
    {"resamples", 0, "N", "of the bootstrap (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {"allow-leak", 0, NULL, "judge by pairs whose prompt the head was fitted to, too, and say so", false},
    {"ascii", 0, NULL, "plot with plain ASCII", false},
    {0},
};

struct request {
    const char *model, *scores; /* one of the two, the other NULL */
    unsigned show, demanded;
    struct judged_opts o;
};

static bool read_show(const struct args *args, struct request *r, struct err *err)
{
    const char *text = args_get(args, "show");
    r->show = sections_usual();
    unsigned selective = r->o.sdm || r->o.error_rate > 0 ? 1U << SECTION_abstention : 0;
    r->show |= selective;
    if (text == NULL)
        return true;
    if (!sections_parse(text, &r->show, err))
        return false;
    r->demanded = strcmp(text, "all") == 0 ? 0 : r->show;
    r->show |= selective;
    if (r->o.by != FACT_NOTHING)
        r->show |= 1U << SECTION_breakdown;
    return true;
}

static bool read_error_rate(const struct args *args, struct request *r, struct err *err)
{
    double rate = 0;
    if (!args_has(args, "error-rate"))
        return true;
    if (!args_number(args, "error-rate", 0, 1, &rate, err))
        return false;
    r->o.error_rate = rate;
    return (rate > 0 && rate < 1) || err_set(err, ERR_USAGE, "--error-rate lies between 0 and 1, without either");
}

static bool read_options(const struct args *args, struct request *r, struct err *err)
{
    *r = (struct request){.model = args_get(args, "model"), .scores = args_get(args, "scores")};
    if (!judged_read(args, &r->o, err) || !read_error_rate(args, r, err))
        return false;
    r->o.sdm = args_has(args, "sdm");
    r->o.ascii = args_has(args, "ascii") || app_ascii();
    return read_show(args, r, err);
}

/* ---- what is told ---- */

static void as_json(const struct judged *j, const struct sections *s, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, j->head != NULL ? "model" : "scores", j->name);
    if (j->head != NULL)
        jw_kstr(&w, "head", j->head->kind);
    jw_kstr(&w, "split", j->split);
    if (j->trained_on)
        jw_kbool(&w, "trained_on", true);
    if (j->leaked > 0)
        jw_kint(&w, "leaked", (int64_t)j->leaked);
    aggregated_json(&j->d->aggregation, &w);
    sections_json(s, &w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

static void as_text(const struct judged *j, const struct sections *s, struct buf *out)
{
    size_t n = j->n > 0 ? j->n : j->n_thumbs > 0 ? j->n_thumbs : j->n_ratings;
    const char *what = j->n > 0 ? "pair" : j->n_thumbs > 0 ? "thumb" : "rating";
    buf_addf(out, "%s %s %s on %zu %s%s (%s)\n", j->head != NULL ? j->head->kind : "the",
             j->head != NULL ? "head" : "scores", j->name, n, what, PLURAL(n), j->split);
    if (j->d->aggregation.method != NULL) {
        aggregated_text(&j->d->aggregation, out);
        buf_addc(out, '\n');
    }
    if (j->leaked > 0)
        buf_addf(out, "%zu of them have a prompt that it was fitted to: the figures flatter it\n", j->leaked);
    sections_text(s, j, out);
}

static bool record(const struct app *app, const struct judged *j, const struct sections *s, struct err *err)
{
    struct recording run = recording_of("eval", j->name, NULL, j->o.e.seed);
    struct json_writer w;
    jw_start(&w, &run.settings);
    jw_object(&w);
    jw_kstr(&w, "split", j->split);
    jw_kint(&w, "bins", (int64_t)j->o.e.bins);
    jw_kbool(&w, "hard", j->o.e.hard);
    jw_object_end(&w);
    train_inputs_json(j->d, &run.inputs);
    as_json(j, s, &run.results);
    return recording_keep(app, &run, err);
}

static bool tell(const struct app *app, const struct judged *j, const struct sections *s, struct err *err)
{
    if (j->head != NULL && provenance_note(j->head) != NULL)
        app_note(app, "%s", provenance_note(j->head));
    if (j->trained_on)
        app_note(app, "these are %s the head was fitted to: the figures flatter it",
                 j->n > 0          ? "pairs"
                 : j->n_thumbs > 0 ? "thumbs"
                                   : "ratings");
    if (j->d->from_workspace && !app->again && !record(app, j, s, err))
        return false;
    struct buf text = BUF_INIT;
    if (app->json)
        as_json(j, s, &text);
    else
        as_text(j, s, &text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool evaluate(const struct app *app, const struct request *r, const struct head *h, struct data *d,
                     struct err *err)
{
    struct judged j = {0};
    struct sections s = {0};
    double *rewards = h != NULL ? evaluate_rewards(h, &d->e, err) : data_scores_rewards(d);
    bool ok = rewards != NULL && judged_make(h != NULL ? r->model : r->scores, h, d, rewards, &r->o, &j, err) &&
              sections_of(&j, r->show, r->demanded, &s, err) && data_settle(d, err) && tell(app, &j, &s, err);
    sections_free(&s);
    judged_free(&j);
    return ok;
}

static bool by_head(const struct app *app, const struct args *args, const struct request *r, struct err *err)
{
    struct head h;
    struct data d = {0};
    struct labels_wish wish; /* the labels that the head was fitted to */
    bool thumbs = args_has(args, "thumbs") || args_has(args, "up-from");
    if (!head_load(r->model, &h, err))
        return false;
    bool ok = labels_of_head(&h, &wish, err) &&
              data_load(app, args, (thumbs ? DATA_THUMBS : DATA_EITHER) | DATA_FACTS, &wish, &d, err) &&
              evaluate(app, r, &h, &d, err);
    data_free(&d);
    head_free(&h);
    return ok;
}

static bool by_scores(const struct app *app, const struct args *args, const struct request *r, struct err *err)
{
    struct data d = {0};
    const struct labels_wish wish = {0};
    if (args_has(args, "thumbs") || args_has(args, "up-from"))
        return err_set(err, ERR_USAGE, "thumbs judge heads, not scores from a file");
    bool ok = data_load_scored(app, args, r->scores, DATA_PAIRS | DATA_FACTS, &wish, &d, err) &&
              evaluate(app, r, NULL, &d, err);
    data_free(&d);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct request r;
    bool head = args_has(args, "model");
    if (head == args_has(args, "scores"))
        return err_set(err, ERR_USAGE,
                       head ? "--model and --scores exclude one another" : "--model or --scores is missing");
    if (args_has(args, "suite"))
        return eval_suite(app, args, err);
    return read_options(args, &r, err) && (head ? by_head(app, args, &r, err) : by_scores(app, args, &r, err));
}

const struct command cmd_eval = {
    .name = "eval",
    .summary = "how good and how well calibrated a head is",
    .synopsis = "--model HEAD | --scores FILE [--suite NAME] [--split NAME] [--by WHAT] [--show WHAT] ...",
    .about = "Accuracy, log-loss, Brier score and calibration error (ECE) on pairs, each with a 95 % interval; a "
             "reliability table and\n"
             "plot: does 70 % mean 70 %? Both orientations of a pair count for calibration. A margin of exactly 0 "
             "counts as wrong. Labels\nof the workspace are made as they were for the head: soft ones, and with ties, "
             "if it was fitted so.\n\n"
             "--scores FILE judges any scorer by the same figures, a generative judge for one. --suite NAME scores a "
             "benchmark that was\nimported as its authors do; the answers to embed or to score are those of `export "
             "--format responses`.",
    .example = "  assay eval --model workspace.bt.safetensors --by source\n"
               "  assay --json eval -m h.safetensors -e x.npy --ids x.ids.txt --pairs p.jsonl --split test | jq .ece",
    .options = options,
    .max_words = 0,
    .run = run,
};
