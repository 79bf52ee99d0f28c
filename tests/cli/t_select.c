/* A penalty chosen by cross-validation and a bootstrap, through the command line: what is told, what the head's file
 * keeps, what score and eval make of it. */
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/head.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static char *demo(void)
{
    char *folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    return folder;
}

static void load(const char *folder, const char *name, struct head *h)
{
    char path[512];
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, h, &err), "%s", err.text);
}

/* Choosing is choosing: the head is that of the penalty that was chosen. */
Test(select, the_head_is_that_of_the_chosen_penalty)
{
    char *folder = demo(), line[256];
    for (int one_se = 0; one_se < 2; one_se++) {
        snprintf(line, sizeof line, "-w d/demo.assay train --l2-path 1e-4:10:11 --folds 4 --rule %s -o a.safetensors",
                 one_se ? "1se" : "best");
        struct json_object *a = assay_json(folder, line);
        double l2 = json_number(a, "l2");
        cr_expect(eq(dbl, l2, json_number(a, "cross_validation/chosen")));
        cr_expect(eq(dbl, l2, json_number(a, one_se ? "cross_validation/1se" : "cross_validation/best")));
        cr_expect(eq(dbl, json_number(a, "cross_validation/fits"), 44));
        cr_expect(eq(dbl, json_number(a, "cross_validation/converged"), 44));
        snprintf(line, sizeof line, "-w d/demo.assay train --l2 %.17g -o b.safetensors", l2);
        struct json_object *b = assay_json(folder, line);
        double f = json_number(b, "objective");
        cr_expect(epsilon_eq(dbl, json_number(a, "objective"), f, 1e-6 * f));
        json_object_put(a);
        json_object_put(b);
    }
    temp_remove(folder);
}

/* The least mean loss is chosen, and the other rule does not go beyond one standard error. */
Test(select, the_table_bears_out_the_choice)
{
    char *folder = demo(), at[64];
    struct json_object *a = assay_json(folder, "-w d/demo.assay train --l2-path 1e-5:10:13 -o a.safetensors");
    double best = json_number(a, "cross_validation/best"), one_se = json_number(a, "cross_validation/1se"), least = 1e9,
           limit = 0;
    for (int j = 0; j < 13; j++) {
        snprintf(at, sizeof at, "cross_validation/path/%d/nll", j);
        double nll = json_number(a, at);
        snprintf(at, sizeof at, "cross_validation/path/%d/se", j);
        double se = json_number(a, at);
        if (nll < least) {
            least = nll;
            limit = nll + se;
        }
    }
    for (int j = 0; j < 13; j++) {
        snprintf(at, sizeof at, "cross_validation/path/%d/nll", j);
        double nll = json_number(a, at);
        snprintf(at, sizeof at, "cross_validation/path/%d/l2", j);
        double l2 = json_number(a, at);
        if (l2 == best)
            cr_expect(eq(dbl, nll, least));
        if (l2 == one_se)
            cr_expect(le(dbl, nll, limit));
        if (l2 > one_se)
            cr_expect(gt(dbl, nll, limit));
    }
    cr_expect(ge(dbl, one_se, best));
    json_object_put(a);
    temp_remove(folder);
}

Test(select, what_was_asked_and_found_is_kept_in_the_head)
{
    char *folder = demo();
    struct head h;
    struct err err = {0};
    struct json_object *s = NULL, *x = NULL;
    json_object_put(
        assay_json(folder, "-w d/demo.assay train --l2-path 0.1,0.001 --rule 1se --bootstrap 12 -o a.safetensors"));
    load(folder, "a.safetensors", &h);
    const char *settings = head_meta(&h, "settings"), *found = head_meta(&h, "selection");
    cr_assert(json_parse(settings, strlen(settings), &s, &err) && json_parse(found, strlen(found), &x, &err));
    cr_expect(eq(dbl, json_number(s, "l2_path/0"), 0.001));
    cr_expect(eq(dbl, json_number(s, "l2_path/1"), 0.1));
    cr_expect(eq(dbl, json_number(s, "folds"), 5));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(s, "rule"), "1se"));
    cr_expect(eq(dbl, json_number(s, "bootstrap"), 12));
    cr_expect(eq(dbl, json_number(s, "l2"), json_number(x, "cross_validation/chosen")));
    cr_expect(eq(dbl, json_number(x, "ensemble/converged"), 12));
    const struct head_tensor *t = head_tensor(&h, "ensemble.weight");
    cr_assert(t != NULL);
    cr_expect(eq(sz, t->rows, 12));
    cr_expect(eq(sz, t->cols, h.d));
    json_object_put(s);
    json_object_put(x);
    head_free(&h);
    temp_remove(folder);
}

