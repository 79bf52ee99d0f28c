#include "core/plot.h"

#include "core/safe.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <math.h>
#include <string.h>

static struct err err;
static struct buf b;

static void set_up(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    b = BUF_INIT;
}

static void tear_down(void)
{
    buf_free(&b);
}

TestSuite(plot, .init = set_up, .fini = tear_down);

static const double Z[] = {2, 1.2, 0.4, -0.3, 0.9, -1.1, 0.1, 1.7};

static struct metric example(size_t n)
{
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = Z, .n = n}, 10, &m, &err));
    return m;
}

static const char *bar(double value, size_t width, enum plot_style style)
{
    buf_reset(&b);
    plot_bar(value, width, style, &b);
    return b.ptr;
}

Test(plot, bars_grow_by_eighths)
{
    cr_expect(eq(str, (char *)bar(0, 4, PLOT_UNICODE), "    "));
    cr_expect(eq(str, (char *)bar(0.5, 4, PLOT_UNICODE), "██  "));
    cr_expect(eq(str, (char *)bar(1.0 / 32, 4, PLOT_UNICODE), "▏   "));
    cr_expect(eq(str, (char *)bar(15.0 / 32, 4, PLOT_UNICODE), "█▉  "));
    cr_expect(eq(str, (char *)bar(1, 4, PLOT_UNICODE), "████"));
    cr_expect(eq(str, (char *)bar(0.6, 5, PLOT_ASCII), "###  "));
    cr_expect(eq(str, (char *)bar(NAN, 2, PLOT_ASCII), "  "));
    cr_expect(eq(str, (char *)bar(7, 2, PLOT_ASCII), "##"));
    cr_expect(eq(str, (char *)bar(-7, 2, PLOT_ASCII), "  "));
    cr_expect(eq(str, (char *)bar(0.5, 0, PLOT_ASCII), ""));
}

Test(plot, sparks_scale_to_the_largest)
{
    plot_spark((double[]){0, 1, 4, 8}, 4, PLOT_UNICODE, &b);
    cr_expect(eq(str, b.ptr, " ▂▅█"));
    buf_reset(&b);
    plot_spark((double[]){0, 0}, 2, PLOT_UNICODE, &b);
    cr_expect(eq(str, b.ptr, "  "));
}

static void expect_size(size_t width, size_t lines)
{
    size_t count = 0;
    for (const char *p = b.ptr; *p != '\0'; count++) {
        size_t n = strcspn(p, "\n");
        cr_expect(le(sz, safe_width(p, n), width), "%.*s", (int)n, p);
        cr_expect(eq(chr, p[n], '\n'));
        p += n + 1;
    }
    cr_expect(eq(sz, count, lines));
}

Test(plot, reliability_keeps_to_its_size_in_both_styles)
{
    struct metric m = example(8), none = example(0);
    for (int style = PLOT_UNICODE; style <= PLOT_ASCII; style++)
        for (size_t width = 10; width <= 100; width += 30) {
            buf_reset(&b);
            plot_reliability(&m, width, 20, (enum plot_style)style, &b);
            expect_size(width < PLOT_MIN_WIDTH ? PLOT_MIN_WIDTH : width, 20);
            buf_reset(&b);
            plot_reliability(&none, width, 2, (enum plot_style)style, &b);
            expect_size(width < PLOT_MIN_WIDTH ? PLOT_MIN_WIDTH : width, PLOT_MIN_HEIGHT);
        }
}

Test(plot, ascii_is_ascii)
{
    struct metric m = example(8);
    plot_reliability(&m, 60, 20, PLOT_ASCII, &b);
    for (size_t i = 0; i < b.len; i++)
        cr_expect(lt(int, (unsigned char)b.ptr[i], 0x80));
    cr_expect(ne(ptr, strchr(b.ptr, 'o'), NULL));
}

/* What stands at a column of the row-th line, from 0; NUL beyond its end. ASCII only. */
static char at(size_t row, size_t column)
{
    const char *line = b.ptr;
    for (; row > 0; row--)
        line = strchr(line, '\n') + 1;
    return column < strcspn(line, "\n") ? line[column] : '\0';
}

/* Two pairs told apart with certainty and right half of the time: points in the middle of both edges, and the Wilson
 * interval of one half in 0.095 to 0.905. */
Test(plot, points_and_intervals_stand_where_they_belong)
{
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = (double[]){800, -800}, .n = 2}, 10, &m, &err));
    plot_reliability(&m, 7 + 51, 8 + 11, PLOT_ASCII, &b);
    for (size_t side = 7; side <= 57; side += 50) {
        for (size_t row = 2; row <= 10; row++)
            cr_expect(eq(chr, at(row, side), row == 6 ? 'o' : '|'));
        cr_expect(ne(chr, at(1, side), '|'));
        cr_expect(ne(chr, at(11, side), '|'));
    }
    cr_expect(eq(chr, at(6, 7 + 24), '.'));
    cr_expect(eq(chr, at(16, 8), '#'));
    cr_expect(eq(chr, at(16, 7 + 25), ' '));
}

