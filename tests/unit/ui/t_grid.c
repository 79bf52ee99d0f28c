#include "ui/grid.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <string.h>

static void utf8(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}

TestSuite(grid, .init = utf8);

static char *dump(const struct grid *g)
{
    struct buf b = BUF_INIT;
    grid_dump(g, &b);
    return buf_take(&b);
}

static void expect_dump(const struct grid *g, const char *expected)
{
    char *text = dump(g);
    cr_expect(eq(str, text, (char *)expected));
    mem_free(text);
}

Test(grid, text_is_clipped_at_both_edges)
{
    struct grid g = {0};
    grid_resize(&g, 2, 5);
    grid_puts(&g, 0, 3, 10, "abc", STYLE_TEXT);
    grid_puts(&g, 1, -1, 10, "xyz", STYLE_TEXT);
    grid_puts(&g, 2, 0, 10, "below", STYLE_TEXT);
    grid_puts(&g, -1, 0, 10, "above", STYLE_TEXT);
    expect_dump(&g, "   ab\nyz\n");
    grid_release(&g);
}

Test(grid, a_wide_glyph_cut_by_the_edge_becomes_a_blank)
{
    struct grid g = {0};
    grid_resize(&g, 1, 4);
    grid_puts(&g, 0, 3, 10, "空", STYLE_TEXT);
    expect_dump(&g, "\n");
    cr_expect(eq(int, grid_puts(&g, 0, 0, 3, "空空", STYLE_TEXT), 2), "one column is too little for the second");
    expect_dump(&g, "空\n");
    grid_release(&g);
}

Test(grid, writing_over_half_of_a_wide_glyph_blanks_the_other_half)
{
    struct grid g = {0};
    grid_resize(&g, 1, 4);
    grid_puts(&g, 0, 0, 4, "空空", STYLE_TEXT);
    grid_puts(&g, 0, 1, 1, "x", STYLE_TEXT);
    expect_dump(&g, " x空\n");
    grid_puts(&g, 0, 2, 1, "y", STYLE_TEXT);
    expect_dump(&g, " xy\n");
    grid_puts(&g, 0, 0, 2, "空", STYLE_TEXT);
    grid_puts(&g, 0, 1, 2, "気", STYLE_TEXT);
    expect_dump(&g, " 気\n");
    grid_release(&g);
}

Test(grid, escape_sequences_are_shown_and_marked)
{
    struct grid g = {0};
    struct buf styles = BUF_INIT;
    grid_resize(&g, 1, 12);
    grid_puts(&g, 0, 0, 12, "\033[2Jx", STYLE_TEXT);
    expect_dump(&g, "^[[2Jx\n");
    grid_dump_styles(&g, &styles);
    cr_expect(eq(str, styles.ptr, "rr\n"));
    buf_free(&styles);
    grid_release(&g);
}

Test(grid, what_does_not_fit_ends_in_an_ellipsis)
{
    struct grid g = {0};
    grid_resize(&g, 1, 10);
    cr_expect(eq(int, grid_put_short(&g, 0, 0, 5, "abcde", 5, STYLE_TEXT), 5));
    expect_dump(&g, "abcde\n");
    cr_expect(eq(int, grid_put_short(&g, 0, 0, 4, "abcde", 5, STYLE_TEXT), 4));
    expect_dump(&g, "abc…e\n");
    cr_expect(eq(int, grid_put_short(&g, 0, 0, 0, "abcde", 5, STYLE_TEXT), 0));
    g.ascii = true;
    grid_clear(&g);
    grid_put_short(&g, 0, 0, 4, "空空空", 9, STYLE_TEXT);
    expect_dump(&g, "空~\n");
    grid_release(&g);
}

Test(grid, the_gist_of_a_text_has_one_blank_between_words)
{
    struct grid g = {0};
    static char flood[1 << 16];
    grid_resize(&g, 1, 12);
    cr_expect(eq(int, grid_put_gist(&g, 0, 0, 12, "\n  a\n\n\tb  c \n", 12, STYLE_TEXT), 5));
    expect_dump(&g, "a b c\n");
    cr_expect(eq(int, grid_put_gist(&g, 0, 0, 12, " \n", 2, STYLE_TEXT), 0));
    for (size_t i = 0; i + 1 < sizeof flood; i += 2)
        memcpy(flood + i, i < 4 ? "ab" : "\xcc\x81", 2); /* marks without end */
    cr_expect(eq(int, grid_put_gist(&g, 0, 0, 12, flood, sizeof flood, STYLE_TEXT), 12));
    grid_release(&g);
}

Test(grid, line_breaks_become_blanks)
{
    struct grid g = {0};
    grid_resize(&g, 1, 10);
    grid_puts(&g, 0, 0, 10, "a\nb\r\nc", STYLE_TEXT);
    expect_dump(&g, "a b c\n");
    grid_release(&g);
}

Test(grid, ascii_marks_are_ascii_and_as_wide)
{
#define X(id, u, a)                                                                                                    \
    cr_expect(eq(sz, safe_width(u, strlen(u)), 1));                                                                    \
    cr_expect(eq(sz, strlen(a), 1));                                                                                   \
    cr_expect(le(chr, a[0], '~'));
    MARKS(X)
#undef X
}

Test(grid, fill_and_restyle_stay_inside)
{
    struct grid g = {0};
    struct buf styles = BUF_INIT;
    grid_resize(&g, 2, 3);
    grid_fill(&g, -1, 1, 10, 10, STYLE_MODE);
    grid_restyle(&g, 0, 2, 10, STYLE_KEY);
    grid_dump_styles(&g, &styles);
    cr_expect(eq(str, styles.ptr, " wk\n ww\n"));
    buf_free(&styles);
    grid_release(&g);
}
