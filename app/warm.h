/* A fit that starts at another head, such as one that was interrupted. Where there is one optimum it ends at the same
 * head as any other, only sooner. */
#ifndef ASSAY_APP_WARM_H
#define ASSAY_APP_WARM_H

#include "app/args.h"
#include "core/base/digest.h"
#include "core/base/json_writer.h"
#include "core/names.h"

#include <stddef.h>

struct warm {
    double *w; /* d: what the head's log-odds are made of; NULL: the fit starts at 0 */
    size_t d;
    double bias;
    size_t k; /* outputs, each by itself: */
    double *W;
    struct names names;
    char sha256[SHA256_HEX_SIZE]; /* of the head's file */
};

/* Row of an option table that warm_read understands. Kinds that can start somewhere list it among their options. */
#define WARM_OPTION                                                                                                    \
    {                                                                                                                  \
        "warm-start", 0, "FILE", "start at this head, such as one that was interrupted", false                         \
    }

/* Free with warm_free, also after a failure. */
MUST_CHECK bool warm_read(const struct args *args, struct warm *a, struct err *err);
void warm_free(struct warm *a);
/* ERR_CONFLICT when the head has not d columns. */
MUST_CHECK bool warm_fits(const struct warm *a, size_t d, struct err *err);
/* w (d) := the start over beta, *bias likewise (NULL: not wanted); false, and nothing changed, when there is none. */
bool warm_start(const struct warm *a, double beta, double *w, double *bias);
/* The weights (d) of the output of that name; NULL when there is none. */
const double *warm_output(const struct warm *a, const char *name);
/* Member of the settings, nothing without a start. */
void warm_json(const struct warm *a, struct json_writer *w);

#endif
