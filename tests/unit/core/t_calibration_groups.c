#include "core/calibration_groups.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/bt.h"
#include "core/temperature.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdint.h>

enum { K = 4, MOST = 4000 };
static const char *const names[K] = {"river", "ada", "tiny", "sea"};

static struct calibration_groups g;
static struct err err;
static double z[MOST], p[MOST];
static size_t of[MOST];
static struct metric_pairs m = {.z = z, .p = p};
static struct calibration_grouped in = {.m = &m, .of = of, .name = names, .k = K};

TestSuite(calibration_groups);

static void add(struct rng *r, size_t group, size_t n, double T)
{
    for (size_t i = 0; i < n; i++, m.n++) {
        z[m.n] = 2 * rng_normal(r);
        p[m.n] = rng_uniform(r) < bt_sigma(z[m.n] / T) ? 1 : 0;
        of[m.n] = group;
    }
}

/* Two groups that differ a lot, and one that is too small to tell. */
static void make_different(void)
{
    struct rng r;
    rng_seed(&r, 3);
    m.n = 0;
    add(&r, 0, 1500, 0.5);
    add(&r, 1, 1500, 3);
    add(&r, 2, 20, 1);
}

Test(calibration_groups, each_lies_between_its_own_and_that_of_all)
{
    make_different();
    cr_assert(calibration_groups_fit(&g, "source", &in, &err), "%s", err.text);
    cr_assert(eq(sz, g.k, 3)); /* "sea" has no pair */
    cr_expect(gt(dbl, g.tau, 0.3));
    for (size_t i = 0; i < g.k; i++) {
        const struct calibration_group *v = &g.v[i];
        if (v->n < CALIBRATION_GROUP_LEAST)
            continue;
        cr_expect(ge(dbl, v->T, fmin(v->own, g.T)));
        cr_expect(le(dbl, v->T, fmax(v->own, g.T)));
    }
    cr_expect(lt(dbl, fabs(log(calibration_groups_temperature(&g, "river") / 0.5)), 0.4));
    cr_expect(lt(dbl, fabs(log(calibration_groups_temperature(&g, "ada") / 3)), 0.4));
    calibration_groups_free(&g);
}

Test(calibration_groups, small_and_unknown_groups_have_the_temperature_of_all)
{
    make_different();
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    cr_expect(eq(dbl, calibration_groups_temperature(&g, "tiny"), g.T));
    cr_expect(eq(dbl, calibration_groups_temperature(&g, "nobody"), g.T));
    cr_expect(eq(dbl, calibration_groups_temperature(&g, NULL), g.T));
    calibration_groups_free(&g);
}

Test(calibration_groups, that_of_all_is_the_pooled_fit)
{
    struct temperature t;
    make_different();
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    temperature_fit(&m, NULL, &t);
    cr_expect(eq(dbl, g.T, t.T));
    calibration_groups_free(&g);
}

Test(calibration_groups, groups_alike_get_one_temperature)
{
    struct rng r;
    size_t once = 0, sets = 40;
    rng_seed(&r, 8);
    for (size_t i = 0; i < sets; i++) {
        m.n = 0;
        for (size_t k = 0; k < K; k++)
            add(&r, k, 400, 1.5);
        cr_assert(calibration_groups_fit(&g, "source", &in, &err));
        once += !(g.tau > 0);
        for (size_t k = 0; k < K; k++)
            cr_expect(lt(dbl, fabs(log(g.v[k].T / g.T)), 0.45));
        calibration_groups_free(&g);
    }
    cr_expect(once >= sets / 3, "%zu of %zu", once, sets); /* chance alone exceeds K - 1 in less than half */
}

Test(calibration_groups, permuting_pairs_changes_nothing)
{
    struct buf a = BUF_INIT, b = BUF_INIT;
    struct json_writer w;
    make_different();
    for (size_t i = 0; i < m.n; i++) /* sums in another order would differ in the last digit: numbers of few digits */
        z[i] = round(z[i] * 4) / 4;
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    double T[3] = {g.v[0].T, g.v[1].T, g.v[2].T};
    jw_start(&w, &a);
    calibration_groups_write(&g, &w);
    calibration_groups_free(&g);
    for (size_t i = 0; i < m.n / 2; i++) {
        size_t j = m.n - 1 - i, o = of[i];
        double zi = z[i], pi = p[i];
        z[i] = z[j], p[i] = p[j], of[i] = of[j];
        z[j] = zi, p[j] = pi, of[j] = o;
    }
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    jw_start(&w, &b);
    calibration_groups_write(&g, &w);
    for (size_t i = 0; i < 3; i++)
        cr_expect(epsilon_eq(dbl, g.v[i].T, T[i], 1e-9));
    cr_expect(eq(sz, a.len, b.len));
    calibration_groups_free(&g);
    buf_free(&a);
    buf_free(&b);
}

