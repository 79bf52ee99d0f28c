#include "app/train_thumbs.h"

#include "app/evaluate_thumbs.h"
#include "app/train.h"
#include "core/base/mem.h"
#include "core/thumbs_fit.h"

#include <math.h>
#include <stdio.h>

#define COMMON_OPTIONS "thumbs", "up-from", "beta", "balance", "up-weight", "down-weight", "warm-start"
static const char *const logistic_options[] = {COMMON_OPTIONS, NULL};
static const char *const bco_options[] = {COMMON_OPTIONS, "delta", "match-prompts", NULL};
static const char *const kto_options[] = {COMMON_OPTIONS, "starts", NULL};

/* What came out. */
struct found {
    struct thumbs_info info;
    struct part part;
};

static enum thumbs_kind kind_of(const struct kind *k)
{
    return k == &kind_logistic ? THUMBS_LOGISTIC : k == &kind_bco ? THUMBS_BCO : THUMBS_KTO;
}

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    static const char *const deltas[] = {
#define X(id, name, text) name,
        THUMBS_DELTAS(X)
#undef X
            NULL,
    };
    static const char *const balances[] = {"none", "classes", NULL};
    int delta = THUMBS_MIDPOINT, balance;
    int64_t starts = 1;
    struct thumbs_opts *own = mem_alloc(sizeof *own);
    o->own = own;
    *own = thumbs_opts_of(kind_of(o->kind), o->l2);
    balance = own->balance;
    if (!args_number(args, "beta", 1e-6, 1e6, &own->beta, err) ||
        !args_number(args, "up-weight", 1e-6, 1e6, &own->up_weight, err) ||
        !args_number(args, "down-weight", 1e-6, 1e6, &own->down_weight, err) ||
        !args_choice(args, "delta", deltas, &delta, err) || !args_choice(args, "balance", balances, &balance, err) ||
        !args_int(args, "starts", 1, 1000, &starts, err))
        return false;
    if (!(o->l2 > 0))
        return err_set(err, ERR_USAGE, "--head %s needs a penalty: --l2 above 0", o->kind->name);
    own->delta = (enum thumbs_delta)delta;
    own->balance = balance == 1 && (own->delta == THUMBS_MIDPOINT || args_has(args, "balance")); /* TRL has none */
    own->match_prompts = args_has(args, "match-prompts");
    own->starts = (size_t)starts;
    own->seed = o->seed;
    own->max_iterations = o->max_iterations;
    own->threads = o->threads;
    return true;
}

static bool evaluate(const struct data *d, const struct train_opts *o, struct training *t, struct err *err)
{
    const struct part *p = &((struct found *)t->own)->part;
    struct evaluate_opts e = {.bins = o->bins, .seed = o->seed};
    double *rewards = evaluate_rewards(&t->head, &d->e, err);
    t->thumbs_train = mem_alloc(sizeof *t->thumbs_train);
    t->thumbs_held = mem_alloc(sizeof *t->thumbs_held);
    bool ok = rewards != NULL && evaluate_thumbs(d, rewards, &t->head, p->fit, p->n_fit, &e, t->thumbs_train, err) &&
              evaluate_thumbs(d, rewards, &t->head, p->held, p->n_held, &e, t->thumbs_held, err);
    mem_free(rewards);
    return ok;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct thumbs_opts *own = o->own;
    struct thumbs_opts opts = *own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    struct thumbs_info *info = &found->info;
    struct part *p = &found->part;
    part_thumbs(d, o->split, t->holdout, o->seed, &t->pairs, p);
    if (p->n_fit == 0)
        return err_set(err, ERR_MISSING, "no thumb is left to train on (%zu thumbs, %zu held out)", d->thumbs.thumbs.n,
                       p->n_held);
    head_init(&t->head, o->kind->name, reward, 1, d->e.d);
    t->head.temperature = 1 / own->beta;
    opts.warm = warm_start(&o->warm, own->beta, t->head.W, t->head.b);
    if (!thumbs_fit(&d->e, d->thumbs.thumbs.v, p->fit, p->n_fit, &opts, t->head.W, t->head.b, info, progress, err))
        return false;
    train_ended(t, &(struct bt_info){info->objective, info->grad_norm, info->iterations, info->passes, info->converged,
                                     info->stop});
    return evaluate(d, o, t, err);
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found != NULL)
        part_free(&found->part);
    mem_free(found);
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)t;
    const struct thumbs_opts *own = o->own;
    jw_knum(w, "beta", own->beta);
    jw_kstr(w, "balance", own->balance ? "classes" : "none");
    jw_knum(w, "up_weight", own->up_weight);
    jw_knum(w, "down_weight", own->down_weight);
    if (own->kind == THUMBS_BCO) {
        jw_kstr(w, "delta", thumbs_delta_name(own->delta));
        jw_kbool(w, "match_prompts", own->match_prompts);
    }
    if (own->kind == THUMBS_KTO)
        jw_kint(w, "starts", (int64_t)own->starts);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct thumbs_opts *own = o->own;
    const struct thumbs_info *i = &((const struct found *)t->own)->info;
    jw_kint(w, "n_up", (int64_t)i->n_up);
    jw_kint(w, "n_down", (int64_t)i->n_down);
    if (i->n_mismatched > 0)
        jw_kint(w, "n_mismatched", (int64_t)i->n_mismatched);
    jw_knum(w, "objective_at_zero", i->at_zero);
    jw_knum(w, "shift", i->shift);
    if (own->kind != THUMBS_LOGISTIC) {
        jw_knum(w, "shift_gap", i->gap);
        jw_kint(w, "rounds", (int64_t)i->rounds);
    }
    if (own->kind == THUMBS_KTO)
        jw_kint(w, "start", (int64_t)i->start);
    if (own->match_prompts) {
        jw_knum(w, "ratio_mean", i->ratio_mean);
        jw_kint(w, "ratios_clipped", (int64_t)i->ratio_clipped);
        jw_knum(w, "prompt_accuracy", i->prompt_accuracy);
    }
}

