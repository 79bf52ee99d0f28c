#include "core/pass.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/linalg.h"
#include "core/simd.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 1111, D = 43 };

static struct err err;
static double values[2 * N * D], w[D];
static struct pair pairs[N];
static struct embeddings e;

static void set_up(void)
{
    struct rng r;
    rng_seed(&r, 7);
    linalg_threads(1);
    for (size_t i = 0; i < 2 * N * D; i++)
        values[i] = rng_normal(&r);
    for (size_t i = 0; i < N; i++) /* every third weight is 0, labels are soft, strengths 0 to 3 */
        pairs[i] = (struct pair){.chosen = 2 * i,
                                 .rejected = 2 * i + 1,
                                 .weight = (double)(i % 3),
                                 .p = i % 5 / 4.0,
                                 .strength = (int)(i % 4)};
    for (size_t j = 0; j < D; j++)
        w[j] = rng_normal(&r);
    struct tensor t;
    tensor_borrow(&t, TENSOR_F64, values, 2 * N, D);
    embeddings_init(&e);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err), "%s", err.text);
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(pass, .init = set_up, .fini = tear_down);

/* Every loss that is convex and has a form, by both normalisations. */
static const struct bt_model models[] = {
    {.loss = {.kind = LOSS_PLAIN}},
    {.loss = {.kind = LOSS_MARGIN}},
    {.loss = {.kind = LOSS_SCALED}},
    {.loss = {.kind = LOSS_SCALED_MARGIN}},
    {.loss = {.kind = LOSS_SCALED}, .normalise = LOSS_BY_WEIGHTS},
    {.loss = {.kind = LOSS_SCALED_MARGIN}, .normalise = LOSS_BY_WEIGHTS},
    {.loss = {.noise = LOSS_SMOOTHING, .rate = 0.1}},
    {.loss = {.noise = LOSS_FLIP, .rate = 0.2}},
    {.loss = {.kind = LOSS_SCALED, .noise = LOSS_FLIP, .rate = 0.1}},
    {.loss = {.kind = LOSS_SCALED_MARGIN, .noise = LOSS_SMOOTHING, .rate = 0.3}, .normalise = LOSS_BY_WEIGHTS},
};
enum { MODELS = sizeof models / sizeof *models };

static double slope_of(double a, double b, double h, double z)
{
    return b * bt_sigma(h + z) - a * bt_sigma(h - z);
}

/* One pair of form (3, a, b, h) at z, against libm. */
static void check_losses(double a, double b, double h, double z)
{
    for (size_t i = 0; i < KERNEL_ROWS; i++) {
        struct kernel_pairs k = {.shifted = h != 0};
        struct kernel_forms form = {0};
        k.z[i] = z;
        form.weight[i] = 3;
        form.a[i] = a;
        form.b[i] = b;
        form.shift[i] = h;
        kernel_choose()->losses(&form, &k);
        double near = bt_sigma(h - z) * bt_sigma(z - h), far = bt_sigma(h + z) * bt_sigma(-h - z);
        double loss = 3 * (a * bt_softplus(h - z) + b * bt_softplus(h + z)), bend = 3 * (a * near + b * far);
        double slope = 3 * slope_of(a, b, h, z), size = fabs(a) + fabs(b);
        cr_expect(epsilon_eq(dbl, k.loss, loss, 4e-15 * size * (1 + fabs(h) + fabs(z))), "z %g", z);
        cr_expect(epsilon_eq(dbl, k.slope[i], slope, 6e-15 * size), "z %g", z);
        cr_expect(epsilon_eq(dbl, k.curvature, bend, 8e-15 * size * 3 * (near + far) + 1e-300), "z %g", z);
    }
}

Test(pass, losses_are_those_of_libm_for_any_margin)
{
    static const double z[] = {0,  -0.0, 1e-300, -1e-9, 0.3, -0.3, 0.8814, -0.89, 1,
                               -1, 3.5,  -20,    36.7,  -40, 699,  -707,   5000,  -1e6};
    for (enum simd level = SIMD_PLAIN; level < SIMD_LEVELS; level++) {
        simd_limit(level);
        for (size_t i = 0; i < sizeof z / sizeof *z; i++) {
            check_losses(0.25, 0.75, 0, z[i]);
            check_losses(1, 0, 0, z[i]);
            check_losses(1.125, -0.125, 0, z[i]);
            check_losses(0.9, 0.1, 2, z[i]);
            check_losses(1, 0, 3, z[i]);
        }
    }
}