/* The rewards of the file, and whether their intervals are there and hold something. */
static size_t read_scores(const char *folder, const char *name, size_t *inside)
{
    char path[512];
    struct buf text = BUF_INIT;
    size_t n = 0, start = 0;
    *inside = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(file_read(path, &text));
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\n')
            continue;
        struct json_object *o = NULL;
        struct err err;
        cr_assert(json_parse(text.ptr + start, i - start, &o, &err), "%s", err.text);
        start = i + 1;
        n++;
        double low = json_number(o, "low"), high = json_number(o, "high"), reward = json_number(o, "reward");
        cr_expect(lt(dbl, low, high));
        *inside += low <= reward && reward <= high;
        json_object_put(o);
    }
    buf_free(&text);
    return n;
}

Test(select, a_bootstrap_gives_intervals_to_scores_and_probabilities)
{
    char *folder = demo();
    size_t inside;
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --l2 0.01 --bootstrap 60 -o a.safetensors"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score -m a.safetensors -o s.jsonl"), 0));
    size_t n = read_scores(folder, "s.jsonl", &inside);
    cr_expect(eq(sz, n, 288));
    cr_expect(ge(dbl, (double)inside, 0.9 * (double)n));
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m a.safetensors");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(e, "uncertainty/kind"), "bootstrap"));
    cr_expect(eq(dbl, json_number(e, "uncertainty/heads"), 60));
    cr_expect(gt(dbl, json_number(e, "uncertainty/mean_width"), 0.0));
    cr_expect(lt(dbl, json_number(e, "uncertainty/mean_width"), 1.0));
    json_object_put(e);
    e = assay_json(folder, "-w d/demo.assay eval -m d/demo.bt.safetensors");
    cr_expect(json_at(e, "uncertainty") == NULL, "a head without a bootstrap knows nothing of it");
    json_object_put(e);
    temp_remove(folder);
}

Test(select, the_same_seed_gives_the_same_bytes_and_another_one_other_draws)
{
    static const char *const lines[] = {"--seed 1 -o a.safetensors", "--seed 1 -o b.safetensors",
                                        "--seed 2 -o c.safetensors"};
    char *folder = demo(), line[256];
    struct buf text[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    for (int i = 0; i < 3; i++) {
        char path[512];
        snprintf(line, sizeof line, "-w d/demo.assay train --holdout 0 --l2-path 1e-3:1:14 --bootstrap 8 %s", lines[i]);
        cr_assert(eq(int, assay_status(folder, line), 0));
        snprintf(path, sizeof path, "%s/%c.safetensors", folder, "abc"[i]);
        cr_assert(file_read(path, &text[i]));
    }
    cr_expect(text[0].len == text[1].len && memcmp(text[0].ptr, text[1].ptr, text[0].len) == 0);
    cr_expect(text[0].len != text[2].len || memcmp(text[0].ptr, text[2].ptr, text[0].len) != 0);
    for (int i = 0; i < 3; i++)
        buf_free(&text[i]);
    temp_remove(folder);
}

/* One reward of several attributes: the members are of that, with their intercepts. */
Test(select, so_does_that_of_a_regression)
{
    char *folder = demo();
    size_t inside;
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --head regression --l2-path 0.1:10:3 --bootstrap "
                                               "40 --mix helpfulness=1,verbosity=-0.3 -o r.safetensors");
    cr_expect(eq(dbl, json_number(t, "ensemble/heads"), 40));
    json_object_put(t);
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score -m r.safetensors -o s.jsonl"), 0));
    size_t n = read_scores(folder, "s.jsonl", &inside);
    cr_expect(ge(dbl, (double)inside, 0.9 * (double)n));
    struct json_object *e = assay_json(folder, "-w d/demo.assay eval -m r.safetensors");
    cr_expect(eq(dbl, json_number(e, "uncertainty/heads"), 40));
    cr_expect(gt(dbl, json_number(e, "uncertainty/mean_width"), 0.0));
    json_object_put(e);
    temp_remove(folder);
}
