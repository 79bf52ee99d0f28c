/* The figures of the agreement view, made beside the screen (app/job.h) from what `agreement` is made of. */
#ifndef ASSAY_APP_WORKBENCH_AGREEMENT_H
#define ASSAY_APP_WORKBENCH_AGREEMENT_H

#include "app/app.h"
#include "ui/agreement_panel.h"

struct workbench_agreement;

/* `app` names the workspace and is copied. `wake` is called on the thread of the work; it may be NULL. */
struct workbench_agreement *workbench_agreement_new(const struct app *app, void (*wake)(void *ctx), void *ctx);
/* Stops what goes on, and waits for it. NULL is allowed. */
void workbench_agreement_free(struct workbench_agreement *w);
const struct agreement_host *workbench_agreement_host(struct workbench_agreement *w);

#endif
