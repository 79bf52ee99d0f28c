#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/where.h"
#include "tests/support/store_fixture.h"

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

TestSuite(where, .init = open_one, .fini = close_one);

/* Four comparisons: p1 and p2 judged by people, p3 by the source, p4 by nobody. */
static const char some[] =
    "{\"prompt\":\"p1\",\"responses\":[{\"text\":\"a1\",\"language\":\"de\"},{\"text\":\"b1\"}],\"source\":\"s\","
    "\"split\":\"train\",\"judgement\":{\"annotator\":\"ada\",\"preference\":-2,\"ratings\":[{\"helpfulness\":4},"
    "{\"helpfulness\":1}]}}\n"
    "{\"prompt\":\"p2\",\"responses\":[{\"text\":\"a2\"},{\"text\":\"b2\"}],\"source\":\"two words\",\"judgement\":{"
    "\"annotator\":\"bob\",\"neither\":true}}\n"
    "{\"prompt\":\"p3\",\"responses\":[{\"text\":\"a3\"},{\"text\":\"b3\"}],\"source\":\"s\",\"split\":\"test\","
    "\"judgement\":{\"annotator\":\"source:s\",\"preference\":1}}\n"
    "{\"prompt\":\"p4\",\"responses\":[{\"text\":\"a4\"},{\"text\":\"b4\"}],\"source\":\"s\",\"split\":\"test\"}\n";

static const struct {
    const char *where, *passes; /* digits of the prompts */
} filters[] = {
    {"split = train", "1"},
    {"split != train", "234"},
    {"split = \"\"", "2"},
    {"source = \"two words\"", "2"},
    {"language=de", "1"},
    {"annotator = ada or annotator = bob", "12"},
    {"not annotator = ada and source = s", "34"},
    {"not (annotator = ada or source = s)", "2"},
    {"annotator = source:s", "3"},
    {"strength >= 1", "13"},
    {"strength > 1", "1"},
    {"strength < 3", "13"},
    {"strength != 1", "124"},
    {"judgements = 0", "4"},
    {"neither > 0", "2"},
    {"rating:helpfulness < 2", "1"},
    {"rating:helpfulness > 4", ""},
    {"rating:correctness <= 9", ""},
    {"confidence >= 1", ""},
    {"split = test and judgements = 1 or neither = 1", "23"},
    {"source = \"s' OR 1=1 --\"", ""},
};

Test(where, a_filter_lets_through_what_it_says)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *text =
            fixture_export_with(&f, &(struct export_options){.format = "judgements", .where = filters[i].where});
        for (int p = 1; p <= 4; p++) {
            struct buf name = BUF_INIT;
            buf_addf(&name, "\"content\":\"p%d\"", p);
            bool wanted = strchr(filters[i].passes, '0' + p) != NULL;
            cr_expect(eq(int, strstr(text, name.ptr) != NULL, wanted), "%s: p%d", filters[i].where, p);
            buf_free(&name);
        }
    }
}

Test(where, rated_responses_are_those_of_the_comparisons_that_pass)
{
    struct export_options o = {.format = "trl-unpaired", .thumb_attribute = "helpfulness", .thumb_level = 2};
    must(fixture_import(&f, "s.jsonl", NULL, some));
    o.where = "split = train";
    fixture_export_with(&f, &o);
    cr_expect(eq(i64, f.exported.lines, 2));
    o.where = "split = test";
    fixture_export_with(&f, &o);
    cr_expect(eq(i64, f.exported.lines, 0));
}

Test(where, an_attribute_of_no_rubric_is_refused_with_those_that_there_are)
{
    static const char *const slips[] = {"rating:helpfullness < 2",
                                        "split = train and not (strength > 1 or aspect:none = 1)"};
    static const char *const why[] = {
        "--where: no rubric of this workspace has an attribute \"helpfullness\"; they have helpfulness, correctness",
        "an attribute \"none\""};
    const struct where *w;
    for (size_t i = 0; i < 2; i++) {
        must(where_parse("--where", slips[i], &f.arena, &w, &f.err));
        fails(where_check(f.db, "--where", w, &f.err), ERR_MISSING, why[i]);
    }
    must(where_parse("--where", "rating:helpfulness < 2 or sea", &f.arena, &w, &f.err));
    must(where_check(f.db, "--where", w, &f.err));
}

Test(where, what_is_no_filter_is_refused_with_the_column)
{
    static const struct {
        const char *where, *why;
    } bad[] = {
        {"", "column 1: here should be a field, such as source:NAME, or a word to be found"},
        {"colour = red", "column 1: here should be a field, not \"colour\": source, split"},
        {"rating > 1", "column 1: here should be a field"},
        {"rating: > 1", "column 1: here should be a field"},
        {"source:x = 1", "column 10: here should be a field"},
        {"split < b", "column 7: here should be = or !="},
        {"split =", "column 8: here should be a value"},
        {"strength > much", "column 12: here should be a number"},
        {"strength > nan", "here should be a number"},
        {"split = \"a", "here should be the closing quote"},
        {"split = \"a\\", "here should be the closing quote"},
        {"split ? train)", "column 14: here should be and, or, or the end"},
        {"(split = a", "here should be and, or, or a closing bracket"},
        {"split = a)", "column 10: here should be and, or, or the end"},
        {"split = a and", "column 14: here should be a field"},
    };
    const struct where *w;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        fails(where_parse("--where", bad[i].where, &f.arena, &w, &f.err), ERR_USAGE, bad[i].why);
}

Test(where, nesting_has_an_end)
{
    struct buf b = BUF_INIT;
    const struct where *w;
    for (int i = 0; i < 100000; i++)
        buf_addc(&b, '(');
    fails(where_parse("--where", b.ptr, &f.arena, &w, &f.err), ERR_USAGE, "less nesting");
    buf_reset(&b);
    for (int i = 0; i < 100000; i++)
        buf_adds(&b, "not ");
    fails(where_parse("--where", b.ptr, &f.arena, &w, &f.err), ERR_USAGE, "less nesting");
    buf_free(&b);
}

Test(where, formats_that_are_not_made_of_comparisons_take_no_filter)
{
    fails(export_write(f.db, &(struct export_options){.format = "responses", .where = "split = a"}, NULL, &f.exported,
                       &f.err),
          ERR_USAGE, "the format responses is not made of them");
}
