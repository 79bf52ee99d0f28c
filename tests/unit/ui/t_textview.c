#include "ui/textview.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <stdio.h>

static void utf8(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}

TestSuite(textview, .init = utf8);

/* Wrapped rows, drawn, one a line, with the indentation as blanks. */
static char *wrapped(const char *text, size_t n, int width)
{
    struct wrap_rows rows = {0};
    struct grid g = {0};
    struct buf out = BUF_INIT;
    wrap_text(text, n, width, 0, &rows);
    grid_resize(&g, (int)rows.rows.n, width);
    for (size_t i = 0; i < rows.rows.n; i++)
        textview_draw_row(&g, (int)i, 0, width, text, &rows.rows.v[i], STYLE_TEXT);
    grid_dump(&g, &out);
    grid_release(&g);
    vec_free(&rows.rows);
    return buf_take(&out);
}

static void expect_wrap(const char *text, int width, const char *expected)
{
    char *got = wrapped(text, strlen(text), width);
    cr_expect(eq(str, got, (char *)expected), "at %d columns: %s", width, text);
    mem_free(got);
}

Test(textview, words_stay_whole)
{
    expect_wrap("the quick brown fox", 10, "the quick\nbrown fox\n");
    expect_wrap("the quick brown fox", 9, "the quick\nbrown fox\n");
    expect_wrap("the quick brown fox", 8, "the\nquick\nbrown\nfox\n");
    expect_wrap("one", 10, "one\n");
    expect_wrap("", 10, "\n");
}

Test(textview, line_breaks_hold)
{
    expect_wrap("a\n\nb\r\nc", 10, "a\n\nb\nc\n");
    expect_wrap("a\n", 10, "a\n\n");
    expect_wrap("\n", 10, "\n\n");
}

Test(textview, a_long_word_is_broken)
{
    expect_wrap("abcdefghij", 4, "abcd\nefgh\nij\n");
    expect_wrap("ab cdefghij", 4, "ab\ncdef\nghij\n");
}

Test(textview, a_wrapped_line_keeps_its_indentation_and_its_bullet)
{
    expect_wrap("    if (run > best) best = run;", 20, "    if (run > best)\n    best = run;\n");
    expect_wrap("- one two three four", 12, "- one two\n  three four\n");
    expect_wrap("• one two three four", 12, "• one two\n  three four\n");
    expect_wrap("-one two three four", 12, "-one two\nthree four\n");
}

Test(textview, a_wrapped_line_stands_behind_its_number_and_its_bar)
{
    expect_wrap("1. one two three", 10, "1. one two\n   three\n");
    expect_wrap("12) one two three", 10, "12) one\n    two\n    three\n");
    expect_wrap("12 one two three", 10, "12 one two\nthree\n");
    expect_wrap("│ one two three", 10, "│ one two\n  three\n");
    expect_wrap("1.5 one two three", 10, "1.5 one\ntwo three\n");
}

Test(textview, wide_glyphs_break_anywhere_and_are_never_halved)
{
    expect_wrap("空はなぜ青い", 5, "空は\nなぜ\n青い\n");
    expect_wrap("空", 1, "\n");
}

Test(textview, tabs_go_to_the_next_stop)
{
    expect_wrap("\tx", 20, "        x\n");
    expect_wrap("ab\tx", 20, "ab      x\n");
}

Test(textview, a_replacement_is_not_torn_apart)
{
    expect_wrap("abc\xe2\x80\xae"
                "def",
                10, "abc\n<U+202E>de\nf\n");
}

/* Rows follow each other without losing a byte that would be seen, and none is wider than the width. */
static void check_rows(const char *text, size_t n, int width)
{
    struct wrap_rows rows = {0};
    wrap_text(text, n, width, 0, &rows);
    cr_assert(gt(sz, rows.rows.n, 0));
    size_t at = 0;
    for (size_t i = 0; i < rows.rows.n; i++) {
        const struct wrap_row *r = &rows.rows.v[i];
        cr_assert(le(sz, at, r->from));
        cr_assert(le(sz, r->from, r->to));
        cr_assert(le(sz, r->to, n));
        for (; at < r->from; at++)
            cr_assert(text[at] == '\n' || text[at] == '\r', "byte %zu of a text was lost", at);
        at = r->to;
        cr_assert(lt(int, r->indent, width > 1 ? width : 2));
    }
    for (; at < n; at++)
        cr_assert(text[at] == '\n' || text[at] == '\r');
    vec_free(&rows.rows);
}

