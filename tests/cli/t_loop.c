/* The loop from data to a calibrated head through the command line: shapes of the answers, repeatability, what is
 * refused. */
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/npy.h"
#include "core/tensor.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static char *path_in(const char *folder, const char *name)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "%s/%s", folder, name);
    return buf_take(&b);
}

static void read_all(const char *folder, const char *name, struct buf *out)
{
    char *path = path_in(folder, name);
    cr_assert(file_read(path, out), "no file %s", name);
    mem_free(path);
}

/* A demo folder: workspace, features, head. */
static char *demo(void)
{
    char *folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    return folder;
}

static void expect_same(const char *folder, const char *a, const char *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    read_all(folder, a, &x);
    read_all(folder, b, &y);
    cr_expect(x.len > 0 && x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0, "%s and %s differ", a, b);
    buf_free(&x);
    buf_free(&y);
}

Test(loop, the_demo_gives_the_same_bytes_every_time)
{
    char *folder = demo();
    cr_assert(eq(int, assay_status(folder, "demo --folder e"), 0));
    expect_same(folder, "d/demo.bt.safetensors", "e/demo.bt.safetensors");
    expect_same(folder, "d/demo.lexical.safetensors", "e/demo.lexical.safetensors");
    expect_same(folder, "d/demo.trl.jsonl", "e/demo.trl.jsonl");
    cr_expect(eq(int, assay_status(folder, "demo --folder d"), 1), "an existing folder must be refused");
    struct json_object *j = assay_json(folder, "demo --folder f");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(j, "steps/0/command"), "init"));
    cr_expect(eq(dbl, json_number(j, "steps/1/answer/files/0/records"), 144));
    json_object_put(j);
    temp_remove(folder);
}

Test(loop, the_demo_works_on_a_file_of_ones_own)
{
    char *folder = temp_make(), *path = path_in(folder, "own.jsonl");
    struct buf text = BUF_INIT;
    for (int i = 0; i < 20; i++)
        buf_addf(&text, "{\"prompt\":\"question %d\",\"chosen\":\"A careful answer to %d.\",\"rejected\":\"no %d\"}\n",
                 i, i, i);
    buf_adds(&text, "broken\n");
    file_write(path, text.ptr);
    cr_expect(eq(int, assay_status(folder, "demo own.jsonl"), 3), "a refused record is told by status 3");
    cr_expect(eq(int, assay_status(folder, "-w assay-demo/demo.assay check"), 0));
    struct json_object *s = assay_json(folder, "-w assay-demo/demo.assay status");
    cr_expect(eq(dbl, json_number(s, "comparisons"), 20));
    json_object_put(s);
    buf_free(&text);
    mem_free(path);
    temp_remove(folder);
}

static void expect_keys(struct json_object *o, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        cr_expect(json_at(o, *keys) != NULL || json_object_object_get_ex(o, *keys, NULL), "no \"%s\"", *keys);
}

Test(loop, train_and_eval_answer_with_everything_promised)
{
    static const char *const of_train[] = {"head",
                                           "n_pairs",
                                           "dim",
                                           "l2",
                                           "objective",
                                           "grad_norm",
                                           "iterations",
                                           "passes",
                                           "converged",
                                           "seconds/load",
                                           "seconds/fit",
                                           "train/accuracy",
                                           "holdout/accuracy",
                                           "holdout/intervals/accuracy/1",
                                           "model",
                                           "model_sha256",
                                           NULL};
    static const char *const of_eval[] = {"n",
                                          "accuracy",
                                          "nll",
                                          "brier",
                                          "ece",
                                          "bins/9/lo",
                                          "bins/9/hi",
                                          "bins/9/n",
                                          "bins/9/confidence",
                                          "bins/9/accuracy",
                                          "by/source/sample/ece",
                                          NULL};
    char *folder = demo();
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --head bt -o head.safetensors");
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval --model head.safetensors --by source");
    expect_keys(t, of_train);
    expect_keys(e, of_eval);
    cr_expect(eq(str, (char *)(uintptr_t)json_string(e, "split"), "holdout"));
    /* The held-out pairs that eval finds again are those that train left out. */
    cr_expect(eq(dbl, json_number(e, "n"), json_number(t, "holdout/n")));
    cr_expect(epsilon_eq(dbl, json_number(e, "nll"), json_number(t, "holdout/nll"), 1e-6));
    cr_expect(eq(dbl, json_number(e, "n"), json_number(e, "by/source/sample/n")));
    double total = 0;
    for (int i = 0; i < 10; i++) {
        char key[32];
        snprintf(key, sizeof key, "bins/%d/n", i);
        total += json_number(e, key);
    }
    cr_expect(eq(dbl, total, 2 * json_number(e, "n")), "both orientations of each pair are in the bins");
    json_object_put(t);
    json_object_put(e);
    temp_remove(folder);
}

