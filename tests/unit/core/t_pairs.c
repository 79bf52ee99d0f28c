#include "core/pairs.h"

#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

static struct err err;
static struct core_folder folder;
static struct embeddings e;
static struct pair_set set;
static char path[CORE_PATH];

static void set_up(void)
{
    static const float values[] = {1, 2, 3};
    static const char *const ids[] = {"a", "b", "c"};
    struct tensor t;
    core_folder_make(&folder);
    core_path(&folder, "pairs.jsonl", path);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F32, values, 3, 1);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", ids, &err));
}

static void tear_down(void)
{
    pairs_free(&set);
    embeddings_close(&e);
    core_folder_remove(&folder);
}

TestSuite(pairs, .init = set_up, .fini = tear_down);

static bool read_text(const char *text)
{
    core_put_text(&folder, "pairs.jsonl", text);
    return pairs_read(path, &e, &set, &err);
}

Test(pairs, all_fields_are_read)
{
    cr_assert(read_text("{\"chosen\": \"b\", \"rejected\": 0, \"strength\": 3, \"weight\": 2.5, \"p\": 0.8, "
                        "\"objective\": \"helpful\", \"group\": \"g\", \"split\": \"test\", \"note\": [1]}\n"),
              "%s", err.text);
    const struct pair *p = &set.pairs.v[0];
    cr_expect(eq(sz, p->chosen, 1));
    cr_expect(eq(sz, p->rejected, 0));
    cr_expect(eq(int, p->strength, 3));
    cr_expect(eq(dbl, p->weight, 2.5));
    cr_expect(eq(dbl, p->p, 0.8));
    cr_expect(eq(int, (int)p->split, (int)SPLIT_TEST));
    cr_expect(eq(str, (char *)names_text(&set.objectives, (size_t)p->objective), "helpful"));
    cr_expect(eq(str, (char *)names_text(&set.groups, (size_t)p->group), "g"));
}

Test(pairs, absent_fields_have_their_defaults)
{
    cr_assert(read_text("{\"chosen\": 2, \"rejected\": \"c\"}\n\n{\"chosen\": 0, \"rejected\": 1, \"p\": null}"));
    cr_expect(eq(sz, set.pairs.n, 2));
    const struct pair *p = &set.pairs.v[0];
    cr_expect(eq(sz, p->chosen, p->rejected), "a row against itself is fine");
    cr_expect(eq(int, p->strength, 1));
    cr_expect(eq(dbl, p->weight, 1));
    cr_expect(eq(dbl, p->p, 1));
    cr_expect(eq(int, p->objective, -1));
    cr_expect(eq(int, p->group, -1));
    cr_expect(eq(int, (int)p->split, (int)SPLIT_NONE));
    cr_expect(eq(sz, p->prompt, SIZE_MAX));
}

Test(pairs, a_prompt_is_a_row_or_an_id_and_otherwise_none)
{
    cr_assert(read_text("{\"chosen\": 0, \"rejected\": 1, \"prompt\": \"c\"}\n"
                        "{\"chosen\": 0, \"rejected\": 1, \"prompt\": 2}\n"
                        "{\"chosen\": 0, \"rejected\": 1, \"prompt\": \"What is a river?\"}\n"
                        "{\"chosen\": 0, \"rejected\": 1, \"prompt\": null}\n"
                        "{\"chosen\": 0, \"rejected\": 1, \"prompt\": [{\"role\": \"user\"}]}\n"),
              "%s", err.text);
    cr_expect(eq(sz, set.pairs.v[0].prompt, 2));
    cr_expect(eq(sz, set.pairs.v[1].prompt, 2));
    cr_expect(eq(sz, set.pairs.v[2].prompt, SIZE_MAX));
    cr_expect(eq(sz, set.pairs.v[3].prompt, SIZE_MAX));
    cr_expect(eq(sz, set.pairs.v[4].prompt, SIZE_MAX));
    cr_expect(not(read_text("{\"chosen\": 0, \"rejected\": 1, \"prompt\": 3}\n")));
    cr_expect(eq(int, err.kind, ERR_RANGE));
}

Test(pairs, a_tie_has_strength_0_and_probability_one_half)
{
    static const char *const lines[] = {
        "{\"chosen\": 0, \"rejected\": 1, \"tie\": true}\n", "{\"chosen\": 0, \"rejected\": 1, \"strength\": 0}\n",
        "{\"chosen\": 0, \"rejected\": 1, \"tie\": true, \"strength\": 0, \"p\": 0.5}\n"};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(read_text(lines[i]), "%s", err.text);
        cr_expect(eq(int, set.pairs.v[i].strength, 0));
        cr_expect(eq(dbl, set.pairs.v[i].p, 0.5));
    }
    cr_assert(read_text("{\"chosen\": 0, \"rejected\": 1, \"p\": 0.5, \"tie\": false}\n"), "%s", err.text);
    cr_expect(eq(int, set.pairs.v[3].strength, 1), "a coin's label is no tie unless it says so");
}

static const char *fact(const struct names *n, int index)
{
    return index < 0 ? "(none)" : names_text(n, (size_t)index);
}

