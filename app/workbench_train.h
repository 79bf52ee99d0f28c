/* Heads fitted, judged and compared beside the screen: one task at a time on a thread of its own (app/job.h), with its
 * own connection to the workspace. Everything is done by the pieces that the commands are made of, so that the screen
 * and the command line give the same heads, figures and runs. */
#ifndef ASSAY_APP_WORKBENCH_TRAIN_H
#define ASSAY_APP_WORKBENCH_TRAIN_H

#include "app/app.h"
#include "ui/train_panel.h"

struct workbench_train;

/* `app` names the workspace and is copied; `db` is read from on the thread of the screen. `wake` is called on the
 * thread of the work when there is news; it may be NULL. */
struct workbench_train *workbench_train_new(const struct app *app, struct db *db, void (*wake)(void *ctx), void *ctx);
/* Stops what goes on, and waits for it. NULL is allowed. */
void workbench_train_free(struct workbench_train *w);
const struct train_host *workbench_train_host(struct workbench_train *w);

#endif
