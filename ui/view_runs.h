/* All recorded runs: sorted, opened, marked for a comparison, their heads copied and reported on. */
#ifndef ASSAY_UI_VIEW_RUNS_H
#define ASSAY_UI_VIEW_RUNS_H

#include "ui/workbench.h"

struct view view_runs(struct workbench *w);

#endif
