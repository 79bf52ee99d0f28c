/* Data that is as bad as it may be, before every command that tells of heads: each answers or refuses, and no output
 * holds a number that is none. */
#include "core/base/rng.h"
#include "core/head.h"
#include "core/npy.h"
#include "core/safe.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static char *folder;

static void set_up(void)
{
    folder = temp_make();
    setlocale(LC_ALL, "C.UTF-8");
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(bad_input, .init = set_up, .fini = tear_down);

/* ---- what is bad about it ---- */

enum labels { CLEAR, TIES, EVEN, REVERSED };

struct kind {
    const char *name;
    size_t pairs;
    double scale, least; /* of the better answer's reward, beside `least`, which all better ones have */
    enum labels labels;
    bool one_prompt;
};
static const struct kind kinds[] = {
    {"ordinary", 60, 1, 0, CLEAR, false},
    {"constant scores", 60, 0, 0, CLEAR, false},
    {"all ties", 60, 1, 0, TIES, false},
    {"all even odds", 60, 1, 0, EVEN, false},
    {"one pair", 1, 1, 0, CLEAR, false},
    {"two pairs", 2, 1, 0, CLEAR, false},
    {"one prompt", 60, 1, 0, CLEAR, true},
    {"one bin full", 60, 0, 0.01, CLEAR, false},
    {"all right and sure", 60, 0, 50, CLEAR, false},
    {"all wrong and sure", 60, 0, 50, REVERSED, false},
    {"huge scores", 60, 1e250, 0, CLEAR, false},
    {"tiny scores", 60, 1e-250, 0, CLEAR, false},
    {"constant and one pair", 1, 0, 0, CLEAR, false},
    {"ties of constant scores", 60, 0, 0, TIES, false},
};

static FILE *file(const char *name)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert(ne(ptr, f, NULL));
    return f;
}

static void write_pair(FILE *f, const struct kind *k, size_t i)
{
    static const char *const said[] = {"", ",\"tie\":true", ",\"p\":0.5", ""};
    size_t better = k->one_prompt ? 0 : 2 * i, worse = 2 * i + 1;
    bool turned = k->labels == REVERSED;
    fprintf(f, "{\"chosen\":\"r%zu\",\"rejected\":\"r%zu\",\"subset\":\"group %zu\",\"annotator\":\"a\"%s}\n",
            turned ? worse : better, turned ? better : worse, i, said[k->labels]);
}

/* Two columns: a reward, which is the score too, and chance. Answer 2i is the better one of pair i, mostly. */
static void write_data(const struct kind *k)
{
    struct rng r;
    struct err err;
    char path[400];
    size_t n = 2 * k->pairs;
    double *x = calloc(2 * n, sizeof *x);
    rng_seed(&r, 17);
    FILE *scores = file("s.jsonl"), *pairs = file("p.jsonl"), *ids = file("ids.jsonl"), *samples = file("g.jsonl");
    for (size_t i = 0; i < n; i++) {
        x[2 * i] = k->scale * (rng_normal(&r) + (i % 2 == 0 ? 2 : 0)) + (i % 2 == 0 ? k->least : 0);
        x[2 * i + 1] = k->scale * rng_normal(&r);
        fprintf(scores, "{\"id\":\"r%zu\",\"score\":%.17g}\n", i, x[2 * i]);
        fprintf(samples, "{\"id\":\"r%zu\",\"prompt\":\"p%zu\",\"reward\":%.17g}\n", i, i / 2, x[2 * i]);
        fprintf(ids, "{\"id\":\"r%zu\",\"prompt_id\":\"p%zu\",\"length\":%zu}\n", i, i / 2, 10 + i % 3);
    }
    for (size_t i = 0; i < k->pairs; i++)
        write_pair(pairs, k, i);
    fclose(scores);
    fclose(pairs);
    fclose(ids);
    fclose(samples);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f64(path, x, n, 2, &err), "%s", err.text);
    free(x);
}

static void write_head(const char *name, double a, double b)
{
    static const char *const one[] = {"reward"};
    struct head h;
    struct err err = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    head_init(&h, "bt", one, 1, 2);
    h.W[0] = a;
    h.W[1] = b;
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    head_free(&h);
}

/* ---- what is asked of it ---- */

