#include "ui/markdown.h"

#include "core/base/clock.h"
#include "core/base/rng.h"
#include "ui/textview.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>

static void utf8(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}

TestSuite(markdown, .init = utf8);

/* Its runs are in order, and what they say was copied is what stands there. */
static bool is_sound(const struct rendering *r, const char *raw, size_t n)
{
    size_t at = 0, shown = 0;
    for (size_t i = 0; i < r->runs.n; i++) {
        const struct stretch *run = &r->runs.v[i];
        size_t end = i + 1 < r->runs.n ? r->runs.v[i + 1].shown : r->text.len;
        bool copied = !run->copied || (run->raw_end - run->raw == end - run->shown &&
                                       memcmp(r->text.ptr + run->shown, raw + run->raw, end - run->shown) == 0);
        if (run->shown != shown || run->raw < at || run->raw_end < run->raw || run->raw_end > n || !copied)
            return false;
        at = run->raw;
        shown = end;
    }
    return shown == r->text.len;
}

static void expect(const char *raw, int width, bool ascii, const char *shown)
{
    struct rendering r = {0};
    cr_assert(markdown_render(raw, strlen(raw), width, ascii, &r));
    cr_expect(eq(str, r.text.ptr, (char *)shown), "%s", raw);
    cr_expect(is_sound(&r, raw, strlen(raw)), "%s", raw);
    rendering_free(&r);
}

Test(markdown, headings_and_emphasis_lose_their_signs)
{
    expect("# Tides\nThe *Moon* **pulls** ~~hard~~.", 60, false, "Tides\nThe Moon pulls ~hard~.");
    expect("Tides\n=====\n\ntext", 60, false, "Tides\n\ntext");
}

Test(markdown, line_breaks_and_blank_lines_of_the_source_stay)
{
    expect("one\ntwo\n\nthree", 60, false, "one\ntwo\n\nthree");
    expect("# a\ntext\n## b\n\ntext", 60, false, "a\ntext\nb\n\ntext");
    expect("use `a`.\n\n`b` is\n\n~~c~~", 60, false, "use `a`.\n\n`b` is\n\n~c~");
    expect("`a`\n\n`b`\n\n- `c`\n- `d`", 60, false, "`a`\n\n`b`\n\n• `c`\n• `d`");
    expect("Tides\n=====\n\n`a`", 60, false, "Tides\n\n`a`");
    expect("a\n\n---\nb\n\n***\n\n`c`", 6, true, "a\n\n--\nb\n\n--\n\n`c`");
}

Test(markdown, lists_have_bullets_and_numbers_and_go_in)
{
    expect("- a\n- b\n  - c\n- d", 60, false, "• a\n• b\n  • c\n• d");
    expect("1. a\n2. b\n   1) c", 60, false, "1. a\n2. b\n   1) c");
    expect("- a\n- b", 60, true, "* a\n* b");
    expect("- [x] done\n- [ ] not", 60, false, "• [x] done\n• [ ] not");
    expect("- a\n\n  more\n- b", 60, false, "• a\n  \n  more\n• b");
    expect("-\n- b", 60, false, "• \n• b");
}

Test(markdown, code_keeps_its_indentation_and_blank_lines)
{
    expect("```c\nint f(void)\n{\n    return 1;\n\n\tx\ty;\n}\n```\nend", 60, false,
           "┌ c\n│ int f(void)\n│ {\n│     return 1;\n│ \n│     x\ty;\n│ }\n└\nend");
    expect("a `b  c` d", 60, false, "a `b  c` d");
    expect("```\n*a* &amp;\n```", 60, true, "+ \n| *a* &amp;\n+");
}

Test(markdown, quotes_stand_behind_a_bar)
{
    expect("> a\n> b\n>\n> > c\n\nd", 60, false, "│ a\n│ b\n│ \n│ │ c\n\nd");
}

Test(markdown, tables_are_columns_where_they_fit_and_lines_where_not)
{
    const char *table = "| n | wide head |\n|--:|:-:|\n| 1 | x |\n| 22 | *yy* |";
    expect(table, 60, false, " n │ wide head\n──────────────\n 1 │     x    \n22 │    yy    ");
    expect(table, 12, false, "n: 1\nwide head: x\n───\nn: 22\nwide head: yy");
}

Test(markdown, links_show_where_they_go)
{
    expect("see [here](http://a.b/c) now", 60, false, "see here (http://a.b/c) now");
    expect("![cat](c.png)", 60, false, "cat (image: c.png)");
    expect("[x][r]\n\n[r]: http://far", 60, false, "x (http://far)");
}

Test(markdown, html_and_unknown_entities_stay_as_they_stand)
{
    expect("<b>bold</b> &lt;i&gt; &#65; &#x4e2d; &nosuch; a&b", 60, false, "<b>bold</b> <i> A 中 &nosuch; a&b");
}

Test(markdown, controls_stay_for_the_screen_to_show)
{
    expect("a \033[31mb\033[0m\n\nx \xff y", 60, false, "a \033[31mb\033[0m\n\nx \xff y");
}

/* ---- places ---- */

