/* What every view has around it: a header on the first row, rules with a title between its parts. */
#ifndef ASSAY_UI_FRAME_H
#define ASSAY_UI_FRAME_H

#include "ui/grid.h"

/* " assay  left                right ", on row 0. Both are any text; `right` stays whole as long as it fits, `left` is
 * cut. */
void frame_header(struct grid *g, const char *left, const char *right);
/* "─ title ──────── right ─" on one row. Both may be "". */
void frame_rule(struct grid *g, int row, int col, int cols, const char *title, const char *right);
/* A sentence or two in the middle of an area, wrapped: why there is nothing to see, and what to do. */
void frame_empty(struct grid *g, int row, int col, int rows, int cols, const char *text);

#endif
