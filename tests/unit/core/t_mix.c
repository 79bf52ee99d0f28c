#include "core/mix.h"

#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/rank.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(mix, .init = set_up);

/* ---- published weights ---- */

Test(mix, published_weights_find_their_attributes_by_name)
{
    const char *const names[] = {"verbosity", "helpfulness", "charm", "correctness", "complexity", "coherence"};
    const double expected[] = {-0.33, 0.3, 0, 0.74, 0.47, 0.46};
    double mix[6];
    bool found;
    cr_assert(mix_published("nemotron", names, 6, mix, &found, &err), "%s", err.text);
    cr_assert(found);
    for (size_t j = 0; j < 6; j++)
        cr_expect(eq(dbl, mix[j], expected[j]));
    cr_expect(mix_published("mine", names, 6, mix, &found, &err));
    cr_expect(not(found));
    cr_expect(not(mix_published("nemotron", names, 5, mix, &found, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    cr_expect(ne(ptr, strstr(err.text, "\"coherence\""), NULL));
}

/* ---- fitted weights ---- */

enum { N = 300, K = 4 };

/* Pairs whose first answer wins by w. */
static void draw(const double *w, double *D, double *p)
{
    struct rng r;
    rng_seed(&r, 3);
    for (size_t i = 0; i < N; i++) {
        double z = 0;
        for (size_t j = 0; j < K; j++) {
            D[i * K + j] = rng_normal(&r);
            z += w[j] * D[i * K + j];
        }
        p[i] = rng_uniform(&r) < bt_sigma(z) ? 1 : 0;
    }
}

static double objective(const double *D, const double *p, double l2, const double *w)
{
    double sum = 0, ww = 0;
    for (size_t i = 0; i < N; i++) {
        double z = 0;
        for (size_t j = 0; j < K; j++)
            z += w[j] * D[i * K + j];
        sum += p[i] * bt_softplus(-z) + (1 - p[i]) * bt_softplus(z);
    }
    for (size_t j = 0; j < K; j++)
        ww += w[j] * w[j];
    return sum / N + l2 / 2 * ww;
}

static const double truth[K] = {2, 0.5, -1, -0.3};

/* Fixture F of the references: the optimum with l2 = 0.1 is known. */
Test(mix, fitted_weights_are_the_bradley_terry_optimum)
{
    const double D[] = {1, 0, -1, 1, 1, -1, -1, 2};
    const struct mix_pairs pairs = {D, 4, 2, NULL, NULL};
    double mix[2];
    struct bt_info info;
    cr_assert(mix_fit(&pairs, &(struct mix_opts){0.1, false}, mix, &info, &err), "%s", err.text);
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, mix[0], 0.608830, 1e-5));
    cr_expect(epsilon_eq(dbl, mix[1], 0.876173, 1e-5));
    cr_expect(epsilon_eq(dbl, info.objective, 0.585698, 1e-6));
    cr_assert(mix_fit(&pairs, &(struct mix_opts){0.1, true}, mix, &info, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, mix[0], 0.608830, 1e-5), "both are positive: the bound changes nothing");
    cr_expect(epsilon_eq(dbl, info.objective, 0.585698, 1e-6));
}

/* The conditions of an optimum under bounds, and no allowed step is better. */
Test(mix, non_negative_weights_are_the_best_of_their_kind)
{
    double D[N * K], p[N], mix[K], free_mix[K];
    struct bt_info info, free_info;
    draw(truth, D, p);
    const struct mix_pairs pairs = {D, N, K, NULL, p};
    for (double l2 = 1e-5; l2 < 2; l2 *= 10) {
        cr_assert(mix_fit(&pairs, &(struct mix_opts){l2, true}, mix, &info, &err), "%s", err.text);
        cr_assert(mix_fit(&pairs, &(struct mix_opts){l2, false}, free_mix, &free_info, &err));
        cr_expect(info.converged);
        cr_expect(eq(int, (int)info.stop, (int)BT_OPTIMAL));
        cr_expect(epsilon_eq(dbl, info.objective, objective(D, p, l2, mix), 1e-12));
        cr_expect(gt(dbl, info.objective, free_info.objective));
        cr_expect(gt(dbl, mix[0], 0));
        cr_expect(eq(dbl, mix[2], 0));
        for (size_t j = 0; j < K; j++) {
            double moved[K];
            memcpy(moved, mix, sizeof moved);
            moved[j] += 0.01;
            cr_expect(gt(dbl, objective(D, p, l2, moved), info.objective));
            moved[j] = mix[j] - 0.01;
            if (moved[j] >= 0)
                cr_expect(gt(dbl, objective(D, p, l2, moved), info.objective));
        }
    }
}

Test(mix, weights_that_would_all_be_negative_are_zero)
{
    const double D[] = {1, 2, 3, 1}, p[] = {0, 0};
    const struct mix_pairs pairs = {D, 2, 2, NULL, p};
    double mix[2];
    struct bt_info info;
    cr_assert(mix_fit(&pairs, &(struct mix_opts){0.1, true}, mix, &info, &err));
    cr_expect(info.converged);
    cr_expect(eq(dbl, mix[0], 0));
    cr_expect(eq(dbl, mix[1], 0));
    cr_expect(epsilon_eq(dbl, info.objective, log(2), 1e-12));
}

Test(mix, exchanging_the_answers_changes_nothing)
{
    double D[N * K], p[N], mix[K], swapped[K];
    struct bt_info info;
    draw(truth, D, p);
    const struct mix_pairs pairs = {D, N, K, NULL, p};
    for (int bounded = 0; bounded <= 1; bounded++) {
        cr_assert(mix_fit(&pairs, &(struct mix_opts){0.01, bounded == 1}, mix, &info, &err));
        for (size_t i = 0; i < N; i += 2) {
            p[i] = 1 - p[i];
            for (size_t j = 0; j < K; j++)
                D[i * K + j] = -D[i * K + j];
        }
        cr_assert(mix_fit(&pairs, &(struct mix_opts){0.01, bounded == 1}, swapped, &info, &err));
        for (size_t j = 0; j < K; j++)
            cr_expect(epsilon_eq(dbl, mix[j], swapped[j], 1e-9));
    }
}

Test(mix, errors_say_what_is_wrong)
{
    const struct mix_pairs none = {(double[]){1}, 0, 1, NULL, NULL}, one = {(double[]){1}, 1, 1, NULL, NULL};
    double mix[1];
    struct bt_info info;
    cr_expect(not(mix_fit(&none, &(struct mix_opts){0.1, false}, mix, &info, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(mix_fit(&one, &(struct mix_opts){0, true}, mix, &info, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
}

/* ---- decorrelation ---- */

/* Penalties 0.2, 0.5 and verbosity's own 1, with the gate (0.390694, 0.319873, 0.289433) and beta 1: worked out in the
 * references. */
Test(mix, matrix_frees_outputs_from_verbosity_as_worked_out_by_hand)
{
    const double chosen[] = {0.7, 0.6, 0.8}, rejected[] = {0.6, 0.7, 0.3}, gate[] = {0.390694, 0.319873, 0.289433};
    const double freed[] = {0.54, 0.2, 0}, other[] = {0.54, 0.55, 0};
    double B[9], a[3], b[3], reward[2] = {0};
    mix_matrix((double[]){0.2, 0.5, 1}, 3, 2, B);
    mix_apply(B, 3, chosen, a);
    mix_apply(B, 3, rejected, b);
    for (size_t j = 0; j < 3; j++) {
        cr_expect(epsilon_eq(dbl, a[j], freed[j], 1e-15));
        cr_expect(epsilon_eq(dbl, b[j], other[j], 1e-15));
        reward[0] += gate[j] * a[j];
        reward[1] += gate[j] * b[j];
    }
    cr_expect(epsilon_eq(dbl, reward[0], 0.274949, 1e-6));
    cr_expect(epsilon_eq(dbl, reward[1], 0.386905, 1e-6));
    cr_expect(epsilon_eq(dbl, bt_softplus(reward[1] - reward[0]), 0.750691, 1e-6));
}

enum { ROWS = 400 };

/* Columns: verbosity; twice it with noise; its opposite; noise; the same as verbosity. */
static void outputs(double *R)
{
    struct rng r;
    rng_seed(&r, 7);
    for (size_t i = 0; i < ROWS; i++, R += 5) {
        double v = rng_normal(&r);
        R[0] = v;
        R[1] = 0.6 * v + 0.5 * rng_normal(&r);
        R[2] = -v + rng_normal(&r);
        R[3] = rng_normal(&r);
        R[4] = v;
    }
}

static double correlation(const double *R, size_t j, double c)
{
    double x[ROWS], v[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        v[i] = R[i * 5];
        x[i] = R[i * 5 + j] - c * v[i];
    }
    return rank_spearman(x, v, ROWS);
}

Test(mix, penalty_is_the_smallest_that_is_enough)
{
    static const double grid[] = {0,    0.01, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2,  0.25, 0.3,  0.35, 0.4,
                                  0.45, 0.5,  0.55,  0.6,  0.65,  0.7, 0.75,  0.8,  0.85, 0.9,  0.95, 1};
    double R[ROWS * 5], penalty[5], before[5], after[5];
    outputs(R);
    cr_assert(mix_decorrelate(R, ROWS, 5, 0, penalty, before, after, &err), "%s", err.text);
    for (size_t j = 1; j < 4; j++) {
        size_t g = 0;
        while (g < sizeof grid / sizeof *grid && correlation(R, j, grid[g]) > 0.03)
            g++;
        cr_expect(eq(dbl, penalty[j], grid[g]), "output %zu", j);
        cr_expect(epsilon_eq(dbl, before[j], correlation(R, j, 0), 1e-15));
        cr_expect(epsilon_eq(dbl, after[j], correlation(R, j, penalty[j]), 1e-15));
    }
    cr_expect(gt(dbl, penalty[1], 0.3));
    cr_expect(lt(dbl, penalty[1], 0.9));
    cr_expect(eq(dbl, penalty[2], 0), "the correlation is signed: a negative one is left alone");
    cr_expect(lt(dbl, before[2], -0.5));
    cr_expect(eq(dbl, penalty[4], 1), "what only verbosity's own penalty takes away");
    cr_expect(eq(dbl, penalty[0], 1));
    cr_expect(epsilon_eq(dbl, before[0], 1, 1e-14));
}

Test(mix, verbosity_that_does_not_vary_is_refused)
{
    const double R[] = {1, 2, 1, 3, 1, 4};
    double penalty[2], before[2], after[2];
    cr_expect(not(mix_decorrelate(R, 3, 2, 0, penalty, before, after, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(mix_decorrelate(R, 0, 2, 0, penalty, before, after, &err)));
    cr_expect(not(mix_decorrelate(R, 1, 2, 1, penalty, before, after, &err)));
    cr_assert(mix_decorrelate(R, 3, 2, 1, penalty, before, after, &err));
    cr_expect(eq(dbl, penalty[0], 0), "an output that does not vary is not correlated");
}
