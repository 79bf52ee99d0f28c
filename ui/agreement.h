/* The agreement view from inside: its state, shared by view_agreement.c (requests), agreement_draw.c (matrix and table)
 * and agreement_person.c (the page of one person). */
#ifndef ASSAY_UI_AGREEMENT_H
#define ASSAY_UI_AGREEMENT_H

#include "ui/agreement_panel.h"
#include "ui/list.h"
#include "ui/workbench.h"

struct agreement_view {
    struct workbench *workbench;
    const struct agreement_state *state; /* as it was looked at last; NULL: nobody makes figures */
    unsigned ended;                      /* of it, as far as was seen */
    size_t sheet;
    VEC(size_t) order;  /* rows: numbers of people; those of the matrix first, then who shares no item with others */
    struct list rows;   /* of `order` */
    size_t column;      /* selected, of the matrix */
    size_t left, shown; /* first column seen; how many are, from the last drawing */
};

/* The panel that is shown; NULL: there is none yet. */
const struct agreement_panel *agreement_shown(const struct agreement_view *v);
/* The sheet on top; NULL: there is none. */
const struct panel_sheet *agreement_sheet_shown(const struct agreement_view *v);
/* The pair under the cursor; NULL: it is none, as a person with themselves. */
const struct panel_pair *agreement_pair(const struct agreement_view *v);

/* agreement_draw.c */
void agreement_draw(void *view, const struct screen *s, struct grid *g);
/* "0.52 (0.41-0.61)", "0.52", or "undefined". */
void agreement_cell(const struct agreement_figure *f, struct buf *out);

/* agreement_person.c */
/* How this one works, as lines of text. */
void agreement_person_text(const struct agreement_panel *p, size_t person, bool ascii, struct buf *out);

#endif
