/* The lower end of the review screen: the decision, the reason of a judgement that is dropped, the keys. */
#include "ui/frame.h"
#include "ui/review.h"
#include "ui/said.h"
#include "ui/strip.h"

#include <stdio.h>

enum { COL_LABEL = 3, COL_CHOICE = 19 };

static void draw_because(const struct reviewing *r, struct grid *g, int row, int col)
{
    struct wrap_rows wrapped = {0};
    int caret_row, caret_col, width = g->cols - col - 1;
    editor_wrap(&r->because, width, &wrapped, &caret_row, &caret_col);
    int first = caret_row > 0 ? caret_row - 1 : 0; /* two rows, the caret on one of them */
    for (int i = 0; i < 2 && first + i < (int)wrapped.rows.n; i++)
        textview_draw_row(g, row + i, col, width, r->because.text.ptr, &wrapped.rows.v[first + i], STYLE_VALUE);
    if (r->mode == REVIEW_WRITE) {
        g->cursor_row = row + caret_row - first;
        g->cursor_col = col + caret_col;
    }
    vec_free(&wrapped.rows);
}

/* In the place of the decision, while a reason to drop a judgement is typed below. */
static void draw_dropping(const struct reviewing *r, struct grid *g, int row)
{
    const char *name = review_judge(r, r->judge)->annotator_name;
    struct buf title = BUF_INIT;
    buf_adds(&title, "drop the judgement of ");
    safe_text(name, strlen(name), &title, 40);
    frame_rule(g, row, 0, g->cols, title.ptr, "");
    grid_puts(g, row + 1, COL_LABEL, g->cols - COL_LABEL - 1, "It is kept and counts no more. Why?", STYLE_TEXT);
    buf_free(&title);
}

void review_draw_decision(const struct reviewing *r, const struct screen *s, struct grid *g, int row)
{
    enum { COL_WHY = 28, COL_TEXT = 37 };
    char key[KEY_NAME_SIZE];
    struct buf text = BUF_INIT;
    char says[WAITING_SAYS], right[WAITING_SAYS + 16] = "";
    waiting_head_says(&r->cases.v[r->at].head, says);
    if (says[0] != '\0')
        snprintf(right, sizeof right, "the head: %s", says);
    if (r->mode == REVIEW_DROP) {
        draw_dropping(r, g, row);
        return;
    }
    frame_rule(g, row, 0, g->cols, "decision", right);
    if (r->preference == PREFERENCE_NEITHER)
        buf_adds(&text, "neither");
    else if (r->preference != PREFERENCE_UNSET)
        said_strength(r->preference, 1, g->ascii, &text);
    grid_puts(g, row + 1, COL_LABEL, COL_CHOICE - COL_LABEL, "better is", STYLE_LABEL);
    grid_puts(g, row + 1, COL_CHOICE, COL_WHY - COL_CHOICE - 1, text.len > 0 ? text.ptr : "?",
              text.len > 0 ? STYLE_VALUE : STYLE_MISSING);
    grid_puts(g, row + 1, COL_WHY, COL_TEXT - COL_WHY, "because", STYLE_LABEL);
    if (r->because.text.len == 0 && r->mode != REVIEW_WRITE)
        grid_putf(g, row + 1, COL_TEXT, g->cols - COL_TEXT, STYLE_DIM, "%s to write (@A and @B name the sides)",
                  keys_say(s->keys, KEYMAP_REVIEW, REQ_WRITE, key));
    else
        draw_because(r, g, row + 1, COL_TEXT);
    buf_free(&text);
}

/* ---- keys ---- */

static const struct strip_item keys_shown[] = {
    {{REQ_PREFER_A, REQ_PREFER_NONE, REQ_PREFER_B}, " ", "decide"},
    {{REQ_WRITE}, "", "why"},
    {{REQ_SUBMIT}, "", "lock+next"},
    {{REQ_UNDO}, "", "undo"},
    {{REQ_OPEN}, "", "texts"},
    {{REQ_DROP}, "", "drop one"},
    {{REQ_HISTORY}, "", "history"},
    {{REQ_OLDER, REQ_NEWER}, " ", "other case"},
    {{REQ_LEAVE}, "", "back"},
    {{REQ_HELP}, "", "all"},
};
static const struct strip_item keys_reading[] = {
    {{REQ_LINE_DOWN, REQ_LINE_UP}, " ", "scroll"},
    {{REQ_PAGE_DOWN, REQ_PAGE_UP}, " ", "page"},
    {{REQ_OPEN}, "", "who said what"},
    {{REQ_PREFER_A, REQ_PREFER_NONE, REQ_PREFER_B}, " ", "decide"},
    {{REQ_HELP}, "", "all"},
};
static const struct strip_item keys_empty[] = {
    {{REQ_UNDO}, "", "undo"}, {{REQ_LEAVE}, "", "back"}, {{REQ_HELP}, "", "all"}};
static const struct strip_item keys_writing[] = {{{REQ_DELETE_WORD}, "", "word"},
                                                 {{REQ_DELETE_LINE}, "", "line"},
                                                 {{REQ_TEXT_UNDO}, "", "undo"},
                                                 {{REQ_DONE}, "", "done"}};
static const struct strip_item keys_dropping[] = {{{REQ_ACCEPT}, "", "drop it"}, {{REQ_DONE}, "", "keep it"}};

void review_draw_strip(const struct reviewing *r, const struct screen *s, struct grid *g)
{
#define STRIP(col, map, items) strip_draw(s, g, col, map, items, sizeof(items) / sizeof *(items))
    if (r->mode == REVIEW_WRITE)
        STRIP(strip_mode(g, "WRITING"), KEYMAP_WRITING, keys_writing);
    else if (r->mode == REVIEW_DROP)
        STRIP(1, KEYMAP_LINE, keys_dropping);
    else if (r->cases.n == 0)
        STRIP(1, KEYMAP_REVIEW, keys_empty);
    else if (r->reads)
        STRIP(1, KEYMAP_REVIEW, keys_reading);
    else
        STRIP(1, KEYMAP_REVIEW, keys_shown);
#undef STRIP
}
