/* MORE heads through the command line: what is reported and recorded, that it repeats, what is refused. */
#include "core/base/json_writer.h"
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "core/head.h"
#include "core/npy.h"
#include "tests/support/assay.h"
#include "tests/support/conflict.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FILES "-e x.npy --pairs p.jsonl "

enum { D = 12, EAST = 300, WEST = 100 };

/* Pairs [0, n) as a file; key: what names their group, NULL for nothing; each group has the weight 1 in sum, or not. */
static void put_pairs(const char *folder, const char *name, const struct conflict *c, size_t n, const char *key,
                      bool equal_parts)
{
    static const char *const names[] = {"east", "west\x1b[31m"}; /* names are text from outside */
    struct buf text = BUF_INIT;
    char path[512];
    for (size_t i = 0; i < n; i++) {
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kint(&w, "chosen", (int64_t)c->pairs[i].chosen);
        jw_kint(&w, "rejected", (int64_t)c->pairs[i].rejected);
        if (key != NULL)
            jw_kstr(&w, key, names[c->of[i]]);
        if (equal_parts)
            jw_knum(&w, "weight", c->of[i] == 0 ? 1.0 / EAST : 1.0 / WEST);
        jw_object_end(&w);
        buf_addc(&text, '\n');
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text.ptr);
    buf_free(&text);
}

/* A folder with x.npy and the pairs of two groups that disagree: p.jsonl; east.jsonl, only those of the first; and
 * equal.jsonl, all with weights that make the groups equal. `key` names the group in a pair. */
static char *folder_with(const char *key)
{
    struct conflict_opts o = {
        .groups = 2, .pairs = {EAST, WEST}, .d = D, .values = 3, .conflict = 1, .margin = 1.5, .cond = 2, .seed = 7};
    struct conflict c;
    struct err err;
    char *folder = temp_make(), path[512];
    conflict_draw(&c, &o);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f32(path, c.rows, 2 * c.n, D, &err), "%s", err.text);
    put_pairs(folder, "p.jsonl", &c, c.n, key, false);
    put_pairs(folder, "east.jsonl", &c, EAST, key, false);
    put_pairs(folder, "equal.jsonl", &c, c.n, key, true);
    conflict_free(&c);
    return folder;
}

static size_t count(struct json_object *v, const char *path)
{
    struct json_object *list = json_at(v, path);
    cr_assert(list != NULL, "no %s", path);
    return json_object_array_length(list);
}

Test(more_head, reports_weights_losses_and_the_other_heads)
{
    char *folder = folder_with("group");
    struct json_object *t = assay_json(folder, "train --head more " FILES "-o h.safetensors");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "head"), "more"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "by"), "group"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "more/objectives/0/name"), "east"));
    cr_expect(json_object_get_boolean(json_at(t, "converged")));
    cr_expect(le(dbl, json_number(t, "more/stationarity"), 1e-6));
    cr_expect(le(dbl, json_number(t, "more/gap"), 1e-8));
    double east = json_number(t, "more/objectives/0/weight"), west = json_number(t, "more/objectives/1/weight");
    cr_expect(epsilon_eq(dbl, east + west, 1.0, 1e-12));
    cr_expect(epsilon_eq(
        dbl, json_number(t, "objective"),
        east * json_number(t, "more/objectives/0/loss") + west * json_number(t, "more/objectives/1/loss"), 1e-12));
    cr_expect(eq(dbl, json_number(t, "more/trace/every"), 1));
    cr_expect(eq(sz, count(t, "more/trace/weights"), (size_t)json_number(t, "iterations") + 1));
    cr_expect(epsilon_eq(dbl, json_number(t, "more/trace/losses/0/0"), log(2), 1e-6));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "more/measured_on"), "holdout"));
    cr_expect(eq(sz, count(t, "more/heads"), 12)); /* two objectives and all, four heads */
    /* The shared head on all pairs is what the figures on the pairs held out say. */
    cr_expect(json_at(t, "more/heads/8/objective") == NULL);
    cr_expect(epsilon_eq(dbl, json_number(t, "more/heads/8/nll"), json_number(t, "holdout/nll"), 1e-6));
    cr_expect(eq(dbl, json_number(t, "more/heads/8/accuracy"), json_number(t, "holdout/accuracy")));
    /* The others are compared with it, as they are and tempered. */
    cr_expect(json_at(t, "more/heads/8/minus_more") == NULL);
    cr_expect(epsilon_eq(dbl, json_number(t, "more/heads/9/minus_more/ece/value"),
                         json_number(t, "more/heads/9/ece") - json_number(t, "more/heads/8/ece"), 1e-12));
    cr_expect(lt(dbl, json_number(t, "more/heads/9/tempered/minus_more/ece/interval/0"),
                 json_number(t, "more/heads/9/tempered/minus_more/ece/interval/1")));
    json_object_put(t);
    temp_remove(folder);
}

