/* Heads on ratings through the command line: rows, scales, mixes, grades, and ratings together with pairs. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/head.h"
#include "core/npy.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N = 90, D = 4 };
#define FILES "-e x.npy --pairs pairs.jsonl --ratings ratings.jsonl "

static char *folder;
static double X[N * D];

static void put(const char *name, struct buf *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text->ptr);
    buf_free(text);
}

/* 0 to 4: the grade of a value around 2. */
static int grade(double v)
{
    return v < 0 ? 0 : v > 4 ? 4 : (int)round(v);
}

/* Answers 0, 1 | 2, 3 | ... are pairs. Verbosity follows column 1, helpfulness columns 0 and 1. Every third answer is
 * rated by two people. */
static void set_up(void)
{
    struct buf ratings = BUF_INIT, pairs = BUF_INIT;
    struct rng r;
    char path[512];
    struct err err;
    folder = temp_make();
    rng_seed(&r, 31);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < D; j++)
            X[i * D + j] = rng_normal(&r);
        for (size_t who = 0; who < (i % 3 == 0 ? 2 : 1); who++)
            buf_addf(&ratings,
                     "{\"response\":%zu,\"annotator\":\"%c\",\"ratings\":{\"helpfulness\":%d,\"verbosity\":%d}}\n", i,
                     (char)('a' + who), grade(2 + X[i * D] + 0.7 * X[i * D + 1] + rng_normal(&r) / 2),
                     grade(2 + X[i * D + 1] + rng_normal(&r) / 2));
        if (i % 2 == 1) {
            double z = X[i * D] - X[(i - 1) * D] - 0.3 * (X[i * D + 1] - X[(i - 1) * D + 1]) + rng_normal(&r);
            buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu,\"strength\":%d}\n", z > 0 ? i : i - 1,
                     z > 0 ? i - 1 : i, fabs(z) > 1 ? 2 : 1);
        }
    }
    put("ratings.jsonl", &ratings);
    put("pairs.jsonl", &pairs);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f64(path, X, N, D, &err), "%s", err.text);
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(regression, .init = set_up, .fini = tear_down);

/* Train into NAME, with what is usual here unless the options say otherwise; the answer is the caller's to put. */
static struct json_object *train(const char *options, const char *name)
{
    static const char *const usual[][2] = {
        {"--ratings", "ratings.jsonl"}, {"--holdout", "0.2"}, {"--l2", "0.02"}, {"--pairs", "pairs.jsonl"}};
    struct buf line = BUF_INIT;
    buf_addf(&line, "train -e x.npy %s -o %s", options, name);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (strstr(options, usual[i][0]) == NULL)
            buf_addf(&line, " %s %s", usual[i][0], usual[i][1]);
    struct json_object *t = assay_json(folder, line.ptr);
    buf_free(&line);
    return t;
}

static struct head load(const char *name)
{
    char path[512];
    struct head h;
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    return h;
}

static struct head trained(const char *options)
{
    json_object_put(train(options, "h.safetensors"));
    return load("h.safetensors");
}

static void expect_close(const double *a, const double *b, size_t n, double within)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(epsilon_eq(dbl, a[i], b[i], within), "%zu", i);
}

/* ---- rows and scales ---- */

/* A rating written twice is one of weight 2; by means neither matters. */
Test(regression, a_weight_is_how_often_a_rating_counts)
{
    struct buf twice = BUF_INIT, weighted = BUF_INIT, plain = BUF_INIT;
    for (size_t i = 0; i < N; i++) {
        int y = grade(2 + X[i * D]);
        bool heavy = i % 4 == 1;
        for (int times = 0; times < (heavy ? 2 : 1); times++)
            buf_addf(&twice, "{\"response\":%zu,\"ratings\":{\"wit\":%d}}\n", i, y);
        buf_addf(&weighted, "{\"response\":%zu,\"ratings\":{\"wit\":%d},\"weight\":%d}\n", i, y, heavy ? 2 : 1);
        buf_addf(&plain, "{\"response\":%zu,\"ratings\":{\"wit\":%d}}\n", i, y);
    }
    put("twice.jsonl", &twice);
    put("weighted.jsonl", &weighted);
    put("plain.jsonl", &plain);
    struct head h[6];
    static const char *const files[] = {"twice", "weighted", "plain"};
    for (size_t i = 0; i < 6; i++) {
        char options[128];
        snprintf(options, sizeof options, "--head regression --holdout 0 --ratings %s.jsonl --rows %s", files[i % 3],
                 i < 3 ? "ratings" : "means");
        h[i] = trained(options);
    }
    expect_close(h[0].W, h[1].W, D, 1e-6);
    cr_expect(gt(dbl, fabs(h[0].W[0] - h[2].W[0]), 1e-6), "weights matter");
    expect_close(h[3].W, h[5].W, D, 0);
    expect_close(h[4].W, h[5].W, D, 0);
    expect_close(h[2].W, h[5].W, D, 0);
    for (size_t i = 0; i < 6; i++)
        head_free(&h[i]);
}

