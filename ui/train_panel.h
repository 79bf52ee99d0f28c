/* What the train and runs views stand on: a form of what can be asked of `train`, work done beside the screen, and what
 * came of it. Made by app/workbench_train.c from the tables that `train --list` prints; tests make their own. */
#ifndef ASSAY_UI_TRAIN_PANEL_H
#define ASSAY_UI_TRAIN_PANEL_H

#include "core/metric.h"
#include "ui/work.h"

#include <stdint.h>

struct train_choice {
    const char *word; /* "": the option is not given */
    const char *text; /* what that means */
};

/* One line of the form. */
struct train_field {
    const char *option; /* of `train`, without dashes; NULL: options as they are typed, with blanks between them */
    const char *label, *help;
    const struct train_choice *choice; /* n of them; none: it is typed */
    size_t n;
    bool typed; /* anything else can be typed, too */
    const char *initial;
    uint64_t heads;           /* bit i: it is for the i-th choice of the field "head" */
    const char *needs, *bars; /* only when the field of this option is given; only when it is not. NULL: always */
};

struct train_form {
    const struct train_field *field;
    size_t n;
    const char *why_not; /* nothing can be fitted yet, because ...; NULL: it can */
};

/* id, what goes on, for people */
#define TRAIN_TASKS(X)                                                                                                 \
    X(FIT, "fitting")         /* words: options of `train` */                                                          \
    X(JUDGE, "judging")       /* word: path of a head; its figures as a page */                                        \
    X(COMPARE, "comparing")   /* words: paths of heads, on what all of them held out */                                \
    X(COPY, "copying")        /* words: path of a head, and where to: nothing may stand there; title: what was done */ \
    X(REPORT, "reporting on") /* words: paths of heads; the report beside the workspace */
enum train_task {
#define X(id, text) TRAIN_##id,
    TRAIN_TASKS(X)
#undef X
};
const char *train_task_text(enum train_task t);

/* What a fit came to. Strings are shown through the grid, as all text is. */
struct train_result {
    const char *model;           /* path of the head */
    const char *summary, *ended; /* "bt head on 1920 pairs x 4096, lambda 3.2e-04"; how the fit ended */
    const char *why_not;         /* it was not judged, because ...; NULL: it was */
    const char *split;           /* by which pairs: holdout, test, ... */
    struct metric m;             /* n = 0: there are no pairs */
    struct metric_intervals interval;
    double people;    /* how often one of the judges is right at most; NaN: not known */
    const char *page; /* all figures as text */
};

struct train_state {
    struct work work; /* of the last task */
    enum train_task task;
    unsigned ended;                    /* tasks that have come to an end: news when it grows */
    const struct train_result *result; /* of the last fit that came to its end; NULL: none yet */
    const char *title, *page;          /* what the last task but a fit has to say; NULL: nothing */
};

/* All are called on the thread of the screen; only `rest` waits. */
struct train_host {
    /* Read anew at each call; borrowed until the next. False: the workspace could not be read. */
    bool (*form)(void *ctx, const struct train_form **out, struct err *err);
    /* ERR_BUSY while another task goes on. */
    bool (*start)(void *ctx, enum train_task task, const char *const *words, size_t n, struct err *err);
    /* Ask it to stop. A fit that is stopped leaves no file and no run. */
    void (*stop)(void *ctx);
    /* Borrowed until the next call. */
    const struct train_state *(*look)(void *ctx);
    /* Stop what goes on, and wait. */
    void (*rest)(void *ctx);
    void *ctx;
};

#endif
