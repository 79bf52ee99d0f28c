/* A head that knows how sure it is: its covariance stands in its file, precisely enough, and score and eval tell it. */
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/embedding.h"
#include "core/interval.h"
#include "core/npy.h"
#include "core/pairs.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;
static struct err err;

static void set_up(void)
{
    folder = temp_make();
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(sureness, .init = set_up, .fini = tear_down);

static const char *path_of(const char *name, char out[512])
{
    snprintf(out, 512, "%s/%s", folder, name);
    return out;
}

/* "D/" at the beginning of a word is the folder of the data. */
static char *with_data(const char *text, const char *data)
{
    struct buf out = BUF_INIT;
    for (const char *p = text; *p != '\0'; p++)
        if (p[0] == 'D' && p[1] == '/' && (p == text || p[-1] == ' '))
            buf_adds(&out, data);
        else
            buf_addc(&out, *p);
    return buf_take(&out);
}

static void add_matrix(struct embeddings *e, const char *matrix, const char *ids, const char *data)
{
    char *a = with_data(matrix, data), *b = with_data(ids, data);
    cr_assert(embeddings_add(e, a, b, &err), "%s", err.text);
    mem_free(a);
    mem_free(b);
}

/* The variance of a pair's margin by what the head's file holds. */
static double variance(const struct interval_source *s, const struct embeddings *e, const struct pair *p)
{
    double x[512], y[512], value = 0;
    struct interval v;
    embeddings_row_f64(e, p->chosen, x);
    embeddings_row_f64(e, p->rejected, y);
    for (size_t j = 0; j < 512; j++)
        x[j] -= y[j];
    cr_assert(interval_of_rows(s, x, 1, &value, &v, &err));
    return v.sd * v.sd;
}

/* Variances that other tools computed (reference.json, hh-harmless/bradley_terry/1/laplace), by the file. */
Test(sureness, the_factor_in_the_file_gives_the_reference_variances)
{
    static const double first3[] = {0.1552811218498525, 0.4991057064047991, 0.15288143777299484};
    static const char train[] = "train -e D/hh-harmless/chosen.f32.npy --ids D/hh-harmless/chosen.ids.txt "
                                "-e D/hh-harmless/rejected.f32.npy --ids D/hh-harmless/rejected.ids.txt "
                                "--pairs D/hh-harmless/pairs.jsonl --l2 0.001 --laplace -o h.safetensors";
    char path[512], *data = program_data() != NULL ? realpath(program_data(), NULL) : NULL;
    struct embeddings e = {0};
    struct pair_set set = {0};
    struct head h;
    struct interval_source s;
    if (data == NULL)
        cr_skip_test("no third-party data beside the checkout (../shared/data or ASSAY_DATA)");
    char *line = with_data(train, data), *pairs = with_data("D/hh-harmless/pairs.jsonl", data);
    cr_assert(eq(int, assay_status(folder, line), 0));
    cr_assert(head_load(path_of("h.safetensors", path), &h, &err) && interval_source_of(&h, &s, &err), "%s", err.text);
    add_matrix(&e, "D/hh-harmless/chosen.f32.npy", "D/hh-harmless/chosen.ids.txt", data);
    add_matrix(&e, "D/hh-harmless/rejected.f32.npy", "D/hh-harmless/rejected.ids.txt", data);
    cr_assert(pairs_read(pairs, &e, &set, &err), "%s", err.text);
    size_t found = 0;
    for (size_t i = 0; i < set.pairs.n && found < 3; i++)
        if (set.pairs.v[i].split == SPLIT_TEST) {
            cr_expect(epsilon_eq(dbl, variance(&s, &e, &set.pairs.v[i]), first3[found], 1e-4 * first3[found]));
            found++;
        }
    cr_expect(eq(sz, found, 3));
    pairs_free(&set);
    embeddings_close(&e);
    head_free(&h);
    mem_free(line);
    mem_free(pairs);
    free(data);
}

static void train_demo(const char *options)
{
    char line[256];
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    snprintf(line, sizeof line, "-w d/demo.assay train --l2 0.01 -o h.safetensors %s", options);
    cr_assert(eq(int, assay_status(folder, line), 0));
}

Test(sureness, scores_come_with_an_interval)
{
    char path[512];
    struct buf text = BUF_INIT;
    train_demo("--laplace");
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score -m h.safetensors -o s.jsonl"), 0));
    cr_assert(file_read(path_of("s.jsonl", path), &text));
    size_t n = 0;
    for (char *line = strtok(text.ptr, "\n"); line != NULL; line = strtok(NULL, "\n"), n++) {
        struct json_object *o = NULL;
        cr_assert(json_parse(line, strlen(line), &o, &err), "%s", err.text);
        double reward = json_number(o, "reward"), low = json_number(o, "low"), high = json_number(o, "high");
        cr_expect(low < reward && reward < high);
        cr_expect(epsilon_eq(dbl, (low + high) / 2, reward, 1e-9));
        json_object_put(o);
    }
    cr_expect(gt(sz, n, 100));
    buf_free(&text);
}

Test(sureness, eval_averages_probabilities_over_it)
{
    train_demo("--laplace");
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m h.safetensors");
    cr_expect(eq(str, (char *)json_string(e, "uncertainty/kind"), "laplace"));
    cr_expect(gt(dbl, json_number(e, "uncertainty/mean_width"), 0));
    cr_expect(eq(dbl, json_number(e, "uncertainty/averaged/accuracy"), json_number(e, "accuracy")));
    cr_expect(lt(dbl, fabs(json_number(e, "uncertainty/averaged/mean_margin")), fabs(json_number(e, "mean_margin"))));
    json_object_put(e);
}

Test(sureness, it_changes_nothing_else_in_the_head)
{
    struct head with, without;
    char path[512];
    train_demo("--laplace");
    cr_assert(head_load(path_of("h.safetensors", path), &with, &err));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --l2 0.01 -o p.safetensors"), 0));
    cr_assert(head_load(path_of("p.safetensors", path), &without, &err));
    cr_expect(eq(int, memcmp(with.W, without.W, with.d * sizeof *with.W), 0));
    cr_expect(eq(sz, with.n_tensors, 1));
    cr_expect(eq(sz, without.n_tensors, 0));
    head_free(&with);
    head_free(&without);
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m p.safetensors");
    cr_expect(eq(ptr, json_at(e, "uncertainty"), NULL));
    json_object_put(e);
}

Test(sureness, what_cannot_be_is_refused)
{
    enum { WIDE = 4097 };
    char path[512];
    double *x = mem_array(2 * WIDE, sizeof *x);
    x[0] = 1;
    cr_assert(npy_write_f64(path_of("x.npy", path), x, 2, WIDE, &err), "%s", err.text);
    mem_free(x);
    file_write(path_of("p.jsonl", path), "{\"chosen\": 0, \"rejected\": 1}\n");
    cr_expect(
        eq(int, assay_status(folder, "train -e x.npy --pairs p.jsonl --holdout 0 --laplace -o h.safetensors"), 1));
    cr_expect(eq(int, assay_status(folder, "train -e x.npy --pairs p.jsonl --holdout 0 -o h.safetensors"), 0));
    cr_expect(
        eq(int, assay_status(folder, "train -e x.npy --pairs p.jsonl --anchor h.safetensors --expo 2 --laplace"), 2));
    cr_expect(eq(int, assay_status(folder, "train --head regression --laplace"), 2));
}
