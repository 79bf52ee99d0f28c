/* Browse: a query, the comparisons that pass it, and the selected one to read. */
#ifndef ASSAY_UI_VIEW_BROWSE_H
#define ASSAY_UI_VIEW_BROWSE_H

#include "ui/workbench.h"

struct view view_browse(struct workbench *w);

#endif
