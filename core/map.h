/* A file mapped read-only into memory. */
#ifndef ASSAY_CORE_MAP_H
#define ASSAY_CORE_MAP_H

#include "core/base/err.h"

#include <stddef.h>

struct map {
    const unsigned char *ptr; /* size bytes; NULL when closed or when the file is empty */
    size_t size;
};

/* Only regular files. A file that another process cuts short while it is mapped ends the program (SIGBUS). */
MUST_CHECK bool map_open(struct map *m, const char *path, struct err *err);
void map_close(struct map *m);

#endif
