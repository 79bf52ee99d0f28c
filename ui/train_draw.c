#include "ui/train.h"

#include "core/plot.h"
#include "ui/frame.h"
#include "ui/strip.h"

#include <math.h>
#include <stdio.h>

enum { LABEL = 12, FORM = 40, TALL = 34, RUNS = 9, MARGIN = 2 };

/* ---- runs ---- */

void train_draw_titles(const struct run_table *t, struct grid *g, int row, int col, int cols)
{
    int at = MARGIN;
    for (int c = 0; c < RUN_COLUMN_COUNT; c++) {
        const struct run_column_info *x = run_column((enum run_column)c);
        if (at + x->columns > cols)
            return;
        int used = grid_puts(g, row, col + at, x->columns - 1, x->title, STYLE_LABEL);
        if (t->by == (enum run_column)c)
            grid_marks(g, row, col + at + used + 1, 1, x->down != t->backwards ? MARK_DOWN : MARK_UP, STYLE_LABEL);
        at += x->columns + 1;
    }
    if (at + 6 < cols)
        grid_puts(g, row, col + at, cols - at, "file", STYLE_LABEL);
}

void train_draw_run(const struct run_row *r, struct grid *g, int row, int col, int cols, enum style style)
{
    struct buf cell = BUF_INIT;
    int at = MARGIN, c = 0;
    if (r->marked)
        grid_puts(g, row, col, 1, "*", style);
    for (; c < RUN_COLUMN_COUNT; c++) {
        int width = run_column((enum run_column)c)->columns;
        if (at + width > cols)
            break;
        buf_reset(&cell);
        run_table_cell(r, (enum run_column)c, &cell);
        grid_put_short(g, row, col + at, width, cell.ptr, cell.len, style);
        at += width + 1;
    }
    if (c == RUN_COLUMN_COUNT && at + 6 < cols && r->run->model != NULL)
        grid_put_short(g, row, col + at, cols - at, r->run->model, strlen(r->run->model), style);
    buf_free(&cell);
}

/* ---- the form ---- */

/* Scrolled sideways so that the caret is seen. */
static void draw_typing(const struct form *f, struct grid *g, int row, int col, int cols)
{
    const struct editor *e = &f->editor;
    size_t from = 0;
    while (safe_width(e->text.ptr + from, e->at - from) >= (size_t)cols)
        from = editor_next(e, from);
    grid_fill(g, row, col, 1, cols, STYLE_MODE);
    grid_put(g, row, col, cols, e->text.ptr + from, e->text.len - from, STYLE_MODE);
    g->cursor_row = row;
    g->cursor_col = col + (int)safe_width(e->text.ptr + from, e->at - from);
}

static void draw_field(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    const struct form *f = ctx;
    size_t field = f->holds.v[i];
    const struct train_field *x = &f->what->field[field];
    const char *value = form_value(f, field), *meaning = form_meaning(f, field);
    grid_puts(g, row, col, LABEL - 1, x->label, STYLE_LABEL);
    int room = cols - LABEL, used = grid_put_short(g, row, col + LABEL, room, value, strlen(value), STYLE_VALUE);
    if (*value == '\0')
        grid_put_short(g, row, col + LABEL, room, *meaning != '\0' ? meaning : "-",
                       strlen(*meaning != '\0' ? meaning : "-"), STYLE_DIM);
    else if (used + 2 + (int)safe_width(meaning, strlen(meaning)) <= room)
        grid_puts(g, row, col + LABEL + used + 2, room - used - 2, meaning, STYLE_DIM);
}

static void draw_form(struct train_view *v, struct grid *g, int row, int rows, int cols)
{
    struct form *f = &v->form;
    if (f->what == NULL)
        return;
    list_draw(&f->list, g, row, 0, rows, cols, draw_field, f);
    int at = (int)(f->list.at - f->list.top);
    if (f->typing && at < rows)
        draw_typing(f, g, row + at, 2 + LABEL, cols - 2 - LABEL);
}

/* What the selected line is for, and all of what it says. */
static void draw_help(const struct train_view *v, struct grid *g, int row)
{
    const struct train_field *x = form_field(&v->form);
    struct buf line = BUF_INIT;
    if (x == NULL)
        return;
    size_t field = v->form.holds.v[v->form.list.at];
    const char *meaning = form_meaning(&v->form, field);
    if (x->option != NULL)
        buf_addf(&line, "--%s: ", x->option);
    buf_adds(&line, x->help);
    if (*meaning != '\0')
        buf_addf(&line, "; here: %s", meaning);
    grid_put_short(g, row, 2, g->cols - 3, line.ptr, line.len, STYLE_DIM);
    buf_free(&line);
}

/* ---- the work, and what came of it ---- */

struct area {
    struct grid *g;
    int row, col, rows, cols;
};

