/* What the program does, for whoever debugs it: ASSAY_TRACE=sql,key:/path/to/file, or ASSAY_TRACE=sql for stderr,
 * ASSAY_TRACE=all for every component. Off, it costs one comparison. */
#ifndef ASSAY_CORE_BASE_TRACE_H
#define ASSAY_CORE_BASE_TRACE_H

#include "core/base/err.h"

#define TRACE_COMPONENTS(X)                                                                                            \
    X(SQL, "sql") X(KEY, "key") X(DRAW, "draw") X(IMPORT, "import") X(LOAD, "load") X(FIT, "fit")
enum trace_component {
#define X(id, name) TRACE_##id,
    TRACE_COMPONENTS(X)
#undef X
};

/* Reads ASSAY_TRACE; a component that does not exist is an error that lists those that do. */
MUST_CHECK bool trace_open(struct err *err);
void trace_close(void);
bool trace_on(enum trace_component c);
/* One line: milliseconds since the start, component, text. */
void trace(enum trace_component c, const char *fmt, ...) PRINTF(2, 3);

#endif
