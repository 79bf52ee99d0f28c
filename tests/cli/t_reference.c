/* `assay --json train` and `eval` against what other tools computed from the same third-party data (reference.json
 * beside it): objectives to 1e-6 relative, accuracies exactly, log-loss, Brier and calibration error to 1e-4. Skipped
 * where the data is not. */
#include "core/base/json.h"
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/embedding.h"
#include "core/npy.h"
#include "core/ratings.h"
#include "core/ridge.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    const char *data;
    char *folder;
    struct json_object *reference;
};

static void open_bench(struct bench *b)
{
    b->data = program_data();
    if (b->data == NULL)
        cr_skip_test("no third-party data beside the checkout (../shared/data or ASSAY_DATA)");
    char *absolute = realpath(b->data, NULL);
    cr_assert(absolute != NULL);
    b->data = absolute;
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct err err = {0};
    buf_addf(&path, "%s/reference.json", b->data);
    cr_assert(file_read(path.ptr, &text));
    cr_assert(json_parse(text.ptr, text.len, &b->reference, &err), "%s", err.text);
    b->folder = temp_make();
    buf_free(&path);
    buf_free(&text);
}

static void close_bench(struct bench *b)
{
    json_object_put(b->reference);
    temp_remove(b->folder);
    free((void *)(uintptr_t)b->data);
}

/* D/ is the data folder. */
static struct json_object *assay(const struct bench *b, const char *line)
{
    struct buf full = BUF_INIT;
    for (const char *p = line; *p != '\0'; p++)
        if (p[0] == 'D' && p[1] == '/' && (p == line || p[-1] == ' '))
            buf_adds(&full, b->data);
        else
            buf_addc(&full, *p);
    struct json_object *v = assay_json(b->folder, full.ptr);
    buf_free(&full);
    return v;
}

static void same_figures(const char *what, struct json_object *ours, struct json_object *theirs, const char *ece)
{
    cr_expect(eq(dbl, json_number(ours, "n"), json_number(theirs, "n")), "%s", what);
    cr_expect(epsilon_eq(dbl, json_number(ours, "accuracy"), json_number(theirs, "accuracy"), 1e-12), "%s accuracy",
              what);
    if (json_at(theirs, "margins_equal_to_zero") != NULL) { /* only told where there are any */
        cr_expect(eq(dbl, json_number(ours, "zero_margins"), json_number(theirs, "margins_equal_to_zero")), "%s", what);
        cr_expect(epsilon_eq(dbl, json_number(ours, "accuracy_zero_as_half"),
                             json_number(theirs, "accuracy_zero_as_half"), 1e-12));
    }
    cr_expect(epsilon_eq(dbl, json_number(ours, "nll"), json_number(theirs, "nll"), 1e-4), "%s nll", what);
    cr_expect(epsilon_eq(dbl, json_number(ours, "brier"), json_number(theirs, "brier"), 1e-4), "%s brier", what);
    cr_expect(epsilon_eq(dbl, json_number(ours, "ece"), json_number(theirs, ece), 1e-4), "%s %s", what, ece);
    cr_expect(epsilon_eq(dbl, json_number(ours, "mean_margin"), json_number(theirs, "mean_margin"), 1e-4), "%s margin",
              what);
}

/* Train on `files` with the entry's lambda, compare objective and figures. */
static void check_bt(const struct bench *b, const char *name, struct json_object *entry, const char *files, bool hard)
{
    char line[1024], what[160];
    snprintf(what, sizeof what, "%s lambda %g", name, json_number(entry, "lambda"));
    snprintf(line, sizeof line, "train --head bt --l2 %.17g %s -o head.safetensors", json_number(entry, "lambda"),
             files);
    struct json_object *t = assay(b, line);
    double theirs = json_number(entry, "objective");
    cr_expect(epsilon_eq(dbl, json_number(t, "objective"), theirs, 1e-6 * theirs), "%s", what);
    cr_expect(json_object_get_boolean(json_at(t, "converged")), "%s did not converge", what);
    json_object_put(t);
    static const char *const parts[] = {"test", "train"};
    for (int part = 0; part < 2; part++)
        for (int bins = 10; bins <= 15; bins += 5) {
            snprintf(line, sizeof line, "eval --model head.safetensors --split %s --bins %d --resamples 10 %s %s",
                     parts[part], bins, hard ? "--hard" : "--seed 1", files);
            struct json_object *e = assay(b, line);
            same_figures(what, e, json_at(entry, parts[part]), bins == 10 ? "ece10" : "ece15");
            json_object_put(e);
        }
}