/* Sure labels keep small losses, slopes and curvatures to full precision: nothing is lost against 1. */
Test(pass, losses_of_large_margins_do_not_cancel)
{
    struct kernel_pairs k = {0};
    struct kernel_forms form = {.weight = {1}, .a = {1}};
    k.z[0] = 60;
    kernel_choose()->losses(&form, &k);
    cr_expect(epsilon_eq(dbl, k.loss, exp(-60), 1e-14 * exp(-60)));
    cr_expect(epsilon_eq(dbl, k.slope[0], -exp(-60), 1e-14 * exp(-60)));
    cr_expect(epsilon_eq(dbl, k.curvature, exp(-60), 1e-14 * exp(-60)));
}

struct got {
    struct pass_sums sums;
    double g[D];
};

/* At w = s + where the anchor was taken. */
static struct got run_model(const struct bt_model *m, size_t memory, int threads, const double *at, const float *s,
                            const double *from)
{
    struct got out;
    struct diff f;
    struct pass p;
    struct team *team = team_open(threads);
    cr_assert(diff_init(&f, &e, pairs, NULL, N, memory, team, &err), "%s", err.text);
    cr_assert(pass_init_loss(&p, &f, &m->loss, m->normalise, team, &err), "%s", err.text);
    if (from != NULL || at != NULL)
        cr_assert(pass_exact(&p, from != NULL ? from : at, out.g, &out.sums, &err));
    pass_anchor(&p);
    if (s != NULL)
        out.sums = pass_run(&p, s, from != NULL, out.g);
    pass_free(&p);
    diff_free(&f);
    team_close(team);
    return out;
}

static struct got run_pass(size_t memory, int threads, const double *at, const float *s, const double *from)
{
    return run_model(&models[0], memory, threads, at, s, from);
}

static void slow_twin(const struct bt_model *m, const double *at, double *loss, double *g)
{
    struct bt_problem b;
    static double z[N];
    cr_assert(bt_init_model(&b, m, &e, pairs, NULL, N, BT_F64, &err), "%s", err.text);
    bt_margins(&b, at, z);
    *loss = bt_loss(&b, z);
    bt_gradient(&b, 0, at, z, g);
    bt_free(&b);
}

static void expect_near(const struct got *a, double loss, const double *g, double tolerance)
{
    cr_expect(epsilon_eq(dbl, a->sums.loss, loss, tolerance * (1 + fabs(loss))));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, a->g[j], g[j], tolerance), "column %zu", j);
}

Test(pass, sums_are_those_of_the_slow_twin_for_every_loss)
{
    float s[D];
    double at[D], loss, g[D];
    for (size_t j = 0; j < D; j++)
        at[j] = (double)(s[j] = (float)w[j]);
    for (size_t m = 0; m < MODELS; m++) {
        slow_twin(&models[m], at, &loss, g);
        struct got exact = run_model(&models[m], 0, 2, at, NULL, NULL);
        struct got quick = run_model(&models[m], SIZE_MAX, 2, NULL, s, NULL);
        expect_near(&exact, loss, g, 1e-13);
        expect_near(&quick, loss, g, 2e-6);
    }
}

/* A small step from an anchor: the error is that of the step, not that of the whole. */
Test(pass, an_anchor_gives_what_float64_gives_for_every_loss)
{
    float s[D];
    double at[D], loss, g[D], g0[D], loss0;
    for (size_t j = 0; j < D; j++) {
        s[j] = 1e-4F * (float)(j % 7);
        at[j] = w[j] + (double)s[j];
    }
    for (size_t m = 0; m < MODELS; m++) {
        slow_twin(&models[m], w, &loss0, g0);
        slow_twin(&models[m], at, &loss, g);
        linalg_axpy(-1, g0, g, D);
        struct got a = run_model(&models[m], SIZE_MAX, 1, NULL, s, w);
        cr_expect(gt(dbl, linalg_nrm2(g, D), 1e-5));
        expect_near(&a, loss, g, 2e-11);
    }
}