Test(markdown, a_place_in_the_raw_text_is_found_in_what_is_shown_and_back)
{
    const char *raw = "# Tides\n\n- the **Moon** &amp; `x`\n\n```c\nint y;\n```\n";
    struct rendering r = {0};
    cr_assert(markdown_render(raw, strlen(raw), 60, false, &r));
    static const char *const words[] = {"Tides", "the", "Moon", "x", "int", "y;"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t at = (size_t)(strstr(raw, words[i]) - raw), shown = rendering_shown(&r, at);
        cr_expect(strncmp(r.text.ptr + shown, words[i], strlen(words[i])) == 0, "%s", words[i]);
        cr_expect(eq(sz, rendering_raw(&r, shown), at));
    }
    rendering_free(&r);
}

/* ---- hostile ---- */

static void repeat(struct buf *out, const char *text, size_t n)
{
    buf_reset(out);
    while (out->len < n)
        buf_adds(out, text);
}

Test(markdown, a_megabyte_of_anything_takes_a_moment)
{
    static const char *const pieces[] = {
        ">",        "> ",    "- ",      "1. ",     "*",      "**a ",    "_",     "[",       "![",
        "[a](",     "`",     "``a` ",   "~",       "|",      "|---",    "a|b\n", "# a\n",   "&",
        "&amp;",    "<",     "<!--",    "\n",      "\\",     "> > a\n", "\t",    "- a\n",   "[a]: b\n[a]\n",
        "a\n===\n", "```\n", "  - a\n", "* * *\n", "[a][b]", "x ",      "\xff",  "![a](b)",
    };
    struct buf text = BUF_INIT;
    struct rendering r = {0};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        repeat(&text, pieces[i], 1 << 20);
        double start = clock_monotonic();
        bool there = markdown_render(text.ptr, text.len, 80, false, &r);
        double took = clock_monotonic() - start;
        cr_expect(lt(dbl, took, 5.0), "a megabyte of \"%s\"", pieces[i]);
        bool sound = !there || is_sound(&r, text.ptr, text.len);
        cr_expect(sound, "a megabyte of \"%s\"", pieces[i]);
        rendering_free(&r);
    }
    buf_free(&text);
}

Test(markdown, what_would_become_many_times_as_long_is_not_rendered)
{
    struct buf text = BUF_INIT, address = BUF_INIT;
    struct rendering r = {0};
    repeat(&address, "long", 10000);
    buf_addf(&text, "[a]: /%s\n\nsee ", address.ptr);
    for (int i = 0; i < 1000; i++)
        buf_adds(&text, "[a] ");
    cr_expect(not(markdown_render(text.ptr, text.len, 80, false, &r)));
    cr_expect(not(r.there));
    buf_free(&text);
    buf_free(&address);
}

Test(markdown, thousands_of_addresses_are_not_rendered)
{
    struct buf text = BUF_INIT;
    struct rendering r = {0};
    repeat(&text, "[a]: b\n", 7 * (MARKDOWN_NAMES + 1));
    cr_expect(not(markdown_render(text.ptr, text.len, 80, false, &r)));
    cr_expect(not(r.there));
    buf_truncate(&text, 7 * MARKDOWN_NAMES);
    cr_expect(markdown_render(text.ptr, text.len, 80, false, &r));
    rendering_free(&r);
    buf_free(&text);
}

Test(markdown, a_table_of_thousands_of_columns_and_rows_takes_a_moment)
{
    struct buf text = BUF_INIT;
    struct rendering r = {0};
    for (int row = 0; row < 5000; row++)
        for (int i = 0; i <= (row < 2 ? 5000 : 0); i++)
            buf_adds(&text, i == (row < 2 ? 5000 : 0) ? "|\n" : row == 1 ? "|---" : "|a");
    double start = clock_monotonic();
    cr_expect(not(markdown_render(text.ptr, text.len, 80, false, &r)));
    cr_expect(lt(dbl, clock_monotonic() - start, 5.0));
    buf_free(&text);
}

Test(markdown, random_signs_give_something_sound)
{
    static const char *const pieces[] = {
        "*", "_",     "`",  "```\n", "\n",   "\n\n", "> ", "- ", "1. ", "# ",   "|", "|-|-|\n", "[",     "](",  ")",
        "a", "word ", "\t", "    ",  "&lt;", "<b>",  "~~", "é",  "中",  "\xff", "!", "\\",      "---\n", "[ ] "};
    struct rng rng;
    struct buf text = BUF_INIT;
    struct rendering r = {0}, marked = {0};
    struct word_ranges ranges = {0};
    rng_seed(&rng, 12);
    for (int i = 0; i < 20000; i++) {
        buf_reset(&text);
        for (uint64_t k = rng_below(&rng, 40); k > 0; k--)
            buf_adds(&text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        cr_assert(markdown_render(text.ptr, text.len, 40, false, &r), "%s", text.ptr);
        cr_assert(is_sound(&r, text.ptr, text.len), "%s", text.ptr);
        vec_clear(&ranges.at);
        for (size_t at = rng_below(&rng, 9); at + 2 < text.len; at += 3 + rng_below(&rng, 9))
            vec_push(&ranges.at, ((struct word_range){at, at + 1 + rng_below(&rng, 2)}));
        rendering_mark(&r, text.ptr, text.len, &ranges, '+', STYLE_SIDE_B, &marked);
        cr_assert(is_sound(&marked, text.ptr, text.len), "%s", text.ptr);
        rendering_free(&marked);
        rendering_free(&r);
    }
    vec_free(&ranges.at);
    buf_free(&text);
}
