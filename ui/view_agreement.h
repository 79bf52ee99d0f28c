/* How people agree: two by two, attribute by attribute, week by week; and how each of them works. */
#ifndef ASSAY_UI_VIEW_AGREEMENT_H
#define ASSAY_UI_VIEW_AGREEMENT_H

#include "ui/workbench.h"

struct view view_agreement(struct workbench *w);

#endif
