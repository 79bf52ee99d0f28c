#include "ui/list.h"

#include <stdio.h>

static long margin(const struct list *l)
{
    long half = (l->height - 1) / 2;
    return half < 0 ? 0 : half < LIST_MARGIN ? half : LIST_MARGIN;
}

/* Move the top as little as it takes for the selected row, with its margin, to be seen, and for no room to be wasted
 * below the last row. */
static void follow(struct list *l)
{
    if (l->at >= l->n)
        l->at = l->n > 0 ? l->n - 1 : 0;
    long height = l->height > 0 ? l->height : 1, n = (long)l->n, at = (long)l->at, top = (long)l->top;
    if (top > at - margin(l))
        top = at - margin(l);
    if (top < at + margin(l) - height + 1)
        top = at + margin(l) - height + 1;
    if (top > n - height)
        top = n - height;
    l->top = top > 0 ? (size_t)top : 0;
}

void list_set(struct list *l, size_t n)
{
    l->n = n;
    follow(l);
}

void list_set_height(struct list *l, int height)
{
    l->height = height > 0 ? height : 1;
    follow(l);
}

void list_remove(struct list *l, size_t i)
{
    l->n--;
    if (i < l->at)
        l->at--;
    if (i < l->top)
        l->top--;
    follow(l);
}

void list_insert(struct list *l, size_t i)
{
    bool first = l->n++ == 0;
    if (i <= l->at && !first)
        l->at++;
    if (i < l->top)
        l->top++;
    follow(l);
}

void list_go(struct list *l, size_t i)
{
    l->at = i;
    follow(l);
}

bool list_move(struct list *l, long by)
{
    size_t from = l->at;
    if (by < 0)
        l->at = l->at > (size_t)-by ? l->at - (size_t)-by : 0;
    else
        l->at = l->n - l->at > (size_t)by ? l->at + (size_t)by : l->n > 0 ? l->n - 1 : 0;
    follow(l);
    return l->at != from;
}

bool list_request(struct list *l, struct screen *s, enum request r)
{
    long page = l->height > 2 ? l->height - 1 : 1, all = (long)l->n, half = (page + 1) / 2;
    const struct {
        enum request request;
        long by;
    } moves[] = {{REQ_LINE_DOWN, 1},    {REQ_LINE_UP, -1},    {REQ_HALF_DOWN, half}, {REQ_HALF_UP, -half},
                 {REQ_PAGE_DOWN, page}, {REQ_PAGE_UP, -page}, {REQ_TOP, -all},       {REQ_BOTTOM, all}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        if (moves[i].request != r)
            continue;
        if (!list_move(l, moves[i].by))
            screen_say(s, l->n == 0         ? "The list is empty."
                          : moves[i].by < 0 ? "This is the first."
                                            : "This is the last.");
        return true;
    }
    return false;
}

bool list_find(struct list *l, int direction, bool (*hit)(void *ctx, size_t i), void *ctx)
{
    for (size_t step = 1; step <= l->n; step++) {
        size_t i = (l->at + (direction > 0 ? step : l->n - step)) % l->n;
        if (!hit(ctx, i))
            continue;
        list_go(l, i);
        return true;
    }
    return false;
}

bool list_click(struct list *l, int row, int col)
{
    size_t i = l->top + (size_t)(row - l->row);
    if (row < l->row || row >= l->row + l->height || col < l->col || col >= l->col + l->cols || i >= l->n)
        return false;
    list_go(l, i);
    return true;
}

void list_draw(struct list *l, struct grid *g, int row, int col, int rows, int cols,
               void (*draw)(void *ctx, struct grid *g, int row, int col, int cols, size_t i), void *ctx)
{
    list_set_height(l, rows);
    l->row = row;
    l->col = col;
    l->cols = cols;
    for (int r = 0; r < rows && l->top + (size_t)r < l->n; r++) {
        size_t i = l->top + (size_t)r;
        draw(ctx, g, row + r, col + 2, cols - 2, i);
        if (i != l->at)
            continue;
        grid_restyle(g, row + r, col, cols, STYLE_CURSOR);
        grid_marks(g, row + r, col, 1, MARK_CURSOR, STYLE_CURSOR);
        g->cursor_row = row + r;
        g->cursor_col = col;
    }
}

void list_range(const struct list *l, char out[LIST_RANGE_SIZE])
{
    if (l->n == 0)
        snprintf(out, LIST_RANGE_SIZE, "0");
    else
        snprintf(out, LIST_RANGE_SIZE, "%zu/%zu", l->at + 1, l->n);
}