Test(textview, wrapping_loses_nothing_of_random_texts)
{
    static const char *const pieces[] = {" ",
                                         "a",
                                         "word",
                                         "\n",
                                         "\t",
                                         "空",
                                         "é",
                                         "e\u0301",
                                         "\033[31m",
                                         "\u202e",
                                         "👩‍👩‍👧",
                                         "- ",
                                         "\xff",
                                         "  ",
                                         "\r\n",
                                         "long-word-with-hyphens"};
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 2000; round++) {
        struct buf text = BUF_INIT;
        for (uint64_t i = rng_below(&rng, 40); i > 0; i--)
            buf_adds(&text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        check_rows(text.ptr, text.len, 1 + (int)rng_below(&rng, 30));
        buf_free(&text);
    }
}

Test(textview, a_line_of_a_megabyte_is_wrapped_at_once, .timeout = 20)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 1 << 20; i++)
        buf_addc(&text, 'x');
    check_rows(text.ptr, text.len, 39);
    buf_free(&text);
}

static struct textview view_of(const char *text, int width, int height)
{
    struct textview v = {0};
    textview_set(&v, &(struct text_part){NULL, text, strlen(text)}, 1);
    textview_resize(&v, width, height);
    return v;
}

static const char *numbered(void)
{
    static char text[2000];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "line number %d\n", i);
    text[n - 1] = '\0';
    return text;
}

Test(textview, scrolling_stops_at_both_ends)
{
    struct textview v = view_of(numbered(), 40, 10);
    cr_expect(eq(int, textview_rows(&v), 100));
    cr_expect(not(textview_scroll(&v, -1)));
    cr_expect(textview_scroll(&v, 5));
    cr_expect(eq(int, textview_top(&v), 5));
    cr_expect(textview_scroll(&v, 1 << 28));
    cr_expect(eq(int, textview_top(&v), 90));
    cr_expect(eq(int, textview_bottom(&v), 100));
    cr_expect(not(textview_scroll(&v, 1)));
    cr_expect(textview_scroll(&v, -(1 << 28)));
    cr_expect(eq(int, textview_top(&v), 0));
    textview_release(&v);
}

Test(textview, the_same_words_stay_on_top_when_the_size_changes)
{
    struct textview v = view_of(numbered(), 40, 10);
    textview_scroll(&v, 50);
    size_t at = v.top_at;
    for (int width = 4; width < 80; width += 3) {
        textview_resize(&v, width, 10);
        const struct wrap_row *top = &v.lines.rows.v[textview_top(&v)];
        cr_expect(le(sz, top->from, at));
        cr_expect(gt(sz, top->to + 1, at), "the byte kept is in the top row at %d columns", width);
    }
    textview_resize(&v, 40, 10);
    cr_expect(eq(int, textview_top(&v), 50));
    textview_resize(&v, 40, 80);
    cr_expect(eq(int, textview_top(&v), 20), "a taller window is filled");
    textview_resize(&v, 40, 10);
    cr_expect(eq(int, textview_top(&v), 50), "and the place is not forgotten");
    textview_release(&v);
}

Test(textview, the_range_says_what_is_seen)
{
    char range[TEXTVIEW_RANGE_SIZE];
    struct textview v = view_of("a\nb\nc", 10, 2);
    textview_range(&v, range);
    cr_expect(eq(str, range, "1-2/3"));
    textview_scroll(&v, 1);
    textview_range(&v, range);
    cr_expect(eq(str, range, "2-3/3"));
    textview_release(&v);
}

Test(textview, lines_are_not_longer_than_is_comfortable)
{
    struct textview v = view_of("x", 300, 5);
    cr_expect(eq(int, v.width, TEXTVIEW_MEASURE));
    textview_release(&v);
}

Test(textview, turns_are_labelled_and_kept_apart)
{
    struct text_part parts[] = {{"user", "hello there", 11}, {"assistant", "hi", 2}};
    struct textview v = {0};
    struct grid g = {0};
    struct buf out = BUF_INIT;
    textview_set(&v, parts, 2);
    textview_resize(&v, 60, 4);
    grid_resize(&g, 4, 60);
    textview_draw(&v, &g, 0, 0);
    grid_dump(&g, &out);
    cr_expect(eq(str, out.ptr, "user       hello there\nassistant  hi\n\n\n"));
    textview_go(&v, 1, 0);
    textview_resize(&v, 60, 1);
    cr_expect(eq(int, textview_top(&v), 1));
    buf_free(&out);
    grid_release(&g);
    textview_release(&v);
}

