#include "ui/view_agreement.h"

#include "ui/agreement.h"
#include "ui/find.h"
#include "ui/pager.h"

#include <stdlib.h>

const struct agreement_panel *agreement_shown(const struct agreement_view *v)
{
    return v->state != NULL ? v->state->panel : NULL;
}

const struct panel_sheet *agreement_sheet_shown(const struct agreement_view *v)
{
    const struct agreement_panel *p = agreement_shown(v);
    return p != NULL && v->sheet < p->sheets ? &p->sheet[v->sheet] : NULL;
}

const struct panel_pair *agreement_pair(const struct agreement_view *v)
{
    const struct panel_sheet *s = agreement_sheet_shown(v);
    size_t row = v->rows.at;
    return s != NULL && row < s->n && v->column < s->n && row != v->column ? &s->pair[row * s->n + v->column] : NULL;
}

/* ---- what is there ---- */

struct ranked {
    size_t person, judgements;
};

static int by_work(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->judgements != b->judgements)
        return a->judgements > b->judgements ? -1 : 1;
    return a->person < b->person ? -1 : a->person > b->person;
}

/* Who has judged, but shares nothing with others here. */
static void add_others(struct agreement_view *v, const struct agreement_panel *p, const struct panel_sheet *s)
{
    struct ranked *r = mem_array(p->people + 1, sizeof *r);
    bool *paired = mem_array(p->people + 1, sizeof *paired);
    size_t n = 0;
    for (size_t i = 0; s != NULL && i < s->n; i++)
        paired[s->person[i]] = true;
    for (size_t i = 0; i < p->people; i++)
        if (!paired[i] && p->person[i].judgements > 0)
            r[n++] = (struct ranked){i, p->person[i].judgements};
    qsort(r, n, sizeof *r, by_work);
    for (size_t i = 0; i < n; i++)
        vec_push(&v->order, r[i].person);
    mem_free(r);
    mem_free(paired);
}

/* The selected person stays selected where they are in the other sheet. */
static void arrange(struct agreement_view *v)
{
    const struct agreement_panel *p = agreement_shown(v);
    size_t who = v->rows.at < v->order.n ? v->order.v[v->rows.at] : SIZE_MAX;
    vec_clear(&v->order);
    if (p == NULL)
        return;
    if (v->sheet >= p->sheets)
        v->sheet = 0;
    const struct panel_sheet *s = agreement_sheet_shown(v);
    for (size_t i = 0; s != NULL && i < s->n; i++)
        vec_push(&v->order, s->person[i]);
    add_others(v, p, s);
    list_set(&v->rows, v->order.n);
    for (size_t i = 0; i < v->order.n; i++)
        if (v->order.v[i] == who)
            list_go(&v->rows, i);
    if (s == NULL || v->column >= s->n)
        v->column = s != NULL && s->n > 1 ? 1 : 0;
}

static void look(struct agreement_view *v, struct screen *s)
{
    const struct agreement_host *host = v->workbench->agreement;
    if (host == NULL)
        return;
    v->state = host->look(host->ctx);
    if (v->state->ended == v->ended)
        return;
    v->ended = v->state->ended;
    if (v->state->work.state == WORK_FAILED)
        screen_refuse(s, "%s", v->state->work.err.text);
    size_t people = v->order.n;
    arrange(v);
    if (people == 0) { /* the first pair */
        list_go(&v->rows, 0);
        v->column = 1;
        arrange(v);
    }
}

static void make(struct agreement_view *v, struct screen *s)
{
    const struct agreement_host *host = v->workbench->agreement;
    struct err err;
    if (host != NULL && !host->make(host->ctx, &err))
        screen_refuse(s, "%s", err.text);
    look(v, s);
}

/* The figures of a workspace may take a while, so they are kept; `refresh` makes them anew. */
static void shown(void *view, struct screen *s)
{
    struct agreement_view *v = view;
    look(v, s);
    if (v->state != NULL && v->state->panel == NULL && v->state->work.state != WORK_FAILED)
        make(v, s);
}

static void woken(void *view, struct screen *s)
{
    look(view, s);
}

static bool busy(const void *view)
{
    const struct agreement_view *v = view;
    return v->state != NULL && v->state->work.state == WORK_RUNNING;
}

