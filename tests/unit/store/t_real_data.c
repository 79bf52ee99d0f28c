/* Files that others published, beside the checkout; the tests are skipped where they are not. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/store_fixture.h"

#include <string.h>
#include <unistd.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(real_data, .init = open_one, .fini = close_one);

static const char *file(const char *name)
{
    const char *dir = fixture_data();
    struct buf path = BUF_INIT;
    if (dir != NULL)
        buf_addf(&path, "%s/%s", dir, name);
    const char *kept = dir != NULL && access(path.ptr, R_OK) == 0 ? arena_dup(&f.arena, path.ptr) : NULL;
    buf_free(&path);
    if (kept == NULL)
        cr_skip_test("no %s in $ASSAY_DATA or ../shared/data", name);
    return kept;
}

/* What an export says, a new workspace says again. */
static void comes_back(const char *format)
{
    struct fixture g;
    const char *text = fixture_export(&f, format);
    fixture_open(&g, "helpsteer2");
    cr_assert(eq(int, fixture_import(&g, "back.jsonl", NULL, text), 1), "%s", g.err.text);
    same_text(g.refusals.ptr, "");
    cr_expect(eq(int, strcmp(fixture_export(&g, format), text), 0), "%s does not come back the same", format);
    fixture_close(&g);
}

Test(real_data, hh_rlhf)
{
    must(fixture_import_file(&f, file("hh-harmless/source.jsonl"), NULL));
    cr_expect(eq(i64, f.counts.records, 1600));
    cr_expect(eq(i64, f.counts.refused, 5));
    cr_expect(eq(i64, f.counts.comparisons.made, 1595));
    same_text(f.refusals.ptr, "87: the final answer of \"chosen\" is empty\n"
                              "517: the final answer of \"chosen\" is empty\n"
                              "926: the final answer of \"chosen\" is empty\n"
                              "1104: the final answer of \"chosen\" is empty\n"
                              "1255: the prompts of \"chosen\" and \"rejected\" differ: 4 and 3 turns\n");
    const char *before = fixture_export(&f, "judgements");
    must(fixture_import_file(&f, file("hh-harmless/source.jsonl"), NULL));
    cr_expect(eq(i64, f.counts.judgements.made, 0));
    cr_expect(eq(int, strcmp(fixture_export(&f, "judgements"), before), 0));
    comes_back("judgements");
    comes_back("trl");
    comes_back("trl-conversational");
}

Test(real_data, helpsteer)
{
    must(fixture_import_file(&f, file("helpsteer/source.jsonl"), NULL));
    cr_expect(eq(i64, f.counts.refused, 0));
    cr_expect(eq(i64, f.counts.responses.made, 283)); /* 18 of 301 repeat an earlier one */
    cr_expect(eq(i64, f.counts.prompts.made, 83));
    comes_back("judgements");
    comes_back("helpsteer2");
}

Test(real_data, helpsteer2_preference)
{
    must(fixture_import_file(&f, file("helpsteer2-preference/sample.jsonl"), NULL));
    cr_expect(eq(i64, f.counts.comparisons.made, 2));
    cr_expect(eq(i64, f.counts.judgements.made, 6));
    comes_back("helpsteer2-preference");
    comes_back("judgements");
}
