#include "ui/markdown.h"

#include "core/base/utf8.h"
#include "core/safe.h"
#include "ui/grid.h"
#include "ui/markdown_table.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>

enum { BULLET_SIZE = 24 };

/* A list item or a quote that one is in. */
struct container {
    bool quote;
    bool drawn; /* the bullet of the item stands already */
    char bullet[BULLET_SIZE];
    int width;
};

struct list_state {
    bool ordered;
    unsigned number;
    char delimiter;
};

struct writer {
    const char *raw;
    size_t n;
    int width;
    bool ascii;
    struct rendering *out;   /* where text goes now: the document, or a cell of a table */
    struct rendering *whole; /* the document */
    struct markdown_table table;
    VEC(struct container) containers;
    VEC(struct list_state) lists;
    size_t shallowest; /* containers that have been open all the time since the last text */
    size_t at;         /* the raw text is written up to here */
    bool line_open;    /* something stands in this line */
    bool block_due;    /* a new block comes: look whether there is a blank line before it */
    bool in_code, line_start;
    size_t spent; /* bytes written and calls taken so far */
    int heading, strong, emphasis, code, link, struck;
};

/* ---- text ---- */

/* What comes back for so many bytes of text: more than enough for what people and models write. */
static size_t budget(size_t n)
{
    return 1024 + 8 * n;
}

/* False when the text wants to become many times as long (one address linked to thousands of times, thousands of
 * columns in thousands of rows): it is given up. */
static bool afford(struct writer *w, size_t cost)
{
    w->spent += cost;
    return w->spent <= budget(w->n);
}

static enum style style_now(const struct writer *w)
{
    return w->code > 0 || w->in_code ? STYLE_CODE
           : w->link > 0             ? STYLE_LINK
           : w->heading > 0          ? STYLE_TITLE
           : w->strong > 0           ? STYLE_STRONG
           : w->emphasis > 0         ? STYLE_EMPHASIS
                                     : STYLE_TEXT;
}

static void make(struct writer *w, const char *text, enum style style)
{
    rendering_make(w->out, text, strlen(text), w->at, w->at, style);
}

/* Bars, bullets and blanks of what the line stands in. */
static void draw_containers(struct writer *w, size_t n, bool bullets)
{
    char blank[BULLET_SIZE];
    for (size_t i = 0; i < n && i < MARKDOWN_DEEPEST; i++) {
        struct container *c = &w->containers.v[i];
        if (c->quote) {
            make(w, mark_text(MARK_BAR, w->ascii), STYLE_RULE);
            make(w, " ", STYLE_RULE);
        } else if (!c->drawn && bullets) {
            make(w, c->bullet, STYLE_KEY);
            c->drawn = true;
        } else {
            snprintf(blank, sizeof blank, "%*s", c->width, "");
            make(w, blank, STYLE_TEXT);
        }
    }
}

static void end_line(struct writer *w)
{
    make(w, "\n", STYLE_TEXT);
    w->line_open = false;
}

/* Is there a blank line in the raw text between what was written last and this place? */
static bool blank_line_before(const struct writer *w, size_t to)
{
    size_t breaks = 0;
    for (size_t i = w->at; i < to; i++) {
        if (w->raw[i] == '\n')
            breaks++;
        else if (strchr(" \t\r>", w->raw[i]) == NULL)
            breaks = 0;
        if (breaks > 1)
            return true;
    }
    return false;
}

static void begin_line(struct writer *w)
{
    if (w->line_open || w->out != w->whole)
        return;
    w->line_open = true;
    draw_containers(w, w->containers.n, true);
    if (w->in_code) {
        make(w, mark_text(MARK_BAR, w->ascii), STYLE_RULE);
        make(w, " ", STYLE_RULE);
    }
}

/* What comes next stands at raw `to`: give it a line, with a blank one before it where the source has one. */
static void open_block(struct writer *w, size_t to)
{
    if (!w->block_due || w->out != w->whole)
        return;
    w->block_due = false;
    if (w->line_open)
        end_line(w);
    if (w->whole->text.len > 0 && blank_line_before(w, to)) {
        draw_containers(w, w->shallowest, false);
        end_line(w);
    }
    w->shallowest = w->containers.n;
}

/* Where a block that is due begins: on a line behind what was written last, with this sign (0: with whatever is not
 * blank). For what is drawn before any of its text is known. */
