#include "core/precondition.h"

#include "core/linalg.h"
#include "tests/support/spectrum.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

static struct err err;

/* What a sampled row's curvature may differ from the mean by: made up, positive. */
static double share(size_t i)
{
    return 0.1 + (double)(i % 7);
}

/* |M h - g| / |g| with M put together from its definition in float64, all rows of s sampled. */
static double residual(const struct spectrum *s, const struct diff *f, const struct precondition *p, bool reweighed,
                       const double *h, const double *g)
{
    double *r = mem_array(s->d, sizeof *r), *x = mem_array(3 * s->d, sizeof *x);
    for (size_t j = 0; j < s->d; j++)
        r[j] = p->ridge * h[j] - g[j];
    for (size_t i = 0; i < s->n; i++) {
        double a = p->a * (reweighed && p->plan.kind == PRECONDITION_DUAL ? share(i) : 1);
        diff_rows_f64(f, i, 1, x, x + s->d);
        linalg_axpy(a * f->weight[i] / f->sum_weight * linalg_dot(x, h, s->d), x, r, s->d);
    }
    double norm = linalg_nrm2(r, s->d) / linalg_nrm2(g, s->d);
    mem_free(r);
    mem_free(x);
    return norm;
}

static void check_apply(size_t n, size_t d, enum precondition_kind kind)
{
    struct spectrum s;
    struct diff f;
    struct precondition p;
    struct team *team = team_open(2);
    double *g = mem_array(d, sizeof *g), *h = mem_array(d, sizeof *h), *c = mem_array(n, sizeof *c);
    spectrum_draw(&s, n, d, 1, 3);
    for (size_t i = 0; i < n; i++) {
        s.pairs[i].weight = (double)(1 + i % 3);
        c[i] = 0.02 * share(i);
    }
    for (size_t j = 0; j < d; j++)
        g[j] = 1e-30 * cos((double)j); /* of any size */
    cr_assert(diff_init(&f, &s.e, s.pairs, NULL, n, 0, team, &err), "%s", err.text);
    struct precondition_plan plan = {kind, n};
    linalg_threads(1);
    cr_assert(precondition_init(&p, &f, plan, 1e-2, team, &err), "%s", err.text);
    cr_expect(eq(sz, precondition_row(&p, n / 2), n / 2)); /* all rows are sampled */
    for (int i = 0; i < 3; i++) {
        precondition_apply(&p, g, h);
        cr_expect(eq(int, p.plan.kind, kind));
        cr_expect(lt(dbl, residual(&s, &f, &p, i == 2, h, g), 1e-4), "%s", precondition_name(kind));
        if (i == 0)
            precondition_set_curvature(&p, 0.02);
        else
            precondition_set_curvatures(&p, 0.02, c);
        cr_expect(epsilon_eq(dbl, p.ridge, 0.02 * p.delta + 1e-2, 1e-12));
    }
    precondition_free(&p);
    diff_free(&f);
    spectrum_free(&s);
    team_close(team);
    mem_free(g);
    mem_free(h);
    mem_free(c);
}

Test(precondition, is_the_inverse_of_its_definition)
{
    check_apply(1500, 40, PRECONDITION_GRAM); /* more rows than are multiplied at a time */
    check_apply(50, 90, PRECONDITION_DUAL);
}

/* delta = 2 (d/m) h, where h estimates the harmonic mean of the eigenvalues of the whole: known for a spectrum 1/k. */
Test(precondition, shrinkage_follows_the_harmonic_mean)
{
    struct spectrum s;
    struct diff f;
    struct precondition p;
    struct team *team = team_open(1);
    enum { WIDE = 100, SAMPLED = 400 };
    double total = 0, inverse = 0;
    for (int k = 1; k <= WIDE; k++)
        total += 1.0 / k;
    for (int k = 1; k <= WIDE; k++)
        inverse += k * total / WIDE;
    spectrum_draw(&s, 5000, WIDE, 1, 4);
    cr_assert(diff_init(&f, &s.e, s.pairs, NULL, s.n, SIZE_MAX, team, &err), "%s", err.text);
    cr_assert(precondition_init(&p, &f, (struct precondition_plan){PRECONDITION_GRAM, SAMPLED}, 1e-6, team, &err));
    double wanted = 2.0 * WIDE / SAMPLED * WIDE / inverse;
    cr_expect(epsilon_eq(dbl, p.trace, WIDE, 0.15 * WIDE));
    cr_expect(epsilon_eq(dbl, p.delta, wanted, 0.15 * wanted), "%g, not %g", p.delta, wanted);
    precondition_free(&p);
    diff_free(&f);
    spectrum_free(&s);
    team_close(team);
}

