#include "core/compare.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/metric_order.h"
#include "core/resample.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct err err;

TestSuite(compare);

Test(compare, mcnemar_is_the_published_example)
{
    cr_expect(epsilon_eq(dbl, compare_mcnemar(12, 5), 0.143463, 1e-6));
    cr_expect(eq(dbl, compare_mcnemar(5, 12), compare_mcnemar(12, 5)));
    cr_expect(eq(dbl, compare_mcnemar(0, 0), 1));
    cr_expect(eq(dbl, compare_mcnemar(7, 7), 1));
    cr_expect(epsilon_eq(dbl, compare_mcnemar(0, 10), 2 * pow(0.5, 10), 1e-15));
}

Test(compare, mcnemar_statistic_is_the_published_example)
{
    cr_expect(epsilon_eq(dbl, compare_mcnemar_chi2(12, 5, true), 2.117647, 1e-6));
    cr_expect(epsilon_eq(dbl, compare_mcnemar_chi2(5, 12, false), 2.882353, 1e-6));
    cr_expect(eq(dbl, compare_mcnemar_chi2(0, 0, true), 0));
    cr_expect(eq(dbl, compare_mcnemar_chi2(3, 3, true), 0));
}

Test(compare, mcnemar_of_many_pairs_is_near_the_normal_one)
{
    double z = (fabs(50500.0 - 49500.0) - 1) / sqrt(100000.0);
    cr_expect(epsilon_eq(dbl, compare_mcnemar(50500, 49500), erfc(z / sqrt(2)), 1e-6));
}

Test(compare, holm_by_hand)
{
    double out[4];
    compare_holm((double[]){0.01, 0.04, NAN, 0.03}, 4, out);
    cr_expect(epsilon_eq(dbl, out[0], 0.03, 1e-15));
    cr_expect(epsilon_eq(dbl, out[1], 0.06, 1e-15), "never below the one before it");
    cr_expect(isnan(out[2]));
    cr_expect(epsilon_eq(dbl, out[3], 0.06, 1e-15));
    compare_holm((double[]){0.6, 0.9}, 2, out);
    cr_expect(eq(dbl, out[0], 1));
}

/* Three heads on N pairs of N / 2 prompts: a good one, nearly the same, and noise. */
enum { N = 600 };
struct heads {
    double z[3][N];
    const double *list[3];
    uint64_t group[N];
    struct compare_input in;
};

static void make(struct heads *h)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < N; i++) {
        double truth = 1 + rng_normal(&r);
        h->z[0][i] = truth + 0.5 * rng_normal(&r);
        h->z[1][i] = h->z[0][i] + 0.05 * rng_normal(&r);
        h->z[2][i] = 0.3 + rng_normal(&r);
        h->group[i] = i / 2;
    }
    for (size_t i = 0; i < 3; i++)
        h->list[i] = h->z[i];
    h->in = (struct compare_input){.heads = 3, .n = N, .z = h->list, .group = h->group};
}

static void compare(const struct heads *h, size_t baseline, int threads, struct compare_head out[3])
{
    const struct compare_opts o = {.baseline = baseline, .seed = 3, .threads = threads};
    cr_assert(compare_heads(&h->in, &o, out, &err), "%s", err.text);
}

static struct compare_head a[3], b[3];

Test(compare, own_figures_and_intervals_are_those_of_the_metric)
{
    struct heads h;
    struct metric m;
    struct metric_intervals v;
    make(&h);
    compare(&h, 0, 1, a);
    for (size_t i = 0; i < 3; i++) {
        const struct metric_pairs pairs = {.z = h.z[i], .n = N};
        cr_assert(metric_pairs_of(&pairs, 0, &m, &err));
        cr_assert(metric_bootstrap(&pairs, h.group, 0, 0, 3, &v, &err));
        cr_expect(eq(int, memcmp(&m, &a[i].m, sizeof m), 0));
        cr_expect(eq(int, memcmp(&v, &a[i].interval, sizeof v), 0));
        struct metric_order o;
        cr_assert(metric_order_of(&pairs, h.group, &o, &err));
        cr_expect(eq(dbl, a[i].auroc, o.auroc));
        cr_expect(eq(dbl, a[i].range.lo, o.range.lo));
    }
}