static size_t next_block(const struct writer *w, char sign)
{
    const char *line = w->whole->text.len > 0 ? memchr(w->raw + w->at, '\n', w->n - w->at) : w->raw + w->at;
    size_t at = line != NULL ? (size_t)(line - w->raw) : w->n;
    while (at < w->n && (sign != '\0' ? w->raw[at] != sign : strchr(" \t\r\n>", w->raw[at]) != NULL))
        at++;
    return at < w->n ? at : w->at;
}

/* Text from the source, or from somewhere else when it does not stand in it behind what was written. */
static void write_text(struct writer *w, const char *text, size_t n, enum style style)
{
    uintptr_t from = (uintptr_t)text, raw = (uintptr_t)w->raw;
    bool inside = from >= raw + w->at && from + n <= raw + w->n;
    size_t at = inside ? (size_t)(from - raw) : w->at;
    open_block(w, at);
    begin_line(w);
    if (inside)
        rendering_copy(w->out, text, n, at, style);
    else
        rendering_make(w->out, text, n, w->at, w->at, style);
    if (inside)
        w->at = at + n;
}

/* ---- the kinds of text ---- */

/* Entities that are common in answers; others stay as they are written. */
static size_t entity(const char *text, size_t n, char out[8])
{
    static const struct {
        const char *name, *text;
    } known[] = {{"&amp;", "&"},        {"&lt;", "<"},          {"&gt;", ">"},         {"&quot;", "\""},
                 {"&apos;", "'"},       {"&nbsp;", "\u00a0"},   {"&copy;", "\u00a9"},  {"&ndash;", "\u2013"},
                 {"&mdash;", "\u2014"}, {"&hellip;", "\u2026"}, {"&times;", "\u00d7"}, {"&rarr;", "\u2192"},
                 {"&deg;", "\u00b0"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, text, n) == 0)
            return (size_t)snprintf(out, 8, "%s", known[i].text);
    char digits[16];
    if (n < 4 || n > sizeof digits || text[1] != '#')
        return 0;
    bool hex = text[2] == 'x' || text[2] == 'X';
    size_t skip = hex ? 3 : 2;
    memcpy(digits, text + skip, n - skip - 1);
    digits[n - skip - 1] = '\0';
    unsigned long c = strtoul(digits, NULL, hex ? 16 : 10);
    bool valid = c > 0 && c < 0x110000 && !(c >= 0xd800 && c < 0xe000);
    return (size_t)utf8_encode(valid ? (uint32_t)c : 0xfffd, out);
}

static void write_entity(struct writer *w, const char *text, size_t n)
{
    char out[8];
    size_t len = entity(text, n, out);
    if (len == 0 || (uintptr_t)text < (uintptr_t)(w->raw + w->at)) {
        write_text(w, text, n, style_now(w));
        return;
    }
    size_t at = (size_t)(text - w->raw);
    open_block(w, at);
    begin_line(w);
    rendering_make(w->out, out, len, at, at + n, style_now(w));
    w->at = at + n;
}

/* Lines of a block of code, or pieces of them; md4c has made blanks of the tabs they begin with. */
static void write_code(struct writer *w, const char *text, size_t n)
{
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && text[to] != '\n';)
            to++;
        if (to > i) {
            write_text(w, text + i, to - i, STYLE_CODE);
            continue;
        }
        begin_line(w);
        end_line(w);
        to++;
    }
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
    struct writer *w = ctx;
    if (!afford(w, size + 1))
        return 1;
    switch (type) {
    case MD_TEXT_NULLCHAR:
        write_text(w, "\ufffd", 3, style_now(w));
        break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        if (w->out == w->whole) {
            begin_line(w);
            end_line(w);
        } else {
            make(w, " ", STYLE_TEXT);
        }
        break;
    case MD_TEXT_ENTITY:
        write_entity(w, text, size);
        break;
    default:
        if (w->in_code)
            write_code(w, text, size);
        else
            write_text(w, text, size, style_now(w));
    }
    return 0;
}

/* ---- spans ---- */

