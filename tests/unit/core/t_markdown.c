#include "core/markdown.h"

#include "core/safe.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <string.h>

static struct buf b;
static struct markdown_table t;

static void set_up(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    b = BUF_INIT;
}

static void tear_down(void)
{
    buf_free(&b);
    markdown_table_free(&t);
}

TestSuite(markdown, .init = set_up, .fini = tear_down);

static void wrap(const char *text)
{
    buf_reset(&b);
    markdown_wrap(text, strlen(text), &b);
}

Test(markdown, a_paragraph_breaks_at_blanks_and_loses_nothing)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 60; i++)
        buf_addf(&text, "%sw\xC3\xB6rd%d", i > 0 ? " " : "", i);
    wrap(text.ptr);
    for (const char *line = b.ptr; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        cr_expect(le(sz, safe_width(line, n), MARKDOWN_COLUMNS), "%.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
    for (size_t i = 0; i < b.len; i++)
        b.ptr[i] = b.ptr[i] == '\n' ? ' ' : b.ptr[i];
    cr_expect(eq(str, b.ptr, text.ptr));
    buf_free(&text);
    wrap("");
    cr_expect(eq(str, b.ptr, ""));
}

/* A list, a heading, a quote, a rule: each a word of a text that is long enough to be broken before it. */
Test(markdown, no_line_begins_with_what_would_be_markup)
{
    static const char *const marks[] = {"- x", "+ x", "# x", "> x", "1. x", "=== x", "--- x", "\\* x", "&lt;x"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct buf text = BUF_INIT;
        for (int k = 0; k < 40; k++)
            buf_addf(&text, "a %s ", marks[i]);
        wrap(text.ptr);
        cr_expect(ne(ptr, strchr(b.ptr, '\n'), NULL));
        for (const char *line = strchr(b.ptr, '\n'); line != NULL; line = strchr(line + 1, '\n'))
            cr_expect(line[1] >= 'a' && line[1] <= 'z', "%.20s", line + 1);
        buf_free(&text);
    }
}

static void add(const char *text)
{
    markdown_cell(&t, text, strlen(text));
}

static void column(const char *name, bool number)
{
    markdown_column(&t, name, strlen(name), number);
}

Test(markdown, columns_stand_below_one_another_and_short_rows_are_filled)
{
    column("a", false);
    column("numbers", true);
    markdown_row(&t);
    add("x\xC3\xA4");
    add("1");
    markdown_row(&t);
    add("longer");
    markdown_table_end(&t, &b);
    cr_expect(eq(str, b.ptr,
                 "| a      | numbers |\n| ------ | ------: |\n| x\xC3\xA4     |       1 |\n| longer |         |\n"));
    cr_expect(eq(sz, t.cells.n + t.number.n, 0));
}

Test(markdown, a_table_of_one_column_and_of_no_rows)
{
    column("a", true);
    markdown_table_end(&t, &b);
    cr_expect(eq(str, b.ptr, "|   a |\n| --: |\n"));
}

/* Five columns of 30: three fit beside one another, the first comes again. */
Test(markdown, what_is_too_wide_becomes_tables_with_the_first_column_each)
{
    static const char thirty[] = "012345678901234567890123456789";
    for (int i = 0; i < 5; i++)
        column(i == 0 ? "name" : thirty, false);
    markdown_row(&t);
    add("one");
    for (int i = 1; i < 5; i++)
        add("x");
    markdown_table_end(&t, &b);
    size_t lines = 0, names = 0;
    for (const char *line = b.ptr; *line != '\0'; lines++) {
        size_t n = strcspn(line, "\n");
        cr_expect(le(sz, n, MARKDOWN_COLUMNS));
        names += strncmp(line, "| one ", 6) == 0;
        line += n + 1;
    }
    cr_expect(eq(sz, names, 2));
    cr_expect(eq(sz, lines, 7), "two tables of three lines and an empty one between");
}

Test(markdown, a_column_wider_than_a_line_stands_alone_with_the_first)
{
    struct buf wide = BUF_INIT;
    for (int i = 0; i < 150; i++)
        buf_addc(&wide, 'w');
    column("name", false);
    column(wide.ptr, false);
    column("last", false);
    markdown_table_end(&t, &b);
    cr_expect(ne(ptr, strstr(b.ptr, "\n\n| name | last |\n"), NULL), "%s", b.ptr);
    buf_free(&wide);
}
