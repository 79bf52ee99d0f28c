/* Decisions of a reviewer that were begun and are not kept yet, one a comparison: what was said of a comparison stands
 * there again when one comes back to it. */
#ifndef ASSAY_UI_BEGUN_H
#define ASSAY_UI_BEGUN_H

#include "core/base/buf.h"
#include "ui/waiting.h"

struct begun {
    struct waiting_item item; /* the comparison, as it stood in the list */
    int preference;           /* as shown, or PREFERENCE_UNSET */
    struct buf because;
};

/* Zero-initialised: nothing was begun. */
struct begun_list {
    VEC(struct begun) of;
};

void begun_free(struct begun_list *l);
/* NULL: nothing was begun for it. Valid until the next begun_keep. */
const struct begun *begun_of(const struct begun_list *l, int64_t comparison);
/* This was said of it, and nothing else any more: no preference and no reason take it off the list. */
void begun_keep(struct begun_list *l, const struct waiting_item *item, int preference, const struct buf *because);

#endif
