#include "core/base/clock.h"
#include "core/plot.h"
#include "ui/dashboard.h"
#include "ui/frame.h"
#include "ui/strip.h"

#include <math.h>
#include <stdio.h>

enum { NAME = 13, HEAD = 13, TWO_COLUMNS = 140, BAR_MOST = 48 };

static const char no_workspace[] = "There is no workspace here yet. A workspace is one file that keeps a data set and "
                                   "everything people say about it.\n"
                                   "\n"
                                   "To look around, the whole loop on a bundled sample:\n"
                                   "    assay demo\n"
                                   "\n"
                                   "To begin your own:\n"
                                   "    assay init\n"
                                   "    assay import FILE...      HH-RLHF, HelpSteer, TRL, UltraFeedback, CSV ...\n"
                                   "    assay                     and you are back here\n"
                                   "\n"
                                   "Another file than workspace.assay: assay -w FILE.";

static const char empty_workspace[] =
    "This workspace is empty. Bring in prompts with two answers each:\n"
    "\n"
    "    assay import FILE...      the format is found out from the content\n"
    "\n"
    "Then come back and annotate; every key is saved as it is pressed. "
    "assay import --help lists the formats; assay demo shows a workspace that is full.";

/* An area that is filled from above. */
struct area {
    struct grid *g;
    int row, col, rows, cols;
};

static enum plot_style plot_style(const struct area *a)
{
    return a->g->ascii ? PLOT_ASCII : PLOT_UNICODE;
}

/* A name in the first columns of the next row; returns where the rest begins, -1 when no row is left. */
static int next_row(struct area *a, const char *name)
{
    if (a->rows == 0)
        return -1;
    grid_put_short(a->g, a->row++, a->col + 3, NAME - 1, name, strlen(name), STYLE_LABEL);
    a->rows--;
    return a->col + 3 + NAME;
}

static int room(const struct area *a, int col)
{
    return a->col + a->cols - col - 1;
}

static int put(const struct area *a, int col, const struct buf *b, enum style style)
{
    return col + grid_put_short(a->g, a->row - 1, col, room(a, col), b->ptr, b->len, style);
}

/* " (-0.40 to 0.37)", or nothing. */
static void add_range(double low, double high, int digits, double factor, struct buf *out)
{
    if (!isnan(low) && !isnan(high))
        buf_addf(out, "  (%.*f to %.*f)", digits, low * factor, digits, high * factor);
}

/* ---- progress ---- */

static void draw_source(struct area *a, const struct status_source *x)
{
    struct buf bar = BUF_INIT, told = BUF_INIT;
    double share = x->comparisons > 0 ? (double)x->complete / (double)x->comparisons : 0;
    int col = next_row(a, x->name), width = room(a, col) - 30;
    width = width > BAR_MOST ? BAR_MOST : width < 8 ? 8 : width;
    plot_bar(share, (size_t)width, plot_style(a), &bar);
    grid_marks(a->g, a->row - 1, col, width, MARK_DOT, STYLE_DIM);
    size_t filled = bar.len;
    while (filled > 0 && bar.ptr[filled - 1] == ' ')
        filled--;
    grid_put(a->g, a->row - 1, col, width, bar.ptr, filled, STYLE_VALUE);
    buf_addf(&told, " %3.0f %%  %lld of %lld", floor(share * 100), (long long)x->complete, (long long)x->comparisons);
    put(a, col + width, &told, STYLE_TEXT);
    buf_free(&bar);
    buf_free(&told);
}

static void draw_progress(struct area a, const struct dashboard_facts *f)
{
    size_t n = f->status.n_sources, fit = n <= (size_t)a.rows ? n : (size_t)a.rows - 1;
    for (size_t i = 0; i < fit; i++)
        draw_source(&a, &f->status.sources[i]);
    int col = fit < n ? next_row(&a, "") : -1;
    if (col >= 0)
        grid_putf(a.g, a.row - 1, col, room(&a, col), STYLE_DIM, "and %zu more sources", n - fit);
}

/* ---- agreement ---- */

static void draw_sides(struct area *a, const struct glance *g)
{
    struct buf b = BUF_INIT;
    const char *leans = g->first_low > 0.5    ? "  people lean to side A"
                        : g->first_high < 0.5 ? "  people lean to side B"
                                              : NULL;
    int col = next_row(a, "side A");
    if (col >= 0) {
        buf_addf(&b, "wins %.1f %%", 100 * (double)g->first_wins / (double)g->decided);
        add_range(g->first_low, g->first_high, 1, 100, &b);
        buf_adds(&b, leans != NULL ? leans : "  fair");
        put(a, col, &b, leans != NULL ? STYLE_MISSING : STYLE_TEXT);
    }
    buf_free(&b);
}

