/* A long text in a window: wrapped to its width, scrolled by rows. The position is kept as a place in the text, so that
 * the same words stay on top when the width changes. */
#ifndef ASSAY_UI_TEXTVIEW_H
#define ASSAY_UI_TEXTVIEW_H

#include "core/base/vec.h"
#include "ui/grid.h"
#include "ui/rendering.h"

/* One row on the screen: bytes [from, to) of a text, drawn `indent` columns in. */
struct wrap_row {
    size_t part; /* which text, see struct text_part */
    size_t from, to;
    size_t line; /* where its line begins */
    int indent;
};
struct wrap_rows {
    VEC(struct wrap_row) rows;
};

/* Wrap n bytes at blanks (and beside wide glyphs) to `width` columns and append the rows; a word wider than that is
 * broken. Further rows of a line keep its indentation, and stand behind the bullet or number of a list and the bar of a
 * quote. A blank that does not fit hangs over the edge. A text always has at least one row. Linear in n. */
void wrap_text(const char *text, size_t n, int width, size_t part, struct wrap_rows *out);

/* A piece of what is shown, such as one turn of a conversation; the label stands to its left. */
struct text_part {
    const char *label; /* NULL: none */
    const char *text;
    size_t len;
};

/* Something to be seen in a text: bytes [from, to) of a part's own text, whatever of it is shown and how. */
struct text_mark {
    size_t part, from, to;
    enum style style;
    char sign; /* of a passage: stands beside the row it begins in; 0: none */
};
/* Marks lie over one another in this order. Those of one layer are ascending and apart from each other. */
enum text_layer { LAYER_SPANS, LAYER_HITS, LAYER_SELECTION, TEXT_LAYERS };

enum { TEXTVIEW_LABEL = 11, TEXTVIEW_MEASURE = 100 }; /* columns of the labels; the longest comfortable line */

/* What only this one of two texts has. */
struct text_changes {
    size_t part;
    const struct word_ranges *ranges; /* borrowed as long as they are shown */
    char sign;                        /* '-' or '+', beside rows and around words that are in them */
};

struct textview {
    VEC(struct text_part) parts; /* borrowed texts */
    VEC(struct rendering) shown; /* of each part; not there: it is shown as it is */
    struct wrap_rows lines;      /* of what is shown */
    int width, height, label_width;
    size_t top_part, top_at; /* the shown byte that shall be in the first row */
    bool markdown, ascii;
    bool wild; /* some markdown could not be rendered, and is shown raw */
    VEC(struct text_changes) changes;
    VEC(struct text_mark) layers[TEXT_LAYERS];
};

/* Zero-initialised is an empty view of no size. */
void textview_release(struct textview *v);
/* Show other texts (borrowed until the next set), from their beginning. */
void textview_set(struct textview *v, const struct text_part *parts, size_t n);
/* The same texts at other addresses. */
void textview_rebind(struct textview *v, const struct text_part *parts, size_t n);
/* How the text is shown from now on: markdown rendered or raw, with these changes signed, at most one for a part. What
 * is on top stays there. */
void textview_look(struct textview *v, bool markdown, const struct text_changes *changes, size_t n);
/* Marks of one layer, copied; they go when the texts do. */
void textview_set_marks(struct textview *v, enum text_layer layer, const struct text_mark *marks, size_t n);
/* Give it room; wraps anew when the width is another. */
void textview_resize(struct textview *v, int width, int height);
/* Rows that the texts need at this width. */
int textview_rows(const struct textview *v);
/* The row that is on top now, from 0. */
int textview_top(const struct textview *v);
/* Last row shown, exclusive. */
int textview_bottom(const struct textview *v);
/* Scroll by rows, as far as there is text. False when nothing moves. */
bool textview_scroll(struct textview *v, int rows);
/* Put byte `at` of a part's own text on top. */
void textview_go(struct textview *v, size_t part, size_t at);
/* The row that this byte is in. */
int textview_row_of(const struct textview *v, size_t part, size_t at);
/* Scroll no further than it takes to see this byte, with a row or two around it. */
void textview_reveal(struct textview *v, size_t part, size_t at);
/* The part and the byte of its own text that a row begins with. */
void textview_place(const struct textview *v, int row, size_t *part, size_t *at);
/* "1-9/17", or "9/9" when all of it is seen; and how much lies above, in per cent, for long texts. */
enum { TEXTVIEW_RANGE_SIZE = 48 };
void textview_range(const struct textview *v, char out[TEXTVIEW_RANGE_SIZE]);
/* Draw it; signs beside changed rows stand in the column before `col`. */
void textview_draw(const struct textview *v, struct grid *g, int row, int col);
/* Draw one row of a text. */
void textview_draw_row(struct grid *g, int row, int col, int width, const char *text, const struct wrap_row *line,
                       enum style style);

#endif
