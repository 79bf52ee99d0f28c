#include "ui/rendering.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The text with the ranges signed. */
static void expect_signed(const char *raw, const struct word_range *ranges, size_t n, char sign, const char *shown)
{
    struct rendering r = {0}, plain = {0};
    struct word_ranges list = {0};
    for (size_t i = 0; i < n; i++)
        vec_push(&list.at, ranges[i]);
    rendering_mark(&plain, raw, strlen(raw), &list, sign, STYLE_SIDE_A, &r);
    cr_expect(eq(str, r.text.ptr, (char *)shown));
    rendering_free(&r);
    vec_free(&list.at);
}

Test(rendering, signs_stand_around_ranges)
{
    struct word_range ranges[] = {{0, 3}, {8, 11}};
    expect_signed("one two three", ranges, 1, '-', "[-one-] two three");
    expect_signed("one two three", ranges, 2, '+', "{+one+} two {+thr+}ee");
    expect_signed("one two thr", ranges, 2, '-', "[-one-] two [-thr-]");
    expect_signed("", NULL, 0, '-', "");
}

/* "**Moon** &amp; x" as markdown shows it. */
static void render_moon(struct rendering *r)
{
    rendering_start(r);
    rendering_make(r, "| ", 2, 0, 0, STYLE_RULE);
    rendering_copy(r, "Moon", 4, 2, STYLE_STRONG);
    rendering_copy(r, " ", 1, 8, STYLE_TEXT);
    rendering_make(r, "&", 1, 9, 14, STYLE_TEXT);
    rendering_copy(r, " x", 2, 14, STYLE_TEXT);
}

Test(rendering, a_place_goes_there_and_back)
{
    static const struct {
        size_t raw, shown;
    } places[] = {{2, 2}, {5, 5}, {8, 6}, {9, 7}, {14, 8}, {15, 9}};
    struct rendering r = {0};
    render_moon(&r);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        cr_expect(eq(sz, rendering_shown(&r, places[i].raw), places[i].shown), "raw %zu", places[i].raw);
        cr_expect(eq(sz, rendering_raw(&r, places[i].shown), places[i].raw), "shown %zu", places[i].shown);
    }
    cr_expect(eq(sz, rendering_shown(&r, 7), 6), "what is not shown is where the next thing is");
    cr_expect(eq(sz, rendering_shown(&r, 11), 7), "in the middle of what one sign stands for");
    cr_expect(eq(sz, rendering_shown(&r, 99), r.text.len));
    rendering_free(&r);
}

Test(rendering, signs_go_into_what_is_rendered_and_not_around_what_is_hidden)
{
    struct rendering r = {0}, marked = {0};
    struct word_ranges ranges = {0};
    render_moon(&r);
    vec_push(&ranges.at, ((struct word_range){0, 2}));
    vec_push(&ranges.at, ((struct word_range){3, 6}));
    vec_push(&ranges.at, ((struct word_range){9, 14}));
    rendering_mark(&r, "**Moon** &amp; x", 16, &ranges, '+', STYLE_SIDE_B, &marked);
    cr_expect(eq(str, marked.text.ptr, "| M{+oon+} {+&+} x"));
    cr_expect(eq(sz, rendering_raw(&marked, rendering_shown(&marked, 15)), 15));
    rendering_free(&marked);
    rendering_free(&r);
    vec_free(&ranges.at);
}

Test(rendering, one_that_is_not_there_gives_nothing_back_twice)
{
    struct rendering r = {0};
    rendering_free(&r);
    render_moon(&r);
    rendering_free(&r);
    rendering_free(&r);
    cr_expect(not(r.there));
}
