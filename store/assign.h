/* Handing out by the owner: these comparisons to that person, in this order, before anything else. */
#ifndef ASSAY_STORE_ASSIGN_H
#define ASSAY_STORE_ASSIGN_H

#include "core/base/rng.h"
#include "store/db.h"

#include <stddef.h>

struct assignment {
    const char *to;             /* name of a person who is known */
    const int64_t *comparisons; /* n of them; the first one comes first */
    size_t n;
    int64_t ms; /* the places are kept for so long; after that others may take them, too */
};
/* ERR_MISSING when nobody is called so. Hands out those that this person may still be given (store/handout.h; what is
 * wanted of the person is not asked); *given is how many. They come before the queue, in this order, behind what was
 * begun before. */
MUST_CHECK bool assign(struct db *db, const char *who, const struct assignment *a, struct rng *rng, size_t *given,
                       struct err *err);
/* One more person than have handled it, or than were wanted, is wanted for a comparison; *wanted says how many then. */
MUST_CHECK bool assign_one_more(struct db *db, const char *who, int64_t comparison, int64_t *wanted, struct err *err);

#endif
