/* How many comparisons it takes to know how far people agree: a plan before money is spent.
 *
 * Quadratic-weighted kappa is an intraclass correlation (Fleiss and Cohen 1973), and the sampling variance of that of
 * `people` judgements of each of n comparisons is, to first order,
 *
 *   2 (1 - k)^2 (1 + (m - 1) k)^2 / (m (m - 1) (n - 1))       k: kappa, m: people
 *
 * (Fisher 1925; Bonett 2002, Sample size requirements for estimating intraclass correlations with desired precision,
 * equation 3 solves it for n). It holds for comparisons drawn at random and people who are interchangeable; ratings on
 * few levels spread a little more. */
#ifndef ASSAY_CORE_PLAN_H
#define ASSAY_CORE_PLAN_H

/* Half the width of the 95 % interval. kappa in [0, 1], people >= 2, comparisons >= 2. */
double plan_half_width(double kappa, int people, double comparisons);
/* The fewest comparisons whose interval is no wider than +-half_width (> 0). */
double plan_comparisons(double kappa, int people, double half_width);

#endif
