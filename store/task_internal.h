/* What queue.c, side.c, task.c, task_change.c and undo.c share. Everything here runs inside a transaction of the
 * caller. */
#ifndef ASSAY_STORE_TASK_INTERNAL_H
#define ASSAY_STORE_TASK_INTERNAL_H

#include "store/judgement.h"
#include "store/task.h"

/* The stored response on side A for this annotator; 0 when it was not drawn. */
MUST_CHECK bool task_side(struct db *db, int64_t annotator, int64_t comparison, int *a_is, struct err *err);
/* Write down a side that was settled. */
MUST_CHECK bool task_set_side(struct db *db, int64_t annotator, int64_t comparison, int a_is, int64_t ordinal,
                              struct err *err);
/* Draw the side if needed; of a ranking the order of the answers. */
MUST_CHECK bool task_draw_side(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err);
/* Draw the side (of the one that leads a ranking, the order of the answers) if needed, take or renew the lease when a
 * slot is free, remember the place. */
MUST_CHECK bool task_go(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err);
/* The owner hands it to this person for `ms`: side and lease, when there is a place for them (*given). */
MUST_CHECK bool task_hand(struct db *db, int64_t annotator, int64_t comparison, int64_t ms, struct rng *rng,
                          bool *given, struct err *err);
/* Keep the lease, if there is one, for as long again. */
MUST_CHECK bool task_take_lease(struct db *db, int64_t annotator, int64_t comparison, struct err *err);

/* State of the draft as JSON; *state is NULL when there is none. */
MUST_CHECK bool draft_state(struct db *db, int64_t annotator, int64_t comparison, struct arena *a, const char **state,
                            int64_t *changed, struct err *err);
/* state NULL: no draft. */
MUST_CHECK bool draft_state_set(struct db *db, int64_t annotator, int64_t comparison, const char *state, int64_t now,
                                struct err *err);
/* The annotator's latest judgement; out->row is 0 when there is none. */
MUST_CHECK bool task_latest(struct db *db, int64_t annotator, int64_t comparison, struct arena *a,
                            struct judgement *out, struct err *err);
/* A judgement as it looks with stored response a_is on side A; *d has been through draft_init. */
void draft_from_judgement(const struct judgement *j, int a_is, const struct rubric *r, struct draft *d);

#endif
