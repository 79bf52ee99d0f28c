#include "app/train_more.h"

#include "app/rivals.h"
#include "app/train.h"
#include "core/base/mem.h"
#include "core/more.h"
#include "core/safe.h"

#include <stdio.h>
#include <string.h>

/* What the text shows; --json has all. */
enum { SHOWN_OBJECTIVES = 6, SHOWN_STEPS = 8 };

/* Those from FIRST_OF_BATCH on are for mini-batches only. */
static const char *const own_options[] = {"by",        "warm-start", "variant", "clamped",   "metric",
                                          "soft",      "batch",      "epochs",  "samples",   "by-size",
                                          "optimiser", "rate",       "ema",     "ema-start", NULL};
enum { FIRST_OF_BATCH = 7 };

static const char *const variants[] = {
#define X(id, name, text) name,
    MORE_VARIANTS(X)
#undef X
        NULL,
};
static const char *const metrics[] = {
#define X(id, name, text) name,
    MORE_METRICS(X)
#undef X
        NULL,
};
static const char *const optimisers[] = {
#define X(id, name) name,
    MORE_OPTIMISERS(X)
#undef X
        NULL,
};
static const char *const starts[] = {
#define X(id, name, text) name,
    MORE_EMA_STARTS(X)
#undef X
        NULL,
};

/* What was asked for; `mini` counts when batches is set. */
struct own {
    enum objectives_by by;
    bool batches;
    struct more_opts full;
    struct more_batch_opts mini;
};

/* What came out. */
struct found {
    struct objectives objectives;
    struct more_info info;
    struct rivals rivals;
};

/* ---- options ---- */

static bool check_batches(const struct args *args, bool batches, struct err *err)
{
    if (batches && args_has(args, "metric"))
        return err_set(err, ERR_USAGE, "--metric is for steps on all pairs, without --batch");
    for (size_t i = FIRST_OF_BATCH; own_options[i] != NULL && !batches; i++)
        if (args_has(args, own_options[i]))
            return err_set(err, ERR_USAGE, "--%s is for mini-batches: with --batch N", own_options[i]);
    return !args_has(args, "ema-start") || args_has(args, "ema") ||
           err_set(err, ERR_USAGE, "--ema-start alone changes nothing: say --ema A");
}

static bool read_batches(const struct args *args, struct more_batch_opts *o, struct err *err)
{
    int optimiser = MORE_ADAMW, start = MORE_EMA_FIRST;
    int64_t batch = 0, epochs = 1, samples = 0;
    if (!args_int(args, "batch", 1, 1000000, &batch, err) || !args_int(args, "epochs", 1, 1000000, &epochs, err) ||
        !args_int(args, "samples", 1, INT32_MAX, &samples, err) ||
        !args_choice(args, "optimiser", optimisers, &optimiser, err) ||
        !args_number(args, "rate", 1e-12, 1e6, &o->rate, err) || !args_number(args, "ema", 1e-9, 1, &o->alpha, err) ||
        !args_choice(args, "ema-start", starts, &start, err))
        return false;
    o->batch = (size_t)batch;
    o->epochs = (size_t)epochs;
    o->samples = (size_t)samples;
    o->by_size = args_has(args, "by-size");
    o->optimiser = (enum more_optimiser)optimiser;
    o->start = (enum more_ema_start)start;
    return true;
}

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    int by = OBJECTIVES_ANY, variant = MORE_PAPER, metric = MORE_NEWTON;
    own->batches = args_has(args, "batch");
    own->mini = (struct more_batch_opts){.rate = 1e-3, .alpha = 1, .seed = o->seed};
    if (!check_batches(args, own->batches, err) || !args_choice(args, "by", objectives_by_names, &by, err) ||
        !args_choice(args, "variant", variants, &variant, err) || !args_choice(args, "metric", metrics, &metric, err) ||
        !read_batches(args, &own->mini, err))
        return false;
    own->by = (enum objectives_by)by;
    struct more_rule rule = {(enum more_variant)variant, args_has(args, "clamped")};
    own->full = (struct more_opts){.rule = rule, .metric = (enum more_metric)metric, .max_steps = o->max_iterations};
    own->mini.rule = rule;
    return own->batches || o->l2 > 0 ||
           err_set(err, ERR_USAGE,
                   "objectives that disagree need a penalty (l2 > 0): without one the end is not bounded");
}