#define FILES "-e x.npy --ids ids.jsonl "
static const char *const commands[] = {
    "eval --scores s.jsonl --pairs p.jsonl --show all --by subset --resamples 20",
    "eval --scores s.jsonl --pairs p.jsonl --show all --by annotator --error-rate 0.1 --ascii --resamples 20",
    "eval -m h.safetensors " FILES "--pairs p.jsonl --split all --show all --by length --sdm --resamples 20",
    "eval -m h.safetensors " FILES "--pairs p.jsonl --split all --hard --bins 3 --by strength --resamples 20",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all --error-rate 0.45 -o threshold.safetensors",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all -o auto.safetensors",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all --by annotator --map temperature -o t.safetensors",
    "eval -m t.safetensors " FILES "--pairs p.jsonl --split all --show all --allow-leak --resamples 20",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all --map platt --side-bias -o pl.safetensors",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all --map beta -o b.safetensors",
    "eval -m b.safetensors " FILES "--pairs p.jsonl --split all --show all --allow-leak --resamples 20",
    "calibrate -m h.safetensors " FILES "--pairs p.jsonl --split all --map isotonic -o i.safetensors",
    "eval -m i.safetensors " FILES "--pairs p.jsonl --split all --show all --allow-leak --resamples 20",
    "compare bt:l2=0.1 bt:loss=scaled,l2=0.1 " FILES "--pairs p.jsonl --folds 2 --scores other=s.jsonl --resamples 20",
    "compare bt:l2=0.1 bt:l2=1 " FILES "--pairs p.jsonl --folds 2 --markdown --resamples 20",
    "distance h.safetensors g.safetensors " FILES "--resamples 20",
    "best-of g.jsonl --resamples 20 --ascii",
    "score -m h.safetensors " FILES,
    "score -m h.safetensors " FILES "--transform log-sigmoid --reference g.jsonl",
    "score -m h.safetensors " FILES "--transform par --reference g.jsonl",
    "score -m h.safetensors " FILES "--transform ctrl --reference g.jsonl",
    "score -m t.safetensors " FILES "--transform log-odds",
    "score -m threshold.safetensors " FILES,
};

/* A word that stands for no number: nan, inf, infinity, whatever their case and sign. */
static const char *no_number(const char *text)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        while (isalpha((unsigned char)p[n]))
            n++;
        for (size_t w = 0; w < sizeof words / sizeof *words; w++)
            if (n == strlen(words[w]) && strncasecmp(p, words[w], n) == 0)
                return p;
        p += n > 0 ? n : 1;
    }
    return NULL;
}

static struct program run(const char *line, bool json)
{
    const char *argv[48] = {program_assay()};
    char words[400];
    size_t n = 1;
    snprintf(words, sizeof words, "%s%s", json ? "--json " : "", line);
    for (char *rest = NULL, *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[n++] = word;
    return program_run(argv, NULL, folder, NULL);
}

/* Of what people read: as wide as a page; a temperature of 1e-251 takes four columns more. */
static void expect_narrow(const char *text, const char *line, const char *kind)
{
    for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        cr_expect(le(sz, safe_width(text, n), strcmp(kind, "tiny scores") == 0 ? 104 : 100), "%s: %s: %.*s", kind, line,
                  (int)n, text);
    }
}

static void expect_answer(const char *line, bool json, const char *kind)
{
    struct program p = run(line, json);
    if (!json && strncmp(line, "score", 5) != 0)
        expect_narrow(p.out.ptr, line, kind);
    cr_expect(p.status == 0 || p.status == 1, "%s: %s: status %d: %s", kind, line, p.status, p.err.ptr);
    cr_expect(p.status == 0 || p.err.len > 0, "%s: %s: refused without a word", kind, line);
    cr_expect(p.status == 1 || p.out.len > 0, "%s: %s: nothing is said", kind, line);
    cr_expect(eq(ptr, (void *)no_number(p.out.ptr), NULL), "%s: %s: %.60s", kind, line, no_number(p.out.ptr));
    cr_expect(eq(ptr, (void *)no_number(p.err.ptr), NULL), "%s: %s: %s", kind, line, p.err.ptr);
    program_free(&p);
}

/* ParameterizedTest would start a process each; data and heads are the same for all commands of a kind. */
Test(bad_input, every_command_answers_or_refuses_without_a_number_that_is_none)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        write_data(&kinds[k]);
        write_head("h.safetensors", 1, 0);
        write_head("g.safetensors", 0.5, -1);
        for (size_t c = 0; c < sizeof commands / sizeof *commands; c++)
            for (int json = 0; json < (strncmp(commands[c], "score", 5) == 0 ? 1 : 2); json++) /* JSONL as it is */
                expect_answer(commands[c], json == 1, kinds[k].name);
    }
}

