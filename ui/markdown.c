#include "ui/markdown.h"

#include "core/base/utf8.h"
#include "core/safe.h"
#include "ui/grid.h"
#include "ui/markdown_writer.h"

#include <md4c.h>
#include <stdio.h>
#include <stdlib.h>

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

static void write_entity(struct markdown_writer *w, const char *text, size_t n)
{
    char out[8];
    size_t len = entity(text, n, out);
    if (len == 0 || (uintptr_t)text < (uintptr_t)(w->raw + w->at)) {
        writer_text(w, text, n, writer_style(w));
        return;
    }
    size_t at = (size_t)(text - w->raw);
    writer_open_block(w, at);
    writer_begin_line(w);
    rendering_make(w->out, out, len, at, at + n, writer_style(w));
    w->at = at + n;
}

/* Lines of a block of code, or pieces of them; md4c has made blanks of the tabs they begin with. */
static void write_code(struct markdown_writer *w, const char *text, size_t n)
{
    for (size_t i = 0, to; i < n; i = to) {
        for (to = i; to < n && text[to] != '\n';)
            to++;
        if (to > i) {
            writer_text(w, text + i, to - i, STYLE_CODE);
            continue;
        }
        writer_begin_line(w);
        writer_end_line(w);
        to++;
    }
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ctx)
{
    struct markdown_writer *w = ctx;
    if (!writer_afford(w, size + 1))
        return 1;
    switch (type) {
    case MD_TEXT_NULLCHAR:
        writer_text(w, "\ufffd", 3, writer_style(w));
        break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        if (w->out == w->whole) {
            writer_begin_line(w);
            writer_end_line(w);
        } else {
            writer_make(w, " ", STYLE_TEXT);
        }
        break;
    case MD_TEXT_ENTITY:
        write_entity(w, text, size);
        break;
    default:
        if (w->in_code)
            write_code(w, text, size);
        else
            writer_text(w, text, size, writer_style(w));
    }
    return 0;
}

/* ---- spans ---- */

static int on_span(MD_SPANTYPE type, const void *detail, struct markdown_writer *w, int by)
{
    if (!writer_afford(w, 1))
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
            writer_open_block(w, writer_next_block(w, type == MD_SPAN_CODE ? '`' : '~'));
        writer_begin_line(w);
        writer_make(w, type == MD_SPAN_CODE ? "`" : "~", STYLE_DIM);
        *(type == MD_SPAN_CODE ? &w->code : &w->struck) += by;
        break;
    case MD_SPAN_A:
    case MD_SPAN_IMG:
        w->link += by;
        if (by < 0) {
            const MD_ATTRIBUTE *to = type == MD_SPAN_A ? &((const MD_SPAN_A_DETAIL *)detail)->href
                                                       : &((const MD_SPAN_IMG_DETAIL *)detail)->src;
            if (!writer_afford(w, to->size))
                return 1;
            writer_text(w, type == MD_SPAN_A ? " (" : " (image: ", type == MD_SPAN_A ? 2 : 9, STYLE_DIM);
            writer_text(w, to->text, to->size, STYLE_DIM);
            writer_text(w, ")", 1, STYLE_DIM);
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

static void enter_item(struct markdown_writer *w, const MD_BLOCK_LI_DETAIL *item)
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

static void leave_container(struct markdown_writer *w)
{
    struct container *c = &w->containers.v[w->containers.n - 1];
    if (!c->quote && !c->drawn) { /* an empty item is one, too */
        w->block_due = true;
        writer_open_block(w, w->at);
        writer_begin_line(w);
    }
    w->containers.n--;
    if (w->shallowest > w->containers.n)
        w->shallowest = w->containers.n;
}

static void begin_code(struct markdown_writer *w, const MD_BLOCK_CODE_DETAIL *code)
{
    /* Where its fence stands: behind blanks and line breaks. */
    size_t at = w->at;
    while (at < w->n && strchr(" \t\r\n>", w->raw[at]) != NULL)
        at++;
    writer_open_block(w, at);
    writer_begin_line(w);
    writer_make(w, w->ascii ? "+ " : "┌ ", STYLE_RULE);
    rendering_make(w->out, code->lang.text, code->lang.size, w->at, w->at, STYLE_DIM);
    writer_end_line(w);
    w->in_code = true;
}

static void end_code(struct markdown_writer *w)
{
    if (w->line_open)
        writer_end_line(w);
    w->in_code = false;
    writer_begin_line(w);
    writer_make(w, w->ascii ? "+" : "└", STYLE_RULE);
}

static void rule(struct markdown_writer *w)
{
    size_t at = writer_next_block(w, '\0');
    writer_open_block(w, at);
    w->at = at;
    writer_begin_line(w);
    for (int i = 0; i < w->width / 3; i++)
        writer_make(w, mark_text(MARK_RULE, w->ascii), STYLE_RULE);
}

static void write_table_line(void *ctx, const struct rendering *line)
{
    struct markdown_writer *w = ctx;
    if (w->line_open)
        writer_end_line(w);
    writer_begin_line(w);
    rendering_append(w->whole, line);
    w->at = w->whole->runs.v[w->whole->runs.n - 1].raw_end;
}

static void end_table(struct markdown_writer *w)
{
    int inside = 0;
    for (size_t i = 0; i < w->containers.n && i < MARKDOWN_DEEPEST; i++)
        inside += w->containers.v[i].quote ? 2 : w->containers.v[i].width;
    size_t first = w->table.cells.n > 0 && w->table.cells.v[0].runs.n > 0 ? w->table.cells.v[0].runs.v[0].raw : w->at;
    size_t end = w->at;
    w->at = w->whole->runs.n > 0 ? w->whole->runs.v[w->whole->runs.n - 1].raw_end : 0;
    writer_open_block(w, first);
    w->at = first;
    markdown_table_lay(&w->table, w->width - inside, w->ascii, write_table_line, w);
    w->at = end;
    markdown_table_clear(&w->table);
}

static void begin_cell(struct markdown_writer *w, bool head, const MD_BLOCK_TD_DETAIL *cell)
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
    struct markdown_writer *w = ctx;
    if (!writer_afford(w, type == MD_BLOCK_TD ? 4 : 1))
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
    struct markdown_writer *w = ctx;
    (void)detail;
    if (!writer_afford(w, 0))
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
    struct markdown_writer w = {.raw = text, .n = n, .width = width, .ascii = ascii, .out = out, .whole = out};
    rendering_start(out);
    bool ok = n < UINT32_MAX && !names_too_much(text, n) && md_parse(text, (MD_SIZE)n, &parser, &w) == 0;
    ok = ok && writer_afford(&w, 0);
    if (!ok)
        rendering_free(out);
    markdown_table_clear(&w.table);
    vec_free(&w.containers);
    vec_free(&w.lists);
    return ok;
}
