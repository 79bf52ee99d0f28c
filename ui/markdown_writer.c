#include "ui/markdown_writer.h"

#include "ui/grid.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What comes back for so many bytes of text: more than enough for what people and models write. */
static size_t budget(size_t n)
{
    return 1024 + 8 * n;
}

bool writer_afford(struct markdown_writer *w, size_t cost)
{
    w->spent += cost;
    return w->spent <= budget(w->n);
}

enum style writer_style(const struct markdown_writer *w)
{
    return w->code > 0 || w->in_code ? STYLE_CODE
           : w->link > 0             ? STYLE_LINK
           : w->heading > 0          ? STYLE_TITLE
           : w->strong > 0           ? STYLE_STRONG
           : w->emphasis > 0         ? STYLE_EMPHASIS
                                     : STYLE_TEXT;
}

void writer_make(struct markdown_writer *w, const char *text, enum style style)
{
    rendering_make(w->out, text, strlen(text), w->at, w->at, style);
}

/* Bars, bullets and blanks of what the line stands in. */
static void draw_containers(struct markdown_writer *w, size_t n, bool bullets)
{
    char blank[BULLET_SIZE];
    for (size_t i = 0; i < n && i < MARKDOWN_DEEPEST; i++) {
        struct container *c = &w->containers.v[i];
        if (c->quote) {
            writer_make(w, mark_text(MARK_BAR, w->ascii), STYLE_RULE);
            writer_make(w, " ", STYLE_RULE);
        } else if (!c->drawn && bullets) {
            writer_make(w, c->bullet, STYLE_KEY);
            c->drawn = true;
        } else {
            snprintf(blank, sizeof blank, "%*s", c->width, "");
            writer_make(w, blank, STYLE_TEXT);
        }
    }
}

void writer_end_line(struct markdown_writer *w)
{
    writer_make(w, "\n", STYLE_TEXT);
    w->line_open = false;
}

/* Is there a blank line in the raw text between what was written last and this place? */
static bool blank_line_before(const struct markdown_writer *w, size_t to)
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

void writer_begin_line(struct markdown_writer *w)
{
    if (w->line_open || w->out != w->whole)
        return;
    w->line_open = true;
    draw_containers(w, w->containers.n, true);
    if (w->in_code) {
        writer_make(w, mark_text(MARK_BAR, w->ascii), STYLE_RULE);
        writer_make(w, " ", STYLE_RULE);
    }
}

void writer_open_block(struct markdown_writer *w, size_t to)
{
    if (!w->block_due || w->out != w->whole)
        return;
    w->block_due = false;
    if (w->line_open)
        writer_end_line(w);
    if (w->whole->text.len > 0 && blank_line_before(w, to)) {
        draw_containers(w, w->shallowest, false);
        writer_end_line(w);
    }
    w->shallowest = w->containers.n;
}

size_t writer_next_block(const struct markdown_writer *w, char sign)
{
    const char *line = w->whole->text.len > 0 ? memchr(w->raw + w->at, '\n', w->n - w->at) : w->raw + w->at;
    size_t at = line != NULL ? (size_t)(line - w->raw) : w->n;
    while (at < w->n && (sign != '\0' ? w->raw[at] != sign : strchr(" \t\r\n>", w->raw[at]) != NULL))
        at++;
    return at < w->n ? at : w->at;
}

void writer_text(struct markdown_writer *w, const char *text, size_t n, enum style style)
{
    uintptr_t from = (uintptr_t)text, raw = (uintptr_t)w->raw;
    bool inside = from >= raw + w->at && from + n <= raw + w->n;
    size_t at = inside ? (size_t)(from - raw) : w->at;
    writer_open_block(w, at);
    writer_begin_line(w);
    if (inside)
        rendering_copy(w->out, text, n, at, style);
    else
        rendering_make(w->out, text, n, w->at, w->at, style);
    if (inside)
        w->at = at + n;
}
