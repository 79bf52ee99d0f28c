/* The latest judgements of comparisons, one comparison after the other (inside store/ only). */
#ifndef ASSAY_STORE_JUDGEMENT_WALK_H
#define ASSAY_STORE_JUDGEMENT_WALK_H

#include "store/judgement.h"
#include "store/stmt.h"

struct judgement_walk {
    struct db *db;
    bool all, begun; /* begun: a row was read */
    struct rows q;
    int64_t at; /* the comparison of that row */
};

/* `all`: most comparisons will be asked for, so that one reading of all judgements is quicker than looking up those of
 * each. */
MUST_CHECK bool judgement_walk_open(struct judgement_walk *w, struct db *db, bool all, struct err *err);
/* As judgement_list gives the latest; every comparison is greater than the one before. */
MUST_CHECK bool judgement_walk_to(struct judgement_walk *w, int64_t comparison, struct arena *a, struct judgement **out,
                                  size_t *n, struct err *err);
/* In every case, also after a failure. */
void judgement_walk_close(struct judgement_walk *w);

#endif
