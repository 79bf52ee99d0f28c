/* The annotate view from inside: its state, shared by view_annotate.c (whose request it is; actions performed),
 * annotate_rate.c (what is said of an item), annotate_read.c (how it is read), annotate_write.c (the justification,
 * reasons), annotate_arrange.c (room for the texts), annotate_look.c (how they are shown),
 * annotate_search.c (searching them),
 * annotate_select.c (marking passages), annotate_linear.c (without panes), annotate_break.c, rank.c and rank_draw.c
 * (several answers that are put in order), annotate_command.c
 * (commands, model dump), annotate_draw.c (header and texts), annotate_strip.c (the strip) and annotate_help.c (what
 * stands beside the ratings). */
#ifndef ASSAY_UI_ANNOTATE_H
#define ASSAY_UI_ANNOTATE_H

#include "ui/action.h"
#include "ui/annotate_layout.h"
#include "ui/editor.h"
#include "ui/screen.h"

#define ANNOTATE_MODES(X)                                                                                              \
    X(RATE, "rate") X(WRITE, "write") X(SKIP, "skip") X(FLAG, "flag") X(SELECT, "select") X(COMMENT, "comment")
enum annotate_mode {
#define X(id, name) MODE_##id,
    ANNOTATE_MODES(X)
#undef X
};

/* Where what was searched stands: bytes [from, to) of a part of a text. */
struct annotate_hit {
    enum pane pane;
    size_t part, from, to;
};

/* A passage of an answer on its way: the word under the cursor, and back to the word where it began. */
struct annotate_selection {
    int answer;
    size_t at, anchor; /* where words begin; anchor is `at` while nothing is held */
    bool held;
    int sign; /* MODE_COMMENT */
};

struct annotate {
    const struct ui_host *host;
    enum annotate_mode mode;
    struct tastes *tastes;       /* the screen's; `own` before there is one */
    struct tastes own, followed; /* followed: what is shown agrees with these */
    enum pane focus;
    bool maximised;
    bool show_missing; /* a submit was refused: mark what is missing */
    char note[24];     /* what became of the item before this one, in the header until the next key */
    int side;          /* the side that the cursor comes back to from below the table */
    int answer[2];     /* which answers stand in PANE_A and PANE_B: of a ranking the one under the cursor, and the one
                          above it in the list, or below when it is the first */
    int column;        /* of a ranking: the attribute that the cursor comes back to; -1: the place */
    struct {
        size_t part, at;
    } read[ANSWERS_MOST]; /* of a ranking: what stood on top when an answer was shown last */
    int64_t shown;        /* the comparison whose texts are in `text` */
    struct textview text[PANE_COUNT];
    struct word_diff words; /* of A and B, when diff is on */
    char *sought;           /* whose hits are marked; NULL: none are */
    VEC(struct annotate_hit) hits;
    size_t hit;                       /* the one the search stands on */
    struct editor editor;             /* MODE_WRITE: what is being written */
    struct annotate_selection select; /* MODE_SELECT, MODE_COMMENT */
    struct editor comment;            /* MODE_COMMENT: on the passage that is to be marked */
    struct textview line;             /* in linear mode: prompt, A and B below one another, each behind its heading */
    VEC(char *) headings;
    double work_began;       /* when, after the last break */
    int pasted;              /* bytes of the text that came by a paste and were not handed over yet */
    bool give_up;            /* the text could not be saved, and the person was told */
    double last_key, active; /* when the last key came; seconds of work not yet reported */
    struct annotate_layout layout;
};

/* The state as it is now. */
const struct annotate_state *annotate_state(const struct annotate *a);
/* Have an action performed; messages go to the screen. True when it was done, and not refused. */
bool annotate_perform(struct annotate *a, struct screen *s, struct action action);

/* What a cell is: an attribute of a side, or neither. */
struct cell_place {
    int side, attribute; /* attribute -1: preference or justification */
};
struct cell_place annotate_place(const struct rubric *r, int cell);

/* Are several answers put in order, not two compared? */
bool annotate_ranks(const struct annotate *a);
/* What the progress counts, behind the number: " pairs" where answers are ranked, as one ranking is many; else "". */
const char *annotate_counted(const struct annotate_state *st);
/* Whose keys hold while an item is judged. */
enum keymap annotate_rating_map(const struct annotate *a);
/* "A", "C", "the prompt". */
const char *annotate_pane_name(const struct annotate *a, enum pane pane);

/* annotate_rate.c */
/* Go to a cell of the draft. */
void annotate_move_to(struct annotate *a, struct screen *s, int cell);
void annotate_rate_request(struct annotate *a, struct screen *s, enum request r);

/* annotate_read.c */
/* False: it is none about reading. */
bool annotate_read_request(struct annotate *a, struct screen *s, enum request r);
/* Show the guidelines, or say that there are none. */
void annotate_guidelines(struct annotate *a, struct screen *s);

