#include "app/anchor.h"
#include "app/family.h"
#include "app/select.h"
#include "app/train.h"
#include "app/weigh.h"
#include "core/base/mem.h"
#include "core/fit.h"
#include "core/interval.h"
#include "core/laplace.h"

#include <string.h>

static const char *const own_options[] = {"loss",   "smoothing", "flip",       "channel",   "normalise",  "center",
                                          "ties",   "soft",      "anchor",     "mu",        "expo",       "from",
                                          "reward", "laplace",   SELECT_NAMES, WEIGH_NAMES, "warm-start", NULL};

/* What was asked for. */
struct own {
    struct bt_model model;
    struct anchor anchor;
    struct select select;
    struct weigh weigh;
    bool laplace; /* keep the covariance of the weights */
};

/* What came out. */
struct found {
    struct ties ties;     /* with ties: the fitted thresholds */
    struct anchor anchor; /* the own one with the factor that was found, and what was fitted first */
    struct selection selection;
    struct weighed weighed;
};

/* Expectation and maximisation go with the plain likelihood. */
static bool weigh_fits(const struct own *own, struct err *err)
{
    const struct bt_model *m = &own->model;
    bool plain = m->loss.kind == LOSS_PLAIN && m->loss.noise == LOSS_NONE && m->ties == TIES_NONE && !(m->center > 0);
    return own->weigh.kind != WEIGH_RELIABILITY || plain ||
           err_set(err, ERR_USAGE, "--weigh reliability is a likelihood of its own and goes with the plain loss only");
}

/* Nothing but the engine, which checks the rows that it reads, looks at the embeddings. */
static bool is_one_fit(const struct own *own, const struct train_opts *o)
{
    return fit_takes(&own->model) && o->l2 > 0 && own->anchor.w == NULL && !own->anchor.from && !own->laplace &&
           own->select.l2 == NULL && own->select.draws == 0 && own->weigh.kind == WEIGH_NONE;
}

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    if (!family_read(args, o->l2, &own->model, err) || !anchor_read(args, &own->anchor, err) ||
        !select_read(args, &own->select, err) || !weigh_read(args, &own->weigh, err) || !weigh_fits(own, err))
        return false;
    own->laplace = args_has(args, "laplace");
    if (own->laplace && own->anchor.expo)
        return err_set(err, ERR_USAGE, "--laplace and --expo exclude one another: what is extrapolated is no optimum");
    o->wish.ties = own->model.ties != TIES_NONE;
    if (own->anchor.from)
        o->need |= DATA_RATINGS;
    o->sees_all = is_one_fit(own, o);
    return true;
}

static void free_own(void *p)
{
    struct own *own = p;
    anchor_free(&own->anchor);
    select_free(&own->select);
    weigh_free(&own->weigh);
    mem_free(own);
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    selection_free(&found->selection);
    weighed_free(&found->weighed);
    if (found->anchor.from)
        anchor_free(&found->anchor);
    mem_free(found);
}

/* The penalty of t by cross-validation, and a start for its fit. */
static bool choose_penalty(const struct data *d, const struct train_opts *o, struct training *t,
                           const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    struct selection *x = &found->selection;
    const struct select_model m = {&own->model, &found->anchor, NULL};
    if (!select_penalty(&own->select, &m, d, o, t, x, progress, err))
        return false;
    t->l2 = x->rows[x->chosen].l2;
    memcpy(t->head.W, x->start, d->e.d * sizeof *x->start);
    return true;
}

static bool laplace_fits(const struct data *d, struct err *err)
{
    return d->e.d <= LAPLACE_MAX ||
           err_set(err, ERR_RANGE,
                   "--laplace keeps a matrix of columns x columns in the head's file: %zu columns are too many, %d are "
                   "the most",
                   d->e.d, LAPLACE_MAX);
}

/* The factor into the head. */
static bool keep_laplace(const struct data *d, const struct train_opts *o, struct training *t, struct err *err)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    struct laplace l;
    double penalty = t->l2 + (found->anchor.w != NULL ? found->anchor.mu : 0);
    if (!laplace_of_pairs(&d->e, d->pairs.pairs.v, t->pairs.fit, t->pairs.n_fit, &own->model, penalty, t->head.W,
                          LAPLACE_FACTOR, o->threads, &l, err))
        return err_context(err, "--laplace");
    head_set_tensor(&t->head, interval_tensor(INTERVAL_LAPLACE), l.m, l.m, l.factor);
    laplace_free(&l);
    return true;
}

