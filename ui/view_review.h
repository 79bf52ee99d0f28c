/* Review: comparisons on which people disagree, all that was said of one in columns, and a decision. */
#ifndef ASSAY_UI_VIEW_REVIEW_H
#define ASSAY_UI_VIEW_REVIEW_H

#include "ui/workbench.h"

struct view view_review(struct workbench *w);

#endif