static void check_bt_list(const struct bench *b, const char *path, const char *files, bool hard)
{
    struct json_object *list = json_at(b->reference, path);
    cr_assert(list != NULL && json_object_array_length(list) > 0, "no %s", path);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        check_bt(b, path, json_object_array_get_idx(list, i), files, hard);
}

/* Copy a pairs file of the data, each object changed by `edit`; false drops the line. */
static void edit_pairs(const struct bench *b, const char *from, const char *to, bool (*edit)(struct json_object *))
{
    struct buf path = BUF_INIT, out = BUF_INIT;
    struct err err = {0};
    buf_addf(&path, "%s/%s", b->data, from);
    struct lines *l = lines_open(path.ptr, &err);
    cr_assert(l != NULL, "%s", err.text);
    char *text;
    size_t n;
    while (lines_next(l, &text, &n, &err) && text != NULL) {
        struct json_object *o = NULL;
        cr_assert(json_parse(text, n, &o, &err), "%s", err.text);
        if (edit(o))
            buf_addf(&out, "%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN));
        json_object_put(o);
    }
    lines_close(l);
    buf_reset(&path);
    buf_addf(&path, "%s/%s", b->folder, to);
    file_write(path.ptr, out.ptr);
    buf_free(&path);
    buf_free(&out);
}

#define HH                                                                                                             \
    "-e D/hh-harmless/chosen.f32.npy --ids D/hh-harmless/chosen.ids.txt -e D/hh-harmless/rejected.f32.npy --ids "      \
    "D/hh-harmless/rejected.ids.txt"
#define PANDALM   "-e D/pandalm/responses.f32.npy --ids D/pandalm/responses.ids.txt"
#define HELPSTEER "-e D/helpsteer/responses.f32.npy --ids D/helpsteer/responses.ids.txt"

Test(reference, hh_bradley_terry_in_every_precision)
{
    struct bench b;
    open_bench(&b);
    check_bt_list(&b, "hh-harmless/bradley_terry", HH " --pairs D/hh-harmless/pairs.jsonl", false);
    check_bt(&b, "f16", json_at(b.reference, "hh-harmless/bradley_terry_from_f16"),
             "-e D/hh-harmless/all.f16.npy --ids D/hh-harmless/all.ids.txt --pairs D/hh-harmless/pairs.jsonl", false);
    check_bt(&b, "bf16", json_at(b.reference, "hh-harmless/bradley_terry_from_bf16"),
             "-e D/hh-harmless/all.bf16.safetensors --ids D/hh-harmless/all.ids.txt --pairs D/hh-harmless/pairs.jsonl",
             false);
    close_bench(&b);
}

static bool smooth(struct json_object *o)
{
    json_object_object_add(o, "p", json_object_new_double(0.9));
    return true;
}

/* "hh-0007/chosen" stands in row 6 of the index */
static bool weigh_by_row(struct json_object *o)
{
    long row = strtol(json_object_get_string(json_at(o, "chosen")) + 3, NULL, 10) - 1;
    json_object_object_add(o, "weight", json_object_new_double((double)(1 + row % 3)));
    return true;
}

Test(reference, hh_temperature)
{
    struct bench b;
    open_bench(&b);
    struct json_object *list = json_at(b.reference, "hh-harmless/bradley_terry");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *entry = json_object_array_get_idx(list, i), *want = json_at(entry, "calibration");
        char line[512];
        if (want == NULL)
            continue;
        snprintf(line, sizeof line, "train --l2 %.17g %s --pairs D/hh-harmless/pairs.jsonl -o h.safetensors",
                 json_number(entry, "lambda"), HH);
        json_object_put(assay(&b, line));
        snprintf(line, sizeof line,
                 "calibrate -m h.safetensors --map temperature %s --pairs D/hh-harmless/pairs.calibration.jsonl", HH);
        struct json_object *c = assay(&b, line);
        double theirs = json_number(want, "temperature");
        cr_expect(epsilon_eq(dbl, json_number(c, "temperature"), theirs, 1e-4 * theirs));
        cr_expect(epsilon_eq(dbl, json_number(c, "before/nll"), json_number(want, "valid_nll"), 1e-4));
        cr_expect(epsilon_eq(dbl, json_number(c, "after/nll"), json_number(want, "valid_nll_at_T"), 1e-4));
        snprintf(line, sizeof line,
                 "eval -m h.safetensors --split test --resamples 10 %s --pairs D/hh-harmless/pairs.jsonl", HH);
        struct json_object *e = assay(&b, line);
        same_figures("after the temperature", e, json_at(want, "test_at_T"), "ece10");
        json_object_put(c);
        json_object_put(e);
    }
    close_bench(&b);
}

