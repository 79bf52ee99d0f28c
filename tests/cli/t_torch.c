/* A head trained here is one line of PyTorch: read into nn.Linear it gives the same scores. Skipped where python3 has
 * no torch (Debian: python3-torch). */
#include "core/base/json.h"
#include "core/base/lines.h"
#include "core/base/rng.h"
#include "core/safetensors.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 80, COLS = 12, NO_TORCH = 77 };

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text);
}

/* x.safetensors, p.jsonl and r.jsonl with two attributes. */
static void draw(const char *folder)
{
    static float x[ROWS][COLS];
    struct buf pairs = BUF_INIT, ratings = BUF_INIT;
    char path[256];
    struct err err = {0};
    struct rng r;
    rng_seed(&r, 2);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++)
            x[i][j] = (float)rng_normal(&r);
        buf_addf(&ratings, "{\"response\":%zu,\"ratings\":{\"helpfulness\":%d,\"verbosity\":%d}}\n", i, x[i][0] > 0,
                 (int)rng_below(&r, 5));
        if (i % 2 == 1)
            buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu}\n", i - (x[i - 1][1] > x[i][1]),
                     i - !(x[i - 1][1] > x[i][1]));
    }
    struct safetensors_out out = {"x", TENSOR_F32, 2, {ROWS, COLS}, x};
    snprintf(path, sizeof path, "%s/x.safetensors", folder);
    cr_assert(safetensors_write(path, &out, 1, NULL, 0, &err), "%s", err.text);
    put(folder, "p.jsonl", pairs.ptr);
    put(folder, "r.jsonl", ratings.ptr);
    buf_free(&pairs);
    buf_free(&ratings);
}

/* What PyTorch says: a line for every head and row. Status NO_TORCH when there is none. */
static struct program by_torch(const char *folder)
{
    static const char command[] =
        "for python in python3 /usr/bin/python3; do\n"
        "  \"$python\" \"$0\" x.safetensors bt.safetensors regression.safetensors; status=$?\n"
        "  [ $status -ne 77 ] && [ $status -ne 127 ] && exit $status\n"
        "done; exit 77";
    char *tests = realpath(program_tests(), NULL);
    struct buf script = BUF_INIT;
    buf_addf(&script, "%s/cli/load_head.py", tests);
    const char *const argv[] = {"/bin/sh", "-c", command, script.ptr, NULL};
    struct program p = program_run(argv, NULL, folder, NULL);
    free(tests);
    buf_free(&script);
    return p;
}

/* Train and score here; `columns` is what `assay score` calls the outputs. *at: where PyTorch's scores of the head
 * begin, and then where they end. */
static void expect_same_scores(const char *folder, const char *kind, const char *const *columns, size_t k, char **at)
{
    char path[256], *line;
    size_t n;
    struct err err = {0};
    snprintf(path, sizeof path, "score -m %s.safetensors -e x.safetensors -o s.jsonl", kind);
    cr_assert(eq(int, assay_status(folder, path), 0));
    snprintf(path, sizeof path, "%s/s.jsonl", folder);
    struct lines *l = lines_open(path, &err);
    cr_assert(l != NULL, "%s", err.text);
    for (size_t i = 0; i < ROWS; i++) {
        struct json_object *o = NULL;
        cr_assert(lines_next(l, &line, &n, &err) && line != NULL && json_parse(line, n, &o, &err));
        for (size_t j = 0; j < k; j++) {
            double ours = json_number(o, columns[j]), theirs = strtod(*at, at);
            cr_expect(fabs(ours - theirs) <= 1e-5 * fmax(1, fabs(ours)), "%s, row %zu: %.9g, by torch %.9g", kind, i,
                      ours, theirs);
        }
        json_object_put(o);
    }
    lines_close(l);
}

Test(torch, heads_are_linear_layers)
{
    static const char *const reward[] = {"reward"}, *const attributes[] = {"helpfulness", "verbosity"};
    char *folder = temp_make();
    draw(folder);
    cr_assert(eq(int, assay_status(folder, "train -e x.safetensors --pairs p.jsonl -o bt.safetensors"), 0));
    cr_assert(eq(int,
                 assay_status(folder, "train --head regression -e x.safetensors --ratings r.jsonl -o "
                                      "regression.safetensors"),
                 0));
    struct program p = by_torch(folder);
    char *at = p.out.ptr;
    bool absent = p.status == NO_TORCH;
    if (!absent) {
        cr_assert(p.status == 0, "%s", p.err.ptr);
        expect_same_scores(folder, "bt", reward, 1, &at);
        expect_same_scores(folder, "regression", attributes, 2, &at);
        cr_expect(eq(str, at, "\n"), "PyTorch said something else, too");
    }
    program_free(&p);
    temp_remove(folder);
    if (absent)
        cr_skip_test("python3 has no torch (Debian: apt-get install python3-torch)");
}
