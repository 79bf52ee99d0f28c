#include "core/aggregate.h"

#include "core/aggregate_crowd.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/crowd.h"
#include "tests/support/votes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct aggregate made(const struct votes *l, const struct aggregate_opts *o)
{
    struct err err = {0};
    struct aggregate a;
    const struct agreement_data d = votes_data(l);
    cr_assert(aggregate_of(&d, o, &a, &err), "%s", err.text);
    return a;
}

static struct aggregate_label one(enum aggregate_method m, bool preferences, const double *values, size_t n)
{
    struct votes l = {0};
    const struct aggregate_opts o = {.method = m, .preferences = preferences, .smooth = AGGREGATE_SMOOTH};
    for (size_t i = 0; i < n; i++)
        votes_add(&l, 0, i, values[i]);
    struct aggregate a = made(&l, &o);
    struct aggregate_label out = a.label[0];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        kept += a.kept[i];
    cr_expect(eq(sz, kept, out.kept));
    cr_expect(eq(sz, kept + out.dropped, n), "every judgement is kept or counted as dropped");
    aggregate_free(&a);
    votes_free(&l);
    return out;
}
#define ONE(method, preferences, ...)                                                                                  \
    one(AGGREGATE_##method, preferences, (const double[]){__VA_ARGS__},                                                \
        sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

Test(aggregate, helpsteer2_takes_the_three_most_alike)
{
    struct aggregate_label l = ONE(HELPSTEER2, true, -2, -1, 3, -1);
    cr_expect(ieee_ulp_eq(dbl, l.value, -1, 0));
    cr_expect(eq(sz, l.kept, 3));
    cr_expect(eq(sz, l.dropped, 1));
    l = ONE(HELPSTEER2, true, 2, 3, -1, 1, 1);
    cr_expect(ieee_ulp_eq(dbl, l.value, 1, 0));
    cr_expect(eq(sz, l.dropped, 2));
}

Test(aggregate, helpsteer2_drops_what_is_far_apart_or_comes_to_nothing)
{
    const struct aggregate_label far = ONE(HELPSTEER2, true, -3, 1, 3), nothing = ONE(HELPSTEER2, true, -1, 1, 1),
                                 few = ONE(HELPSTEER2, true, 1, 1), rating = ONE(HELPSTEER2, false, 0, 0, 1),
                                 even = ONE(HELPSTEER2, true, -2, -2, -1, 1, 2, 2);
    cr_expect(eq(str, (char *)far.why, "the three that are most alike are more than 2 apart"));
    cr_expect(eq(str, (char *)nothing.why, "it comes to 0"));
    cr_expect(eq(str, (char *)few.why, "fewer than three judged it"));
    cr_expect(eq(str, (char *)even.why, "it is evenly split"));
    cr_expect(isnan(far.value) && isnan(nothing.value) && isnan(few.value) && isnan(even.value));
    cr_expect(eq(sz, far.dropped, 3));
    cr_expect(ieee_ulp_eq(dbl, rating.value, 0, 0), "a rating of 0 is one");
}

/* Every triple, as the header says it. */
static bool slow_triple(const double *v, size_t n, double *mean)
{
    double best[3] = {INFINITY, INFINITY, INFINITY};
    bool even = false;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            for (size_t k = j + 1; k < n; k++) {
                double m = (v[i] + v[j] + v[k]) / 3, var = 0;
                const double x[] = {v[i], v[j], v[k]};
                for (int t = 0; t < 3; t++)
                    var += (x[t] - m) * (x[t] - m);
                double range = fmax(x[0], fmax(x[1], x[2])) - fmin(x[0], fmin(x[1], x[2]));
                const double now[] = {range, var, fabs(m)};
                int c = 0;
                for (int t = 0; t < 3 && c == 0; t++)
                    c = now[t] < best[t] - 1e-9 ? -1 : now[t] > best[t] + 1e-9 ? 1 : 0;
                if (c < 0) {
                    even = false;
                    *mean = m;
                    memcpy(best, now, sizeof best);
                } else if (c == 0 && fabs(m - *mean) > 1e-9) {
                    even = true;
                }
            }
    return best[0] <= 2 && !even;
}

Test(aggregate, the_three_most_alike_are_those_of_all_triples)
{
    struct rng r;
    rng_seed(&r, 5);
    for (int round = 0; round < 2000; round++) {
        double v[7], mean = 0;
        size_t n = 3 + rng_below(&r, 5);
        for (size_t i = 0; i < n; i++)
            v[i] = (double)rng_below(&r, 7) - 3;
        struct aggregate_label l = one(AGGREGATE_HELPSTEER2, false, v, n);
        bool want = slow_triple(v, n, &mean);
        cr_assert(eq(int, l.why == NULL, want));
        if (want)
            cr_assert(epsilon_eq(dbl, l.value, mean < 0 ? -floor(0.5 - mean) : floor(mean + 0.5), 1e-12));
    }
}

Test(aggregate, mean_median_and_majority_are_what_they_are_called)
{
    const struct aggregate_label mean = ONE(MEAN, true, -3, 1, 1), median = ONE(MEDIAN, true, -3, 1, 1),
                                 most = ONE(MAJORITY, true, -3, 1, 2), even = ONE(MAJORITY, true, -3, 1),
                                 middle = ONE(MEDIAN, false, 1, 2, 4, 4), level = ONE(MAJORITY, false, 4, 4, 2);
    cr_expect(epsilon_eq(dbl, mean.value, -1.0 / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, mean.confidence, 1.0 / 3, 1e-15));
    cr_expect(ieee_ulp_eq(dbl, median.value, 1, 0));
    cr_expect(epsilon_eq(dbl, median.confidence, 2.0 / 3, 1e-15));
    cr_expect(ieee_ulp_eq(dbl, most.value, 1.5, 0), "as strong as those of that side say");
    cr_expect(eq(sz, most.dropped, 1));
    cr_expect(epsilon_eq(dbl, most.first, 1.0 / 3, 1e-15));
    cr_expect(eq(str, (char *)even.why, "it is evenly split"));
    cr_expect(ieee_ulp_eq(dbl, middle.value, 3, 0));
    cr_expect(ieee_ulp_eq(dbl, level.value, 4, 0));
    cr_expect(isnan(level.first));
}

Test(aggregate, soft_labels_are_never_sure)
{
    const struct aggregate_label l = ONE(SOFT, true, -1, -2, -3), half = ONE(SOFT, true, -1, 0, 0, -1, -1);
    cr_expect(epsilon_eq(dbl, l.first, 3.5 / 4, 1e-15));
    cr_expect(epsilon_eq(dbl, l.confidence, 3.5 / 4, 1e-15));
    cr_expect(epsilon_eq(dbl, half.first, 4.5 / 6, 1e-15));
}

/* rm-methods: rows items, columns annotators. */
static void textbook(struct votes *l)
{
    static const double said[4][3] = {{1, 1, 0}, {1, 1, 1}, {0, 0, 1}, {0, 1, 0}};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 3; k++)
            votes_add(l, i, k, said[i][k]);
}

