#include "app/train_joint.h"

#include "app/family.h"
#include "app/mixing.h"
#include "app/targets.h"
#include "app/train.h"
#include "core/base/mem.h"
#include "core/joint.h"

#include <math.h>

static const char *const own_options[] = {"loss",   "smoothing", "flip",  "normalise", "ties",       "soft",
                                          "reward", "rows",      "scale", "kappa",     "warm-start", NULL};

struct own {
    struct bt_model model;
    struct targets_opts targets;
    const char *reward; /* the attribute whose ratings count; NULL: helpfulness or the first */
    double kappa;
};

struct found {
    struct joint_info info;
    char *attribute;
    size_t ratings; /* that were fitted */
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    *own = (struct own){.kappa = 1};
    if (!family_read(args, o->l2, &own->model, err) || !targets_read(args, &own->targets, err) ||
        !args_number(args, "kappa", 0, 1e12, &own->kappa, err))
        return false;
    own->reward = args_get(args, "reward");
    o->wish.ties = own->model.ties != TIES_NONE;
    o->wish.single_ratings = own->targets.rows == RATED_RATINGS;
    return true;
}

static void free_found(void *p)
{
    struct found *found = p;
    if (found == NULL)
        return;
    mem_free(found->attribute);
    mem_free(found);
}

static bool fit_both(const struct data *d, const struct train_opts *o, const struct targets *y, struct training *t,
                     const struct progress *progress, struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct own *own = o->own;
    struct found *found = t->own;
    struct joint_rating *ratings = mem_array(y->fit.n, sizeof *ratings);
    head_init(&t->head, "joint", reward, 1, d->e.d);
    for (size_t i = 0; i < y->fit.n; i++)
        ratings[i] = (struct joint_rating){y->fit.row[i], y->fit.y[i], y->fit.weight[i]};
    const struct joint_problem p = {.e = &d->e,
                                    .pairs = d->pairs.pairs.v,
                                    .which = t->pairs.fit,
                                    .n_pairs = t->pairs.n_fit,
                                    .model = own->model,
                                    .ratings = ratings,
                                    .n_ratings = y->fit.n,
                                    .kappa = own->kappa,
                                    .l2 = o->l2,
                                    .max_iterations = o->max_iterations,
                                    .start = warm_start(&o->warm, 1, t->head.W, NULL) ? t->head.W : NULL};
    found->ratings = y->fit.n;
    targets_describe(&own->targets, y, &t->head);
    bool ok = joint_fit(&p, t->head.W, t->head.b, &found->info, progress, err);
    mem_free(ratings);
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
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)o;
    const struct found *found = t->own;
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
    (void)o;
    targets_table(&t->head, t->ratings_train, t->ratings_held, out);
}

const struct kind kind_joint = {
    .name = "joint",
    .title = "joint",
    .text = "a reward from pairs and ratings together",
    .need = DATA_PAIRS | DATA_RATINGS,
    .options = own_options,
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
