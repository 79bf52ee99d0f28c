/* The penalty of every attribute by cross-validation: each is the one that a fit of its own would be given. */
#include "core/base/buf.h"
#include "core/head.h"
#include "core/npy.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *folder;

static void set_up(void)
{
    folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(penalties, .init = set_up, .fini = tear_down);

/* The heads on ratings, and what their penalties are chosen by. */
static const struct rated_head {
    const char *name, *figure, *objective; /* objective: where that of an attribute stands */
} heads[] = {{"regression", "mse", "objectives/%s"}, {"ordinal", "nll", "attributes/%s/objective"}};
enum { HEADS = sizeof heads / sizeof *heads };

static struct json_object *train(const struct rated_head *h, const char *options)
{
    char line[256];
    snprintf(line, sizeof line, "-w d/demo.assay train --head %s -o r.safetensors %s", h->name, options);
    return assay_json(folder, line);
}

static double of(struct json_object *t, const char *attribute, const char *what)
{
    char path[128];
    snprintf(path, sizeof path, "cross_validation/attributes/%s/%s", attribute, what);
    return json_number(t, path);
}

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { ATTRIBUTES = 5, PATH = 9 };

static void expect_own_penalties(const struct rated_head *h)
{
    struct json_object *t = train(h, "--l2-path 0.001:10:9 --folds 4");
    cr_expect(eq(dbl, json_number(t, "cross_validation/folds"), 4));
    for (size_t j = 0; j < ATTRIBUTES; j++) {
        char options[128], path[64];
        snprintf(options, sizeof options, "--attributes %s --l2 %.17g", attributes[j], of(t, attributes[j], "chosen"));
        snprintf(path, sizeof path, h->objective, attributes[j]);
        struct json_object *alone = train(h, options);
        cr_expect(epsilon_eq(dbl, json_number(t, path), json_number(alone, "objective"), 1e-9), "%s", attributes[j]);
        json_object_put(alone);
    }
    cr_expect(eq(dbl, json_number(t, "l2"), of(t, "helpfulness", "chosen")), "that of the reward is the head's");
    json_object_put(t);
}

Test(penalties, every_attribute_is_fitted_at_its_own)
{
    for (size_t i = 0; i < HEADS; i++)
        expect_own_penalties(&heads[i]);
}

static void expect_choice(const struct rated_head *h)
{
    struct json_object *best = train(h, "--l2-path 0.001:10:9"), *larger = train(h, "--l2-path 0.001:10:9 --rule 1se");
    for (size_t j = 0; j < ATTRIBUTES; j++) {
        double chosen = of(best, attributes[j], "chosen"), least = INFINITY, found = NAN, limit = NAN;
        for (int i = 0; i < PATH; i++) {
            char figure[32], se[32], l2[32];
            snprintf(figure, sizeof figure, "path/%d/%s", i, h->figure);
            snprintf(se, sizeof se, "path/%d/se", i);
            snprintf(l2, sizeof l2, "path/%d/l2", i);
            if (of(best, attributes[j], figure) <= least) {
                least = of(best, attributes[j], figure);
                limit = least + of(best, attributes[j], se);
                found = of(best, attributes[j], l2);
            }
        }
        cr_expect(eq(dbl, chosen, found), "%s", h->name);
        cr_expect(ge(dbl, of(larger, attributes[j], "chosen"), chosen));
        cr_expect(eq(dbl, of(larger, attributes[j], "chosen"), of(best, attributes[j], "1se")));
        cr_expect(ge(dbl, limit, least));
    }
    json_object_put(best);
    json_object_put(larger);
}

Test(penalties, the_best_has_the_least_error_and_the_rule_may_take_a_larger_one)
{
    for (size_t i = 0; i < HEADS; i++)
        expect_choice(&heads[i]);
}

Test(penalties, the_choice_stands_in_the_head)
{
    for (size_t i = 0; i < HEADS; i++) {
        char path[512];
        struct head h;
        struct err err = {0};
        json_object_put(train(&heads[i], "--l2-path 0.01,0.1,1 --attributes helpfulness"));
        snprintf(path, sizeof path, "%s/r.safetensors", folder);
        cr_assert(head_load(path, &h, &err), "%s", err.text);
        cr_assert(head_meta(&h, "selection") != NULL);
        cr_expect(strstr(head_meta(&h, "selection"), "\"helpfulness\":{\"chosen\":") != NULL, "%s",
                  head_meta(&h, "selection"));
        cr_expect(strstr(head_meta(&h, "settings"), "\"rule\":\"best\"") != NULL);
        head_free(&h);
    }
}

static void put_files(const struct buf *pairs, const struct buf *ratings, const double *X, size_t rows, size_t columns)
{
    struct err err = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/pairs.jsonl", folder);
    file_write(path, pairs->ptr);
    snprintf(path, sizeof path, "%s/ratings.jsonl", folder);
    file_write(path, ratings->ptr);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f64(path, X, rows, columns, &err), "%s", err.text);
}

