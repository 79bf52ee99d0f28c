#include "core/ordinal.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/ties.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

static void set_up(void)
{
    linalg_threads(1);
}

TestSuite(ordinal, .init = set_up);

static const struct ordinal five = {5, {0, 1, 2, 3, 4}, {-2, -0.5, 0.25, 1.5}};

/* ---- one rating ---- */

/* Cuts -2, -1, -0.3, 0.3, 1, 2 and z = 0.5: worked out in the references. */
Test(ordinal, probabilities_are_those_worked_out_by_hand)
{
    const struct ordinal o = {7, {-3, -2, -1, 0, 1, 2, 3}, {-2, -1, -0.3, 0.3, 1, 2}};
    const double expected[] = {0.075858, 0.106567, 0.127600, 0.140140, 0.172293, 0.195115, 0.182426};
    double p[7];
    ordinal_probabilities(&o, 0.5, p);
    for (size_t k = 0; k < 7; k++)
        cr_expect(epsilon_eq(dbl, p[k], expected[k], 1e-6));
}

/* The graded model of ties is this one with cuts that are symmetric around 0. */
Test(ordinal, symmetric_cuts_are_the_graded_ties)
{
    const struct ties t = {TIES_GRADED, true, {0, 1, 2, 3}, 3, {0.3, 1, 2}};
    const struct ordinal o = {7, {-3, -2, -1, 0, 1, 2, 3}, {-2, -1, -0.3, 0.3, 1, 2}};
    for (double z = -3; z < 3.1; z += 0.6)
        for (int s = -3; s <= 3; s++) {
            struct ties_point a = ties_at(&t, s >= 0, s < 0 ? -s : s, z);
            struct ordinal_point b = ordinal_at(&o, (size_t)(s + 3), z);
            cr_expect(epsilon_eq(dbl, a.value, b.value, 1e-13));
            cr_expect(epsilon_eq(dbl, a.slope, b.slope, 1e-13));
            cr_expect(epsilon_eq(dbl, a.curvature, b.curvature, 1e-13));
        }
}

Test(ordinal, derivatives_are_those_of_finite_differences)
{
    const double h = 6e-6;
    for (size_t k = 0; k < 5; k++)
        for (double z = -3; z < 3.1; z += 0.55) {
            struct ordinal up = five, down = five;
            struct ordinal_point x = ordinal_at(&five, k, z), a = ordinal_at(&five, k, z + h),
                                 b = ordinal_at(&five, k, z - h);
            cr_expect(epsilon_eq(dbl, x.slope, (a.value - b.value) / (2 * h), 1e-8));
            cr_expect(epsilon_eq(dbl, x.curvature, (a.slope - b.slope) / (2 * h), 1e-8));
            cr_expect(epsilon_eq(dbl, x.dzlow, (a.dlow - b.dlow) / (2 * h), 1e-8));
            cr_expect(epsilon_eq(dbl, x.dzhigh, (a.dhigh - b.dhigh) / (2 * h), 1e-8));
            if (k > 0) {
                up.cut[k - 1] += h;
                down.cut[k - 1] -= h;
                a = ordinal_at(&up, k, z);
                b = ordinal_at(&down, k, z);
                cr_expect(epsilon_eq(dbl, x.dlow, (a.value - b.value) / (2 * h), 1e-8));
                cr_expect(epsilon_eq(dbl, x.dlowlow, (a.dlow - b.dlow) / (2 * h), 1e-7));
                cr_expect(epsilon_eq(dbl, x.dlowhigh, (a.dhigh - b.dhigh) / (2 * h), 1e-7));
            }
            up = down = five;
            if (k < 4) {
                up.cut[k] += h;
                down.cut[k] -= h;
                a = ordinal_at(&up, k, z);
                b = ordinal_at(&down, k, z);
                cr_expect(epsilon_eq(dbl, x.dhigh, (a.value - b.value) / (2 * h), 1e-8));
                cr_expect(epsilon_eq(dbl, x.dhighhigh, (a.dhigh - b.dhigh) / (2 * h), 1e-7));
            }
        }
}

