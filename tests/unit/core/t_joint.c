#include "core/joint.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/ridge.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { ROWS = 120, D = 6, PAIRS = 60, RATINGS = 80 };

static struct err err;
static double X[ROWS * D];
static struct embeddings e;
static struct pair pairs[PAIRS];
static struct joint_rating ratings[RATINGS];

static void set_up(void)
{
    struct tensor t;
    struct rng r;
    linalg_threads(1);
    rng_seed(&r, 21);
    for (size_t i = 0; i < ROWS * D; i++)
        X[i] = rng_normal(&r) + (i % D == 2 ? 3 : 0);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F64, X, ROWS, D);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err));
    for (size_t i = 0; i < PAIRS; i++)
        pairs[i] = (struct pair){.chosen = 2 * i,
                                 .rejected = 2 * i + 1,
                                 .weight = 1 + (double)(i % 3),
                                 .p = i % 4 == 0 ? 0.5 : 1,
                                 .strength = i % 4 == 0 ? 0 : (int)(1 + i % 3)};
    for (size_t i = 0; i < RATINGS; i++) /* some answers are rated more than once, some not at all */
        ratings[i] =
            (struct joint_rating){(i * 7) % 50, X[(i * 7) % 50 * D] + rng_normal(&r) + 2, 0.5 + (double)(i % 2)};
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(joint, .init = set_up, .fini = tear_down);

static struct joint_problem problem(double kappa, double l2)
{
    return (struct joint_problem){.e = &e,
                                  .pairs = pairs,
                                  .n_pairs = PAIRS,
                                  .ratings = ratings,
                                  .n_ratings = RATINGS,
                                  .kappa = kappa,
                                  .l2 = l2,
                                  .storage = BT_F64};
}

static double margin(const struct pair *p, const double *w)
{
    return linalg_dot(X + p->chosen * D, w, D) - linalg_dot(X + p->rejected * D, w, D);
}

/* f written out for plain and scaled losses. */
static double objective(const struct joint_problem *p, const double *w, double b)
{
    double bt = 0, weights = 0, square = 0, sum = 0;
    for (size_t i = 0; i < p->n_pairs; i++) {
        const struct pair *x = &p->pairs[i];
        bt += loss_at(&p->model.loss, x->weight, x->p, x->strength, margin(x, w)).value;
        weights += x->weight;
    }
    for (size_t i = 0; i < p->n_ratings; i++) {
        double off = linalg_dot(X + p->ratings[i].row * D, w, D) + b - p->ratings[i].y;
        square += p->ratings[i].weight * off * off;
        sum += p->ratings[i].weight;
    }
    return (weights > 0 ? bt / weights : 0) + (sum > 0 ? p->kappa * square / (2 * sum) : 0) +
           p->l2 / 2 * linalg_dot(w, w, D);
}

/* Central differences of f in w and b vanish at the optimum, and it is what was reported. */
static void expect_optimum(const struct joint_problem *p)
{
    double w[D], b;
    struct joint_info info;
    const double h = 1e-5;
    cr_assert(joint_fit(p, w, &b, &info, NULL, &err), "%s", err.text);
    cr_expect(info.fit.converged);
    cr_expect(epsilon_eq(dbl, info.fit.objective, objective(p, w, b), 1e-12));
    cr_expect(epsilon_eq(dbl, info.bt + p->kappa * info.regression + p->l2 / 2 * linalg_dot(w, w, D),
                         info.fit.objective, 1e-12));
    for (size_t j = 0; j <= D; j++) {
        double up[D], down[D], shift = j == D ? h : 0;
        memcpy(up, w, sizeof up);
        memcpy(down, w, sizeof down);
        if (j < D) {
            up[j] += h;
            down[j] -= h;
        }
        double slope = (objective(p, up, b + shift) - objective(p, down, b - shift)) / (2 * h);
        cr_expect(epsilon_eq(dbl, slope, 0, 1.1e-6), "direction %zu", j);
    }
}

Test(joint, optimum_is_where_the_slopes_of_both_parts_cancel)
{
    for (int kind = LOSS_PLAIN; kind <= LOSS_SCALED_MARGIN; kind++)
        for (double kappa = 0.01; kappa < 200; kappa *= 10) {
            struct joint_problem p = problem(kappa, 0.02);
            p.model.loss.kind = (enum loss_kind)kind;
            expect_optimum(&p);
        }
}

Test(joint, without_weight_on_ratings_it_is_bradley_terry)
{
    struct joint_problem p = problem(0, 0.05);
    struct bt_problem b;
    struct bt_info info;
    struct joint_info both;
    double w[D], v[D], bias;
    cr_assert(joint_fit(&p, w, &bias, &both, NULL, &err));
    cr_assert(bt_init(&b, &e, pairs, NULL, PAIRS, BT_F64, &err));
    cr_assert(bt_fit(&b, 0.05, NULL, v, &info, NULL, &err));
    cr_expect(epsilon_eq(dbl, both.fit.objective, info.objective, 1e-9));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-4));
    bt_free(&b);
}

/* Weights of 0.5 and 1.5 are rows written once and three times. */
Test(joint, with_all_weight_on_ratings_it_is_least_squares)
{
    double rows[2 * RATINGS * D], y[2 * RATINGS], w[D], v[D], b, c;
    size_t n = 0;
    for (size_t i = 0; i < RATINGS; i++)
        for (size_t times = 0; times < (i % 2 == 0 ? 1 : 3); times++, n++) {
            memcpy(rows + n * D, X + ratings[i].row * D, D * sizeof *rows);
            y[n] = ratings[i].y;
        }
    const struct ridge_matrix m = {rows, D};
    const struct ridge_rows all = ridge_rows_of(&m, n);
    struct ridge_info exact;
    struct joint_info info;
    cr_assert(ridge_fit(&all, y, 1, 0.3, v, &c, &exact, NULL, &err));
    struct joint_problem p = problem(1, 0.3);
    p.n_pairs = 0;
    cr_assert(joint_fit(&p, w, &b, &info, NULL, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, info.fit.objective, exact.objective, 1e-10));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-5));
    cr_expect(epsilon_eq(dbl, b, c, 1e-5));
    p = problem(1e7, 0.3e7); /* pairs are there and do not matter */
    cr_assert(joint_fit(&p, w, &b, &info, NULL, &err));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-5));
    cr_expect(epsilon_eq(dbl, b, c, 1e-5));
}

