#include "core/ratings.h"

#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;
static struct core_folder folder;
static struct embeddings e;
static struct rating_set set;

static void set_up(void)
{
    static const float values[] = {1, 2, 3};
    static const char *const ids[] = {"a", "b", "c"};
    struct tensor t;
    core_folder_make(&folder);
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F32, values, 3, 1);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", ids, &err));
}

static void tear_down(void)
{
    ratings_free(&set);
    embeddings_close(&e);
    core_folder_remove(&folder);
}

TestSuite(ratings, .init = set_up, .fini = tear_down);

static bool read_text(const char *text)
{
    char path[CORE_PATH];
    core_put_text(&folder, "ratings.jsonl", text);
    return ratings_read(core_path(&folder, "ratings.jsonl", path), &e, &set, &err);
}

Test(ratings, attributes_stand_in_order_of_appearance_and_gaps_are_nan)
{
    cr_assert(read_text("{\"response\": \"b\", \"ratings\": {\"helpfulness\": 4, \"verbosity\": 1.5}, \"annotator\": "
                        "\"kim\", \"split\": \"train\"}\n"
                        "{\"response\": 0, \"ratings\": {\"coherence\": 2, \"helpfulness\": null}}\n"),
              "%s", err.text);
    cr_expect(eq(sz, set.rows.n, 2));
    cr_expect(eq(sz, names_count(&set.attributes), 3));
    cr_expect(eq(str, (char *)names_text(&set.attributes, 1), "verbosity"));
    cr_expect(eq(str, (char *)names_text(&set.attributes, 2), "coherence"));
    cr_expect(eq(dbl, set.values[0], 4));
    cr_expect(eq(dbl, set.values[1], 1.5));
    cr_expect(isnan(set.values[2]) && isnan(set.values[3]) && isnan(set.values[4]));
    cr_expect(eq(dbl, set.values[5], 2));
    cr_expect(eq(sz, set.rows.v[0].row, 1));
    cr_expect(eq(int, set.rows.v[0].annotator, 0));
    cr_expect(eq(int, set.rows.v[1].annotator, -1));
    cr_expect(eq(dbl, set.rows.v[0].weight, 1));
    cr_expect(eq(int, (int)set.rows.v[0].split, (int)SPLIT_TRAIN));
}

Test(ratings, one_answer_may_be_rated_several_times_with_weights)
{
    cr_assert(read_text("{\"response\": \"b\", \"ratings\": {\"wit\": 4}, \"weight\": 0.5}\n"
                        "{\"response\": \"b\", \"ratings\": {\"wit\": 2}, \"weight\": 0}\n"),
              "%s", err.text);
    cr_expect(eq(sz, set.rows.v[1].row, set.rows.v[0].row));
    cr_expect(eq(dbl, set.rows.v[0].weight, 0.5));
    cr_expect(eq(dbl, set.rows.v[1].weight, 0));
}

Test(ratings, an_empty_file_is_an_empty_set)
{
    cr_assert(read_text(""));
    cr_expect(eq(sz, set.rows.n, 0));
    cr_expect(eq(ptr, set.values, NULL));
}

Test(ratings, errors_name_file_line_and_reason)
{
    cr_expect(not(read_text("{\"response\": \"b\"}\n")));
    cr_expect(ne(ptr, strstr(err.text, "ratings.jsonl:1: \"ratings\" is missing"), NULL), "%s", err.text);
    cr_expect(not(read_text("{\"response\": \"b\", \"ratings\": {\"x\": \"4\"}}\n")));
    cr_expect(ne(ptr, strstr(err.text, "\"x\" must be a number, but is a string"), NULL), "%s", err.text);
    cr_expect(not(read_text("{\"response\": \"b\", \"ratings\": {\"x\": 4}, \"weight\": -1}\n")));
    cr_expect(ne(ptr, strstr(err.text, "ratings.jsonl:1: \"weight\" is -1"), NULL), "%s", err.text);
    cr_expect(not(read_text("{\"response\": \"q\", \"ratings\": {}}\n")));
    cr_expect(ne(ptr, strstr(err.text, "the id \"q\""), NULL), "%s", err.text);
}
