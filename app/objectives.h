/* Pairs that want different things of one head: which objective each is of. */
#ifndef ASSAY_APP_OBJECTIVES_H
#define ASSAY_APP_OBJECTIVES_H

#include "app/part.h"
#include "core/minnorm.h"

/* id, word of --by */
#define OBJECTIVES_BY(X) X(OBJECTIVE, "objective") X(GROUP, "group") X(SOURCE, "source")
enum objectives_by {
#define X(id, name) OBJECTIVES_##id,
    OBJECTIVES_BY(X)
#undef X
        OBJECTIVES_ANY /* objective when pairs have several, otherwise group */
};
/* NULL-terminated. */
extern const char *const objectives_by_names[];

struct objectives {
    enum objectives_by by;
    size_t k;
    const char *name[MINNORM_MOST]; /* borrowed from the data */
    size_t n_fit[MINNORM_MOST];
    size_t *of; /* by index into data.pairs.pairs; SIZE_MAX: of none that is fitted */
};

/* Those of the pairs p->fit, in the order in which the data names them. In the workspace objectives and groups are
 * sources. ERR_USAGE for `source` with files, ERR_MISSING when pairs to fit do not say what they are of or are all of
 * one, ERR_RANGE for more than MINNORM_MOST. On failure nothing needs freeing. */
MUST_CHECK bool objectives_find(const struct data *d, enum objectives_by by, const struct part *p,
                                struct objectives *out, struct err *err);
void objectives_free(struct objectives *o);

#endif