/* How sure the head is. *stopped: it was not found out, as somebody wants the work to end; the head is none the worse.
 */
static bool find_spread(const struct data *d, const struct train_opts *o, struct training *t, bool *stopped,
                        const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    const struct select_model m = {&own->model, &found->anchor, NULL};
    bool ok = own->select.draws == 0 || select_bootstrap(&own->select, &m, d, o, t, &found->selection, progress, err);
    *stopped = !ok && err->kind == ERR_STOPPED;
    return *stopped || (ok && (!own->laplace || keep_laplace(d, o, t, err)));
}

/* The fit, on pairs that are weighed already. */
static bool fit_weighed(const struct data *d, const struct train_opts *o, struct training *t,
                        const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own;
    struct bt_info info = {0};
    if (own->select.l2 != NULL && !choose_penalty(d, o, t, progress, err))
        return false;
    struct fit_opts opts = {.max_iterations = o->max_iterations,
                            .warm = found->selection.start != NULL || warm_start(&o->warm, 1, t->head.W, NULL),
                            .threads = o->threads,
                            .memory = o->memory,
                            .model = &own->model,
                            .anchor = found->anchor.w,
                            .mu = found->anchor.mu,
                            .ties = &found->ties};
    bool ok =
        fit_pairs(&d->e, d->pairs.pairs.v, t->pairs.fit, t->pairs.n_fit, t->l2, &opts, t->head.W, &info, progress, err);
    if (ok)
        anchor_extrapolate(&found->anchor, d, t->pairs.held, t->pairs.n_held, t->head.W);
    bool stopped = info.stop == BT_INTERRUPTED;
    ok = ok && (stopped || find_spread(d, o, t, &stopped, progress, err));
    selection_describe(&found->selection, &t->head);
    train_ended(t, &info);
    if (!stopped)
        return ok;
    t->iterations += own->select.l2 != NULL ? found->selection.steps : 0;
    if (info.stop == BT_OPTIMAL || info.stop == BT_STATIONARY)
        t->stop = "was interrupted in its bootstrap";
    t->converged = t->stationary = false;
    return ok;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    struct fit_opts opts = {.max_iterations = o->max_iterations, .threads = o->threads, .memory = o->memory};
    if (!train_has_pairs(d, t, err))
        return false;
    found->anchor = own->anchor;
    if (!anchor_fit(&found->anchor, d, o->l2, o->seed, &t->pairs, &t->ratings, err) ||
        !anchor_fits(&found->anchor, d, t->pairs.n_held, err) || (own->laplace && !laplace_fits(d, err)))
        return false;
    head_init(&t->head, "bt", reward, 1, d->e.d);
    return weigh_pairs(&own->weigh, d, &t->pairs, o->l2, &opts, &found->weighed, progress, err) &&
           fit_weighed(&found->weighed.data, o, t, progress, err);
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    family_json(&own->model, &found->ties, w);
    anchor_json(&found->anchor, w);
    select_settings_json(&own->select, w);
    weigh_json(&own->weigh, w);
    if (own->laplace)
        jw_kbool(w, "laplace", true);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    weighed_json(&own->weigh, &found->weighed, w);
    selection_json(&found->selection, w);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    selection_text(&own->select, &found->selection, out);
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    family_text(&own->model, &found->ties, out);
    anchor_text(&found->anchor, out);
    weighed_text(&own->weigh, &found->weighed, out);
    if (own->laplace)
        buf_adds(out, "  with the Laplace covariance of its weights: `score` and `eval` say how sure it is\n");
}

const struct kind kind_bt = {
    .name = "bt",
    .title = "Bradley-Terry",
    .text = "a reward from pairs: Bradley-Terry",
    .need = DATA_PAIRS,
    .options = own_options,
    .read = read_own,
    .free_own = free_own,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = kind_pairs_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
