/* The check values of what rewards become, of evaluation and of agreement, in one table; see t_methods_calibration.c.
 */
#include "core/bestof.h"
#include "core/compare.h"
#include "core/distance.h"
#include "core/laplace.h"
#include "core/length_bias.h"
#include "core/linalg.h"
#include "core/metric.h"
#include "core/one_of_many.h"
#include "core/panel.h"
#include "core/rank.h"
#include "core/suite.h"
#include "core/transform.h"
#include "core/weigh.h"
#include "tests/support/checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

/* ---- what rewards become ---- */

static const double reference[] = {0, 0.5, 1, 1.5, 2};

static double against(const char *transform, double r, const double *refs, size_t m)
{
    struct transform t;
    struct transform_references x;
    cr_assert(transform_parse(transform, &t, &err), "%s", err.text);
    transform_references_init(&x, &t, refs, m);
    double v = transform_against(&t, r, &x);
    transform_references_free(&x);
    return v;
}

static void log_sigmoid(double *out)
{
    out[0] = against("log-sigmoid", 0.8, reference, 5);
    out[1] = against("log-sigmoid", 2.2, reference, 5);
    out[2] = against("conjunction", 0.8, reference, 5) + against("conjunction", 1, (const double[]){0.5}, 1);
}

/* The same quantile of a normal distribution: mean + 1.036433 standard deviations, of the population or the sample. */
static void normal_quantile(double *out)
{
    double square = 0;
    for (size_t i = 0; i < 5; i++)
        square += (reference[i] - 1) * (reference[i] - 1);
    out[0] = 1 + 1.036433 * sqrt(square / 5);
    out[1] = 1 + 1.036433 * sqrt(square / 4);
    out[2] = 0.5 * erfc(-1.036433 / sqrt(2));
}

static void ctrl(double *out)
{
    out[0] = against("quantile", 0.8, reference, 5);
    out[1] = against("quantile", 2.2, reference, 5);
    out[2] = against("ctrl", 0.8, reference, 5);
    out[3] = against("ctrl", 2.2, reference, 5);
}

static void par(double *out)
{
    out[0] = against("par", 0.8, reference, 5);
    out[1] = against("par", 2.2, reference, 5);
}

static void steps(double *out)
{
    const double r[] = {0.9, 0.6, 0.8, 0.3};
    struct transform t;
    cr_assert(transform_parse("clip:eta=0.7", &t, &err));
    transform_steps(&t, r, 4, out);
    cr_assert(transform_parse("delta", &t, &err));
    transform_steps(&t, r, 4, out + 4);
}

static double distance(const double *a, const double *b, size_t n, const uint64_t *key)
{
    const double *const r[] = {a, b};
    struct distances d;
    cr_assert(
        distances_of(&(struct distance_input){.judges = 2, .n = n, .r = r, .key = key, .resamples = 10}, &d, &err));
    double v = d.pair[1].distance;
    distances_free(&d);
    return v;
}

static void epic(double *out)
{
    const double a[] = {1, 0, 2, 0, 1, 0}, b[] = {3.1, 1.2, 5, -1, 1.5, -0.5};
    const double one[] = {1, -1, 0, 0}, other[] = {0, 0, 1, -1}, opposite[] = {-2, 2, 0, 0};
    const uint64_t key[] = {1, 1, 1, 2, 2, 2};
    out[0] = distance(a, b, 6, key);
    out[1] = 1 - 2 * out[0] * out[0];
    out[2] = distance(a, b, 6, NULL);
    out[3] = distance(one, other, 4, NULL);
    out[4] = distance(one, opposite, 4, NULL);
}

static void best_of(double *out)
{
    static const size_t N[] = {2, 4, 8, 16, 64}, of[] = {1, 2, 3, 5};
    const double r[] = {0.1, 0.4, 0.5, 0.9, 1.3};
    for (size_t i = 0; i < 5; i++)
        out[i] = bestof_kl(N[i]);
    for (size_t i = 0; i < 4; i++)
        out[5 + i] = bestof_reward(r, 5, of[i]);
    struct bestof_tilt t = bestof_tilt(r, 5, 2);
    out[9] = t.reward;
    out[10] = t.kl;
}

