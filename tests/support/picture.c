#include "tests/support/picture.h"

#include "core/base/utf8.h"
#include "core/base/vec.h"

#include <string.h>

enum { EDGE = 12, BASELINE = 13, W = PICTURE_WIDE, H = PICTURE_HIGH };

struct pen {
    const struct picture *p;
    struct buf *out;
    VEC(uint32_t) colors; /* class c0, c1, ... */
};

static const struct picture_cell *at(const struct picture *p, int row, int col)
{
    return &p->cell[(size_t)row * (size_t)p->cols + (size_t)col];
}

static void color(struct pen *pen, uint32_t rgb)
{
    for (size_t i = 0; i < pen->colors.n; i++)
        if (pen->colors.v[i] == rgb)
            return;
    vec_push(&pen->colors, rgb);
}

static void rect(struct buf *out, double x, double y, double width, double height)
{
    buf_addf(out, "M%g %gh%gv%gh%gz", x, y, width, height, -width);
}

/* ---- what is drawn ---- */

/* Arms of a rule from the middle of the cell. */
enum { LEFT = 1, RIGHT = 2, UP = 4, DOWN = 8 };

static int arms(uint32_t code)
{
    static const struct {
        uint32_t code;
        int arms;
    } rules[] = {
        {0x2500, LEFT | RIGHT},
        {0x2502, UP | DOWN},
        {0x250c, RIGHT | DOWN},
        {0x2510, LEFT | DOWN},
        {0x2514, RIGHT | UP},
        {0x2518, LEFT | UP},
        {0x251c, UP | DOWN | RIGHT},
        {0x2524, UP | DOWN | LEFT},
        {0x252c, LEFT | RIGHT | DOWN},
        {0x2534, LEFT | RIGHT | UP},
        {0x253c, LEFT | RIGHT | UP | DOWN},
        {0x2574, LEFT},
        {0x2575, UP},
        {0x2576, RIGHT},
        {0x2577, DOWN},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].code == code)
            return rules[i].arms;
    return 0;
}

static void rule(struct buf *out, int a, double x, double y, int n)
{
    if (a & (LEFT | RIGHT)) {
        double from = a & LEFT ? 0 : W / 2, to = a & RIGHT ? n * W : n * W - W / 2 + 1;
        rect(out, x + from, y + H / 2, to - from, 1);
    }
    if (a & (UP | DOWN)) {
        double from = a & UP ? 0 : H / 2, to = a & DOWN ? H : H / 2 + 1;
        rect(out, x + W / 2, y + from, 1, to - from);
    }
}

/* Dots 1 to 8 of U+2800: two columns of three, then the fourth row. */
static void braille(struct buf *out, uint32_t dots, double x, double y)
{
    static const int column[] = {0, 0, 0, 1, 1, 1, 0, 1}, row[] = {0, 1, 2, 0, 1, 2, 3, 3};
    for (int i = 0; i < 8; i++)
        if (dots >> i & 1)
            rect(out, x + 1 + 4 * column[i], y + 1 + 4.25 * row[i], 2, 2);
}

static void triangle(struct buf *out, uint32_t code, double x, double y)
{
    static const char *const shape[] = {"l4 7h-8z", "l8 4l-8 4z", "h8l-4 7z", "l-8 4l8 4z"};
    const bool up = code == 0x25b2, right = code == 0x25b6, down = code == 0x25bc;
    buf_addf(out, "M%g %g%s",
             x + (up              ? W / 2
                  : right || down ? 0
                                  : W),
             y + (up || down ? 5 : 4),
             shape[up      ? 0
                   : right ? 1
                   : down  ? 2
                           : 3]);
}

/* How much of its colour a shade has, in quarters; 0: it is none. */
static int shade(uint32_t code)
{
    return code >= 0x2591 && code <= 0x2593 ? (int)(code - 0x2590) : 0;
}

