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

/* Two pairs told apart with certainty and right half of the time: points in the middle of both edges. */
Test(plot, points_stand_where_they_belong)
{
    struct metric m;
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = (double[]){800, -800}, .n = 2}, 10, &m, &err));
    plot_reliability(&m, 30, 12, PLOT_ASCII, &b);
    const char *row = b.ptr;
    size_t found = 0;
    for (size_t y = 0; y < 9; y++, row = strchr(row, '\n') + 1) {
        size_t n = strcspn(row, "\n");
        if (memchr(row, 'o', n) == NULL)
            continue;
        found++;
        cr_expect(eq(sz, y, 4));
        cr_expect(eq(chr, row[5], 'o'));
        cr_expect(eq(chr, row[29], 'o'));
    }
    cr_expect(eq(sz, found, 1));
}

Test(plot, table_has_a_line_for_every_bin)
{
    struct metric m = example(8);
    plot_reliability_table(&m, &b);
    expect_size(60, 11);
    cr_expect(ne(ptr, strstr(b.ptr, "0.800-0.900         2  0.863  1.000   "), NULL), "%s", b.ptr);
    cr_expect(ne(ptr, strstr(b.ptr, "0.900-1.000         0      -      -"), NULL), "%s", b.ptr);
}
