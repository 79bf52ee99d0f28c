#include "app/attributes.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/linalg.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

/* Two answers to each of 20 prompts, all of them rated. */
enum { PROMPTS = 20, ROWS = 2 * PROMPTS, D = 6, K = 2, FOLDS = 4 };

static struct err err;
static double values[ROWS * D];
static struct data d;
static struct training t;
static size_t pairs[PROMPTS], ratings[ROWS];
static const struct targets_opts opts;

static void set_up(void)
{
    struct rng r;
    struct tensor x;
    linalg_threads(1);
    rng_seed(&r, 6);
    for (size_t i = 0; i < ROWS * D; i++)
        values[i] = rng_normal(&r);
    embeddings_init(&d.e);
    tensor_borrow(&x, TENSOR_F64, values, ROWS, D);
    cr_assert(embeddings_add_tensor(&d.e, &x, "memory", NULL, &err), "%s", err.text);
    names_add(&d.ratings.attributes, "a", 1, NULL);
    names_add(&d.ratings.attributes, "b", 1, NULL);
    d.ratings.values = mem_array(ROWS * K, sizeof *d.ratings.values);
    d.pair_keys = mem_array(PROMPTS, sizeof *d.pair_keys);
    d.rating_keys = mem_array(ROWS, sizeof *d.rating_keys);
    for (size_t i = 0; i < ROWS; i++) {
        struct rating_row row = {.row = i, .annotator = -1, .weight = 1};
        vec_push(&d.ratings.rows, row);
        d.rating_keys[i] = 100 + i / 2;
        ratings[i] = i;
        for (size_t j = 0; j < K; j++)
            d.ratings.values[i * K + j] = 2 + values[i * D + j] + rng_normal(&r);
    }
    for (size_t i = 0; i < PROMPTS; i++) {
        struct pair p = {2 * i, 2 * i + 1, .weight = 1, .p = 1, .strength = 1, .prompt = SIZE_MAX};
        vec_push(&d.pairs.pairs, p);
        d.pair_keys[i] = 100 + i;
        pairs[i] = i;
    }
    t = (struct training){.pairs = {.fit = pairs, .n_fit = PROMPTS}, .ratings = {.fit = ratings, .n_fit = ROWS}};
    t.l2 = 0.01;
}

static void tear_down(void)
{
    head_free(&t.head);
    mem_free(t.ratings_train);
    mem_free(t.ratings_held);
    data_free(&d);
}

TestSuite(attributes, .init = set_up, .fini = tear_down);

static void outside(double *outputs)
{
    cr_assert(attributes_outside(&d, &opts, FOLDS, 3, &t, outputs, NULL, &err), "%s", err.text);
}

Test(attributes, those_of_an_answer_do_not_know_its_ratings_but_those_of_the_other_folds)
{
    double before[ROWS * K], after[ROWS * K];
    cr_assert(attributes_fit(&d, &opts, &t, NULL, &err), "%s", err.text);
    outside(before);
    for (size_t prompt = 0; prompt < PROMPTS; prompt++) {
        double *v = d.ratings.values + 2 * prompt * K, was = v[0];
        size_t changed = 0;
        v[0] = 50;
        outside(after);
        v[0] = was;
        cr_expect(eq(int, memcmp(before + 2 * prompt * K, after + 2 * prompt * K, 2 * K * sizeof *after), 0),
                  "the answers to prompt %zu know their ratings", prompt);
        for (size_t i = 0; i < ROWS; i++)
            changed += memcmp(before + i * K, after + i * K, K * sizeof *after) != 0;
        cr_expect(ge(sz, changed, ROWS / 2)); /* all folds but its own */
    }
}

Test(attributes, they_are_predictions_and_worse_ones_than_those_of_a_head_that_saw_the_ratings)
{
    double outputs[ROWS * K], x[D], seen[K], inside = 0, out = 0;
    cr_assert(attributes_fit(&d, &opts, &t, NULL, &err), "%s", err.text);
    outside(outputs);
    for (size_t i = 0; i < ROWS; i++) {
        embeddings_row_f64(&d.e, i, x);
        head_outputs(&t.head, x, seen);
        for (size_t j = 0; j < K; j++) {
            double y = d.ratings.values[i * K + j];
            inside += (seen[j] - y) * (seen[j] - y);
            out += (outputs[i * K + j] - y) * (outputs[i * K + j] - y);
        }
    }
    cr_expect(lt(dbl, inside, out));
    cr_expect(lt(dbl, out / (ROWS * K), 2), "predictions are better than the mean of the ratings, whose variance is 2");
}

Test(attributes, an_attribute_that_only_one_fold_was_rated_on_comes_from_the_one_head)
{
    double outputs[ROWS * K], x[D], seen[K];
    for (size_t i = 2; i < ROWS; i++) /* b: the first prompt alone */
        d.ratings.values[i * K + 1] = NAN;
    cr_assert(attributes_fit(&d, &opts, &t, NULL, &err), "%s", err.text);
    outside(outputs);
    embeddings_row_f64(&d.e, 0, x);
    head_outputs(&t.head, x, seen);
    cr_expect(eq(dbl, outputs[0], seen[0]));
    cr_expect(eq(dbl, outputs[1], seen[1]));
    for (size_t i = 0; i < ROWS * K; i++)
        cr_expect(isfinite(outputs[i]));
}
