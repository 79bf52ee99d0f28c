/* Agreement at a glance, for the dashboard: figured out by app/glance.c, which knows how. */
#ifndef ASSAY_UI_GLANCE_H
#define ASSAY_UI_GLANCE_H

#include "core/base/err.h"

#include <stddef.h>

enum { GLANCE_LINES = 16, GLANCE_WEEKS = 12, GLANCE_NAME = 64, GLANCE_WHY = 120 };

/* One attribute, or the preference. */
struct glance_line {
    char name[GLANCE_NAME];
    double value, low, high;   /* quadratic kappa of pairs of people; NaN: there is none (interval: nor that) */
    char why[GLANCE_WHY];      /* why there is none */
    double week[GLANCE_WEEKS]; /* the same of the last weeks, the oldest first, those without a value left out */
    size_t weeks;
};

struct glance {
    struct glance_line line[GLANCE_LINES];
    size_t n, left_out;           /* attributes told, and beyond that */
    size_t first_wins, decided;   /* how often side A won, of the judgements that prefer a side */
    double first_low, first_high; /* Wilson's interval of that share */
};

#endif
