/* Benchmarks through the command line: imported, listed for a scorer, judged by its scores or by a head. Each answer
 * of these ends in the score that it gets. */
#include "core/base/lines.h"
#include "core/base/mem.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *folder;

static void write_text(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file_write(path, text);
}

static void set_up(void)
{
    folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "init"), 0));
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(suite_command, .init = set_up, .fini = tear_down);

#define TIE(id, right, wrong)                                                                                          \
    "{\"id\":\"" id "\",\"prompt\":\"colours " id "\",\"chosen\":[" right "],\"rejected\":[" wrong                     \
    "],\"subset\":\"Ties\"}\n"
#define BEST(id, subset, right, wrong)                                                                                 \
    "{\"id\":\"" id "\",\"prompt\":\"" id "\",\"chosen\":[\"r " right "\"],\"rejected\":[" wrong                       \
    "],\"subset\":\"" subset "\"}\n"
static const char reward_bench_2[] = TIE("ref:1", "\"r 2\"", "\"a .5\",\"b .1\"")
    TIE("ref:2", "\"r .3\"", "\"a .6\",\"b .2\"") TIE("tied:1", "\"r 1.9\",\"s 1.5\",\"t 1.7\"", "\"a .4\",\"b .9\"")
        TIE("tied:2", "\"r 1\",\"s .2\"", "\"a .1\",\"b -.5\"") BEST("1", "Factuality", "2", "\"a 1\",\"b 0\"")
            BEST("2", "Precise IF", "1", "\"a 1\",\"b 0\"") BEST("3", "Math", "0", "\"a 1\",\"b 0\"")
                BEST("4", "Safety", "1", "\"a 1\",\"b 1\"") BEST("5", "Focus", "2", "\"a 1\",\"b 0\"");

#define PAIR(id, subset, right, wrong, more)                                                                           \
    "{\"id\":" id ",\"prompt\":\"q " id subset "\",\"chosen\":\"r " right "\",\"rejected\":\"w " wrong                 \
    "\",\"subset\":\"" subset "\"" more "}\n"
static const char reward_bench[] = PAIR("1", "alpacaeval-easy", "1", "0", "") PAIR("2", "mt-bench-hard", "1", "1", "")
    PAIR("3", "donotanswer", "1", "0", "") PAIR("4", "math-prm", "1", "0", "") PAIR("5", "hep-go", "0", "1", "");

#define SOLUTION(id, type, score)                                                                                      \
    "{\"problem\":\"7 + 5?\",\"eval_solution\":[\"step " id "\",\"so " score "\"],\"solution_type\":\"" type           \
    "\",\"problem_id\":1,\"id\":" id "}\n"
static const char reward_math[] =
    SOLUTION("0", "chosen", "0.8") SOLUTION("1", "rejected", "0.8") SOLUTION("2", "rejected", "0.5");

