/* The review screen: texts in a few lines, what was said in columns, the reasons. */
#include "store/review.h"
#include "ui/frame.h"
#include "ui/review.h"
#include "ui/said.h"
#include "ui/strip.h"

#include <math.h>
#include <stdio.h>

enum { COL_LABEL = 3, COL_TABLE = 19, STEP_MIN = 13, OFF_MARK = 2, DECISION_ROWS = 3, COL_MORE = 4 };

/* ---- texts ---- */

enum { COL_TEXTS = 12, TEXTS = 3, MOST_BYTES = 4000 }; /* more of a text than that is not looked at */

struct brief {
    const char *label;
    enum style style; /* of the label */
    struct json_text text;
    struct wrap_rows wrapped;
    int rows; /* that it is given */
};

static void wrap_brief(struct brief *b, const struct grid *g, int col)
{
    wrap_text(b->text.ptr, b->text.len < MOST_BYTES ? b->text.len : MOST_BYTES, g->cols - col - 2, 0, &b->wrapped);
}

/* Its label from column `from`, its text from `col` on. */
static void draw_brief(const struct brief *b, struct grid *g, int row, int from, int col)
{
    int n = (int)b->wrapped.rows.n, width = g->cols - col - 2;
    grid_put_short(g, row, from, col - from - 2, b->label, strlen(b->label), b->style);
    for (int i = 0; i < b->rows && i < n; i++)
        textview_draw_row(g, row + i, col, width, b->text.ptr, &b->wrapped.rows.v[i], STYLE_TEXT);
    if (n > b->rows)
        grid_marks(g, row + b->rows - 1, g->cols - 1, 1, MARK_ELLIPSIS, STYLE_DIM);
}

/* A row each, then one more to each that needs it, in turn, as long as there are any. */
static void share_rows(struct brief *b, int n, int rows)
{
    for (int i = 0; i < n; i++, rows--)
        b[i].rows = 1;
    for (bool any = true; any && rows > 0;) {
        any = false;
        for (int i = 0; i < n && rows > 0; i++)
            if (b[i].rows < (int)b[i].wrapped.rows.n) {
                b[i].rows++;
                rows--;
                any = true;
            }
    }
}

static int draw_texts(const struct reviewing *r, struct grid *g, int row, int rows)
{
    const struct comparison *c = &r->reading.c;
    struct brief b[TEXTS] = {{.label = "prompt", .style = STYLE_LABEL},
                             {.label = "A", .style = STYLE_SIDE_A, .text = c->text[0]},
                             {.label = "B", .style = STYLE_SIDE_B, .text = c->text[1]}};
    if (c->n_turns > 0)
        b[0].text = c->turns[c->n_turns - 1].content;
    if (c->n_turns > 1)
        b[0].label = "last turn";
    for (int i = 0; i < TEXTS; i++)
        wrap_brief(&b[i], g, COL_TEXTS);
    share_rows(b, TEXTS, rows);
    for (int i = 0; i < TEXTS; i++) {
        draw_brief(&b[i], g, row, 1, COL_TEXTS);
        row += b[i].rows;
        vec_free(&b[i].wrapped.rows);
    }
    return row;
}

/* ---- the table ---- */

struct table {
    const struct reviewing *r;
    struct grid *g;
    size_t first, n, all; /* judges in sight */
    int step;             /* columns of each */
    int words;
};

static int column_of(const struct table *t, size_t judge)
{
    return COL_TABLE + (int)(judge - t->first) * t->step;
}

/* Columns as wide as the longest name, as far as there is room for all. */
static void fit_names(struct table *t)
{
    int room = t->all > 0 ? (t->g->cols - COL_TABLE) / (int)t->all : 0;
    for (size_t i = 0; i < t->all; i++) {
        const char *name = review_judge(t->r, i)->annotator_name;
        int needs = (int)safe_width(name, strlen(name)) + 3;
        t->step = needs <= t->step ? t->step : needs < room ? needs : room > t->step ? room : t->step;
    }
}

