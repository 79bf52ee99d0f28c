/* What the agreement view shows: how people agree, attribute by attribute and two by two, and how each of them works.
 * Made by app/workbench_agreement.c on a thread; tests make their own. */
#ifndef ASSAY_UI_AGREEMENT_PANEL_H
#define ASSAY_UI_AGREEMENT_PANEL_H

#include "core/agreement.h"
#include "core/drift.h"
#include "ui/work.h"

#include <stdint.h>

/* Of more people the rest is counted in `left_out`; of more levels there are no tables. */
enum { PANEL_PEOPLE = 12, PANEL_LEVELS = 11, PANEL_WEEKS = 52 };

/* Two people on the items that both judged. */
struct panel_pair {
    size_t shared;
    struct agreement_figure kappa; /* quadratic weights */
    const double *table;           /* levels x levels, rows: what the first said; NULL: too many levels, or no items */
};

struct panel_week {
    const char *monday; /* "2026-11-23"; "": not known */
    size_t shared;
    struct agreement_figure kappa; /* of all people, pooled; without an interval */
};

/* One attribute, or the preference. */
struct panel_sheet {
    const char *attribute;
    size_t judgements, shared; /* items that two or more people judged */
    size_t n, left_out;
    const size_t *person;          /* n: numbers in panel->person, the busiest first */
    const struct panel_pair *pair; /* n x n by rows; the diagonal is empty */
    size_t levels;
    const double *level;
    struct agreement_figure kappa, alpha, raw; /* quadratic, ordinal, raw: of all */
    const char *reading;                       /* what alpha allows */
    const char *none;                          /* there are no figures, because ...; NULL: there are */
    const struct panel_week *week;             /* in the order of time */
    size_t weeks;
};

/* n of `of`, with Wilson's interval. */
struct panel_share {
    size_t n, of;
    bool leans; /* no chance: the interval leaves out one half */
};

struct panel_person {
    const char *name;
    size_t judgements;
    struct panel_share side_a, longer, straight, neither, same; /* same: the same side again, of repeats */
    double median, seconds;                                     /* active time of a judgement, of all; NaN: not known */
    const double *week_median;                        /* of each of panel->week; NaN: nothing known of that week */
    struct panel_share gold, gold_before, gold_after; /* all answers, the first half, the second */
    struct drift drift;                               /* from one to the other */
};

struct agreement_panel {
    const struct panel_sheet *sheet; /* the preference first */
    size_t sheets;
    const struct panel_person *person; /* by number; some may have judged nothing */
    size_t people;
    const char *const *week; /* Mondays, in the order of time, the last PANEL_WEEKS of them */
    size_t weeks;
    int64_t made; /* ms since 1970 */
};

struct agreement_state {
    struct work work;
    unsigned ended;                      /* news when it grows */
    const struct agreement_panel *panel; /* the last that was made; NULL: none yet */
};

/* Called on the thread of the screen; only `rest` waits. */
struct agreement_host {
    /* Read the workspace anew and make a panel; nothing while one is being made. */
    bool (*make)(void *ctx, struct err *err);
    /* Borrowed until the next call. */
    const struct agreement_state *(*look)(void *ctx);
    /* Stop what goes on, and wait. */
    void (*rest)(void *ctx);
    void *ctx;
};

#endif
