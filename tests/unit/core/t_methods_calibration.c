/* The check values of pairs, their calibration, confidence and objectives that disagree, in one table. Properties and
 * edge cases stand in the tests of each file; values of rewards and evaluation in t_methods_rewards.c. */
#include "core/beta.h"
#include "core/bt.h"
#include "core/linalg.h"
#include "core/metric_calibration.h"
#include "core/minnorm.h"
#include "core/more.h"
#include "core/platt.h"
#include "core/sdm.h"
#include "core/selective.h"
#include "core/temperature.h"
#include "core/transform.h"
#include "tests/support/checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

/* ---- pairs and their calibration ---- */

static const double z8[] = {2, 1.2, 0.4, -0.3, 0.9, -1.1, 0.1, 1.7};
static const struct metric_pairs eight = {.z = z8, .n = 8};

static struct metric metric_of(const struct metric_pairs *m, size_t bins)
{
    struct metric out;
    cr_assert(metric_pairs_of(m, bins, &out, &err), "%s", err.text);
    return out;
}

static void probabilities(double *out)
{
    for (size_t i = 0; i < 8; i++)
        out[i] = bt_sigma(z8[i]);
}

static void plain_figures(double *out)
{
    struct metric m = metric_of(&eight, 10);
    out[0] = m.accuracy;
    out[1] = metric_of(&eight, 5).ece;
    out[2] = m.ece;
    out[3] = metric_of(&eight, 20).ece;
    out[4] = m.mce;
    out[5] = m.nll;
    out[6] = m.brier;
}

/* The gaps of the filled bins above 1/2, and of their mirror images. */
static void bin_gaps(double *out)
{
    struct metric m = metric_of(&eight, 10);
    for (size_t b = 5, k = 0; b < 10; b++)
        if (m.bins[b].count > 0 && k < 10) {
            out[k++] = fabs(m.bins[b].accuracy - m.bins[b].confidence);
            out[k++] = fabs(m.bins[9 - b].accuracy - m.bins[9 - b].confidence);
        }
}

/* What is not calibration: chosen-first pairs alone, whose label is always 1. */
static void degenerate(double *out)
{
    *out = 0;
    for (size_t i = 0; i < 8; i++)
        *out += (1 - bt_sigma(z8[i])) / 8;
}

static void parts_of_brier(double *out)
{
    struct metric_calibration c;
    const struct metric_calibration_opts o = {.resamples = 10, .seed = 1};
    cr_assert(metric_calibration_of(&eight, NULL, &o, &c, &err), "%s", err.text);
    const double parts[] = {c.reliability,     c.resolution,        c.uncertainty,
                            c.within_variance, c.within_covariance, c.mean_gap};
    memcpy(out, parts, sizeof parts);
}

static void equal_mass(double *out)
{
    struct metric_calibration c;
    const struct metric_calibration_opts o = {.bins = 4, .resamples = 10, .seed = 1};
    cr_assert(metric_calibration_of(&eight, NULL, &o, &c, &err), "%s", err.text);
    *out = c.ece_mass;
}

static void intervals(double *out)
{
    static const double k[] = {8, 0, 5, 3}, n[] = {10, 5, 5, 40};
    for (size_t i = 0; i < 4; i++) {
        metric_wilson(k[i], n[i], out + 4 * i, out + 4 * i + 1);
        beta_jeffreys(k[i], n[i], out + 4 * i + 2, out + 4 * i + 3);
    }
}

/* The loss falls, the calibration error rises: they disagree on small samples. */
static void temperature(double *out)
{
    struct temperature t;
    double z[8];
    temperature_fit(&eight, NULL, &t);
    for (size_t i = 0; i < 8; i++)
        z[i] = z8[i] / t.T;
    struct metric m = metric_of(&(struct metric_pairs){.z = z, .n = 8}, 10);
    const double got[] = {1 / t.T, t.T, m.nll, m.ece};
    memcpy(out, got, sizeof got);
}

static void platt(double *out)
{
    const unsigned char yes[] = {1, 1, 0, 0, 1, 0};
    struct platt p;
    cr_assert(platt_fit(z8, yes, 6, &p, &err), "%s", err.text);
    const double got[] = {p.A, p.B, p.loss};
    memcpy(out, got, sizeof got);
}

/* The formula with an intercept, which the map for pairs does not have. */
static void beta_map(double *out)
{
    *out = bt_sigma(2 * log(0.7) - log(1 - 0.7) + 0.1);
}

/* ---- confidence ---- */

/* Two pairs a question: (right, high) over (right, low), (wrong, low) over (wrong, high). */
static void ppo_m(double *out)
{
    const double z[] = {1.2 - 0.9, -0.4 - 0.1};
    out[0] = bt_softplus(-z[0]);
    out[1] = bt_softplus(-z[1]);
    out[2] = 2 * metric_of(&(struct metric_pairs){.z = z, .n = 2}, 10).nll;
}

static void confident(const char *transform, const double *r, const double *c, size_t n, double *out, double *A)
{
    struct transform t;
    cr_assert(transform_parse(transform, &t, &err), "%s", err.text);
    *A = transform_confident(&t, r, c, n, out);
}

static void ppo_c(double *out)
{
    const double r[] = {1.5, -0.8, 0.2}, c[] = {0.9, 1, 0.3};
    double A;
    confident("ppo-c:start=0.1", r, c, 3, out + 1, out);
    confident("ppo-c-threshold:w=0.5,start=0.1", r, c, 3, out + 4, &A);
}

/* Rewards of +-1000: right and wrong for certain. */
static void rlcr(double *out)
{
    const double r[] = {1000, -1000, 1000, -1000}, q[] = {0.9, 0.9, 0.4, 0.4};
    double A;
    confident("rlcr", r, q, 4, out, &A);
}