Test(reference, hh_label_smoothing_and_weights)
{
    struct bench b;
    open_bench(&b);
    edit_pairs(&b, "hh-harmless/pairs.jsonl", "smooth.jsonl", smooth);
    edit_pairs(&b, "hh-harmless/pairs.jsonl", "weighted.jsonl", weigh_by_row);
    check_bt(&b, "smoothing", json_at(b.reference, "hh-harmless/bradley_terry_label_smoothing_0.1"),
             HH " --pairs smooth.jsonl", true);
    check_bt(&b, "weights", json_at(b.reference, "hh-harmless/bradley_terry_weights_1_2_3_by_row_modulo_3"),
             HH " --pairs weighted.jsonl", true);
    close_bench(&b);
}

static bool drop_even(struct json_object *o)
{
    if (fabs(json_number(o, "p") - 0.5) < 1e-9)
        return false;
    json_object_object_del(o, "p");
    return true;
}

Test(reference, pandalm_soft_and_hard_labels)
{
    struct bench b;
    open_bench(&b);
    edit_pairs(&b, "pandalm/pairs.jsonl", "hard.jsonl", drop_even);
    check_bt_list(&b, "pandalm/head_soft_labels/fits", PANDALM " --pairs D/pandalm/pairs.jsonl", true);
    check_bt_list(&b, "pandalm/head_hard_labels_without_even_pairs/fits", PANDALM " --pairs hard.jsonl", false);
    close_bench(&b);
}

static bool weigh_by_strength(struct json_object *o)
{
    json_object_object_add(o, "weight", json_object_new_double(json_number(o, "strength")));
    return true;
}

Test(reference, helpsteer_pairs_plain_and_by_strength)
{
    struct bench b;
    open_bench(&b);
    edit_pairs(&b, "helpsteer/pairs.jsonl", "weighted.jsonl", weigh_by_strength);
    check_bt_list(&b, "helpsteer/bradley_terry", HELPSTEER " --pairs D/helpsteer/pairs.jsonl", false);
    check_bt_list(&b, "helpsteer/bradley_terry_weighted_by_strength", HELPSTEER " --pairs weighted.jsonl", true);
    close_bench(&b);
}

static void check_ridge(const struct bench *b, const char *name, struct json_object *entry, const char *files)
{
    char line[1024];
    snprintf(line, sizeof line, "train --head regression --l2 %.17g %s -o head.safetensors",
             json_number(entry, "lambda"), files);
    struct json_object *t = assay(b, line), *targets = json_at(entry, "targets");
    size_t compared = 0;
    json_object_object_foreach(targets, attribute, theirs)
    {
        struct json_object *ours = json_at(json_at(t, "objectives"), attribute);
        double wanted = json_number(theirs, "objective");
        cr_assert(ours != NULL, "%s: no %s", name, attribute);
        cr_expect(epsilon_eq(dbl, json_object_get_double(ours), wanted, 1e-6 * wanted), "%s %s", name, attribute);
        compared++;
    }
    cr_expect(gt(sz, compared, 0));
    json_object_put(t);
}

static void check_ridge_list(const struct bench *b, const char *path, const char *files)
{
    struct json_object *list = json_at(b->reference, path);
    cr_assert(list != NULL && json_object_array_length(list) > 0, "no %s", path);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        check_ridge(b, path, json_object_array_get_idx(list, i), files);
}