/* How alike two rankings are is the soft label of a pair: the loss is the log-loss with it. */
static void cream(double *out)
{
    const double a[] = {4, 3, 2, 1}, b[] = {4, 2, 3, 1}, z[] = {0.5};
    out[0] = rank_kendall(a, b, 4);
    out[1] = (out[0] + 1) / 2;
    out[2] = rank_spearman(a, b, 4);
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = z, .p = out + 1, .n = 1}, 10, &m, &err), "%s", err.text);
    out[3] = m.nll;
}

/* |e| in the inverse of V = sum x x' + lambda I, which is Laplace's matrix of rows of curvature 1. */
static void prefpaint(double *out)
{
    const double s = 0.5, S = 1, delta = 0.05, lambda = 1;
    double e[] = {1, -1}, square;
    const struct ridge_matrix x = {(const double[]){1, 0, 1, 1, 0, 2}, 2};
    const struct ridge_rows rows = ridge_rows_of(&x, 3);
    struct laplace V;
    cr_assert(laplace_of(&rows, NULL, 0, lambda, LAPLACE_FACTOR, 1, &V, &err), "%s", err.text);
    cr_assert(laplace_variances(&V, e, 1, &square, &err), "%s", err.text);
    out[0] = sqrt(square);
    out[1] = exp(-0.05 * out[0] + 0.7);
    out[2] = s * sqrt(2 * log(1 / delta) + V.log_det - 2 * log(lambda)) + sqrt(lambda) * S;
    out[3] = out[2] * out[0];
    laplace_free(&V);
}

static void ctrl_u(double *out)
{
    out[0] = weigh_uncertainty(0.1) * 0.5 + 0.1;
    out[1] = weigh_uncertainty(0.8) * 0.5 + 0.8;
}

/* 1 - |a P(e) + (1 - a) e - g|^2 / 2, P onto the line through b and g. */
static void goal_baseline(double *out)
{
    const double e[] = {sqrt(0.5), sqrt(0.5), 0}, g[] = {1, 0, 0}, b[] = {0, 0, 1}, a = 0.5;
    double line[3], from[3], square = 0;
    for (size_t i = 0; i < 3; i++) {
        line[i] = g[i] - b[i];
        from[i] = e[i] - b[i];
    }
    double t = linalg_dot(from, line, 3) / linalg_dot(line, line, 3);
    for (size_t i = 0; i < 3; i++) {
        double v = a * (b[i] + t * line[i]) + (1 - a) * e[i] - g[i];
        square += v * v;
    }
    *out = 1 - square / 2;
}

/* ---- evaluation ---- */

static void reward_bench_2(double *out)
{
    static const double score[][5] = {{2, 0.5, 0.1}, {0.3, 0.6, 0.2}, {1.9, 1.5, 1.7, 0.4, 0.9}, {1, 0.2, 0.1, -0.5}};
    static const char *const name[] = {"ref:1", "ref:2", "tied:1", "tied:2"};
    static const size_t right[] = {1, 1, 3, 2};
    struct suite_item items[4];
    struct suite_result r;
    for (size_t i = 0; i < 4; i++)
        items[i] = (struct suite_item){.name = name[i],
                                       .subset = "Ties",
                                       .section = "",
                                       .language = "",
                                       .prompt = i,
                                       .right = right[i],
                                       .wrong = 2,
                                       .score = score[i]};
    cr_assert(suite_score(SUITE_REWARD_BENCH_2, items, 4, 10, 1, &r, &err), "%s", err.text);
    for (size_t i = 0; i < r.rows.n; i++)
        if (strcmp(r.rows.v[i].name, "Ties") == 0)
            out[0] = r.rows.v[i].figures[0].value;
    suite_result_free(&r);
    struct one_of_many tied = one_of_many_of(score[2], 3, 2), ref = one_of_many_of(score[0], 1, 2);
    out[1] = tied.spread;
    out[2] = tied.gap;
    out[3] = ref.gap;
}

static void reward_math(double *out)
{
    const double score[] = {0.8, 0.8, 0.5};
    struct one_of_many x = one_of_many_of(score, 1, 2);
    const double got[] = {x.strict, x.with_tie, x.reciprocal};
    memcpy(out, got, sizeof got);
}