/* Every prompt has a column of its own, in which its better answer is 1 and rated 4 and its worse one -1 and rated 0.
 * From the other prompts nothing can be known of it: the least trace of its own pair or ratings would show. */
Test(penalties, a_joint_head_sees_neither_pairs_nor_ratings_of_what_is_left_out)
{
    enum { PROMPTS = 12, ROWS = 2 * PROMPTS, PENALTIES = 3 };
    static double X[ROWS * PROMPTS];
    struct buf pairs = BUF_INIT, ratings = BUF_INIT;
    char path[512];
    for (size_t i = 0; i < PROMPTS; i++) {
        X[2 * i * PROMPTS + i] = 1;
        X[(2 * i + 1) * PROMPTS + i] = -1;
        buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu}\n", 2 * i, 2 * i + 1);
        buf_addf(&ratings, "{\"response\":%zu,\"ratings\":{\"wit\":4}}\n{\"response\":%zu,\"ratings\":{\"wit\":0}}\n",
                 2 * i, 2 * i + 1);
    }
    put_files(&pairs, &ratings, X, ROWS, PROMPTS);
    struct json_object *t =
        assay_json(folder, "train --head joint -e x.npy --pairs pairs.jsonl --ratings ratings.jsonl "
                           "--kappa 5 --l2-path 0.001,0.01,0.1 --holdout 0 -o j.safetensors");
    for (int i = 0; i < PENALTIES; i++) {
        snprintf(path, sizeof path, "cross_validation/path/%d/nll", i);
        cr_expect(epsilon_eq(dbl, json_number(t, path), log(2), 1e-12));
    }
    cr_expect(eq(dbl, json_number(t, "train/accuracy"), 1), "what is seen is learned");
    json_object_put(t);
    buf_free(&pairs);
    buf_free(&ratings);
}

/* One prompt of eight has a tie: draws without it, and the fold that it is left out of, are fitted without thresholds.
 */
Test(penalties, a_joint_head_with_ties_is_fitted_to_draws_that_have_none)
{
    enum { PROMPTS = 8, ROWS = 2 * PROMPTS, DRAWS = 20 };
    static double X[ROWS * PROMPTS];
    struct buf pairs = BUF_INIT, ratings = BUF_INIT;
    struct err err = {0};
    struct head h;
    char path[512];
    for (size_t i = 0; i < PROMPTS; i++) {
        X[2 * i * PROMPTS + i] = 1;
        X[(2 * i + 1) * PROMPTS + i] = -1;
        buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu,\"strength\":%d}\n", 2 * i, 2 * i + 1, i > 0);
        buf_addf(&ratings, "{\"response\":%zu,\"ratings\":{\"wit\":%zu}}\n", 2 * i, i % 5);
    }
    put_files(&pairs, &ratings, X, ROWS, PROMPTS);
    json_object_put(assay_json(folder, "train --head joint --ties rao-kupper -e x.npy --pairs pairs.jsonl --ratings "
                                       "ratings.jsonl --l2 0.1 --bootstrap 20 --holdout 0 "
                                       "-o j.safetensors"));
    snprintf(path, sizeof path, "%s/j.safetensors", folder);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    const struct head_tensor *draws = head_tensor(&h, "ensemble.weight");
    cr_expect(draws != NULL && draws->rows == DRAWS);
    head_free(&h);
    buf_free(&pairs);
    buf_free(&ratings);
}