Test(compare, a_clear_difference_is_found)
{
    struct heads h;
    struct buf text = BUF_INIT;
    make(&h);
    compare(&h, 0, 1, a);
    const struct compare_difference *d = &a[2].difference[COMPARE_ACCURACY];
    cr_expect(eq(int, (int)d->verdict, (int)COMPARE_CLEAR));
    cr_expect(not(d->better));
    cr_expect(epsilon_eq(dbl, d->value, a[2].m.accuracy - a[0].m.accuracy, 1e-15));
    cr_expect(d->interval.lo < d->value && d->value < d->interval.hi && d->interval.hi < 0);
    cr_expect(lt(dbl, d->needed, N));
    cr_expect(lt(dbl, a[2].mcnemar_holm, 0.001));
    compare_say(d, COMPARE_ACCURACY, "noise", "good", &text);
    char want[128];
    snprintf(want, sizeof want, "good is better by %.1f points, 95 %% %.1f to %.1f", -100 * d->value,
             -100 * d->interval.hi, -100 * d->interval.lo);
    cr_expect(eq(str, text.ptr, want));
    buf_free(&text);
}

Test(compare, a_small_difference_asks_for_more_pairs)
{
    struct heads h;
    struct buf text = BUF_INIT;
    make(&h);
    compare(&h, 0, 1, a);
    const struct compare_difference *d = &a[1].difference[COMPARE_BRIER];
    cr_expect(eq(int, (int)d->verdict, (int)COMPARE_UNKNOWN));
    cr_expect(gt(dbl, d->needed, N));
    compare_say(d, COMPARE_BRIER, "x", "y", &text);
    cr_expect(eq(ptr, strstr(text.ptr, "cannot tell, -0.00"), text.ptr), "%s", text.ptr);
    cr_expect(ne(ptr, strstr(text.ptr, "pairs would be needed"), NULL), "%s", text.ptr);
    buf_free(&text);
}

Test(compare, differences_are_paired)
{
    struct heads h;
    make(&h);
    compare(&h, 0, 1, a);
    const struct metric_interval own = a[0].interval.nll, d = a[1].difference[COMPARE_NLL].interval;
    cr_expect(lt(dbl, d.hi - d.lo, (own.hi - own.lo) / 5), "what both heads find hard cancels");
}

Test(compare, another_baseline_turns_the_sign)
{
    struct heads h;
    make(&h);
    compare(&h, 0, 1, a);
    compare(&h, 2, 1, b);
    for (size_t j = 0; j < COMPARE_COUNT; j++) {
        const struct compare_difference *x = &a[2].difference[j], *y = &b[0].difference[j];
        cr_expect(epsilon_eq(dbl, x->value, -y->value, 1e-15));
        cr_expect(epsilon_eq(dbl, x->interval.lo, -y->interval.hi, 1e-12));
        cr_expect(eq(dbl, x->p, y->p));
        cr_expect(epsilon_eq(dbl, x->needed, y->needed, 1e-6 * x->needed));
        cr_expect(eq(int, (int)b[2].difference[j].verdict, (int)COMPARE_SAME));
    }
    cr_expect(eq(sz, a[2].only_this, b[0].only_baseline));
}

