/* The browse view from inside: its state, shared by view_browse.c (finding, requests) and browse_draw.c. */
#ifndef ASSAY_UI_BROWSE_H
#define ASSAY_UI_BROWSE_H

#include "store/browse.h"
#include "ui/cmdline.h"
#include "ui/indexer.h"
#include "ui/list.h"
#include "ui/reading.h"
#include "ui/workbench.h"

enum { BROWSE_CACHE = 128 }; /* rows kept for drawing, more than any screen has */

struct browsing {
    struct workbench *workbench;
    struct cmdline line; /* the query while it is typed */
    char *asked;         /* the query that the list answers */
    struct arena arena;  /* of its parsed form */
    struct browse *query;
    VEC(int64_t) found; /* keys, as far as they were looked for */
    int64_t reached;
    bool end, to_end; /* all is found; the last row is wanted */
    int64_t wanted; /* the selection goes back to this one, or what comes behind it, once it is found; 0: it is there */
    struct list list;
    struct browse_row cache[BROWSE_CACHE];
    size_t cached;
    struct arena rows; /* of the cache */
    struct reading reading;
    bool reads;             /* the keys scroll the reading, which has all the room */
    struct worker *indexer; /* NULL: nothing is being indexed */
    int64_t unindexed;
};

/* browse_draw.c */
void browse_draw(void *view, const struct screen *s, struct grid *g);
/* What was kept of rows that were drawn may have changed. */
void browse_forget_rows(struct browsing *b);

#endif