/* ---- the fit ---- */

static bool fit_shared(const struct data *d, const struct train_opts *o, struct training *t,
                       const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    struct more_opts full = own->full;
    struct more_batch_opts mini = own->mini;
    struct more m;
    size_t *of = mem_array(t->pairs.n_fit, sizeof *of);
    for (size_t i = 0; i < t->pairs.n_fit; i++)
        of[i] = found->objectives.of[t->pairs.fit[i]];
    bool ok = more_init(&m, &d->e, d->pairs.pairs.v, t->pairs.fit, of, t->pairs.n_fit, found->objectives.k, o->memory,
                        o->threads, err);
    mem_free(of);
    if (!ok)
        return false;
    full.warm = mini.warm = warm_start(&o->warm, 1, t->head.W, NULL);
    ok = own->batches ? more_fit_batches(&m, o->l2, &mini, t->head.W, &found->info, progress, err)
                      : more_fit(&m, o->l2, &full, t->head.W, &found->info, progress, err);
    more_free(&m);
    return ok;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    if (!train_has_pairs(d, t, err))
        return false;
    if (!objectives_find(d, own->by, &t->pairs, &found->objectives, err))
        return false;
    head_init(&t->head, "more", reward, 1, d->e.d);
    if (!fit_shared(d, o, t, progress, err))
        return false;
    if (found->info.stop != MORE_INTERRUPTED && /* who wants to stop wants no comparison */
        !rivals_measure(d, o, &found->objectives, &t->pairs, t->head.W, &found->rivals, progress, err))
        return false;
    const struct more_state *s = &found->info.state;
    for (size_t k = 0; k < found->objectives.k; k++)
        t->objective += s->lambda[k] * s->loss[k];
    t->grad_norm = s->stationarity;
    t->iterations = found->info.steps;
    t->passes = found->info.passes;
    t->converged = found->info.converged;
    t->stop = more_stop_text(found->info.stop);
    return true;
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    objectives_free(&found->objectives);
    more_info_free(&found->info);
    rivals_free(&found->rivals);
    mem_free(found);
}

/* ---- JSON ---- */

static void batches_json(const struct more_batch_opts *o, struct json_writer *w)
{
    jw_kint(w, "batch", (int64_t)o->batch);
    jw_kint(w, "epochs", (int64_t)o->epochs);
    if (o->samples > 0)
        jw_kint(w, "samples", (int64_t)o->samples);
    if (o->by_size)
        jw_kbool(w, "by_size", true);
    jw_kstr(w, "optimiser", optimisers[o->optimiser]);
    jw_knum(w, "rate", o->rate);
    if (o->alpha < 1) {
        jw_knum(w, "ema", o->alpha);
        jw_kstr(w, "ema_start", starts[o->start]);
    }
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    jw_kstr(w, "by", objectives_by_names[found->objectives.by]);
    jw_kstr(w, "variant", variants[own->full.rule.variant]);
    if (own->full.rule.clamped)
        jw_kbool(w, "clamped", true);
    if (own->batches)
        batches_json(&own->mini, w);
    else
        jw_kstr(w, "metric", metrics[own->full.metric]);
    jw_key(w, "weights"); /* at the end: the head is the optimum of the objectives mixed by them, if it converged */
    jw_object(w);
    for (size_t k = 0; k < found->objectives.k; k++)
        jw_knum(w, found->objectives.name[k], found->info.state.lambda[k]);
    jw_object_end(w);
}

