#include "ui/annotate_layout.h"

#include "ui/textview.h"
#include "ui/view.h"

#include <string.h>

enum {
    TABLE_COLS = 25, /* margin, name, cells of A and B */
    COLUMN_ATTRIBUTES = 8,
    LEVEL_ROWS = 5,      /* so that the levels of one attribute can be told even where it is the only one */
    HELP_ROWS = 2,       /* where there are none: how to prefer, what a justification says */
    TALL_TEXT_ROWS = 30, /* from here on two stacked texts are read with ease */
    NARROW_COLS = 100,
    BECAUSE_ROWS = 3,
    LEAST_TEXT_ROWS = 4,
    LIST_HEAD = 8, /* cursor, place, letter */
    LIST_WORDS = 6,
    TEXT_COLS = 48 /* where two texts have so many each, both are shown */
};

const char *arrangement_name(enum arrangement a)
{
    static const char *const names[] = {
#define X(id, name) [ARRANGE_##id] = name,
        ARRANGEMENTS(X)
#undef X
    };
    return names[a];
}

static int min(int a, int b)
{
    return a < b ? a : b;
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

int annotate_text_cols(int cols)
{
    return min(max(cols - 2, 1), TEXTVIEW_MEASURE);
}

/* From the bottom up: keys, justification, preference, table, rule. */
static void lay_strip(const struct annotate_needs *n, struct annotate_layout *l)
{
    int attributes = (int)n->n_attributes;
    int columns = max((attributes + COLUMN_ATTRIBUTES - 1) / COLUMN_ATTRIBUTES, 1);
    l->per_column = (attributes + columns - 1) / columns;
    l->table_cols = TABLE_COLS;
    int table_rows = 1 + (attributes > 0 ? max(l->per_column, LEVEL_ROWS) : HELP_ROWS);
    int spare = n->rows - 1 - 2 - 1 - LEAST_TEXT_ROWS - 1 - table_rows - 1 - 1;
    int because = max(1, min(min(n->because_rows, BECAUSE_ROWS), spare));
    l->keys = (struct rect){n->rows - 1, 0, 1, n->cols};
    l->because = (struct rect){l->keys.row - because, 0, because, n->cols};
    l->preference = (struct rect){l->because.row - 1, 0, 1, n->cols};
    l->table = (struct rect){l->preference.row - table_rows, 0, table_rows, TABLE_COLS * columns};
    l->rubric = (struct rect){l->table.row, l->table.cols, table_rows, n->cols - l->table.cols};
    l->strip = (struct rect){l->table.row, 0, l->keys.row - l->table.row, n->cols};
    l->rule = (struct rect){l->table.row - 1, 0, 1, n->cols};
}

/* A title row and the text below it, in the given frame. */
static void lay_pane(struct annotate_layout *l, enum pane p, struct rect frame)
{
    l->title[p] = (struct rect){frame.row, frame.col, 1, frame.cols};
    l->text[p] = (struct rect){frame.row + 1, frame.col + 1, frame.rows - 1, annotate_text_cols(frame.cols)};
}

static enum arrangement decide(const struct annotate_needs *n, int rows)
{
    if (n->arrange != ARRANGE_AUTO)
        return n->arrange;
    return n->cols < NARROW_COLS && rows >= TALL_TEXT_ROWS ? ARRANGE_STACKED : ARRANGE_SIDE;
}

/* Rows of A when they are stacked: half, but none that one leaves empty while the other wants them. */
static int upper_rows(const struct annotate_needs *n, int rows)
{
    int half = rows / 2, a = n->answer_rows[PANE_A] + 1, b = n->answer_rows[PANE_B] + 1;
    if (a == 1 || b == 1 || (a <= half) == (b <= rows - half))
        return half;
    return a <= half ? a : rows - b;
}

/* Rows of the prompt: a third of the room, or what the answers leave empty. */
static int prompt_rows(const struct annotate_needs *n, enum arrangement arrange, int rows)
{
    int a = n->answer_rows[PANE_A], b = n->answer_rows[PANE_B], third = max(1, (rows - 2) / 3);
    int answers = arrange == ARRANGE_STACKED ? a + b + 2 : max(a, b) + 1;
    int most = max(third, a > 0 && b > 0 ? rows - 1 - answers : 0);
    int answers_least = n->arrange == ARRANGE_STACKED ? 4 : 2;
    return max(1, min(min(max(n->prompt_rows, 1), most), rows - 1 - answers_least));
}

static void lay_answers(const struct annotate_needs *n, struct annotate_layout *l, struct rect frame)
{
    if (l->arrange == ARRANGE_SIDE) {
        l->divider = (frame.cols - 1) / 2;
        lay_pane(l, PANE_A, (struct rect){frame.row, 0, frame.rows, l->divider});
        lay_pane(l, PANE_B, (struct rect){frame.row, l->divider + 1, frame.rows, frame.cols - l->divider - 1});
    } else if (l->arrange == ARRANGE_STACKED) {
        int upper = upper_rows(n, frame.rows);
        lay_pane(l, PANE_A, (struct rect){frame.row, 0, upper, frame.cols});
        lay_pane(l, PANE_B, (struct rect){frame.row + upper, 0, frame.rows - upper, frame.cols});
    } else {
        lay_pane(l, n->focus == PANE_B ? PANE_B : PANE_A, frame);
    }
}

void annotate_layout(const struct annotate_needs *n, struct annotate_layout *l)
{
    memset(l, 0, sizeof *l);
    l->divider = l->second_divider = -1;
    l->fits = n->rows >= VIEW_MIN_ROWS && n->cols >= VIEW_MIN_COLS;
    if (!l->fits)
        return;
    l->header = (struct rect){0, 0, 1, n->cols};
    lay_strip(n, l);
    struct rect room = {1, 0, l->rule.row - 1, n->cols};
    int third = min(max(n->prompt_rows, 1), max(1, (room.rows - 2) / 3));
    l->arrange = decide(n, n->maximised ? room.rows : room.rows - 1 - third);
    if (n->maximised) {
        lay_pane(l, n->focus, room);
        return;
    }
    int prompt = prompt_rows(n, l->arrange, room.rows);
    lay_pane(l, PANE_PROMPT, (struct rect){room.row, 0, prompt + 1, n->cols});
    lay_answers(n, l, (struct rect){room.row + prompt + 1, 0, room.rows - prompt - 1, n->cols});
}

/* ---- several answers ---- */

int annotate_list_head(size_t n_attributes)
{
    return LIST_HEAD + 2 * (int)n_attributes;
}

static int list_cols(const struct annotate_needs *n)
{
    int least = annotate_list_head(n->n_attributes) + LIST_WORDS;
    return max(least, min(n->cols / 3, least + 24));
}

static void lay_ranking_strip(const struct annotate_needs *n, struct annotate_layout *l)
{
    int because = max(1, min(n->because_rows, min(BECAUSE_ROWS, n->rows / 8)));
    l->keys = (struct rect){n->rows - 1, 0, 1, n->cols};
    l->because = (struct rect){l->keys.row - because, 0, because, n->cols};
    l->rubric = (struct rect){l->because.row - 1, 3, 1, n->cols - 4};
    l->strip = (struct rect){l->rubric.row, 0, l->keys.row - l->rubric.row, n->cols};
    l->rule = (struct rect){l->rubric.row - 1, 0, 1, n->cols};
}

/* Is there room for both texts, one below the other? */
static bool fit_below(const struct annotate_needs *n, struct rect frame)
{
    int a = n->answer_rows[PANE_A], b = n->answer_rows[PANE_B];
    return a > 0 && b > 0 && a + b + 2 <= frame.rows;
}

static void lay_ranked(const struct annotate_needs *n, struct annotate_layout *l, struct rect frame)
{
    l->divider = list_cols(n);
    l->list = (struct rect){frame.row + 1, 0, frame.rows - 1, l->divider};
    struct rect right = {frame.row, l->divider + 1, frame.rows, frame.cols - l->divider - 1};
    l->arrange = n->arrange != ARRANGE_AUTO       ? n->arrange
                 : right.cols > 2 * TEXT_COLS     ? ARRANGE_SIDE
                 : n->diff || fit_below(n, right) ? ARRANGE_STACKED
                                                  : ARRANGE_SINGLE;
    if (l->arrange == ARRANGE_SIDE) {
        int half = (right.cols - 1) / 2;
        l->second_divider = right.col + half;
        lay_pane(l, PANE_A, (struct rect){right.row, right.col, right.rows, half});
        lay_pane(l, PANE_B, (struct rect){right.row, right.col + half + 1, right.rows, right.cols - half - 1});
    } else if (l->arrange == ARRANGE_STACKED) {
        int upper = fit_below(n, right) ? n->answer_rows[PANE_A] + 1 : upper_rows(n, right.rows);
        lay_pane(l, PANE_A, (struct rect){right.row, right.col, upper, right.cols});
        lay_pane(l, PANE_B, (struct rect){right.row + upper, right.col, right.rows - upper, right.cols});
    } else {
        lay_pane(l, PANE_A, right);
    }
}

void annotate_layout_ranking(const struct annotate_needs *n, struct annotate_layout *l)
{
    memset(l, 0, sizeof *l);
    l->divider = l->second_divider = -1;
    l->fits = n->rows >= VIEW_MIN_ROWS && n->cols >= VIEW_MIN_COLS;
    if (!l->fits)
        return;
    l->header = (struct rect){0, 0, 1, n->cols};
    lay_ranking_strip(n, l);
    struct rect room = {1, 0, l->rule.row - 1, n->cols};
    if (n->maximised) {
        l->arrange = ARRANGE_SINGLE;
        lay_pane(l, n->focus, room);
        return;
    }
    int third = max(1, (room.rows - 2) / 3), rest = room.rows - 2 - max(n->answers, LEAST_TEXT_ROWS);
    int prompt = max(1, min(max(n->prompt_rows, 1), min(third, rest)));
    lay_pane(l, PANE_PROMPT, (struct rect){room.row, 0, prompt + 1, n->cols});
    lay_ranked(n, l, (struct rect){room.row + prompt + 1, 0, room.rows - prompt - 1, n->cols});
}
