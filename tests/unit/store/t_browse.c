#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/browse.h"
#include "store/content.h"
#include "store/words.h"
#include "tests/support/store_fixture.h"

#include <stdlib.h>
#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(browse, .init = open_one, .fini = close_one);

static const char some[] =
    "{\"prompt\":\"Why is the sky blue?\",\"responses\":[{\"text\":\"Light is "
    "scattered.\",\"language\":\"en\"},{\"text\":"
    "\"The R\xC3\xA9sum\xC3\xA9 of oceans.\"}],\"source\":\"s\",\"judgement\":{\"annotator\":\"ada\",\"preference\":-2,"
    "\"justification\":\"@B confuses rivers with molecules\",\"ratings\":[{\"helpfulness\":4},{\"helpfulness\":1}]}}\n"
    "{\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"The Ucayali is blue.\"},{\"text\":\"The sky.\"}],"
    "\"source\":\"two words\",\"judgement\":{\"annotator\":\"bob\",\"preference\":3}}\n"
    "{\"prompt\":\"\xE5\xA4\xA9\xE7\xA9\xBA\xE4\xB8\xBA\xE4\xBB\x80\xE4\xB9\x88\xE6\x98\xAF\xE8\x93\x9D\xE8\x89\xB2\","
    "\"responses\":[{\"text\":\"a3\"},{\"text\":\"\xE3\x81\x9D\xE3\x82\x89\"}],\"source\":\"s\"}\n"
    "{\"prompt\":\"scattered words\",\"responses\":[{\"text\":\"in Peru\"},{\"text\":\"the blue "
    "sky\"}],\"source\":\"s\","
    "\"judgement\":{\"annotator\":\"ada\",\"kind\":\"skipped\",\"reason\":\"other\"}}\n";

static void catch_up(void)
{
    int64_t left = 1;
    while (left > 0)
        must(words_catch_up(f.db, 3, &left, &f.err));
}

static const char alone[] =
    "{\"prompt\":\"p\",\"response\":\"r\",\"helpfulness\":4,\"correctness\":4,\"coherence\":4,\"complexity\":1,"
    "\"verbosity\":1}\n"
    "{\"prompt\":\"p\",\"response\":\"s\",\"helpfulness\":1,\"correctness\":4,\"coherence\":4,\"complexity\":1,"
    "\"verbosity\":1}\n";

/* Digits of the comparisons found, page by page. */
static const char *found(const char *query, size_t limit, size_t tries)
{
    static char out[64];
    struct arena a = {0};
    struct browse *b;
    int64_t keys[16];
    struct browse_page p = {.comparisons = keys};
    size_t n = 0;
    must(browse_parse(query, &a, &b, &f.err));
    for (int64_t after = 0; !p.end; after = p.reached) {
        must(browse_next(f.db, b, after, limit, tries, &p, &f.err));
        cr_assert(le(sz, p.n, limit));
        for (size_t i = 0; i < p.n; i++)
            out[n++] = (char)('0' + keys[i]);
    }
    out[n] = '\0';
    arena_free(&a);
    return out;
}

