#include "app/attributes.h"
#include "app/nets.h"
#include "core/base/mem.h"
#include "core/gate_fit.h"
#include "core/mix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const own_options[] = {"gate-temperature", TARGETS_NAMES, "decorrelate", "folds", NETS_NAMES, NULL};

struct own {
    struct nets_opts nets;
    double temperature;
    struct targets_opts targets; /* of the first stage */
    const char *decorrelate;     /* the attribute the others are freed from, or NULL */
    size_t folds;                /* that the attributes of the training pairs come from */
};

/* Weights of one attribute over the prompts trained on. */
struct weighed {
    double mean, lo, hi; /* lo, hi: the middle nine tenths */
};

struct found {
    struct descent_info info;
    struct nets_rival rival;
    struct weighed *weights; /* one an attribute */
    double *penalty;         /* of the decorrelation, or NULL */
    char title[96];
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    int64_t folds = 5;
    o->own = own;
    own->temperature = GATE_TEMPERATURE;
    own->decorrelate = args_get(args, "decorrelate");
    if (!nets_read(args, o, 64, 0, &own->nets, err) || !targets_read(args, &own->targets, err) ||
        !args_number(args, "gate-temperature", 1e-3, 1e6, &own->temperature, err) ||
        !args_int(args, "folds", 2, 100, &folds, err))
        return false;
    own->folds = (size_t)folds;
    o->wish.single_ratings = own->targets.rows == RATED_RATINGS;
    return true;
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    mem_free(found->weights);
    mem_free(found->penalty);
    mem_free(found);
}

/* ---- decorrelation ---- */

/* mix (k x k): r' = mix r. The reference set are both answers of the training pairs. */
static bool free_from(const struct data *d, const struct own *own, const struct training *t, const double *outputs,
                      struct found *found, double *mix, struct err *err)
{
    size_t k = t->head.k, n = 2 * t->pairs.n_fit, from;
    from = head_find(&t->head, own->decorrelate);
    if (from == SIZE_MAX)
        return err_set(err, ERR_USAGE, "--decorrelate %s is none of the attributes that are fitted", own->decorrelate);
    found->penalty = mem_array(k, sizeof *found->penalty);
    double *R = mem_array(n, k * sizeof *R), *B = mem_array(k * k, sizeof *B), *r = mem_array(2 * k, sizeof *r);
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[t->pairs.fit[i / 2]];
        memcpy(R + i * k, outputs + (i % 2 == 0 ? p->chosen : p->rejected) * k, k * sizeof *R);
    }
    bool ok = mix_decorrelate(R, n, k, from, found->penalty, r, r + k, err) || err_context(err, "--decorrelate");
    if (ok)
        mix_matrix(found->penalty, k, from, B);
    for (size_t i = 0; ok && i < k; i++) /* B is applied on the right */
        for (size_t j = 0; j < k; j++)
            mix[i * k + j] = B[j * k + i];
    mem_free(R);
    mem_free(B);
    mem_free(r);
    return ok;
}

/* ---- the same weights for all prompts, beside it ---- */

static bool beside_constant(const struct data *d, const struct train_opts *o, const struct training *t,
                            const double *outputs, struct found *found, struct err *err)
{
    size_t k = t->head.k, n = t->pairs.n_fit;
    const struct gate *g = t->head.gate;
    if (found->info.stop == DESCENT_INTERRUPTED)
        return true;
    double *D = mem_array(n, k * sizeof *D), *numbers = mem_array(2 * n, sizeof *numbers);
    double *raw = mem_array(k, sizeof *raw), *weights = mem_array(k, sizeof *weights);
    struct bt_info info;
    struct head h;
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[t->pairs.fit[i]];
        for (size_t j = 0; j < k; j++)
            raw[j] = outputs[p->chosen * k + j] - outputs[p->rejected * k + j];
        gate_mix(g, raw, D + i * k);
        numbers[i] = p->weight;
        numbers[n + i] = p->p;
    }
    struct mix_pairs pairs = {.D = D, .n = n, .k = k, .weight = numbers, .p = numbers + n};
    head_init(&h, "regression", (const char *const *)t->head.objectives, k, t->head.d);
    memcpy(h.W, t->head.W, k * h.d * sizeof *h.W);
    memcpy(h.b, t->head.b, k * sizeof *h.b);
    found->rival.name = "constant weights";
    bool ok = mix_fit(&pairs, &(struct mix_opts){.l2 = 1e-4}, weights, &info, err);
    for (size_t i = 0; ok && i < k; i++) { /* weights . mix r = (mix' weights) . r */
        h.mix[i] = 0;
        for (size_t j = 0; j < k; j++)
            h.mix[i] += g->mix[j * k + i] * weights[j];
    }
    ok = ok && nets_compare(d, o, &t->pairs, &t->head, &h, &found->rival, err);
    head_free(&h);
    mem_free(D);
    mem_free(numbers);
    mem_free(raw);
    mem_free(weights);
    return ok;
}