/* Lines of a text, as many as there is room for; the area shrinks by them. */
static void put_lines(struct area *a, const char *text, enum style style)
{
    while (*text != '\0' && a->rows > 0) {
        size_t n = strcspn(text, "\n");
        grid_put_short(a->g, a->row, a->col, a->cols, text, n, style);
        a->row++;
        a->rows--;
        text += n + (text[n] == '\n');
    }
}

/* A paragraph, wrapped. */
static void put_text(struct area *a, const char *text, enum style style)
{
    struct wrap_rows rows = {0};
    wrap_text(text, strlen(text), a->cols, 0, &rows);
    for (size_t i = 0; i < rows.rows.n && a->rows > 0; i++, a->row++, a->rows--)
        textview_draw_row(a->g, a->row, a->col, a->cols, text, &rows.rows.v[i], style);
    vec_free(&rows.rows);
}

static enum plot_style plot_style(const struct grid *g)
{
    return g->ascii ? PLOT_ASCII : PLOT_UNICODE;
}

static size_t plot_cols(const struct area *a)
{
    return (size_t)(a->cols < PLOT_COLUMNS ? a->cols : PLOT_COLUMNS);
}

static size_t plot_rows(const struct area *a)
{
    return (size_t)(a->rows < PLOT_LINES ? a->rows : PLOT_LINES);
}

static void put_loss(struct area *a, const struct work *w)
{
    double x[WORK_LOSSES];
    struct buf out = BUF_INIT;
    if (w->n < 2 || a->rows < PLOT_MIN_HEIGHT - 2 || a->cols < PLOT_MIN_WIDTH)
        return;
    for (size_t i = 0; i < w->n; i++)
        x[i] = (double)(i * w->stride);
    struct chart_series series = {.x = x, .y = w->loss, .n = w->n};
    struct chart_curve curve = {
        .x = {.label = "evaluations", .whole = true}, .y = {.label = "loss"}, .series = &series, .n = 1};
    chart_fit(&curve);
    plot_curve(&curve, plot_cols(a), plot_rows(a), plot_style(a->g), &out);
    put_lines(a, out.ptr, STYLE_TEXT);
    buf_free(&out);
}

void train_draw_work(const struct train_state *state, struct buf *out)
{
    const struct work *w = &state->work;
    if (w->state != WORK_RUNNING)
        return;
    buf_addf(out, "%s", train_task_text(state->task));
    if (w->total > 0)
        buf_addf(out, " %.0f %%", 100 * fmin(1, fmax(0, w->done / w->total)));
    buf_addf(out, ", %.0f s", w->seconds);
}

static void put_running(struct area *a, const struct train_state *state)
{
    const struct work *w = &state->work;
    struct buf line = BUF_INIT;
    train_draw_work(state, &line);
    if (w->n > 0)
        buf_addf(&line, ", loss %.6f", w->loss[w->n - 1]);
    put_lines(a, line.ptr, STYLE_VALUE);
    buf_reset(&line);
    if (w->total > 0) {
        plot_bar(w->done / w->total, plot_cols(a), plot_style(a->g), &line);
        put_lines(a, line.ptr, STYLE_TEXT);
    }
    buf_free(&line);
    if (a->rows > 0) {
        a->row++;
        a->rows--;
    }
    put_loss(a, w);
}

/* "accuracy  71.3 %  (67.1 to 75.2)" */
static void put_figure(struct area *a, const char *name, double v, struct metric_interval i, double scale)
{
    struct buf line = BUF_INIT;
    int decimals = scale > 1 ? 1 : 3;
    const char *unit = scale > 1 ? " %" : "";
    buf_addf(&line, "%-10s%6.*f%s", name, decimals, scale * v, unit);
    if (isfinite(i.lo) && isfinite(i.hi))
        buf_addf(&line, "  (%.*f to %.*f)", decimals, scale * i.lo, decimals, scale * i.hi);
    put_lines(a, line.ptr, STYLE_VALUE);
    buf_free(&line);
}

static void put_result(struct area *a, const struct train_result *r)
{
    struct buf line = BUF_INIT;
    put_text(a, r->summary, STYLE_TITLE);
    put_text(a, r->ended, STYLE_DIM);
    if (r->why_not != NULL) {
        buf_addf(&line, "It was not judged: %s", r->why_not);
        put_text(a, line.ptr, STYLE_TEXT);
    } else if (r->m.n == 0) {
        put_text(a, "There are no pairs that judge it.", STYLE_TEXT);
    } else {
        buf_addf(&line, "on %zu pairs (%s):", r->m.n, r->split);
        put_lines(a, line.ptr, STYLE_TEXT);
        put_figure(a, "accuracy", r->m.accuracy, r->interval.accuracy, 100);
        put_figure(a, "log-loss", r->m.nll, r->interval.nll, 1);
        put_figure(a, "ECE", r->m.ece, r->interval.ece, 1);
        if (r->m.ece < r->interval.ece.lo)
            put_text(a, "(resampling adds to the ECE: its interval lies too high)", STYLE_DIM);
        if (isfinite(r->people)) {
            const struct metric_interval none = {(double)NAN, (double)NAN};
            put_figure(a, "ceiling", r->people, none, 100);
        }
        if (a->rows >= PLOT_LOW_HEIGHT && a->cols >= PLOT_MIN_WIDTH) {
            buf_reset(&line);
            plot_reliability(&r->m, plot_cols(a), plot_rows(a), plot_style(a->g), &line);
            put_lines(a, line.ptr, STYLE_TEXT);
        }
    }
    buf_free(&line);
}

