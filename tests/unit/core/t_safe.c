#define _XOPEN_SOURCE 700 /* wcwidth() */
#include "core/safe.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static void set_up(void)
{
    cr_assert(ne(ptr, setlocale(LC_ALL, "C.UTF-8"), NULL));
}

TestSuite(safe, .init = set_up);

/* What the glyphs of a text look like: replacements in {}, a bar after each glyph of width 2, line breaks as "/". */
static const char *drawn_n(const char *text, size_t n)
{
    static struct buf b = {.ptr = buf_empty};
    struct safe_iter it;
    struct glyph g;
    bool inside = false;
    buf_reset(&b);
    safe_init(&it, text, n);
    while (safe_next(&it, &g)) {
        if (g.replacement != inside)
            buf_addc(&b, g.replacement ? '{' : '}');
        inside = g.replacement;
        if (g.line_break)
            buf_addc(&b, '/');
        else
            buf_add(&b, g.text, g.len);
        if (g.width == 2)
            buf_addc(&b, '|');
        if (g.from >= g.to || g.to > n)
            buf_adds(&b, "<bad range>");
    }
    if (inside)
        buf_addc(&b, '}');
    return b.ptr;
}

static const char *drawn(const char *text)
{
    return drawn_n(text, strlen(text));
}

#define EXPECT(text, want) cr_expect(eq(str, (char *)drawn(text), (char *)(want)))

Test(safe, plain_text_stays)
{
    EXPECT("Hello, world~", "Hello, world~");
    EXPECT("", "");
    EXPECT("Grüße, naïve café", "Grüße, naïve café");
    EXPECT("Здравствуй", "Здравствуй");
}

Test(safe, control_characters_are_carets)
{
    EXPECT("\x01\x1b\x7f", "{^A^[^?}");
    cr_expect(eq(str, (char *)drawn_n("a\0b", 3), "a{^@}b"));
    EXPECT("a\rb", "a{^M}b");
    EXPECT("\xC2\x85\xC2\x9B", "{<U+0085><U+009B>}");
}

Test(safe, escape_sequences_lose_their_teeth)
{
    EXPECT("\x1b[31mred\x1b[0m", "{^[}[31mred{^[}[0m");
    EXPECT("\x1b]52;c;aGk=\x07", "{^[}]52;c;aGk={^G}");
    EXPECT("\x1b]8;;http://x\x1b\\y", "{^[}]8;;http://x{^[}\\y");
    EXPECT("\xC2\x9B"
           "2J",
           "{<U+009B>}2J");
}

Test(safe, bidirectional_controls_are_shown)
{
    EXPECT("a\u202Eb\u2066c\u2069\u200F\u200E\u061C", "a{<U+202E>}b{<U+2066>}c{<U+2069><U+200F><U+200E><U+061C>}");
    EXPECT("\u202A\u202B\u202C\u202D\u2067\u2068", "{<U+202A><U+202B><U+202C><U+202D><U+2067><U+2068>}");
}

Test(safe, invisible_characters_are_shown)
{
    EXPECT("a\u200Bb\u200Cc\u200Dd\uFEFF\u2060\u2064\u180E",
           "a{<U+200B>}b{<U+200C>}c{<U+200D>}d{<U+FEFF><U+2060><U+2064><U+180E>}");
    EXPECT("\U000E0041\U000E007F", "{<U+E0041><U+E007F>}");
    EXPECT("a\u2028b\u2029", "a{<U+2028>}b{<U+2029>}");
    EXPECT("\u00AD\u034F\u3164\u115F", "{<U+00AD><U+034F><U+3164><U+115F>}");
}

Test(safe, characters_without_a_meaning_are_shown)
{
    EXPECT("\uE000\U000F0000", "{<U+E000><U+F0000>}"); /* private use */
    EXPECT("\u0378", "{<U+0378>}");                    /* unassigned */
    EXPECT("\uFFFE\uFDD0\U0010FFFF", "{<U+FFFE><U+FDD0><U+10FFFF>}");
}

Test(safe, invalid_bytes_are_shown_one_by_one)
{
    EXPECT("a\xFF\x80z", "a{\\xFF\\x80}z");
    EXPECT("\xC0\xAF", "{\\xC0\\xAF}");                   /* overlong */
    EXPECT("\xED\xA0\x80", "{\\xED\\xA0\\x80}");          /* surrogate */
    EXPECT("\xF4\x90\x80\x80", "{\\xF4\\x90\\x80\\x80}"); /* above U+10FFFF */
    EXPECT("\xE2\x82", "{\\xE2\\x82}");                   /* cut short */
}