Test(compare, equal_heads_are_the_same)
{
    struct heads h;
    struct buf text = BUF_INIT;
    make(&h);
    memcpy(h.z[1], h.z[0], sizeof h.z[0]);
    compare(&h, 0, 1, a);
    for (size_t j = 0; j < COMPARE_COUNT; j++) {
        cr_expect(eq(int, (int)a[1].difference[j].verdict, (int)COMPARE_SAME));
        cr_expect(eq(dbl, a[1].difference[j].p, 1));
        cr_expect(isinf(a[1].difference[j].needed));
    }
    compare_say(&a[1].difference[0], COMPARE_ACCURACY, "x", "y", &text);
    cr_expect(eq(str, text.ptr, "the same"));
    buf_free(&text);
}

/* DeLong's test of two heads whose margins are equally large on the same right pairs but for noise in one: over many
 * data sets without a difference p is below 0.05 about once in twenty, though prompts hold copies of a pair. */
Test(compare, areas_that_do_not_differ_are_found_different_once_in_twenty)
{
    enum { SETS = 300, PAIRS = 240 };
    double x[PAIRS], y[PAIRS];
    uint64_t group[PAIRS];
    size_t small = 0;
    struct rng r;
    rng_seed(&r, 9);
    for (size_t k = 0; k < SETS; k++) {
        for (size_t i = 0; i < PAIRS; i += 2) {
            double truth = 0.7 + rng_normal(&r);
            x[i] = x[i + 1] = truth + rng_normal(&r);
            y[i] = y[i + 1] = truth + rng_normal(&r);
            group[i] = group[i + 1] = i;
        }
        const struct compare_input in = {.heads = 2, .n = PAIRS, .z = (const double *const[]){x, y}, .group = group};
        cr_assert(compare_heads(&in, &(struct compare_opts){.resamples = 10, .threads = 1}, a, &err));
        small += a[1].difference[COMPARE_AUROC].p < 0.05;
    }
    cr_expect(ge(sz, small, SETS * 2 / 100));
    cr_expect(le(sz, small, SETS * 9 / 100));
}

Test(compare, an_area_that_one_has_not_is_said)
{
    const double x[] = {1, 2, 3, 4}, y[] = {1, -1, 1, 2};
    struct buf text = BUF_INIT;
    const struct compare_input in = {.heads = 2, .n = 4, .z = (const double *const[]){x, y}};
    cr_assert(compare_heads(&in, &(struct compare_opts){.resamples = 50}, a, &err));
    const struct compare_difference *d = &a[1].difference[COMPARE_AUROC];
    cr_expect(isnan(a[0].auroc) && isnan(d->value) && isnan(d->p));
    cr_expect(eq(int, (int)d->verdict, (int)COMPARE_UNKNOWN));
    compare_say(d, COMPARE_AUROC, "x", "y", &text);
    cr_expect(eq(str, text.ptr, "one of the two has none"));
    buf_free(&text);
}

Test(compare, threads_change_nothing)
{
    struct heads h;
    make(&h);
    compare(&h, 0, 1, a);
    compare(&h, 0, 3, b);
    cr_expect(eq(int, memcmp(a, b, sizeof a), 0));
}

Test(compare, one_prompt_tells_nothing)
{
    struct heads h;
    struct buf text = BUF_INIT;
    make(&h);
    memset(h.group, 0, sizeof h.group);
    compare(&h, 0, 1, a);
    const struct compare_difference *d = &a[2].difference[COMPARE_NLL];
    cr_expect(isnan(d->p) && isnan(d->p_holm) && isnan(d->interval.lo) && isnan(d->needed));
    cr_expect(eq(int, (int)d->verdict, (int)COMPARE_UNKNOWN));
    compare_say(d, COMPARE_NLL, "x", "y", &text);
    cr_expect(eq(str, text.ptr, "cannot tell"));
    buf_free(&text);
}

