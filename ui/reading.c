#include "ui/reading.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "store/history.h"
#include "ui/pager.h"
#include "ui/said.h"

#include <string.h>

void reading_release(struct reading *r)
{
    textview_release(&r->text);
    arena_free(&r->arena);
    buf_free(&r->said);
}

/* ---- what is shown ---- */

struct parts {
    VEC(struct text_part) v;
};

static void add_part(struct parts *p, const char *label, const char *text, size_t n)
{
    vec_push(&p->v, ((struct text_part){label, text, n}));
}

static void add_texts(struct reading *r, struct parts *p)
{
    const struct comparison *c = &r->c;
    for (size_t i = 0; i < c->n_turns; i++) {
        struct json_text role = c->turns[i].role;
        const char *label = c->n_turns > 1 ? arena_ndup(&r->arena, role.ptr, role.len) : "prompt";
        add_part(p, label, c->turns[i].content.ptr, c->turns[i].content.len);
    }
    for (int side = 0; side < 2; side++) {
        struct json_text t = c->text[r->a_is == 2 ? 1 - side : side];
        add_part(p, side == 0 ? "A" : "B", t.ptr, t.len);
    }
}

static void add_said(struct reading *r, bool ascii, struct parts *p)
{
    for (size_t i = 0; i < r->c.n; i++) {
        const struct judgement *j = &r->c.judgements[i];
        if (j->kind == KIND_WITHDRAWN)
            continue;
        buf_reset(&r->said);
        said_all(j, r->a_is, ascii, &r->said);
        add_part(p, j->annotator_name, arena_ndup(&r->arena, r->said.ptr, r->said.len), r->said.len);
    }
}

bool reading_set(struct reading *r, struct db *db, int64_t row, int a_is, bool ascii, bool again, struct err *err)
{
    if (row == r->row && a_is == r->a_is && !again)
        return true;
    bool same = row == r->row;
    struct parts parts = {0};
    arena_reset(&r->arena);
    r->c = (struct comparison){0};
    bool ok = row == 0 || comparison_load(db, row, &r->arena, &r->c, err);
    r->row = ok ? row : 0;
    r->a_is = a_is;
    if (ok && r->c.row != 0) {
        add_texts(r, &parts);
        add_said(r, ascii, &parts);
    }
    if (same && parts.v.n == r->text.parts.n)
        textview_rebind(&r->text, parts.v.v, parts.v.n);
    else
        textview_set(&r->text, parts.v.v, parts.v.n);
    vec_free(&parts.v);
    return ok;
}

