#include "app/train_joint.h"

#include "app/family.h"
#include "app/mixing.h"
#include "app/select.h"
#include "app/targets.h"
#include "app/train.h"
#include "core/base/mem.h"
#include "core/joint.h"

#include <string.h>

static const char *const own_options[] = {"loss", "smoothing", "flip",  "normalise",  "ties",       "soft", "reward",
                                          "rows", "scale",     "kappa", "warm-start", SELECT_NAMES, NULL};

struct own {
    struct bt_model model;
    struct targets_opts targets;
    const char *reward; /* the attribute whose ratings count; NULL: helpfulness or the first */
    double kappa;
    struct select select;
};

struct found {
    struct joint_info info;
    struct selection selection;
    bool spread_stopped; /* the bootstrap was */
    char *attribute;
    size_t ratings; /* that were fitted */
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    *own = (struct own){.kappa = 1};
    if (!family_read(args, o->l2, &own->model, err) || !targets_read(args, &own->targets, err) ||
        !args_number(args, "kappa", 0, 1e12, &own->kappa, err) || !select_read(args, &own->select, err))
        return false;
    own->reward = args_get(args, "reward");
    o->wish.ties = own->model.ties != TIES_NONE;
    o->wish.single_ratings = own->targets.rows == RATED_RATINGS;
    return true;
}

static void free_own(void *p)
{
    struct own *own = p;
    select_free(&own->select);
    mem_free(own);
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    selection_free(&found->selection);
    mem_free(found->attribute);
    mem_free(found);
}

/* What a fit of the head is of, or one without a fold of prompts, or to prompts drawn anew. */
struct both {
    const struct data *d;
    const struct train_opts *o;
    const struct targets *y;
    const struct training *t;
    struct select_own select;
    struct joint_rating *ratings; /* as many as y->fit has */
    double *times;                /* of every row of the embeddings: how often its ratings count */
};

static struct joint_problem problem(const struct both *k, double l2, size_t n_ratings, const double *start)
{
    const struct own *own = k->o->own;
    return (struct joint_problem){.e = &k->d->e,
                                  .pairs = k->d->pairs.pairs.v,
                                  .which = k->t->pairs.fit,
                                  .n_pairs = k->t->pairs.n_fit,
                                  .model = own->model,
                                  .ratings = k->ratings,
                                  .n_ratings = n_ratings,
                                  .kappa = own->kappa,
                                  .l2 = l2,
                                  .max_iterations = k->o->max_iterations,
                                  .start = start};
}

/* Ratings as often as k->times says. Returns how many. */
static size_t gather(struct both *k)
{
    const struct rated *r = &k->y->fit;
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (k->times[r->row[i]] > 0)
            k->ratings[n++] = (struct joint_rating){r->row[i], r->y[i], r->weight[i] * k->times[r->row[i]]};
    return n;
}

/* All ratings once; without a column's fold; as often as its draw holds their prompt. */
static void count_ratings(struct both *k, const struct many_column *c)
{
    const struct part *part = &k->t->ratings;
    for (size_t i = 0; i < part->n_fit; i++) {
        double *times = &k->times[k->d->ratings.rows.v[part->fit[i]].row];
        *times = 1;
        if (c != NULL && c->left_out != MANY_NONE)
            *times = k->select.rating_fold[i] != c->left_out;
        if (c != NULL && c->draw != MANY_NONE)
            *times = k->select.rating_counts[c->draw * part->n_fit + i];
    }
}

static bool fit_column(void *ctx, const struct many_column *c, const struct pair *pairs, size_t n,
                       const struct fit_opts *opts, double *w, struct bt_info *info, const struct progress *progress,
                       struct err *err)
{
    struct both *k = ctx;
    struct joint_info found;
    double b;
    count_ratings(k, c);
    struct joint_problem p = problem(k, c->l2, gather(k), opts->warm ? w : NULL);
    p.model = *opts->model;
    p.pairs = pairs;
    p.which = NULL;
    p.n_pairs = n;
    if (!joint_fit(&p, w, &b, &found, progress, err))
        return false;
    if (c->draw != MANY_NONE)
        k->select.bias[c->draw] = b;
    *info = found.fit;
    *opts->ties = found.ties;
    return true;
}

static const struct anchor no_anchor = {0};