static int on_span(MD_SPANTYPE type, const void *detail, struct writer *w, int by)
{
    if (!afford(w, 1))
        return 1;
    switch (type) {
    case MD_SPAN_EM:
        w->emphasis += by;
        break;
    case MD_SPAN_STRONG:
        w->strong += by;
        break;
    case MD_SPAN_DEL:
    case MD_SPAN_CODE:
        if (w->block_due && w->out == w->whole)
            open_block(w, next_block(w, type == MD_SPAN_CODE ? '`' : '~'));
        begin_line(w);
        make(w, type == MD_SPAN_CODE ? "`" : "~", STYLE_DIM);
        *(type == MD_SPAN_CODE ? &w->code : &w->struck) += by;
        break;
    case MD_SPAN_A:
    case MD_SPAN_IMG:
        w->link += by;
        if (by < 0) {
            const MD_ATTRIBUTE *to = type == MD_SPAN_A ? &((const MD_SPAN_A_DETAIL *)detail)->href
                                                       : &((const MD_SPAN_IMG_DETAIL *)detail)->src;
            if (!afford(w, to->size))
                return 1;
            write_text(w, type == MD_SPAN_A ? " (" : " (image: ", type == MD_SPAN_A ? 2 : 9, STYLE_DIM);
            write_text(w, to->text, to->size, STYLE_DIM);
            write_text(w, ")", 1, STYLE_DIM);
        }
        break;
    default:
        break;
    }
    return 0;
}

static int on_enter_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    return on_span(type, detail, ctx, +1);
}

static int on_leave_span(MD_SPANTYPE type, void *detail, void *ctx)
{
    return on_span(type, detail, ctx, -1);
}

/* ---- blocks ---- */

static void enter_item(struct writer *w, const MD_BLOCK_LI_DETAIL *item)
{
    struct container c = {0};
    struct list_state *list = &w->lists.v[w->lists.n - 1];
    if (list->ordered)
        snprintf(c.bullet, sizeof c.bullet, "%u%c ", list->number++, list->delimiter);
    else
        snprintf(c.bullet, sizeof c.bullet, "%s ", w->ascii ? "*" : "•");
    if (item->is_task) {
        size_t len = strlen(c.bullet);
        snprintf(c.bullet + len, sizeof c.bullet - len, "[%c] ", item->task_mark);
    }
    c.width = (int)safe_width(c.bullet, strlen(c.bullet));
    vec_push(&w->containers, c);
}

static void leave_container(struct writer *w)
{
    struct container *c = &w->containers.v[w->containers.n - 1];
    if (!c->quote && !c->drawn) { /* an empty item is one, too */
        w->block_due = true;
        open_block(w, w->at);
        begin_line(w);
    }
    w->containers.n--;
    if (w->shallowest > w->containers.n)
        w->shallowest = w->containers.n;
}

static void begin_code(struct writer *w, const MD_BLOCK_CODE_DETAIL *code)
{
    /* Where its fence stands: behind blanks and line breaks. */
    size_t at = w->at;
    while (at < w->n && strchr(" \t\r\n>", w->raw[at]) != NULL)
        at++;
    open_block(w, at);
    begin_line(w);
    make(w, w->ascii ? "+ " : "┌ ", STYLE_RULE);
    rendering_make(w->out, code->lang.text, code->lang.size, w->at, w->at, STYLE_DIM);
    end_line(w);
    w->in_code = true;
}

static void end_code(struct writer *w)
{
    if (w->line_open)
        end_line(w);
    w->in_code = false;
    begin_line(w);
    make(w, w->ascii ? "+" : "└", STYLE_RULE);
}

static void rule(struct writer *w)
{
    size_t at = next_block(w, '\0');
    open_block(w, at);
    w->at = at;
    begin_line(w);
    for (int i = 0; i < w->width / 3; i++)
        make(w, mark_text(MARK_RULE, w->ascii), STYLE_RULE);
}

static void write_table_line(void *ctx, const struct rendering *line)
{
    struct writer *w = ctx;
    if (w->line_open)
        end_line(w);
    begin_line(w);
    rendering_append(w->whole, line);
    w->at = w->whole->runs.v[w->whole->runs.n - 1].raw_end;
}

static void end_table(struct writer *w)
{
    int inside = 0;
    for (size_t i = 0; i < w->containers.n && i < MARKDOWN_DEEPEST; i++)
        inside += w->containers.v[i].quote ? 2 : w->containers.v[i].width;
    size_t first = w->table.cells.n > 0 && w->table.cells.v[0].runs.n > 0 ? w->table.cells.v[0].runs.v[0].raw : w->at;
    size_t end = w->at;
    w->at = w->whole->runs.n > 0 ? w->whole->runs.v[w->whole->runs.n - 1].raw_end : 0;
    open_block(w, first);
    w->at = first;
    markdown_table_lay(&w->table, w->width - inside, w->ascii, write_table_line, w);
    w->at = end;
    markdown_table_clear(&w->table);
}

