/* A draft: what an annotator has said so far about one comparison, as shown to them (side A, side B), or about several
 * answers that are ranked (A, B, C, ...; store/places.h).
 * Plain data; every change of it is one committed transaction (store/task.h). */
#ifndef ASSAY_STORE_DRAFT_H
#define ASSAY_STORE_DRAFT_H

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "store/rubric.h"

enum { SIDE_A, SIDE_B };

enum { ANSWERS_MOST = 9 }; /* that are ranked at once: one digit key a place */

enum {
    RATING_UNSET = -100, /* below every scale, those that lean to A included */
    PREFERENCE_UNSET = 100,
    PREFERENCE_NEITHER = -100, /* neither is valid: never a number in an average */
    JUSTIFICATION_MAX_BYTES = 16 * 1024
};

enum { SPANS_MOST = 64, SPAN_COMMENT_MAX = 1000, CONFIDENCE_MAX = 5 };

/* A passage of a response that was marked: bytes [from, to) of its text. */
struct span {
    int side; /* or which answer, of several */
    size_t from, to;
    int sign;      /* -1: it speaks against the response, 1: for it, 0: neither */
    char *comment; /* UTF-8, at most SPAN_COMMENT_MAX bytes; "" when there is none */
};

struct draft {
    int n; /* answers: 2 are compared, more are ranked */
    /* [side][attribute], RATING_UNSET until given; unset is not 0. One of the comparison stands at side A alone, as
     * shown: negative is A. */
    int rating[ANSWERS_MOST][RUBRIC_MAX_ATTRIBUTES];
    int preference;          /* of two: -3 A much better … 3 B much better, as shown */
    int place[ANSWERS_MOST]; /* of more: see store/places.h; 0: not placed yet */
    struct buf because;      /* UTF-8; @A and @B name the sides */
    int confidence;          /* how sure, 1 to CONFIDENCE_MAX; 0: not said */
    VEC(struct span) spans;  /* in the order in which they were made; owned */
    int cell;                /* where the cursor stands, see below */
    int pasted;              /* bytes that came into the justification by pastes, kept or not */
    double seconds;          /* active time spent so far */
};

/* Cells of two are numbered: attributes on side A, on side B, the preference, the justification. An attribute of the
 * comparison has one cell, on side A; its number on side B is no cell. They are filled in this order: what is asked of
 * A, of B, of both, the preference, the justification. */
static inline int cell_rating(const struct rubric *r, int side, int attribute)
{
    return (r->attributes[attribute].of_comparison ? SIDE_A : side) * (int)r->n_attributes + attribute;
}
/* Is it one? */
static inline bool cell_exists(const struct rubric *r, int cell)
{
    int n = (int)r->n_attributes;
    return cell >= 0 && cell < 2 * n + 2 && (cell < n || cell >= 2 * n || cell - n < (int)r->n_of_response);
}
static inline int cell_preference(const struct rubric *r)
{
    return 2 * (int)r->n_attributes;
}
static inline int cell_because(const struct rubric *r)
{
    return 2 * (int)r->n_attributes + 1;
}
static inline int cell_count(const struct rubric *r)
{
    return 2 * (int)r->n_attributes + 2;
}
/* The cell of the justification, however many answers there are. */
int draft_because(const struct draft *d, const struct rubric *r);

/* An empty draft, cursor on the first cell. Free with draft_free. */
void draft_init(struct draft *d);
void draft_free(struct draft *d);
void draft_copy(struct draft *to, const struct draft *from);
/* Mark one more passage (the comment, `len` bytes, is copied), or take one away. */
void draft_add_span(struct draft *d, int side, size_t from, size_t to, int sign, const char *comment, size_t len);
void draft_remove_span(struct draft *d, size_t i);
/* Do two drafts say the same? Cursor and time do not count. */
bool draft_says_the_same(const struct draft *x, const struct draft *y, const struct rubric *r);
/* Nothing said yet? (The cursor and the time do not count.) */
bool draft_is_empty(const struct draft *d, const struct rubric *r);
/* Words in the justification. */
int draft_words(const struct draft *d);
/* The first cell that must still be filled, or -1 when it can be submitted; *why is then a sentence for the person,
 * such as "correctness of B is missing" (static or in a static buffer of the caller: size DRAFT_WHY_SIZE). */
enum { DRAFT_WHY_SIZE = 160 };
int draft_missing(const struct draft *d, const struct rubric *r, char why[DRAFT_WHY_SIZE]);
/* The cell that is filled after this one; the first one after the last. */
int draft_cell_after(const struct rubric *r, int cell);
/* The next empty cell after `cell` in filling order (wrapping), the justification last; `cell` itself when none is
 * empty. */
int draft_next_empty(const struct draft *d, const struct rubric *r, int cell);

/* JSON of a draft, by attribute key, so that it survives a new rubric version:
 * {"a":{"helpfulness":4},"b":{},"both":{"depth":-1},"preference":-2,"because":"…","confidence":4,
 * "spans":[{"side":"a","start":0,"end":12,"sign":-1,"comment":"…"}],"pasted":40,"cell":"b.helpfulness","seconds":12.5};
 * "preference" may be "neither". Of more than two answers: "answers":4,"places":{"a":2,"c":1}, and the cell of a place
 * is the letter alone. `out` has been through draft_init; on failure it stays as it was. */
void draft_write(const struct draft *d, const struct rubric *r, struct buf *out);
MUST_CHECK bool draft_read(const char *json, size_t n, const struct rubric *r, struct draft *out, struct err *err);

#endif