/* The mean of the pairs' curvatures is the curvature of the whole, and they are those of the loss at the margins. */
Test(pass, curvatures_of_pairs_are_those_of_the_loss)
{
    for (size_t m = 0; m < MODELS; m++) {
        struct diff f;
        struct pass p;
        struct pass_sums sums;
        double g[D], mean = 0;
        cr_assert(diff_init(&f, &e, pairs, NULL, N, 0, NULL, &err), "%s", err.text);
        cr_assert(pass_init_loss(&p, &f, &models[m].loss, models[m].normalise, NULL, &err), "%s", err.text);
        cr_assert(pass_exact(&p, w, g, &sums, &err));
        for (size_t i = 0; i < N; i++) {
            const struct pair *q = &f.pairs[i];
            double one = loss_at(&models[m].loss, 1, q->p, q->strength, p.z[i]).curvature * f.sum_weight / p.divisor;
            cr_expect(epsilon_eq(dbl, pass_curvature(&p, i), q->weight > 0 ? one : 0, 1e-13));
            mean += q->weight * pass_curvature(&p, i) / f.sum_weight;
        }
        cr_expect(epsilon_eq(dbl, mean, sums.curvature, 1e-13));
        pass_free(&p);
        diff_free(&f);
    }
}

/* Kept or formed again, one thread or three, AVX2 or not: the same bits. */
Test(pass, bits_do_not_depend_on_how_it_is_done)
{
    float s[D];
    for (size_t j = 0; j < D; j++)
        s[j] = (float)w[j];
    struct got first = run_pass(SIZE_MAX, 1, NULL, s, w);
    for (int way = 1; way < 12; way++) {
        simd_limit((enum simd)(way / 4));
        struct got next = run_pass((way & 1) != 0 ? 0 : SIZE_MAX, (way & 2) != 0 ? 3 : 1, NULL, s, w);
        cr_expect(eq(int, memcmp(next.g, first.g, sizeof first.g), 0), "way %d", way);
        cr_expect(eq(dbl, next.sums.loss, first.sums.loss));
        cr_expect(eq(dbl, next.sums.curvature, first.sums.curvature));
    }
}

/* The first pass forms the rows on its way; the rows and the sums have the bits of reading first and passing then. */
Test(pass, the_first_reading_gives_the_gradient_at_zero)
{
    static const float zero[D];
    for (int way = 0; way < 4; way++) {
        struct diff f;
        struct pass p;
        struct pass_sums sums;
        double g[D];
        struct team *team = team_open(1 + way % 2);
        struct got wanted = run_model(&models[3], SIZE_MAX, 1, NULL, zero, NULL);
        cr_assert(diff_prepare(&f, &e, pairs, NULL, N, way < 2 ? SIZE_MAX : 0, &err), "%s", err.text);
        cr_assert(pass_init_loss(&p, &f, &models[3].loss, models[3].normalise, team, &err), "%s", err.text);
        cr_assert(pass_first(&p, &f, g, &sums, &err), "%s", err.text);
        cr_expect(eq(int, memcmp(g, wanted.g, sizeof g), 0), "way %d", way);
        cr_expect(eq(dbl, sums.loss, wanted.sums.loss));
        cr_expect(eq(dbl, sums.curvature, wanted.sums.curvature));
        cr_expect(eq(sz, p.taken, 1));
        pass_run(&p, zero, false, g); /* with the rows that it left */
        cr_expect(eq(int, memcmp(g, wanted.g, sizeof g), 0), "way %d", way);
        pass_free(&p);
        diff_free(&f);
        team_close(team);
    }
}

