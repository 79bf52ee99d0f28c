/* The dashboard: what there is to do for the person who sits here, how far the work is, and a key to every view. */
#ifndef ASSAY_UI_VIEW_DASHBOARD_H
#define ASSAY_UI_VIEW_DASHBOARD_H

#include "ui/workbench.h"

struct view view_dashboard(struct workbench *w);

#endif