/* The figure of head `which` (pooled, equal, own) on all pairs fitted to, or on those of the first objective, is what
 * an ordinary head says that is fitted to that file. */
static void expect_ordinary(const char *folder, struct json_object *more, const char *file, size_t which)
{
    char line[256], path[64];
    snprintf(line, sizeof line, "train --holdout 0 -e x.npy --pairs %s", file);
    struct json_object *bt = assay_json(folder, line);
    snprintf(path, sizeof path, "more/heads/%zu/nll", which);
    cr_expect(epsilon_eq(dbl, json_number(more, path), json_number(bt, "train/nll"), 1e-5), "%s", file);
    snprintf(path, sizeof path, "more/heads/%zu/ece", which);
    cr_expect(epsilon_eq(dbl, json_number(more, path), json_number(bt, "train/ece"), 1e-4), "%s", file);
    json_object_put(bt);
}

Test(more_head, stands_beside_the_heads_that_one_would_fit_otherwise)
{
    char *folder = folder_with("objective");
    struct json_object *t = assay_json(folder, "train --head more --holdout 0 " FILES);
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "more/measured_on"), "train"));
    expect_ordinary(folder, t, "p.jsonl", 9);      /* pooled, all pairs */
    expect_ordinary(folder, t, "equal.jsonl", 10); /* in equal parts, all pairs */
    expect_ordinary(folder, t, "east.jsonl", 3);   /* its own head, the first objective */
    json_object_put(t);
    temp_remove(folder);
}

/* There is no other prompt that could tell its temperature. */
Test(more_head, an_objective_of_one_prompt_is_not_tempered)
{
    char *folder = folder_with("group"), path[512];
    struct buf text = BUF_INIT;
    for (int i = 0; i < EAST; i++)
        buf_addf(&text, "{\"chosen\":%d,\"rejected\":%d,\"group\":\"east\"}\n", 2 * i, 2 * i + 1);
    for (int i = 1; i < 4; i++)
        buf_addf(&text, "{\"chosen\":%d,\"rejected\":%d,\"group\":\"west\"}\n", 2 * EAST, 2 * EAST + i);
    snprintf(path, sizeof path, "%s/one.jsonl", folder);
    file_write(path, text.ptr);
    buf_free(&text);
    struct json_object *t = assay_json(folder, "train --head more --holdout 0 -e x.npy --pairs one.jsonl");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "more/heads/7/objective"), "west"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "more/heads/7/head"), "own"));
    cr_expect(eq(dbl, json_number(t, "more/heads/7/tempered/ece"), json_number(t, "more/heads/7/ece")));
    json_object_put(t);
    temp_remove(folder);
}

Test(more_head, the_head_file_records_how_and_with_which_weights)
{
    char *folder = folder_with("group"), path[512];
    struct head h;
    struct err err;
    struct json_object *s = NULL;
    cr_assert(
        eq(int, assay_status(folder, "train --head more " FILES "--variant loss+ --clamped -o h.safetensors"), 0));
    snprintf(path, sizeof path, "%s/h.safetensors", folder);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    const char *settings = head_meta(&h, "settings");
    cr_assert(json_parse(settings, strlen(settings), &s, &err), "%s", err.text);
    cr_expect(eq(str, h.kind, "more"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(s, "variant"), "loss+"));
    cr_expect(json_object_get_boolean(json_at(s, "clamped")));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(s, "metric"), "newton"));
    cr_expect(gt(dbl, json_number(s, "weights/east"), 0.0));
    json_object_put(s);
    head_free(&h);
    struct json_object *e = assay_json(folder, "eval --model h.safetensors " FILES);
    cr_expect(gt(dbl, json_number(e, "accuracy"), 0.5));
    json_object_put(e);
    temp_remove(folder);
}

