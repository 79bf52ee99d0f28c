#include "app/abstention.h"

#include "core/base/mem.h"
#include "core/base/team.h"
#include "core/beta.h"
#include "core/bt.h"
#include "core/sdm_search.h"
#include "core/split.h"

#include <string.h>

/* Pairs with what the head says of them and what was found near them. */
struct look {
    size_t n, *which;
    double *z, *p, *distance;
    size_t *q;
    uint64_t *key;
};

static void look_init(struct look *l, size_t n)
{
    *l = (struct look){.n = n,
                       .which = mem_array(n + 1, sizeof *l->which),
                       .z = mem_array(n + 1, sizeof *l->z),
                       .p = mem_array(n + 1, sizeof *l->p),
                       .distance = mem_array(n + 1, sizeof *l->distance),
                       .q = mem_array(n + 1, sizeof *l->q),
                       .key = mem_array(n + 1, sizeof *l->key)};
}

static void look_free(struct look *l)
{
    mem_free(l->which);
    mem_free(l->z);
    mem_free(l->p);
    mem_free(l->distance);
    mem_free(l->q);
    mem_free(l->key);
}

/* Pairs of the data by their numbers. */
static void take(struct look *l, const struct judged *j, const size_t *which, size_t n)
{
    look_init(l, n);
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &j->d->pairs.pairs.v[which[i]];
        l->which[i] = which[i];
        l->key[i] = j->d->pair_keys[which[i]];
        struct calibration map = temperatures_map(&j->temperatures, &j->map, p);
        l->z[i] = calibration_margin(&map, j->rewards[p->chosen] - j->rewards[p->rejected]);
        l->p[i] = j->o.e.hard ? 1 : p->p;
    }
}

static struct sdm_points points_of(const struct look *l, const struct judged *j)
{
    return (struct sdm_points){j->d->pairs.pairs.v, l->which, l->z, l->p, l->n};
}

static struct sdm_seen seen_of(const struct look *l)
{
    return (struct sdm_seen){l->q, l->distance, l->z, l->p, l->n};
}

/* ---- calibration ---- */

struct judging {
    const struct judged *j;
    struct look pairs;
    double *margin;
    bool *reliable, *cautious;
    struct abstention_sdm *out;
};

/* Fit to `c`, and judge the pairs of this fold by it (fold NULL: all). */
static void judge(struct judging *x, const struct look *c, const size_t *fold, size_t of)
{
    const struct sdm_seen seen = seen_of(c);
    struct sdm s;
    sdm_fit(&s, &seen, ABSTENTION_ALPHA);
    sdm_be_cautious(&s, &seen, c->key, x->j->o.e.seed);
    x->out->folds++;
    x->out->with_region += s.region.found;
    for (size_t i = 0; i < x->pairs.n; i++) {
        if (fold != NULL && fold[i] != of)
            continue;
        double q = (double)x->pairs.q[i];
        x->margin[i] = sdm_margin(x->pairs.z[i], q, sdm_nearness(&s, x->pairs.distance[i]));
        x->reliable[i] = sdm_reliable(&s, q, x->margin[i]);
        x->cautious[i] = sdm_cautiously_reliable(&s, q, x->margin[i]);
    }
    sdm_free(&s);
}

/* Each fold of prompts by the others: so no pair judges itself. */
static void judge_across(struct judging *x)
{
    const struct look *all = &x->pairs;
    size_t *fold = mem_array(all->n, sizeof *fold);
    split_folds(x->j->key, all->n, SDM_FOLDS, x->j->o.e.seed, fold);
    for (size_t f = 0; f < SDM_FOLDS; f++) {
        struct look others;
        size_t n = 0;
        look_init(&others, all->n);
        for (size_t i = 0; i < all->n; i++) {
            if (fold[i] == f)
                continue;
            others.q[n] = all->q[i];
            others.distance[n] = all->distance[i];
            others.z[n] = all->z[i];
            others.key[n] = all->key[i];
            others.p[n++] = all->p[i];
        }
        others.n = n;
        if (n < all->n)
            judge(x, &others, fold, f);
        look_free(&others);
    }
    mem_free(fold);
}

/* How many lie in a region, and how often those are right. */
static void count(const struct judging *x, const bool *in, struct abstention_region *out)
{
    double right = 0;
    for (size_t i = 0; i < x->pairs.n; i++)
        if (in[i]) {
            out->pairs++;
            right += 1 - selective_error(x->j->margin[i], x->j->p[i]);
        }
    out->right = out->pairs > 0 ? right / (double)out->pairs : 0;
    beta_jeffreys(right, (double)out->pairs, &out->interval.lo, &out->interval.hi);
}

static void summarise(struct judging *x)
{
    double none = 0;
    for (size_t i = 0; i < x->pairs.n; i++)
        none += x->pairs.q[i] == 0;
    x->out->dissimilar = none / (double)x->pairs.n;
    count(x, x->reliable, &x->out->region);
    count(x, x->cautious, &x->out->cautious);
}

/* ---- all of it ---- */

/* Why it cannot be made. */
static const char *missing(const struct judged *j)
{
    if (j->head == NULL)
        return "scores have no space in which pairs are near each other: it needs a head";
    if (j->trained_on)
        return "these are pairs the head was fitted to";
    return j->provenance.same_pairs ? NULL : "the pairs that the head was fitted to are not at hand as they were";
}

/* Pairs marked calibration, unless the head was fitted to them or they are the ones that are judged. */
static size_t marked(const struct judged *j, size_t **which)
{
    size_t n = 0;
    *which = mem_array(j->d->pairs.pairs.n, sizeof **which);
    for (size_t i = 0; i < j->d->pairs.pairs.n; i++)
        if (j->d->pairs.pairs.v[i].split == SPLIT_CALIBRATION && j->provenance.split != SPLIT_CALIBRATION &&
            strcmp(j->split, split_name(SPLIT_CALIBRATION)) != 0)
            (*which)[n++] = i;
    return n;
}

bool abstention_sdm_of(const struct judged *j, double *margin, struct abstention_sdm *out, struct err *err)
{
    size_t *fitted = NULL, *which = NULL, n = 0;
    out->absent = missing(j);
    if (out->absent != NULL)
        return true;
    provenance_fitted(&j->provenance, j->d, &fitted, &out->support);
    n = marked(j, &which);
    struct look support, calibration;
    struct judging x = {.j = j,
                        .margin = margin,
                        .reliable = mem_array(j->n, sizeof *x.reliable),
                        .cautious = mem_array(j->n, sizeof *x.cautious),
                        .out = out};
    take(&support, j, fitted, out->support);
    take(&calibration, j, which, n);
    take(&x.pairs, j, j->which, j->n);
    const struct sdm_points near = points_of(&support, j), c = points_of(&calibration, j), q = points_of(&x.pairs, j);
    const struct sdm_space space = sdm_space_of(j->head, &j->d->e);
    struct team *team = team_open(team_cores());
    bool ok = sdm_search(&space, &near, &q, team, x.pairs.q, x.pairs.distance, err) &&
              (n == 0 || sdm_search(&space, &near, &c, team, calibration.q, calibration.distance, err));
    team_close(team);
    out->calibration = n;
    if (ok && n > 0)
        judge(&x, &calibration, NULL, 0);
    else if (ok)
        judge_across(&x);
    if (ok)
        summarise(&x);
    look_free(&support);
    look_free(&calibration);
    look_free(&x.pairs);
    mem_free(x.reliable);
    mem_free(x.cautious);
    mem_free(fitted);
    mem_free(which);
    return ok;
}
