/* A document of sections, texts, tables and figures, written as HTML or as Markdown by the same calls.
 *
 * Every text that is handed over may hold anything: it is escaped, what could not be seen is replaced, and what is too
 * long is cut (PAGE_CELL, PAGE_TEXT columns), so that nothing from data becomes markup or floods the page. Ids and
 * classes are constants of ours. The HTML is well-formed XML, too. Figures are SVG in HTML; in Markdown their plain
 * text, drawn with characters. Markdown has lines and tables as narrow as core/markdown.h can make them. */
#ifndef ASSAY_CORE_PAGE_H
#define ASSAY_CORE_PAGE_H

#include "core/base/buf.h"
#include "core/markdown.h"

#include <stdint.h>

enum page_format { PAGE_HTML, PAGE_MARKDOWN };
enum { PAGE_CELL = 160, PAGE_TEXT = 2000, PAGE_CODE = 6000 };

struct page_column {
    const char *name;
    bool number; /* to the right */
};

struct page {
    enum page_format format;
    struct buf *out;
    struct buf contents; /* HTML: an item for each section, to stand before them */
    bool in_section, in_row;
    const struct page_column *columns;
    size_t n_columns, cell;
    struct markdown_table table; /* Markdown: the one that is open */
};

/* page_end closes what is open; page_free gives back the contents. */
void page_start(struct page *p, enum page_format format, struct buf *out);
void page_end(struct page *p);
void page_free(struct page *p);

/* A section, up to the next one. */
void page_section(struct page *p, const char *id, const char *title);
void page_heading(struct page *p, const char *fmt, ...) PRINTF(2, 3);
void page_text(struct page *p, const char *fmt, ...) PRINTF(2, 3);
/* The same in smaller letters: what explains a table or figure. */
void page_note(struct page *p, const char *fmt, ...) PRINTF(2, 3);
/* Lines that are kept as they are. */
void page_code(struct page *p, const char *text);

/* Names and values: page_fact between page_facts and page_facts_end. With `large` a few numbers to be seen at once. */
void page_facts(struct page *p, bool large);
void page_fact(struct page *p, const char *name, const char *fmt, ...) PRINTF(3, 4);
void page_facts_end(struct page *p);

/* A table: its columns (which must outlive it), rows, cells from the left; the first cell of a row names it. */
void page_table(struct page *p, const struct page_column *columns, size_t n, const char *caption, ...) PRINTF(4, 5);
void page_row(struct page *p);
void page_cell(struct page *p, const char *fmt, ...) PRINTF(2, 3);
/* A cell shaded by a share in [0, 1] (NaN: not at all). */
void page_heat(struct page *p, double share, const char *fmt, ...) PRINTF(3, 4);
/* The last row of a table that was cut: "and N more"; nothing for 0. */
void page_more(struct page *p, size_t n);
void page_table_end(struct page *p);

/* What few readers want: folded away in HTML until it is asked for. */
void page_fold(struct page *p, const char *title);
void page_fold_end(struct page *p);

/* Figures beside one another: page_figure between page_figures and page_figures_end. svg is trusted (core/svg.h); text
 * is what stands for it in Markdown, nothing when it is empty. */
void page_figures(struct page *p);
void page_figure(struct page *p, const struct buf *svg, const struct buf *text, const char *caption, ...) PRINTF(4, 5);
void page_figures_end(struct page *p);

/* One text through the format's escape, at most `columns` columns. */
void page_escape(enum page_format format, const char *text, size_t n, size_t columns, struct buf *out);

#endif
