/* The Bradley-Terry family through the command line: what is asked for is recorded in the head, with its thresholds,
 * and eval finds the held-out pairs again. */
#include "core/base/mem.h"
#include "core/head.h"
#include "core/linalg.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct json_object *settings_of(const char *folder, const char *name)
{
    char path[512];
    struct head h;
    struct err err = {0};
    struct json_object *o = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    const char *settings = head_meta(&h, "settings");
    cr_assert(json_parse(settings, strlen(settings), &o, &err), "%s", err.text);
    head_free(&h);
    return o;
}

static char *demo(void)
{
    char *folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    return folder;
}

Test(family, every_loss_is_recorded_and_gives_another_head)
{
    static const struct {
        const char *options, *key;
    } table[] = {{"--loss margin", "loss"},
                 {"--loss scaled", "loss"},
                 {"--loss scaled-margin", "loss"},
                 {"--smoothing 0.1", "smoothing"},
                 {"--flip 0.1", "flip"},
                 {"--channel 0.1", "channel"},
                 {"--center 0.01", "center"},
                 {"--loss scaled --normalise weights", "normalise"},
                 {"--ties graded", "thresholds/cuts/1"}};
    enum { ROWS = sizeof table / sizeof *table };
    double objective[ROWS];
    char *folder = demo(), line[256];
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(line, sizeof line, "-w d/demo.assay train %s -o h.safetensors", table[i].options);
        struct json_object *t = assay_json(folder, line), *s = settings_of(folder, "h.safetensors");
        cr_expect(json_at(s, table[i].key) != NULL, "%s is not recorded", table[i].options);
        cr_expect(json_at(t, table[i].key) != NULL, "%s is not told", table[i].options);
        objective[i] = json_number(t, "objective");
        for (size_t k = 0; k < i; k++)
            cr_expect(ne(dbl, objective[i], objective[k]), "%s and %s are the same", table[i].options,
                      table[k].options);
        json_object_put(t);
        json_object_put(s);
        cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval --model h.safetensors"), 0));
    }
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o h.safetensors"), 0));
    struct json_object *s = settings_of(folder, "h.safetensors");
    cr_expect(eq(int, json_object_object_length(s), 5), "a plain head records what it always did: %s",
              json_object_to_json_string(s));
    json_object_put(s);
    temp_remove(folder);
}

/* Weights of a head file. */
static double *weights(const char *folder, const char *name, size_t *d)
{
    char path[512];
    struct head h;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    double *w = mem_array(h.d, sizeof *w);
    for (size_t i = 0; i < h.k; i++)
        linalg_axpy(h.mix[i], h.W + i * h.d, w, h.d);
    *d = h.d;
    head_free(&h);
    return w;
}

static double train(const char *folder, const char *options, const char *key)
{
    char line[256];
    snprintf(line, sizeof line, "-w d/demo.assay train %s", options);
    struct json_object *t = assay_json(folder, line);
    double value = json_number(t, key);
    json_object_put(t);
    return value;
}

/* Regression first: a heavy anchor is kept, an extrapolated head lies beyond the plain one, and the factor that is
 * searched has the least log-loss on the held-out pairs. */
Test(family, a_loss_that_is_not_convex_ends_well_but_not_certified)
{
    char *folder = demo();
    const char *argv[] = {program_assay(), "-w", "d/demo.assay", "train",         "--channel", "0.1", "--l2", "0.1",
                          "--holdout",     "0",  "-o",           "h.safetensors", NULL},
               *env[] = {NULL};
    struct program p = program_run(argv, env, folder, NULL);
    cr_expect(eq(int, p.status, 0));
    cr_expect(strstr(p.err.ptr, "not certified: reached a stationary point") != NULL, "%s", p.err.ptr);
    cr_expect(strstr(p.err.ptr, "not converged") == NULL, "%s", p.err.ptr);
    cr_expect(strstr(p.out.ptr, "held out") == NULL, "nothing is held out: %s", p.out.ptr);
    program_free(&p);
    temp_remove(folder);
}

Test(family, a_report_of_soft_labels_speaks_of_held_out_pairs_when_there_are_some)
{
    char *folder = demo();
    const char *argv[] = {program_assay(),
                          "-w",
                          "d/demo.assay",
                          "train",
                          "--soft",
                          "magnitude",
                          "-o",
                          "h.safetensors",
                          "--holdout",
                          "0",
                          NULL},
               *env[] = {NULL};
    struct program all = program_run(argv, env, folder, NULL);
    argv[9] = "0.2";
    struct program some = program_run(argv, env, folder, NULL);
    cr_expect(strstr(all.out.ptr, ", is the lowest log-loss") != NULL, "%s", all.out.ptr);
    cr_expect(strstr(all.out.ptr, "held out") == NULL, "%s", all.out.ptr);
    cr_expect(strstr(some.out.ptr, " held out, is the lowest log-loss") != NULL, "%s", some.out.ptr);
    program_free(&all);
    program_free(&some);
    temp_remove(folder);
}

