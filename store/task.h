/* A task: one comparison, or one ranking (store/ranking.h), as one annotator sees and judges it. Which response is A is
 * settled here and nowhere else; `model` never leaves the workspace through this header.
 *
 * Every function that changes something is one transaction, on disk when it returns true (synchronous = FULL). */
#ifndef ASSAY_STORE_TASK_H
#define ASSAY_STORE_TASK_H

#include "core/base/arena.h"
#include "core/base/rng.h"
#include "store/draft.h"

struct db;

enum { TASK_SIDE_BLOCK = 8, TASK_WHY_SIZE = 160 };

enum task_order { ORDER_GIVEN, ORDER_RANDOM };

enum task_state { TASK_OPEN, TASK_JUDGED, TASK_SKIPPED, TASK_FLAGGED };

struct turn {
    const char *role;    /* "user", "assistant", "system", … */
    const char *content; /* UTF-8, hostile until made safe */
    size_t len;
};

struct task {
    int64_t comparison; /* 0: no task, everything is done; of a ranking the one that leads */
    char id[33];        /* of the comparison, hex */
    int n;              /* answers: 2 are compared, more are ranked */
    const char *source;
    const char *principle; /* what this one is to be judged by; hostile as all data; NULL: what the rubric says */
    size_t n_turns;
    const struct turn *turns;
    const char *text[ANSWERS_MOST]; /* responses on side A and side B; of a ranking A, B, C, ... */
    size_t len[ANSWERS_MOST];
    char answer[ANSWERS_MOST][33]; /* of a ranking: their ids, hex */
    int a_is; /* 1 or 2: the stored response that stands on side A; of a ranking: on the first of the two that lead */
    enum task_state state;
    const char *reason; /* of a skip or flag, else "" */
    struct draft draft; /* what is on the screen: the draft, or else the submitted judgement, or else empty */
    bool changed;       /* the draft differs from what was submitted (or nothing was submitted and it is not empty) */
    int64_t saved;      /* when the draft or judgement was last written, ms; 0: nothing was */
    struct arena arena; /* owns the strings */
};

void task_init(struct task *t);
void task_release(struct task *t);

/* How far an annotator is. */
struct task_progress {
    int64_t total;   /* comparisons not retired */
    int64_t done;    /* of them judged, skipped or flagged by this annotator */
    int64_t today;   /* judged since local midnight */
    int64_t waiting; /* that this annotator could still be given, as far as their quota goes */
};

/* Hand out what comes next: the qualifying gold items first (store/gold.h); then the item the annotator was last on if
 * it is still open, else one they began, else the next one that still needs judgements (fewer people than wanted have
 * handled or hold it), by `order`; rules and exceptions are in store/handout.h. Takes the lease, draws the side,
 * remembers the place. *comparison is 0 when nothing is left, or when more is not given to this person. */
MUST_CHECK bool task_next(struct db *db, int64_t annotator, enum task_order order, struct rng *rng, int64_t *comparison,
                          struct err *err);
/* Why this person is given nothing more; "" when it is because nothing is left. */
MUST_CHECK bool task_why_none(struct db *db, int64_t annotator, char why[TASK_WHY_SIZE], struct err *err);
/* The annotator goes: an item that was not begun is free for others at once, unless an owner handed it to them. */
MUST_CHECK bool task_leave(struct db *db, int64_t annotator, int64_t comparison, struct err *err);
/* Neighbour in the annotator's history (what they have handled or begun, in the order they first saw it): direction -1
 * older, +1 newer. *comparison is 0 at the end. */
MUST_CHECK bool task_neighbour(struct db *db, int64_t annotator, int64_t from, int direction, int64_t *comparison,
                               struct err *err);
/* By id: 32 hex digits or an unambiguous beginning of at least 4; 0 when there is none, ERR_CONFLICT when several. */
MUST_CHECK bool task_find(struct db *db, const char *id, int64_t *comparison, struct err *err);
/* Make `comparison` the place the annotator is at: draws the side if needed, renews the lease. */
MUST_CHECK bool task_enter(struct db *db, int64_t annotator, int64_t comparison, struct rng *rng, struct err *err);
/* Read everything the screen shows; strings live in t->arena until the next load or release. The side must have been
 * drawn. */
MUST_CHECK bool task_load(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r, struct task *t,
                          struct err *err);
MUST_CHECK bool task_get_progress(struct db *db, int64_t annotator, struct task_progress *out, struct err *err);

/* What a change was, for undo and its message. MOVE (cursor, time) is kept but is no step to undo; consecutive TEXT
 * changes of one comparison less than TEXT_STEP_MS apart join into one step. */
#define STEP_KINDS(X)                                                                                                  \
    X(MOVE, "move")                                                                                                    \
    X(RATE, "rating")                                                                                                  \
    X(PREFER, "preference")                                                                                            \
    X(PLACE, "place")                                                                                                  \
    X(SURE, "confidence")                                                                                              \
    X(MARK, "passage")                                                                                                 \
    X(TEXT, "justification")                                                                                           \
    X(CLEAR, "clearing")                                                                                               \
    X(SUBMIT, "submit")                                                                                                \
    X(SKIP, "skip")                                                                                                    \
    X(FLAG, "flag")
enum step_kind {
#define X(id, name) STEP_##id,
    STEP_KINDS(X)
#undef X
};
enum { TEXT_STEP_MS = 2000 };
const char *step_name(enum step_kind kind);

/* Write the draft as it now is. *saved: when. */
MUST_CHECK bool task_change(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r,
                            const struct draft *after, enum step_kind kind, int64_t *saved, struct err *err);
/* Append a judgement (SUBMIT: the draft must have nothing missing; SKIP, FLAG: with a reason) and end the lease.
 * Ratings and preference are turned from sides into stored order here. */
MUST_CHECK bool task_submit(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r,
                            const struct draft *d, enum step_kind kind, const char *reason, struct rng *rng,
                            int64_t *saved, struct err *err);
/* The same for a reviewer, of whom a preference alone is asked. */
MUST_CHECK bool task_decide(struct db *db, int64_t annotator, int64_t comparison, const struct rubric *r,
                            const struct draft *d, struct rng *rng, int64_t *saved, struct err *err);
/* Take back the annotator's last step, whatever the comparison; a submit is taken back by a withdrawn revision and its
 * draft stands again. *comparison is where it happened, 0 when there is nothing (more) to undo. The place moves there.
 */
MUST_CHECK bool task_undo(struct db *db, int64_t annotator, const struct rubric *r, struct rng *rng,
                          int64_t *comparison, enum step_kind *kind, struct err *err);
/* The step that task_undo would take back, counted up; 0: there is none. */
MUST_CHECK bool task_last_step(struct db *db, int64_t annotator, int64_t *step, struct err *err);
MUST_CHECK bool task_redo(struct db *db, int64_t annotator, const struct rubric *r, struct rng *rng,
                          int64_t *comparison, enum step_kind *kind, struct err *err);

#endif