static const struct {
    const char *query, *finds;
} queries[] = {
    {"", "1234"},
    {"blue", "124"},
    {"BLUE sky", "124"},
    {"\"sky blue\"", "1"},
    {"\"blue sky\"", "4"},
    {"resume", "1"},
    {"scatter*", "14"},
    {"scatter", ""},
    {"sky rivers", ""}, /* the texts and the reason are two documents */
    {"sky and rivers", "1"},
    {"rivers", "1"},
    {"because:rivers", "1"},
    {"because:sky", ""},
    {"prompt:sky", "1"},
    {"answer:sky", "24"},
    {"prompt:river answer:blue", "2"},
    {"not prompt:sky blue", "24"},
    {"blue or source:\"two words\"", "124"},
    {"blue source:s", "14"},
    {"source = s", "134"},
    {"source:\"two words\"", "2"},
    {"source:none", ""},
    {"annotator:ada", "1"},
    {"annotator:bob or annotator:ada", "12"},
    {"skipped", "4"},
    {"skipped:ada", "4"},
    {"skipped:bob", ""},
    {"not skipped", "123"},
    {"flagged", ""},
    {"preference:>1", "2"},
    {"preference < 0", "1"},
    {"preference:<-1", "1"},
    {"preference:3", "2"},
    {"rating:helpfulness<2", "1"},
    {"rating:helpfulness:>=4", "1"},
    {"judgements:0", "34"},
    {"language:en", "1"},
    {"\xE5\xA4\xA9\xE7\xA9\xBA", "3"},
    {"\xE8\x93\x9D", "3"},
    {"\xE7\xA9\xBA\xE5\xA4\xA9", ""},
    {"\xE3\x82\x89", "3"},
    {"blue \"...\"", "124"}, /* nothing to be found in it */
    {"\"OR\"", ""},
    {"\"a\\\" NEAR(b\"", ""},
    {"(blue or river) and not source:s", "2"},
    {"retired", ""},
};

Test(browse, a_query_finds_what_it_says_however_the_pages_are_cut)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    catch_up();
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        static const size_t cuts[][2] = {{10, 1000}, {1, 1}, {1, 1000}, {2, 3}, {3, 1}};
        for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++)
            cr_expect(eq(str, (char *)found(queries[i].query, cuts[c][0], cuts[c][1]), (char *)queries[i].finds),
                      "%s, %zu of %zu", queries[i].query, cuts[c][0], cuts[c][1]);
    }
}

Test(browse, an_index_finds_what_trying_all_finds)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    catch_up();
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct buf slow = BUF_INIT; /* under "or" no index helps */
        if (queries[i].query[0] == '\0')
            continue;
        buf_addf(&slow, "(%s) or strength > 9", queries[i].query);
        cr_expect(eq(str, (char *)found(slow.ptr, 10, 10), (char *)queries[i].finds), "%s", slow.ptr);
        buf_free(&slow);
    }
}

Test(browse, retired_comparisons_are_found_only_when_they_are_asked_for)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    catch_up();
    must(content_retire(f.db, 2, true, "ada", NULL, &f.err));
    same_text(found("", 10, 10), "134");
    same_text(found("river", 10, 10), "");
    same_text(found("retired", 10, 10), "2");
    same_text(found("retired river", 10, 10), "2");
    same_text(found("blue (retired or not retired)", 10, 10), "124");
    must(content_retire(f.db, 2, false, "ada", NULL, &f.err));
    same_text(found("retired", 10, 10), "");
}

Test(browse, words_of_a_revision_that_was_replaced_are_not_found)
{
    fixture_fill(&f, 2);
    int64_t ada = fixture_person(&f, "ada");
    struct draft d;
    for (int i = 0; i < 2; i++) {
        int64_t saved;
        draft_init(&d);
        fixture_complete(&f, &d);
        buf_reset(&d.because);
        buf_adds(&d.because, i == 0 ? "@A is plainly marvellous" : "@A is plainly dreadful");
        must(task_enter(f.db, ada, 2, &f.rng, &f.err));
        must(task_submit(f.db, ada, 2, &f.rubric, &d, STEP_SUBMIT, "", &f.rng, &saved, &f.err));
        draft_free(&d);
        if (i == 0) {
            catch_up();
            same_text(found("marvellous", 10, 10), "2");
        }
    }
    catch_up();
    same_text(found("marvellous", 10, 10), "");
    same_text(found("dreadful", 10, 10), "2");
    same_text(found("plainly", 1, 1), "2");
}