/* ---- what the gate does ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The prompts of the training pairs, each as often as it is asked. */
static void weigh(const struct data *d, const struct training *t, struct found *found)
{
    size_t k = t->head.k, n = t->pairs.n_fit;
    double *all = mem_array(n, k * sizeof *all), *prompt = mem_array(d->e.d, sizeof *prompt);
    double *weights = mem_array(k, sizeof *weights);
    found->weights = mem_array(k, sizeof *found->weights);
    for (size_t i = 0; i < n; i++) {
        embeddings_row_f64(&d->e, d->pairs.pairs.v[t->pairs.fit[i]].prompt, prompt);
        gate_weights(t->head.gate, prompt, weights);
        for (size_t j = 0; j < k; j++) {
            all[j * n + i] = weights[j];
            found->weights[j].mean += weights[j] / (double)n;
        }
    }
    for (size_t j = 0; j < k; j++) {
        qsort(all + j * n, n, sizeof *all, ascending);
        found->weights[j].lo = all[j * n + (n - 1) / 20];
        found->weights[j].hi = all[j * n + (n - 1) - (n - 1) / 20];
    }
    mem_free(all);
    mem_free(prompt);
    mem_free(weights);
}

/* ---- the kind ---- */

static bool fit_gate(const struct data *d, const struct train_opts *o, struct training *t, const double *outputs,
                     const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    size_t k = t->head.k;
    struct gate_opts opts = {.hidden = own->nets.hidden,
                             .temperature = own->temperature,
                             .loss = own->nets.loss,
                             .descent = own->nets.descent};
    double *mix = own->decorrelate != NULL ? mem_array(k * k, sizeof *mix) : NULL;
    struct gate_data data = {&d->e, d->pairs.pairs.v, outputs, k, mix};
    struct part stop;
    struct gate g;
    nets_part(d, &t->pairs, o->seed, &stop);
    bool ok = (mix == NULL || free_from(d, own, t, outputs, found, mix, err)) &&
              gate_fit(&data, stop.fit, stop.n_fit, stop.held, stop.n_held, &opts, &g, &found->info, progress, err);
    if (ok)
        head_set_gate(&t->head, &g);
    mem_free(mix);
    part_free(&stop);
    return ok;
}

static bool second_stage(const struct data *d, const struct train_opts *o, struct training *t,
                         const struct progress *progress, struct err *err)
{
    double *outputs = mem_block(d->e.n, t->head.k * sizeof *outputs);
    if (outputs == NULL)
        return err_set(err, ERR_MEMORY, "no memory for the attributes of %zu rows", d->e.n);
    const struct own *own = o->own;
    bool ok = attributes_outside(d, &own->targets, own->folds, o->seed, t, outputs, progress, err) &&
              fit_gate(d, o, t, outputs, progress, err) && beside_constant(d, o, t, outputs, t->own, err);
    if (ok)
        weigh(d, t, t->own);
    mem_free(outputs);
    return ok;
}

