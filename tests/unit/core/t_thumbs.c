#include "core/thumbs.h"

#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;
static struct core_folder folder;
static struct embeddings e;
static struct thumb_set set;
static char path[CORE_PATH];

static void set_up(void)
{
    static const float values[] = {1, 2, 3};
    static const char *const ids[] = {"a", "b", "q"};
    struct tensor t;
    core_folder_make(&folder);
    core_path(&folder, "thumbs.jsonl", path);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F32, values, 3, 1);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", ids, &err));
}

static void tear_down(void)
{
    thumbs_free(&set);
    embeddings_close(&e);
    core_folder_remove(&folder);
}

TestSuite(thumbs, .init = set_up, .fini = tear_down);

static bool read_text(const char *text)
{
    core_put_text(&folder, "thumbs.jsonl", text);
    return thumbs_read(path, &e, &set, &err);
}

Test(thumbs, all_fields_are_read)
{
    cr_assert(
        read_text("{\"response\": \"b\", \"label\": true, \"weight\": 2.5, \"prompt\": \"q\", \"split\": \"test\", "
                  "\"note\": 1}\n\n{\"response\": 0, \"label\": false}\n{\"response\": 1, \"mismatched\": true}\n"),
        "%s", err.text);
    cr_assert(eq(sz, set.thumbs.n, 3));
    const struct thumb *t = set.thumbs.v;
    cr_expect(eq(sz, t[0].row, 1));
    cr_expect(eq(sz, t[0].prompt, 2));
    cr_expect(eq(dbl, t[0].weight, 2.5));
    cr_expect(t[0].up && !t[0].mismatched);
    cr_expect(eq(int, (int)t[0].split, (int)SPLIT_TEST));
    cr_expect(eq(sz, t[1].prompt, THUMBS_NO_PROMPT));
    cr_expect(eq(dbl, t[1].weight, 1));
    cr_expect(not(t[1].up));
    cr_expect(eq(int, (int)t[1].split, (int)SPLIT_NONE));
    cr_expect(t[2].mismatched);
}

Test(thumbs, errors_name_file_and_line_and_what_is_wrong)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{\"label\": true}", "thumbs.jsonl:1: \"response\" is missing"},
        {"\n{\"response\": 0}", "thumbs.jsonl:2: \"label\" is missing"},
        {"{\"response\": 0, \"label\": 1}", "\"label\" must be"},
        {"{\"response\": 3, \"label\": true}", "rows 0 to 2"},
        {"{\"response\": \"c\", \"label\": true}", "which the embeddings do not have"},
        {"{\"response\": 0, \"label\": true, \"prompt\": \"c\"}", "which the embeddings do not have"},
        {"{\"response\": 0, \"label\": true, \"weight\": -1}", "must not be negative"},
        {"{\"response\": 0, \"label\": true, \"split\": \"x\"}", "train, calibration and test"},
        {"{\"response\": 0, \"label\": true, \"mismatched\": true}", "can be no \"label\""},
        {"[1]", "must be an object"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect(not(read_text(cases[i].text)), "%s", cases[i].text);
        cr_expect(ne(ptr, strstr(err.text, cases[i].says), NULL), "%s: %s", cases[i].text, err.text);
    }
}

Test(thumbs, a_rule_is_an_attribute_and_a_threshold)
{
    struct thumbs_rule rule;
    cr_assert(thumbs_rule_parse("over all>=2.5", &rule, &err));
    cr_expect(eq(str, rule.attribute, "over all"));
    cr_expect(eq(dbl, rule.least, 2.5));
    thumbs_rule_free(&rule);
    static const char *const bad[] = {
        "", ">=3", "helpfulness", "helpfulness>3", "helpfulness>=", "a>=x", "a>=3x", "a>=inf"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect(not(thumbs_rule_parse(bad[i], &rule, &err)), "%s", bad[i]);
        cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    }
}

Test(thumbs, ratings_become_thumbs_at_the_threshold)
{
    struct rating_set ratings = {0};
    struct thumbs_rule rule;
    size_t *which;
    core_put_text(&folder, "ratings.jsonl",
                  "{\"response\": 0, \"ratings\": {\"good\": 3, \"long\": 0}, \"split\": \"train\"}\n"
                  "{\"response\": 1, \"ratings\": {\"good\": null}}\n{\"response\": 2, \"ratings\": {\"good\": 2.9}}\n"
                  "{\"response\": 1, \"ratings\": {\"good\": 4}, \"split\": \"test\"}\n");
    core_path(&folder, "ratings.jsonl", path);
    cr_assert(ratings_read(path, &e, &ratings, &err), "%s", err.text);
    cr_assert(thumbs_rule_parse("good>=3", &rule, &err));
    cr_assert(thumbs_from_ratings(&ratings, &rule, &set, &which, &err), "%s", err.text);
    static const struct {
        size_t row, which;
        bool up;
        enum split split;
    } want[] = {{0, 0, true, SPLIT_TRAIN}, {2, 2, false, SPLIT_NONE}, {1, 3, true, SPLIT_TEST}};
    cr_assert(eq(sz, set.thumbs.n, 3));
    for (size_t i = 0; i < 3; i++) {
        cr_expect(eq(sz, set.thumbs.v[i].row, want[i].row));
        cr_expect(eq(sz, which[i], want[i].which));
        cr_expect(eq(int, set.thumbs.v[i].up, want[i].up));
        cr_expect(eq(int, (int)set.thumbs.v[i].split, (int)want[i].split));
    }
    mem_free(which);
    thumbs_rule_free(&rule);
    cr_assert(thumbs_rule_parse("nice>=3", &rule, &err));
    cr_expect(not(thumbs_from_ratings(&ratings, &rule, &set, &which, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
    thumbs_rule_free(&rule);
    ratings_free(&ratings);
}
