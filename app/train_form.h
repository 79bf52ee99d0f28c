/* The form of the train view: its lines and words come from the tables that `train` reads its options by, so that both
 * know the same heads, losses and labels. */
#ifndef ASSAY_APP_TRAIN_FORM_H
#define ASSAY_APP_TRAIN_FORM_H

#include "core/base/arena.h"
#include "ui/train_panel.h"

struct db;

/* Everything lives in `a`. Sets and sources are those of the workspace. */
MUST_CHECK bool train_form_read(struct db *db, struct arena *a, struct train_form *out, struct err *err);

#endif
