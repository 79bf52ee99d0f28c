/* The viewport of a list: how many rows, which is selected, which stands on top. Knows nothing of what the rows are;
 * they are drawn by a callback. Shared by every view that shows a list. */
#ifndef ASSAY_UI_LIST_H
#define ASSAY_UI_LIST_H

#include "ui/screen.h"

enum { LIST_MARGIN = 2 }; /* rows seen beyond the selected one, where there are any */

/* Zero-initialised is empty. */
struct list {
    size_t n;           /* rows */
    size_t at;          /* the selected one, < n; 0 when there is none */
    size_t top;         /* the first one seen */
    int height;         /* rows of room, from the last drawing or list_set_height */
    int row, col, cols; /* where it was drawn last; cols 0: nowhere yet */
};

/* There are now n rows. The selection stays on its index, or on the last row when that is gone. */
void list_set(struct list *l, size_t n);
void list_set_height(struct list *l, int height);
/* A row has gone, or come in before row `i`: the selection stays on the row it was on; of one that has gone, on the one
 * that took its place. */
void list_remove(struct list *l, size_t i);
void list_insert(struct list *l, size_t i);
/* Select row i (the last one when there are fewer). */
void list_go(struct list *l, size_t i);
/* By so many rows; false when it was at that end already. */
bool list_move(struct list *l, long by);

/* Lines, pages, halves, ends. False: it is none of these. At an end it says so. */
bool list_request(struct list *l, struct screen *s, enum request r);
/* Select the next row that is a hit, from the selected one on in this direction (1, -1), round the ends; the selected
 * one comes last. False when there is none. */
bool list_find(struct list *l, int direction, bool (*hit)(void *ctx, size_t i), void *ctx);

/* A mouse was pressed on this cell: select the row that stands there. False: none does. */
bool list_click(struct list *l, int row, int col);

/* Draw the rows into this area, the selected one with a mark in the first column and in the style of the cursor. `row`
 * draws row i from column `col` on. */
void list_draw(struct list *l, struct grid *g, int row, int col, int rows, int cols,
               void (*draw)(void *ctx, struct grid *g, int row, int col, int cols, size_t i), void *ctx);
/* "3/120", or "0". */
enum { LIST_RANGE_SIZE = 48 };
void list_range(const struct list *l, char out[LIST_RANGE_SIZE]);

#endif