static void draw_line(struct area *a, const struct glance_line *l)
{
    struct buf b = BUF_INIT;
    int col = next_row(a, l->name);
    if (isnan(l->value)) {
        buf_addf(&b, "undefined: %s", l->why);
        put(a, col, &b, STYLE_DIM);
    } else {
        buf_addf(&b, "%5.2f", l->value);
        add_range(l->low, l->high, 2, 1, &b);
        col = put(a, col, &b, STYLE_TEXT) + 3;
        buf_reset(&b);
        plot_spark(l->week, l->weeks, plot_style(a), &b);
        if (l->weeks > 1)
            put(a, col, &b, STYLE_VALUE);
    }
    buf_free(&b);
}

static void draw_agreement(struct area a, const struct dashboard_facts *f)
{
    const struct glance *g = &f->glance;
    if (f->glance_err.kind != ERR_NONE || g->n == 0) {
        const char *why = f->glance_err.kind != ERR_NONE ? f->glance_err.text : "Nobody has judged here yet.";
        grid_put_short(a.g, a.row, a.col + 3, a.cols - 4, why, strlen(why), STYLE_DIM);
        return;
    }
    if (g->decided > 0 && a.rows > 1)
        draw_sides(&a, g);
    for (size_t i = 0; i < g->n && a.rows > 0; i++)
        draw_line(&a, &g->line[i]);
}

/* ---- heads ---- */

/* Of the runs that have one: how far the accuracy lies above a coin's, the oldest first. */
static void draw_trend(struct area *a, const struct dashboard_facts *f)
{
    double above[DASHBOARD_RUNS];
    size_t n = 0;
    for (size_t i = f->n_runs; i-- > 0;)
        if (!isnan(f->runs[i].accuracy))
            above[n++] = fmax(f->runs[i].accuracy - 0.5, 0);
    int col = n > 1 ? next_row(a, "accuracy") : -1;
    if (col < 0)
        return;
    struct buf b = BUF_INIT;
    plot_spark(above, n, plot_style(a), &b);
    col = put(a, col, &b, STYLE_VALUE);
    grid_putf(a->g, a->row - 1, col + 2, room(a, col + 2), STYLE_DIM, "above 50 %%, %zu runs, the oldest first", n);
    buf_free(&b);
}

static void draw_run(struct area *a, const struct run_row *r)
{
    struct buf b = BUF_INIT;
    char day[CLOCK_ISO_SIZE];
    run_table_cell(r, RUN_NUMBER, &b);
    buf_addc(&b, ' ');
    run_table_cell(r, RUN_KIND, &b);
    int col = next_row(a, b.ptr);
    buf_reset(&b);
    grid_put_short(a->g, a->row - 1, col, HEAD - 1, r->head, strlen(r->head), STYLE_VALUE);
    col += HEAD;
    if (isnan(r->accuracy))
        buf_adds(&b, strcmp(r->run->kind, "train") == 0 ? "nothing held out" : "see the runs");
    else
        buf_addf(&b, "%.1f %%", r->accuracy * 100);
    add_range(r->interval.lo, r->interval.hi, 1, 100, &b);
    if (!isnan(r->ece))
        buf_addf(&b, "  ECE %.3f", r->ece);
    clock_iso(r->run->created, day);
    buf_addf(&b, "  %.10s", day);
    put(a, col, &b, STYLE_TEXT);
    buf_free(&b);
}

static void draw_heads(struct area a, const struct dashboard_facts *f)
{
    if (f->n_runs == 0) {
        const char *why = f->status.embedding_sets > 0 ? "No head was fitted yet: assay train."
                                                       : "No embeddings yet: assay embed, then assay train.";
        grid_puts(a.g, a.row, a.col + 3, a.cols - 4, why, STYLE_DIM);
        return;
    }
    if (a.rows > 1)
        draw_trend(&a, f);
    for (size_t i = 0; i < f->n_runs && a.rows > 0; i++)
        draw_run(&a, &f->runs[i]);
}

/* ---- sections ---- */

enum section { TASKS, PROGRESS, AGREEMENT, HEADS, SECTIONS };

static int wanted(const struct dashboard *d, enum section s)
{
    const struct dashboard_facts *f = d->facts;
    switch (s) {
    case TASKS:
        return d->list.n > 0 ? (int)d->list.n : 1;
    case PROGRESS:
        return f->status.n_sources > 0 ? (int)f->status.n_sources : 1;
    case AGREEMENT:
        return (int)f->glance.n + 1;
    default:
        return (int)f->n_runs + 1;
    }
}