/* How far the judge of a column is from the others; NaN: no person. */
static double off(const struct table *t, const struct judgement *j, const char *attribute)
{
    const struct comparison *c = &t->r->reading.c;
    return review_off(c->judgements, c->n, (size_t)(j - c->judgements), attribute);
}

/* Those who are furthest off, and by at least OFF_MARK, are marked. */
static bool is_off(const struct table *t, const struct judgement *j, const char *attribute)
{
    double most = 0, mine = off(t, j, attribute);
    for (size_t i = 0; i < t->all; i++)
        most = fmax(most, off(t, review_judge(t->r, i), attribute));
    return mine >= OFF_MARK && mine >= most;
}

static void put_cell(const struct table *t, int row, size_t judge, const char *text, bool marked)
{
    int col = column_of(t, judge);
    int used = grid_put_short(t->g, row, col, t->step - 3, text, strlen(text), marked ? STYLE_MISSING : STYLE_VALUE);
    if (marked)
        grid_marks(t->g, row, col + used + 1, 1, MARK_OFF, STYLE_MISSING);
}

static void draw_names(const struct table *t, int row)
{
    for (size_t i = t->first; i < t->first + t->n; i++) {
        const char *name = review_judge(t->r, i)->annotator_name;
        bool here = i == t->r->judge;
        int col = column_of(t, i);
        if (here)
            grid_marks(t->g, row, col - 2, 1, MARK_CURSOR, STYLE_KEY);
        int room = i + 1 < t->first + t->n ? t->step - 3 : t->g->cols - col - 1 - COL_MORE * (t->first + t->n < t->all);
        grid_put_short(t->g, row, col, room, name, strlen(name), here ? STYLE_CURSOR : STYLE_TITLE);
    }
    if (t->first + t->n < t->all)
        grid_putf(t->g, row, t->g->cols - COL_MORE, COL_MORE, STYLE_DIM, "+%zu", t->all - t->first - t->n);
}

static void draw_preferences(const struct table *t, int row)
{
    struct buf text = BUF_INIT;
    grid_puts(t->g, row, COL_LABEL, COL_TABLE - COL_LABEL, "preference", STYLE_LABEL);
    for (size_t i = t->first; i < t->first + t->n; i++) {
        const struct judgement *j = review_judge(t->r, i);
        buf_reset(&text);
        said_preference(j, 1, t->g->ascii, &text);
        put_cell(t, row, i, text.ptr, is_off(t, j, NULL));
    }
    buf_free(&text);
}

static void draw_aspect(const struct table *t, int row, const struct attribute *a)
{
    struct buf text = BUF_INIT;
    for (size_t i = t->first; i < t->first + t->n; i++) {
        const struct judgement *j = review_judge(t->r, i);
        for (size_t k = 0; k < j->n_aspects; k++)
            if (strcmp(j->aspects[k].attribute, a->key) == 0) {
                buf_reset(&text);
                said_aspect(&j->aspects[k], 1, t->g->ascii, &text);
                put_cell(t, row, i, text.ptr, false);
            }
    }
    buf_free(&text);
}

static void draw_attribute(const struct table *t, int row, const struct attribute *a)
{
    grid_put_short(t->g, row, COL_LABEL, COL_TABLE - COL_LABEL - 3, a->label, strlen(a->label), STYLE_LABEL);
    if (a->of_comparison) {
        draw_aspect(t, row, a);
        return;
    }
    for (size_t i = t->first; i < t->first + t->n; i++) {
        const struct judgement *j = review_judge(t->r, i);
        int x = said_rating(j, 1, 0, a->key), y = said_rating(j, 1, 1, a->key);
        char first[16] = ".", second[16] = ".", text[48];
        if (x < 0 && y < 0)
            continue;
        if (x >= 0)
            snprintf(first, sizeof first, "%d", x);
        if (y >= 0)
            snprintf(second, sizeof second, "%d", y);
        const char *fails = a->veto == RUBRIC_NO_VETO ? "" : x <= a->veto || y <= a->veto ? " fails" : "";
        snprintf(text, sizeof text, "%s %s %s%s", first, mark_text(MARK_DOT, t->g->ascii), second, fails);
        put_cell(t, row, i, text, is_off(t, j, a->key));
    }
}

