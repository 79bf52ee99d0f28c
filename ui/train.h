/* The train view from inside: its state, shared by view_train.c (requests) and train_draw.c. */
#ifndef ASSAY_UI_TRAIN_H
#define ASSAY_UI_TRAIN_H

#include "ui/form.h"
#include "ui/run_table.h"
#include "ui/workbench.h"

struct train_view {
    struct workbench *workbench;
    const struct train_state *state; /* as it was looked at last; NULL: nobody fits here */
    unsigned ended;                  /* of it, as far as was seen */
    struct form form;
    struct run_table runs; /* the newest are shown where there is room */
};

/* view_train.c, for every view that such work is seen in: does any go on; ask it to stop. */
bool train_busy(const struct train_state *state);
void train_stop(const struct workbench *w, const struct train_state *state, struct screen *s);

/* train_draw.c */
void train_draw(void *view, const struct screen *s, struct grid *g);
/* One row of the table of runs from column `col` on, `cols` wide: as many columns as fit. */
void train_draw_run(const struct run_row *r, struct grid *g, int row, int col, int cols, enum style style);
/* The titles above them; the one that the table is sorted by is marked. */
void train_draw_titles(const struct run_table *t, struct grid *g, int row, int col, int cols);
/* "fitting 45 %, 3 s", appended; nothing when no work goes on. */
void train_draw_work(const struct train_state *state, struct buf *out);

#endif
