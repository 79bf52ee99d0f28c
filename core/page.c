#include "core/page.h"

#include "core/safe.h"

#include <math.h>
#include <string.h>
#include <strings.h>

enum { SHADES = 10 };

/* ---- texts ---- */

/* What Markdown could take for its own, on top of what HTML does: with a backslash, or as a character reference where
 * even that would leave a link. */
static void escape_markdown(const char *html, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        char c = html[i];
        bool link = c == '@' || (c == ':' && i + 1 < n && html[i + 1] == '/') ||
                    (c == '.' && i > 2 && strncasecmp(html + i - 3, "www", 3) == 0);
        if (link)
            buf_addf(out, "&#%d;", c);
        else if (c == '\n')
            buf_addc(out, ' ');
        else if (c != '\0' && strchr("\\`*_[]|~$", c) != NULL)
            buf_addf(out, "\\%c", c);
        else
            buf_addc(out, c);
    }
}

void page_escape(enum page_format format, const char *text, size_t n, size_t columns, struct buf *out)
{
    size_t fits = safe_fit(text, n, columns);
    struct buf html = BUF_INIT;
    if (format == PAGE_HTML) {
        safe_html(text, fits, out);
    } else {
        safe_html(text, fits, &html);
        escape_markdown(html.ptr, html.len, out);
    }
    if (fits < n)
        buf_adds(out, "…");
    buf_free(&html);
}

static void add(struct page *p, size_t columns, const char *fmt, va_list ap)
{
    struct buf text = BUF_INIT;
    buf_vaddf(&text, fmt, ap);
    page_escape(p->format, text.ptr, text.len, columns, p->out);
    buf_free(&text);
}

static void paragraph(struct page *p, const char *fmt, va_list ap)
{
    struct buf text = BUF_INIT, safe = BUF_INIT;
    buf_vaddf(&text, fmt, ap);
    page_escape(PAGE_MARKDOWN, text.ptr, text.len, PAGE_TEXT, &safe);
    markdown_wrap(safe.ptr, safe.len, p->out);
    buf_adds(p->out, "\n\n");
    buf_free(&text);
    buf_free(&safe);
}

/* Between two tags in HTML; in Markdown behind a mark, or a paragraph without one. */
static void between(struct page *p, const char *const tags[2], const char *mark, const char *fmt, va_list ap)
{
    bool html = p->format == PAGE_HTML;
    if (!html && *mark == '\0') {
        paragraph(p, fmt, ap);
        return;
    }
    buf_adds(p->out, html ? tags[0] : mark);
    add(p, PAGE_TEXT, fmt, ap);
    buf_adds(p->out, html ? tags[1] : "\n\n");
}

#define BETWEEN(before, after, mark)                                                                                   \
    do {                                                                                                               \
        va_list ap;                                                                                                    \
        va_start(ap, fmt);                                                                                             \
        between(p, (const char *const[2]){before, after}, mark, fmt, ap);                                              \
        va_end(ap);                                                                                                    \
    } while (0)

void page_heading(struct page *p, const char *fmt, ...)
{
    BETWEEN("<h3>", "</h3>\n", "### ");
}

void page_text(struct page *p, const char *fmt, ...)
{
    BETWEEN("<p>", "</p>\n", "");
}

void page_note(struct page *p, const char *fmt, ...)
{
    BETWEEN("<p class=\"note\">", "</p>\n", "");
}

/* In Markdown four blanks before each line: nothing in the line can end that. */
static void indented(const char *text, struct buf *out)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        buf_adds(out, "    ");
        buf_add(out, text, n);
        buf_addc(out, '\n');
        text += n + (text[n] == '\n');
    }
    buf_addc(out, '\n');
}

/* Safe to look at, lines kept; not by the locale. */
static void plain(const char *text, size_t n, struct buf *out)
{
    struct safe_iter it;
    struct glyph g;
    safe_init(&it, text, n);
    it.wide = false;
    while (safe_next(&it, &g)) {
        if (g.line_break)
            buf_addc(out, '\n');
        else
            buf_add(out, g.text, g.len);
    }
}