Test(calibration_groups, survive_being_written)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    struct calibration_groups back;
    make_different();
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    jw_start(&w, &text);
    calibration_groups_write(&g, &w);
    cr_assert(calibration_groups_read(&back, text.ptr, &err), "%s", err.text);
    cr_expect(eq(str, back.by, (char *)"source"));
    cr_expect(eq(sz, back.k, 2));
    for (size_t k = 0; k < K; k++)
        cr_expect(
            eq(dbl, calibration_groups_temperature(&back, names[k]), calibration_groups_temperature(&g, names[k])));
    calibration_groups_free(&g);
    calibration_groups_free(&back);
    buf_free(&text);
}

Test(calibration_groups, what_is_no_such_object_is_refused)
{
    static const char *const bad[] = {
        "[]",
        "{\"by\": \"source\", \"temperature\": 0, \"tau\": 1, \"groups\": []}",
        "{\"by\": \"source\", \"temperature\": 1, \"tau\": 1}",
        "{\"by\": \"source\", \"temperature\": 1, \"tau\": 1, \"groups\": [3]}",
        "{\"by\": \"source\", \"temperature\": 1, \"tau\": 1, \"groups\": [{\"name\": \"a\", \"n\": 1}]}",
        "{\"by\":\"x\", \"temperature\":1, \"tau\":1, \"groups\":[{\"name\":\"a\", \"n\":1, \"temperature\":-1}]}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(not(calibration_groups_read(&g, bad[i], &err)), "%s", bad[i]);
}

Test(calibration_groups, are_judged_on_pairs_left_out)
{
    double with, without;
    make_different();
    for (size_t i = 0; i < m.n; i++)
        of[i] = i < 1500 ? 0 : i < 3000 ? 1 : SIZE_MAX;
    cr_assert(calibration_groups_loss(&in, NULL, 5, 1, &with, &err), "%s", err.text);
    for (size_t i = 0; i < m.n; i++)
        of[i] = SIZE_MAX;
    cr_assert(calibration_groups_loss(&in, NULL, 5, 1, &without, &err));
    cr_expect(lt(dbl, with, without - 0.01));
    const uint64_t one[2] = {1, 1};
    m.n = 2;
    cr_assert(calibration_groups_loss(&in, one, 5, 1, &with, &err));
    cr_expect(isnan(with));
}

Test(calibration_groups, a_group_that_is_always_right_is_drawn_back)
{
    struct rng r;
    rng_seed(&r, 5);
    m.n = 0;
    add(&r, 0, 400, 0.5);
    add(&r, 1, 400, 3);
    add(&r, 2, 60, 1);
    for (size_t i = 800; i < 860; i++)
        p[i] = z[i] > 0 ? 1 : 0;
    cr_assert(calibration_groups_fit(&g, "source", &in, &err));
    double T = calibration_groups_temperature(&g, "tiny");
    cr_expect(lt(dbl, T, g.T));
    cr_expect(gt(dbl, T, TEMPERATURE_LEAST));
    calibration_groups_free(&g);
}

/* A million groups of one pair each: linear, and none has a temperature of its own. */
Test(calibration_groups, a_million_groups)
{
    enum { N = 1000000 };
    double *many = mem_array(N, sizeof *many);
    size_t *each = mem_array(N, sizeof *each);
    const char **name = mem_array(N, sizeof *name);
    for (size_t i = 0; i < N; i++) {
        many[i] = (double)(i % 7) - 2;
        each[i] = i;
        name[i] = "x";
    }
    struct metric_pairs all = {.z = many, .n = N};
    struct calibration_grouped wide = {.m = &all, .of = each, .name = name, .k = N};
    cr_assert(calibration_groups_fit(&g, "source", &wide, &err));
    cr_expect(eq(dbl, g.tau, 0));
    calibration_groups_free(&g);
    mem_free(many);
    mem_free(each);
    mem_free(name);
}