static void same_file(const char *folder, const char *a, const char *b)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, a);
    cr_assert(file_read(path, &x));
    snprintf(path, sizeof path, "%s/%s", folder, b);
    cr_assert(file_read(path, &y));
    cr_expect(x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0, "%s and %s differ", a, b);
    buf_free(&x);
    buf_free(&y);
}

Test(more_head, batches_repeat_with_their_seed_and_are_not_called_converged)
{
    static const char line[] = "train --head more " FILES "--batch 8 --epochs 2 --rate 0.01 --ema 0.9 -o ";
    char *folder = folder_with("group"), text[256];
    snprintf(text, sizeof text, "%sa.safetensors", line);
    struct json_object *t = assay_json(folder, text);
    cr_expect(not(json_object_get_boolean(json_at(t, "converged"))));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "stop"), "went through its epochs"));
    cr_expect(eq(dbl, json_number(t, "batch"), 8));
    cr_expect(eq(dbl, json_number(t, "ema"), 0.9));
    json_object_put(t);
    snprintf(text, sizeof text, "%sb.safetensors", line);
    cr_assert(eq(int, assay_status(folder, text), 0));
    same_file(folder, "a.safetensors", "b.safetensors");
    temp_remove(folder);
}

Test(more_head, says_that_two_objectives_with_l2_are_mixed_equally)
{
    char *folder = folder_with("group");
    struct json_object *t = assay_json(folder, "train --head more --variant l2 " FILES);
    cr_expect(json_object_get_boolean(json_at(t, "more/uniform")));
    cr_expect(epsilon_eq(dbl, json_number(t, "more/trace/weights/0/0"), 0.5, 1e-9));
    json_object_put(t);
    const char *argv[] = {program_assay(), "train",   "--head",  "more", "--variant", "l2", "-e",
                          "x.npy",         "--pairs", "p.jsonl", NULL};
    struct program p = program_run(argv, NULL, folder, NULL);
    cr_expect(eq(int, p.status, 0));
    cr_expect(strstr(p.out.ptr, "no more than mixing in equal parts") != NULL, "%s", p.out.ptr);
    cr_expect(strchr(p.out.ptr, '\x1b') == NULL, "a name reached the terminal as it is");
    program_free(&p);
    temp_remove(folder);
}

Test(more_head, refuses_pairs_of_one_objective_or_none)
{
    char *folder = folder_with(NULL);
    cr_expect(eq(int, assay_status(folder, "train --head more " FILES), 1));
    cr_expect(eq(int, assay_status(folder, "train --head more --by source " FILES), 2));
    cr_expect(eq(int, assay_status(folder, "train --head more --l2 0 " FILES), 2));
    cr_expect(eq(int, assay_status(folder, "train --head more --epochs 2 " FILES), 2));
    cr_expect(eq(int, assay_status(folder, "train --head more --batch 4 --metric plain " FILES), 2));
    cr_expect(eq(int, assay_status(folder, "train --head more --batch 4 --ema-start zero " FILES), 2));
    cr_expect(eq(int, assay_status(folder, "train --variant l2 " FILES), 2));
    temp_remove(folder);
}

/* In a workspace the sources are the objectives. */
Test(more_head, sources_of_a_workspace_are_objectives)
{
    char *folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay train --head more"), 1)); /* there is one */
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay export --format trl -o t.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay import t.jsonl --source again"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay embed --provider lexical"), 0));
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --head more -o h.safetensors");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "by"), "source"));
    cr_expect(eq(sz, count(t, "more/objectives"), 2));
    cr_expect(json_object_get_boolean(json_at(t, "converged")));
    json_object_put(t);
    temp_remove(folder);
}