Test(loop, a_regression_head_learns_the_ratings_and_scores)
{
    char *folder = demo();
    struct json_object *t = assay_json(
        folder,
        "-w d/demo.assay train --head regression --attributes helpfulness,verbosity --l2 0.01 -o r.safetensors");
    cr_expect(gt(dbl, json_number(t, "train/ratings/verbosity/pearson"), 0.5));
    cr_expect(json_at(t, "objectives/helpfulness") != NULL);
    json_object_put(t);
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score --model r.safetensors -o scores.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score --model r.safetensors -o scores.npy"), 0));
    char *jsonl = path_in(folder, "scores.jsonl"), *npy = path_in(folder, "scores.npy"), *text;
    struct err err = {0};
    struct tensor s;
    size_t n, row = 0;
    cr_assert(tensor_open(npy, &s, &err), "%s", err.text);
    struct lines *l = lines_open(jsonl, &err);
    while (lines_next(l, &text, &n, &err) && text != NULL) {
        struct json_object *o = NULL;
        double reward;
        cr_assert(json_parse(text, n, &o, &err), "%s", err.text);
        tensor_row_f64(&s, row++, &reward);
        cr_expect(eq(dbl, json_number(o, "reward"), reward));
        cr_expect(epsilon_eq(dbl, json_number(o, "reward"), json_number(o, "helpfulness"), 1e-12));
        json_object_put(o);
    }
    cr_expect(eq(sz, row, s.rows));
    lines_close(l);
    tensor_close(&s);
    mem_free(jsonl);
    mem_free(npy);
    temp_remove(folder);
}

Test(loop, new_judgements_make_the_old_hold_out_unknown)
{
    char *folder = demo();
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay eval --model d/demo.bt.safetensors --split holdout"), 0));
    cr_assert(eq(int,
                 assay_status(folder, "-w d/demo.assay judge next --rate a.helpfulness=4 --rate a.correctness=4 "
                                      "--rate a.coherence=4 --rate a.complexity=4 --rate a.verbosity=4 "
                                      "--rate b.helpfulness=0 --rate b.correctness=0 --rate b.coherence=0 "
                                      "--rate b.complexity=0 --rate b.verbosity=0 --prefer -1"),
                 0));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval --model d/demo.bt.safetensors --split holdout"), 1));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval --model d/demo.bt.safetensors"), 1));
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval --model d/demo.bt.safetensors --allow-leak");
    cr_expect(gt(dbl, json_number(e, "leaked"), 50)); /* most of those of the fit are among all */
    json_object_put(e);
    temp_remove(folder);
}

Test(loop, a_folder_may_be_moved_with_all_it_holds)
{
    char *folder = demo();
    char *from = path_in(folder, "d"), *to = path_in(folder, "moved");
    cr_assert(rename(from, to) == 0);
    cr_expect(eq(int, assay_status(folder, "-w moved/demo.assay train -o t.safetensors"), 0));
    mem_free(from);
    mem_free(to);
    temp_remove(folder);
}

