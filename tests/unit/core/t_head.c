#include "core/head.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

static struct err err;
static struct core_folder folder;
static struct head h;
static char path[CORE_PATH];
static const char *const attributes[] = {"correctness", "helpfulness"};

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "head.safetensors", path);
    head_init(&h, "regression", attributes, 2, 3);
    memcpy(h.W, (double[]){1, 2, 3, -1, 0.5, 0}, 6 * sizeof(double));
    memcpy(h.b, (double[]){10, 20}, 2 * sizeof(double));
}

static void tear_down(void)
{
    head_free(&h);
    core_folder_remove(&folder);
}

TestSuite(head, .init = set_up, .fini = tear_down);

Test(head, outputs_are_linear)
{
    double out[2];
    head_outputs(&h, (double[]){1, 1, 2}, out);
    cr_expect(eq(dbl[2], out, ((double[2]){19, 19.5})));
}

Test(head, rewards_of_rows_of_float32_are_those_of_each)
{
    enum { COLUMNS = 53 };
    static const char *const names[] = {"a", "b", "c"};
    struct head other;
    struct rng r;
    double x[COLUMNS], rewards[HEAD_ROWS];
    float X[HEAD_ROWS * COLUMNS];
    rng_seed(&r, 3);
    head_init(&other, "regression", names, 3, COLUMNS);
    for (size_t i = 0; i < 3 * COLUMNS; i++)
        other.W[i] = rng_normal(&r);
    for (size_t i = 0; i < 3; i++) {
        other.b[i] = rng_normal(&r);
        other.mix[i] = i == 1 ? 0 : 0.5 + (double)i;
    }
    for (size_t i = 0; i < HEAD_ROWS * COLUMNS; i++)
        X[i] = (float)rng_normal(&r);
    cr_assert(head_is_linear(&other));
    for (size_t n = 1; n <= HEAD_ROWS; n++) {
        head_rewards(&other, X, n, rewards);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < COLUMNS; j++)
                x[j] = (double)X[i * COLUMNS + j];
            cr_expect(epsilon_eq(dbl, rewards[i], head_reward(&other, x), 1e-12));
        }
    }
    head_free(&other);
}

Test(head, reward_is_helpfulness_unless_mixed)
{
    const double x[] = {1, 1, 2};
    cr_expect(eq(dbl, head_reward(&h, x), 19.5));
    h.mix[0] = 0.74;
    h.mix[1] = 0.3;
    cr_expect(epsilon_eq(dbl, head_reward(&h, x), 0.74 * 19 + 0.3 * 19.5, 1e-12));
}

Test(head, reward_is_the_first_output_without_helpfulness)
{
    struct head other;
    head_init(&other, "regression", (const char *const[]){"a", "b"}, 2, 1);
    cr_expect(eq(dbl, other.mix[0], 1));
    cr_expect(eq(dbl, other.mix[1], 0));
    head_free(&other);
}

/* Output 19 is beyond all cuts of the first attribute, 19.5 in the middle of those of the second. */
Test(head, ordinal_levels_make_outputs_expected_ratings)
{
    const double x[] = {1, 1, 2}, second = 0.5;
    struct head other;
    double out[2];
    head_set_tensor(&h, "ordinal.cuts", 2, 2, (const double[]){-40, -30, 19.5, 1e30});
    head_outputs(&h, x, out);
    cr_expect(eq(dbl, out[0], 19), "cuts alone change nothing");
    head_set_tensor(&h, "ordinal.levels", 3, 0, (const double[]){0, 1, 4});
    head_outputs(&h, x, out);
    cr_expect(epsilon_eq(dbl, out[0], 4, 1e-15));
    cr_expect(epsilon_eq(dbl, out[1], second, 1e-15));
    h.mix[0] = 2;
    cr_expect(epsilon_eq(dbl, head_reward(&h, x), 8 + second, 1e-14));
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    cr_assert(head_load(path, &other, &err), "%s", err.text);
    cr_expect(epsilon_eq(dbl, head_reward(&other, x), 8 + second, 1e-14));
    head_free(&other);
}

