#include "core/page.h"

#include "tests/support/markup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static struct page p;
static struct buf b;

static void set_up(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    b = BUF_INIT;
}

static void tear_down(void)
{
    page_free(&p);
    buf_free(&b);
}

TestSuite(page, .init = set_up, .fini = tear_down);

static const char EVIL[] =
    "<script>alert('1')</script> & \"q\" | `c` *b* [l](javascript:x) http://a.b www.c \xE2\x80\xAE\xFF\x01";

/* Every call once, every text the same. */
static void write(enum page_format format, const char *text)
{
    static const struct page_column columns[] = {{"name | <b>", false}, {"n", true}};
    struct buf svg = BUF_INIT, plain = BUF_INIT;
    buf_adds(&svg, "<svg></svg>\n");
    buf_addf(&plain, "%s\n", "a\n  b");
    page_start(&p, format, &b);
    page_section(&p, "one", "One");
    page_heading(&p, "%s", text);
    page_text(&p, "%s", text);
    page_note(&p, "%s", text);
    page_code(&p, text);
    page_facts(&p, true);
    page_fact(&p, text, "%s", text);
    page_facts_end(&p);
    page_table(&p, columns, 2, "%s", text);
    page_row(&p);
    page_cell(&p, "%s", text);
    page_heat(&p, 0.5, "%s", text);
    page_row(&p);
    page_cell(&p, "%s", text);
    page_heat(&p, NAN, "%s", text);
    page_more(&p, 12);
    page_table_end(&p);
    page_section(&p, "two", "Two");
    page_fold(&p, text);
    page_figures(&p);
    page_figure(&p, &svg, &plain, "%s", text);
    page_figures_end(&p);
    page_fold_end(&p);
    page_end(&p);
    buf_free(&svg);
    buf_free(&plain);
}

Test(page, html_is_well_formed_whatever_the_texts)
{
    write(PAGE_HTML, EVIL);
    struct markup m = markup_check(b.ptr, b.len);
    cr_expect(eq(sz, m.scripts + m.handlers, 0));
    cr_expect(eq(sz, m.ids, 2));
    m = markup_check(p.contents.ptr, p.contents.len);
    cr_expect(eq(sz, m.elements, 4));
    cr_expect(eq(sz, m.handlers, 0));
}

Test(page, tables_have_a_caption_and_scopes)
{
    write(PAGE_HTML, "x");
    cr_expect(ne(ptr, strstr(b.ptr, "<caption>x</caption>"), NULL));
    cr_expect(
        ne(ptr, strstr(b.ptr, "<th scope=\"col\">name | &lt;b&gt;</th><th scope=\"col\" class=\"n\">n</th>"), NULL));
    cr_expect(ne(ptr, strstr(b.ptr, "<tr><th scope=\"row\">x</th><td class=\"n h5\">x</td></tr>"), NULL));
    cr_expect(ne(ptr, strstr(b.ptr, "<tr><th scope=\"row\">x</th><td class=\"n\">x</td></tr>"), NULL));
    cr_expect(ne(ptr, strstr(b.ptr, "colspan=\"2\">and 12 more</td></tr>\n</tbody>"), NULL));
}

Test(page, markdown)
{
    write(PAGE_MARKDOWN, "x|y");
    cr_expect(eq(str, b.ptr,
                 "## One\n\n### x\\|y\n\nx\\|y\n\nx\\|y\n\n    x|y\n\n- x\\|y: x\\|y\n\nx\\|y\n\n"
                 "| name \\| &lt;b&gt; |    n |\n| ----------------- | ---: |\n| x\\|y              | x\\|y |\n"
                 "| x\\|y              | x\\|y |\n| and 12 more       |      |\n\n"
                 "## Two\n\nx\\|y\n\n    a\n      b\n\n"));
}

/* No bracket, back quote or asterisk without a backslash, no tag, no address that becomes a link. */
Test(page, markdown_takes_nothing_from_texts)
{
    page_escape(PAGE_MARKDOWN, EVIL, sizeof EVIL - 1, 1000, &b);
    for (size_t i = 0; i < b.len; i++) {
        cr_expect(ne(chr, b.ptr[i], '<'));
        if (strchr("`*[]|", b.ptr[i]) != NULL)
            cr_expect(i > 0 && b.ptr[i - 1] == '\\', "%s", b.ptr + i);
    }
    cr_expect(eq(ptr, strstr(b.ptr, "://"), NULL));
    cr_expect(eq(ptr, strstr(b.ptr, "www."), NULL));
    buf_reset(&b);
    page_escape(PAGE_MARKDOWN, "WwW.a I know.", 13, 1000, &b);
    cr_expect(eq(str, b.ptr, "WwW&#46;a I know."));
}

Test(page, long_texts_are_cut)
{
    char *flood = malloc(1000001);
    memset(flood, '<', 1000000);
    flood[1000000] = '\0';
    for (int format = PAGE_HTML; format <= PAGE_MARKDOWN; format++) {
        buf_reset(&b);
        page_free(&p);
        write((enum page_format)format, flood);
        cr_expect(lt(sz, b.len, 100000));
    }
    free(flood);
}

Test(page, cuts_keep_whole_characters)
{
    page_escape(PAGE_HTML, "äöü日本", strlen("äöü日本"), 5, &b);
    cr_expect(eq(str, b.ptr, "äöü…"));
    buf_reset(&b);
    page_escape(PAGE_HTML, "äöü日", strlen("äöü日"), 5, &b);
    cr_expect(eq(str, b.ptr, "äöü日"));
}

Test(page, lines_of_code_stay_lines_and_cannot_leave_their_block)
{
    page_start(&p, PAGE_MARKDOWN, &b);
    page_code(&p, "a\n```\n\n# b\x1B[1m");
    cr_expect(eq(str, b.ptr, "    a\n    ```\n    \n    # b^[[1m\n\n"));
}