Test(aggregate, dawid_skene_reproduces_the_worked_rounds)
{
    static const double t[2][4] = {{0.836120, 0.910747, 0.203252, 0.337838}, {0.925968, 0.917120, 0.062450, 0.401991}};
    static const double a[3] = {0.714286, 0.857143, 0.571429}, b[3] = {0.8, 0.4, 0.6};
    static const double likelihood[2] = {-7.605675, -7.283751};
    struct votes l = {0};
    textbook(&l);
    for (size_t round = 0; round < 2; round++) {
        const struct aggregate_opts o = {.method = AGGREGATE_DAWID_SKENE, .rounds = round + 1};
        struct aggregate x = made(&l, &o);
        for (size_t i = 0; i < 4; i++) {
            double p = t[round][i];
            cr_expect(epsilon_eq(dbl, x.label[i].confidence, p > 0.5 ? p : 1 - p, 1e-6), "item %zu", i);
            cr_expect(ieee_ulp_eq(dbl, x.label[i].value, p > 0.5, 0));
        }
        for (size_t k = 0; k < 3 && round == 0; k++) {
            cr_expect(epsilon_eq(dbl, x.confusion[4 * k + 3], a[k], 1e-6));
            cr_expect(epsilon_eq(dbl, x.confusion[4 * k], b[k], 1e-6));
        }
        cr_expect(epsilon_eq(dbl, x.objective, likelihood[round], 1e-6));
        cr_expect(eq(sz, x.rounds, round + 1));
        aggregate_free(&x);
    }
    votes_free(&l);
}

