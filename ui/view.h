/* A view: something that fills the screen and takes requests. Views stand on a stack (ui/view_stack.h) and talk to the
 * program through struct screen. Each view file ends with its table of operations. */
#ifndef ASSAY_UI_VIEW_H
#define ASSAY_UI_VIEW_H

#include "core/base/buf.h"
#include "ui/grid.h"
#include "ui/keys.h"

struct screen;

/* Smaller screens show one sentence, and every view can rely on this much room. */
enum { VIEW_MIN_ROWS = 20, VIEW_MIN_COLS = 80 };

/* Something that can be typed behind `:`. Tables of them end with a NULL name. */
struct command {
    const char *name, *alias; /* alias may be NULL */
    const char *args;         /* for people: "ID", "" */
    const char *help;
    const char *const *words; /* what can stand behind it, for completion; ends with NULL; NULL: anything */
    bool (*run)(void *view, struct screen *s, const char *arg, struct err *err);
};

struct view_ops {
    const char *name;
    const struct command *commands; /* of its own; NULL: none */
    /* Which keys hold now. */
    enum keymap (*keymap)(const void *view);
    /* A bound key was pressed. */
    void (*request)(void *view, struct screen *s, enum request r);
    /* Text was typed for which no key is bound, or pasted. False: not wanted here. NULL: never wanted. */
    bool (*text)(void *view, struct screen *s, const char *text, size_t n, bool pasted);
    /* The text that screen_edit sent to the person's own editor has come back as this. NULL: none is ever sent. */
    void (*edited)(void *view, struct screen *s, const char *text, size_t n);
    /* Select the next thing that has this text in it, in this direction (1, -1), from where one is, round the ends;
     * false when there is none (ui/find.h compares). NULL: nothing to search in. */
    bool (*find)(void *view, struct screen *s, const char *what, int direction);
    /* It is on top now, new or because what was above it was closed: time to read what may have changed. NULL: nothing.
     */
    void (*shown)(void *view, struct screen *s);
    /* A worker has woken the loop (ui/worker.h), or workbench_wake() was called. Every open view is told, whoever it
     * was. NULL: has no workers. */
    void (*woken)(void *view, struct screen *s);
    /* In how many milliseconds it wants tick() to be called; -1: never. Asked anew after everything that happens. */
    int (*wait_ms)(const void *view);
    void (*tick)(void *view, struct screen *s);
    /* Is work going on that will wake it? Scripts wait until no view is busy. NULL: never. */
    bool (*busy)(const void *view);
    /* A mouse was pressed on this cell of what was drawn last. NULL: it means nothing here. */
    void (*click)(void *view, struct screen *s, int row, int col);
    /* Fill the grid, which is blank and at least VIEW_MIN_ROWS x VIEW_MIN_COLS. */
    void (*draw)(void *view, const struct screen *s, struct grid *g);
    /* What it shows, as lines "name value", for tests. */
    void (*dump)(const void *view, struct buf *out);
    void (*close)(void *view); /* frees it */
};

struct view {
    const struct view_ops *ops;
    void *self;
};

#endif