/* What can be told is told: only these may refuse ordinary data of any size. */
Test(bad_input, ordinary_data_is_answered_by_every_command)
{
    write_data(&kinds[0]);
    write_head("h.safetensors", 1, 0);
    write_head("g.safetensors", 0.5, -1);
    for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
        struct program p = run(commands[c], false);
        cr_expect(eq(int, p.status, 0), "%s: %s", commands[c], p.err.ptr);
        program_free(&p);
    }
}

/* ---- what is refused ---- */

static const struct {
    const char *scores, *pairs, *says;
} refused[] = {
    {"{\"id\":\"a\",\"score\":NaN}\n", "", "s.jsonl:1"},
    {"{\"id\":\"a\",\"score\":Infinity}\n", "", "s.jsonl:1"},
    {"{\"id\":\"a\",\"score\":1e999}\n", "", "s.jsonl:1"},
    {"{\"id\":\"a\",\"score\":\"high\"}\n", "", "s.jsonl:1"},
    {"{\"id\":\"a\",\"score\":null}\n", "", "s.jsonl:1"},
    {"id,score\na,nan\n", "", "s.jsonl:2"},
    {"id,score\na,-inf\n", "", "s.jsonl:2"},
    {"{\"id\":\"a\",\"score\":1}\n{\"id\":\"a\",\"score\":2}\n", "", "s.jsonl:2"},
    {"", "", "holds no scores"},
    {"{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"score\":2}\n", "{\"chosen\":\"a\",\"rejected\":\"c\"}\n",
     "p.jsonl:1"},
    {"{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"score\":2}\n", "{\"chosen\":\"a\",\"rejected\":7}\n", "p.jsonl:1"},
    {"{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"score\":2}\n", "{\"chosen\":\"a\",\"rejected\":\"b\",\"p\":NaN}\n",
     "p.jsonl:1"},
    {"{\"id\":\"a\",\"score\":1}\n{\"id\":\"b\",\"score\":2}\n",
     "{\"chosen\":\"a\",\"rejected\":\"b\",\"weight\":-1}\n", "p.jsonl:1"},
    {"{\"id\":\"a\",\"score\":1.7e308}\n{\"id\":\"b\",\"score\":-1.7e308}\n", "{\"chosen\":\"a\",\"rejected\":\"b\"}\n",
     "the margin of pair 0 is not a finite number"},
};

static void write_text(const char *name, const char *text)
{
    FILE *f = file(name);
    fputs(text, f);
    fclose(f);
}

Test(bad_input, what_is_no_data_is_refused_with_its_place)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        write_text("s.jsonl", refused[i].scores);
        write_text("p.jsonl", refused[i].pairs);
        struct program p = run("eval --scores s.jsonl --pairs p.jsonl --show all", false);
        cr_expect(eq(int, p.status, 1), "%s%s", refused[i].scores, refused[i].pairs);
        cr_expect(eq(sz, p.out.len, 0));
        cr_expect(ne(ptr, strstr(p.err.ptr, refused[i].says), NULL), "\"%s\" does not say \"%s\"", p.err.ptr,
                  refused[i].says);
        program_free(&p);
    }
}

/* A matrix with a NaN, and with an infinity, is refused by each command that reads one. */
Test(bad_input, embeddings_that_are_no_numbers_are_refused)
{
    const double bad[] = {NAN, INFINITY};
    for (size_t b = 0; b < 2; b++) {
        struct err err;
        double x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
        char path[400];
        write_data(&kinds[5]);
        write_head("h.safetensors", 1, 0);
        write_head("g.safetensors", 0.5, -1);
        x[5] = bad[b];
        snprintf(path, sizeof path, "%s/x.npy", folder);
        cr_assert(npy_write_f64(path, x, 4, 2, &err), "%s", err.text);
        for (size_t c = 0; c < sizeof commands / sizeof *commands; c++) {
            if (strstr(commands[c], "x.npy") == NULL || strstr(commands[c], "h.safetensors") == NULL)
                continue;
            struct program p = run(commands[c], false);
            cr_expect(eq(int, p.status, 1), "%s", commands[c]);
            cr_expect(eq(sz, p.out.len, 0), "%s", commands[c]);
            cr_expect(ne(ptr, strstr(p.err.ptr, "row 2"), NULL), "%s: %s", commands[c], p.err.ptr);
            program_free(&p);
        }
    }
}