Test(browse, what_came_later_is_found_after_the_index_caught_up)
{
    int64_t left;
    fixture_fill(&f, 3);
    must(words_left(f.db, &left, &f.err));
    cr_expect(eq(i64, left, 3));
    catch_up();
    same_text(found("answer", 10, 10), "123");
    must(fixture_import(&f, "s.jsonl", NULL, some));
    same_text(found("ucayali", 10, 10), "");
    must(words_left(f.db, &left, &f.err));
    cr_expect(eq(i64, left, 7)); /* four comparisons, three judgements */
    catch_up();
    same_text(found("ucayali", 10, 10), "5");
    must(words_left(f.db, &left, &f.err));
    cr_expect(eq(i64, left, 0));
}

Test(browse, a_row_tells_what_a_list_shows)
{
    struct browse_row r;
    must(fixture_import(&f, "s.jsonl", NULL, some));
    must(browse_get(f.db, 1, &f.arena, &r, &f.err));
    same_text(r.asked, "Why is the sky blue?");
    same_text(r.source, "s");
    cr_expect(eq(i64, r.people, 1));
    cr_expect(eq(i64, r.judged, 1));
    cr_expect(eq(dbl, r.label.mean, -2));
    must(browse_get(f.db, 4, &f.arena, &r, &f.err));
    cr_expect(eq(i64, r.skipped, 1));
    cr_expect(not(r.label.has));
    must(browse_get(f.db, 99, &f.arena, &r, &f.err));
    cr_expect(eq(i64, r.comparison, 0));
}

Test(browse, a_query_that_is_none_is_refused_with_the_column)
{
    static const struct {
        const char *query, *why;
    } bad[] = {
        {"colour:red", "the query, column 1: here should be a field"},
        {"sky (blue", "the query, column 10: here should be and, or, or a closing bracket"},
        {"\"sky", "here should be the closing quote"},
        {"sky or", "column 7: here should be a field, such as source:NAME, or a word"},
        {"retired:no", "column 8: here should be nothing: retired stands alone"},
        {"source:<x", "column 8: here should be = or !="},
        {"preference:>x", "column 13: here should be a number"},
        {"sky )", "column 5: here should be and, or, or the end"},
    };
    struct browse *b;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(browse_parse(bad[i].query, &f.arena, &b, &f.err), ERR_USAGE, bad[i].why);
}

Test(browse, no_query_of_random_signs_breaks_it)
{
    static const char *const parts[] = {"sky",    "\"", "(", ")",       "or",     "and",      "not", ":", "<",
                                        "=",      "*",  "-", "NEAR",    "source", "s",        " ",   " ", " ",
                                        "rating", "x",  "5", "skipped", "^",      "\xC3\xA9", "{",   "}", "'"};
    must(fixture_import(&f, "s.jsonl", NULL, some));
    catch_up();
    for (int i = 0; i < 3000; i++) {
        struct buf query = BUF_INIT;
        struct arena a = {0};
        struct browse *b;
        int64_t keys[16];
        struct browse_page p = {.comparisons = keys};
        for (uint64_t n = 1 + rng_below(&f.rng, 8); n > 0; n--)
            buf_adds(&query, parts[rng_below(&f.rng, sizeof parts / sizeof *parts)]);
        if (browse_parse(query.ptr, &a, &b, NULL))
            cr_expect(eq(int, browse_next(f.db, b, 0, 16, 16, &p, &f.err), 1), "%s: %s", query.ptr, f.err.text);
        arena_free(&a);
        buf_free(&query);
    }
}

Test(browse, export_reads_the_same_words)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    fixture_export_with(&f, &(struct export_options){.format = "judgements", .where = "blue source:s"});
    cr_expect(eq(i64, f.exported.comparisons, 2));
}

Test(browse, an_annotator_of_single_responses_is_found_by_them)
{
    must(fixture_import(&f, "some.jsonl", NULL, some));
    must(fixture_import(&f, "hs.jsonl", "helpsteer2", alone));
    same_text(found("annotator:source:hs", 10, 100), found("not not annotator:source:hs", 10, 100));
    same_text(found("annotator:source:hs", 10, 100), "5");
    same_text(found("annotator:nobody", 10, 100), "");
}
