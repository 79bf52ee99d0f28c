/* How a person likes to read and work: one set for the whole workbench, in struct screen, whichever views come and go.
 * Changed by `:set` (ui/option.c) and by keys of the annotate view. */
#ifndef ASSAY_UI_TASTES_H
#define ASSAY_UI_TASTES_H

#include "ui/annotate_layout.h"

/* Zero-initialised is what a workbench begins with. */
struct tastes {
    bool linear;              /* no panes: one text, one field at a time, for screen readers */
    bool diff, markdown;      /* how texts are shown */
    enum arrangement arrange; /* how A and B stand */
    int break_minutes;        /* work after which a break is proposed; 0: never */
};

#endif