/* Rater k is right with probability q[k]; each of `items` is judged by all. */
static void simulate(struct votes *l, const double *q, size_t raters, size_t items, double *truth, uint64_t seed)
{
    struct rng r;
    rng_seed(&r, seed);
    for (size_t i = 0; i < items; i++) {
        truth[i] = rng_below(&r, 2) == 0 ? -1 : 1;
        for (size_t k = 0; k < raters; k++)
            votes_add(l, i, k, rng_uniform(&r) < q[k] ? truth[i] : -truth[i]);
    }
}

static double right(const struct aggregate *a, const double *truth, size_t items)
{
    size_t n = 0;
    for (size_t i = 0; i < items; i++)
        n += a->label[i].why == NULL && a->label[i].value * truth[i] > 0;
    return (double)n / (double)items;
}

Test(aggregate, models_find_the_planted_accuracies_and_beat_the_majority)
{
    static const double q[] = {0.95, 0.9, 0.6, 0.55, 0.55};
    enum { ITEMS = 3000, RATERS = sizeof q / sizeof *q };
    struct votes l = {0};
    size_t *first = mem_array(ITEMS, sizeof *first), *second = mem_array(ITEMS, sizeof *second);
    double *truth = mem_array(ITEMS, sizeof *truth);
    simulate(&l, q, RATERS, ITEMS, truth, 7);
    for (size_t i = 0; i < ITEMS; i++) {
        first[i] = 2 * i;
        second[i] = 2 * i + 1;
    }
    struct aggregate_opts o = {.preferences = true, .smooth = AGGREGATE_SMOOTH, .method = AGGREGATE_MAJORITY};
    struct aggregate a = made(&l, &o);
    double majority = right(&a, truth, ITEMS);
    aggregate_free(&a);
    static const enum aggregate_method models[] = {AGGREGATE_DAWID_SKENE, AGGREGATE_MACE};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        o.method = models[m];
        a = made(&l, &o);
        cr_expect(a.converged);
        cr_expect(gt(dbl, right(&a, truth, ITEMS), majority + 0.05));
        for (size_t k = 0; k < RATERS; k++)
            cr_expect(epsilon_eq(dbl, a.reliability[k], q[k], 0.04), "%s, rater %zu: %g", aggregate_names[o.method], k,
                      a.reliability[k]);
        aggregate_free(&a);
    }
    o.method = AGGREGATE_CROWD_BT;
    o.first = first;
    o.second = second;
    o.answers = 2 * ITEMS;
    a = made(&l, &o);
    cr_expect(a.converged);
    cr_expect(ge(dbl, right(&a, truth, ITEMS), majority), "answers of one duel each: little to learn from");
    cr_expect(gt(dbl, a.reliability[0], a.reliability[2]));
    cr_expect(gt(dbl, a.reliability[1], a.reliability[3]));
    aggregate_free(&a);
    mem_free(first);
    mem_free(second);
    mem_free(truth);
    votes_free(&l);
}