static void begin_cell(struct writer *w, bool head, const MD_BLOCK_TD_DETAIL *cell)
{
    if (head) {
        w->table.columns++;
        enum table_align align = cell->align == MD_ALIGN_RIGHT    ? TABLE_RIGHT
                                 : cell->align == MD_ALIGN_CENTER ? TABLE_CENTRE
                                                                  : TABLE_LEFT;
        vec_push(&w->table.align, align);
    }
    w->strong += head;
    vec_push(&w->table.cells, (struct rendering){0});
    w->out = &w->table.cells.v[w->table.cells.n - 1];
    rendering_start(w->out);
}

static int on_enter_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    struct writer *w = ctx;
    if (!afford(w, type == MD_BLOCK_TD ? 4 : 1))
        return 1;
    if (w->out == w->whole)
        w->block_due = true;
    switch (type) {
    case MD_BLOCK_QUOTE:
        vec_push(&w->containers, ((struct container){.quote = true}));
        break;
    case MD_BLOCK_UL:
        vec_push(&w->lists, (struct list_state){0});
        break;
    case MD_BLOCK_OL: {
        const MD_BLOCK_OL_DETAIL *list = detail;
        vec_push(&w->lists, ((struct list_state){true, list->start, list->mark_delimiter}));
        break;
    }
    case MD_BLOCK_LI:
        enter_item(w, detail);
        break;
    case MD_BLOCK_H:
        w->heading++;
        break;
    case MD_BLOCK_CODE:
        begin_code(w, detail);
        break;
    case MD_BLOCK_HR:
        rule(w);
        break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
        begin_cell(w, type == MD_BLOCK_TH, detail);
        break;
    default:
        break;
    }
    return 0;
}

static int on_leave_block(MD_BLOCKTYPE type, void *detail, void *ctx)
{
    struct writer *w = ctx;
    (void)detail;
    if (!afford(w, 0))
        return 1;
    switch (type) {
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
        w->lists.n--;
        break;
    case MD_BLOCK_QUOTE:
    case MD_BLOCK_LI:
        leave_container(w);
        break;
    case MD_BLOCK_H:
        w->heading--;
        break;
    case MD_BLOCK_CODE:
        end_code(w);
        break;
    case MD_BLOCK_TH:
        w->strong--;
        /* fall through */
    case MD_BLOCK_TD:
        w->out = w->whole;
        break;
    case MD_BLOCK_TABLE:
        end_table(w);
        break;
    default:
        break;
    }
    if (w->out == w->whole)
        w->block_due = true;
    return 0;
}

/* Lines that begin with "[": a name for an address may stand there, and md4c looks through all of the same name. */
static bool names_too_much(const char *text, size_t n)
{
    size_t names = 0;
    for (const char *at = text, *end = text + n; at != NULL && at < end;) {
        while (at < end && (*at == ' ' || *at == '\t' || *at == '>'))
            at++;
        names += at < end && *at == '[';
        at = memchr(at, '\n', (size_t)(end - at));
        at = at != NULL ? at + 1 : NULL;
    }
    return names > MARKDOWN_NAMES;
}

bool markdown_render(const char *text, size_t n, int width, bool ascii, struct rendering *out)
{
    static const MD_PARSER parser = {.flags =
                                         MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML,
                                     .enter_block = on_enter_block,
                                     .leave_block = on_leave_block,
                                     .enter_span = on_enter_span,
                                     .leave_span = on_leave_span,
                                     .text = on_text};
    struct writer w = {.raw = text, .n = n, .width = width, .ascii = ascii, .out = out, .whole = out};
    rendering_start(out);
    bool ok = n < UINT32_MAX && !names_too_much(text, n) && md_parse(text, (MD_SIZE)n, &parser, &w) == 0;
    ok = ok && afford(&w, 0);
    if (!ok)
        rendering_free(out);
    markdown_table_clear(&w.table);
    vec_free(&w.containers);
    vec_free(&w.lists);
    return ok;
}