Test(safe, wide_characters_have_width_two)
{
    EXPECT("漢字", "漢|字|");
    EXPECT("한글", "한|글|");
    EXPECT("ｆ", "ｆ|");
    EXPECT("±§", "±§"); /* East Asian ambiguous */
    cr_expect(eq(sz, safe_width("a漢b", 5), 4));
}

Test(safe, decomposed_hangul_is_one_glyph)
{
    EXPECT("\u1112\u1161\u11AB", "\u1112\u1161\u11AB|");
}

Test(safe, emoji_stand_by_themselves)
{
    EXPECT("😀", "😀|");
    EXPECT("👍🏽!", "👍|!");             /* skin tone */
    EXPECT("👩‍👩‍👧", "👩|👩|👧|"); /* family */
    EXPECT("👩🏽‍🚀", "👩|🚀|");
    EXPECT("❤️", "❤"); /* selector */
    EXPECT("☎︎", "☎");
    EXPECT("🇩🇪", "🇩🇪"); /* two letters of width 1 */
    EXPECT("1️⃣", "1\u20E3");
    EXPECT("🏽", "🏽|"); /* a tone without a base */
}

Test(safe, selectors_and_joiners_cannot_hide_data)
{
    EXPECT("a\uFE0F\uFE0E\uFE0F", "a{<U+FE0E><U+FE0F>}");
    EXPECT("\uFE0Fa", "{<U+FE0F>}a");
    EXPECT("a\uFE00\U000E0100", "a{<U+FE00><U+E0100>}");
    EXPECT("😀\u200Dx", "😀|{<U+200D>}x");
    EXPECT("😀\u200D\u200D😀", "😀|{<U+200D><U+200D>}😀|");
    EXPECT("👍🏽🏽", "👍|🏽|");
}

Test(safe, up_to_three_marks_are_drawn_and_the_rest_counted)
{
    EXPECT("e\u0301", "e\u0301");
    EXPECT("e\u0301\u0302\u0303z", "e\u0301\u0302\u0303z");
    EXPECT("e\u0301\u0302\u0303\u0304\u0305z", "e\u0301\u0302\u0303{<+2 marks>}z");
    EXPECT("\u0301a", "{<U+0301>}a");     /* no base */
    EXPECT("\n\u0301", "/{<U+0301>}");    /* none on this line */
    EXPECT("\x01\u0301", "{^A<U+0301>}"); /* a replacement is no base */
}

Test(safe, indic_vowel_signs_have_their_own_column)
{
    EXPECT("\u0915\u093E", "\u0915\u093E");
    cr_expect(eq(sz, safe_width("\u0915\u093E", 6), 2));
    cr_expect(eq(sz, safe_width("\u0915\u094D", 6), 1)); /* the virama is a mark */
}

Test(safe, tabs_reach_the_next_multiple_of_eight)
{
    EXPECT("a\tb", "a       b");
    EXPECT("\t", "        ");
    EXPECT("12345678\tx", "12345678        x");
    EXPECT("a\n\tb", "a/        b");
    struct safe_iter it;
    struct glyph g;
    size_t n = 0;
    safe_init(&it, "\t", 1);
    it.column = 5;
    while (safe_next(&it, &g))
        n++;
    cr_expect(eq(sz, n, 3));
}

Test(safe, line_breaks_are_told)
{
    EXPECT("a\nb\r\nc\n", "a/b/c/");
}

Test(safe, ranges_cover_the_source_without_a_gap)
{
    static const char text[] = "a\u0301\tb\x1b👩🏽‍🚀\xFF\r\ne\u0301\u0301\u0301\u0301\u0301漢";
    struct safe_iter it;
    struct glyph g;
    size_t from = 0, to = 0;
    safe_init(&it, text, sizeof text - 1);
    while (safe_next(&it, &g)) {
        if (g.from != from || g.to != to) {
            cr_expect(eq(sz, g.from, to));
            from = g.from;
            to = g.to;
        }
    }
    cr_expect(eq(sz, to, sizeof text - 1));
}

/* What the terminal layer relies on: every glyph that is emitted has the width that wcwidth() says, for all of Unicode.
 */
Test(safe, widths_agree_with_the_c_library_for_every_code_point)
{
    for (uint32_t cp = 0x20; cp < 0x110000; cp++) {
        char text[8];
        struct safe_iter it;
        struct glyph g;
        if (cp >= 0xD800 && cp < 0xE000)
            continue;
        safe_init(&it, text, (size_t)utf8_encode(cp, text));
        while (safe_next(&it, &g)) {
            wchar_t wide[GLYPH_TEXT_SIZE];
            size_t n = mbstowcs(wide, g.text, GLYPH_TEXT_SIZE);
            int columns = n == 1 ? wcwidth(wide[0]) : -1;
            if (columns != g.width)
                cr_assert(eq(int, columns, (int)g.width), "U+%04X", cp);
        }
    }
}

