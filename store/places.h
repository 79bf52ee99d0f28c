/* Several answers put in order, as a draft keeps it: place 1 is the best, answers with the same place are as good as
 * each other, and the places given are 1, 2, ... without a gap. An answer that was not placed yet has place 0.
 *
 * Cells of such a draft, in the order in which they are filled: of A its place and its attributes, then those of B, and
 * so on; the justification comes last (draft_because). */
#ifndef ASSAY_STORE_PLACES_H
#define ASSAY_STORE_PLACES_H

#include "store/draft.h"

struct places_at {
    int answer, attribute; /* attribute -1: the place */
};
static inline int places_cell(const struct rubric *r, int answer, int attribute)
{
    return answer * ((int)r->n_attributes + 1) + 1 + attribute;
}
static inline struct places_at places_at(const struct rubric *r, int cell)
{
    int row = (int)r->n_attributes + 1;
    return (struct places_at){cell / row, cell % row - 1};
}

/* How many different places are given. */
int places_count(const struct draft *d);
/* Was any? */
bool places_any(const struct draft *d);
/* Number of answers that have this place. */
int places_at_place(const struct draft *d, int place);

/* Put an answer, wherever it stood, on a place of its own: those from there on stand one further down. `place` is 1 to
 * one more than there are; what is beyond becomes the last. */
void places_put(struct draft *d, int answer, int place);
/* Put it beside those that have this place, which some answer other than itself must have. */
void places_join(struct draft *d, int answer, int place);
/* Take its place away. */
void places_take(struct draft *d, int answer);
/* One step up (-1) or down (1): out of those that it is as good as, or past the next place. False: there is nothing
 * above, or below, or it has no place. */
bool places_step(struct draft *d, int answer, int by);
/* Number them again without gaps. */
void places_close_up(struct draft *d);

/* Answers as a list shows them: by place, those without one last, those as good as each other by their letters. */
void places_order(const struct draft *d, int order[ANSWERS_MOST]);

/* Of two answers: negative, the first is better, positive, the second; 0: as good as each other. The strength is how
 * many places apart they are, at most preference_max of the rubric. False: one of them is not placed. */
bool places_preference(const struct draft *d, const struct rubric *r, int first, int second, int *preference);

/* For draft.c and draft_json.c: is a cell filled, must it be, was anything said in it that can be wrong, and what is
 * wrong with it. */
bool places_filled(const struct draft *d, const struct rubric *r, int cell);
bool places_required(const struct rubric *r, int cell);
bool places_given(const struct draft *d, const struct rubric *r, int cell);
void places_say_why(const struct draft *d, const struct rubric *r, int cell, char why[DRAFT_WHY_SIZE]);

#endif