static void draw_seconds(const struct table *t, int row)
{
    grid_puts(t->g, row, COL_LABEL, COL_TABLE - COL_LABEL, "seconds", STYLE_LABEL);
    for (size_t i = t->first; i < t->first + t->n; i++) {
        const struct judgement *j = review_judge(t->r, i);
        char text[32];
        if (isnan(j->seconds) || !j->by_person)
            continue;
        bool fast = review_fast(j->seconds, t->words);
        snprintf(text, sizeof text, "%.0f%s", j->seconds, fast ? " fast" : "");
        put_cell(t, row, i, text, fast);
    }
}

static int draw_table(const struct table *t, int row)
{
    draw_names(t, row++);
    draw_preferences(t, row++);
    for (size_t i = 0; i < t->r->rubric.n_attributes; i++)
        draw_attribute(t, row++, &t->r->rubric.attributes[i]);
    draw_seconds(t, row++);
    return row;
}

/* ---- reasons ---- */

enum { REASONS = 16 }; /* more of them no screen has room for */

/* What each of them gives as a reason, the selected one first; returns how many do. The texts stand in `texts`. */
static int collect_reasons(const struct table *t, struct buf texts[REASONS], struct brief b[REASONS])
{
    int n = 0;
    for (size_t i = 0; i < t->all && n < REASONS; i++) {
        const struct judgement *j = review_judge(t->r, (i + t->r->judge) % t->all);
        struct buf *text = &texts[n];
        *text = BUF_INIT;
        if (j->by_person && review_fast(j->seconds, t->words))
            buf_addf(text, "(fast for %d words) ", t->words);
        said_because(j, 1, text);
        if (text->len > 0)
            b[n++] = (struct brief){.label = j->annotator_name, .style = STYLE_LABEL, .text = {text->ptr, text->len}};
        else
            buf_free(text);
    }
    return n;
}

static void draw_reasons(const struct table *t, int row, int end)
{
    struct buf texts[REASONS];
    struct brief b[REASONS];
    int n = collect_reasons(t, texts, b), seen = n < end - row ? n : end - row;
    for (int i = 0; i < seen; i++)
        wrap_brief(&b[i], t->g, COL_TABLE);
    share_rows(b, seen, end - row);
    for (int i = 0; i < seen; i++) {
        draw_brief(&b[i], t->g, row, COL_LABEL, COL_TABLE);
        row += b[i].rows;
        vec_free(&b[i].wrapped.rows);
    }
    for (int i = 0; i < n; i++)
        buf_free(&texts[i]);
}

/* ---- all of it ---- */

static void draw_header(const struct reviewing *r, struct grid *g)
{
    char left[300], right[200];
    const struct waiting_filter *f = &r->filter;
    int n = snprintf(left, sizeof left, "review %s ", mark_text(MARK_DOT, g->ascii));
    if (f->attribute[0] != '\0')
        n += snprintf(left + n, sizeof left - (size_t)n, "most apart in %s", f->attribute);
    else
        n += snprintf(left + n, sizeof left - (size_t)n, "%s",
                      f->order == WAITING_LISTED || r->why[0] != '\0' ? "disagreements first"
                                                                      : waiting_order_meaning(f->order));
    if (f->annotator[0] != '\0')
        n += snprintf(left + n, sizeof left - (size_t)n, ", judged by %s", f->annotator);
    if (f->gap > 0)
        snprintf(left + n, sizeof left - (size_t)n, ", by %d or more", f->gap);
    snprintf(right, sizeof right, "%zu of %zu  reviewer: %.60s", r->cases.n > 0 ? r->at + 1 : 0, r->cases.n,
             r->workbench->person);
    workbench_header(r->workbench, g, left, right);
}