/* Rows for sections from .. to-1 below each other, a rule above each; no blank lines before all have what they need. */
static void share_rows(const struct dashboard *d, int from, int to, int rows, int given[SECTIONS])
{
    int left = rows - (to - from);
    for (int s = from; s < to; s++)
        given[s] = 0;
    for (bool any = true; any && left > 0;) {
        any = false;
        for (int s = from; s < to && left > 0; s++) {
            if (given[s] >= wanted(d, (enum section)s))
                continue;
            given[s]++;
            left--;
            any = true;
        }
    }
    for (int s = from; s + 1 < to && left > 0; s++, left--)
        given[s]++;
}

static void draw_todo_row(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    const struct todo *t = &((const struct dashboard *)ctx)->todo[i];
    grid_puts(g, row, col, NAME, t->name, STYLE_VALUE);
    grid_put_short(g, row, col + NAME, cols - NAME, t->what, strlen(t->what), STYLE_TEXT);
}

static void draw_todo(struct dashboard *d, struct area a)
{
    if (d->list.n > 0)
        list_draw(&d->list, a.g, a.row, a.col + 1, a.rows, a.cols - 2, draw_todo_row, d);
    else
        grid_puts(a.g, a.row, a.col + 3, a.cols - 4, "Nothing waits for you.", STYLE_DIM);
}

static void draw_section(struct dashboard *d, enum section s, struct area a)
{
    static const char *const titles[][2] = {[TASKS] = {"to do", ""},
                                            [PROGRESS] = {"progress", "judged by all that are wanted"},
                                            [AGREEMENT] = {"agreement", "quadratic kappa, 95 %, by week"},
                                            [HEADS] = {"heads", "on pairs held out, 95 %"}};
    frame_rule(a.g, a.row, a.col, a.cols, titles[s][0], titles[s][1]);
    a.row++;
    if (a.rows <= 0)
        return;
    if (s == TASKS)
        draw_todo(d, a);
    else
        (s == PROGRESS ? draw_progress : s == AGREEMENT ? draw_agreement : draw_heads)(a, d->facts);
}

static void draw_column(struct dashboard *d, struct area a, int from, int to)
{
    int given[SECTIONS];
    share_rows(d, from, to, a.rows, given);
    for (int s = from; s < to; s++) {
        a.rows = given[s];
        draw_section(d, (enum section)s, a);
        a.row += given[s] + 1;
    }
}

static void draw_facts(struct dashboard *d, struct grid *g)
{
    struct area all = {g, 1, 0, g->rows - 2, g->cols}, right = all;
    if (g->cols < TWO_COLUMNS) {
        draw_column(d, all, TASKS, SECTIONS);
        return;
    }
    all.cols = g->cols / 2;
    right.col = all.cols + 1;
    right.cols = g->cols - right.col;
    draw_column(d, all, TASKS, AGREEMENT);
    draw_column(d, right, AGREEMENT, SECTIONS);
}

/* ---- the whole ---- */

static void draw_strip(const struct screen *s, struct grid *g)
{
    static const struct strip_item items[] = {
/* the dashboard itself, the first of the views, is no place to go to from here */
#define X(id, name, help, opener) {{WORKBENCH_##id == WORKBENCH_DASHBOARD ? REQ_NONE : REQ_OPEN_##id}, "", name},
        WORKBENCH_VIEWS(X)
#undef X
            {{REQ_OPEN}, "", "open"},
        {{REQ_COMMAND}, "", "command"},
        {{REQ_LEAVE}, "", "leave"},
        {{REQ_HELP}, "", "all"},
    };
    strip_draw(s, g, 1, KEYMAP_DASHBOARD, items, sizeof items / sizeof *items);
}

void dashboard_draw(void *view, const struct screen *s, struct grid *g)
{
    struct dashboard *d = view;
    struct buf right = BUF_INIT;
    char time[CLOCK_HMS_SIZE];
    buf_adds(&right, d->workbench->person);
    if (d->facts != NULL) {
        clock_hms(d->facts->read, time);
        buf_addf(&right, "   as of %s", time);
    }
    frame_header(g, d->workbench->title, right.ptr);
    if (d->workbench->db == NULL)
        frame_empty(g, 2, 0, g->rows - 3, g->cols, no_workspace);
    else if (d->facts == NULL)
        frame_empty(g, 2, 0, g->rows - 3, g->cols, "Counting ...");
    else if (d->facts->err.kind != ERR_NONE)
        frame_empty(g, 2, 0, g->rows - 3, g->cols, d->facts->err.text);
    else if (d->facts->status.comparisons == 0)
        frame_empty(g, 2, 0, g->rows - 3, g->cols, empty_workspace);
    else
        draw_facts(d, g);
    draw_strip(s, g);
    if (g->cursor_row < 0)
        g->cursor_row = 1, g->cursor_col = 0;
    buf_free(&right);
}