Test(aggregate, no_objective_ever_falls)
{
    static const double q[] = {0.9, 0.7, 0.4, 0.6};
    enum { ITEMS = 60 };
    size_t first[ITEMS], second[ITEMS];
    double truth[ITEMS];
    struct votes l = {0};
    simulate(&l, q, 4, ITEMS, truth, 3);
    for (size_t i = 0; i < ITEMS; i++) {
        first[i] = i;
        second[i] = (i + 1) % ITEMS;
    }
    static const enum aggregate_method models[] = {AGGREGATE_DAWID_SKENE, AGGREGATE_MACE, AGGREGATE_CROWD_BT};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        double before = -INFINITY;
        for (size_t rounds = 1; rounds < 60; rounds++) {
            const struct aggregate_opts o = {.method = models[m],
                                             .preferences = true,
                                             .smooth = AGGREGATE_SMOOTH,
                                             .rounds = rounds,
                                             .first = first,
                                             .second = second,
                                             .answers = ITEMS};
            struct aggregate a = made(&l, &o);
            cr_expect(ge(dbl, a.objective, before - 1e-9), "%s, round %zu", aggregate_names[models[m]], rounds);
            before = a.objective;
            aggregate_free(&a);
        }
    }
    votes_free(&l);
}

Test(aggregate, swapped_answers_and_permuted_judgements_change_no_label)
{
    enum { ITEMS = 80, RATERS = 6 };
    struct votes l = {0}, other = {0};
    struct rng r;
    size_t order[ITEMS * RATERS], n = 0, first[ITEMS], second[ITEMS];
    rng_seed(&r, 11);
    for (size_t i = 0; i < ITEMS; i++) {
        first[i] = 2 * i;
        second[i] = 2 * i + 1;
        for (size_t k = 0; k < RATERS; k++)
            if (rng_below(&r, 4) > 0)
                votes_add(&l, i, k, (double)rng_below(&r, 7) - 3);
    }
    n = l.value.n;
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    rng_shuffle(&r, order, n);
    for (size_t i = 0; i < n; i++)
        votes_add(&other, l.item.v[order[i]], l.rater.v[order[i]], -l.value.v[order[i]]);
    for (int m = 0; m < AGGREGATE_COUNT; m++) {
        struct aggregate_opts o = {.method = (enum aggregate_method)m,
                                   .preferences = true,
                                   .smooth = AGGREGATE_SMOOTH,
                                   .first = first,
                                   .second = second,
                                   .answers = 2 * ITEMS};
        struct aggregate a = made(&l, &o);
        o.first = second;
        o.second = first;
        struct aggregate b = made(&other, &o);
        for (size_t i = 0; i < ITEMS; i++) {
            cr_expect(eq(int, a.label[i].why == NULL, b.label[i].why == NULL), "%s", aggregate_names[m]);
            cr_expect(isnan(a.label[i].value) || fabs(a.label[i].value + b.label[i].value) < 1e-7);
            cr_expect(epsilon_eq(dbl, a.label[i].confidence, b.label[i].confidence, 1e-6));
            cr_expect(eq(sz, a.label[i].kept, b.label[i].kept));
            cr_expect(isnan(a.label[i].first) || fabs(a.label[i].first + b.label[i].first - 1) < 1e-6);
        }
        aggregate_free(&a);
        aggregate_free(&b);
    }
    votes_free(&l);
    votes_free(&other);
}

Test(aggregate, reward_of_one_vote_is_where_its_slope_meets_the_penalty)
{
    const struct aggregate_duel duel = {1, 0, 0};
    struct aggregate_crowd c;
    const struct aggregate_crowd_opts o = {10000, 1e-13, CROWD_TRUE, CROWD_FALSE};
    aggregate_crowd_fit(&duel, 1, 2, 1, &o, &c);
    struct crowd_point p = crowd_at(c.reward[1] - c.reward[0], c.eta[0]);
    cr_expect(c.converged);
    cr_expect(epsilon_eq(dbl, c.reward[1], -p.slope, 1e-10));
    cr_expect(epsilon_eq(dbl, c.reward[0], p.slope, 1e-10));
    cr_expect(epsilon_eq(dbl, c.eta[0], (p.truth + CROWD_TRUE) / (1 + CROWD_TRUE + CROWD_FALSE), 1e-10));
    aggregate_crowd_free(&c);
}

/* ---- other people's tools on other people's data ---- */