/* The number of pairs that are needed does not depend on how many there happen to be. */
Test(compare, more_of_the_same_pairs_leave_what_is_needed_as_it_is)
{
    struct heads h;
    make(&h);
    compare(&h, 0, 1, a);
    double needed = a[2].difference[COMPARE_NLL].needed;
    double *z[3];
    uint64_t *group = mem_array(4 * N, sizeof *group);
    for (size_t k = 0; k < 3; k++)
        z[k] = mem_array(4 * N, sizeof *z[k]);
    for (size_t i = 0; i < 4 * N; i++) {
        for (size_t k = 0; k < 3; k++)
            z[k][i] = h.z[k][i % N];
        group[i] = i / 2;
    }
    const struct compare_input in = {
        .heads = 3, .n = 4 * N, .z = (const double *const[]){z[0], z[1], z[2]}, .group = group};
    cr_assert(compare_heads(&in, &(struct compare_opts){.seed = 1}, b, &err));
    cr_expect(epsilon_eq(dbl, b[2].difference[COMPARE_NLL].needed, needed, 0.2 * needed));
    for (size_t k = 0; k < 3; k++)
        mem_free(z[k]);
    mem_free(group);
}

Test(compare, discordant_pairs_are_counted_by_the_likelier_side)
{
    const double x[] = {1, 1, -1, 0, 2}, y[] = {1, -1, 1, 1, -1}, p[] = {1, 0.9, 0.2, 1, 0.5};
    const struct compare_input in = {.heads = 2, .n = 5, .z = (const double *const[]){x, y}, .p = p};
    cr_assert(compare_heads(&in, &(struct compare_opts){.baseline = 1, .resamples = 50}, a, &err));
    cr_expect(eq(sz, a[0].only_this, 2), "pair 1, and pair 2 whose other side is likelier");
    cr_expect(eq(sz, a[0].only_baseline, 1), "pair 3, for a margin of 0 is wrong");
}

Test(compare, holm_can_take_a_verdict_back)
{
    struct compare_difference d = {
        .value = 0.012, .interval = {0.003, 0.021}, .verdict = COMPARE_PERHAPS, .better = true};
    struct buf text = BUF_INIT;
    compare_say(&d, COMPARE_ACCURACY, "x", "y", &text);
    cr_expect(eq(str, text.ptr, "x is perhaps better by 1.2 points, 95 % 0.3 to 2.1"));
    buf_reset(&text);
    d = (struct compare_difference){
        .value = 1e-3, .interval = {-2e-5, 2e-3}, .needed = 34321, .verdict = COMPARE_UNKNOWN};
    compare_say(&d, COMPARE_NLL, "x", "y", &text);
    cr_expect(eq(str, text.ptr, "cannot tell, 0.0000 to 0.0020: about 35,000 pairs would be needed"), "%s", text.ptr);
    static const struct {
        double needed;
        const char *say;
    } table[] = {{7.5, "about 8 pairs"},
                 {123, "about 130 pairs"},
                 {6200, "about 6,200 pairs"},
                 {7.75e6, "about 7.8 million pairs"},
                 {1.06e8, "about 110 million pairs"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        buf_reset(&text);
        d.needed = table[i].needed;
        compare_say(&d, COMPARE_NLL, "x", "y", &text);
        cr_expect(strstr(text.ptr, table[i].say) != NULL, "%s", text.ptr);
    }
    buf_free(&text);
}

Test(compare, bad_input_is_refused)
{
    const double x[] = {1, NAN};
    struct compare_input in = {.heads = 1, .n = 2, .z = (const double *const[]){x}};
    const struct compare_opts o = {.seed = 1};
    cr_expect(not(compare_heads(&in, &o, a, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    in.n = 0;
    cr_expect(not(compare_heads(&in, &o, a, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
}

Test(compare, numbers_of_any_size_are_short)
{
    static const struct {
        double v;
        const char *text;
    } numbers[] = {{1.25, "1.250"},      {-0.0001, "0.000"},       {-2, "-2.000"},
                   {99999, "99999.000"}, {-1.5e250, "-1.50e+250"}, {1e308, "1.00e+308"}};
    char out[COMPARE_NUMBER];
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        cr_expect(eq(str, (char *)compare_number(numbers[i].v, 3, out), (char *)numbers[i].text));
}
