/* Files of assets/ that the program carries (written by assets/build/embed.sh). */
#ifndef ASSAY_CORE_BASE_ASSET_H
#define ASSAY_CORE_BASE_ASSET_H

#include <stddef.h>

struct asset {
    const char *name;          /* below assets/: "rubrics/helpsteer2.json" */
    const unsigned char *data; /* size bytes, then a NUL */
    size_t size;
};

/* In the order of their names within a folder; ends with a NULL name. */
extern const struct asset assets[];

/* NULL when there is none of that name. */
const struct asset *asset_find(const char *name);

#endif
