/* A text being written: a caret between grapheme clusters, words, lines, paste, undo. Knows nothing of keys or screens.
 */
#ifndef ASSAY_UI_EDITOR_H
#define ASSAY_UI_EDITOR_H

#include "ui/request.h"
#include "ui/textview.h"

enum { EDITOR_UNDO = 200 }; /* changes that can be taken back; the oldest are forgotten */

/* How a text stood, and where its caret. */
struct editor_moment {
    char *text;
    size_t len, at;
};

struct editor {
    struct buf text;
    size_t max;    /* bytes that typing may fill */
    size_t at;     /* caret: a byte offset at a cluster boundary */
    int goal;      /* column that up and down aim for, -1: where the caret is */
    bool one_line; /* line breaks become blanks */
    VEC(struct editor_moment) past, undone;
    bool typing;    /* the last change was a character typed: the next one belongs to it */
    bool off_words; /* a blank was typed after a word: the next letter begins a change of its own */
};

void editor_init(struct editor *e, size_t max, bool one_line);
void editor_release(struct editor *e);
/* Other text (never cut), caret at its end; nothing can be taken back then. */
void editor_set(struct editor *e, const char *text, size_t n);
/* Insert at the caret, as much as there is room for (whole characters). Controls are left out, CR and CR LF become line
 * breaks, a tab a blank, bytes that are not UTF-8 U+FFFD. False when something did not fit. */
bool editor_insert(struct editor *e, const char *text, size_t n);
/* The same for a single character that was typed: one undo takes a word of them back. */
bool editor_type(struct editor *e, const char *text, size_t n);
/* Other text as one change, cleaned like inserted text. False when it did not fit. */
bool editor_replace(struct editor *e, const char *text, size_t n);
/* Perform an editing request; up and down move in the text wrapped to `width`. False when it is none of those (or there
 * is no line to go to). */
bool editor_request(struct editor *e, enum request r, int width);
/* Rows of the text wrapped to `width`, appended, and where in them the caret stands. */
void editor_wrap(const struct editor *e, int width, struct wrap_rows *rows, int *caret_row, int *caret_col);
/* The cluster boundary after / before `at`. */
size_t editor_next(const struct editor *e, size_t at);
size_t editor_previous(const struct editor *e, size_t at);

#endif
