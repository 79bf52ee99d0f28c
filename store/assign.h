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
    int64_t ms;   /* the places are kept for so long; after that others may take them, too */
    bool *handed; /* n, memory of the caller: which were handed out; NULL: not asked for */
};
/* ERR_MISSING when nobody is called so. Hands out those that this person may still be given (store/handout.h; what is
 * wanted of the person is not asked); *given is how many. They come before the queue, in this order, behind what was
 * begun before. */
MUST_CHECK bool assign(struct db *db, const char *who, const struct assignment *a, struct rng *rng, size_t *given,
                       struct err *err);
/* Take back what was handed out: those of a->handed that the person has not begun; *taken is how many. */
MUST_CHECK bool assign_take_back(struct db *db, const char *who, const struct assignment *a, size_t *taken,
                                 struct err *err);
/* One more person than have handled it, or than were wanted, is wanted for a comparison. *wanted says how many then,
 * *before how many were (-1: as many as the overlap says). */
MUST_CHECK bool assign_one_more(struct db *db, const char *who, int64_t comparison, int64_t *before, int64_t *wanted,
                                struct err *err);
/* So many people are wanted for a comparison; -1: as many as the overlap says. */
MUST_CHECK bool assign_want(struct db *db, const char *who, int64_t comparison, int64_t people, struct err *err);

#endif
