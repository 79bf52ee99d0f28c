#include "app/nets.h"
#include "core/base/mem.h"
#include "core/fit.h"
#include "core/mlp_fit.h"

#include <math.h>
#include <stdio.h>

static const char *const own_options[] = {"activation", NETS_NAMES, NULL};

struct own {
    struct nets_opts nets;
    enum activation activation;
    bool l2_given; /* of the linear head beside it; otherwise the best of a few is taken */
};

struct found {
    struct descent_info info;
    struct nets_rival rival;
    char rival_name[40], title[96];
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    static const char *const names[] = {"tanh", "relu", NULL}; /* in the order of enum activation */
    struct own *own = mem_alloc(sizeof *own);
    int f = ACTIVATION_TANH;
    o->own = own;
    if (!nets_read(args, o, 64, 1, &own->nets, err) || !args_choice(args, "activation", names, &f, err))
        return false;
    own->activation = (enum activation)f;
    own->l2_given = args_has(args, "l2");
    return true;
}

/* ---- the linear head beside it ---- */

static bool fit_linear(const struct data *d, const struct train_opts *o, const size_t *which, size_t n, double l2,
                       struct head *h, struct err *err)
{
    struct bt_info info;
    struct bt_model model = {.loss = ((const struct own *)o->own)->nets.loss};
    struct fit_opts opts = {.threads = o->threads, .memory = o->memory, .model = &model};
    return fit_pairs(&d->e, d->pairs.pairs.v, which, n, l2, &opts, h->W, &info, NULL, err);
}

static bool loss_on(const struct data *d, const struct head *h, const size_t *which, size_t n, double *nll,
                    struct err *err)
{
    double *rewards = evaluate_rewards(h, &d->e, err), sum = 0;
    if (rewards == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[which[i]];
        double z = rewards[p->chosen] - rewards[p->rejected];
        sum += p->p * bt_softplus(-z) + (1 - p->p) * bt_softplus(z);
    }
    *nll = sum / (double)n;
    mem_free(rewards);
    return true;
}

/* The penalty that does best on the pairs by which the net was stopped, so that both had the same help. */
static bool best_l2(const struct data *d, const struct train_opts *o, const struct part *stop, struct head *h,
                    double *l2, struct err *err)
{
    static const double tried[] = {1e-4, 1e-3, 1e-2, 1e-1};
    const struct own *own = o->own;
    double best = INFINITY;
    if (own->l2_given || stop->n_held == 0)
        return true;
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        double nll;
        if (!fit_linear(d, o, stop->fit, stop->n_fit, tried[i], h, err) ||
            !loss_on(d, h, stop->held, stop->n_held, &nll, err))
            return false;
        if (nll < best) {
            best = nll;
            *l2 = tried[i];
        }
    }
    return true;
}

static bool beside_linear(const struct data *d, const struct train_opts *o, const struct training *t,
                          const struct part *stop, struct found *found, struct err *err)
{
    static const char *const reward[] = {"reward"};
    struct head h;
    double l2 = o->l2;
    if (t->pairs.n_held == 0 || found->info.stop == DESCENT_INTERRUPTED)
        return true;
    head_init(&h, "bt", reward, 1, d->e.d);
    bool ok = best_l2(d, o, stop, &h, &l2, err) && fit_linear(d, o, t->pairs.fit, t->pairs.n_fit, l2, &h, err);
    snprintf(found->rival_name, sizeof found->rival_name, "linear, %g", l2);
    found->rival.name = found->rival_name;
    ok = ok && nets_compare(d, o, &t->pairs, &t->head, &h, &found->rival, err);
    head_free(&h);
    return ok;
}

/* ---- the kind ---- */

static bool fit_net(const struct data *d, const struct train_opts *o, struct training *t, const struct part *stop,
                    const struct progress *progress, struct err *err)
{
    static const char *const reward[] = {"reward"};
    const struct own *own = o->own;
    struct found *found = t->own;
    struct mlp_opts opts = {.hidden = own->nets.hidden,
                            .activation = own->activation,
                            .loss = own->nets.loss,
                            .descent = own->nets.descent};
    struct mlp m;
    if (!mlp_fit(&d->e, d->pairs.pairs.v, stop->fit, stop->n_fit, stop->held, stop->n_held, &opts, &m, &found->info,
                 progress, err))
        return false;
    head_init(&t->head, "mlp", reward, 1, d->e.d);
    head_set_mlp(&t->head, &m);
    return true;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    struct found *found = t->own = mem_alloc(sizeof *found);
    struct part stop;
    if (!train_has_pairs(d, t, err))
        return false;
    nets_part(d, &t->pairs, o->seed, &stop);
    bool ok = fit_net(d, o, t, &stop, progress, err) && beside_linear(d, o, t, &stop, found, err);
    snprintf(found->title, sizeof found->title, "net%s of %zu %s units", own->nets.descent.nets == 1 ? "" : "s",
             own->nets.hidden, activation_name(own->activation));
    train_descended(t, &found->info);
    part_free(&stop);
    return ok;
}

static void settings_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)t;
    const struct own *own = o->own;
    jw_kstr(w, "activation", activation_name(own->activation));
    nets_settings_json(&own->nets, w);
}

static void settings_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    (void)t;
    const struct own *own = o->own;
    nets_settings_text(&own->nets, out);
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    nets_found_json(&own->nets, &found->info, &found->rival, w);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    const struct own *own = o->own;
    const struct found *found = t->own;
    nets_found_text(&own->nets, &found->info, &found->rival, found->title, out);
}

const struct kind kind_mlp = {
    .name = "mlp",
    .title = "one-hidden-layer",
    .text = "a reward from pairs: nets with one hidden layer, averaged",
    .need = DATA_PAIRS,
    .options = own_options,
    .is_net = true,
    .read = read_own,
    .free_own = mem_free,
    .fit = fit,
    .free_found = mem_free,
    .settings_json = settings_json,
    .found_json = found_json,
    .size_text = kind_pairs_text,
    .settings_text = settings_text,
    .found_text = found_text,
};