Test(ordinal, probabilities_sum_to_one_also_far_out)
{
    static const double at[] = {-800, -40, -1, 0, 0.3, 40, 800};
    for (size_t i = 0; i < 7; i++) {
        double p[5], sum = 0;
        ordinal_probabilities(&five, at[i], p);
        for (size_t k = 0; k < 5; k++) {
            struct ordinal_point x = ordinal_at(&five, k, at[i]);
            sum += p[k];
            cr_expect(isfinite(x.value) && isfinite(x.slope) && isfinite(x.curvature) && isfinite(x.dlow));
        }
        cr_expect(epsilon_eq(dbl, sum, 1, 1e-14), "z %g", at[i]);
    }
    cr_expect(epsilon_eq(dbl, ordinal_expectation(&five, 800), 4, 1e-12));
    cr_expect(epsilon_eq(dbl, ordinal_expectation(&five, -800), 0, 1e-12));
}

/* A scale read backwards: levels, cuts and z change their signs. */
Test(ordinal, a_scale_read_backwards_says_the_same)
{
    struct ordinal back = five;
    for (size_t k = 0; k < 5; k++)
        back.level[k] = -five.level[4 - k];
    for (size_t k = 0; k < 4; k++)
        back.cut[k] = -five.cut[3 - k];
    for (double z = -3; z < 3; z += 0.37) {
        cr_expect(epsilon_eq(dbl, ordinal_expectation(&back, -z), -ordinal_expectation(&five, z), 1e-13));
        cr_expect(eq(dbl, ordinal_median(&back, -z), -ordinal_median(&five, z)));
        cr_expect(eq(dbl, ordinal_mode(&back, -z), -ordinal_mode(&five, z)));
        for (size_t k = 0; k < 5; k++)
            cr_expect(epsilon_eq(dbl, ordinal_at(&back, k, -z).value, ordinal_at(&five, 4 - k, z).value, 1e-13));
    }
}

Test(ordinal, median_lies_where_half_of_the_probability_is)
{
    for (double z = -4; z < 4; z += 0.13) {
        double p[5], below = 0;
        size_t k = 0;
        ordinal_probabilities(&five, z, p);
        while (below + p[k] < 0.5)
            below += p[k++];
        cr_expect(eq(dbl, ordinal_median(&five, z), five.level[k]));
    }
}

/* ---- levels ---- */

Test(ordinal, levels_are_the_values_that_occur_and_cuts_start_at_their_shares)
{
    const double y[] = {4, 0, NAN, 0, 2, 0, 4, 1, 0.5, NAN, 0, 4};
    struct ordinal o;
    cr_assert(ordinal_init(&o, y, 12, 1, &err), "%s", err.text);
    cr_expect(eq(sz, o.levels, 5));
    cr_expect(eq(sz, ordinal_find(&o, 2), 3));
    cr_expect(eq(sz, ordinal_find(&o, 3), SIZE_MAX));
    cr_expect(epsilon_eq(dbl, bt_sigma(o.cut[0]), 0.4, 1e-15));
    cr_expect(epsilon_eq(dbl, bt_sigma(o.cut[3]), 0.7, 1e-15));
    cr_assert(ordinal_init(&o, y, 6, 2, &err));
    cr_expect(eq(sz, o.levels, 4), "4, 2, 4, 0.5 and 0");
}

