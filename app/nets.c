#include "app/nets.h"

#include "app/family.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- options ---- */

static bool read_descent(const struct args *args, const struct train_opts *o, struct descent_opts *d, struct err *err)
{
    *d = descent_default();
    int64_t nets = (int64_t)d->nets, epochs = (int64_t)d->epochs, patience = (int64_t)d->patience,
            batch = (int64_t)d->batch;
    if (!args_int(args, "seeds", 1, DESCENT_MAX_NETS, &nets, err) ||
        !args_int(args, "epochs", 1, 100000, &epochs, err) || !args_int(args, "patience", 0, 100000, &patience, err) ||
        !args_int(args, "batch", 1, 1 << 20, &batch, err) || !args_number(args, "rate", 1e-12, 1, &d->rate, err) ||
        !args_number(args, "decay", 0, 1e6, &d->decay, err) || !args_number(args, "dropout", 0, 0.95, &d->dropout, err))
        return false;
    d->nets = (size_t)nets;
    d->epochs = (size_t)epochs;
    d->patience = (size_t)patience;
    d->batch = (size_t)batch;
    d->seed = o->seed;
    d->threads = o->threads;
    return descent_check(d, err);
}

bool nets_read(const struct args *args, const struct train_opts *o, size_t hidden, size_t least, struct nets_opts *out,
               struct err *err)
{
    struct bt_model model;
    int64_t units = (int64_t)hidden;
    *out = (struct nets_opts){0};
    if (!args_int(args, "hidden", (int64_t)least, 1 << 20, &units, err) || !family_read(args, o->l2, &model, err) ||
        !read_descent(args, o, &out->descent, err))
        return false;
    out->hidden = (size_t)units;
    out->loss = model.loss;
    return !loss_needs_l2(&out->loss) || out->descent.decay > 0 ||
           err_set(err, ERR_USAGE, "with a net --%s needs --decay above 0: without it there is no finite optimum",
                   loss_noise_name(out->loss.noise));
}

void nets_part(const struct data *d, const struct part *p, uint64_t seed, struct part *out)
{
    part_of(d->pair_keys, p->fit, p->n_fit, NETS_STOP_SHARE, seed + 1, out); /* another order than the hold-out's */
    if (out->n_fit > 0)
        return;
    *out = (struct part){out->held, out->fit, out->n_held, 0}; /* a single prompt: nothing is left to stop by */
}

/* ---- the simpler head ---- */

/* Margins, p and keys of the pairs held out. */
struct judged {
    size_t n;
    double *z[2], *p;
    uint64_t *keys;
};

static bool margins(const struct data *d, const struct part *p, const struct head *h, double *z, struct err *err)
{
    double *rewards = evaluate_rewards(h, &d->e, err);
    if (rewards == NULL)
        return false;
    for (size_t i = 0; i < p->n_held; i++) {
        const struct pair *pair = &d->pairs.pairs.v[p->held[i]];
        z[i] = rewards[pair->chosen] - rewards[pair->rejected];
    }
    mem_free(rewards);
    return true;
}

static bool compare(const struct judged *j, const struct train_opts *o, struct nets_rival *out, struct err *err)
{
    struct compare_input in = {
        .heads = 2, .n = j->n, .z = (const double *const[]){j->z[0], j->z[1]}, .p = j->p, .group = j->keys};
    struct compare_opts opts = {.baseline = 0, .bins = o->bins, .seed = o->seed, .threads = o->threads};
    if (!compare_heads(&in, &opts, out->versus, err))
        return false;
    out->v = (struct evaluation){out->versus[0].m, out->versus[0].interval};
    return true;
}

bool nets_compare(const struct data *d, const struct train_opts *o, const struct part *p, const struct head *net,
                  const struct head *simple, struct nets_rival *out, struct err *err)
{
    size_t n = p->n_held;
    if (n == 0)
        return true;
    struct judged j = {.n = n, .p = mem_array(n, sizeof *j.p), .keys = mem_array(n, sizeof *j.keys)};
    for (int i = 0; i < 2; i++)
        j.z[i] = mem_array(n, sizeof **j.z);
    for (size_t i = 0; i < n; i++) {
        j.p[i] = d->pairs.pairs.v[p->held[i]].p;
        j.keys[i] = d->pair_keys[p->held[i]];
    }
    bool ok = margins(d, p, simple, j.z[0], err) && margins(d, p, net, j.z[1], err) && compare(&j, o, out, err);
    mem_free(j.z[0]);
    mem_free(j.z[1]);
    mem_free(j.p);
    mem_free(j.keys);
    return ok;
}

