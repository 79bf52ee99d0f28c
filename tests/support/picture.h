/* A screen as a picture: SVG that stays aligned in any browser, whatever font it takes for "monospace".
 *
 * The picture is a window of its own dark colour, so that it is read on light and on dark pages. Cells are PICTURE_WIDE
 * by PICTURE_HIGH units. Text is written in runs, each with the width that it must have (textLength); what must meet
 * its neighbours (rules, blocks, shades, dots of braille, arrows) is not text but drawn on the grid. Equal cells give
 * equal bytes. */
#ifndef ASSAY_TESTS_SUPPORT_PICTURE_H
#define ASSAY_TESTS_SUPPORT_PICTURE_H

#include "core/base/buf.h"

#include <stdint.h>

enum { PICTURE_WIDE = 8, PICTURE_HIGH = 17, PICTURE_CODES = 6 };
enum { PICTURE_FRONT = 0xd4d7dc, PICTURE_BACK = 0x15181d }; /* what a cell without colours of its own has */

struct picture_cell {
    uint32_t code[PICTURE_CODES]; /* what stands in it, up to the first 0; none: blank */
    int width;                    /* 1, 2, or 0: the right half of the one before */
    uint32_t front, back;         /* 0xRRGGBB, as seen: reversed where the cell is */
    bool bold, underline;
};

struct picture {
    int rows, cols;
    const struct picture_cell *cell; /* rows x cols, by rows */
    const char *title, *desc;        /* for those who do not see it */
};

void picture_svg(const struct picture *p, struct buf *out);

#endif