Test(plot, reliability_counts_pairs_below)
{
    struct metric m = example(8);
    plot_reliability(&m, 57, 20, PLOT_UNICODE, &b);
    cr_expect(ne(ptr, strstr(b.ptr, "     3│"), NULL), "%s", b.ptr);
    cr_expect(ne(ptr, strstr(b.ptr, "probability said\n"), NULL));
}

Test(plot, a_low_reliability_plot_is_its_upper_part_alone)
{
    struct metric m = example(8);
    for (size_t lines = PLOT_LOW_HEIGHT; lines < PLOT_MIN_HEIGHT; lines++) {
        buf_reset(&b);
        plot_reliability(&m, 38, lines, PLOT_UNICODE, &b);
        expect_size(38, lines);
        cr_expect(ne(ptr, strstr(b.ptr, "probability said\n"), NULL));
        cr_expect(eq(ptr, strstr(b.ptr, "pairs"), NULL));
    }
}

Test(plot, many_bins_share_columns)
{
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = Z, .n = 8}, METRIC_MAX_BINS, &m, &err));
    for (size_t width = 30; width <= 240; width += 35) {
        buf_reset(&b);
        plot_reliability(&m, width, 20, PLOT_UNICODE, &b);
        expect_size(width, 20);
    }
}

static struct chart_curve lines(struct chart_series s[2])
{
    static const double x[] = {0, 0.5, 1, NAN, 1}, y[] = {0, 0.5, 1, 0.2, 0.3}, flat[] = {0.5, 0.5, 0.5, 0.5, 0.5};
    s[0] = (struct chart_series){.name = "rising", .x = x, .y = y, .n = 3};
    s[1] = (struct chart_series){.name = "fl\033[1mat", .x = x, .y = flat, .n = 5};
    return (struct chart_curve){
        .x = {.label = "kept", .lo = 0, .hi = 1, .percent = true}, .y = {.label = "error"}, .series = s, .n = 2};
}

Test(plot, curves_keep_to_their_size_and_tell_their_names_safely)
{
    struct chart_series s[2];
    struct chart_curve c = lines(s);
    for (int style = PLOT_UNICODE; style <= PLOT_ASCII; style++)
        for (size_t width = 10; width <= 130; width += 40) {
            buf_reset(&b);
            plot_curve(&c, width, 24, (enum plot_style)style, &b);
            expect_size(width < PLOT_MIN_WIDTH ? PLOT_MIN_WIDTH : width, 24);
            cr_expect(ne(ptr, strstr(b.ptr, "rising\n"), NULL));
            cr_expect(ne(ptr, strstr(b.ptr, "fl^[[1mat\n"), NULL));
            cr_expect(ne(ptr, strstr(b.ptr, "kept (%)\n"), NULL));
        }
}

Test(plot, curves_go_through_their_points)
{
    struct chart_series s[2];
    struct chart_curve c = lines(s);
    c.n = 1;
    plot_curve(&c, 5 + 11 + 1 + 13, 4 + 11 + 1, PLOT_ASCII, &b); /* numbers "0.0" and axis, 24 columns, 11 rows */
    cr_expect(eq(chr, at(1, 5 + 23), '*'), "%s", b.ptr);
    cr_expect(eq(chr, at(11, 5), '*'));
    cr_expect(eq(chr, at(6, 5 + 12), '*'));
    cr_expect(eq(chr, at(1, 5), ' '));
}

Test(plot, curves_without_points_are_empty_frames)
{
    struct chart_series s = {.name = NULL, .x = (double[]){NAN}, .y = (double[]){1}, .n = 1};
    struct chart_curve c = {.x = {.label = ""}, .y = {.label = ""}, .series = &s, .n = 1};
    plot_curve(&c, 40, 14, PLOT_UNICODE, &b);
    expect_size(40, 14);
    buf_reset(&b);
    c.n = 0;
    plot_curve(&c, 40, 14, PLOT_ASCII, &b);
    expect_size(40, 14);
}

Test(plot, table_has_a_line_for_every_bin)
{
    struct metric m = example(8);
    plot_reliability_table(&m, &b);
    expect_size(60, 11);
    cr_expect(ne(ptr, strstr(b.ptr, "0.800-0.900         2  0.863  1.000   "), NULL), "%s", b.ptr);
    cr_expect(ne(ptr, strstr(b.ptr, "0.900-1.000         0      -      -"), NULL), "%s", b.ptr);
}