bool reading_request(struct reading *r, struct screen *s, enum request request)
{
    int page = r->text.height > 2 ? r->text.height - 1 : 1, all = textview_rows(&r->text);
    const struct {
        enum request request;
        int by;
    } moves[] = {{REQ_LINE_DOWN, 1},    {REQ_LINE_UP, -1},    {REQ_HALF_DOWN, page / 2}, {REQ_HALF_UP, -page / 2},
                 {REQ_PAGE_DOWN, page}, {REQ_PAGE_UP, -page}, {REQ_TOP, -all},           {REQ_BOTTOM, all}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (moves[i].request == request) {
            if (!textview_scroll(&r->text, moves[i].by))
                screen_say(s, "This text has no more.");
            return true;
        }
    return false;
}

void reading_draw(struct reading *r, struct grid *g, int row, int col, int rows, int cols)
{
    textview_resize(&r->text, cols, rows);
    textview_draw(&r->text, g, row, col);
}

/* ---- history ---- */

/* Without line breaks: a row of the log is what the log says, never what stands in a text. */
static void add_line(const char *text, struct buf *out)
{
    safe_text(text, strlen(text), out, SIZE_MAX);
}

/* What an entry of the log keeps, `{"key":value}`, in words; text that is none of that on one line. */
static void add_detail(const struct history_entry *e, struct buf *out)
{
    struct json_object *o = NULL;
    struct err err;
    int64_t a_is;
    size_t before = out->len;
    if (!json_parse(e->detail, strlen(e->detail), &o, &err) || !json_object_is_type(o, json_type_object)) {
        add_line(e->detail, out);
    } else if (strcmp(e->what, "side") == 0 && json_get_int(o, "a_is", JSON_REQUIRED, 1, 2, &a_is, &err)) {
        buf_adds(out, a_is == 1 ? "as it stands here" : "the other way round");
    } else {
        json_object_object_foreach(o, key, value)
        {
            buf_adds(out, out->len > before ? ", " : "");
            add_line(key, out);
            buf_addc(out, ' ');
            add_line(value != NULL ? json_object_get_string(value) : "none", out);
        }
    }
    json_object_put(o);
}

/* Columns of the longest name of those who did something, and of what they did. */
struct columns {
    int who, what;
};

static struct columns measure(const struct history *h)
{
    enum { MOST = 24 };
    struct columns c = {0};
    for (size_t i = 0; i < h->n; i++) {
        const char *who = h->entries[i].who != NULL ? h->entries[i].who : "";
        int width = (int)safe_width(who, strlen(who)), what = (int)strlen(h->entries[i].what);
        width = width < MOST ? width : MOST;
        c.who = width > c.who ? width : c.who;
        c.what = what > c.what ? what : c.what;
    }
    return c;
}

static void add_entry(const struct history_entry *e, struct columns c, bool ascii, struct buf *out)
{
    char at[CLOCK_ISO_SIZE];
    const char *who = e->who != NULL ? e->who : "";
    clock_iso(e->at, at);
    buf_addf(out, "%.10s %.5s  ", at, at + 11);
    for (int used = (int)safe_text(who, strlen(who), out, (size_t)c.who); used < c.who; used++)
        buf_addc(out, ' ');
    buf_addf(out, "  %-*s", c.what, e->what);
    if (e->said != NULL) {
        buf_addf(out, "  revision %d, %s", e->said->revision, history_standing_word(e->standing));
        if (e->of > 0)
            buf_addf(out, ", of %c alone", "AB"[e->of - 1]);
        buf_adds(out, "\n    ");
        struct buf said = BUF_INIT;
        said_all(e->said, 1, ascii, &said);
        add_line(said.ptr, out);
        buf_free(&said);
    } else if (e->detail != NULL) {
        buf_adds(out, "  ");
        add_detail(e, out);
    }
    buf_addc(out, '\n');
}

static void add_head(const struct history *h, bool ascii, struct buf *out)
{
    buf_addf(out, "Comparison %s of ", h->id);
    add_line(h->source, out);
    buf_adds(out, ". A is the first of its answers, B the second.\n");
    if (h->retired != 0) {
        buf_addf(out, "It is retired: out of work%s", h->retired_why != NULL ? ", because: " : "");
        add_line(h->retired_why != NULL ? h->retired_why : "", out);
        buf_adds(out, ".\n");
    }
    if (h->repeats[0] != '\0')
        buf_addf(out, "It gives %s once more.\n", h->repeats);
    buf_adds(out, "Label: ");
    if (h->label.has) {
        said_strength(h->label.strength, 1, ascii, out);
        buf_addf(out, " (mean %.2f of %d, by %s)\n\n", h->label.mean, h->label.n, h->label.said_by);
    } else {
        buf_adds(out, "none\n\n");
    }
}

bool reading_history(struct db *db, int64_t row, bool ascii, struct view *out, struct err *err)
{
    struct arena a = {0};
    struct history h;
    struct buf text = BUF_INIT;
    bool ok = history_load(db, row, &a, &h, err);
    if (ok) {
        add_head(&h, ascii, &text);
        struct columns c = measure(&h);
        for (size_t i = 0; i < h.n; i++)
            add_entry(&h.entries[i], c, ascii, &text);
        *out = pager_view("history", &text, 0);
    }
    buf_free(&text);
    arena_free(&a);
    return ok;
}
