/* Comparisons through the command line: on pairs set apart they give the figures of train and eval, finished heads are
 * not judged by what they know, and the answer is the same every time. */
#include "core/base/mem.h"
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

TestSuite(comparison, .init = set_up, .fini = tear_down);

static struct json_object *compare(const char *rest)
{
    char line[512];
    snprintf(line, sizeof line, "-w d/demo.assay compare %s", rest);
    return assay_json(folder, line);
}

static const char *const figures[] = {"n", "accuracy", "nll", "brier", "ece", "intervals/nll/0", "intervals/ece/1"};
enum { FIGURES = sizeof figures / sizeof *figures };

/* The first n of them: intervals depend on the seed, too. */
static void expect_same_figures(struct json_object *a, const char *path_a, struct json_object *b, const char *path_b,
                                size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char at_a[128], at_b[128];
        snprintf(at_a, sizeof at_a, "%s%s", path_a, figures[i]);
        snprintf(at_b, sizeof at_b, "%s%s", path_b, figures[i]);
        cr_expect(epsilon_eq(dbl, json_number(a, at_a), json_number(b, at_b), 1e-6), "%s", figures[i]);
    }
}

Test(comparison, a_finished_head_is_judged_as_eval_does_and_its_twin_as_train_does)
{
    struct json_object *t =
        assay_json(folder, "-w d/demo.assay train --l2 0.01 --holdout 0.4 --seed 7 -o h.safetensors");
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m h.safetensors");
    struct json_object *c = compare("h.safetensors bt:l2=0.01 --split holdout");
    expect_same_figures(c, "heads/0/", e, "", FIGURES);
    expect_same_figures(c, "heads/1/", t, "holdout/", FIGURES - 2);
    cr_expect(eq(str, (char *)json_string(c, "heads/1/against_baseline/accuracy/verdict"), "same"));
    cr_expect(eq(dbl, json_number(c, "heads/1/against_baseline/mcnemar/only_this"), 0));
    json_object_put(t);
    json_object_put(e);
    json_object_put(c);
}

Test(comparison, every_pair_is_judged_once_by_folds)
{
    struct json_object *c = compare("bt:l2=0.01 bt:l2=10 --folds 4 --seed 3");
    double n = json_number(c, "n_pairs");
    cr_expect(gt(dbl, n, 100));
    cr_expect(eq(dbl, json_number(c, "heads/0/n"), n));
    cr_expect(eq(dbl, json_number(c, "heads/0/fits"), 4));
    cr_expect(eq(dbl, json_number(c, "heads/0/unconverged"), 0));
    cr_expect(gt(dbl, json_number(c, "heads/1/nll"), json_number(c, "heads/0/nll")), "10 is far too much");
    double d = json_number(c, "heads/1/against_baseline/nll/difference");
    cr_expect(epsilon_eq(dbl, d, json_number(c, "heads/1/nll") - json_number(c, "heads/0/nll"), 1e-12));
    json_object_put(c);
}

Test(comparison, a_head_without_a_scale_gets_a_temperature_and_all_get_one_beside)
{
    struct json_object *c = compare("bt:l2=0.01 regression:attributes=helpfulness,correctness,l2=0.1");
    cr_expect(eq(int, json_object_get_boolean(json_at(c, "heads/0/own_scale")), 1));
    cr_expect(eq(int, json_object_get_boolean(json_at(c, "heads/1/own_scale")), 0));
    cr_expect(eq(dbl, json_number(c, "heads/1/nll"), json_number(c, "heads/1/at_temperature/nll")));
    cr_expect(ne(dbl, json_number(c, "heads/0/nll"), json_number(c, "heads/0/at_temperature/nll")));
    cr_expect(eq(dbl, json_number(c, "heads/0/accuracy"), json_number(c, "heads/0/at_temperature/accuracy")));
    cr_expect(gt(dbl, json_number(c, "heads/1/at_temperature/temperature"), 0));
    json_object_put(c);
}

/* More penalty shrinks all margins; a temperature undoes what is scale. */
Test(comparison, a_temperature_takes_the_scale_out)
{
    struct json_object *c = compare("bt:l2=0.1 bt:l2=0.3");
    double apart = fabs(json_number(c, "heads/1/nll") - json_number(c, "heads/0/nll"));
    double beside = fabs(json_number(c, "heads/1/at_temperature/nll") - json_number(c, "heads/0/at_temperature/nll"));
    cr_expect(lt(dbl, beside, apart));
    json_object_put(c);
}

static struct program say(const char *line, int status)
{
    const char *argv[32] = {program_assay()}, *env[] = {NULL};
    char *copy = mem_dup(line), *rest = copy, *word;
    size_t n = 1;
    while ((word = strtok_r(rest, " ", &rest)) != NULL && n < 31)
        argv[n++] = word;
    struct program p = program_run(argv, env, folder, NULL);
    cr_expect(eq(int, p.status, status), "%s: %s", line, p.err.ptr);
    mem_free(copy);
    return p;
}

Test(comparison, the_same_bytes_come_out_every_time)
{
    static const char line[] = "-w d/demo.assay --json compare bt regression --threads 2";
    struct program a = say(line, 0), b = say(line, 0);
    cr_expect(eq(str, a.out.ptr, b.out.ptr));
    program_free(&a);
    program_free(&b);
}