Test(ordinal, what_is_no_scale_is_refused)
{
    const double same[] = {3, 3, NAN}, none[] = {NAN};
    double many[100];
    struct ordinal o;
    for (size_t i = 0; i < 100; i++)
        many[i] = (double)i / 3;
    cr_expect(not(ordinal_init(&o, same, 3, 1, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(not(ordinal_init(&o, none, 1, 1, &err)));
    cr_expect(not(ordinal_init(&o, many, 100, 1, &err)));
    cr_expect(ne(ptr, strstr(err.text, "100 different ratings"), NULL));
}

Test(ordinal, levels_that_nobody_gave_have_no_probability)
{
    struct ordinal o = {3, {1, 2, 4}, {-0.5, 0.75}}, wide = o;
    const double all[] = {0, 1, 2, 3, 4, 5};
    double p[3], q[6];
    ordinal_widen(&wide, all, 6);
    for (double z = -3; z < 3; z += 0.7) {
        ordinal_probabilities(&o, z, p);
        ordinal_probabilities(&wide, z, q);
        cr_expect(eq(dbl, q[0], 0));
        cr_expect(eq(dbl, q[3], 0));
        cr_expect(eq(dbl, q[5], 0));
        cr_expect(epsilon_eq(dbl, q[1], p[0], 1e-14));
        cr_expect(epsilon_eq(dbl, q[2], p[1], 1e-14));
        cr_expect(epsilon_eq(dbl, q[4], p[2], 1e-14));
        cr_expect(epsilon_eq(dbl, ordinal_expectation(&wide, z), ordinal_expectation(&o, z), 1e-13));
        cr_expect(eq(dbl, ordinal_median(&wide, z), ordinal_median(&o, z)));
        cr_expect(eq(dbl, ordinal_mode(&wide, z), ordinal_mode(&o, z)));
    }
}

/* ---- the fit ---- */

enum { N = 240, D = 5, K = 4 };

struct drawn {
    struct design x;
    double *X, *count; /* n x d, n x K */
};

static struct drawn draw(size_t n, size_t d, enum bt_storage storage, double shift)
{
    struct drawn s = {.X = mem_array(n * d, sizeof(double)), .count = mem_array(n * K, sizeof(double))};
    struct rng r;
    rng_seed(&r, 11);
    cr_assert(design_init(&s.x, n, d, storage, &err));
    for (size_t i = 0; i < n; i++) {
        double z = 0;
        for (size_t j = 0; j < d; j++) {
            s.X[i * d + j] = rng_normal(&r) / (double)(1 + j) + shift;
            z += (j % 2 == 0 ? 1.5 : -1) * s.X[i * d + j];
        }
        for (size_t m = 0; i % 7 != 6 && m < 1 + i % 3; m++) { /* one to three ratings; some rows have none */
            double u = rng_uniform(&r), y = z + log(u / (1 - u));
            s.count[i * K + (y < -1 ? 0 : y < 0 ? 1 : y < 2 ? 2 : 3)] += i % 2 == 0 ? 1 : 0.5;
        }
        cr_assert(design_put(&s.x, i, s.X + i * d));
    }
    return s;
}

static void drop(struct drawn *s)
{
    design_free(&s->x);
    mem_free(s->X);
    mem_free(s->count);
}

static const struct ordinal start = {K, {0, 1, 2, 3}, {-1, 0, 1}};

/* f written out, with its gradient in w and in the cuts (g: d + K - 1). */
static double objective(const struct drawn *s, size_t n, size_t d, double l2, const double *w, const struct ordinal *o,
                        double *g)
{
    double sum = 0, weight = 0;
    memset(g, 0, (d + K - 1) * sizeof *g);
    for (size_t i = 0; i < n * K; i++)
        weight += s->count[i];
    for (size_t i = 0; i < n; i++) {
        double z = linalg_dot(s->X + i * d, w, d);
        for (size_t k = 0; k < K; k++) {
            double c = s->count[i * K + k] / weight;
            if (!(c > 0))
                continue;
            struct ordinal_point p = ordinal_at(o, k, z);
            sum += c * p.value;
            linalg_axpy(c * p.slope, s->X + i * d, g, d);
            if (k > 0)
                g[d + k - 1] += c * p.dlow;
            if (k + 1 < K)
                g[d + k] += c * p.dhigh;
        }
    }
    linalg_axpy(l2, w, g, d);
    return sum + l2 / 2 * linalg_dot(w, w, d);
}

static double length(const double *v, size_t n)
{
    return linalg_nrm2(v, n);
}

Test(ordinal, fit_ends_where_every_derivative_vanishes)
{
    static const size_t shapes[][2] = {{N, D}, {80, 120}};
    for (size_t c = 0; c < 2; c++)
        for (int storage = BT_F64; storage <= BT_F32; storage++) {
            size_t n = shapes[c][0], d = shapes[c][1];
            struct drawn s = draw(n, d, (enum bt_storage)storage, c == 0 ? 0.5 : 0);
            double *w = mem_array(d, sizeof *w), *g = mem_array(d + K - 1, sizeof *g);
            struct ordinal o = start;
            struct bt_info info;
            const struct ordinal_fit f = {&s.x, s.count, 0.01, 0, NULL};
            cr_assert(ordinal_fit(&o, &f, w, &info, NULL, &err), "%s", err.text);
            cr_expect(info.converged);
            cr_expect(le(sz, info.iterations, 12));
            double value = objective(&s, n, d, 0.01, w, &o, g);
            cr_expect(epsilon_eq(dbl, info.objective, value, storage == BT_F32 ? 1e-6 : 1e-12));
            cr_expect(le(dbl, length(g, d + K - 1), storage == BT_F32 ? 3e-6 : 1.1e-6));
            for (size_t k = 0; k + 2 < K; k++)
                cr_expect(lt(dbl, o.cut[k], o.cut[k + 1]));
            mem_free(w);
            mem_free(g);
            drop(&s);
        }
}

/* The slow twin: plain gradient descent on w and cuts together. */
Test(ordinal, fit_finds_what_gradient_descent_finds)
{
    struct drawn s = draw(N, D, BT_F64, 0);
    double w[D], slow[D] = {0}, g[D + K - 1], f = 0;
    struct ordinal o = start, at = start;
    struct bt_info info;
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&s.x, s.count, 0.05, 0, NULL}, w, &info, NULL, &err));
    for (size_t i = 0; i < 6000; i++) {
        f = objective(&s, N, D, 0.05, slow, &at, g);
        linalg_axpy(-0.5, g, slow, D);
        linalg_axpy(-0.5, g + D, at.cut, K - 1);
    }
    cr_expect(epsilon_eq(dbl, info.objective, f, 1e-10));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], slow[j], 1e-5));
    for (size_t k = 0; k + 1 < K; k++)
        cr_expect(epsilon_eq(dbl, o.cut[k], at.cut[k], 1e-5));
    drop(&s);
}