/* Fewer rows than columns: delta = 2 k with sum e_i / (e_i + k) = m, solved here from the known eigenvalues. */
Test(precondition, shrinkage_of_a_small_sample_is_the_level_where_it_stops_to_see)
{
    struct spectrum s;
    struct diff f;
    struct precondition p;
    enum { WIDE = 200, SAMPLED = 80 };
    double total = 0, low = 0, high = WIDE;
    for (int i = 1; i <= WIDE; i++)
        total += 1.0 / i;
    for (int step = 0; step < 60; step++) {
        double k = (low + high) / 2, seen = 0;
        for (int i = 1; i <= WIDE; i++)
            seen += 1 / (1 + k * i * total / WIDE);
        low = seen > SAMPLED ? k : low;
        high = seen > SAMPLED ? high : k;
    }
    spectrum_draw(&s, 1000, WIDE, 1, 5);
    linalg_threads(1);
    cr_assert(diff_init(&f, &s.e, s.pairs, NULL, s.n, SIZE_MAX, NULL, &err), "%s", err.text);
    struct precondition_plan plan = {PRECONDITION_DUAL, SAMPLED};
    cr_assert(precondition_init(&p, &f, plan, 1e-6, NULL, &err));
    cr_expect(epsilon_eq(dbl, p.delta, 2 * low, 0.2 * low), "%g, not %g", p.delta, 2 * low);
    precondition_free(&p);
    diff_free(&f);
    spectrum_free(&s);
}

static void expect_plan(size_t n, size_t d, enum precondition_kind kind, size_t least, size_t most)
{
    struct precondition_plan p = precondition_choose(n, d);
    cr_expect(eq(int, p.kind, kind), "%zu x %zu: %s", n, d, precondition_name(p.kind));
    cr_expect(p.rows >= least && p.rows <= most, "%zu x %zu: %zu rows", n, d, p.rows);
}

Test(precondition, the_shape_decides)
{
    expect_plan(500000, 512, PRECONDITION_GRAM, 24 * 512, 24 * 512);
    expect_plan(50000, 1024, PRECONDITION_GRAM, 2 * 1024, 4 * 1024);
    expect_plan(20000, 4096, PRECONDITION_DUAL, 1024, 4096);
    expect_plan(2000, 4096, PRECONDITION_DUAL, 256, 2000);
    expect_plan(1000, 1, PRECONDITION_GRAM, 2, 1000);
    expect_plan(3, 100000, PRECONDITION_DUAL, 3, 3);
}

/* Known spectra: d sum e^2 / (sum e)^2. */
Test(precondition, eigenvalues_that_are_nearly_equal_need_no_matrix)
{
    enum { WIDE = 128, ROWS = 10000 };
    linalg_threads(1);
    for (int alpha = 0; alpha < 2; alpha++) {
        struct spectrum s;
        struct diff f;
        struct precondition_plan plan;
        double found, sum = 0, square = 0;
        for (int k = 1; k <= WIDE; k++) {
            sum += pow(k, -alpha);
            square += pow(k, -2 * alpha);
        }
        double wanted = WIDE * square / (sum * sum);
        spectrum_draw(&s, ROWS, WIDE, alpha, 6);
        cr_assert(diff_init(&f, &s.e, s.pairs, NULL, s.n, SIZE_MAX, NULL, &err), "%s", err.text);
        cr_assert(precondition_spread(&f, &found, &err));
        cr_expect(epsilon_eq(dbl, found, wanted, 0.25 * wanted), "%g, not %g", found, wanted);
        cr_assert(precondition_plan_for(&f, &plan, &err));
        cr_expect(eq(int, plan.kind, alpha == 0 ? PRECONDITION_SCALAR : PRECONDITION_GRAM));
        diff_free(&f);
        spectrum_free(&s);
    }
}

/* The sample may hold nothing that counts: then M is its penalty. */
Test(precondition, a_sample_without_weight_leaves_the_penalty)
{
    for (enum precondition_kind kind = PRECONDITION_SCALAR; kind <= PRECONDITION_DUAL; kind++) {
        struct spectrum s;
        struct diff f;
        struct precondition p;
        double g[8] = {1, -2, 3}, h[8];
        spectrum_draw(&s, 40, 8, 0, 7);
        for (size_t i = 0; i < s.n; i++)
            s.pairs[i].weight = i == 0; /* never sampled: 4 rows are taken from the middle of their stretch */
        linalg_threads(1);
        cr_assert(diff_init(&f, &s.e, s.pairs, NULL, s.n, 0, NULL, &err), "%s", err.text);
        struct precondition_plan plan = {kind, 4};
        cr_assert(precondition_init(&p, &f, plan, 0.5, NULL, &err));
        precondition_apply(&p, g, h);
        for (size_t j = 0; j < 8; j++)
            cr_expect(epsilon_eq(dbl, h[j], g[j] / 0.5, 1e-6));
        precondition_free(&p);
        diff_free(&f);
        spectrum_free(&s);
    }
}
