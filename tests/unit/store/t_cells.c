#include "store/cells.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/store_fixture.h"

static struct fixture f;
static struct lines *lines;
static struct cells *cells;
static struct cells_row row;

static void tear_down(void)
{
    cells_close(cells);
    lines_close(lines);
    fixture_close(&f);
}

static void set_up(void)
{
    fixture_open(&f, NULL);
}
TestSuite(cells, .init = set_up, .fini = tear_down);

static void open_text(const char *text, char mark)
{
    lines = lines_open(fixture_file(&f, "x.csv", text), &f.err);
    cr_assert(ne(ptr, lines, NULL), "%s", f.err.text);
    cells = cells_open(lines, mark);
}

/* "line: [cell][cell]", or "line! what is wrong", or "end". */
static const char *next(void)
{
    static char text[400];
    size_t used;
    must(cells_next(cells, &row, &f.err));
    if (row.raw_len == 0)
        return "end";
    used = (size_t)snprintf(text, sizeof text, "%ld%s", row.line, row.fault != NULL ? "! " : ": ");
    if (row.fault != NULL)
        snprintf(text + used, sizeof text - used, "%s", row.fault);
    for (size_t i = 0; i < row.n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "[%s]", row.text[i]);
    return text;
}

Test(cells, are_as_they_stand)
{
    open_text("a,b\n\n x , \"\"\"y\"\n", ',');
    same_text(next(), "1: [a][b]");
    same_text(next(), "3! a quote stands where none may stand; in a quoted cell it is written twice");
    same_text(next(), "end");
    same_text(next(), "end");
}

Test(cells, quotes_hold_marks_quotes_and_line_ends)
{
    open_text("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\",\n\"\", x \nlast,one", ',');
    same_text(next(), "1: [a,b][say \"hi\"]");
    same_text(next(), "2: [two\nlines][]");
    cr_expect(eq(sz, row.raw_len, strlen("\"two\nlines\",")));
    same_text(next(), "4: [][ x ]");
    same_text(next(), "5: [last][one]");
    same_text(next(), "end");
}

Test(cells, a_line_end_inside_of_quotes_stays_what_it_was)
{
    open_text("\"a\r\nb\",\"c\nd\"\r\ne,f\r\n", ',');
    same_text(next(), "1: [a\r\nb][c\nd]");
    same_text(next(), "4: [e][f]");
    same_text(next(), "end");
}

Test(cells, tabs_part_them_too)
{
    open_text("a,b\t\"c\td\"\n", '\t');
    same_text(next(), "1: [a,b][c\td]");
    cr_expect(eq(chr, cells_mark("a,b\tc\td", 7), '\t'));
    cr_expect(eq(chr, cells_mark("a,b", 3), ','));
    cr_expect(eq(chr, cells_mark("a", 1), ','));
    cr_expect(eq(chr, cells_mark("a;b;c,d", 7), ';'));
    cr_expect(eq(chr, cells_mark("a;b,c", 5), ','));
}

Test(cells, a_bad_row_costs_no_other)
{
    open_text("a,b\nsay \"hi\",x\nc,d\n\xff,e\nf,g\n\"open,\nnever,\n", ',');
    same_text(next(), "1: [a][b]");
    same_text(next(), "2! a quote stands where none may stand; in a quoted cell it is written twice");
    same_text(next(), "3: [c][d]");
    same_text(next(), "4! cell 1 is not UTF-8");
    same_text(next(), "5: [f][g]");
    same_text(next(), "6! the file ends inside of a quoted cell");
    same_text(next(), "end");
}