/* Export the answers, make a matrix of them elsewhere, attach it. */
Test(loop, embeddings_made_elsewhere_are_attached_by_id)
{
    char *folder = demo();
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay export --format responses -o r.jsonl"), 0));
    char *in = path_in(folder, "r.jsonl"), *out = path_in(folder, "x.npy"), *text;
    struct err err = {0};
    float X[300 * 2];
    size_t n, rows = 0;
    struct lines *l = lines_open(in, &err);
    cr_assert(l != NULL);
    while (lines_next(l, &text, &n, &err) && text != NULL) {
        X[2 * rows] = (float)n / 1000;
        X[2 * rows + 1] = (float)(rows % 7);
        rows++;
    }
    lines_close(l);
    cr_assert(npy_write_f32(out, X, rows, 2, &err), "%s", err.text);
    struct json_object *e =
        assay_json(folder, "-w d/demo.assay embed --provider file -e x.npy --ids r.jsonl --name tiny");
    cr_expect(eq(dbl, json_number(e, "mapped"), 288));
    json_object_put(e);
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --set tiny -o tiny.safetensors");
    cr_expect(eq(dbl, json_number(t, "dim"), 2));
    json_object_put(t);
    /* A matrix that has changed under its name is noticed, before anything is written. */
    struct buf nothing = BUF_INIT;
    char *head = path_in(folder, "never.safetensors"), *scores = path_in(folder, "never.jsonl");
    X[0] += 1;
    cr_assert(npy_write_f32(out, X, rows, 2, &err));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay train --set tiny -o never.safetensors"), 1));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay score --set tiny -m tiny.safetensors -o never.jsonl"), 1));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval --set tiny -m tiny.safetensors"), 1));
    cr_expect(not(file_read(head, &nothing)));
    cr_expect(not(file_read(scores, &nothing)));
    mem_free(head);
    mem_free(scores);
    mem_free(in);
    mem_free(out);
    temp_remove(folder);
}

Test(loop, compressed_files_are_read_and_damaged_ones_refused)
{
    char *folder = temp_make(), *path = path_in(folder, "a.jsonl.gz");
    static const char record[] = "{\"prompt\":\"q\",\"chosen\":\"yes it is\",\"rejected\":\"no\"}\n";
    gzFile gz = gzopen(path, "wb");
    cr_assert(gz != NULL && gzwrite(gz, record, sizeof record - 1) > 0 && gzclose(gz) == Z_OK);
    cr_assert(eq(int, assay_status(folder, "init"), 0));
    cr_expect(eq(int, assay_status(folder, "import a.jsonl.gz"), 0));
    struct json_object *s = assay_json(folder, "status");
    cr_expect(eq(dbl, json_number(s, "comparisons"), 1));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(s, "sources/0/name"), "a"));
    json_object_put(s);
    struct buf bytes = BUF_INIT;
    cr_assert(file_read(path, &bytes));
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL && fwrite(bytes.ptr, 1, bytes.len - 6, f) == bytes.len - 6 && fclose(f) == 0);
    cr_expect(eq(int, assay_status(folder, "import a.jsonl.gz"), 1));
    cr_expect(eq(int, assay_status(folder, "check"), 0));
    buf_free(&bytes);
    mem_free(path);
    temp_remove(folder);
}

Test(loop, nothing_is_left_where_an_output_cannot_be_written)
{
    char *folder = demo();
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay export --format trl -o nowhere/x.jsonl"), 1));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay train -o nowhere/x.safetensors"), 1));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay export --format trl -o /dev/full"), 1));
    temp_remove(folder);
}

Test(loop, the_demo_records_its_fit_and_its_evaluation_once)
{
    char *folder = demo();
    struct json_object *s = assay_json(folder, "-w d/demo.assay status");
    cr_expect(eq(dbl, json_number(s, "runs"), 2));
    json_object_put(s);
    temp_remove(folder);
}
