/* What the newest head of a workspace says of comparisons, beside what people say (ui/verdict.h). */
#ifndef ASSAY_APP_VERDICTS_H
#define ASSAY_APP_VERDICTS_H

#include "ui/verdict.h"

/* As struct workbench_host says. The head of the newest run whose file is there and not gated, on the newest embedding
 * set that it was fitted to (by digest). Having none is an answer. */
bool verdicts_read(const char *path, const int64_t *comparisons, size_t n, struct verdicts *out, struct err *err);

#endif