/* The penalty by cross-validation on pairs, and where the fit begins, in t->head.W; *warm: there is such a place. */
static bool choose_penalty(struct both *k, struct training *t, bool *warm, const struct progress *progress,
                           struct err *err)
{
    const struct own *own = k->o->own;
    struct found *found = t->own;
    const struct select_model m = {&own->model, &no_anchor, &k->select};
    *warm = warm_start(&k->o->warm, 1, t->head.W, NULL);
    if (own->select.l2 == NULL)
        return true;
    if (!select_penalty(&own->select, &m, k->d, k->o, t, &found->selection, progress, err))
        return false;
    t->l2 = found->selection.rows[found->selection.chosen].l2;
    memcpy(t->head.W, found->selection.start, k->d->e.d * sizeof *t->head.W);
    *warm = true;
    return true;
}

/* How sure the head is. Who wants the work to end has a head that is none the worse. */
static bool find_spread(struct both *k, struct training *t, const struct progress *progress, struct err *err)
{
    const struct own *own = k->o->own;
    struct found *found = t->own;
    const struct select_model m = {&own->model, &no_anchor, &k->select};
    if (own->select.draws == 0 || found->info.fit.stop == BT_INTERRUPTED ||
        select_bootstrap(&own->select, &m, k->d, k->o, t, &found->selection, progress, err))
        return true;
    found->spread_stopped = err->kind == ERR_STOPPED;
    return found->spread_stopped;
}

static bool fit_both(const struct data *d, const struct train_opts *o, const struct targets *y, struct training *t,
                     const struct progress *progress, struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct own *own = o->own;
    struct found *found = t->own;
    struct both k = {.d = d, .o = o, .y = y, .t = t};
    bool warm;
    k.select.fit = (struct singly_fit){fit_column, &k};
    k.ratings = mem_array(y->fit.n, sizeof *k.ratings);
    k.times = mem_array(d->e.n, sizeof *k.times);
    head_init(&t->head, "joint", reward, 1, d->e.d);
    found->ratings = y->fit.n;
    targets_describe(&own->targets, y, &t->head);
    bool ok = choose_penalty(&k, t, &warm, progress, err);
    if (ok) {
        count_ratings(&k, NULL);
        const struct joint_problem p = problem(&k, t->l2, gather(&k), warm ? t->head.W : NULL);
        ok = joint_fit(&p, t->head.W, t->head.b, &found->info, progress, err) && find_spread(&k, t, progress, err);
        selection_describe(&found->selection, &t->head);
    }
    mem_free(k.times);
    mem_free(k.ratings);
    return ok;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    struct targets y;
    if (!train_has_pairs(d, t, err))
        return false;
    if (!targets_one(d, own->reward, &found->attribute, err))
        return false;
    struct targets_opts one = own->targets;
    one.attributes = found->attribute;
    bool ok = targets_init(&y, d, &one, &t->ratings, false, err) && fit_both(d, o, &y, t, progress, err);
    if (ok) {
        t->ratings_train = targets_measure(&t->head, d, &y.fit);
        t->ratings_held = targets_measure(&t->head, d, &y.held);
    }
    targets_free(&y);
    train_ended(t, &found->info.fit);
    if (found->spread_stopped) {
        t->stop = "was interrupted in its bootstrap";
        t->converged = false;
    }
    return ok;
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    family_json(&own->model, &found->info.ties, w);
    jw_kstr(w, "attribute", found->attribute);
    jw_knum(w, "kappa", own->kappa);
    targets_json(&own->targets, w);
    select_settings_json(&own->select, w);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)o;
    const struct found *found = t->own;
    selection_json(&found->selection, w);
    jw_knum(w, "pairs_loss", found->info.bt);
    jw_knum(w, "ratings_loss", found->info.regression);
}

static void size_text(const struct training *t, struct buf *out)
{
    const struct found *found = t->own;
    kind_pairs_text(t, out);
    buf_addf(out, " and %zu ratings of %s", found->ratings, found->attribute);
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    family_text(&own->model, &found->info.ties, out);
    targets_text(&own->targets, out);
    buf_addf(out, "  pairs %.6f + %g x ratings %.6f + penalty\n", found->info.bt, own->kappa, found->info.regression);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    targets_table(&t->head, t->ratings_train, t->ratings_held, out);
    selection_text(&own->select, &found->selection, out);
}

const struct kind kind_joint = {
    .name = "joint",
    .title = "joint",
    .text = "a reward from pairs and ratings together",
    .need = DATA_PAIRS | DATA_RATINGS,
    .options = own_options,
    .read = read_own,
    .free_own = free_own,
    .fit = fit,
    .free_found = free_found,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = size_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