/* ---- looks and marks ---- */

static struct textview v;
static struct grid g;

static void show(const char *text, int width, int height)
{
    textview_set(&v, &(struct text_part){NULL, text, strlen(text)}, 1);
    textview_resize(&v, width, height);
}

static const char *drawn(bool styles)
{
    static char text[4096];
    struct buf out = BUF_INIT;
    grid_resize(&g, v.height, v.width + 1);
    textview_draw(&v, &g, 0, 1);
    if (styles)
        grid_dump_styles(&g, &out);
    else
        grid_dump(&g, &out);
    snprintf(text, sizeof text, "%s", out.ptr);
    buf_free(&out);
    return text;
}

static void put_away(void)
{
    textview_release(&v);
    grid_release(&g);
}

Test(textview, changed_rows_have_a_sign_beside_them_and_around_the_words, .fini = put_away)
{
    struct word_ranges changes = {0};
    show("one two\nthree\nfour", 20, 3);
    vec_push(&changes.at, ((struct word_range){4, 7}));
    vec_push(&changes.at, ((struct word_range){14, 18}));
    textview_look(&v, false, &(struct text_changes){0, &changes, '+'}, 1);
    cr_expect(eq(str, (char *)drawn(false), "+one {+two+}\n three\n+{+four+}\n"));
    cr_expect(eq(str, (char *)drawn(true), "B    BBBBBBB\n\nBBBBBBBBB\n"));
    textview_look(&v, false, NULL, 0);
    cr_expect(eq(str, (char *)drawn(false), " one two\n three\n four\n"));
    vec_free(&changes.at);
}

Test(textview, the_bar_of_a_quote_stands_before_every_row, .fini = put_away)
{
    show("> one two three", 11, 3);
    textview_look(&v, true, NULL, 0);
    cr_expect(eq(str, (char *)drawn(false), " │ one two\n │ three\n\n"));
    v.ascii = true;
    textview_look(&v, false, NULL, 0);
    textview_look(&v, true, NULL, 0);
    cr_expect(eq(str, (char *)drawn(false), " | one two\n | three\n\n"));
}

Test(textview, marks_lie_over_one_another_and_go_by_the_raw_text, .fini = put_away)
{
    show("a **bold** word", 20, 1);
    textview_look(&v, true, NULL, 0);
    cr_expect(eq(str, (char *)drawn(true), "   bbbb\n"));
    textview_set_marks(&v, LAYER_SPANS, &(struct text_mark){0, 0, 7, STYLE_SPAN, '+'}, 1);
    textview_set_marks(&v, LAYER_HITS, (struct text_mark[]){{0, 4, 5, STYLE_HIT, 0}, {0, 11, 15, STYLE_HIT, 0}}, 2);
    cr_expect(eq(str, (char *)drawn(true), "ssshssb hhhh\n"), "%s", drawn(true));
    cr_expect(drawn(false)[0] == '+', "the sign of a passage stands beside it");
    textview_set_marks(&v, LAYER_SPANS, NULL, 0);
    cr_expect(eq(str, (char *)drawn(true), "   hbbb hhhh\n"));
}

Test(textview, what_is_on_top_stays_there_when_the_look_changes, .fini = put_away)
{
    show("# one\n\n- two\n\n```\nthree\n```\n\nfour **five**\n\nsix\nseven\neight", 20, 3);
    textview_scroll(&v, 5);
    cr_expect(strstr(drawn(false), " three") == drawn(false), "%s", drawn(false));
    textview_look(&v, true, NULL, 0);
    cr_expect(strstr(drawn(false), " │ three") == drawn(false), "%s", drawn(false));
    textview_look(&v, false, NULL, 0);
    cr_expect(strstr(drawn(false), " three") == drawn(false), "%s", drawn(false));
}

Test(textview, a_place_is_revealed_with_rows_around_it_and_no_more_scrolling_than_that, .fini = put_away)
{
    show("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12", 20, 6);
    textview_reveal(&v, 0, 4);
    cr_expect(eq(int, textview_top(&v), 0));
    textview_reveal(&v, 0, 16);
    cr_expect(eq(int, textview_top(&v), 5));
    textview_reveal(&v, 0, 14);
    cr_expect(eq(int, textview_top(&v), 5));
    textview_reveal(&v, 0, 0);
    cr_expect(eq(int, textview_top(&v), 0));
}