void page_code(struct page *p, const char *text)
{
    struct buf safe = BUF_INIT;
    size_t n = strlen(text);
    if (p->format == PAGE_HTML) {
        buf_adds(p->out, "<pre><code>");
        page_escape(PAGE_HTML, text, n, PAGE_CODE, p->out);
        buf_adds(p->out, "</code></pre>\n");
    } else {
        size_t fits = safe_fit(text, n, PAGE_CODE);
        plain(text, fits, &safe);
        buf_adds(&safe, fits < n ? "…" : "");
        indented(safe.ptr, p->out);
    }
    buf_free(&safe);
}

/* ---- sections ---- */

void page_start(struct page *p, enum page_format format, struct buf *out)
{
    *p = (struct page){.format = format, .out = out, .contents = BUF_INIT};
}

void page_end(struct page *p)
{
    if (p->in_section && p->format == PAGE_HTML)
        buf_adds(p->out, "</section>\n");
    p->in_section = false;
}

void page_free(struct page *p)
{
    buf_free(&p->contents);
    markdown_table_free(&p->table);
}

void page_section(struct page *p, const char *id, const char *title)
{
    page_end(p);
    p->in_section = true;
    if (p->format == PAGE_MARKDOWN) {
        buf_addf(p->out, "## %s\n\n", title);
        return;
    }
    buf_addf(p->out, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">%s</h2>\n", id, id, title);
    buf_addf(&p->contents, "<li><a href=\"#%s\">%s</a></li>\n", id, title);
}

/* ---- names and values ---- */

void page_facts(struct page *p, bool large)
{
    if (p->format == PAGE_HTML)
        buf_adds(p->out, large ? "<dl class=\"large\">\n" : "<dl>\n");
}

void page_fact(struct page *p, const char *name, const char *fmt, ...)
{
    va_list ap;
    buf_adds(p->out, p->format == PAGE_HTML ? "<div><dt>" : "- ");
    page_escape(p->format, name, strlen(name), PAGE_CELL, p->out);
    buf_adds(p->out, p->format == PAGE_HTML ? "</dt><dd>" : ": ");
    va_start(ap, fmt);
    add(p, PAGE_CELL, fmt, ap);
    va_end(ap);
    buf_adds(p->out, p->format == PAGE_HTML ? "</dd></div>\n" : "\n");
}

void page_facts_end(struct page *p)
{
    buf_adds(p->out, p->format == PAGE_HTML ? "</dl>\n" : "\n");
}

/* ---- tables ---- */

static void table_html(struct page *p, const char *caption, va_list ap)
{
    struct buf name = BUF_INIT;
    buf_vaddf(&name, caption, ap);
    buf_adds(p->out, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"");
    page_escape(PAGE_HTML, name.ptr, name.len, PAGE_CELL, p->out);
    buf_adds(p->out, "\">\n<table>\n<caption>");
    page_escape(PAGE_HTML, name.ptr, name.len, PAGE_TEXT, p->out);
    buf_adds(p->out, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < p->n_columns; i++) {
        buf_addf(p->out, "<th scope=\"col\"%s>", p->columns[i].number ? " class=\"n\"" : "");
        page_escape(PAGE_HTML, p->columns[i].name, strlen(p->columns[i].name), PAGE_CELL, p->out);
        buf_adds(p->out, "</th>");
    }
    buf_adds(p->out, "</tr></thead>\n<tbody>\n");
    buf_free(&name);
}

static void table_markdown(struct page *p, const char *caption, va_list ap)
{
    struct buf name = BUF_INIT;
    paragraph(p, caption, ap);
    for (size_t i = 0; i < p->n_columns; i++) {
        buf_reset(&name);
        page_escape(PAGE_MARKDOWN, p->columns[i].name, strlen(p->columns[i].name), PAGE_CELL, &name);
        markdown_column(&p->table, name.ptr, name.len, p->columns[i].number);
    }
    buf_free(&name);
}

void page_table(struct page *p, const struct page_column *columns, size_t n, const char *caption, ...)
{
    va_list ap;
    p->columns = columns;
    p->n_columns = n;
    va_start(ap, caption);
    if (p->format == PAGE_HTML)
        table_html(p, caption, ap);
    else
        table_markdown(p, caption, ap);
    va_end(ap);
}

