/* How the browse view looks. */
#include "ui/browse.h"
#include "ui/frame.h"
#include "ui/said.h"
#include "ui/strip.h"

#include <stdio.h>

enum { WIDE = 120 }; /* from so many columns on the reading stands beside the list */

void browse_forget_rows(struct browsing *b)
{
    b->cached = 0;
    arena_reset(&b->rows);
}

static const struct browse_row *row_of(struct browsing *b, int64_t comparison)
{
    struct err err;
    for (size_t i = 0; i < b->cached; i++)
        if (b->cache[i].comparison == comparison)
            return &b->cache[i];
    if (b->cached == BROWSE_CACHE)
        browse_forget_rows(b);
    struct browse_row *r = &b->cache[b->cached];
    if (!browse_get(b->workbench->db, comparison, &b->rows, r, &err) || r->comparison == 0)
        return NULL;
    b->cached++;
    return r;
}

/* id  source  state  label  what was asked */
static void draw_row(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    enum { ID = 8, SOURCE = 10, STATE = 8, LABEL = 5, GAP = 2 };
    struct browsing *b = ctx;
    const struct browse_row *r = row_of(b, b->found.v[i]);
    if (r == NULL)
        return;
    int at = col, end = col + cols;
    struct buf label = BUF_INIT;
    if (r->label.has)
        said_strength(r->label.strength, 1, g->ascii, &label);
    grid_put(g, row, at, ID, r->id, ID, STYLE_DIM);
    at += ID + GAP;
    grid_put_short(g, row, at, SOURCE, r->source, strlen(r->source), STYLE_LABEL);
    at += SOURCE + GAP;
    grid_puts(g, row, at, STATE, browse_state(r), STYLE_LABEL);
    at += STATE + GAP;
    grid_puts(g, row, at, LABEL, label.ptr, STYLE_VALUE);
    at += LABEL + GAP;
    grid_put_gist(g, row, at, end - at, r->asked, strlen(r->asked), STYLE_TEXT);
    buf_free(&label);
}

static const char nothing_here[] = "There is nothing to search yet. `assay import FILE` brings comparisons in; `assay "
                                   "demo` makes a workspace with some.";
static const char nothing_found[] = "No comparison passes this query. Side by side, words and fields must all hold: "
                                    "try fewer of them, or \"or\" between "
                                    "them. Retired ones are found only by `retired`.";

static void draw_list(struct browsing *b, struct grid *g, int row, int col, int rows, int cols)
{
    char range[LIST_RANGE_SIZE], right[LIST_RANGE_SIZE + 40];
    list_range(&b->list, range);
    if (b->indexer != NULL)
        snprintf(right, sizeof right, "%s%s, %lld to index", range, b->end ? "" : "+", (long long)b->unindexed);
    else
        snprintf(right, sizeof right, "%s%s", range, b->end ? "" : "+");
    frame_rule(g, row, col, cols, "found", right);
    if (b->list.n > 0)
        list_draw(&b->list, g, row + 1, col, rows - 1, cols, draw_row, b);
    else if (b->end && b->indexer == NULL)
        frame_empty(g, row + 1, col, rows - 1, cols, b->asked[0] == '\0' ? nothing_here : nothing_found);
    else
        frame_empty(g, row + 1, col, rows - 1, cols, "Looking ...");
}

static void draw_reading(struct browsing *b, struct grid *g, int row, int col, int rows, int cols)
{
    char title[ID_HEX_SIZE + 40], range[TEXTVIEW_RANGE_SIZE];
    const struct comparison *c = &b->reading.c;
    if (c->row == 0) {
        frame_rule(g, row, col, cols, "", "");
        return;
    }
    snprintf(title, sizeof title, "%.8s  A is the first%s", c->id, c->retired ? "  retired" : "");
    textview_resize(&b->reading.text, cols - 2, rows - 1);
    textview_range(&b->reading.text, range);
    frame_rule(g, row, col, cols, title, range);
    reading_draw(&b->reading, g, row + 1, col + 1, rows - 1, cols - 2);
}

static const struct strip_item keys_shown[] = {
    {{REQ_QUERY}, "", "query"},     {{REQ_OPEN}, "", "read"},     {{REQ_THIS}, "", "annotate"},
    {{REQ_HISTORY}, "", "history"}, {{REQ_RETIRE}, "", "retire"}, {{REQ_LEAVE}, "", "back"},
    {{REQ_HELP}, "", "all"},
};

static const struct strip_item keys_typing[] = {
    {{REQ_ACCEPT}, "", "find"}, {{REQ_COMPLETE}, "", "complete a field"}, {{REQ_DONE}, "", "leave it as it was"}};

static void draw_query(struct browsing *b, struct grid *g)
{
    if (b->line.open) {
        cmdline_draw(&b->line, g, 1);
        return;
    }
    bool empty = b->asked == NULL || b->asked[0] == '\0';
    const char *text = empty ? "everything in work" : b->asked;
    grid_puts(g, 1, 0, 1, "/", STYLE_DIM);
    grid_put_short(g, 1, 1, g->cols - 2, text, strlen(text), empty ? STYLE_DIM : STYLE_VALUE);
}

void browse_draw(void *view, const struct screen *s, struct grid *g)
{
    struct browsing *b = view;
    int room = g->rows - 3;
    workbench_header(b->workbench, g, "browse", b->workbench->person);
    if (b->reads) {
        draw_reading(b, g, 2, 0, room, g->cols);
    } else if (g->cols >= WIDE) {
        int half = g->cols / 2;
        draw_list(b, g, 2, 0, room, half);
        draw_reading(b, g, 2, half + 1, room, g->cols - half - 1);
        grid_marks(g, 2, half, 1, MARK_TEE_DOWN, STYLE_RULE);
        for (int row = 3; row < 2 + room; row++)
            grid_marks(g, row, half, 1, MARK_BAR, STYLE_RULE);
    } else {
        draw_list(b, g, 2, 0, room / 2, g->cols);
        draw_reading(b, g, 2 + room / 2, 0, room - room / 2, g->cols);
    }
    if (b->line.open)
        strip_draw(s, g, 1, KEYMAP_LINE, keys_typing, sizeof keys_typing / sizeof *keys_typing);
    else
        strip_draw(s, g, 1, KEYMAP_BROWSE, keys_shown, sizeof keys_shown / sizeof *keys_shown);
    draw_query(b, g); /* last: the cursor stands there while it is typed */
}