static void mcnemar(double *out)
{
    out[0] = compare_mcnemar_chi2(12, 5, true);
    out[1] = compare_mcnemar_chi2(12, 5, false);
    out[2] = compare_mcnemar(12, 5);
}

static void length(double *out)
{
    const double L[] = {1, 2, 3, 4}, r[] = {1, 1.5, 3, 3.5};
    struct length_line line = length_line_of(L, r, 4);
    out[0] = line.slope;
    out[1] = line.pearson;
    for (size_t i = 0; i < 4; i++)
        out[2 + i] = r[i] - line.intercept - line.slope * L[i];
}

/* ODIN: one head is to go with the length, the other is not; the gradient is that of the second's correlation. */
static void odin(double *out)
{
    const double L[] = {10, 20, 30, 60}, long_head[] = {0.1, 0.3, 0.2, 0.6};
    double quality[] = {0.5, 0.1, 0.4, 0.2};
    const double h = 1e-6;
    out[0] = rank_pearson(L, long_head, 4);
    out[1] = rank_pearson(L, quality, 4);
    out[2] = 1 - out[0] + fabs(out[1]);
    for (size_t i = 0; i < 4; i++) {
        double at = quality[i];
        quality[i] = at + h;
        double above = rank_pearson(L, quality, 4);
        quality[i] = at - h;
        out[3 + i] = (above - rank_pearson(L, quality, 4)) / (2 * h);
        quality[i] = at;
    }
}

/* ---- agreement ---- */

static void ceiling(double *out)
{
    out[0] = panel_accuracy(0.726);
    out[1] = panel_majority(out[0], 3);
}

static const struct check checks[] = {
    {"8", "log-sigmoid and conjunction", log_sigmoid, 3, 1e-6, {-1.241154, -0.474077, -1.715231}},
    {"8", "normal approximations of the quantile", normal_quantile, 3, 1e-6, {1.732869, 1.819373, 0.85}},
    {"8", "CTRL", ctrl, 4, 1e-6, {0.4, 1, 54.598150, 22026.465795}},
    {"8", "PAR", par, 2, 1e-6, {0.455574, 0.746466}},
    {"8", "clip and delta of steps", steps, 8, 1e-12, {0, -0.1, 0, -0.4, 0.3, -0.2, 0.8, 0}},
    {"8",
     "EPIC: distance, rho, all as of one prompt, unrelated, opposite",
     epic,
     5,
     1e-6,
     {0.066050, 0.991275, 0.202855, 0.707107, 1}},
    {"8",
     "best of N: KL, rewards, tilt",
     best_of,
     11,
     1e-6,
     {0.193147, 0.636294, 1.204442, 1.835089, 3.174508, 0.64, 0.93, 1.10, 1.30, 0.985997, 0.335774}},
    {"8", "CREAM: tau, C, Spearman, loss", cream, 4, 1e-6, {0.666667, 0.833333, 0.8, 0.557410}},
    {"8", "PrefPaint: norm, weight, C, bound", prefpaint, 4, 1e-6, {0.804400, 1.934367, 2.485318, 1.999189}},
    {"8", "Ctrl-U", ctrl_u, 2, 1e-6, {0.552419, 1.024664}},
    {"8", "goal and baseline", goal_baseline, 1, 1e-6, {0.910692}},
    {"9.2", "RewardBench 2, ties: score, spread, gaps", reward_bench_2, 4, 1e-6, {0.647911, 0.4, 0.6, 1.5}},
    {"9.3", "RewardMATH: strict, with tie, reciprocal rank", reward_math, 3, 1e-12, {0, 1, 0.5}},
    {"9.5", "McNemar: corrected, uncorrected, exact", mcnemar, 3, 1e-6, {2.117647, 2.882353, 0.143463}},
    {"9.6", "length: slope, correlation, residuals", length, 6, 1e-6, {0.9, 0.976187, 0.1, -0.3, 0.3, -0.1}},
    {"9.6",
     "ODIN: correlations, penalty, gradient",
     odin,
     7,
     1e-6,
     {0.928571, -0.422577, 0.494006, -0.845154, -1.690309, 0.422577, 2.112886}},
    {"11", "ceiling and majority of three", ceiling, 2, 5e-4, {0.836, 0.928}},
};

Test(methods, check_values_of_rewards)
{
    checks_run(checks, sizeof checks / sizeof *checks);
}