/* ---- requests ---- */

static void go_column(struct agreement_view *v, struct screen *s, int by)
{
    const struct panel_sheet *x = agreement_sheet_shown(v);
    size_t n = x != NULL ? x->n : 0;
    if (by < 0 ? v->column == 0 : v->column + 1 >= n) {
        screen_say(s, n == 0   ? "Nobody shares items with others."
                      : by < 0 ? "This is the first."
                               : "This is the last.");
        return;
    }
    v->column = by < 0 ? v->column - 1 : v->column + 1;
}

static void go_sheet(struct agreement_view *v, struct screen *s, int by)
{
    const struct agreement_panel *p = agreement_shown(v);
    if (p == NULL || p->sheets == 0) {
        screen_say(s, "There are no attributes yet.");
        return;
    }
    v->sheet = (v->sheet + (by < 0 ? p->sheets - 1 : 1)) % p->sheets;
    arrange(v);
}

static void open_person(struct agreement_view *v, struct screen *s)
{
    const struct agreement_panel *p = agreement_shown(v);
    if (p == NULL || v->rows.at >= v->order.n) {
        screen_say(s, "There is nobody to look at yet.");
        return;
    }
    size_t person = v->order.v[v->rows.at];
    struct buf text = BUF_INIT;
    agreement_person_text(p, person, s->grid.ascii, &text);
    screen_push(s, pager_view(p->person[person].name, &text, 0));
}

static void request(void *view, struct screen *s, enum request r)
{
    struct agreement_view *v = view;
    switch (r) {
    case REQ_COLUMN_LEFT:
    case REQ_COLUMN_RIGHT:
        go_column(v, s, r == REQ_COLUMN_LEFT ? -1 : 1);
        break;
    case REQ_NEXT_SHEET:
    case REQ_PREVIOUS_SHEET:
        go_sheet(v, s, r == REQ_NEXT_SHEET ? 1 : -1);
        break;
    case REQ_OPEN:
        open_person(v, s);
        break;
    case REQ_REFRESH:
        make(v, s);
        break;
    case REQ_UNDO:
        (void)workbench_undo(v->workbench, s, false, NULL);
        break;
    case REQ_LEAVE:
        screen_pop(s);
        break;
    default:
        if (!list_request(&v->rows, s, r))
            screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
    }
}

struct sought {
    const struct agreement_view *v;
    const char *what;
};

static bool is_sought(void *ctx, size_t i)
{
    const struct sought *x = ctx;
    return find_in(agreement_shown(x->v)->person[x->v->order.v[i]].name, x->what);
}

static bool find(void *view, struct screen *s, const char *what, int direction)
{
    struct agreement_view *v = view;
    (void)s;
    return list_find(&v->rows, direction, is_sought, &(struct sought){v, what});
}

/* ---- the view ---- */

static enum keymap keymap(const void *view)
{
    (void)view;
    return KEYMAP_AGREEMENT;
}

static void dump(const void *view, struct buf *out)
{
    const struct agreement_view *v = view;
    const struct agreement_panel *p = agreement_shown(v);
    const struct panel_sheet *s = agreement_sheet_shown(v);
    const struct panel_pair *pair = agreement_pair(v);
    buf_addf(out, "sheet %s\npeople %zu\n", s != NULL ? s->attribute : "none", v->order.n);
    if (p != NULL && v->rows.at < v->order.n)
        buf_addf(out, "row %s\n", p->person[v->order.v[v->rows.at]].name);
    if (s != NULL && v->column < s->n)
        buf_addf(out, "column %s\n", p->person[s->person[v->column]].name);
    if (pair != NULL)
        buf_addf(out, "shared %zu\n", pair->shared);
}

static void close_view(void *view)
{
    struct agreement_view *v = view;
    vec_free(&v->order);
    mem_free(v);
}

struct view view_agreement(struct workbench *w)
{
    static const struct view_ops ops = {
        .name = "agreement",
        .keymap = keymap,
        .request = request,
        .find = find,
        .shown = shown,
        .woken = woken,
        .busy = busy,
        .draw = agreement_draw,
        .dump = dump,
        .close = close_view,
    };
    struct agreement_view *v = mem_alloc(sizeof *v);
    v->workbench = w;
    return (struct view){&ops, v};
}
