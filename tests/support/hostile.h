/* Texts that were written to break a terminal, and what must hold of every screen whatever it shows. */
#ifndef ASSAY_TESTS_SUPPORT_HOSTILE_H
#define ASSAY_TESTS_SUPPORT_HOSTILE_H

#include "ui/grid.h"

struct hostile_text {
    const char *what; /* for people */
    const char *bytes;
    size_t n; /* may hold NUL bytes */
    bool utf8;
};
/* Ends with a NULL `what`. */
extern const struct hostile_text hostile_texts[];

/* NULL when every cell of the grid can be sent to a terminal as it is and every row is as wide as the screen; else what
 * is wrong, into `why`. */
const char *hostile_fault(const struct grid *g, struct buf *why);

#endif
