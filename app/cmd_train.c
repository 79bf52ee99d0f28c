#include "app/cmd.h"
#include "app/family.h"
#include "app/progress.h"
#include "app/train.h"
#include "core/base/clock.h"
#include "core/diff.h"
#include "store/db.h"
#include "store/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"head", 0, "KIND", "bt (Bradley-Terry on pairs) or regression (on ratings); default bt", false},
    DATA_OPTIONS,
    FAMILY_OPTIONS,
    ANCHOR_OPTIONS,
    {"soft", 0, "HOW", "labels of the workspace as probabilities: share, smoothed or magnitude (default hard)", false},
    {"l2", 0, "LAMBDA", "penalty (lambda/2)|w|^2 (default 0.001)", false},
    {"holdout", 0, "SHARE", "share held out by prompt (default 0.2, or 0 when the data is marked with splits)", false},
    {"split", 0, "NAME", "train on what is marked so (default: train, and what is not marked)", false},
    {"attributes", 0, "LIST", "regression: attributes to fit, separated by commas (default: all)", false},
    {"reward", 0, "ATTRIBUTE", "regression: the attribute that is the reward (default helpfulness)", false},
    {"seed", 0, "N", "of the hold-out split and the intervals (default 1)", false},
    {"bins", 0, "N", "of the calibration error (default 10)", false},
    {"max-iterations", 0, "N", "steps at most (default 1000)", false},
    {"memory", 0, "MB",
     "for differences kept in memory; more are formed again at each pass (default: half of what is free)", false},
    {"threads", 0, "N", "default: one a core", false},
    {"list", 0, NULL, "print the heads, losses and models of ties there are, and end", false},
    {"output", 'o', "FILE", "the head (default: beside the workspace, or HEAD.safetensors)", false},
    {0},
};

/* What only one kind of head has. */
static bool read_kind(const struct args *args, struct train_opts *o, struct err *err)
{
    int soft = LABELS_HARD;
    bool family;
    o->attributes = args_get(args, "attributes");
    o->reward = args_get(args, "reward");
    if (!args_choice(args, "soft", labels_soft_names, &soft, err) ||
        !family_read(args, o->l2, &o->model, &family, err) || !anchor_read(args, &o->anchor, err))
        return false;
    o->soft = (enum labels_soft)soft;
    if (o->kind != TRAIN_BT && (family || soft != LABELS_HARD || o->anchor.w != NULL))
        return err_set(err, ERR_USAGE, "losses, noise, centring, ties, soft labels and anchors are for --head bt");
    if (soft != LABELS_HARD && args_has(args, "embeddings"))
        return err_set(err, ERR_USAGE, "--soft is for the workspace; pairs in files state their probability \"p\"");
    if (o->kind == TRAIN_BT && (o->attributes != NULL || o->reward != NULL))
        return err_set(err, ERR_USAGE, "--attributes and --reward are for --head regression");
    return true;
}

static bool read_options(const struct args *args, struct train_opts *o, struct err *err)
{
    static const char *const kinds[] = {"bt", "regression", NULL};
    static const char *const splits[] = {"train", "calibration", "test", NULL};
    int kind = TRAIN_BT, split = -1;
    int64_t seed = 1, bins = METRIC_BINS, threads = sysconf(_SC_NPROCESSORS_ONLN), steps = 1000, memory = -1;
    *o = (struct train_opts){.l2 = TRAIN_L2, .holdout = -1};
    if (!args_choice(args, "head", kinds, &kind, err) || !args_choice(args, "split", splits, &split, err) ||
        !args_number(args, "l2", 0, 1e12, &o->l2, err) || !args_number(args, "holdout", 0, 0.9, &o->holdout, err) ||
        !args_int(args, "seed", 0, INT64_MAX, &seed, err) || !args_int(args, "bins", 1, METRIC_MAX_BINS, &bins, err) ||
        !args_int(args, "threads", 1, 256, &threads, err) ||
        !args_int(args, "max-iterations", 1, 1000000, &steps, err) ||
        !args_int(args, "memory", 0, 1 << 30, &memory, err))
        return false;
    o->kind = (enum train_kind)kind;
    o->split = split >= 0 ? splits[split] : NULL;
    o->seed = (uint64_t)seed;
    o->bins = (size_t)bins;
    o->threads = (int)threads;
    o->max_iterations = (size_t)steps;
    o->memory = memory >= 0 ? (size_t)memory << 20 : diff_default_memory();
    return read_kind(args, o, err);
}

