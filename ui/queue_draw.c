/* How the queue looks. */
#include "store/browse.h"
#include "ui/frame.h"
#include "ui/queue.h"
#include "ui/strip.h"

#include <stdio.h>

static const char *const abouts[] = {
#define X(id, key, about) about,
    BACKLOGS(X)
#undef X
};

void queue_forget(struct queue *q)
{
    q->cached = 0;
    arena_reset(&q->arena);
}

static const char *asked(struct queue *q, int64_t comparison)
{
    struct browse_row r;
    struct err err;
    for (size_t i = 0; i < q->cached; i++)
        if (q->cache[i].comparison == comparison)
            return q->cache[i].asked;
    if (q->cached == QUEUE_CACHE)
        queue_forget(q);
    if (!browse_get(q->workbench->db, comparison, &q->arena, &r, &err) || r.comparison == 0)
        return "";
    q->cache[q->cached].comparison = comparison;
    return q->cache[q->cached++].asked = r.asked;
}

/* Why it stands where it stands. */
static void say_why(const struct queue *q, const struct waiting_item *w, char *out, size_t n)
{
    char says[WAITING_SAYS];
    waiting_head_says(&w->head, says);
    if (q->filter.order != WAITING_LISTED && says[0] != '\0')
        snprintf(out, n, "head: %s", says);
    else if (q->strategy == BACKLOG_GIVEN)
        snprintf(out, n, "%lld of %lld people", (long long)w->people, (long long)w->wanted);
    else if (q->strategy == BACKLOG_SKIPPED)
        snprintf(out, n, "%lld gave it up", (long long)w->people);
    else
        snprintf(out, n, "%d apart, helpf. %d%s", w->spread, w->helpfulness, w->conflict ? ", opposed" : "");
}

static void draw_row(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    enum { MARKED = 2, ID = 8, GAP = 2 };
    struct queue *q = ctx;
    const struct waiting_item *w = &q->items.v[i];
    char why[64];
    int at = col, end = col + cols;
    const char *text = asked(q, w->comparison);
    say_why(q, w, why, sizeof why);
    grid_puts(g, row, at, 1, q->marked.v[i] ? "*" : " ", STYLE_KEY);
    at += MARKED;
    grid_put(g, row, at, ID, w->id, ID, STYLE_DIM);
    at += ID + GAP;
    grid_put_short(g, row, at, q->source_cols, w->source, strlen(w->source), STYLE_LABEL);
    at += q->source_cols + GAP;
    grid_put_short(g, row, at, q->why_cols, why, strlen(why), STYLE_VALUE);
    at += q->why_cols + GAP;
    grid_put_gist(g, row, at, end - at, text, strlen(text), STYLE_TEXT);
}

/* As wide as what is seen needs: the rest is for what was asked. */
static void fit_columns(struct queue *q, const struct grid *g, int rows)
{
    int most = g->cols / 4;
    q->source_cols = q->why_cols = 6;
    for (size_t i = q->list.top; i < q->items.n && i < q->list.top + (size_t)rows; i++) {
        const struct waiting_item *w = &q->items.v[i];
        char why[64];
        say_why(q, w, why, sizeof why);
        int source = (int)safe_width(w->source, strlen(w->source)), said = (int)strlen(why);
        q->source_cols = source > q->source_cols ? source : q->source_cols;
        q->why_cols = said > q->why_cols ? said : q->why_cols;
    }
    q->source_cols = q->source_cols < most ? q->source_cols : most;
}

static const char *const nothing[] = {
    [BACKLOG_GIVEN] =
        "Nothing waits: as many people as are wanted have handled every comparison. `assay set overlap N` wants "
        "more of them, `assay import FILE` brings in more to do.",
    [BACKLOG_DISAGREEMENT] =
        "Nobody differs on what nobody has reviewed yet. Two people must have judged a comparison for "
        "it to stand here.",
    [BACKLOG_SKIPPED] =
        "Nothing was given up. `assay set skip-quorum N` says after how many skips or flags a comparison is "
        "given to nobody any more.",
};

static const struct strip_item keys_shown[] = {
    {{REQ_STRATEGY}, "", "strategy"},
    {{REQ_OPEN}, "", "read"},
    {{REQ_MARK}, "", "mark"},
    {{REQ_ASSIGN}, "", "hand out"},
    {{REQ_ONE_MORE}, "", "more people"},
    {{REQ_THIS}, "", "annotate"},
    {{REQ_HISTORY}, "", "history"},
    {{REQ_HELP}, "", "all"},
};
static const struct strip_item keys_handing[] = {{{REQ_ACCEPT}, "", "hand out"}, {{REQ_DONE}, "", "do not"}};

static void draw_list(struct queue *q, struct grid *g)
{
    char range[LIST_RANGE_SIZE], right[LIST_RANGE_SIZE + 40];
    list_range(&q->list, range);
    snprintf(right, sizeof right, "%s%s", range, q->items.n == WAITING_MOST ? " or more" : "");
    if (q->n_marked > 0)
        snprintf(right, sizeof right, "%zu marked  %s", q->n_marked, range);
    frame_rule(g, 1, 0, g->cols, queue_name(q->strategy), right);
    grid_put_short(g, 2, 1, g->cols - 2, abouts[q->strategy], strlen(abouts[q->strategy]), STYLE_DIM);
    fit_columns(q, g, g->rows - 6);
    if (q->list.n > 0)
        list_draw(&q->list, g, 4, 0, g->rows - 6, g->cols, draw_row, q);
    else
        frame_empty(g, 4, 0, g->rows - 6, g->cols, q->looking != NULL ? "Looking ..." : nothing[q->strategy]);
}

void queue_draw(void *view, const struct screen *s, struct grid *g)
{
    struct queue *q = view;
    workbench_header(q->workbench, g, "queue", q->workbench->person);
    if (q->reads) {
        frame_rule(g, 1, 0, g->cols, q->reading.c.id, "");
        reading_draw(&q->reading, g, 2, 1, g->rows - 3, g->cols - 2);
    } else {
        draw_list(q, g);
    }
    if (!q->handing) {
        strip_draw(s, g, 1, KEYMAP_QUEUE, keys_shown, sizeof keys_shown / sizeof *keys_shown);
        return;
    }
    strip_draw(s, g, 1, KEYMAP_LINE, keys_handing, 2);
    frame_rule(g, g->rows - 3, 0, g->cols, "to whom (for seven days)", "");
    grid_fill(g, g->rows - 2, 0, 1, g->cols, STYLE_TEXT);
    cmdline_draw(&q->line, g, g->rows - 2);
}