/* Least squares does not care for the unit: outputs are the scaled ones of the plain head. */
Test(regression, a_scale_is_the_unit_of_the_outputs)
{
    struct head plain = trained("--head regression"), armorm = trained("--head regression --scale armorm"),
                unit = trained("--head regression --scale unit");
    for (size_t i = 0; i < 2 * D; i++) {
        cr_expect(epsilon_eq(dbl, armorm.W[i], plain.W[i] / 5, 1e-6));
        cr_expect(epsilon_eq(dbl, unit.W[i], plain.W[i] / 4, 1e-6));
    }
    cr_expect(epsilon_eq(dbl, armorm.b[0], plain.b[0] / 5 + 0.1, 1e-6));
    const struct head_tensor *t = head_tensor(&armorm, "ratings.scale");
    cr_assert(ne(ptr, (void *)(uintptr_t)t, NULL));
    cr_expect(epsilon_eq(dbl, t->v[0], 0.2, 1e-7));
    cr_expect(epsilon_eq(dbl, t->v[1], 0.1, 1e-7));
    cr_expect(eq(ptr, (void *)(uintptr_t)head_tensor(&plain, "ratings.scale"), NULL));
    head_free(&plain);
    head_free(&armorm);
    head_free(&unit);
}

/* ---- one reward ---- */

Test(regression, weights_of_the_reward_are_kept_in_the_head)
{
    struct head h = trained("--head regression --mix helpfulness=0.75,verbosity=-2");
    cr_expect(eq(dbl, h.mix[0], 0.75));
    cr_expect(eq(dbl, h.mix[1], -2));
    head_free(&h);
    h = trained("--head regression --reward verbosity");
    cr_expect(eq(dbl, h.mix[0], 0));
    cr_expect(eq(dbl, h.mix[1], 1));
    head_free(&h);
}

/* Verbosity counts against an answer here; rewards of log-odds are better on the pairs than ratings as they are. */
Test(regression, fitted_weights_beat_others_on_the_training_pairs)
{
    static const char *const others[] = {"--mix helpfulness=1", "--mix helpfulness=3,verbosity=-1", "--mix positive"};
    struct json_object *t = train("--head regression --mix fitted", "fitted.safetensors"), *o;
    double best = json_number(t, "train/nll");
    cr_expect(lt(dbl, json_number(t, "weights/verbosity"), 0));
    cr_expect(gt(dbl, json_number(t, "weights/helpfulness"), 0));
    json_object_put(t);
    for (size_t i = 0; i < 3; i++) {
        char options[128];
        snprintf(options, sizeof options, "--head regression %s", others[i]);
        o = train(options, "other.safetensors");
        cr_expect(gt(dbl, json_number(o, "train/nll"), best), "%s", others[i]);
        if (i == 2)
            cr_expect(eq(dbl, json_number(o, "weights/verbosity"), 0));
        json_object_put(o);
    }
}

/* Ratings that are nothing but chance, more columns than answers, and pairs that say what the ratings say: a head knows
 * the ratings it saw by heart, and weights fitted to that would be beyond all bounds. */