Test(safe, a_megabyte_in_one_line_takes_linear_time)
{
    enum { BIG = 1 << 20 };
    static const char *const units[] = {"x", "\u0301", "\x1b", "\xFF", "\t", "👍🏽", "\u200D", "\uFE0F"};
    char *text = mem_alloc(BIG);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t n = strlen(units[i]), used = 0;
        text[used++] = 'e';
        for (; used + n <= BIG; used += n)
            memcpy(text + used, units[i], n);
        cr_expect(gt(sz, safe_width(text, used), 10));
    }
    mem_free(text);
}

static const char *line(const char *text, size_t max)
{
    static struct buf b = {.ptr = buf_empty};
    buf_reset(&b);
    size_t columns = safe_text(text, strlen(text), &b, max);
    cr_expect(le(sz, columns, max));
    cr_expect(eq(sz, columns, safe_width(b.ptr, b.len)));
    return b.ptr;
}

Test(safe, one_line_is_cut_with_an_ellipsis)
{
    cr_expect(eq(str, (char *)line("hello", 5), "hello"));
    cr_expect(eq(str, (char *)line("hello!", 5), "hell…"));
    cr_expect(eq(str, (char *)line("漢字漢", 5), "漢字…"));
    cr_expect(eq(str, (char *)line("漢字漢", 4), "漢…"));
    cr_expect(eq(str, (char *)line("a\nb", 80), "a⏎b"));
    cr_expect(eq(str, (char *)line("\x1b[2J", 80), "^[[2J"));
    cr_expect(eq(str, (char *)line("ab", 1), "…"));
    cr_expect(eq(str, (char *)line("ab", 0), ""));
    cr_expect(eq(str, (char *)line("", 1), ""));
}

static const char *html(const char *text)
{
    static struct buf b = {.ptr = buf_empty};
    buf_reset(&b);
    safe_html(text, strlen(text), &b);
    return b.ptr;
}

Test(safe, html_is_escaped)
{
    cr_expect(eq(str, (char *)html("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"));
    cr_expect(eq(str, (char *)html("a\tb\nc"), "a\tb\nc"));
    cr_expect(eq(str, (char *)html("\x1b\u202E"), "^[&lt;U+202E&gt;"));
    cr_expect(eq(str, (char *)html("👩🏽‍🚀"), "👩🏽‍🚀"));
    cr_expect(eq(str, (char *)html("\xFF"), "\\xFF"));
}

static const char *csv(const char *text)
{
    static struct buf b = {.ptr = buf_empty};
    buf_reset(&b);
    safe_csv(text, strlen(text), &b);
    return b.ptr;
}

Test(safe, csv_is_quoted_and_formulas_are_defused)
{
    cr_expect(eq(str, (char *)csv("plain text"), "plain text"));
    cr_expect(eq(str, (char *)csv("a,b"), "\"a,b\""));
    cr_expect(eq(str, (char *)csv("say \"hi\""), "\"say \"\"hi\"\"\""));
    cr_expect(eq(str, (char *)csv("two\nlines"), "\"two\nlines\""));
    cr_expect(eq(str, (char *)csv("=1+1"), "\"'=1+1\""));
    cr_expect(eq(str, (char *)csv("-5"), "\"'-5\""));
    cr_expect(eq(str, (char *)csv("'-5"), "\"''-5\""), "or it would come back as -5");
    cr_expect(eq(str, (char *)csv("'tis"), "'tis"));
    cr_expect(eq(str, (char *)csv("@SUM"), "\"'@SUM\""));
    cr_expect(eq(str, (char *)csv("+1"), "\"'+1\""));
    cr_expect(eq(str, (char *)csv("\tx"), "\"'\tx\""));
    cr_expect(eq(str, (char *)csv(""), ""));
    cr_expect(eq(str, (char *)csv("a\xFFz"), "a\xEF\xBF\xBDz"));
}

Test(safe, other_locales_use_their_own_widths)
{
    setlocale(LC_ALL, "C");
    EXPECT("漢é😀", "漢|é😀|");
    EXPECT("\u202E", "{<U+202E>}");
}

Test(safe, what_fits_is_told_in_bytes)
{
    cr_expect(eq(sz, safe_fit("abc", 3, 3), 3));
    cr_expect(eq(sz, safe_fit("abcd", 4, 3), 2));
    cr_expect(eq(sz, safe_fit("日本語", 9, 4), 3));
    cr_expect(eq(sz, safe_fit("a\xE2\x80\xAE", 4, 5), 1)); /* <U+202E> takes eight */
    cr_expect(eq(sz, safe_fit("abc", 3, 0), 0));
}
