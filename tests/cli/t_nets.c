/* Heads that are not linear, through the command line: fitted, written, read back, and told beside what they must
 * beat. */
#include "core/base/lines.h"
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

/* Prompts, then two answers to each. What makes an answer good is its first column for prompts of one kind, its second
 * for those of the other; ratings say what the columns are. */
enum { PROMPTS = 240, ROWS = 3 * PROMPTS, D = 5 };

static char *folder;
static float X[ROWS * D];

static void put(const char *name, const struct buf *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL && fwrite(text->ptr, 1, text->len, f) == text->len && fclose(f) == 0);
}

static void write_files(void)
{
    struct buf ids = BUF_INIT, pairs = BUF_INIT, ratings = BUF_INIT;
    struct err err = {0};
    char path[512];
    for (int i = 0; i < PROMPTS; i++)
        buf_addf(&ids, "{\"id\": \"p%d\"}\n", i);
    for (int i = 0; i < 2 * PROMPTS; i++) {
        const float *x = X + (PROMPTS + i) * D;
        buf_addf(&ids, "{\"id\": \"a%d\", \"prompt\": \"p%d\"}\n", i, i / 2);
        buf_addf(&ratings, "{\"response\": \"a%d\", \"ratings\": {\"first\": %g, \"second\": %g}}\n", i,
                 2 + (double)x[0], 2 + (double)x[1]);
    }
    for (int i = 0; i < PROMPTS; i++) {
        const float *a = X + (PROMPTS + 2 * i) * D, *b = a + D;
        int column = X[i * D + 2] > 0 ? 0 : 1, better = a[column] > b[column] ? 0 : 1;
        buf_addf(&pairs, "{\"chosen\": \"a%d\", \"rejected\": \"a%d\"}\n", 2 * i + better, 2 * i + 1 - better);
    }
    put("ids.jsonl", &ids);
    put("pairs.jsonl", &pairs);
    put("ratings.jsonl", &ratings);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f32(path, X, ROWS, D, &err), "%s", err.text);
    buf_free(&ids);
    buf_free(&pairs);
    buf_free(&ratings);
}

static void set_up(void)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < ROWS * D; i++)
        X[i] = (float)rng_normal(&r);
    folder = temp_make();
    write_files();
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(nets, .init = set_up, .fini = tear_down);

#define FILES "--embeddings x.npy --ids ids.jsonl --pairs pairs.jsonl "

static struct head load(const char *name)
{
    char path[512];
    struct head h;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    return h;
}

/* Lines of a JSONL file that the program wrote. */
static size_t each_line(const char *name, void (*take)(struct json_object *o, size_t i))
{
    char path[512], *text;
    struct err err = {0};
    size_t n, i = 0;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    struct lines *l = lines_open(path, &err);
    cr_assert(l != NULL, "%s", err.text);
    for (; lines_next(l, &text, &n, &err) && text != NULL; i++) {
        struct json_object *o;
        cr_assert(json_parse(text, n, &o, &err), "%s", err.text);
        take(o, i);
        json_object_put(o);
    }
    lines_close(l);
    return i;
}

static struct head net;

static void expect_reward(struct json_object *o, size_t i)
{
    double x[D];
    for (size_t j = 0; j < D; j++)
        x[j] = (double)X[(PROMPTS + i) * D + j];
    cr_expect(epsilon_eq(dbl, json_number(o, "reward"), head_reward(&net, x), 1e-9));
}

Test(nets, an_mlp_is_fitted_told_and_read_back)
{
    struct json_object *t = assay_json(folder, "train --head mlp --hidden 8 --seeds 3 --epochs 20 --rate 0.01 --decay "
                                               "0.01 --dropout 0.1 --activation relu " FILES "-o m.safetensors");
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "head"), "mlp"));
    cr_expect(eq(str, (char *)(uintptr_t)json_string(t, "activation"), "relu"));
    cr_expect(eq(dbl, json_number(t, "seeds"), 3));
    cr_expect(gt(dbl, json_number(t, "holdout/n"), 20));
    cr_expect(json_number(t, "nets/2/epoch") >= 1 && json_number(t, "nets/2/epoch") <= 20);
    cr_expect(json_at(t, "beside/nll/verdict") != NULL);
    net = load("m.safetensors");
    cr_expect(eq(sz, net.mlp->m, 24));
    cr_assert(eq(int, assay_status(folder, "score -m m.safetensors --embeddings x.npy --ids ids.jsonl -o s.jsonl"), 0));
    cr_expect(eq(sz, each_line("s.jsonl", expect_reward), 2 * PROMPTS), "prompts get no line");
    struct json_object *e = assay_json(folder, "eval -m m.safetensors --split holdout " FILES);
    cr_expect(epsilon_eq(dbl, json_number(e, "nll"), json_number(t, "holdout/nll"), 1e-6));
    cr_expect(eq(dbl, json_number(e, "n"), json_number(t, "holdout/n")));
    head_free(&net);
    json_object_put(t);
    json_object_put(e);
}

static double gap; /* how much larger the weight of the right attribute is, over the prompts */