Test(regression, weights_are_fitted_to_outputs_for_answers_that_were_not_seen)
{
    enum { ANSWERS = 60, COLUMNS = 90 };
    static double wide[ANSWERS * COLUMNS];
    struct buf ratings = BUF_INIT, pairs = BUF_INIT;
    struct rng r;
    struct err err;
    char path[512];
    rng_seed(&r, 17);
    for (size_t i = 0; i < ANSWERS * COLUMNS; i++)
        wide[i] = rng_normal(&r);
    for (size_t i = 0, before = 0; i < ANSWERS; i++) {
        size_t wit = i % 2 == 0 ? rng_below(&r, 5) : (before + 1 + rng_below(&r, 4)) % 5;
        buf_addf(&ratings, "{\"response\":%zu,\"ratings\":{\"wit\":%zu}}\n", i, wit);
        if (i % 2 == 1)
            buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu}\n", wit > before ? i : i - 1, wit > before ? i - 1 : i);
        before = wit;
    }
    put("chance.jsonl", &ratings);
    put("wit.jsonl", &pairs);
    snprintf(path, sizeof path, "%s/wide.npy", folder);
    cr_assert(npy_write_f64(path, wide, ANSWERS, COLUMNS, &err), "%s", err.text);
    static const char line[] = "train --head regression -e wide.npy --pairs wit.jsonl --ratings chance.jsonl --l2 1e-4 "
                               "--holdout 0 -o w.safetensors --mix ";
    for (int i = 0; i < 2; i++) {
        struct buf text = BUF_INIT;
        buf_addf(&text, "%s%s", line, i == 0 ? "wit=1" : "fitted");
        struct json_object *t = assay_json(folder, text.ptr);
        if (i == 0)
            cr_expect(eq(dbl, json_number(t, "train/accuracy"), 1), "by heart");
        else
            cr_expect(lt(dbl, fabs(json_number(t, "weights/wit")), 1));
        json_object_put(t);
        buf_free(&text);
    }
}

#define LEVELS4 "\"levels\":[\"0\",\"1\",\"2\",\"3\",\"4\"]"
#define LEVELS2 "\"levels\":[\"1\",\"2\",\"3\"]"

