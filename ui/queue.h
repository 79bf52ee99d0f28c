/* The queue from inside: its state, shared by view_queue.c (requests) and queue_draw.c. */
#ifndef ASSAY_UI_QUEUE_H
#define ASSAY_UI_QUEUE_H

#include "core/base/arena.h"
#include "ui/cmdline.h"
#include "ui/list.h"
#include "ui/reading.h"
#include "ui/waiting.h"
#include "ui/workbench.h"

enum { QUEUE_CACHE = 128 };

struct queue {
    struct workbench *workbench;
    enum backlog strategy;
    struct waiting_filter filter; /* of it the order alone */
    struct worker *looking;       /* NULL: the list is there */
    VEC(struct waiting_item) items;
    VEC(bool) marked; /* one an item */
    size_t n_marked;
    struct list list;
    struct reading reading;
    bool reads;          /* the selected one is read, on the whole screen */
    bool handing;        /* to whom is asked */
    struct cmdline line; /* the name */
    int source_cols, why_cols;
    struct arena arena; /* of the cache */
    struct {
        int64_t comparison;
        const char *asked;
    } cache[QUEUE_CACHE];
    size_t cached;
};

/* What a strategy is called, and what it lists. */
const char *queue_name(enum backlog strategy);

/* queue_draw.c */
void queue_draw(void *view, const struct screen *s, struct grid *g);
/* What was kept of rows that were drawn may have changed. */
void queue_forget(struct queue *q);

#endif
