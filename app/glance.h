/* How far people agree, in a few lines for the dashboard (ui/glance.h): the figures of `assay agreement`. */
#ifndef ASSAY_APP_GLANCE_H
#define ASSAY_APP_GLANCE_H

#include "ui/glance.h"

/* As struct workbench_host says. */
bool glance_read(const char *path, struct glance *out, struct err *err);

#endif