Test(pass, the_first_reading_finds_what_is_not_finite)
{
    struct diff f;
    struct pass p;
    struct pass_sums sums;
    double g[D], kept = values[2 * 700 * D + 5];
    values[2 * 700 * D + 5] = INFINITY;
    cr_assert(diff_prepare(&f, &e, pairs, NULL, N, SIZE_MAX, &err), "%s", err.text);
    cr_assert(pass_init(&p, &f, NULL, &err), "%s", err.text);
    cr_expect(not(pass_first(&p, &f, g, &sums, &err)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
    cr_expect(ne(ptr, strstr(err.text, "1400"), NULL), "%s", err.text);
    values[2 * 700 * D + 5] = kept;
    pass_free(&p);
    diff_free(&f);
}

/* Rounded rows: nearly right away from an anchor, without any error at it, and the same bits however it is done. */
Test(pass, coarse_rows_err_with_the_step_from_the_anchor_only)
{
    float at[D], still[D] = {0};
    double exact[D], first[D] = {0}, size;
    for (size_t j = 0; j < D; j++)
        at[j] = (float)w[j];
    for (int way = 0; way < 12; way++) {
        struct diff f;
        struct pass p;
        struct coarse rough;
        struct pass_sums sums, near;
        double g[D];
        struct team *team = team_open((way & 1) != 0 ? 3 : 1);
        simd_limit((enum simd)(way / 4));
        cr_assert(diff_prepare(&f, &e, pairs, NULL, N, 0, &err), "%s", err.text);
        cr_assert(pass_init(&p, &f, team, &err), "%s", err.text);
        cr_assert(coarse_init(&rough, &f, (way & 2) != 0 ? 0 : SIZE_MAX, &err), "%s", err.text);
        pass_use(&p, &rough);
        cr_assert(pass_first(&p, &f, g, &sums, &err), "%s", err.text);
        near = pass_run(&p, at, false, g);
        if (way == 0)
            memcpy(first, g, sizeof g);
        cr_expect(eq(int, memcmp(g, first, sizeof g), 0), "way %d", way);
        cr_assert(pass_exact(&p, w, exact, &sums, &err), "%s", err.text);
        size = linalg_nrm2(exact, D);
        linalg_axpy(-1, exact, g, D);
        cr_expect(le(dbl, linalg_nrm2(g, D), 1e-4 * size), "%g of %g", linalg_nrm2(g, D), size);
        cr_expect(gt(dbl, linalg_nrm2(g, D), 0), "nothing was rounded");
        cr_expect(epsilon_eq(dbl, near.loss, sums.loss, 1e-4 * sums.loss));
        pass_anchor(&p);
        near = pass_run(&p, still, true, g);
        cr_expect(eq(dbl, linalg_nrm2(g, D), 0));
        cr_expect(epsilon_eq(dbl, near.loss, sums.loss, 1e-13 * sums.loss));
        pass_free(&p);
        coarse_free(&rough);
        diff_free(&f);
        team_close(team);
        simd_limit(SIMD_AVX512);
    }
}

/* Rounded rows of whole pages have a line more: kept or formed again, their sums are those of the rows. */
Test(pass, rounded_rows_as_long_as_pages_are_summed_as_others)
{
    enum { FEW = 9, WIDEST = 2049 };
    static const size_t widths[] = {2016, 2017, 2040, 2048, WIDEST};
    static float rows[2 * FEW * WIDEST], s[WIDEST];
    static double exact[WIDEST], wide[WIDEST], g[2][WIDEST];
    for (size_t i = 0; i < 2 * FEW * WIDEST; i++)
        rows[i] = (float)values[i];
    for (size_t k = 0; k < sizeof widths / sizeof *widths; k++) {
        size_t d = widths[k];
        struct tensor t;
        struct embeddings many;
        struct diff f;
        struct pass p;
        struct pass_sums sums[2], all;
        tensor_borrow(&t, TENSOR_F32, rows, 2 * FEW, d);
        embeddings_init(&many);
        cr_assert(embeddings_add_tensor(&many, &t, "memory", NULL, &err), "%s", err.text);
        for (size_t j = 0; j < d; j++)
            wide[j] = (double)(s[j] = (float)values[j] / 50);
        for (int kept = 0; kept < 2; kept++) {
            struct coarse rough;
            cr_assert(diff_prepare(&f, &many, pairs, NULL, FEW, 0, &err) && pass_init(&p, &f, NULL, &err));
            cr_assert(coarse_init(&rough, &f, kept == 1 ? SIZE_MAX : 0, &err), "%s", err.text);
            pass_use(&p, &rough);
            cr_assert(pass_first(&p, &f, g[kept], &sums[kept], &err), "%s", err.text);
            sums[kept] = pass_run(&p, s, false, g[kept]);
            cr_assert(pass_exact(&p, wide, exact, &all, &err));
            pass_free(&p);
            coarse_free(&rough);
            diff_free(&f);
        }
        cr_expect(epsilon_eq(dbl, sums[0].loss, all.loss, 1e-2));
        cr_expect(eq(int, memcmp(g[0], g[1], d * sizeof *g[0]), 0), "%zu columns", d);
        linalg_axpy(-1, exact, g[0], d);
        cr_expect(linalg_nrm2(g[0], d) <= 1e-2 * linalg_nrm2(exact, d), "%zu columns", d);
        embeddings_close(&many);
    }
}