static void expect_gates(struct json_object *o, size_t i)
{
    double first = json_number(o, "gates/first"), second = json_number(o, "gates/second");
    char id[16];
    snprintf(id, sizeof id, "p%zu", i);
    cr_expect(eq(str, (char *)(uintptr_t)json_string(o, "id"), id));
    cr_expect(epsilon_eq(dbl, first + second, 1, 1e-12));
    gap += X[i * D + 2] > 0 ? first - second : second - first;
}

Test(nets, a_gated_head_finds_out_what_matters_for_which_prompt)
{
    struct json_object *t = assay_json(folder, "train --head gated --hidden 0 --gate-temperature 1 --seeds 2 --epochs "
                                               "60 --rate 0.03 --ratings ratings.jsonl " FILES "-o g.safetensors");
    cr_expect(gt(dbl, json_number(t, "holdout/accuracy"), json_number(t, "beside/accuracy") + 0.05));
    cr_expect(lt(dbl, json_number(t, "beside/nll/interval/1"), 0), "the gate is better than constant weights");
    cr_expect(lt(dbl, json_number(t, "holdout/ratings/first/rmse"), 0.1));
    cr_assert(eq(
        int, assay_status(folder, "score --gates -m g.safetensors --embeddings x.npy --ids ids.jsonl -o w.jsonl"), 0));
    cr_expect(eq(sz, each_line("w.jsonl", expect_gates), PROMPTS));
    cr_expect(gt(dbl, gap / PROMPTS, 0.4));
    struct json_object *e = assay_json(folder, "eval -m g.safetensors --split holdout " FILES);
    cr_expect(epsilon_eq(dbl, json_number(e, "nll"), json_number(t, "holdout/nll"), 1e-5));
    json_object_put(t);
    json_object_put(e);
}

Test(nets, the_file_does_not_depend_on_the_threads_but_for_their_number)
{
    for (int kind = 0; kind < 2; kind++) {
        const char *head = kind == 0 ? "mlp" : "gated --ratings ratings.jsonl";
        for (int threads = 1; threads <= 2; threads++) {
            char line[512];
            snprintf(line, sizeof line,
                     "train --head %s --hidden 40 --epochs 2 --dropout 0.2 --threads %d " FILES "-o t%d.safetensors",
                     head, threads, threads);
            cr_assert(eq(int, assay_status(folder, line), 0));
        }
        struct head a = load("t1.safetensors"), b = load("t2.safetensors");
        cr_assert(eq(sz, a.n_tensors, b.n_tensors));
        for (size_t i = 0; i < a.n_tensors; i++) {
            size_t n = a.tensors[i].rows * (a.tensors[i].cols > 0 ? a.tensors[i].cols : 1);
            cr_expect(eq(int, memcmp(a.tensors[i].v, b.tensors[i].v, n * sizeof(double)), 0), "%s", a.tensors[i].name);
        }
        head_free(&a);
        head_free(&b);
    }
}

Test(nets, what_a_gate_has_to_have_is_asked_for)
{
    cr_expect(eq(int, assay_status(folder, "train --head gated " FILES), 2), "no ratings");
    cr_assert(eq(int, assay_status(folder, "train --head bt " FILES "-o b.safetensors"), 0));
    cr_expect(eq(int, assay_status(folder, "score --gates -m b.safetensors --embeddings x.npy --ids ids.jsonl"), 2));
    /* The same without a word on prompts. */
    struct buf ids = BUF_INIT;
    for (int i = 0; i < ROWS; i++)
        buf_addf(&ids, i < PROMPTS ? "p%d\n" : "a%d\n", i < PROMPTS ? i : i - PROMPTS);
    put("plain.txt", &ids);
    buf_free(&ids);
    cr_expect(eq(int,
                 assay_status(folder, "train --head gated --embeddings x.npy --ids plain.txt --pairs pairs.jsonl "
                                      "--ratings ratings.jsonl"),
                 1));
    cr_assert(
        eq(int, assay_status(folder, "train --head gated --epochs 1 --ratings ratings.jsonl " FILES "-o g.safetensors"),
           0));
    cr_expect(eq(int,
                 assay_status(folder, "eval -m g.safetensors --split all --embeddings x.npy --ids plain.txt "
                                      "--pairs pairs.jsonl"),
                 1));
    cr_expect(eq(int, assay_status(folder, "train --anchor g.safetensors --mu 1 " FILES), 2), "an anchor is linear");
}

Test(nets, prompts_of_a_workspace_are_embedded_with_the_answers)
{
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay train --head gated -o g.safetensors"), 1),
              "no prompts yet");
    struct json_object *e = assay_json(folder, "-w d/demo.assay embed --provider lexical --of both --dims 32");
    cr_expect(eq(dbl, json_number(e, "prompts"), 144));
    cr_expect(eq(dbl, json_number(e, "mapped"), 288));
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --head gated --decorrelate verbosity --hidden 4 "
                                               "--epochs 3 -o g.safetensors");
    cr_expect(eq(dbl, json_number(t, "penalties/4"), 1), "verbosity loses itself");
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score --gates -m g.safetensors -o w.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay score -m g.safetensors -o s.jsonl"), 0));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval -m g.safetensors"), 0));
    cr_expect(eq(int, assay_status(folder, "-w d/demo.assay check"), 0));
    json_object_put(e);
    json_object_put(t);
}