Test(head, levels_without_their_cuts_are_refused)
{
    static const double levels[] = {0, 1, 4}, falling[] = {0, 4, 1}, cuts[] = {1, 2, 3, 4}, unordered[] = {1, 2, 4, 3};
    struct head other;
    for (int i = 0; i < 4; i++) {
        head_set_tensor(&h, "ordinal.levels", 3, 0, i == 1 ? falling : levels);
        if (i == 1)
            head_set_tensor(&h, "ordinal.cuts", 2, 2, cuts);
        if (i == 2)
            head_set_tensor(&h, "ordinal.cuts", 2, 2, unordered);
        if (i == 3)
            head_set_tensor(&h, "ordinal.cuts", 4, 1, cuts);
        cr_assert(head_save(path, &h, &err), "%s", err.text);
        cr_expect(not(head_load(path, &other, &err)), "%d", i);
        cr_expect(eq(int, (int)err.kind, (int)ERR_SCHEMA));
    }
    head_set_tensor(&h, "ordinal.cuts", 2, 2, cuts);
    cr_assert(head_save(path, &h, &err));
    cr_assert(head_load(path, &other, &err), "%s", err.text);
    head_free(&other);
}

Test(head, what_is_saved_is_loaded)
{
    struct head other;
    h.temperature = 1.25;
    head_set_meta(&h, "settings", "{\"l2\":0.001}");
    head_set_meta(&h, "settings", "{\"l2\":0.01}");
    head_set_tensor(&h, "cuts", 3, 0, (const double[]){7, 8, 9});
    head_set_tensor(&h, "ensemble.weight", 1, 3, (const double[]){0, 0, 0});
    head_set_tensor(&h, "ensemble.weight", 2, 3, (const double[]){1, 2, 3, 4, 5, 6});
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    cr_assert(head_load(path, &other, &err), "%s", err.text);
    cr_expect(eq(str, other.kind, "regression"));
    cr_expect(eq(sz, other.k, 2));
    cr_expect(eq(sz, other.d, 3));
    cr_expect(eq(int, memcmp(other.W, h.W, 6 * sizeof *h.W), 0));
    cr_expect(eq(int, memcmp(other.b, h.b, 2 * sizeof *h.b), 0));
    cr_expect(eq(str, other.objectives[0], "correctness"));
    cr_expect(eq(sz, head_find(&other, "helpfulness"), 1));
    cr_expect(eq(sz, head_find(&other, "verbosity"), SIZE_MAX));
    cr_expect(eq(dbl, other.mix[1], 1));
    cr_expect(eq(dbl, other.temperature, 1.25));
    cr_expect(eq(str, (char *)head_meta(&other, "settings"), "{\"l2\":0.01}"));
    cr_expect(eq(ptr, (void *)head_meta(&other, "metrics"), NULL));
    cr_expect(eq(sz, other.n_meta, 1));
    cr_expect(eq(sz, other.n_tensors, 2));
    const struct head_tensor *cuts = head_tensor(&other, "cuts"), *weights = head_tensor(&other, "ensemble.weight");
    cr_assert(cuts != NULL && weights != NULL);
    cr_expect(eq(sz, cuts->rows, 3));
    cr_expect(eq(sz, cuts->cols, 0));
    cr_expect(eq(dbl, cuts->v[2], 9));
    cr_expect(eq(sz, weights->rows, 2));
    cr_expect(eq(sz, weights->cols, 3));
    cr_expect(eq(dbl, weights->v[5], 6));
    cr_expect(eq(ptr, (void *)(uintptr_t)head_tensor(&other, "laplace.factor"), NULL));
    head_free(&other);
}

Test(head, equal_heads_give_equal_bytes)
{
    char again[CORE_PATH];
    size_t n, m;
    head_set_meta(&h, "metrics", "{}");
    head_set_meta(&h, "inputs", "[]");
    cr_assert(head_save(path, &h, &err));
    cr_assert(head_save(core_path(&folder, "again", again), &h, &err));
    char *a = core_get(path, &n), *b = core_get(again, &m);
    cr_expect(eq(sz, n, m));
    cr_expect(eq(int, memcmp(a, b, n), 0));
    mem_free(a);
    mem_free(b);
}

