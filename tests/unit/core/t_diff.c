#include "core/diff.h"

#include "core/base/rng.h"
#include "core/bt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { ROWS = 700, D = 19, N = 900 };

static struct err err;

/* The same random numbers in each precision; f16 and bf16 patterns are made from bits of small exponent. */
static void make_embeddings(struct embeddings *e, enum tensor_type type, void *values)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < ROWS * D; i++) {
        double v = rng_normal(&r);
        uint16_t half = (uint16_t)((rng_below(&r, 2) << 15) | ((8 + rng_below(&r, 8)) << 10) | rng_below(&r, 1024));
        uint16_t brain = (uint16_t)((rng_below(&r, 2) << 15) | ((120 + rng_below(&r, 8)) << 7) | rng_below(&r, 128));
        if (type == TENSOR_F64)
            ((double *)values)[i] = v;
        else if (type == TENSOR_F32)
            ((float *)values)[i] = (float)v;
        else
            ((uint16_t *)values)[i] = type == TENSOR_F16 ? half : brain;
    }
    struct tensor t;
    tensor_borrow(&t, type, values, ROWS, D);
    embeddings_init(e);
    cr_assert(embeddings_add_tensor(e, &t, "memory", NULL, &err), "%s", err.text);
}

static void make_pairs(struct pair *pairs)
{
    struct rng r;
    rng_seed(&r, 6);
    for (size_t i = 0; i < N; i++)
        pairs[i] = (struct pair){.chosen = rng_below(&r, ROWS),
                                 .rejected = rng_below(&r, ROWS),
                                 .weight = (double)(1 + i),
                                 .p = (double)i / N};
}

/* Number of a pair of the diff among the given: make_pairs put it into the weight. */
static size_t number(const struct diff *f, size_t i)
{
    return (size_t)f->weight[i] - 1;
}

static void same_as_slow_twin(enum tensor_type type, size_t memory, int threads)
{
    static double values[ROWS * D];
    static struct pair pairs[N];
    struct embeddings e;
    struct diff f;
    struct bt_problem single, full;
    struct team *team = team_open(threads);
    make_embeddings(&e, type, values);
    make_pairs(pairs);
    cr_assert(diff_init(&f, &e, pairs, NULL, N, memory, team, &err), "%s", err.text);
    cr_expect(eq(int, f.kept != NULL, memory > 0));
    cr_assert(bt_init(&single, &e, pairs, NULL, N, BT_F32, &err) && bt_init(&full, &e, pairs, NULL, N, BT_F64, &err));
    float scratch[7 * D];
    double wide[5 * D], wide_scratch[2 * D];
    size_t before = 0;
    for (size_t i = 0; i < N; i += 5) {
        const float *x = diff_rows(&f, i, 5, scratch);
        diff_rows_f64(&f, i, 5, wide, wide_scratch);
        for (size_t r = 0; r < 5; r++) {
            size_t k = number(&f, i + r), low = f.pairs[i + r].chosen;
            low = f.pairs[i + r].rejected < low ? f.pairs[i + r].rejected : low;
            cr_assert(ge(sz, low, before), "rows are not read in order");
            before = low;
            cr_assert(eq(dbl, f.p[i + r], pairs[k].p));
            cr_assert(eq(int, memcmp(wide + r * D, full.f64 + k * D, D * sizeof *wide), 0));
            for (size_t j = 0; j < D && type != TENSOR_F64; j++)
                cr_assert(x[r * D + j] == single.f32[k * D + j]);
        }
    }
    diff_free(&f);
    bt_free(&single);
    bt_free(&full);
    embeddings_close(&e);
    team_close(team);
}

Test(diff, differences_are_those_of_the_slow_twin_in_every_precision)
{
    for (int type = TENSOR_F16; type <= TENSOR_F64; type++)
        for (int kept = 0; kept < 2; kept++)
            same_as_slow_twin((enum tensor_type)type, kept == 1 ? SIZE_MAX : 0, 1 + kept);
}

Test(diff, knows_whether_a_difference_was_rounded)
{
    static double values[ROWS * D];
    static const bool exact[] = {[TENSOR_F16] = true, [TENSOR_BF16] = true, [TENSOR_F32] = false, [TENSOR_F64] = false};
    struct pair pair = {.chosen = 3, .rejected = 9, .weight = 1, .p = 1};
    struct team *team = team_open(1);
    for (int type = TENSOR_F16; type <= TENSOR_F64; type++) {
        struct embeddings e;
        struct diff f;
        make_embeddings(&e, (enum tensor_type)type, values);
        cr_assert(diff_init(&f, &e, &pair, NULL, 1, SIZE_MAX, team, &err), "%s", err.text);
        cr_expect(eq(int, f.exact, exact[type]), "type %d", type);
        diff_free(&f);
        embeddings_close(&e);
    }
    team_close(team);
}

Test(diff, knows_which_differences_were_rounded)
{
    static double values[ROWS * D];
    struct pair pairs[] = {{.chosen = 3, .rejected = 9, .weight = 1, .p = 1},
                           {.chosen = 5, .rejected = 5, .weight = 1, .p = 1}};
    struct team *team = team_open(1);
    struct embeddings e;
    struct diff f;
    float scratch[4 * D];
    make_embeddings(&e, TENSOR_F32, values);
    for (int kept = 0; kept < 2; kept++) {
        cr_assert(diff_init(&f, &e, pairs, NULL, 2, kept == 1 ? SIZE_MAX : 0, team, &err), "%s", err.text);
        cr_expect(eq(ptr, (void *)diff_rows_exact(&f, 0, 2, scratch), NULL));
        for (size_t i = 0; i < 2; i++) {
            const float *x = diff_rows_exact(&f, i, 1, scratch);
            cr_assert(eq(int, x != NULL, f.pairs[i].chosen == 5), "pair %zu", i);
            cr_expect(x == NULL || x[D - 1] == 0);
        }
        diff_free(&f);
    }
    embeddings_close(&e);
    team_close(team);
}

static enum err_kind kind_of(const struct embeddings *e, struct pair pair, size_t n)
{
    struct diff f;
    struct team *team = team_open(1);
    err = (struct err){0};
    cr_expect(not(diff_init(&f, e, &pair, NULL, n, SIZE_MAX, team, &err)));
    team_close(team);
    return err.kind;
}

Test(diff, refuses_what_cannot_be_fitted)
{
    static double values[ROWS * D];
    struct embeddings e;
    make_embeddings(&e, TENSOR_F64, values);
    values[4 * D + 2] = INFINITY;
    values[5 * D] = 1e300; /* no float */
    struct pair good = {.chosen = 1, .rejected = 2, .weight = 1, .p = 1}, p = good;
    cr_expect(eq(int, kind_of(&e, good, 0), ERR_RANGE));
    p.weight = 0;
    cr_expect(eq(int, kind_of(&e, p, 1), ERR_RANGE));
    p.weight = NAN;
    cr_expect(eq(int, kind_of(&e, p, 1), ERR_RANGE));
    p = good;
    p.p = 1.5;
    cr_expect(eq(int, kind_of(&e, p, 1), ERR_RANGE));
    p = good;
    p.rejected = 4;
    cr_expect(eq(int, kind_of(&e, p, 1), ERR_NUMERIC));
    cr_expect(strstr(err.text, "rows 1 and 4") != NULL, "%s", err.text);
    p.rejected = 5;
    cr_expect(eq(int, kind_of(&e, p, 1), ERR_NUMERIC));
    embeddings_close(&e);
}