Test(pairs, what_figures_are_grouped_by_is_text_or_integer_and_anything_else_says_nothing)
{
    cr_assert(
        read_text("{\"chosen\": 0, \"rejected\": 1, \"subset\": \"math\", \"source\": \"s\", \"language\": \"de\", "
                  "\"annotator\": \"ada\"}\n"
                  "{\"chosen\": 0, \"rejected\": 1, \"subset\": 7, \"source\": {\"a\": 1}, \"language\": [\"de\"], "
                  "\"annotator\": -3}\n"
                  "{\"chosen\": 0, \"rejected\": 1, \"subset\": null, \"source\": 1.5, \"language\": true}\n"),
        "%s", err.text);
    const char *const wanted[3][4] = {
        {"math", "s", "de", "ada"}, {"7", "(none)", "(none)", "-3"}, {"(none)", "(none)", "(none)", "(none)"}};
    for (size_t i = 0; i < 3; i++) {
        const struct pair *p = &set.pairs.v[i];
        cr_expect(eq(str, (char *)fact(&set.subsets, p->subset), (char *)wanted[i][0]));
        cr_expect(eq(str, (char *)fact(&set.sources, p->source), (char *)wanted[i][1]));
        cr_expect(eq(str, (char *)fact(&set.languages, p->language), (char *)wanted[i][2]));
        cr_expect(eq(str, (char *)fact(&set.annotators, p->annotator), (char *)wanted[i][3]));
    }
}

Test(pairs, several_files_add_up)
{
    cr_assert(read_text("{\"chosen\": 0, \"rejected\": 1, \"group\": \"x\"}\n"));
    cr_assert(read_text("{\"chosen\": 1, \"rejected\": 2, \"group\": \"x\"}\n"));
    cr_expect(eq(sz, set.pairs.n, 2));
    cr_expect(eq(int, set.pairs.v[1].group, 0));
}

Test(pairs, gzip_is_read)
{
    gzFile z = gzopen(path, "wb");
    gzputs(z, "{\"chosen\": 0, \"rejected\": 1}\n");
    gzclose(z);
    cr_assert(pairs_read(path, &e, &set, &err), "%s", err.text);
    cr_expect(eq(sz, set.pairs.n, 1));
}

Test(pairs, a_file_may_be_one_list)
{
    cr_assert(read_text("[\n {\"chosen\": 0,\n  \"rejected\": 1},\n {\"chosen\": 1, \"rejected\": 2}\n]\n"), "%s",
              err.text);
    cr_expect(eq(sz, set.pairs.n, 2));
    cr_expect(eq(sz, set.pairs.v[1].chosen, 1));
    cr_expect(not(read_text("[\n {\"chosen\": 0, \"rejected\": 1},\n {\"rejected\": 2}\n]\n")));
    cr_expect(ne(ptr, strstr(err.text, "pairs.jsonl:3: \"chosen\" is missing"), NULL), "%s", err.text);
    cr_expect(not(read_text("[{\"chosen\": 0, \"rejected\": 1}")));
    cr_expect(ne(ptr, strstr(err.text, "the list does not end"), NULL), "%s", err.text);
    cr_expect(not(read_text("[{\"chosen\": 0, \"rejected\": 1, \"group\": \"a\nb\"}]")));
    cr_expect(ne(ptr, strstr(err.text, "a control character inside a string"), NULL), "%s", err.text);
}