Test(head, names_of_the_tensors_are_those_of_a_classification_head)
{
    struct safetensors s;
    struct tensor t;
    cr_assert(head_save(path, &h, &err));
    cr_assert(safetensors_open(path, &s, &err));
    cr_assert(safetensors_tensor(&s, "score.weight", &t, &err));
    cr_expect(eq(sz, t.rows, 2));
    cr_expect(eq(sz, t.cols, 3));
    cr_expect(eq(int, (int)t.type, (int)TENSOR_F32));
    cr_assert(safetensors_tensor(&s, "score.bias", &t, &err));
    cr_expect(eq(sz, t.rows, 2));
    cr_expect(eq(str, (char *)safetensors_meta(&s, "format"), "assay-head-1"));
    safetensors_close(&s);
}

Test(head, numbers_beyond_float_are_refused_and_nothing_is_written)
{
    h.W[0] = 1e300;
    cr_expect(not(head_save(path, &h, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
    h.W[0] = NAN;
    cr_expect(not(head_save(path, &h, &err)));
    cr_expect(eq(sz, core_count(&folder), 0));
}

static void expect_all_refused(const struct safetensors_out *tensors, size_t n, const struct safetensors_pair *meta,
                               size_t n_meta, const char *reason)
{
    struct head other;
    cr_assert(safetensors_write(path, tensors, n, meta, n_meta, &err));
    cr_expect(not(head_load(path, &other, &err)), "%s was taken", reason);
    cr_expect(ne(ptr, strstr(err.text, reason), NULL), "wanted: %s; is: %s", reason, err.text);
}

static void expect_refused(const struct safetensors_out *tensors, const struct safetensors_pair *meta, size_t n_meta,
                           const char *reason)
{
    expect_all_refused(tensors, 2, meta, n_meta, reason);
}

Test(head, files_that_are_no_head_are_refused)
{
    static const float W[] = {1, 2}, b[] = {0}, bad[] = {NAN, 1};
    const struct safetensors_out good[] = {{"score.weight", TENSOR_F32, 2, {1, 2}, W},
                                           {"score.bias", TENSOR_F32, 1, {1, 0}, b}};
    const struct safetensors_out nan[] = {{"score.weight", TENSOR_F32, 2, {1, 2}, bad}, good[1]};
    const struct safetensors_out odd[] = {{"score.weight", TENSOR_F32, 2, {2, 1}, W}, good[1]};
    const struct safetensors_out empty[] = {good[0], good[1], {"more", TENSOR_F32, 2, {(size_t)1 << 50, 0}, W}};
    const struct safetensors_out other[] = {{"lm_head", TENSOR_F32, 2, {1, 2}, W}, good[1]};
    struct safetensors_pair meta[] = {
        {"format", HEAD_FORMAT}, {"kind", "bt"}, {"objectives", "[\"reward\"]"}, {"mix", "[1]"}, {"temperature", "1"}};
    struct head loaded;
    cr_assert(safetensors_write(path, good, 2, meta, 5, &err));
    cr_assert(head_load(path, &loaded, &err), "%s", err.text);
    head_free(&loaded);
    expect_refused(nan, meta, 5, "output 0 holds NaN");
    expect_refused(odd, meta, 5, "score.bias has 1 numbers");
    expect_refused(other, meta, 5, "no tensor \"score.weight\"");
    expect_all_refused(empty, 3, meta, 5, "tensor more is empty");
    expect_refused(good, meta, 4, "no \"temperature\"");
    expect_refused(good, meta, 3, "no \"mix\"");
    expect_refused(good, NULL, 0, "\"format\" is missing");
    meta[4].value = "0";
    expect_refused(good, meta, 5, "not a number above 0");
    meta[4].value = "1";
    meta[3].value = "[\"much\"]";
    expect_refused(good, meta, 5, "must hold numbers, but holds a string");
    meta[2].value = "[\"a\",\"b\"]";
    expect_refused(good, meta, 5, "must be a list of 1");
    meta[1].value = "tree";
    expect_refused(good, meta, 5, "a head of kind tree");
    meta[0].value = "assay-head-9";
    expect_refused(good, meta, 5, "\"format\" is assay-head-9");
}
