/* A head from the words of `train` to its file and its run: what the command and the workbench do alike. In this order:
 *
 *   trained_load   options and data
 *   trained_fit    the fit and its figures
 *   trained_keep   settings into the head, its file written, the run recorded
 *
 * Who calls tells what came of it, and decides what becomes of a fit that was asked to stop. */
#ifndef ASSAY_APP_TRAINED_H
#define ASSAY_APP_TRAINED_H

#include "app/train.h"

struct trained {
    struct train_opts o;
    struct data d;
    struct training t;
    char *model; /* path of the file, known after trained_keep */
    char sha256[SHA256_HEX_SIZE];
    double load_seconds;
};

/* `need`: enum data_need beyond that of the head. Zeroes *x first; free with trained_free, also after a failure. */
MUST_CHECK bool trained_load(const struct app *app, const struct args *args, unsigned need, struct trained *x,
                             struct err *err);
MUST_CHECK bool trained_fit(struct trained *x, const struct progress *progress, struct err *err);
/* Write to -o, or to a name made from the workspace's, and record the run if there is a workspace. */
MUST_CHECK bool trained_keep(const struct app *app, const struct args *args, struct trained *x, struct err *err);
void trained_free(struct trained *x);

#endif
