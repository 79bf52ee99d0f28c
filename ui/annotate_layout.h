/* Where everything stands on the annotate screen: pure geometry, for every size. */
#ifndef ASSAY_UI_ANNOTATE_LAYOUT_H
#define ASSAY_UI_ANNOTATE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

/* AUTO puts A and B side by side, for two answers are compared by looking across, and at 80 x 24 two columns of 39 show
 * as many words as two stacked ones while costing one title less. Only where a screen is narrow and tall does it stack
 * them: there both fit, at a comfortable length of line. */
#define ARRANGEMENTS(X) X(AUTO, "auto") X(SIDE, "side") X(STACKED, "stacked") X(SINGLE, "single")
enum arrangement {
#define X(id, name) ARRANGE_##id,
    ARRANGEMENTS(X)
#undef X
        ARRANGE_COUNT
};
const char *arrangement_name(enum arrangement a);

enum pane { PANE_A, PANE_B, PANE_PROMPT, PANE_COUNT };

struct rect {
    int row, col, rows, cols;
};

struct annotate_needs {
    int rows, cols; /* the screen */
    size_t n_attributes;
    int prompt_rows;    /* that the prompt would fill at annotate_text_cols */
    int answers;        /* 2, or more that are ranked */
    int answer_rows[2]; /* that A and B would fill in an arrangement like this; 0: not known yet */
    int because_rows;   /* that the justification would fill, at least 1 */
    enum arrangement arrange;
    bool diff; /* of a ranking: the second text is wanted */
    enum pane focus;
    bool maximised;
};

struct annotate_layout {
    bool fits;                     /* false: the screen is too small, nothing else is set */
    enum arrangement arrange;      /* as decided: never AUTO */
    struct rect header;            /* one row */
    struct rect title[PANE_COUNT]; /* the rule above a text; no rows: not shown */
    struct rect text[PANE_COUNT];  /* the text itself, without margins */
    int divider;                   /* column of the rule between A and B; -1: there is none */
    int second_divider;            /* of a ranking: column of the rule between two texts; -1: there is none */
    struct rect list;              /* of a ranking: the answers in order, one a row; no rows: there is no room */
    struct rect rule;              /* between texts and strip */
    struct rect strip;             /* everything from the table's head to the justification; never scrolls */
    struct rect table;             /* names and cells of the attributes, its first row the heads */
    int table_cols;                /* width of one column of attributes */
    int per_column;                /* attributes in one column */
    struct rect rubric;            /* right of the table: what the level under the cursor means */
    struct rect preference;        /* one row */
    struct rect because;           /* the justification */
    struct rect keys;              /* last row: keys, message, or mode */
};

/* Columns of text in a pane that is `cols` wide: one blank on both sides, and a comfortable length of line. */
int annotate_text_cols(int cols);
void annotate_layout(const struct annotate_needs *n, struct annotate_layout *out);
/* The same of several answers: a list of them, and beside it the text of one (PANE_A), or of two where there is room.
 * There is no table and no preference; `rubric` is one row about the cell under the cursor. */
void annotate_layout_ranking(const struct annotate_needs *n, struct annotate_layout *out);
/* Columns of the list before the words of an answer begin. */
int annotate_list_head(size_t n_attributes);

#endif
