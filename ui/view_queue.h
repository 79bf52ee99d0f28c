/* Queue: what waits to be worked on and why, by strategy; handed out from here. */
#ifndef ASSAY_UI_VIEW_QUEUE_H
#define ASSAY_UI_VIEW_QUEUE_H

#include "ui/workbench.h"

struct view view_queue(struct workbench *w);

#endif