/* Half a point of wit is as much as a point of truth: 3 of 4 over a range of 2, 1 of 4 over a range of 4. */
Test(regression, a_rubric_weighs_by_the_range_of_each_attribute)
{
    struct buf text = BUF_INIT;
    buf_adds(&text, "{\"name\":\"mine\",\"attributes\":["
                    "{\"key\":\"truth\",\"label\":\"T\",\"about\":\"a\",\"min\":0,\"max\":4," LEVELS4 ",\"weight\":1},"
                    "{\"key\":\"wit\",\"label\":\"W\",\"about\":\"a\",\"min\":1,\"max\":3," LEVELS2 ",\"weight\":3}],"
                    "\"preference\":{\"required\":false}}");
    put("mine.json", &text);
    for (int i = 0; i < 24; i++)
        buf_addf(
            &text,
            "{\"prompt\":\"question %d\",\"responses\":[{\"text\":\"answer %d\"},{\"text\":\"word %d\"}],\"source\":"
            "\"s\",\"judgement\":{\"annotator\":\"ada\",\"preference\":%d,\"ratings\":[{\"truth\":%d,\"wit\":%d},"
            "{\"truth\":%d,\"wit\":%d}]}}\n",
            i, i, i, i % 2 == 0 ? -1 : 1, i % 5, 1 + i % 3, (i + 2) % 5, 1 + (i + 1) % 3);
    put("votes.jsonl", &text);
    cr_assert(eq(int, assay_status(folder, "-w w.assay init --rubric mine.json"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay import votes.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay embed --provider lexical"), 0));
#define BY_RUBRIC "-w w.assay train --l2 0.1 --mix rubric -o h.safetensors --head "
    struct json_object *t = assay_json(folder, BY_RUBRIC "regression");
    cr_expect(epsilon_eq(dbl, json_number(t, "weights/truth"), 1.0 / 4 / 4, 1e-15));
    cr_expect(epsilon_eq(dbl, json_number(t, "weights/wit"), 3.0 / 2 / 4, 1e-15));
    json_object_put(t);
    cr_expect(eq(int, assay_status(folder, BY_RUBRIC "ordinal --outputs expected"), 0));
    cr_expect(eq(int, assay_status(folder, BY_RUBRIC "ordinal"), 2), "log-odds are no ratings");
    cr_expect(eq(int, assay_status(folder, BY_RUBRIC "regression --scale unit"), 2));
    cr_expect(eq(int, assay_status(folder, BY_RUBRIC "regression --attributes truth"), 2), "wit has a weight");
    cr_expect(eq(int, assay_status(folder, "-w w.assay rubric use helpsteer2"), 0));
    cr_expect(eq(int, assay_status(folder, BY_RUBRIC "regression"), 1), "it weighs nothing");
    cr_expect(eq(int, assay_status(folder, "train " FILES "--head regression --mix rubric"), 1), "files have none");
}

/* The reward loses what it had of verbosity; the outputs stay predictions of ratings. */
Test(regression, a_freed_reward_takes_its_penalty_from_verbosity)
{
    struct json_object *t = train("--head regression --decorrelate verbosity", "freed.safetensors");
    struct head plain = trained("--head regression"), freed = load("freed.safetensors");
    double penalty = json_number(t, "penalties/helpfulness");
    cr_expect(gt(dbl, penalty, 0));
    cr_expect(eq(dbl, json_number(t, "penalties/verbosity"), 1));
    cr_expect(eq(dbl, freed.mix[0], 1));
    cr_expect(epsilon_eq(dbl, freed.mix[1], -penalty, 1e-12));
    expect_close(freed.W, plain.W, 2 * D, 0);
    json_object_put(t);
    head_free(&plain);
    head_free(&freed);
}

Test(regression, wrong_mixes_are_refused)
{
    static const char *const bad[] = {
        "--mix wit=1",           "--mix helpfulness", "--mix helpfulness=x", "--mix nemotron",
        "--mix verbosity=1e999", "--reward wit",      "--decorrelate wit",   "--mix fitted --reward verbosity",
        "--attributes wit"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[256];
        snprintf(line, sizeof line, "train " FILES "--head regression %s -o no.safetensors", bad[i]);
        cr_expect(eq(int, assay_status(folder, line), 2), "%s", bad[i]);
    }
    cr_expect(
        eq(int, assay_status(folder, "train --head regression -e x.npy --ratings ratings.jsonl --mix fitted"), 1));
}

/* ---- grades ---- */

Test(regression, ordinal_outputs_are_log_odds_or_expected_ratings)
{
    struct json_object *t = train("--head ordinal --outputs expected", "e.safetensors");
    struct head latent = trained("--head ordinal"), expected = load("e.safetensors");
    double out[2], low[2], high[2];
    expect_close(latent.W, expected.W, 2 * D, 0);
    const struct head_tensor *cuts = head_tensor(&latent, "ordinal.cuts");
    cr_assert(eq(sz, cuts->cols, 4));
    for (size_t j = 0; j < 2; j++) {
        char key[64];
        cr_expect(epsilon_eq(dbl, cuts->v[j * 4 + 2], 0, 1e-12), "the middle cut is where the output is 0");
        for (size_t c = 0; c < 4; c++) {
            snprintf(key, sizeof key, "attributes/%s/cuts/%zu", j == 0 ? "helpfulness" : "verbosity", c);
            cr_expect(epsilon_eq(dbl, cuts->v[j * 4 + c], json_number(t, key), 1e-6));
        }
    }
    for (size_t i = 0; i < N; i++) {
        head_outputs(&expected, X + i * D, out);
        cr_expect(gt(dbl, out[0], 0));
        cr_expect(lt(dbl, out[0], 4));
    }
    head_outputs(&latent, X, low);
    head_outputs(&latent, X + D, high);
    bool rises = low[0] < high[0];
    head_outputs(&expected, X, low);
    head_outputs(&expected, X + D, high);
    cr_expect(eq(int, low[0] < high[0], rises), "both put answers into the same order");
    cr_expect(eq(dbl, json_number(t, "n_ratings"), json_number(t, "attributes/helpfulness/train/weight")));
    cr_expect(lt(dbl, json_number(t, "attributes/helpfulness/train/head/nll"),
                 json_number(t, "attributes/helpfulness/train/shares/nll")));
    json_object_put(t);
    head_free(&latent);
    head_free(&expected);
    cr_expect(eq(int, assay_status(folder, "eval --model e.safetensors -e x.npy --pairs pairs.jsonl"), 0));
    cr_expect(eq(int, assay_status(folder, "score --model e.safetensors -e x.npy"), 0));
}

/* In a workspace, too: every judgement's ratings, or one row an answer. */
Test(regression, a_workspace_gives_ratings_or_means)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 24; i++)
        for (int who = 0; who < 1 + i % 2; who++)
            buf_addf(&text,
                     "{\"prompt\":\"question %d\",\"responses\":[{\"text\":\"answer %d\"},{\"text\":\"word %d\"}],"
                     "\"source\":\"s\",\"judgement\":{\"annotator\":\"%c\",\"ratings\":[{\"helpfulness\":%d},{"
                     "\"helpfulness\":%d}]}}\n",
                     i, i, i, 'a' + who, (i + who) % 5, (i + 3 * who) % 4);
    put("votes.jsonl", &text);
    cr_assert(eq(int, assay_status(folder, "init w.assay"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay import votes.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay embed --provider lexical"), 0));
    static const struct {
        const char *options;
        double n;
    } table[] = {{"regression --l2 0.1", 48}, {"regression --rows ratings --l2 0.1", 72}, {"ordinal --l2 0.1", 72}};
    for (size_t i = 0; i < 3; i++) {
        char line[256];
        snprintf(line, sizeof line, "-w w.assay train --holdout 0 --head %s -o h.safetensors", table[i].options);
        struct json_object *t = assay_json(folder, line);
        cr_expect(eq(dbl, json_number(t, "n_ratings"), table[i].n), "%s", table[i].options);
        json_object_put(t);
    }
}

Test(regression, ordinal_answers_may_share_one_vote)
{
    struct json_object *t = train("--head ordinal --rows means --holdout 0", "m.safetensors");
    cr_expect(epsilon_eq(dbl, json_number(t, "attributes/helpfulness/train/weight"), N, 1e-9));
    cr_expect(json_at(t, "converged") != NULL && json_object_get_boolean(json_at(t, "converged")));
    json_object_put(t);
    cr_expect(eq(int, assay_status(folder, "train " FILES "--head ordinal --l2 0"), 1));
    cr_expect(eq(int, assay_status(folder, "train " FILES "--head ordinal --scale unit"), 2));
}

/* ---- pairs and ratings ---- */

Test(regression, joint_lies_between_pairs_and_ratings)
{
    struct head bt = trained("--head bt --loss scaled"), none = trained("--head joint --loss scaled --kappa 0"),
                ratings = trained("--head regression --attributes helpfulness"),
                most = trained("--head joint --loss scaled --kappa 1e6 --l2 2e4");
    expect_close(none.W, bt.W, D, 2e-5);
    expect_close(most.W, ratings.W, D, 1e-4);
    cr_expect(epsilon_eq(dbl, most.b[0], ratings.b[0], 1e-4));
    head_free(&bt);
    head_free(&none);
    head_free(&ratings);
    head_free(&most);
    struct json_object *t = train("--head joint --reward verbosity --ties graded --kappa 2", "j.safetensors");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "attribute"), "verbosity"));
    cr_expect(eq(dbl, json_number(t, "kappa"), 2));
    cr_expect(json_at(t, "thresholds") != NULL);
    cr_expect(gt(dbl, json_number(t, "objective"), json_number(t, "pairs_loss") + 2 * json_number(t, "ratings_loss")));
    json_object_put(t);
}

/* One command: regression, then pairs anchored at it. A heavy anchor is kept, at the temperature that is told. */
Test(regression, pairs_may_start_from_ratings_in_one_command)
{
    struct head weak = trained("--head regression --attributes helpfulness");
    struct json_object *t = train("--loss scaled --from regression --mu 1e6", "a.safetensors");
    struct head anchored = load("a.safetensors");
    double temperature = json_number(t, "anchor_temperature");
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, anchored.W[j], weak.W[j] / temperature, 1e-4));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "attribute"), "helpfulness"));
    json_object_put(t);
    t = train("--loss scaled --from regression --mu 0.1 --expo search", "s.safetensors");
    double best = json_number(t, "holdout/nll"), factor = json_number(t, "expo");
    json_object_put(t);
    for (int side = -1; side <= 1; side += 2) {
        char options[128];
        snprintf(options, sizeof options, "--loss scaled --from regression --mu 0.1 --expo %.6f", factor + side * 0.1);
        t = train(options, "s.safetensors");
        cr_expect(lt(dbl, best, json_number(t, "holdout/nll")));
        json_object_put(t);
    }
    head_free(&weak);
    head_free(&anchored);
}

Test(regression, what_starts_from_ratings_needs_them)
{
    static const struct {
        const char *options;
        int status;
    } table[] = {{"--from regression", 2},
                 {"--from regression --anchor a --mu 1", 2},
                 {"--from regression --mu 1 --reward wit", 2},
                 {"--reward helpfulness", 2},
                 {"--from bt --mu 1", 2}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char line[256];
        snprintf(line, sizeof line, "train " FILES "%s", table[i].options);
        cr_expect(eq(int, assay_status(folder, line), table[i].status), "%s", table[i].options);
    }
    cr_expect(eq(int, assay_status(folder, "train -e x.npy --pairs pairs.jsonl --from regression --mu 1"), 2));
}
