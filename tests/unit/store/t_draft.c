#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;
static struct draft d;

static void open_one(void)
{
    fixture_open(&f, NULL);
    must(rubric_builtin("helpsteer2", &f.arena, &f.rubric, &f.err));
    draft_init(&d);
}

static void close_one(void)
{
    draft_free(&d);
    fixture_close(&f);
}

TestSuite(draft, .init = open_one, .fini = close_one);

Test(draft, unset_is_not_zero)
{
    cr_expect(eq(int, draft_is_empty(&d, &f.rubric), 1));
    d.cell = 3;
    d.seconds = 9;
    cr_expect(eq(int, draft_is_empty(&d, &f.rubric), 1));
    d.rating[SIDE_B][0] = 0;
    cr_expect(eq(int, draft_is_empty(&d, &f.rubric), 0));
}

static void expect_words(const char *text, int n)
{
    buf_reset(&d.because);
    buf_adds(&d.because, text);
    cr_expect(eq(int, draft_words(&d), n), "%s", text);
}

Test(draft, words_are_counted_by_blanks_and_by_characters_where_there_are_none)
{
    expect_words("", 0);
    expect_words("  \n\t ", 0);
    expect_words("one", 1);
    expect_words(" one  two\nthree ", 3);
    expect_words("fa\xC3\xA7"
                 "ade \xC2\xA0 na\xC3\xAFve",
                 2);
    expect_words("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E", 3);
    expect_words("GPU\xE3\x81\xAE x", 3);
    expect_words("\xFF\xFE bad", 2);
}

Test(draft, what_is_missing_is_said_in_filling_order)
{
    char why[DRAFT_WHY_SIZE];
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), 0));
    same_text(why, "helpfulness of A is missing");
    fixture_complete(&f, &d);
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    same_text(why, "");
    d.rating[SIDE_B][1] = RATING_UNSET;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), 6));
    same_text(why, "correctness of B is missing");
    d.rating[SIDE_B][1] = 0;
    d.preference = PREFERENCE_UNSET;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), cell_preference(&f.rubric)));
    same_text(why, "the preference is missing");
    d.preference = PREFERENCE_NEITHER;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    f.rubric.justification_min_words = 20;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), cell_because(&f.rubric)));
    same_text(why, "the justification needs 20 words and has 13");
    f.rubric.zero_allowed = false;
    d.preference = 0;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), cell_preference(&f.rubric)));
    same_text(why, "the preference must lean to one side");
}

Test(draft, what_is_optional_may_be_missing_and_what_goes_too_far_may_not_be_said)
{
    char why[DRAFT_WHY_SIZE];
    fixture_complete(&f, &d);
    f.rubric.attributes[1].required = false;
    d.rating[SIDE_A][1] = d.rating[SIDE_B][1] = RATING_UNSET;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    d.preference = -3;
    f.rubric.preference_max = 2;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), cell_preference(&f.rubric)));
    same_text(why, "the preference goes to 2");
    d.preference = -2;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    f.rubric.justification_min_words = 0;
    f.rubric.justification_max_words = 12;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), cell_because(&f.rubric)));
    same_text(why, "the justification may have 12 words and has 13");
    f.rubric.justification_max_words = 13;
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    buf_reset(&d.because);
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
}

Test(draft, the_next_empty_cell_is_found_in_filling_order_and_the_justification_comes_last)
{
    int because = cell_because(&f.rubric);
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, 0), 1));
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, because), 0));
    fixture_complete(&f, &d);
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, 4), 4));
    d.rating[SIDE_A][2] = RATING_UNSET;
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, 4), 2));
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, because), 2));
    d.rating[SIDE_A][2] = 1;
    buf_reset(&d.because);
    cr_expect(eq(int, draft_next_empty(&d, &f.rubric, 4), because));
}

static const char *written(const struct draft *x)
{
    struct buf b = BUF_INIT;
    draft_write(x, &f.rubric, &b);
    const char *text = arena_ndup(&f.arena, b.ptr, b.len);
    buf_free(&b);
    return text;
}

Test(draft, a_draft_reads_back_as_it_was_written)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 200; round++) {
        struct draft back;
        draft_init(&back);
        for (int side = 0; side < 2; side++)
            for (size_t i = 0; i < f.rubric.n_attributes; i++)
                d.rating[side][i] = rng_below(&rng, 6) == 0 ? RATING_UNSET : (int)rng_below(&rng, 5);
        static const int preferences[] = {PREFERENCE_UNSET, PREFERENCE_NEITHER, -3, 0, 2};
        d.preference = preferences[rng_below(&rng, 5)];
        d.cell = (int)rng_below(&rng, (uint64_t)cell_count(&f.rubric));
        d.seconds = rng_uniform(&rng) * 100;
        buf_reset(&d.because);
        buf_adds(&d.because, round % 2 ? "" : "\"quoted\"\n\xE2\x80\xAE and more");
        const char *text = written(&d);
        must(draft_read(text, strlen(text), &f.rubric, &back, &f.err));
        same_text(written(&back), text);
        draft_free(&back);
    }
}

Test(draft, its_shape_is_the_documented_one)
{
    d.rating[SIDE_A][0] = 4;
    d.preference = -2;
    d.cell = 5;
    d.seconds = 12.5;
    buf_adds(&d.because, "so");
    same_text(written(&d), "{\"a\":{\"helpfulness\":4},\"b\":{},\"preference\":-2,\"because\":\"so\",\"cell\":\"b."
                           "helpfulness\",\"seconds\":12.5}");
}

Test(draft, attributes_and_levels_that_are_gone_are_left_out)
{
    static const char text[] = "{\"a\":{\"helpfulness\":9,\"humour\":2,\"coherence\":3},\"cell\":\"b.humour\"}";
    must(draft_read(text, sizeof text - 1, &f.rubric, &d, &f.err));
    cr_expect(eq(int, d.rating[SIDE_A][0], RATING_UNSET));
    cr_expect(eq(int, d.rating[SIDE_A][2], 3));
    cr_expect(eq(int, d.cell, 0));
}

Test(draft, what_is_no_draft_is_refused_and_changes_nothing)
{
    d.preference = 1;
    fails(draft_read("[]", 2, &f.rubric, &d, &f.err), ERR_SYNTAX, "must be an object");
    fails(draft_read("{\"a\":1}", 7, &f.rubric, &d, &f.err), ERR_SYNTAX, "\"a\" must be an object");
    fails(draft_read("{\"preference\":5}", 16, &f.rubric, &d, &f.err), ERR_RANGE, "outside -3 to 3");
    fails(draft_read("{", 1, &f.rubric, &d, &f.err), ERR_SYNTAX, "not JSON");
    cr_expect(eq(int, d.preference, 1));
}

Test(draft, a_justification_ends_at_its_limit)
{
    for (int i = 0; i < JUSTIFICATION_MAX_BYTES + 10; i++)
        buf_addc(&d.because, 'x');
    cr_expect(le(sz, d.because.len, JUSTIFICATION_MAX_BYTES));
    cr_expect(eq(int, d.because.cut, 1));
}
