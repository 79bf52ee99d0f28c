#include "app/cmd.h"
#include "app/family.h"
#include "app/progress.h"
#include "app/trained.h"

#include <string.h>

static void as_json(const struct trained *x, struct buf *out)
{
    const struct training *t = &x->t;
    struct buf metrics = BUF_INIT;
    struct json_writer w;
    train_metrics_json(t, &metrics);
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "head", t->head.kind);
    jw_kint(&w, "n_pairs", (int64_t)t->pairs.n_fit);
    jw_kint(&w, "n_ratings", (int64_t)t->ratings.n_fit);
    jw_kint(&w, "dim", (int64_t)t->head.d);
    jw_knum(&w, "l2", t->l2);
    if (t->kind->settings_json != NULL)
        t->kind->settings_json(&x->o, t, &w);
    jw_knum(&w, "objective", t->objective);
    jw_knum(&w, "grad_norm", t->grad_norm);
    jw_kint(&w, "iterations", (int64_t)t->iterations);
    if (t->passes > 0)
        jw_kint(&w, "passes", (int64_t)t->passes);
    jw_kbool(&w, "converged", t->converged);
    if (t->interrupted)
        jw_kbool(&w, "interrupted", true);
    jw_kstr(&w, "stop", t->stop);
    if (t->kind->found_json != NULL)
        t->kind->found_json(&x->o, t, &w);
    jw_key(&w, "seconds");
    jw_object(&w);
    jw_knum(&w, "load", x->load_seconds);
    jw_knum(&w, "fit", t->seconds);
    jw_object_end(&w);
    jw_members(&w, metrics.ptr, metrics.len);
    jw_kint(&w, "equal_pairs", (int64_t)t->equal_pairs);
    aggregated_json(&x->d.aggregation, &w);
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

/* Letters of a reason that no longer fit beside the rest. */
enum { LONG_STOP = 48 };

/* How the fit ended; what needs many words has a line of its own. */
static void end_text(const struct training *t, struct buf *out)
{
    buf_addf(out, "%zu step%s   ", t->iterations, t->iterations == 1 ? "" : "s");
    if (strlen(t->stop) < LONG_STOP)
        buf_addf(out, "%s   %.2f s\n", t->stop, t->seconds);
    else
        buf_addf(out, "%.2f s\n  %s\n", t->seconds, t->stop);
}

static void as_text(const struct trained *x, struct buf *out)
{
    const struct training *t = &x->t;
    buf_addf(out, "%s head ", t->kind->title);
    t->kind->size_text(t, out);
    if (t->kind->is_net)
        buf_addc(out, '\n');
    else
        buf_addf(out, ", lambda %g\n", t->l2);
    if (t->kind->settings_text != NULL)
        t->kind->settings_text(&x->o, t, out);
    buf_addf(out, "  objective %.8f   ", t->objective);
    if (!t->kind->is_net)
        buf_addf(out, "|gradient| %.1e   ", t->grad_norm);
    end_text(t, out);
    if (t->train.m.n + t->held.m.n > 0) {
        buf_addc(out, '\n');
        evaluation_heading(out);
        evaluation_row("train", &t->train, out);
        if (t->pairs.n_held > 0)
            evaluation_row("held out", &t->held, out);
    }
    if (x->d.aggregation.method != NULL) {
        buf_adds(out, "  ");
        aggregated_text(&x->d.aggregation, out);
        buf_addc(out, '\n');
    }
    if (t->floor > 0) {
        buf_addf(out, "  (labels are soft: their entropy, %.3f", t->floor);
        if (t->pairs.n_held > 0)
            buf_addf(out, ", %.3f held out", t->held_floor);
        buf_adds(out, ", is the lowest log-loss there is)\n");
    }
    if (t->kind->found_text != NULL)
        t->kind->found_text(&x->o, t, out);
    buf_adds(out, "\nwrote ");
    app_add_name(out, x->model);
    buf_addc(out, '\n');
}

static bool tell(const struct app *app, const struct trained *x, struct err *err)
{
    const struct training *t = &x->t;
    if (t->interrupted)
        app_note(app, "the fit %s; what it had is in %s%s", t->stop, x->model,
                 kind_takes(t->kind, "warm-start") ? ", and --warm-start goes on from there" : "");
    else if (t->stationary)
        app_note(app, "not certified: %s", t->stop);
    else if (!t->converged)
        app_note(app, "not converged: %s; the head was written all the same", t->stop);
    if (t->equal_pairs > 0)
        app_note(app, "%zu of %zu pairs have two answers with the same embedding: they teach nothing", t->equal_pairs,
                 t->pairs.n_fit);
    if (x->d.without_embedding > 0)
        app_note(app, "%zu examples were left out: an answer of theirs has no embedding", x->d.without_embedding);
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

/* A fit that was interrupted leaves the best head so far, if it has made a step. */
static bool keep(struct training *t, const struct train_opts *o, struct err *err)
{
    t->interrupted = !t->converged && bar_signal() != 0;
    return !t->interrupted || t->iterations > 0 || o->warm.w != NULL ||
           err_set(err, ERR_STOPPED, "interrupted before the first step: there is no head to write");
}

static bool fit(const struct app *app, const struct args *args, struct trained *x, struct err *err)
{
    struct bar bar;
    app_detail(app, "%zu pairs and %zu rated answers on %zu x %zu embeddings, loaded in %.2f s", x->d.pairs.pairs.n,
               x->d.ratings.rows.n, x->d.e.n, x->d.e.d, x->load_seconds);
    bar_start(&bar, app, "fitting", NULL);
    bool ok = trained_fit(x, &bar.progress, err) && keep(&x->t, &x->o, err);
    bar_keep(&bar);
    if (ok)
        app_detail(app, "%zu steps, %zu passes over the data, %d threads, %.3f s", x->t.iterations, x->t.passes,
                   x->o.threads, x->t.seconds);
    ok = ok && trained_keep(app, args, x, err) && tell(app, x, err);
    bar_end(&bar);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct trained x;
    if (args_has(args, "list"))
        return list(app, err);
    bool ok = trained_load(app, args, 0, &x, err) && fit(app, args, &x, err);
    trained_free(&x);
    return ok;
}

const struct command cmd_train = {
    .name = "train",
    .summary = "fit a reward head",
    .synopsis = "[--head KIND] [--loss LOSS] [--ties MODEL] [--l2 LAMBDA] [--embeddings X.npy --ids F --pairs "
                "P.jsonl] [-o FILE]",
    .about = "Fits a linear head to frozen embeddings, to the certified optimum of\n"
             "  bt          mean softplus(-w.(chosen - rejected)) + (lambda/2)|w|^2\n"
             "  more        the same of several objectives, mixed so that no step is at the cost of one\n"
             "  regression  mean (w.x + b - rating)^2 / 2 + (lambda/2)|w|^2, one an attribute\n"
             "  ordinal     mean -log P(grade) + (lambda/2)|w|^2, P(y <= k) = sigma(cut_k - w.x), one an attribute\n"
             "  joint       bt + kappa regression on the ratings of one attribute\n"
             "from the workspace, or from files with --embeddings. What is held out is chosen by prompt and never "
             "trained on. The\n"
             "head is a safetensors file with score.weight and score.bias; equal inputs give equal bytes.",
    .example = "  assay train --head bt --l2 0.01\n"
               "  assay train --embeddings x.npy --ids x.ids.txt --pairs pairs.jsonl -o head.safetensors",
    .options = train_options,
    .max_words = 0,
    .run = run,
};