/* Names are ASCII here. */
static void expect_narrow(const char *text)
{
    for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        cr_expect(le(sz, n, 100), "%.*s", (int)n, text);
    }
}

Test(comparison, the_report_names_the_heads_and_says_what_is_known)
{
    struct program p = say("-w d/demo.assay -q compare bt:l2=0.01 regression", 0);
    cr_expect(strstr(p.out.ptr, "2 heads on ") == p.out.ptr, "%s", p.out.ptr);
    cr_expect(strstr(p.out.ptr, "\nAgainst bt:l2=0.01:\n  regression\n    accuracy   ") != NULL, "%s", p.out.ptr);
    cr_expect(strstr(p.out.ptr, "* differences of its rewards are no log-odds") != NULL);
    expect_narrow(p.out.ptr);
    program_free(&p);
    p = say("-w d/demo.assay -q compare bt:l2=0.01 regression --baseline regression --markdown", 0);
    cr_expect(strstr(p.out.ptr, "\n| `bt:l2=0.01` | ") != NULL, "%s", p.out.ptr);
    expect_narrow(p.out.ptr);
    cr_expect(strstr(p.out.ptr, "\nAgainst `regression`:\n\n- `bt:l2=0.01`\n  - accuracy: ") != NULL, "%s", p.out.ptr);
    program_free(&p);
}

static void expect_refused(const char *rest, int status, const char *text)
{
    char line[256];
    snprintf(line, sizeof line, "-w d/demo.assay compare %s", rest);
    struct program p = say(line, status);
    cr_expect(strstr(p.err.ptr, text) != NULL, "%s: %s", rest, p.err.ptr);
    cr_expect(eq(sz, p.out.len, 0));
    program_free(&p);
}

Test(comparison, every_kind_of_head_can_be_judged)
{
    struct json_object *c = compare("bt:l2=0.01 ordinal joint logistic bco:l2=0.01 mlp:hidden=4,epochs=2 regression "
                                    "--folds 2 --up-from helpfulness>=3");
    for (int i = 0; i < 7; i++) {
        char path[32];
        snprintf(path, sizeof path, "heads/%d/n", i);
        cr_expect(eq(dbl, json_number(c, path), json_number(c, "n_pairs")));
    }
    json_object_put(c);
}

/* Soft labels are of the pairs; heads that learn from ratings are judged by them as well. */
Test(comparison, soft_labels_judge_heads_of_ratings_too)
{
    struct json_object *hard = compare("bt:l2=0.01 regression --folds 2");
    struct json_object *soft = compare("bt:l2=0.01 regression --folds 2 --soft magnitude");
    cr_expect(gt(dbl, json_number(soft, "n_pairs"), json_number(hard, "n_pairs")), "ties count");
    cr_expect(eq(dbl, json_number(soft, "heads/1/n"), json_number(soft, "n_pairs")));
    cr_expect(ne(dbl, json_number(soft, "heads/0/nll"), json_number(hard, "heads/0/nll")));
    json_object_put(hard);
    json_object_put(soft);
    expect_refused("bt --soft hardly", 2, "is \"hard\" meant?");
}

Test(comparison, a_stationary_point_is_no_failure_and_a_limit_is)
{
    struct json_object *c = compare("bt:channel=0.1,l2=0.1 --folds 2");
    cr_expect(eq(dbl, json_number(c, "heads/0/unconverged"), 0));
    json_object_put(c);
    c = compare("bt:channel=0.1,l2=0.1 --folds 2 --max-iterations 1");
    cr_expect(eq(dbl, json_number(c, "heads/0/unconverged"), 2));
    json_object_put(c);
}

Test(comparison, a_head_is_not_judged_by_pairs_it_knows)
{
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o h.safetensors"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --seed 2 -o other.safetensors"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --holdout 0 -o all.safetensors"), 0));
    expect_refused("h.safetensors bt", 1, "--split holdout judges by those it held out");
    expect_refused("h.safetensors other.safetensors --split holdout", 1, "held out different pairs");
    expect_refused("all.safetensors --split holdout", 1, "held out none of these pairs");
    expect_refused("bt --split holdout", 2, "name one");
    expect_refused("bt:anchor=h.safetensors,expo=search", 2, "--expo search would look at the pairs that judge");
}

Test(comparison, what_is_wrong_with_a_spec_is_said)
{
    expect_refused("svm", 2, "svm: --head must be one of");
    expect_refused("bt:lambda=1", 2, "bt:lambda=1: there is no option --lambda");
    expect_refused("bt:l2=x", 2, "--l2 must be a number");
    expect_refused("bt:seed=2", 2, "--seed is the same for all heads");
    expect_refused("bt:holdout=0.5", 2, "--holdout is the same for all heads");
    expect_refused("bt:anchor=h.safetensors,expo=search", 1, "h.safetensors");
    expect_refused("regression:loss=scaled", 2, "--loss is not for --head regression");
    expect_refused("bt --baseline regression", 2, "--baseline regression is none of the heads");
    expect_refused("bt --folds 3 --split test", 2, "exclude one another");
    expect_refused("bt --split test", 1, "no pair is marked \"test\"");
    expect_refused("missing.safetensors", 1, "missing.safetensors");
}