static void rows_json(struct json_writer *w, const char *key, const double *v, size_t rows, size_t k)
{
    jw_key(w, key);
    jw_array(w);
    for (size_t r = 0; r < rows; r++) {
        jw_array(w);
        for (size_t j = 0; j < k; j++)
            jw_num(w, v[r * k + j]);
        jw_array_end(w);
    }
    jw_array_end(w);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    const struct more_info *info = &found->info;
    jw_key(w, "more");
    jw_object(w);
    jw_knum(w, "stationarity", info->state.stationarity);
    jw_knum(w, "gap", info->state.gap);
    jw_kbool(w, "uniform", more_is_uniform(&own->full.rule, found->objectives.k));
    jw_key(w, "objectives");
    jw_array(w);
    for (size_t k = 0; k < found->objectives.k; k++) {
        jw_object(w);
        jw_kstr(w, "name", found->objectives.name[k]);
        jw_kint(w, "n_pairs", (int64_t)found->objectives.n_fit[k]);
        jw_knum(w, "weight", info->state.lambda[k]);
        jw_knum(w, "loss", info->state.loss[k]);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_key(w, "trace");
    jw_object(w);
    jw_kint(w, "every", (int64_t)info->trace.every);
    rows_json(w, "weights", info->trace.lambda, info->trace.rows, info->trace.k);
    rows_json(w, "losses", info->trace.loss, info->trace.rows, info->trace.k);
    jw_object_end(w);
    jw_kstr(w, "measured_on", found->rivals.held ? "holdout" : "train");
    jw_key(w, "heads");
    rivals_json(&found->rivals, &found->objectives, w);
    jw_object_end(w);
}

/* ---- text ---- */

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    const struct more_rule *rule = &own->full.rule;
    buf_addf(out, "  %zu objectives by %s; %s%s", found->objectives.k, objectives_by_names[found->objectives.by],
             more_variant_text(rule->variant), rule->clamped ? ", weighed by the clamped solver" : "");
    if (own->batches)
        buf_addf(out, "; batches of %zu, %s at rate %g\n", own->mini.batch, optimisers[own->mini.optimiser],
                 own->mini.rate);
    else
        buf_addf(out, "; %s metric\n", metrics[own->full.metric]);
    if (more_is_uniform(rule, found->objectives.k))
        buf_adds(out, "  two gradients of length 1 always weigh 1/2 each: this is no more than mixing in equal parts "
                      "(--variant paper weighs)\n");
}

/* A name in 12 columns, right-aligned. */
static void heading(const char *name, struct buf *out)
{
    size_t width = safe_width(name, strlen(name));
    buf_addf(out, "%*s", width < 12 ? (int)(13 - width) : 1, "");
    safe_text(name, strlen(name), out, 12);
}

static void numbers(const char *title, const double *v, size_t k, int digits, struct buf *out)
{
    buf_addf(out, "  %-13s", title);
    for (size_t j = 0; j < k && j < SHOWN_OBJECTIVES; j++)
        buf_addf(out, "%13.*f", digits, v[j]);
    buf_addc(out, '\n');
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    (void)o;
    const struct found *found = t->own;
    const struct more_trace *trace = &found->info.trace;
    size_t k = found->objectives.k, rows = trace->rows, shown = rows < SHOWN_STEPS ? rows : SHOWN_STEPS;
    buf_addf(out, "\n  %-13s", "weights at");
    for (size_t j = 0; j < k && j < SHOWN_OBJECTIVES; j++)
        heading(found->objectives.name[j], out);
    buf_addf(out, "%s\n", k > SHOWN_OBJECTIVES ? "  ..." : "");
    for (size_t i = 0; i < shown; i++) {
        size_t r = shown > 1 ? i * (rows - 1) / (shown - 1) : 0;
        char step[32];
        snprintf(step, sizeof step, "step %zu", r * trace->every);
        numbers(step, trace->lambda + r * k, k, 3, out);
    }
    numbers("the end", found->info.state.lambda, k, 3, out);
    numbers("loss there", found->info.state.loss, k, 4, out);
    buf_addf(out, "  shortest mixture of the gradients there: %.1e\n", found->info.state.stationarity);
    rivals_text(&found->rivals, &found->objectives, SHOWN_OBJECTIVES, out);
}

const struct kind kind_more = {
    .name = "more",
    .title = "MORE",
    .text = "a reward from pairs of objectives that may disagree: steps lower the loss of all",
    .need = DATA_PAIRS,
    .options = own_options,
    .read = read_own,
    .free_own = mem_free,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = kind_pairs_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