/* A code that is drawn rather than written. */
static bool drawn(uint32_t code)
{
    return arms(code) != 0 || (code >= 0x2581 && code <= 0x258f) || shade(code) > 0 || code == 0x25b2 ||
           code == 0x25b6 || code == 0x25bc || code == 0x25c0 || code == 0x25cf || (code > 0x2800 && code <= 0x28ff);
}

/* One that goes on through n cells. */
static bool stretches(uint32_t code)
{
    return code == 0x2500 || (code >= 0x2581 && code <= 0x2588) || shade(code) > 0;
}

static void shape(struct buf *out, uint32_t code, double x, double y, int n)
{
    if (arms(code) != 0)
        rule(out, arms(code), x, y, n);
    else if (code >= 0x2581 && code <= 0x2588)
        rect(out, x, y + H * (0x2588 - (double)code) / 8, n * W, H * ((double)code - 0x2580) / 8);
    else if (code >= 0x2589 && code <= 0x258f)
        rect(out, x, y, 0x2590 - (double)code, H);
    else if (shade(code) > 0)
        rect(out, x, y, n * W, H);
    else if (code == 0x25cf)
        buf_addf(out, "M%g %ga3 3 0 1 0 6 0a3 3 0 1 0-6 0z", x + 1, y + H / 2);
    else if (code > 0x2800)
        braille(out, code - 0x2800, x, y);
    else
        triangle(out, code, x, y);
}

/* ---- passes over the cells ---- */

static int run_of(const struct picture *p, int row, int col)
{
    const struct picture_cell *first = at(p, row, col);
    int n = 1;
    while (stretches(first->code[0]) && col + n < p->cols && at(p, row, col + n)->code[0] == first->code[0] &&
           at(p, row, col + n)->front == first->front)
        n++;
    return n;
}

/* Everything drawn in one colour, as one path; solid (level 0), or a shade. */
static void shapes(struct pen *pen, size_t c, int level)
{
    const struct picture *p = pen->p;
    struct buf path = BUF_INIT;
    for (int row = 0; row < p->rows; row++)
        for (int col = 0, n; col < p->cols; col += n) {
            const struct picture_cell *cell = at(p, row, col);
            n = run_of(p, row, col);
            if (cell->front != pen->colors.v[c])
                continue;
            if (drawn(cell->code[0]) && shade(cell->code[0]) == level)
                shape(&path, cell->code[0], EDGE + col * W, EDGE + row * H, n);
            if (cell->underline && level == 0)
                rect(&path, EDGE + col * W, EDGE + row * H + BASELINE + 2, n * W, 1);
        }
    if (path.len > 0 && level == 0)
        buf_addf(pen->out, "<path class=\"c%zu\" d=\"%s\"/>\n", c, path.ptr);
    else if (path.len > 0)
        buf_addf(pen->out, "<path class=\"c%zu\" fill-opacity=\"%g\" d=\"%s\"/>\n", c, level / 4.0, path.ptr);
    buf_free(&path);
}

static void backgrounds(struct pen *pen, size_t c)
{
    const struct picture *p = pen->p;
    struct buf path = BUF_INIT;
    for (int row = 0; pen->colors.v[c] != PICTURE_BACK && row < p->rows; row++)
        for (int col = 0, n; col < p->cols; col += n) {
            for (n = 1; col + n < p->cols && at(p, row, col + n)->back == at(p, row, col)->back; n++)
                ;
            if (at(p, row, col)->back == pen->colors.v[c])
                rect(&path, EDGE + col * W, EDGE + row * H, n * W, H);
        }
    if (path.len > 0)
        buf_addf(pen->out, "<path class=\"c%zu\" d=\"%s\"/>\n", c, path.ptr);
    buf_free(&path);
}

/* ---- text ---- */

static bool blank(const struct picture_cell *c)
{
    return c->width == 1 && (c->code[0] == 0 || c->code[0] == ' ' || drawn(c->code[0]));
}

/* What fonts for terminals have at the width of their other letters; anything else is placed by itself. */
static bool common(const struct picture_cell *c)
{
    uint32_t code = c->code[0];
    return c->width == 1 && c->code[1] == 0 && (code < 0x250 || (code >= 0x2010 && code <= 0x203a));
}