Test(pairs, errors_name_file_line_and_reason)
{
    static const struct {
        const char *line, *reason;
    } table[] = {
        {"{\"rejected\": 1}", "\"chosen\" is missing"},
        {"{\"chosen\": null, \"rejected\": 1}", "\"chosen\" is missing"},
        {"{\"chosen\": \"z\", \"rejected\": 1}", "the id \"z\", which the embeddings do not have"},
        {"{\"chosen\": 3, \"rejected\": 1}", "row 3, but the embeddings have rows 0 to 2"},
        {"{\"chosen\": -1, \"rejected\": 1}", "row -1"},
        {"{\"chosen\": 1.5, \"rejected\": 1}", "must be an id or a row number, but is a number with a fraction"},
        {"{\"chosen\": true, \"rejected\": 1}", "but is true or false"},
        {"{\"chosen\": 0, \"rejected\": 1, \"strength\": 4}", "\"strength\" is 4, outside 0 to 3"},
        {"{\"chosen\": 0, \"rejected\": 1, \"strength\": 0, \"p\": 1}", "\"p\" is 1 for a tie"},
        {"{\"chosen\": 0, \"rejected\": 1, \"strength\": 2, \"tie\": true}", "a tie has strength 0"},
        {"{\"chosen\": 0, \"rejected\": 1, \"tie\": 1}", "\"tie\" must be"},
        {"{\"chosen\": 0, \"rejected\": 1, \"p\": 1.1}", "\"p\" is 1.1; a probability"},
        {"{\"chosen\": 0, \"rejected\": 1, \"p\": \"1\"}", "\"p\" must be a number"},
        {"{\"chosen\": 0, \"rejected\": 1, \"weight\": -1}", "\"weight\" is -1; it must not be negative"},
        {"{\"chosen\": 0, \"rejected\": 1, \"weight\": 1e999}", "not JSON"},
        {"{\"chosen\": 0, \"rejected\": 1, \"split\": \"dev\"}",
         "\"split\" is \"dev\"; train, calibration and test are known"},
        {"{\"chosen\": 0, \"rejected\": 1, \"group\": 7}", "\"group\" must be a string"},
        {"[0, 1]", "a line must be an object, but is a list"},
        {"{", "not JSON"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[256];
        snprintf(text, sizeof text, "{\"chosen\": 0, \"rejected\": 1}\n%s\n", table[i].line);
        cr_expect(not(read_text(text)), "%s was taken", table[i].line);
        cr_expect(ne(ptr, strstr(err.text, "pairs.jsonl:2: "), NULL), "%s", err.text);
        cr_expect(ne(ptr, strstr(err.text, table[i].reason), NULL), "wanted: %s; is: %s", table[i].reason, err.text);
    }
}

Test(pairs, ids_without_an_ids_file_are_explained)
{
    struct embeddings bare;
    struct tensor t;
    static const float values[] = {1};
    embeddings_init(&bare);
    tensor_borrow(&t, TENSOR_F32, values, 1, 1);
    cr_assert(embeddings_add_tensor(&bare, &t, "memory", NULL, &err));
    core_put_text(&folder, "pairs.jsonl", "{\"chosen\": \"a\", \"rejected\": 0}\n");
    cr_expect(not(pairs_read(path, &bare, &set, &err)));
    cr_expect(ne(ptr, strstr(err.text, "give --ids FILE"), NULL), "%s", err.text);
    embeddings_close(&bare);
}

Test(pairs, a_missing_file_is_an_error)
{
    cr_expect(not(pairs_read("/nonexistent/pairs.jsonl", &e, &set, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
}

/* A list among the members makes a line one for the tree: both ways must read the same, or refuse with the same words.
 */
Test(pairs, both_ways_of_reading_are_one)
{
    static const char *const lines[] = {
        "\"chosen\":\"b\",\"rejected\":0",
        "\"chosen\": 2, \"rejected\": 2, \"weight\": 0, \"p\": 0.8",
        "\"chosen\":1,\"rejected\":0,\"strength\":3,\"weight\":12.5e1,\"p\":1",
        "\"chosen\":1,\"rejected\":0,\"strength\":0",
        "\"chosen\":1,\"rejected\":0,\"strength\":2.0",
        "\"chosen\":1.0,\"rejected\":0",
        "\"chosen\":1,\"rejected\":0,\"tie\":true",
        "\"chosen\":1,\"rejected\":0,\"tie\":false,\"strength\":2",
        "\"chosen\":\"a\",\"rejected\":\"c\",\"objective\":\"x\",\"group\":\"\",\"split\":\"test\"",
        "\"chosen\":\"a\",\"rejected\":\"c\",\"objective\":null,\"group\":\"y\"",
        "\"chosen\":\"a\",\"rejected\":\"c\",\"objective\":\"\\u0078\"",
        "\"chosen\":0,\"rejected\":1,\"subset\":\"a\",\"source\":\"b\",\"language\":\"c\",\"annotator\":\"d\"",
        "\"chosen\":0,\"rejected\":1,\"subset\":1,\"source\":null,\"language\":1.5,\"annotator\":true",
        "\"chosen\":\"z\",\"rejected\":0",
        "\"chosen\":3,\"rejected\":0",
        "\"chosen\":-1,\"rejected\":0",
        "\"chosen\":1",
        "\"chosen\":1,\"rejected\":0,\"p\":1.5",
        "\"chosen\":1,\"rejected\":0,\"weight\":-1",
        "\"chosen\":1,\"rejected\":0,\"weight\":\"1\"",
        "\"chosen\":1,\"rejected\":0,\"strength\":4",
        "\"chosen\":1,\"rejected\":0,\"split\":\"valid\"",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct pair read[2] = {0};
        struct err told[2] = {0};
        bool ok[2];
        for (int slow = 0; slow < 2; slow++) {
            char text[256];
            snprintf(text, sizeof text, "{%s%s}\n", lines[i], slow ? ",\"note\":[]" : "");
            ok[slow] = read_text(text);
            if (ok[slow])
                read[slow] = set.pairs.v[0];
            else
                told[slow] = err;
            pairs_free(&set);
            set = (struct pair_set){0};
        }
        cr_expect(eq(int, ok[0], ok[1]), "%s", lines[i]);
        cr_expect(eq(str, told[0].text, told[1].text), "%s", lines[i]);
        const struct pair *a = &read[0], *b = &read[1];
        cr_expect(a->chosen == b->chosen && a->rejected == b->rejected && a->weight == b->weight && a->p == b->p &&
                      a->strength == b->strength && a->objective == b->objective && a->group == b->group &&
                      a->split == b->split && a->subset == b->subset && a->source == b->source &&
                      a->language == b->language && a->annotator == b->annotator,
                  "%s", lines[i]);
    }
}