static bool has_prompts(const struct data *d, const struct part *p, struct err *err)
{
    size_t missing = 0, n = p->n_fit + p->n_held;
    for (size_t i = 0; i < n; i++)
        if (d->pairs.pairs.v[i < p->n_fit ? p->fit[i] : p->held[i - p->n_fit]].prompt >= d->e.n)
            missing++;
    if (missing == 0)
        return true;
    return err_set(err, ERR_MISSING,
                   "%zu of %zu pairs have no prompt with an embedding, and a gate looks at prompts; %s", missing, n,
                   d->from_workspace ? "`assay embed --provider lexical --of both` makes some"
                                     : "say it as \"prompt\" in the pairs, by id or row");
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    if (!train_has_pairs(d, t, err))
        return false;
    if (!has_prompts(d, &t->pairs, err) || !attributes_fit(d, &own->targets, t, progress, err) ||
        !second_stage(d, o, t, progress, err))
        return false;
    if (own->nets.hidden > 0)
        snprintf(found->title, sizeof found->title, "gate%s of %zu hidden units, temperature %g",
                 own->nets.descent.nets == 1 ? "" : "s", own->nets.hidden, own->temperature);
    else
        snprintf(found->title, sizeof found->title, "linear gate%s, temperature %g",
                 own->nets.descent.nets == 1 ? "" : "s", own->temperature);
    train_descended(t, &found->info);
    return true;
}

/* ---- told ---- */

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    targets_json(&own->targets, w);
    jw_knum(w, "gate_temperature", own->temperature);
    jw_kint(w, "folds", (int64_t)own->folds);
    nets_settings_json(&own->nets, w);
    if (own->decorrelate == NULL)
        return;
    jw_kstr(w, "decorrelate", own->decorrelate);
    jw_key(w, "penalties");
    jw_array(w);
    for (size_t j = 0; j < t->head.k; j++)
        jw_num(w, found->penalty[j]);
    jw_array_end(w);
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    targets_text(&own->targets, out);
    nets_settings_text(&own->nets, out);
    if (own->decorrelate == NULL)
        return;
    buf_addf(out, "  freed from %s:", own->decorrelate);
    for (size_t j = 0; j < t->head.k; j++) {
        buf_adds(out, j > 0 ? ", " : " ");
        app_add_name(out, t->head.objectives[j]);
        buf_addf(out, " %g", found->penalty[j]);
    }
    buf_addc(out, '\n');
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    nets_found_json(&own->nets, &found->info, &found->rival, w);
    jw_key(w, "gates");
    jw_object(w);
    for (size_t j = 0; j < t->head.k; j++) {
        jw_key(w, t->head.objectives[j]);
        jw_object(w);
        jw_knum(w, "mean", found->weights[j].mean);
        jw_knum(w, "lo", found->weights[j].lo);
        jw_knum(w, "hi", found->weights[j].hi);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void size_text(const struct training *t, struct buf *out)
{
    buf_addf(out, "of %zu attributes on %zu rated answers and %zu pairs x %zu", t->head.k, t->ratings.n_fit,
             t->pairs.n_fit, t->head.d);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    nets_found_text(&own->nets, &found->info, &found->rival, found->title, out);
    buf_addf(out, "\n  %-18s %10s %21s %10s %10s\n", "", "weight", "90 % of the prompts", "rmse train", "held out");
    for (size_t j = 0; j < t->head.k; j++) {
        const struct weighed *g = &found->weights[j];
        char range[32], held[16] = "-";
        snprintf(range, sizeof range, "%.3f to %.3f", g->lo, g->hi);
        if (t->ratings_held[j].n > 0)
            snprintf(held, sizeof held, "%.3f", t->ratings_held[j].rmse);
        buf_adds(out, "  ");
        app_add_column(out, t->head.objectives[j], 18);
        buf_addf(out, " %10.3f %21s %10.3f %10s\n", g->mean, range, t->ratings_train[j].rmse, held);
    }
}

const struct kind kind_gated = {
    .name = "gated",
    .title = "gated",
    .text = "attributes from ratings, weighed by the prompt as pairs teach it",
    .need = DATA_PAIRS | DATA_RATINGS,
    .options = own_options,
    .is_net = true,
    .read = read_own,
    .free_own = mem_free,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = size_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