Test(joint, a_shift_of_the_ratings_moves_only_the_intercept)
{
    struct joint_problem p = problem(0.7, 0.05);
    double w[D], v[D], b, c;
    struct joint_info info;
    cr_assert(joint_fit(&p, w, &b, &info, NULL, &err));
    for (size_t i = 0; i < RATINGS; i++)
        ratings[i].y += 100;
    cr_assert(joint_fit(&p, v, &c, &info, NULL, &err));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-6));
    cr_expect(epsilon_eq(dbl, c, b + 100, 1e-5));
}

Test(joint, more_weight_on_ratings_fits_them_better_and_the_pairs_worse)
{
    double before_bt = 0, before_regression = INFINITY;
    for (double kappa = 0.01; kappa < 200; kappa *= 10) {
        struct joint_problem p = problem(kappa, 0.01);
        double w[D], b;
        struct joint_info info;
        cr_assert(joint_fit(&p, w, &b, &info, NULL, &err));
        cr_expect(lt(dbl, info.regression, before_regression));
        if (kappa > 1) /* the penalty fades too, by which both gain at first */
            cr_expect(gt(dbl, info.bt, before_bt));
        before_bt = info.bt;
        before_regression = info.regression;
    }
}

/* Thresholds are minimised out: as good as those that were found, and no others are better. */
Test(joint, started_at_its_optimum_it_is_there)
{
    struct joint_problem p = problem(1, 0.1);
    struct joint_info cold, warm;
    double w[D], again[D], b;
    cr_assert(joint_fit(&p, w, &b, &cold, NULL, &err), "%s", err.text);
    p.start = w;
    cr_assert(joint_fit(&p, again, &b, &warm, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, warm.fit.iterations, 0));
    cr_expect(warm.fit.converged && cold.fit.iterations > 0);
    cr_expect(eq(int, memcmp(w, again, sizeof w), 0));
}

Test(joint, ties_are_fitted_with_it)
{
    for (int model = TIES_RAO_KUPPER; model <= TIES_GRADED; model++) {
        struct joint_problem p = problem(0.5, 0.05);
        double w[D], b, z[PAIRS], weight[PAIRS], chosen[PAIRS], strength[PAIRS];
        struct joint_info info;
        p.model.ties = (enum ties_model)model;
        cr_assert(joint_fit(&p, w, &b, &info, NULL, &err), "%s", err.text);
        cr_expect(info.fit.converged);
        for (size_t i = 0; i < PAIRS; i++) {
            z[i] = margin(&pairs[i], w);
            weight[i] = pairs[i].weight / (2.0 * PAIRS);
            chosen[i] = pairs[i].p;
            strength[i] = pairs[i].strength;
        }
        struct ties t = info.ties;
        const struct loss_pairs at = {PAIRS, weight, chosen, strength};
        cr_expect(epsilon_eq(dbl, ties_profile(&t, &at, z), info.bt, 1e-10));
        for (size_t k = 0; k < t.k; k++)
            cr_expect(epsilon_eq(dbl, t.t[k], info.ties.t[k], 1e-5));
    }
}

Test(joint, single_storage_says_nearly_the_same)
{
    struct joint_problem p = problem(1, 0.05);
    double w[D], v[D], b, c;
    struct joint_info info;
    cr_assert(joint_fit(&p, w, &b, &info, NULL, &err));
    p.storage = BT_F32;
    cr_assert(joint_fit(&p, v, &c, &info, NULL, &err));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], v[j], 1e-5));
    cr_expect(epsilon_eq(dbl, b, c, 1e-5));
}

Test(joint, errors_say_what_is_wrong)
{
    double w[D], b;
    struct joint_info info;
    struct joint_problem p = problem(1, 0.1);
    p.model.center = 0.01;
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    p = problem(1, 0.1);
    p.model.loss = (struct loss){LOSS_PLAIN, LOSS_CHANNEL, 0.1};
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    p = problem(-1, 0.1);
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    p = problem(1, 0);
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    p = problem(1, 0.1);
    p.n_pairs = p.n_ratings = 0;
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_RANGE));
    ratings[3].y = NAN;
    p = problem(1, 0.1);
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "row 21"), NULL));
    for (size_t i = 0; i < PAIRS; i++)
        pairs[i].weight = 0;
    ratings[3].y = 0;
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    X[0] = INFINITY;
    pairs[0].weight = 1;
    cr_expect(not(joint_fit(&p, w, &b, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
}

Test(joint, memory_that_is_not_there_is_an_error)
{
    for (size_t k = 1;; k++) {
        struct joint_problem p = problem(1, 0.1);
        double w[D], b;
        struct joint_info info;
        mem_fail_after = k;
        bool ok = joint_fit(&p, w, &b, &info, NULL, &err);
        bool all = mem_fail_after > 0;
        mem_fail_after = 0;
        cr_expect(eq(int, ok, all));
        if (all)
            break;
        cr_expect(eq(int, (int)err.kind, (int)ERR_MEMORY));
        cr_assert(lt(sz, k, 40));
    }
}
