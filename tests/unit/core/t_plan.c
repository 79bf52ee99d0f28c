#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/rng.h"
#include "core/plan.h"

#include <math.h>

TestSuite(plan);

Test(plan, width_and_size_are_each_other_s_inverse)
{
    static const double kappas[] = {0, 0.2, 0.47, 0.8, 0.95}, widths[] = {0.01, 0.05, 0.2};
    for (size_t i = 0; i < sizeof kappas / sizeof *kappas; i++)
        for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
            for (int people = 2; people <= 6; people++) {
                double n = plan_comparisons(kappas[i], people, widths[w]);
                cr_expect(le(dbl, plan_half_width(kappas[i], people, n), widths[w] + 1e-12));
                if (n > 2)
                    cr_expect(gt(dbl, plan_half_width(kappas[i], people, n - 1), widths[w] - 1e-12));
            }
}

/* 2 x 0.53^2 x 1.94^2 / (3 x 2 x 399), its root times 1.96. */
Test(plan, one_worked_by_hand)
{
    cr_expect(epsilon_eq(dbl, plan_half_width(0.47, 3, 400), 0.058248, 1e-6));
    cr_expect(eq(dbl, plan_comparisons(0.47, 3, 0.05), 543));
}

/* One way analysis of variance of n x m judgements that agree by k. */
static double simulated(struct rng *r, double k, int m, int n)
{
    double sum = 0, between = 0, within = 0, mean[200];
    for (int i = 0; i < n; i++) {
        double item = sqrt(k) * rng_normal(r), x[8];
        mean[i] = 0;
        for (int j = 0; j < m; j++) {
            x[j] = item + sqrt(1 - k) * rng_normal(r);
            mean[i] += x[j] / m;
        }
        for (int j = 0; j < m; j++)
            within += (x[j] - mean[i]) * (x[j] - mean[i]);
        sum += mean[i] / n;
    }
    for (int i = 0; i < n; i++)
        between += m * (mean[i] - sum) * (mean[i] - sum);
    between /= n - 1;
    within /= n * (m - 1);
    return (between - within) / (between + (m - 1) * within);
}

Test(plan, simulated_studies_spread_as_planned)
{
    enum { STUDIES = 2000, N = 200 };
    static const struct {
        double kappa;
        int people;
    } plans[] = {{0.2, 2}, {0.47, 3}, {0.7, 5}};
    struct rng r;
    rng_seed(&r, 7);
    for (size_t p = 0; p < sizeof plans / sizeof *plans; p++) {
        double sum = 0, squares = 0;
        for (int s = 0; s < STUDIES; s++) {
            double k = simulated(&r, plans[p].kappa, plans[p].people, N);
            sum += k;
            squares += k * k;
        }
        double sd = sqrt(squares / STUDIES - sum / STUDIES * (sum / STUDIES));
        double planned = plan_half_width(plans[p].kappa, plans[p].people, N) / 1.959963984540054;
        cr_expect(epsilon_eq(dbl, sd / planned, 1, 0.06), "%g, %d people: %g, planned %g", plans[p].kappa,
                  plans[p].people, sd, planned);
    }
}
