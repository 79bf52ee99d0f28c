/* How many comparisons in work stand where: for each source and split, how many were handled by how many people. Every
 * next item shows such counts, and counting a million anew takes a tenth of a second: so they are kept in a table, by
 * whoever changes what they count. (Triggers would do it, too, but make SQLite keep a copy of every page that a
 * statement touches, which doubles the time of an import.) `assay check` counts anew. */
#ifndef ASSAY_STORE_TALLY_H
#define ASSAY_STORE_TALLY_H

#include "store/db.h"

#include <stdint.h>

/* A comparison was added: in work, handled by nobody. `split` may be NULL. */
MUST_CHECK bool tally_new(struct db *db, int64_t source, const char *split, struct err *err);
/* Around every other change of a comparison's split, its people, or whether it is retired: before it and after it. */
MUST_CHECK bool tally_leave(struct db *db, int64_t comparison, struct err *err);
MUST_CHECK bool tally_enter(struct db *db, int64_t comparison, struct err *err);

/* What this annotator says of the comparison is new: count anew the people who handled it. What sources and reviewers
 * say changes nothing. */
MUST_CHECK bool tally_people(struct db *db, int64_t comparison, int64_t annotator, struct err *err);

/* All counts, from the comparisons. */
MUST_CHECK bool tally_anew(struct db *db, struct err *err);

#endif
