/* The workbench on a real workspace in a temporary folder, driven without a terminal: the views as the program runs
 * them, each write on the disk. Include after criterion's headers. */
#ifndef ASSAY_TESTS_SUPPORT_WORKBENCH_STAGE_H
#define ASSAY_TESTS_SUPPORT_WORKBENCH_STAGE_H

#include "app/deeds.h"
#include "app/session.h"
#include "app/workbench_agreement.h"
#include "app/workbench_train.h"
#include "tests/support/store_fixture.h"
#include "ui/workbench.h"

struct workbench_stage {
    struct fixture f; /* fill it between init and open */
    struct session session;
    struct ui_host annotate;
    struct deed_context deeds;
    struct workbench_host host;
    struct workbench_agreement *agreement;
    struct workbench_train *train;
    struct workbench workbench;
    struct keys *keys;
    struct screen screen;
    struct buf dump;
};

/* A workspace with this built-in rubric. NULL: none, as for somebody new. */
void workbench_stage_init(struct workbench_stage *s, const char *rubric);
/* Sign "ada" on and open a view. Other keys may be parsed into s->keys before. */
void workbench_stage_open(struct workbench_stage *s, enum workbench_view first, int rows, int cols, bool ascii);
void workbench_stage_free(struct workbench_stage *s);
/* Keys and commands written as in scripts; waits after each until no view is busy, then draws. */
void workbench_stage_press(struct workbench_stage *s, const char *keys);
/* What the screen shows; what views hold. Valid until the next call. */
const char *workbench_stage_text(struct workbench_stage *s);
const char *workbench_stage_model(struct workbench_stage *s);
/* Compare with tests/data/screens/NAME.txt; with GOLDEN=1 in the environment the file is rewritten instead. */
void workbench_stage_golden(struct workbench_stage *s, const char *name);

/* For any screen: press keys as above; wait until no view is busy. */
void stage_press(struct screen *s, const char *keys);
void stage_settle(struct screen *s);

#endif