static void sdm(double *out)
{
    static const double q[] = {M_E - 2, 0, 10, 10, 10}, d[] = {1, 1, 1, 0.5, 0};
    for (size_t i = 0; i < 5; i++)
        out[i] = bt_sigma(sdm_margin(3, q[i], d[i]));
    out[5] = -log(out[3]) / log(12);
}

static void selection(double *out)
{
    const double sure[] = {5, 4, 3, 2, 1}, error[] = {0, 0, 1, 0, 1};
    struct selective s;
    cr_assert(selective_of(&(struct selective_items){sure, error, NULL, 5}, 10, 1, &s, &err), "%s", err.text);
    const double got[] = {s.aurc, s.best, s.best_near, s.excess};
    memcpy(out, got, sizeof got);
}

/* ---- objectives that disagree ---- */

static const double sources[] = {-0.407682, -0.218912, 0.339589, -0.962049, -0.357171, 0.380291};

static void shortest(const double *g, size_t k, size_t d, double *out)
{
    double G[9];
    struct minnorm m;
    linalg_gemm_nt(g, g, 0, G, k, k, d);
    cr_assert(minnorm_solve(G, k, out, &m, &err), "%s", err.text);
    out[k] = m.value;
}

static void norms(double *out)
{
    for (size_t i = 0; i < 3; i++)
        out[i] = sqrt(linalg_dot(sources + 2 * i, sources + 2 * i, 2));
}

static void two_sources(double *out)
{
    shortest(sources, 2, 2, out);
    linalg_gemv_t(sources, 2, 2, out, 0, out + 3);
}

static void three_sources(double *out)
{
    shortest(sources, 3, 2, out);
}

static void orthogonal(double *out)
{
    shortest((const double[]){1, 0, 0, 0, 1, 0, 0, 0, 2}, 3, 3, out);
}

static void more_l2(double *out)
{
    double G[9];
    linalg_gemm_nt(sources, sources, 0, G, 3, 3, 2);
    cr_assert(more_weigh(&(struct more_rule){.variant = MORE_L2}, G, (const double[]){1, 1, 1}, 3, out, &err), "%s",
              err.text);
}

static const struct check checks[] = {
    {"3.4",
     "probabilities",
     probabilities,
     8,
     1e-6,
     {0.880797, 0.768525, 0.598688, 0.425557, 0.710950, 0.249740, 0.524979, 0.845535}},
    {"3.4",
     "accuracy, ECE of 5, 10 and 20 bins, MCE, NLL, Brier",
     plain_figures,
     7,
     1e-6,
     {0.75, 0.062925, 0.100662, 0.216207, 0.136834, 0.537282, 0.181846}},
    {"3.4",
     "gaps of the bins and their mirror images",
     bin_gaps,
     6,
     1e-6,
     {0.100630, 0.100630, 0.076578, 0.076578, 0.136834, 0.136834}},
    {"3.4", "ECE of chosen-first pairs alone", degenerate, 1, 1e-6, {0.374404}},
    {"3.4", "norms of three gradients", norms, 3, 1e-6, {0.462739, 1.020225, 0.521721}},
    {"3.4",
     "MORE of two sources: lambda, |v|^2, v",
     two_sources,
     5,
     1e-6,
     {0.872178, 0.127822, 0.195980, -0.312164, -0.313901}},
    {"3.4", "MORE of three sources", three_sources, 4, 1e-6, {0, 0.331975, 0.668025, 0.020110}},
    {"3.4", "MORE of three sources, l2", more_l2, 3, 1e-6, {0, 0.5, 0.5}},
    {"3.4", "MORE of orthogonal gradients", orthogonal, 4, 1e-12, {4.0 / 9, 4.0 / 9, 1.0 / 9, 4.0 / 9}},
    {"7.1",
     "parts of Brier, mean gap",
     parts_of_brier,
     6,
     1e-6,
     {0.010677, 0.083333, 0.25, 0.000647, -0.003855, 0.104681}},
    {"7.1", "ECE of four bins of equal mass", equal_mass, 1, 1e-6, {0.197780}},
    {"7.2",
     "Wilson and Jeffreys of 8/10, 0/5, 5/5, 3/40",
     intervals,
     16,
     1e-6,
     {0.490162, 0.943318, 0.497226, 0.955941, 0, 0.434482, 0, 0.379377, 0.565518, 1, 0.620623, 1, 0.025836, 0.198642,
      0.021577, 0.186814}},
    {"7.4",
     "temperature: 1/T, T, NLL and ECE through it",
     temperature,
     4,
     1e-6,
     {1.180074, 0.847405, 0.534559, 0.178737}},
    {"7.4", "Platt: A, B, cross-entropy", platt, 3, 1e-6, {1.240595, -0.666674, 0.551954}},
    {"7.4", "beta with an intercept", beta_map, 1, 1e-6, {0.643508}},
    {"7.5", "PPO-M", ppo_m, 3, 1e-6, {0.554355, 0.974077, 1.528432}},
    {"7.5", "PPO-C: A, difference, threshold", ppo_c, 7, 1e-12, {0.12, 2.604, -1.72, 0.168, 1.8, -1.0, 0.18}},
    {"7.5", "RLCR", rlcr, 4, 1e-12, {0.99, -0.81, 0.64, -0.16}},
    {"7.6", "SDM and its loss", sdm, 6, 1e-6, {0.952574, 0.888889, 0.999422, 0.976509, 0.5, 0.009566}},
    {"7.7", "AURC, best, near it, excess", selection, 4, 1e-6, {0.196667, 0.130000, 0.093505, 0.066667}},
};

Test(methods, check_values_of_calibration)
{
    checks_run(checks, sizeof checks / sizeof *checks);
}