static void size_text(const struct training *t, struct buf *out)
{
    const struct thumbs_info *i = &((const struct found *)t->own)->info;
    buf_addf(out, "on %zu thumbs up and %zu down x %zu", i->n_up, i->n_down, t->head.d);
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct thumbs_opts *own = o->own;
    const struct thumbs_info *i = &((const struct found *)t->own)->info;
    char margin[64];
    snprintf(margin, sizeof margin, "w.x %c %.6g", i->shift < 0 ? '+' : '-', fabs(i->shift));
    if (own->beta == 1)
        buf_addf(out, "  P(up) = sigma(%s)", margin);
    else
        buf_addf(out, "  P(up) = sigma(%g (%s))", own->beta, margin);
    if (own->balance)
        buf_adds(out, " among as many up as down");
    if (own->kind == THUMBS_BCO)
        buf_addf(out, ";\n  the shift is the %s",
                 own->delta == THUMBS_MIDPOINT ? "midpoint of both means" : "mean reward");
    if (own->kind == THUMBS_KTO)
        buf_addf(out, ";\n  the shift is the mean reward of %s",
                 i->n_mismatched > 0 ? "mismatched answers" : "the thumbs themselves");
    buf_addc(out, '\n');
    if (fabs(i->weight_down / i->weight_up - 1) > 1e-9)
        buf_addf(out, "  all thumbs down weigh %.2f times what all thumbs up weigh\n", i->weight_down / i->weight_up);
    if (i->objective > i->at_zero)
        buf_addf(out, "  worse than no head at all (%.6f): the shift drags it; balance the thumbs\n", i->at_zero);
    if (own->match_prompts)
        buf_addf(out,
                 "  prompts matched: thumbs down weigh %.2f on average, %zu clipped; thumbs are told from their "
                 "prompt alone %.0f %% of the time\n",
                 i->ratio_mean, i->ratio_clipped, 100 * i->prompt_accuracy);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    (void)o;
    if (t->train.m.n + t->held.m.n > 0)
        buf_addc(out, '\n');
    thumbs_evaluation_heading(out);
    thumbs_evaluation_row("train", t->thumbs_train, out);
    if (t->thumbs_held->m.n > 0)
        thumbs_evaluation_row("held out", t->thumbs_held, out);
}

#define THUMBS_KIND(id, heading, sentence)                                                                             \
    const struct kind kind_##id = {                                                                                    \
        .name = #id,                                                                                                   \
        .title = heading,                                                                                              \
        .text = sentence,                                                                                              \
        .need = DATA_THUMBS,                                                                                           \
        .options = id##_options,                                                                                       \
        .read = read_own,                                                                                              \
        .free_own = mem_free,                                                                                          \
        .fit = fit,                                                                                                    \
        .free_found = free_found,                                                                                      \
        .settings_json = settings_json,                                                                                \
        .found_json = found_json,                                                                                      \
        .size_text = size_text,                                                                                        \
        .settings_text = settings_text,                                                                                \
        .found_text = found_text,                                                                                      \
    }

THUMBS_KIND(logistic, "logistic", "a reward from thumbs: logistic regression");
THUMBS_KIND(bco, "BCO", "a reward from thumbs: binary classifier optimisation, its shift tied to the rewards");
THUMBS_KIND(kto, "KTO-like", "a reward from thumbs: saturating, bears wrong labels; not convex");