/* ---- told ---- */

static bool has_loss(const struct loss *l)
{
    return l->kind != LOSS_PLAIN || l->noise != LOSS_NONE;
}

void nets_settings_json(const struct nets_opts *o, struct json_writer *w)
{
    const struct descent_opts *d = &o->descent;
    jw_kint(w, "hidden", (int64_t)o->hidden);
    jw_kint(w, "seeds", (int64_t)d->nets);
    if (d->epochs > 0)
        jw_kint(w, "epochs", (int64_t)d->epochs);
    jw_kint(w, "patience", (int64_t)d->patience);
    jw_kint(w, "batch", (int64_t)d->batch);
    jw_knum(w, "rate", d->rate);
    jw_knum(w, "decay", d->decay);
    jw_knum(w, "dropout", d->dropout);
    jw_knum(w, "stop_share", NETS_STOP_SHARE);
    if (has_loss(&o->loss))
        jw_kstr(w, "loss", loss_kind_name(o->loss.kind));
    if (o->loss.noise != LOSS_NONE)
        jw_knum(w, loss_noise_name(o->loss.noise), o->loss.rate);
}

void nets_settings_text(const struct nets_opts *o, struct buf *out)
{
    if (has_loss(&o->loss))
        buf_addf(out, "  loss %s", loss_kind_name(o->loss.kind));
    if (o->loss.noise != LOSS_NONE)
        buf_addf(out, ", %s %g", loss_noise_name(o->loss.noise), o->loss.rate);
    if (has_loss(&o->loss))
        buf_addc(out, '\n');
}

static void difference_json(const struct compare_difference *c, struct json_writer *w)
{
    jw_knum(w, "difference", c->value);
    jw_key(w, "interval");
    jw_array(w);
    jw_num(w, c->interval.lo);
    jw_num(w, c->interval.hi);
    jw_array_end(w);
    jw_kstr(w, "verdict", compare_verdict_key(c->verdict));
}

void nets_found_json(const struct nets_opts *o, const struct descent_info *info, const struct nets_rival *rival,
                     struct json_writer *w)
{
    jw_key(w, "nets");
    jw_array(w);
    for (size_t s = 0; s < o->descent.nets; s++) {
        jw_object(w);
        jw_kint(w, "epoch", (int64_t)info->net[s].epoch);
        jw_knum(w, "nll", info->net[s].nll);
        jw_object_end(w);
    }
    jw_array_end(w);
    if (rival->v.m.n == 0)
        return;
    jw_key(w, "beside");
    jw_object(w);
    jw_kstr(w, "head", rival->name);
    evaluation_json(&rival->v, w);
    for (int m = 0; m < COMPARE_COUNT; m++) {
        jw_key(w, compare_measures[m].key);
        jw_object(w);
        difference_json(&rival->versus[1].difference[m], w);
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void nets_line(const struct nets_opts *o, const struct descent_info *info, const char *title, struct buf *out)
{
    size_t first = SIZE_MAX, last = 0;
    for (size_t s = 0; s < o->descent.nets; s++) {
        size_t epoch = info->net[s].epoch;
        first = epoch < first ? epoch : first;
        last = epoch > last ? epoch : last;
    }
    buf_addf(out, "\n  %zu %s", o->descent.nets, title);
    if (last == 0)
        buf_addf(out, ", %zu epoch%s: no pairs were left to stop by\n", info->epochs, PLURAL(info->epochs));
    else if (first == last)
        buf_addf(out, ", best after epoch %zu of %zu\n", first, info->epochs);
    else
        buf_addf(out, ", best after epoch %zu to %zu of %zu\n", first, last, info->epochs);
}

void nets_found_text(const struct nets_opts *o, const struct descent_info *info, const struct nets_rival *rival,
                     const char *title, struct buf *out)
{
    if (rival->v.m.n > 0)
        evaluation_row(rival->name, &rival->v, out);
    nets_line(o, info, title, out);
    if (rival->v.m.n == 0)
        return;
    for (int m = COMPARE_ACCURACY; m <= COMPARE_NLL; m++) {
        buf_addf(out, "  %s held out: ", compare_measures[m].title);
        compare_say(&rival->versus[1].difference[m], (enum compare_measure)m, "the net", rival->name, out);
        buf_addc(out, '\n');
    }
}