/* Import it, list the answers, and give each the number it ends in; `but` of them get none. */
static void bring_in(const char *text, size_t but)
{
    char path[256], *line;
    struct err err;
    struct buf scores = BUF_INIT;
    size_t n, count = 0;
    write_text("suite.jsonl", text);
    cr_assert(eq(int, assay_status(folder, "import suite.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "export --format responses -o answers.jsonl"), 0));
    snprintf(path, sizeof path, "%s/answers.jsonl", folder);
    struct lines *l = lines_open(path, &err);
    cr_assert(ne(ptr, l, NULL));
    while (lines_next(l, &line, &n, &err) && line != NULL) {
        struct json_object *o = NULL;
        cr_assert(json_parse(line, n, &o, &err));
        if (count++ >= but)
            buf_addf(&scores, "{\"id\":\"%s\",\"score\":%g}\n", json_string(o, "id"),
                     strtod(strrchr(json_string(o, "response"), ' '), NULL));
        json_object_put(o);
    }
    lines_close(l);
    write_text("scores.jsonl", scores.ptr);
    buf_free(&scores);
}

/* The figure of a row. */
static double figure(struct json_object *v, const char *row, const char *key)
{
    struct json_object *rows = json_at(v, "rows");
    for (size_t i = 0; i < json_object_array_length(rows); i++) {
        struct json_object *r = json_object_array_get_idx(rows, i);
        char path[64];
        snprintf(path, sizeof path, "%s/value", key);
        if (strcmp(json_string(r, "name"), row) == 0)
            return json_at(r, path) != NULL ? json_number(r, path) : (double)NAN;
    }
    cr_fatal("no row %s", row);
    return NAN;
}

Test(suite_command, reward_bench_2_is_scored_from_the_file_to_the_figures)
{
    bring_in(reward_bench_2, 0);
    struct json_object *v = assay_json(folder, "eval --suite reward-bench-2 --scores scores.jsonl --partial");
    cr_expect(epsilon_eq(dbl, figure(v, "Ties", "score"), 0.647911, 5e-7));
    cr_expect(epsilon_eq(dbl, figure(v, "all", "score"), (1 + 0.5 + 0 + 1.0 / 3 + 1 + 0.647911) / 6, 1e-6));
    cr_expect(eq(dbl, json_number(v, "items"), 9));
    cr_expect(eq(dbl, json_number(v, "expected"), 1865));
    cr_expect(eq(str, (char *)json_string(v, "missing/5/name"), "Ties"));
    cr_expect(eq(dbl, json_number(v, "missing/5/scored"), 4));
    json_object_put(v);
}

Test(suite_command, reward_bench_sections_are_weighted)
{
    bring_in(reward_bench, 0);
    struct json_object *v = assay_json(folder, "eval --suite reward-bench --scores scores.jsonl --partial");
    cr_expect(epsilon_eq(dbl, figure(v, "reasoning", "accuracy"), 984.0 / (984 + 164), 1e-12));
    cr_expect(epsilon_eq(dbl, figure(v, "all", "accuracy"), (1 + 0 + 1 + 984.0 / (984 + 164)) / 4, 1e-12));
    json_object_put(v);
}

Test(suite_command, a_complete_benchmark_needs_no_leave)
{
    bring_in(reward_math, 0);
    struct json_object *v = assay_json(folder, "eval --suite reward-math --scores scores.jsonl");
    cr_expect(eq(dbl, figure(v, "all", "accuracy"), 0));
    cr_expect(eq(dbl, figure(v, "all", "with_ties"), 1));
    cr_expect(eq(dbl, figure(v, "all", "mrr"), 0.5));
    json_object_put(v);
}

Test(suite_command, rewardbench_is_the_english_of_its_translations)
{
    bring_in(reward_bench, 0);
    bring_in(PAIR("1", "alpacaeval-easy", "1", "0", ",\"language\":\"deu_Latn\"")
                 PAIR("2", "mt-bench-hard", "0", "1", ",\"language\":\"deu_Latn\""),
             0);
    struct json_object *v = assay_json(folder, "eval --suite m-reward-bench --scores scores.jsonl");
    cr_expect(eq(dbl, figure(v, "deu_Latn", "average"), 0.5));
    cr_expect(eq(dbl, figure(v, "English", "average"), 0.5));
    cr_expect(eq(dbl, figure(v, "deu_Latn", "gap"), 0));
    cr_expect(eq(dbl, figure(v, "deu_Latn", "kappa"), 1.0 / 3), "win win, tie lose: po 1/2, pe 1/4");
    json_object_put(v);
}

static struct program assay(const char *const *words)
{
    return program_run(words, NULL, folder, NULL);
}

/* `assay WORDS` fails with this status and says so. */
#define REFUSED(status_, says_, ...)                                                                                   \
    do {                                                                                                               \
        struct program p_ = assay((const char *const[]){program_assay(), __VA_ARGS__, NULL});                          \
        cr_expect(eq(int, p_.status, status_), "%s", p_.err.ptr);                                                      \
        cr_expect(ne(ptr, strstr(p_.err.ptr, says_), NULL), "\"%s\" does not say \"%s\"", p_.err.ptr, says_);          \
        program_free(&p_);                                                                                             \
    } while (0)

Test(suite_command, what_is_missing_is_said_and_refused)
{
    bring_in(reward_math, 2);
    REFUSED(1, "RewardMATH is not complete: (no subset) lacks 1 of 1 rows (without a score). --partial", "eval",
            "--suite", "reward-math", "--scores", "scores.jsonl");
    REFUSED(1, "no item of RewardMATH is scored", "eval", "--suite", "reward-math", "--scores", "scores.jsonl",
            "--partial");
    REFUSED(1, "the workspace holds no items of RewardBench; `assay import`", "eval", "--suite", "reward-bench",
            "--scores", "scores.jsonl");
    bring_in(reward_bench, 5);
    REFUSED(1,
            "alpacaeval-easy lacks 100 of 100 rows (99 not here, 1 without a score); alpacaeval-length lacks 95 of 95",
            "eval", "--suite", "reward-bench", "--scores", "scores.jsonl");
    REFUSED(1, "comparisons have an answer without a score, such as response", "eval", "--scores", "scores.jsonl");
}

Test(suite_command, scores_that_do_not_belong_are_refused)
{
    bring_in(reward_math, 0);
    write_text("other.jsonl", "{\"id\":\"00112233445566778899aabbccddeeff\",\"score\":1}\n");
    REFUSED(1, "other.jsonl:1: \"00112233445566778899aabbccddeeff\" is no response of this workspace", "eval",
            "--scores", "other.jsonl");
    write_text("rows.jsonl", "{\"id\":0,\"score\":1}\n");
    REFUSED(1, "must name responses by their ids", "eval", "--suite", "reward-math", "--scores", "rows.jsonl");
    REFUSED(2, "--model and --scores exclude one another", "eval", "--scores", "a", "--model", "b");
    REFUSED(2, "--model or --scores is missing", "eval", "--suite", "reward-math");
    REFUSED(2, "--bins does not go with --suite", "eval", "--suite", "reward-math", "--scores", "a", "--bins", "3");
    REFUSED(2, "is \"reward-bench\" meant?", "eval", "--suite", "rewardbench", "--scores", "a");
}

Test(suite_command, scores_are_judged_like_a_head)
{
    write_text("pairs.jsonl", "{\"chosen\":\"a\",\"rejected\":\"b\"}\n{\"chosen\":\"c\",\"rejected\":\"b\"}\n"
                              "{\"chosen\":\"b\",\"rejected\":\"c\",\"p\":0.75}\n");
    write_text("scores.csv", "id,score\na,2\nb,1\nc,0.5\n");
    struct json_object *v = assay_json(folder, "eval --scores scores.csv --pairs pairs.jsonl");
    cr_expect(eq(dbl, json_number(v, "n"), 3));
    cr_expect(epsilon_eq(dbl, json_number(v, "accuracy"), (1 + 0 + 0.75) / 3, 1e-12));
    cr_expect(eq(str, (char *)json_string(v, "scores"), "scores.csv"));
    json_object_put(v);
    write_text("pairs.jsonl", "{\"chosen\":\"a\",\"rejected\":\"d\"}\n");
    REFUSED(1, "pairs.jsonl:1: \"rejected\" is the id \"d\", which the scores do not have", "eval", "--scores",
            "scores.csv", "--pairs", "pairs.jsonl");
}

/* A head's own rewards, written by `score`, say what the head says. */
Test(suite_command, a_head_and_its_rewards_in_a_file_are_the_same)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 12; i++)
        buf_addf(&text, "{\"prompt\":\"p %d\",\"chosen\":\"a long and good answer %d\",\"rejected\":\"bad %d\"}\n", i,
                 i, i);
    write_text("pairs.jsonl", text.ptr);
    buf_free(&text);
    bring_in(reward_math, 0);
    cr_assert(eq(int, assay_status(folder, "import pairs.jsonl"), 0));
    cr_assert(eq(int, assay_status(folder, "embed --provider lexical"), 0));
    cr_assert(eq(int, assay_status(folder, "train --head bt --source pairs -o h.safetensors"), 0));
    cr_assert(eq(int, assay_status(folder, "score --model h.safetensors -o h.jsonl"), 0));
    struct json_object *head = assay_json(folder, "eval --suite reward-math --model h.safetensors");
    struct json_object *file = assay_json(folder, "eval --suite reward-math --scores h.jsonl");
    cr_expect(eq(str, (char *)json_object_to_json_string(json_at(head, "rows")),
                 (char *)json_object_to_json_string(json_at(file, "rows"))));
    json_object_put(head);
    json_object_put(file);
    head = assay_json(folder, "eval --model h.safetensors --split test --hard");
    file = assay_json(folder, "eval --scores h.jsonl --split test --hard");
    cr_expect(eq(dbl, json_number(head, "nll"), json_number(file, "nll")));
    json_object_put(head);
    json_object_put(file);
}

/* One right answer against two, won; one against two, of which one is lost; and a prompt that contradicts itself. */
Test(suite_command, pairs_of_a_prompt_are_one_to_many)
{
    write_text("pairs.jsonl", "{\"chosen\":\"a\",\"rejected\":\"b\"}\n{\"chosen\":\"a\",\"rejected\":\"c\"}\n"
                              "{\"chosen\":\"d\",\"rejected\":\"e\"}\n{\"chosen\":\"f\",\"rejected\":\"d\",\"p\":0}\n"
                              "{\"chosen\":\"g\",\"rejected\":\"h\"}\n{\"chosen\":\"h\",\"rejected\":\"i\"}\n");
    write_text("scores.csv", "id,score\na,3\nb,1\nc,2\nd,1\ne,0\nf,1\ng,3\nh,2\ni,1\n");
    struct json_object *v = assay_json(folder, "eval --scores scores.csv --pairs pairs.jsonl --show one-to-many");
    cr_expect(eq(dbl, json_number(v, "one_to_many/prompts"), 2));
    cr_expect(eq(dbl, json_number(v, "one_to_many/mixed"), 1));
    cr_expect(eq(dbl, json_number(v, "one_to_many/accuracy/value"), 0.5));
    cr_expect(eq(dbl, json_number(v, "one_to_many/with_ties/value"), 1));
    cr_expect(eq(dbl, json_number(v, "one_to_many/mrr/value"), 0.75));
    json_object_put(v);
    write_text("pairs.jsonl", "{\"chosen\":\"a\",\"rejected\":\"b\"}\n");
    v = assay_json(folder, "eval --scores scores.csv --pairs pairs.jsonl --show one-to-many");
    cr_expect(eq(str, (char *)json_string(v, "absent/one-to-many"), "no prompt has more than one pair"));
    json_object_put(v);
}

Test(suite_command, judges_stand_in_one_table)
{
    struct buf pairs = BUF_INIT, good = BUF_INIT, bad = BUF_INIT;
    buf_adds(&good, "id,score\n");
    buf_adds(&bad, "id\tscore\n");
    for (int i = 0; i < 40; i++) {
        buf_addf(&pairs, "{\"chosen\":\"a%d\",\"rejected\":\"b%d\"}\n", i, i);
        buf_addf(&good, "a%d,%d\nb%d,0\n", i, i % 10 > 0 ? 2 : -2, i);
        buf_addf(&bad, "b%d\t0\na%d\t%d\n", i, i, i % 2 > 0 ? 1 : -1);
    }
    write_text("pairs.jsonl", pairs.ptr);
    write_text("good.csv", good.ptr);
    write_text("bad.tsv", bad.ptr);
    struct json_object *v =
        assay_json(folder, "compare --scores coin=bad.tsv --scores judge=good.csv --pairs pairs.jsonl --baseline coin");
    cr_expect(eq(str, (char *)json_string(v, "heads/1/head"), "scores"));
    cr_expect(eq(str, (char *)json_string(v, "heads/1/spec"), "judge"));
    cr_expect(epsilon_eq(dbl, json_number(v, "heads/1/accuracy"), 0.9, 1e-12));
    cr_expect(epsilon_eq(dbl, json_number(v, "heads/0/accuracy"), 0.5, 1e-12));
    json_object_put(v);
    REFUSED(2, "name a head, or --scores NAME=FILE", "compare");
    REFUSED(2, "--scores good.csv: it is NAME=FILE", "compare", "--scores", "good.csv");
    write_text("more.csv", "id,score\na0,1\nb0,1\nz,1\n");
    REFUSED(1, "more.csv:4: \"z\" is no row of the scores", "compare", "--scores", "a=good.csv", "--scores",
            "b=more.csv", "--pairs", "pairs.jsonl");
    write_text("less.csv", "id,score\na0,1\nb0,1\n");
    REFUSED(1, "less.csv has no score of row 2, a1, which the pairs name", "compare", "--scores", "a=good.csv",
            "--scores", "b=less.csv", "--pairs", "pairs.jsonl");
    buf_free(&pairs);
    buf_free(&good);
    buf_free(&bad);
}

Test(suite_command, names_from_the_file_reach_no_terminal)
{
    bring_in(PAIR("1", "a\\u001b[31m\\u202e<b>", "1", "0", ""), 0);
    struct program p = assay((const char *const[]){program_assay(), "eval", "--suite", "reward-bench", "--scores",
                                                   "scores.jsonl", "--partial", NULL});
    cr_expect(eq(int, p.status, 0), "%s", p.err.ptr);
    cr_expect(eq(ptr, memchr(p.out.ptr, 0x1b, p.out.len), NULL));
    cr_expect(eq(ptr, strstr(p.out.ptr, "\u202e"), NULL));
    cr_expect(ne(ptr, strstr(p.out.ptr, "undefined, because a part of it has no items"), NULL), "%s", p.out.ptr);
    program_free(&p);
}