Test(reference, helpsteer_ridge)
{
    struct bench b;
    open_bench(&b);
    check_ridge_list(&b, "helpsteer/ridge", HELPSTEER " --ratings D/helpsteer/ratings.jsonl");
    /* A regression head as a reward: pair accuracy of its helpfulness output. */
    struct json_object *list = json_at(b.reference, "helpsteer/regression_head_on_pairs");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *entry = json_object_array_get_idx(list, i);
        char line[512];
        snprintf(line, sizeof line,
                 "train --head regression --l2 %.17g " HELPSTEER
                 " --ratings D/helpsteer/ratings.jsonl -o head.safetensors",
                 json_number(entry, "lambda"));
        json_object_put(assay(&b, line));
        struct json_object *e = assay(&b, "eval --model head.safetensors --split test --resamples 10 " HELPSTEER
                                          " --pairs D/helpsteer/pairs.jsonl");
        cr_expect(epsilon_eq(dbl, json_number(e, "accuracy"),
                             json_number(entry, "pair_accuracy_test_of_helpfulness_head"), 1e-12));
        json_object_put(e);
    }
    close_bench(&b);
}

/* The entry is about standardised columns and the mean of three raters: files for it are made here. */
static void prepare_hanna(const struct bench *b)
{
    struct embeddings e;
    struct rating_set r = {0};
    struct err err = {0};
    struct buf path = BUF_INIT, ids = BUF_INIT, out = BUF_INIT;
    buf_addf(&path, "%s/hanna/features.f64.npy", b->data);
    buf_addf(&ids, "%s/hanna/features.ids.txt", b->data);
    embeddings_init(&e);
    cr_assert(embeddings_add(&e, path.ptr, ids.ptr, &err), "%s", err.text);
    buf_reset(&path);
    buf_addf(&path, "%s/hanna/ratings.jsonl", b->data);
    cr_assert(ratings_read(path.ptr, &e, &r, &err), "%s", err.text);
    size_t k = names_count(&r.attributes);
    double *sum = mem_array(e.n * k, sizeof *sum), *train = mem_array(e.n * e.d, sizeof *train);
    double *all = mem_array(e.n * e.d, sizeof *all), *mean = mem_array(e.d, sizeof *mean),
           *sd = mem_array(e.d, sizeof *sd);
    enum split *split = mem_array(e.n, sizeof *split);
    for (size_t i = 0; i < r.rows.n; i++) {
        split[r.rows.v[i].row] = r.rows.v[i].split;
        for (size_t j = 0; j < k; j++)
            sum[r.rows.v[i].row * k + j] += r.values[i * k + j];
    }
    size_t n_train = 0;
    for (size_t i = 0; i < e.n; i++) {
        embeddings_row_f64(&e, i, all + i * e.d);
        if (split[i] == SPLIT_TRAIN)
            memcpy(train + n_train++ * e.d, all + i * e.d, e.d * sizeof *all);
    }
    struct ridge_matrix m = {train, e.d};
    struct ridge_rows rows = ridge_rows_of(&m, n_train);
    ridge_standardise(&rows, mean, sd);
    for (size_t i = 0; i < e.n; i++) {
        for (size_t j = 0; j < e.d; j++)
            all[i * e.d + j] = (all[i * e.d + j] - mean[j]) / sd[j];
        buf_addf(&out, "{\"response\":%zu,\"split\":\"%s\",\"ratings\":{", i, split_name(split[i]));
        for (size_t j = 0; j < k; j++)
            buf_addf(&out, "%s\"%s\":%.17g", j > 0 ? "," : "", names_text(&r.attributes, j), sum[i * k + j] / 3);
        buf_adds(&out, "}}\n");
    }
    buf_reset(&path);
    buf_addf(&path, "%s/hanna.npy", b->folder);
    cr_assert(npy_write_f64(path.ptr, all, e.n, e.d, &err), "%s", err.text);
    buf_reset(&path);
    buf_addf(&path, "%s/hanna.jsonl", b->folder);
    file_write(path.ptr, out.ptr);
    mem_free(sum);
    mem_free(train);
    mem_free(all);
    mem_free(mean);
    mem_free(sd);
    mem_free(split);
    ratings_free(&r);
    embeddings_close(&e);
    buf_free(&path);
    buf_free(&ids);
    buf_free(&out);
}

Test(reference, hanna_ridge_on_collinear_columns)
{
    struct bench b;
    open_bench(&b);
    prepare_hanna(&b);
    check_ridge_list(&b, "hanna/ridge_on_standardised_features/fits", "-e hanna.npy --ratings hanna.jsonl");
    close_bench(&b);
}