Test(ordinal, started_at_its_optimum_it_is_there)
{
    struct drawn s = draw(N, D, BT_F64, 0);
    double w[D], again[D];
    struct ordinal o = start;
    struct bt_info cold, warm;
    struct ordinal_fit f = {.x = &s.x, .count = s.count, .l2 = 0.05};
    cr_assert(ordinal_fit(&o, &f, w, &cold, NULL, &err));
    o = start;
    f.start = w;
    cr_assert(ordinal_fit(&o, &f, again, &warm, NULL, &err));
    cr_expect(warm.converged && warm.iterations == 0 && cold.iterations > 0);
    cr_expect(eq(int, memcmp(w, again, sizeof w), 0));
    drop(&s);
}

/* With two levels it is logistic regression with an intercept, which is Bradley-Terry on rows with a column of ones
 * when that column is (nearly) free of its penalty: long ones make its weight short. */
Test(ordinal, two_levels_are_logistic_regression)
{
    struct drawn s = draw(N, D, BT_F64, 0.2);
    double count[N * 2], rows[N * (D + 1)], p[N], weight[N], w[D], v[D + 1], far = 1e4;
    struct ordinal o = {2, {0, 1}, {0}};
    struct bt_info info;
    struct bt_problem b;
    for (size_t i = 0; i < N; i++) {
        count[2 * i] = i % 3 == 0 ? 1 : 0;
        count[2 * i + 1] = i % 3 == 0 ? 0.5 : 2;
        weight[i] = count[2 * i] + count[2 * i + 1];
        p[i] = count[2 * i + 1] / weight[i];
        memcpy(rows + i * (D + 1), s.X + i * D, D * sizeof *rows);
        rows[i * (D + 1) + D] = far;
    }
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&s.x, count, 0.05, 0, NULL}, w, &info, NULL, &err), "%s", err.text);
    cr_assert(bt_init_rows(&b, rows, N, D + 1, weight, p, BT_F64, &err));
    cr_assert(bt_fit(&b, 0.05, NULL, v, &info, NULL, &err));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-5));
    cr_expect(epsilon_eq(dbl, o.cut[0], -v[D] * far, 1e-5));
    bt_free(&b);
    drop(&s);
}

/* Without anything to go by the probabilities are the shares. */
Test(ordinal, rows_that_say_nothing_give_the_shares)
{
    struct design x;
    double count[4 * K] = {1, 0, 0, 0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 4}, w[1], p[K];
    const double shares[K] = {0.1, 0.3, 0.2, 0.4};
    struct ordinal o = start;
    struct bt_info info;
    cr_assert(design_init(&x, 4, 1, BT_F64, &err));
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&x, count, 1, 0, NULL}, w, &info, NULL, &err), "%s", err.text);
    ordinal_probabilities(&o, 0, p);
    for (size_t k = 0; k < K; k++)
        cr_expect(epsilon_eq(dbl, p[k], shares[k], 1e-10));
    cr_expect(eq(dbl, w[0], 0));
    design_free(&x);
}

