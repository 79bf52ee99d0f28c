#include "core/plot.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <math.h>
#include <stdint.h>

/* Columns left of the drawing (labels and axis) and rows below it (axis, labels, bars). */
enum { LEFT = 5, BELOW = 3, BRAILLE = 0x2800, DOTS_X = 2, DOTS_Y = 4 };

/* A drawing of cells; in the Unicode style a cell is 2 x 4 braille dots until a character is put on it. */
struct canvas {
    size_t width, height; /* cells */
    enum plot_style style;
    uint32_t *cells; /* code points, by rows from the top */
};

static void add_code_point(struct buf *out, uint32_t cp)
{
    char text[4];
    buf_add(out, text, (size_t)utf8_encode(cp, text));
}

static size_t dots_x(const struct canvas *c)
{
    return c->style == PLOT_UNICODE ? c->width * DOTS_X : c->width;
}

static size_t dots_y(const struct canvas *c)
{
    return c->style == PLOT_UNICODE ? c->height * DOTS_Y : c->height;
}

/* The nearest of `n` places for v in [0, 1]. */
static size_t place(double v, size_t n)
{
    double at = floor(v * (double)n);
    return at < 0 ? 0 : at >= (double)n ? n - 1 : (size_t)at;
}

/* One dot, x from the left and y from the bottom; `ascii` is what stands for it in the other style. */
static void dot(struct canvas *c, size_t x, size_t y, char ascii)
{
    static const uint8_t bit[DOTS_Y][DOTS_X] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    size_t top = dots_y(c) - 1 - y;
    if (c->style == PLOT_ASCII) {
        c->cells[top * c->width + x] = (uint32_t)ascii;
        return;
    }
    uint32_t *cell = &c->cells[top / DOTS_Y * c->width + x / DOTS_X];
    if (*cell == ' ')
        *cell = BRAILLE;
    *cell |= bit[top % DOTS_Y][x % DOTS_X];
}

static void draw_diagonal(struct canvas *c)
{
    size_t nx = dots_x(c), ny = dots_y(c), step = c->style == PLOT_UNICODE ? 2 : 1;
    for (size_t x = 0; x < nx; x += step)
        dot(c, x, place(((double)x + 0.5) / (double)nx, ny), '.');
}

static void draw_bin(struct canvas *c, const struct metric_bin *b)
{
    size_t x = place(b->confidence, dots_x(c)), ny = dots_y(c);
    size_t lo = place(b->wilson_lo, ny), hi = place(b->wilson_hi, ny);
    for (size_t y = lo; y <= hi; y++)
        dot(c, x, y, '|');
}

static void draw_point(struct canvas *c, const struct metric_bin *b)
{
    size_t x = place(b->confidence, c->width), y = c->height - 1 - place(b->accuracy, c->height);
    c->cells[y * c->width + x] = c->style == PLOT_UNICODE ? 0x25CF : 'o';
}

static void put_rows(const struct canvas *c, struct buf *out)
{
    for (size_t y = 0; y < c->height; y++) {
        if (y == 0)
            buf_adds(out, " 1.0");
        else if (y == c->height / 2)
            buf_adds(out, " 0.5");
        else if (y == c->height - 1)
            buf_adds(out, " 0.0");
        else
            buf_adds(out, "    ");
        buf_adds(out, c->style == PLOT_UNICODE ? "│" : "|");
        size_t used = c->width;
        while (used > 0 && c->cells[y * c->width + used - 1] == ' ')
            used--;
        for (size_t x = 0; x < used; x++)
            add_code_point(out, c->cells[y * c->width + x]);
        buf_addc(out, '\n');
    }
}

static void put_axis(const struct canvas *c, struct buf *out)
{
    buf_adds(out, c->style == PLOT_UNICODE ? "    └" : "    +");
    for (size_t x = 0; x < c->width; x++)
        buf_adds(out, c->style == PLOT_UNICODE ? "─" : "-");
    buf_adds(out, "\n     0.0");
    size_t middle = c->width / 2;
    buf_addf(out, "%*s%*s\n", (int)(middle - 1), "0.5", (int)(c->width - middle - 2), "1.0");
}

static uint32_t level(double share, enum plot_style style)
{
    static const char ascii[] = " .:-=+*#%@";
    if (!(share > 0))
        return ' ';
    if (style == PLOT_ASCII)
        return (uint32_t)ascii[1 + place(share, sizeof ascii - 2)];
    return (uint32_t)(0x2581 + place(share, 8));
}

static void put_counts(const struct metric *m, const struct canvas *c, struct buf *out)
{
    double most = 0;
    for (size_t b = 0; b < m->n_bins; b++)
        most = fmax(most, m->bins[b].count);
    buf_adds(out, "pairs");
    for (size_t x = 0; x < c->width && most > 0; x++)
        add_code_point(out, level(m->bins[x * m->n_bins / c->width].count / most, c->style));
    buf_addc(out, '\n');
}

void plot_reliability(const struct metric *m, size_t width, size_t height, enum plot_style style, struct buf *out)
{
    width = width > PLOT_MIN_WIDTH ? width : PLOT_MIN_WIDTH;
    height = height > PLOT_MIN_HEIGHT ? height : PLOT_MIN_HEIGHT;
    struct canvas c = {.width = width - LEFT, .height = height - BELOW, .style = style};
    c.cells = mem_array(c.width * c.height, sizeof *c.cells);
    for (size_t i = 0; i < c.width * c.height; i++)
        c.cells[i] = ' ';
    draw_diagonal(&c);
    for (size_t b = 0; b < m->n_bins; b++)
        if (m->bins[b].count > 0)
            draw_bin(&c, &m->bins[b]);
    for (size_t b = 0; b < m->n_bins; b++)
        if (m->bins[b].count > 0)
            draw_point(&c, &m->bins[b]);
    put_rows(&c, out);
    put_axis(&c, out);
    put_counts(m, &c, out);
    mem_free(c.cells);
}

void plot_reliability_table(const struct metric *m, struct buf *out)
{
    buf_adds(out, "       bin      pairs   said  found   95 % interval\n");
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct metric_bin *b = &m->bins[i];
        buf_addf(out, "%5.3f-%5.3f", b->lo, b->hi);
        if (b->count > 0)
            buf_addf(out, " %9.*f  %5.3f  %5.3f   %5.3f to %5.3f\n", b->n == floor(b->n) ? 0 : 1, b->n, b->confidence,
                     b->accuracy, b->wilson_lo, b->wilson_hi);
        else
            buf_adds(out, "         0      -      -   -\n");
    }
}

void plot_bar(double value, size_t width, enum plot_style style, struct buf *out)
{
    value = value > 0 ? fmin(value, 1) : 0;
    size_t parts = style == PLOT_UNICODE ? 8 : 1;
    size_t filled = (size_t)(value * (double)(width * parts) + 1e-9);
    for (size_t i = 0; i < width; i++) {
        size_t here = filled > i * parts ? filled - i * parts : 0;
        if (here == 0)
            buf_addc(out, ' ');
        else if (style == PLOT_ASCII)
            buf_addc(out, '#');
        else
            add_code_point(out, (uint32_t)(0x2590 - (here < 8 ? here : 8))); /* U+258F one eighth ... U+2588 full */
    }
}

void plot_spark(const double *v, size_t n, enum plot_style style, struct buf *out)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = v[i] > most ? v[i] : most;
    for (size_t i = 0; i < n; i++)
        add_code_point(out, level(most > 0 ? v[i] / most : 0, style));
}
