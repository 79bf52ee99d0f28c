/* What a head says of a comparison, for people who decide: figured out by app/verdicts.c, which knows how. */
#ifndef ASSAY_UI_VERDICT_H
#define ASSAY_UI_VERDICT_H

#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>

enum { VERDICT_WHY = 160 };

struct verdict {
    double p;         /* that the first answer is better; NaN: the head has no row for one of them */
    double low, high; /* 95 %; NaN: the head does not say how sure it is */
};
struct verdicts {
    struct verdict *of;    /* one a comparison, memory of the caller */
    char head[64];         /* name of its file; "": there is none, */
    char why[VERDICT_WHY]; /* because ... */
};

#endif
