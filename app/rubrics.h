/* Rubrics that are asked for on the command line. */
#ifndef ASSAY_APP_RUBRICS_H
#define ASSAY_APP_RUBRICS_H

#include "core/base/buf.h"
#include "store/rubric.h"

/* The text of a file of at most 1 MiB, UTF-8. */
MUST_CHECK bool small_file(const char *path, struct buf *out, struct err *err);
/* A built-in rubric by name; anything that looks like a path is read. Lives in `a`. */
MUST_CHECK bool rubric_asked(const char *name, struct arena *a, struct rubric *r, struct err *err);

#endif