static struct json_object *reference_of(const char *entry)
{
    struct json_object *all, *one = NULL, *part = NULL;
    char path[512];
    if (access(votes_path("reference.json", path), R_OK) != 0)
        cr_skip_test("no third-party data at %s", path);
    all = json_object_from_file(path);
    cr_assert(json_object_object_get_ex(all, "pandalm", &one) && json_object_object_get_ex(one, entry, &part));
    json_object_get(part);
    json_object_put(all);
    return part;
}

static struct json_object *member(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;
    cr_assert(json_object_object_get_ex(o, key, &v), "%s", key);
    return v;
}

static double nth(struct json_object *o, size_t i)
{
    return json_object_get_double(json_object_array_get_idx(o, i));
}

/* Three people, 999 comparisons, classes A, tie and B; started and stopped as the reference is, without smoothing. */
Test(aggregate, dawid_skene_on_real_judgements_is_what_another_program_finds)
{
    struct json_object *want = reference_of("dawid_skene"), *counts = member(want, "label_counts"),
                       *confusion = member(want, "confusion[annotator][true][given]");
    const struct aggregate_opts o = {.method = AGGREGATE_DAWID_SKENE};
    struct votes l = {0};
    votes_read(&l, "pandalm/annotations.csv", 2);
    struct aggregate a = made(&l, &o);
    size_t labels[3] = {0}, items = votes_data(&l).items;
    double sure = 0;
    for (size_t i = 0; i < items; i++) {
        labels[(size_t)a.label[i].value]++;
        sure += a.label[i].confidence / (double)items;
    }
    cr_expect(a.converged);
    cr_expect(epsilon_eq(dbl, a.objective, json_object_get_double(member(want, "log_likelihood")), 1e-6));
    cr_expect(epsilon_eq(dbl, sure, json_object_get_double(member(want, "mean_max_posterior")), 1e-6));
    for (size_t c = 0; c < 3; c++)
        cr_expect(eq(sz, labels[c], (size_t)nth(counts, c)));
    for (size_t i = 0; i < 27; i++) {
        struct json_object *rater = json_object_array_get_idx(confusion, i / 9);
        double p = nth(json_object_array_get_idx(rater, i / 3 % 3), i % 3);
        cr_expect(epsilon_eq(dbl, a.confusion[i], p, 1e-6), "entry %zu", i);
    }
    aggregate_free(&a);
    votes_free(&l);
    json_object_put(want);
}

Test(aggregate, majority_on_real_judgements_is_what_another_program_finds)
{
    struct json_object *want = reference_of("majority");
    const struct aggregate_opts o = {.method = AGGREGATE_MAJORITY};
    struct votes l = {0};
    votes_read(&l, "pandalm/annotations.csv", 2);
    struct aggregate a = made(&l, &o);
    size_t labels[4] = {0};
    for (size_t i = 0; i < votes_data(&l).items; i++)
        labels[a.label[i].why != NULL ? 3 : (size_t)a.label[i].value]++;
    static const char *const names[] = {"A", "tie", "B", "none"};
    for (size_t c = 0; c < 4; c++)
        cr_expect(eq(sz, labels[c], (size_t)json_object_get_int(member(want, names[c]))), "%s", names[c]);
    aggregate_free(&a);
    votes_free(&l);
    json_object_put(want);
}

/* Which model wrote the answers of each comparison: columns 5 and 6 of the index, by the reference's list of models. */
static void read_models(struct json_object *models, size_t (*side)[2], size_t items)
{
    char path[512], line[256];
    FILE *f = fopen(votes_path("pandalm/index.csv", path), "r");
    cr_assert(ne(ptr, f, NULL), "%s", path);
    cr_assert(ne(ptr, fgets(line, sizeof line, f), NULL));
    for (size_t i = 0; i < items; i++) {
        char *cell = fgets(line, sizeof line, f);
        for (size_t k = 0; k < 4; k++)
            cell = strchr(cell, ',') + 1;
        for (size_t s = 0; s < 2; s++, cell = strchr(cell, ',') + 1) {
            size_t m = 0, length = strcspn(cell, ",");
            for (const char *name; (name = json_object_get_string(json_object_array_get_idx(models, m))) != NULL; m++)
                if (strlen(name) == length && strncmp(name, cell, length) == 0)
                    break;
            side[i][s] = m;
        }
    }
    fclose(f);
}

