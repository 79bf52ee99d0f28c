/* The review view from inside: view_review.c (requests to deeds), review_cases.c (what is reviewed), review_command.c,
 * review_draw.c (the screen), review_decision.c (its lower end). */
#ifndef ASSAY_UI_REVIEW_H
#define ASSAY_UI_REVIEW_H

#include "ui/begun.h"
#include "ui/reading.h"
#include "ui/waiting.h"
#include "ui/workbench.h"

#define REVIEW_MODES(X) X(LOOK, "look") X(WRITE, "write") X(DROP, "drop")
enum review_mode {
#define X(id, name) REVIEW_##id,
    REVIEW_MODES(X)
#undef X
};

struct reviewing {
    struct workbench *workbench;
    enum review_mode mode;
    struct waiting_filter filter;
    struct worker *looking; /* reads the list; NULL: it is there */
    bool looked;            /* the list was read once */
    VEC(struct waiting_item) cases;
    char why[VERDICT_WHY];  /* why no head says anything; "": one does */
    int64_t wanted;         /* the comparison to be shown when the list is there; 0: the one that is */
    size_t at;              /* which of them is on the screen */
    size_t all, decided;    /* how many there were, and how many were decided since */
    struct reading reading; /* the comparison, A being the first */
    bool reads;             /* its texts have all the room */
    size_t judge;           /* whose column is selected, of judges() */
    int preference;         /* what is to be decided: as shown, or PREFERENCE_UNSET */
    struct editor because;
    struct begun_list begun; /* the same of other comparisons; of this one once it is left */
    struct cmdline line;     /* why a judgement is dropped */
    struct arena arena;      /* of the rubric */
    struct rubric rubric;
};

/* review_cases.c */
/* Read the list anew; what it says is taken over once it is there. */
void review_look(struct reviewing *r);
/* Another list. The case on the screen stays there while somebody writes about it, or when it is in the new one, too;
 * what was begun is always in it. */
void review_take_over(struct reviewing *r, const struct waiting *found);
/* Read the case at r->at; `again`: also when it is on the screen already. */
void review_show_case(struct reviewing *r, struct screen *s, bool again);
/* What was said of the case on the screen is there when it is come back to. */
void review_remember(struct reviewing *r);
/* Where a comparison stands in the list; behind its end when it does not. */
size_t review_place_of(const struct reviewing *r, int64_t comparison);
/* The i-th judgement in the columns: of people first, then of sources and reviewers; NULL behind the last. */
const struct judgement *review_judge(const struct reviewing *r, size_t i);
size_t review_judges(const struct reviewing *r);
/* Words of prompt and answers. */
int review_words(const struct reviewing *r);

/* review_command.c */
extern const struct command review_commands[];

/* review_decision.c: the decision from this row on, the last row */
void review_draw_decision(const struct reviewing *r, const struct screen *s, struct grid *g, int row);
void review_draw_strip(const struct reviewing *r, const struct screen *s, struct grid *g);

/* review_draw.c */
void review_draw(void *view, const struct screen *s, struct grid *g);

#endif