/* A shift of all rows moves the cuts and nothing else; the order of the rows matters to nothing. */
Test(ordinal, a_shift_of_the_rows_moves_the_cuts)
{
    struct drawn s = draw(N, D, BT_F64, 0), shifted = draw(N, D, BT_F64, 0);
    double w[D], v[D], row[D], along = 0;
    struct ordinal o = start, q = start;
    struct bt_info info;
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&s.x, s.count, 0.02, 0, NULL}, w, &info, NULL, &err));
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++)
            row[j] = s.X[i * D + j] + 3;
        cr_assert(design_put(&shifted.x, N - 1 - i, row));
        memcpy(shifted.count + (N - 1 - i) * K, s.count + i * K, K * sizeof *s.count);
    }
    cr_assert(ordinal_fit(&q, &(struct ordinal_fit){&shifted.x, shifted.count, 0.02, 0, NULL}, v, &info, NULL, &err));
    for (size_t j = 0; j < D; j++) {
        cr_expect(epsilon_eq(dbl, w[j], v[j], 2e-5));
        along += 3 * v[j];
    }
    for (size_t k = 0; k + 1 < K; k++)
        cr_expect(epsilon_eq(dbl, q.cut[k], o.cut[k] + along, 1e-4));
    drop(&s);
    drop(&shifted);
}

static bool refuse(void *ctx, double done, double total)
{
    (void)ctx;
    (void)done;
    (void)total;
    return false;
}

Test(ordinal, errors_say_what_is_wrong)
{
    struct drawn s = draw(N, D, BT_F64, 0);
    double w[D], count[N * K] = {1, 1, 1, 0};
    struct ordinal o = start;
    struct bt_info info;
    const struct progress stop = {.tick = refuse};
    cr_expect(not(ordinal_fit(&o, &(struct ordinal_fit){&s.x, count, 1, 0, NULL}, w, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    cr_expect(ne(ptr, strstr(err.text, "no rating is 3"), NULL));
    count[3] = NAN;
    cr_expect(not(ordinal_fit(&o, &(struct ordinal_fit){&s.x, count, 1, 0, NULL}, w, &info, NULL, &err)));
    cr_expect(not(ordinal_fit(&o, &(struct ordinal_fit){&s.x, s.count, 0, 0, NULL}, w, &info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "penalty"), NULL));
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&s.x, s.count, 0.1, 0, NULL}, w, &info, &stop, &err));
    cr_expect(eq(int, (int)info.stop, (int)BT_INTERRUPTED));
    cr_expect(not(info.converged));
    cr_assert(ordinal_fit(&o, &(struct ordinal_fit){&s.x, s.count, 0.001, 1, NULL}, w, &info, NULL, &err));
    cr_expect(not(info.converged), "one step is not enough");
    cr_expect(eq(int, (int)info.stop, (int)BT_ITERATIONS));
    drop(&s);
}

/* ---- measures ---- */

/* Cuts 0 and 2 at z = 1: sigma(-1), sigma(1) - sigma(-1), sigma(-1). */
Test(ordinal, measures_by_hand)
{
    const struct ordinal o = {3, {0, 1, 4}, {0, 2}};
    const double z[] = {1, 1}, count[] = {1, 2, 0, 0, 0, 1};
    double end = bt_sigma(-1), middle = 1 - 2 * end, mean = middle + 4 * end;
    struct ordinal_metric m;
    ordinal_measure(&o, z, count, 2, &m);
    cr_expect(eq(dbl, m.weight, 4));
    cr_expect(epsilon_eq(dbl, m.nll, -(2 * log(end) + 2 * log(middle)) / 4, 1e-14));
    cr_expect(eq(dbl, m.accuracy, 0.5));
    cr_expect(eq(dbl, m.mae, 1));
    cr_expect(epsilon_eq(dbl, m.rmse, sqrt((mean * mean + 2 * (mean - 1) * (mean - 1) + (mean - 4) * (mean - 4)) / 4),
                         1e-14));
    ordinal_measure(&o, z, count, 0, &m);
    cr_expect(isnan(m.nll) && isnan(m.rmse));
}

/* Levels 0, 1 and 4: 2.4 is nearer to 1, 2.6 to 4. */
Test(ordinal, plain_predictions_are_measured_by_the_nearest_level)
{
    const struct ordinal o = {3, {0, 1, 4}, {0, 2}};
    const double f[] = {2.4, 2.6, -7}, count[] = {0, 1, 0, 1, 0, 0, 1, 0, 0};
    struct ordinal_metric m;
    ordinal_measure_values(&o, f, count, 3, &m);
    cr_expect(eq(dbl, m.weight, 3));
    cr_expect(isnan(m.nll));
    cr_expect(epsilon_eq(dbl, m.accuracy, 2.0 / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, m.mae, 4.0 / 3, 1e-15));
    cr_expect(epsilon_eq(dbl, m.rmse, sqrt((1.4 * 1.4 + 2.6 * 2.6 + 49) / 3), 1e-14));
}
