/* The one place that makes text from outside safe to show: on the terminal, in messages, in HTML, in CSV.
 *
 * Text is split into glyphs. Everything a terminal could act on, or that would not be seen, is replaced by something
 * visible: controls become ^[ or <U+0085>, bytes that are not UTF-8 \xNN, bidirectional controls, invisible and
 * unassigned characters <U+202E>. What is left is one base character of width 1 or 2 with at most SAFE_MAX_MARKS marks
 * of width 0.
 *
 * Emoji: variation selectors and skin tones behind a base are not drawn and the joiners of a sequence are dropped
 * (terminals disagree about them), so each emoji stands by itself. A mark without a base, a second variation selector,
 * a joiner outside a sequence are shown as replacements.
 *
 * Widths are those of wcwidth() when the process runs in a UTF-8 locale, and a character that utf8proc and wcwidth()
 * disagree about is replaced; in any other locale they are utf8proc's. East Asian ambiguous characters have width 1. */
#ifndef ASSAY_CORE_SAFE_H
#define ASSAY_CORE_SAFE_H

#include "core/base/buf.h"

#include <stddef.h>
#include <stdint.h>

enum { SAFE_MAX_MARKS = 3, SAFE_TAB = 8, GLYPH_TEXT_SIZE = 20, SAFE_PENDING = 32 };

struct glyph {
    char text[GLYPH_TEXT_SIZE]; /* UTF-8 to draw, terminated; "" for a line break */
    uint8_t len;                /* bytes of text */
    uint8_t width;              /* columns: 1 or 2; 0 for a line break */
    bool replacement;           /* stands for something else: draw it in another style */
    bool line_break;            /* the source has "\n" (or "\r\n") here */
    size_t from, to;            /* bytes [from, to) of the source */
};

/* A replacement such as <U+202E>, and the spaces of a tab, come as several glyphs of width 1 with the same from and to.
 */
struct safe_iter {
    const char *text;
    size_t len;
    size_t pos;    /* where the next glyph starts in the source */
    size_t column; /* columns since the last line break; a caller that wraps may set it. Tabs depend on it */
    bool wide;     /* the locale is UTF-8, so wcwidth() is asked too */
    /* the rest of a replacement that is being handed out */
    char pending[SAFE_PENDING];
    uint8_t pending_at, pending_len;
    bool pending_replacement;
    size_t from;
};

/* `text` (n bytes, any bytes) must live as long as the iterator. Nothing to free. */
void safe_init(struct safe_iter *it, const char *text, size_t n);
/* The next glyph; false at the end. */
bool safe_next(struct safe_iter *it, struct glyph *g);

/* Columns of the text drawn on one line; a line break counts as one column. */
size_t safe_width(const char *text, size_t n);
/* Append the text as one line of at most max_columns columns (SIZE_MAX: no limit). Line breaks are shown as a return
 * sign; what does not fit is cut and ends in an ellipsis. Returns the columns appended. */
size_t safe_text(const char *text, size_t n, struct buf *out, size_t max_columns);
/* Bytes of the text that safe_html shows in at most `columns` columns, one of them kept for an ellipsis when it does
 * not fit; n when all of it does. Not by the locale, as files must not depend on it. */
size_t safe_fit(const char *text, size_t n, size_t columns);
/* Append as the content of an HTML element or quoted attribute: & < > " ' escaped, line breaks and tabs kept,
 * everything invisible replaced as on the terminal. */
void safe_html(const char *text, size_t n, struct buf *out);
/* Append as one CSV field: quoted where RFC 4180 asks for it, and with a leading apostrophe where a spreadsheet would
 * take the field for a formula (it starts with = + - @ tab or CR), so also where apostrophes stand before such a one:
 * taking one away gives the text back. Invalid UTF-8 becomes U+FFFD, NUL too. */
void safe_csv(const char *text, size_t n, struct buf *out);

#endif
