/* What a markdown document is written with (markdown.c): lines, with the bars, bullets and blanks of what they stand
 * in, into a rendering that remembers which raw byte is whose. */
#ifndef ASSAY_UI_MARKDOWN_WRITER_H
#define ASSAY_UI_MARKDOWN_WRITER_H

#include "ui/markdown.h"
#include "ui/markdown_table.h"

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

struct markdown_writer {
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

/* So much more is written or called. False when the text wants to become many times as long (one address linked to
 * thousands of times, thousands of columns in thousands of rows): it is given up. */
bool writer_afford(struct markdown_writer *w, size_t cost);
/* How text looks now. */
enum style writer_style(const struct markdown_writer *w);
/* Text that stands nowhere in the source. */
void writer_make(struct markdown_writer *w, const char *text, enum style style);
/* Text from the source, or from somewhere else when it does not stand in it behind what was written. */
void writer_text(struct markdown_writer *w, const char *text, size_t n, enum style style);
/* Begin a line, unless one is open; end it. */
void writer_begin_line(struct markdown_writer *w);
void writer_end_line(struct markdown_writer *w);
/* What comes next stands at raw `to`: give it a line, with a blank one before it where the source has one. */
void writer_open_block(struct markdown_writer *w, size_t to);
/* Where a block that is due begins: on a line behind what was written last, with this sign (0: with whatever is not
 * blank). For what is drawn before any of its text is known. */
size_t writer_next_block(const struct markdown_writer *w, char sign);

#endif
