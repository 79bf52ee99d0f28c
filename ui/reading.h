/* One comparison to read: prompt, both answers, what everybody said of it. Shared by the views that show one. */
#ifndef ASSAY_UI_READING_H
#define ASSAY_UI_READING_H

#include "store/comparison.h"
#include "ui/screen.h"

/* Zero-initialised shows nothing. */
struct reading {
    int64_t row; /* what is shown; 0: nothing */
    int a_is;    /* the stored response on side A */
    struct comparison c;
    struct arena arena;
    struct textview text;
    struct buf said; /* lines that `text` shows of judgements */
};
void reading_release(struct reading *r);
/* Show this comparison (0: none), read anew unless it stands there already and `again` is false. On a failure nothing
 * is shown. */
MUST_CHECK bool reading_set(struct reading *r, struct db *db, int64_t row, int a_is, bool ascii, bool again,
                            struct err *err);
/* Lines, halves, pages, ends. False: it is none of these. */
bool reading_request(struct reading *r, struct screen *s, enum request request);
void reading_draw(struct reading *r, struct grid *g, int row, int col, int rows, int cols);

/* Everything that happened to a comparison, as a view to read. */
MUST_CHECK bool reading_history(struct db *db, int64_t row, bool ascii, struct view *out, struct err *err);

#endif