/* The head's place: -o, or a name made from the workspace's. The caller frees it. */
static char *model_path(const struct app *app, const struct args *args, const struct data *d, const char *kind)
{
    const char *given = args_get(args, "output");
    if (given != NULL)
        return mem_dup(given);
    struct buf path = BUF_INIT;
    if (d->from_workspace) {
        buf_add(&path, app->workspace, app_stem(app->workspace));
        buf_addc(&path, '.');
    }
    buf_addf(&path, "%s.safetensors", kind);
    return buf_take(&path);
}

struct outcome {
    const struct train_opts *o;
    const struct data *d;
    const struct training *t;
    const char *model;
    char sha256[SHA256_HEX_SIZE];
    double load_seconds;
};

static void as_json(const struct outcome *x, struct buf *out)
{
    const struct training *t = x->t;
    struct buf metrics = BUF_INIT;
    struct json_writer w;
    train_metrics_json(t, &metrics);
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "head", t->head.kind);
    jw_kint(&w, "n_pairs", (int64_t)t->n_fit);
    jw_kint(&w, "n_ratings", (int64_t)t->n_fit_ratings);
    jw_kint(&w, "dim", (int64_t)t->head.d);
    jw_knum(&w, "l2", x->o->l2);
    family_json(&x->o->model, &t->ties, &w);
    anchor_json(&t->anchor, &w);
    jw_knum(&w, "objective", t->objective);
    if (t->ridge != NULL) {
        jw_key(&w, "objectives");
        jw_object(&w);
        for (size_t j = 0; j < t->head.k; j++)
            jw_knum(&w, t->head.objectives[j], t->ridge[j].objective);
        jw_object_end(&w);
    }
    jw_knum(&w, "grad_norm", t->grad_norm);
    jw_kint(&w, "iterations", (int64_t)t->iterations);
    if (x->o->kind == TRAIN_BT)
        jw_kint(&w, "passes", (int64_t)t->passes);
    jw_kbool(&w, "converged", t->converged);
    jw_kstr(&w, "stop", t->stop);
    jw_key(&w, "seconds");
    jw_object(&w);
    jw_knum(&w, "load", x->load_seconds);
    jw_knum(&w, "fit", t->seconds);
    jw_object_end(&w);
    jw_members(&w, metrics.ptr, metrics.len);
    jw_key(&w, "entropy_floor");
    jw_object(&w);
    jw_knum(&w, "train", t->floor);
    jw_knum(&w, "holdout", t->held_floor);
    jw_object_end(&w);
    jw_kstr(&w, "model", x->model);
    jw_kstr(&w, "model_sha256", x->sha256);
    jw_object_end(&w);
    buf_addc(out, '\n');
    buf_free(&metrics);
}

static void ratings_text(const struct training *t, struct buf *out)
{
    buf_addf(out, "\n  %-18s %10s %10s %10s %10s\n", "", "rmse train", "held out", "r2 train", "held out");
    for (size_t j = 0; j < t->head.k; j++) {
        const struct metric_ratings *a = &t->ratings_train[j], *b = &t->ratings_held[j];
        buf_addf(out, "  %-18s %10.3f ", t->head.objectives[j], a->rmse);
        if (b->n > 0)
            buf_addf(out, "%10.3f %10.3f %10.3f\n", b->rmse, a->r2, b->r2);
        else
            buf_addf(out, "%10s %10.3f %10s\n", "-", a->r2, "-");
    }
}

static void as_text(const struct outcome *x, struct buf *out)
{
    const struct training *t = x->t;
    if (x->o->kind == TRAIN_BT)
        buf_addf(out, "Bradley-Terry head on %zu pairs x %zu, lambda %g\n", t->n_fit, t->head.d, x->o->l2);
    else
        buf_addf(out, "regression head on %zu rated answers x %zu, %zu attributes, lambda %g\n", t->n_fit_ratings,
                 t->head.d, t->head.k, x->o->l2);
    if (x->o->kind == TRAIN_BT)
        family_text(&x->o->model, &t->ties, out);
    anchor_text(&t->anchor, out);
    buf_addf(out, "  objective %.8f   |gradient| %.1e   %zu step%s   %s   %.2f s\n\n", t->objective, t->grad_norm,
             t->iterations, t->iterations == 1 ? "" : "s", t->stop, t->seconds);
    if (t->train.m.n + t->held.m.n > 0) {
        evaluation_heading(out);
        evaluation_row("train", &t->train, out);
        if (t->n_held > 0)
            evaluation_row("held out", &t->held, out);
    }
    if (t->floor > 0)
        buf_addf(out, "  (labels are soft: their entropy, %.3f, %.3f held out, is the lowest log-loss there is)\n",
                 t->floor, t->held_floor);
    if (t->ridge != NULL)
        ratings_text(t, out);
    buf_addf(out, "\nwrote %s\n", x->model);
}