static void escape(struct buf *out, const struct picture_cell *c)
{
    char utf8[4];
    for (int i = 0; i < PICTURE_CODES && c->code[i] != 0; i++)
        if (c->code[i] == '&')
            buf_adds(out, "&amp;");
        else if (c->code[i] == '<')
            buf_adds(out, "&lt;");
        else
            buf_add(out, utf8, (size_t)utf8_encode(c->code[i], utf8));
    if (c->code[0] == 0)
        buf_addc(out, ' ');
}

/* Cells that are written as one run from here on: alike in style, words with single blanks between them. */
static int words_of(const struct picture *p, int row, int col)
{
    const struct picture_cell *first = at(p, row, col);
    int n = 1;
    if (!common(first))
        return first->width == 2 ? 2 : 1;
    for (; col + n < p->cols; n++) {
        const struct picture_cell *c = at(p, row, col + n);
        if (c->front != first->front || c->bold != first->bold || !common(c))
            break;
        if (blank(c) && (col + n + 1 >= p->cols || blank(at(p, row, col + n + 1))))
            break;
    }
    return n > 1 && blank(at(p, row, col + n - 1)) ? n - 1 : n;
}

static size_t class_of(const struct pen *pen, uint32_t rgb)
{
    size_t c = 0;
    while (c < pen->colors.n && pen->colors.v[c] != rgb)
        c++;
    return c;
}

static void texts(struct pen *pen, int row)
{
    const struct picture *p = pen->p;
    for (int col = 0, n; col < p->cols; col += n) {
        const struct picture_cell *c = at(p, row, col);
        n = 1;
        if (blank(c) || c->width == 0)
            continue;
        n = words_of(p, row, col);
        buf_addf(pen->out, "<text class=\"c%zu%s\" x=\"%d\" y=\"%d\"", class_of(pen, c->front), c->bold ? " b" : "",
                 EDGE + col * W, EDGE + row * H + BASELINE);
        if (n > 1 && common(c))
            buf_addf(pen->out, " textLength=\"%d\"", n * W);
        buf_addc(pen->out, '>');
        for (int i = 0; i < n; i++)
            if (at(p, row, col + i)->width > 0)
                escape(pen->out, at(p, row, col + i));
        buf_adds(pen->out, "</text>\n");
    }
}

/* ---- the whole ---- */

static void begin(struct pen *pen)
{
    const struct picture *p = pen->p;
    const int width = p->cols * W + 2 * EDGE, height = p->rows * H + 2 * EDGE;
    buf_addf(
        pen->out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n"
        "<title>%s</title>\n<desc>%s</desc>\n<style>\n"
        "text{font:13.3px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",\"Liberation Mono\",monospace}\n"
        ".b{font-weight:bold}\n",
        width, height, width, height, p->title, p->desc);
    for (size_t c = 0; c < pen->colors.n; c++)
        buf_addf(pen->out, ".c%zu{fill:#%06x}\n", c, pen->colors.v[c]);
    buf_addf(pen->out,
             "</style>\n<rect x=\".5\" y=\".5\" width=\"%d\" height=\"%d\" rx=\"6\" fill=\"#%06x\" "
             "stroke=\"#555b66\"/>\n",
             width - 1, height - 1, (unsigned)PICTURE_BACK);
}

void picture_svg(const struct picture *p, struct buf *out)
{
    struct pen pen = {.p = p, .out = out};
    for (int row = 0; row < p->rows; row++)
        for (int col = 0; col < p->cols; col++) {
            color(&pen, at(p, row, col)->front);
            color(&pen, at(p, row, col)->back);
        }
    begin(&pen);
    for (size_t c = 0; c < pen.colors.n; c++)
        backgrounds(&pen, c);
    for (size_t c = 0; c < pen.colors.n; c++)
        for (int level = 0; level < 4; level++)
            shapes(&pen, c, level);
    for (int row = 0; row < p->rows; row++)
        texts(&pen, row);
    buf_adds(out, "</svg>\n");
    vec_free(&pen.colors);
}