Test(family, a_head_may_start_from_another)
{
    static const char expo[] = "--anchor r.safetensors --expo ";
    char *folder = demo(), options[128];
    size_t d;
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --head regression -o r.safetensors"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o plain.safetensors"), 0));
    cr_assert(
        eq(int, assay_status(folder, "-w d/demo.assay train --anchor r.safetensors --mu 1e6 -o a.safetensors"), 0));
    cr_assert(
        eq(int, assay_status(folder, "-w d/demo.assay train --anchor r.safetensors --expo 1.52 -o e.safetensors"), 0));
    double *r = weights(folder, "r.safetensors", &d), *plain = weights(folder, "plain.safetensors", &d);
    double *anchored = weights(folder, "a.safetensors", &d), *beyond = weights(folder, "e.safetensors", &d);
    for (size_t j = 0; j < d; j++) {
        cr_expect(epsilon_eq(dbl, anchored[j], r[j], 1e-5));
        cr_expect(epsilon_eq(dbl, beyond[j], r[j] + 1.52 * (plain[j] - r[j]), 1e-4));
    }
    snprintf(options, sizeof options, "%ssearch -o s.safetensors", expo);
    double factor = train(folder, options, "expo"), best = train(folder, options, "holdout/nll");
    for (int side = -1; side <= 1; side += 2) {
        snprintf(options, sizeof options, "%s%.6f -o s.safetensors", expo, factor + side * 0.05);
        cr_expect(lt(dbl, best, train(folder, options, "holdout/nll")), "factor %g", factor);
    }
    cr_expect(
        eq(int, assay_status(folder, "-w d/demo.assay train --holdout 0 --anchor r.safetensors --expo search"), 2));
    mem_free(r);
    mem_free(plain);
    mem_free(anchored);
    mem_free(beyond);
    temp_remove(folder);
}

/* Sixty comparisons by three people, who do not always agree; every fifth is a tie. */
static void write_votes(const char *folder)
{
    static const int votes[][3] = {{-2, -1, -3}, {-1, 1, -1}, {2, 1, 3}, {1, -1, 2}, {0, 0, 0}};
    struct buf text = BUF_INIT;
    char path[512];
    for (int i = 0; i < 60; i++)
        for (int who = 0; who < 3; who++)
            buf_addf(
                &text,
                "{\"prompt\":\"question %d\",\"responses\":[{\"text\":\"careful answer %d\"},{\"text\":\"no %d\"}],"
                "\"source\":\"s\",\"judgement\":{\"annotator\":\"%c\",\"preference\":%d}}\n",
                i, i, i, 'a' + who, votes[i % 5][who]);
    snprintf(path, sizeof path, "%s/votes.jsonl", folder);
    file_write(path, text.ptr);
    buf_free(&text);
}

static void expect_trained(const char *folder, const char *options, double n, double floor)
{
    char line[256];
    snprintf(line, sizeof line, "-w w.assay train %s -o h.safetensors", options);
    struct json_object *t = assay_json(folder, line);
    struct json_object *e = assay_json(folder, "-w w.assay eval --model h.safetensors --by strength");
    cr_expect(eq(dbl, json_number(t, "n_pairs") + json_number(t, "holdout/n"), n), "%s", options);
    double mean = (json_number(t, "entropy_floor/train") * json_number(t, "n_pairs") +
                   json_number(t, "entropy_floor/holdout") * json_number(t, "holdout/n")) /
                  n;
    cr_expect(epsilon_eq(dbl, mean, floor, 1e-12), "%s", options);
    cr_expect(ge(dbl, json_number(t, "train/nll"), json_number(t, "entropy_floor/train")));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(e, "split"), "holdout"), "%s", options);
    cr_expect(eq(dbl, json_number(e, "n"), json_number(t, "holdout/n")));
    cr_expect(epsilon_eq(dbl, json_number(e, "nll"), json_number(t, "holdout/nll"), 1e-6));
    json_object_put(t);
    json_object_put(e);
}

static double entropy(double p)
{
    return -p * log(p) - (1 - p) * log(1 - p);
}

Test(family, soft_labels_and_ties_of_several_annotators)
{
    char *folder = temp_make();
    write_votes(folder);
    cr_assert(eq(int, assay_status(folder, "init --rubric pairwise w.assay"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay import votes.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w w.assay embed --provider lexical"), 0));
    expect_trained(folder, "--loss plain", 48, 0);
    expect_trained(folder, "--soft share", 60, (2 * entropy(2.0 / 3) + log(2)) / 5);
    expect_trained(folder, "--soft smoothed", 60, (2 * entropy(7.0 / 8) + 2 * entropy(5.0 / 8) + log(2)) / 5);
    expect_trained(folder, "--soft magnitude", 60,
                   (2 * entropy(5.0 / 6) + entropy(5.0 / 9) + entropy(11.0 / 18) + log(2)) / 5);
    expect_trained(folder, "--ties davidson", 60, 2 * log(2) / 5);
    expect_trained(folder, "--ties rao-kupper --soft share", 60, (entropy(2.0 / 3) + 2 * log(2)) / 5);
    cr_expect(eq(int, assay_status(folder, "train --soft share -e x.npy"), 2));
    temp_remove(folder);
}
