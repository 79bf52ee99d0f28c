/* The annotate view. */
#ifndef ASSAY_UI_VIEW_ANNOTATE_H
#define ASSAY_UI_VIEW_ANNOTATE_H

#include "ui/action.h"
#include "ui/view.h"

/* `host` is borrowed and must outlive the view. */
struct view view_annotate(const struct ui_host *host);

#endif
