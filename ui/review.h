/* The review view from inside: view_review.c (requests to deeds), review_draw.c (the screen). */
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

/* The i-th judgement in the columns: of people first, then of sources and reviewers; NULL behind the last. */
const struct judgement *review_judge(const struct reviewing *r, size_t i);
size_t review_judges(const struct reviewing *r);
/* Words of prompt and answers. */
int review_words(const struct reviewing *r);

/* review_draw.c */
void review_draw(void *view, const struct screen *s, struct grid *g);

#endif
