/* What a command did, kept as a run of the workspace. */
#ifndef ASSAY_APP_RECORDING_H
#define ASSAY_APP_RECORDING_H

#include "app/app.h"

#include <stdint.h>

struct recording {
    const char *kind;   /* of struct run */
    const char *model;  /* path of what was made or judged, kept as app/place.h says; NULL: none */
    const char *sha256; /* of it, when known; NULL: found out, unless model is "-" */
    uint64_t seed;
    struct buf settings, inputs, results; /* JSON */
};

/* With empty texts. */
struct recording recording_of(const char *kind, const char *model, const char *sha256, uint64_t seed);
/* Adds the run. Frees the three texts, also on failure. */
MUST_CHECK bool recording_keep(const struct app *app, struct recording *r, struct err *err);

#endif