/* Rewards of five models and the reliability of three people from the votes that are no ties; no prior on people. */
Test(aggregate, crowd_bt_on_real_judgements_is_what_another_program_finds)
{
    enum { MODELS = 5, PEOPLE = 3, VOTES = 3000 };
    struct json_object *all = reference_of("model_strengths"), *want = member(all, "crowd_bt_no_ties_lambda_1");
    struct votes l = {0};
    votes_read(&l, "pandalm/annotations.csv", 2);
    static size_t side[VOTES][2];
    static struct aggregate_duel duel[VOTES];
    struct aggregate_crowd c;
    size_t n = 0;
    cr_assert(le(sz, l.value.n, (size_t)VOTES));
    read_models(member(all, "models"), side, votes_data(&l).items);
    for (size_t i = 0; i < l.value.n; i++) {
        const size_t *of = side[l.item.v[i]], second = l.value.v[i] > 1;
        cr_assert(of[0] < MODELS && of[1] < MODELS);
        if (l.value.v[i] < 1 || second)
            duel[n++] = (struct aggregate_duel){of[second], of[1 - second], l.rater.v[i]};
    }
    const struct aggregate_crowd_opts o = {.rounds = 100000, .tolerance = 1e-11};
    aggregate_crowd_fit(duel, n, MODELS, PEOPLE, &o, &c);
    cr_expect(c.converged);
    cr_expect(epsilon_eq(dbl, c.objective, json_object_get_double(member(want, "penalised_log_likelihood")), 1e-6));
    for (size_t k = 0; k < MODELS; k++)
        cr_expect(epsilon_eq(dbl, c.reward[k], nth(member(want, "strength"), k), 1e-5), "model %zu", k);
    for (size_t k = 0; k < PEOPLE; k++)
        cr_expect(epsilon_eq(dbl, c.eta[k], nth(member(want, "eta"), k), 1e-6), "person %zu", k);
    aggregate_crowd_free(&c);
    votes_free(&l);
    json_object_put(all);
}

Test(aggregate, what_cannot_be_a_label_is_refused_or_said)
{
    static const size_t item[] = {0, 0}, rater[] = {0, 0};
    struct agreement_data d = {
        .item = item, .rater = rater, .value = (const double[]){1, 1}, .n = 2, .items = 2, .raters = 1};
    struct aggregate_opts o = {.method = AGGREGATE_MEAN, .preferences = true};
    struct aggregate a;
    struct err err = {0};
    cr_expect(not(aggregate_of(&d, &o, &a, &err)));
    cr_expect(eq(int, (int)err.kind, ERR_CONFLICT));
    aggregate_free(&a);
    err = (struct err){0};
    d.n = 1;
    d.value = (const double[]){INFINITY};
    cr_expect(not(aggregate_of(&d, &o, &a, &err)));
    cr_expect(eq(int, (int)err.kind, ERR_NUMERIC));
    aggregate_free(&a);
    err = (struct err){0};
    o = (struct aggregate_opts){.method = AGGREGATE_CROWD_BT};
    cr_expect(not(aggregate_of(&d, &o, &a, &err)));
    cr_expect(eq(int, (int)err.kind, ERR_USAGE));
    aggregate_free(&a);
    d.value = (const double[]){NAN};
    for (int m = 0; m < AGGREGATE_COUNT; m++) {
        o = (struct aggregate_opts){.method = (enum aggregate_method)m,
                                    .preferences = true,
                                    .first = (const size_t[]){0, 0},
                                    .second = (const size_t[]){1, 1},
                                    .answers = 2};
        cr_assert(aggregate_of(&d, &o, &a, &err));
        cr_expect(eq(str, (char *)a.label[0].why, "nobody judged it"));
        cr_expect(eq(str, (char *)a.label[1].why, "nobody judged it"));
        aggregate_free(&a);
    }
}