static bool record(const struct app *app, const struct outcome *x, struct err *err)
{
    struct db *db = NULL;
    struct buf settings = BUF_INIT, inputs = BUF_INIT, results = BUF_INIT;
    train_settings_json(x->o, x->t, &settings);
    train_inputs_json(x->d, &inputs);
    train_metrics_json(x->t, &results);
    struct run run = {.kind = "train",
                      .settings = settings.ptr,
                      .inputs = inputs.ptr,
                      .results = results.ptr,
                      .model = x->model,
                      .model_sha256 = x->sha256,
                      .seed = x->o->seed};
    bool ok = app_open(app, true, &db, err) && run_insert(db, &run, err);
    db_close(db);
    buf_free(&settings);
    buf_free(&inputs);
    buf_free(&results);
    return ok;
}

static void describe(struct head *h, const struct outcome *x)
{
    struct buf text = BUF_INIT;
    train_settings_json(x->o, x->t, &text);
    head_set_meta(h, "settings", text.ptr);
    buf_reset(&text);
    train_inputs_json(x->d, &text);
    head_set_meta(h, "inputs", text.ptr);
    buf_reset(&text);
    train_metrics_json(x->t, &text);
    head_set_meta(h, "metrics", text.ptr);
    buf_free(&text);
}

static bool finish(const struct app *app, struct outcome *x, struct training *t, struct err *err)
{
    describe(&t->head, x);
    if (!head_save(x->model, &t->head, err) || !digest_file(x->model, x->sha256, err))
        return false;
    if (x->d->from_workspace && !record(app, x, err))
        return false;
    if (!t->converged)
        app_note(app, "not converged: the fit %s; the head was written all the same", t->stop);
    if (x->d->without_embedding > 0)
        app_note(app, "%zu examples were left out: an answer of theirs has no embedding", x->d->without_embedding);
    struct buf text = BUF_INIT;
    if (app->json)
        as_json(x, &text);
    else
        as_text(x, &text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool list(const struct app *app, struct err *err)
{
    struct buf text = BUF_INIT;
    if (app->json)
        family_list_json(&text);
    else
        family_list(&text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct train_opts o;
    struct data d = {0};
    if (args_has(args, "list"))
        return list(app, err);
    bool ok = read_options(args, &o, err);
    struct labels_wish wish = {o.soft, o.model.ties != TIES_NONE};
    double start = clock_monotonic();
    ok = ok && data_load(app, args, o.kind == TRAIN_BT ? DATA_PAIRS : DATA_RATINGS, &wish, &d, err);
    if (ok) {
        struct training t;
        struct bar bar;
        struct outcome x = {.o = &o, .d = &d, .t = &t, .load_seconds = clock_monotonic() - start};
        app_detail(app, "%zu pairs and %zu rated answers on %zu x %zu embeddings, loaded in %.2f s", d.pairs.pairs.n,
                   d.ratings.rows.n, d.e.n, d.e.d, x.load_seconds);
        bar_start(&bar, app, "fitting", "steps");
        ok = train_head(&d, &o, &t, &bar.progress, err);
        bar_end(&bar);
        if (ok)
            app_detail(app, "%zu steps, %zu passes over the data, %d threads, %.3f s", t.iterations, t.passes,
                       o.threads, t.seconds);
        char *path = ok ? model_path(app, args, &d, t.head.kind) : NULL;
        x.model = path;
        ok = ok && finish(app, &x, &t, err);
        mem_free(path);
        train_free(&t);
    }
    data_free(&d);
    anchor_free(&o.anchor);
    return ok;
}

const struct command cmd_train = {
    .name = "train",
    .summary = "fit a reward head",
    .synopsis = "[--head bt|regression] [--loss LOSS] [--ties MODEL] [--l2 LAMBDA] [--embeddings X.npy --ids F --pairs "
                "P.jsonl] [-o FILE]",
    .about = "Fits a linear head to frozen embeddings, to the certified optimum of\n"
             "  bt          mean softplus(-w.(chosen - rejected)) + (lambda/2)|w|^2\n"
             "  regression  mean (w.x + b - rating)^2 / 2 + (lambda/2)|w|^2, one an attribute\n"
             "from the workspace, or from files with --embeddings. What is held out is chosen by prompt and never "
             "trained on. The\n"
             "head is a safetensors file with score.weight and score.bias; equal inputs give equal bytes.",
    .example = "  assay train --head bt --l2 0.01\n"
               "  assay train --embeddings x.npy --ids x.ids.txt --pairs pairs.jsonl -o head.safetensors",
    .options = options,
    .max_words = 0,
    .run = run,
};