/* rank.c */
/* Which answers are to be read now. */
void rank_choose(const struct annotate *a, int answer[2]);
/* Does the one in PANE_B stand above the one in PANE_A? */
bool rank_is_above(const struct annotate *a);
/* False: it means the same as where two answers are compared. */
bool rank_request(struct annotate *a, struct screen *s, enum request r);

/* rank_draw.c */
void rank_draw_list(const struct annotate *a, const struct screen *s, struct grid *g);
/* The row about the cell under the cursor. */
void rank_draw_help(const struct annotate *a, const struct screen *s, struct grid *g);
void rank_draw_keys(const struct annotate *a, const struct screen *s, struct grid *g);
/* The cell under the cursor in words; false: it is the justification. */
bool rank_say_cell(const struct annotate_state *st, struct buf *out);

/* annotate_arrange.c */
/* Lay out for this screen and give the texts their room. */
void annotate_arrange(struct annotate *a, const struct grid *g);
/* Columns of the justification. */
int annotate_because_cols(int cols);

/* annotate_look.c */
/* Take over tastes that were changed, by whomever. */
void annotate_follow(struct annotate *a);
/* Show the texts of the present item as they are to be shown. */
void annotate_look(struct annotate *a);
void annotate_toggle_diff(struct annotate *a, struct screen *s);
void annotate_toggle_markdown(struct annotate *a, struct screen *s);

/* annotate_search.c */
/* As view_ops.find says. */
bool annotate_find(void *view, struct screen *s, const char *what, int direction);
/* Take the marks of hits away. */
void annotate_search_end(struct annotate *a);
/* The first and the last turn of the prompt that are seen. */
void annotate_turns(const struct annotate *a, size_t *first, size_t *last);
/* Put an older (-1) or newer (+1) turn on top. */
void annotate_go_turn(struct annotate *a, struct screen *s, int by);

/* annotate_select.c */
void annotate_select_begin(struct annotate *a, struct screen *s);
void annotate_select_request(struct annotate *a, struct screen *s, enum request r);
void annotate_comment_request(struct annotate *a, struct screen *s, enum request r);
bool annotate_comment_text(struct annotate *a, struct screen *s, const char *text, size_t n);
/* Show the passages that are marked, and the one that is being chosen. */
void annotate_show_passages(struct annotate *a);
/* "Passage of A: the words", for who hears it. */
void annotate_say_passage(const struct annotate *a, struct buf *out);
void annotate_draw_selecting(const struct annotate *a, const struct screen *s, struct grid *g);

/* annotate_linear.c */
/* Build the one text anew, for another item or after the mode was switched on. */
void annotate_linear_texts(struct annotate *a);
void annotate_linear_rebind(struct annotate *a);
void annotate_linear_release(struct annotate *a);
/* The part of the one text that shows this part of a pane. */
size_t annotate_linear_part(const struct annotate *a, enum pane pane, size_t part);
/* The one that shows an answer, and the other way round: -1, it belongs to the prompt. */
size_t annotate_linear_answer_part(const struct annotate *a, int answer);
int annotate_linear_answer(const struct annotate *a, size_t part);
/* Scroll to the next (or the last) heading. */
void annotate_linear_heading(struct annotate *a, int by);
void annotate_linear_draw(struct annotate *a, const struct screen *s, struct grid *g);

/* annotate_break.c */
/* A key came after so many seconds of silence. */
void annotate_break_key(struct annotate *a, double silence);
/* As view_ops says. */
int annotate_break_wait(const void *view);
void annotate_break_tick(void *view, struct screen *s);

/* annotate_write.c */
void annotate_write_begin(struct annotate *a);
/* Hand the text over when it differs from what is kept. A failure leaves it in the editor; the next key tries again. */
bool annotate_write_keep(struct annotate *a, struct screen *s);
void annotate_write_request(struct annotate *a, struct screen *s, enum request r);
bool annotate_write_text(struct annotate *a, struct screen *s, const char *text, size_t n, bool pasted);
/* Write in the person's own editor, unless the owner does not want that; and what comes back from it. */
void annotate_write_outside(struct annotate *a, struct screen *s);
void annotate_edited(void *view, struct screen *s, const char *text, size_t n);
void annotate_reason_begin(struct annotate *a, struct screen *s, enum annotate_mode mode);
void annotate_reason_request(struct annotate *a, struct screen *s, enum request r);
bool annotate_reason_text(struct annotate *a, struct screen *s, const char *text, size_t n);
/* The reasons to choose from in MODE_SKIP or MODE_FLAG. */
const struct reason *annotate_reasons(const struct annotate *a, size_t *n);

/* annotate_command.c */
extern const struct command annotate_commands[];
void annotate_dump(const void *view, struct buf *out);

/* annotate_draw.c */
void annotate_draw(void *view, const struct screen *s, struct grid *g);
/* annotate_help.c: beside the ratings */
void annotate_draw_help(const struct annotate *a, const struct screen *s, struct grid *g, struct cell_place cursor);
/* Words of the justification as it stands, or is being written. */
int annotate_words(const struct annotate *a);
/* annotate_strip.c */
void annotate_draw_strip(const struct annotate *a, const struct screen *s, struct grid *g);

#endif
