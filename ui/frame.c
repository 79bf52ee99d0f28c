#include "ui/frame.h"

#include "ui/textview.h"

#include <string.h>

enum { COL_NAME = 8, GAP = 2, TEXT_COLS = 72 };

static int width_of(const char *text)
{
    return (int)safe_width(text, strlen(text));
}

void frame_header(struct grid *g, const char *left, const char *right)
{
    int at = g->cols - 1 - width_of(right);
    if (at < COL_NAME + GAP)
        at = COL_NAME + GAP;
    grid_puts(g, 0, 1, COL_NAME - 1, "assay", STYLE_TITLE);
    grid_put_short(g, 0, COL_NAME, at - GAP - COL_NAME, left, strlen(left), STYLE_LABEL);
    grid_put_short(g, 0, at, g->cols - at, right, strlen(right), STYLE_LABEL);
}

void frame_rule(struct grid *g, int row, int col, int cols, const char *title, const char *right)
{
    grid_marks(g, row, col, cols, MARK_RULE, STYLE_RULE);
    int end = col + cols - 1, width = *right != '\0' ? width_of(right) + 2 : 0;
    if (*right != '\0' && width < cols / 2) {
        end -= width;
        grid_puts(g, row, end, 1, " ", STYLE_RULE);
        grid_puts(g, row, end + 1, width - 2, right, STYLE_DIM);
        grid_puts(g, row, end + width - 1, 1, " ", STYLE_RULE);
    }
    if (*title == '\0')
        return;
    grid_puts(g, row, col + 1, 1, " ", STYLE_RULE);
    int used = grid_put_short(g, row, col + 2, end - col - 4, title, strlen(title), STYLE_TITLE);
    grid_puts(g, row, col + 2 + used, 1, " ", STYLE_RULE);
}

void frame_empty(struct grid *g, int row, int col, int rows, int cols, const char *text)
{
    struct wrap_rows wrapped = {0};
    int width = cols > TEXT_COLS + 4 ? TEXT_COLS : cols - 4;
    wrap_text(text, strlen(text), width, 0, &wrapped);
    int n = (int)wrapped.rows.n, top = row + (rows > n ? (rows - n) / 3 : 0);
    for (int i = 0; i < n && top + i < row + rows; i++)
        textview_draw_row(g, top + i, col + (cols - width) / 2, width, text, &wrapped.rows.v[i], STYLE_TEXT);
    vec_free(&wrapped.rows);
}