static void draw_work(const struct train_view *v, struct area a)
{
    const struct train_state *s = v->state;
    if (s == NULL) {
        put_text(&a, "Heads cannot be fitted here.", STYLE_TEXT);
        return;
    }
    if (s->work.state == WORK_RUNNING) {
        put_running(&a, s);
        return;
    }
    if (s->work.state == WORK_FAILED) {
        put_text(&a, s->work.err.text, STYLE_ERROR);
        a.row++;
        a.rows--;
    } else if (s->work.state == WORK_STOPPED) {
        put_text(&a, "Stopped; nothing was written.", STYLE_TEXT);
        a.row++;
        a.rows--;
    }
    if (s->result != NULL)
        put_result(&a, s->result);
    else if (s->work.state == WORK_NONE && v->form.what != NULL && v->form.what->why_not != NULL)
        put_text(&a, v->form.what->why_not, STYLE_TEXT);
    else if (s->work.state == WORK_NONE)
        put_text(&a,
                 "Nothing was fitted yet in this session. The settings on the left are good ones to begin with: the "
                 "penalty is chosen by cross-validation over prompts. What is held out is never trained on.",
                 STYLE_TEXT);
}

/* ---- the whole ---- */

static const struct strip_item keys_shown[] = {
    {{REQ_RUN}, "", "run"},        {{REQ_STOP}, "", "stop"},
    {{REQ_OPEN}, "", "change"},    {{REQ_COLUMN_LEFT, REQ_COLUMN_RIGHT}, " ", "choose"},
    {{REQ_CLEAR}, "", "reset"},    {{REQ_FIGURES}, "", "figures"},
    {{REQ_OPEN_RUNS}, "", "runs"}, {{REQ_HELP}, "", "all"},
};
static const struct strip_item typing_shown[] = {
    {{REQ_ACCEPT}, "", "take it"},
    {{REQ_DELETE_LINE}, "", "empty it"},
    {{REQ_DONE}, "", "leave it as it was"},
};

static void draw_runs(const struct train_view *v, struct grid *g, int row, int rows)
{
    frame_rule(g, row, 0, g->cols, "newest runs", "");
    train_draw_titles(&v->runs, g, row + 1, 0, g->cols - 1);
    for (int i = 0; i < rows - 2 && (size_t)i < v->runs.n; i++)
        train_draw_run(&v->runs.row[i], g, row + 2 + i, 0, g->cols - 1, STYLE_TEXT);
}

/* The name of a file without its folders, which may be longer than there is room for. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

void train_draw(void *view, const struct screen *s, struct grid *g)
{
    struct train_view *v = view;
    int runs = g->rows >= TALL && v->runs.n > 0 ? RUNS : 0, rows = g->rows - 4 - runs;
    int form = g->cols >= 3 * FORM ? FORM + 10 : FORM;
    struct buf right = BUF_INIT;
    if (v->state != NULL)
        train_draw_work(v->state, &right);
    workbench_header(v->workbench, g, "train", right.ptr);
    frame_rule(g, 1, 0, form, "settings", "");
    const struct train_result *r = v->state != NULL ? v->state->result : NULL;
    frame_rule(g, 1, form, g->cols - form,
               v->state != NULL && v->state->work.state == WORK_RUNNING ? "under way"
               : r != NULL                                              ? name_of(r->model)
                                                                        : "fit",
               "");
    draw_form(v, g, 2, rows, form - 1);
    for (int i = 0; i < rows; i++)
        grid_marks(g, 2 + i, form - 1, 1, MARK_BAR, STYLE_RULE);
    draw_work(v, (struct area){g, 2, form + 1, rows, g->cols - form - 2});
    if (runs > 0)
        draw_runs(v, g, 2 + rows, runs);
    draw_help(v, g, g->rows - 2);
    if (v->form.typing)
        strip_draw(s, g, 1, KEYMAP_LINE, typing_shown, sizeof typing_shown / sizeof *typing_shown);
    else
        strip_draw(s, g, 1, KEYMAP_TRAIN, keys_shown, sizeof keys_shown / sizeof *keys_shown);
    buf_free(&right);
}
