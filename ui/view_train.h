/* Fit a head: a form with defaults that are right, the fit as it goes on, what came of it. */
#ifndef ASSAY_UI_VIEW_TRAIN_H
#define ASSAY_UI_VIEW_TRAIN_H

#include "ui/workbench.h"

struct view view_train(struct workbench *w);

#endif