/* "preference 6 apart, helpfulness 3": where people are apart, the attribute that is asked for first. */
static void say_apart(const struct reviewing *r, const struct waiting_item *item, struct buf *out)
{
    static const char first[] = "helpfulness";
    const char *asked = r->filter.attribute;
    if (asked[0] != '\0') {
        safe_text(asked, strlen(asked), out, 20);
        buf_addf(out, " %d apart, preference %d", item->gap, item->spread);
        return;
    }
    buf_addf(out, "preference %d apart", item->spread);
    if (rubric_find(&r->rubric, first, sizeof first - 1) >= 0)
        buf_addf(out, ", %s %d", first, item->helpfulness);
}

static void draw_title(const struct reviewing *r, const struct waiting_item *item, struct grid *g)
{
    struct buf title = BUF_INIT, apart = BUF_INIT;
    buf_addf(&title, "%.8s  %.40s%s%s", item->id, item->source, item->conflict ? "  opposite sides" : "",
             r->reading.c.retired ? "  retired" : "");
    say_apart(r, item, &apart);
    frame_rule(g, 1, 0, g->cols, title.ptr, apart.ptr);
    buf_free(&title);
    buf_free(&apart);
}

static void draw_case(const struct reviewing *r, const struct screen *s, struct grid *g)
{
    enum { LOOSE = 25, ROOMY = 36 }; /* from so many rows on there are blank lines, and two rows for a reason */
    size_t judges = review_judges(r), fit = (size_t)((g->cols - COL_TABLE) / STEP_MIN);
    struct table t = {r, g, 0, judges < fit ? judges : fit, judges, STEP_MIN, review_words(r)};
    fit_names(&t);
    t.first = r->judge >= fit ? r->judge - fit + 1 : 0;
    int loose = g->rows >= LOOSE, table_rows = (int)r->rubric.n_attributes + 3, end = g->rows - 1 - DECISION_ROWS;
    int reasons = (judges < 4 ? (int)judges : 4) * (g->rows >= ROOMY ? 2 : 1);
    draw_title(r, &r->cases.v[r->at], g);
    int row = draw_texts(r, g, 2, end - 2 - table_rows - reasons - 2 * loose);
    if (judges > 0)
        row = draw_table(&t, row + loose) + loose;
    draw_reasons(&t, row, end);
    review_draw_decision(r, s, g, end);
}

/* Why there is nothing to review. */
static const char *nothing(const struct reviewing *r)
{
    const struct waiting_filter *f = &r->filter;
    if (r->looking != NULL)
        return "Looking ...";
    if (f->gap > 0 || f->annotator[0] != '\0' || f->attribute[0] != '\0')
        return "Nothing of that kind waits for a decision. `:gap`, `:annotator` and `:attribute` without a word behind "
               "them widen this list again.";
    return "Nothing waits for a decision: where two or more people judged the same comparison they agree, or it is "
           "decided. `assay set overlap 2` gives every comparison to two people.";
}

void review_draw(void *view, const struct screen *s, struct grid *g)
{
    struct reviewing *r = view;
    draw_header(r, g);
    if (r->cases.n == 0) {
        frame_rule(g, 1, 0, g->cols, "", "");
        frame_empty(g, 2, 0, g->rows - 3, g->cols, nothing(r));
    } else if (r->reads) {
        frame_rule(g, 1, 0, g->cols, r->reading.c.id, "");
        reading_draw(&r->reading, g, 2, 1, g->rows - 3, g->cols - 2);
    } else {
        draw_case(r, s, g);
    }
    if (r->mode == REVIEW_DROP)
        cmdline_draw(&r->line, g, g->rows - 2);
    review_draw_strip(r, s, g);
}
