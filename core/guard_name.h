/* A model that names itself or its maker; part of core/guard.h. */
#ifndef ASSAY_CORE_GUARD_NAME_H
#define ASSAY_CORE_GUARD_NAME_H

#include <stdbool.h>
#include <stddef.h>

struct guard_span {
    size_t at, n; /* bytes of the text */
};

/* The first sentence in which one does. */
bool guard_find_name(const char *text, size_t n, struct guard_span *out);

#endif