static void row_end(struct page *p)
{
    if (p->in_row && p->format == PAGE_HTML)
        buf_adds(p->out, "</tr>\n");
    p->in_row = false;
}

void page_row(struct page *p)
{
    row_end(p);
    if (p->format == PAGE_HTML)
        buf_adds(p->out, "<tr>");
    else
        markdown_row(&p->table);
    p->in_row = true;
    p->cell = 0;
}

static void cell_markdown(struct page *p, const char *fmt, va_list ap)
{
    struct buf text = BUF_INIT, safe = BUF_INIT;
    buf_vaddf(&text, fmt, ap);
    page_escape(PAGE_MARKDOWN, text.ptr, text.len, PAGE_CELL, &safe);
    markdown_cell(&p->table, safe.ptr, safe.len);
    buf_free(&text);
    buf_free(&safe);
}

/* The next cell; shade < 0: none. */
static void cell(struct page *p, int shade, const char *fmt, va_list ap)
{
    bool number = p->cell < p->n_columns && p->columns[p->cell].number, first = p->cell++ == 0;
    if (p->format == PAGE_MARKDOWN) {
        cell_markdown(p, fmt, ap);
        return;
    }
    buf_adds(p->out, first ? "<th scope=\"row\"" : "<td");
    if (shade >= 0)
        buf_addf(p->out, " class=\"n h%d\"", shade);
    else if (number)
        buf_adds(p->out, " class=\"n\"");
    buf_addc(p->out, '>');
    add(p, PAGE_CELL, fmt, ap);
    buf_adds(p->out, first ? "</th>" : "</td>");
}

void page_cell(struct page *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    cell(p, -1, fmt, ap);
    va_end(ap);
}

void page_heat(struct page *p, double share, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    cell(p, isnan(share) ? -1 : (int)fmin(fmax(share * SHADES, 0), SHADES - 1), fmt, ap);
    va_end(ap);
}

void page_more(struct page *p, size_t n)
{
    if (n > 0 && p->format == PAGE_MARKDOWN) {
        page_row(p);
        page_cell(p, "and %zu more", n);
    }
    row_end(p);
    if (n > 0 && p->format == PAGE_HTML)
        buf_addf(p->out, "<tr><td class=\"note\" colspan=\"%zu\">and %zu more</td></tr>\n", p->n_columns, n);
}

void page_table_end(struct page *p)
{
    row_end(p);
    if (p->format == PAGE_MARKDOWN)
        markdown_table_end(&p->table, p->out);
    buf_adds(p->out, p->format == PAGE_HTML ? "</tbody>\n</table>\n</div>\n" : "\n");
}

void page_fold(struct page *p, const char *title)
{
    if (p->format != PAGE_HTML)
        return;
    buf_adds(p->out, "<details>\n<summary>");
    page_escape(PAGE_HTML, title, strlen(title), PAGE_CELL, p->out);
    buf_adds(p->out, "</summary>\n");
}

void page_fold_end(struct page *p)
{
    if (p->format == PAGE_HTML)
        buf_adds(p->out, "</details>\n");
}

/* ---- figures ---- */

void page_figures(struct page *p)
{
    if (p->format == PAGE_HTML)
        buf_adds(p->out, "<div class=\"figures\">\n");
}

void page_figure(struct page *p, const struct buf *svg, const struct buf *text, const char *caption, ...)
{
    struct buf safe = BUF_INIT;
    va_list ap;
    va_start(ap, caption);
    if (p->format == PAGE_HTML) {
        buf_adds(p->out, "<figure>\n");
        buf_add(p->out, svg->ptr, svg->len);
        buf_adds(p->out, "<figcaption>");
        add(p, PAGE_TEXT, caption, ap);
        buf_adds(p->out, "</figcaption>\n</figure>\n");
    } else if (text->len > 0) {
        paragraph(p, caption, ap);
        plain(text->ptr, text->len, &safe);
        indented(safe.ptr, p->out);
    }
    va_end(ap);
    buf_free(&safe);
}

void page_figures_end(struct page *p)
{
    if (p->format == PAGE_HTML)
        buf_adds(p->out, "</div>\n");
}
