/* A table of markdown laid out in lines; used by ui/markdown.c alone. */
#ifndef ASSAY_UI_MARKDOWN_TABLE_H
#define ASSAY_UI_MARKDOWN_TABLE_H

#include "ui/rendering.h"

enum table_align { TABLE_LEFT, TABLE_CENTRE, TABLE_RIGHT };

struct markdown_table {
    size_t columns;
    VEC(struct rendering) cells; /* by rows, the heads first */
    VEC(enum table_align) align; /* of each column */
};

/* Empty, memory given back. */
void markdown_table_clear(struct markdown_table *t);
/* Its lines, each handed to `line`: columns side by side when `width` is enough, else each cell behind its head. */
void markdown_table_lay(const struct markdown_table *t, int width, bool ascii,
                        void (*line)(void *ctx, const struct rendering *r), void *ctx);

#endif
