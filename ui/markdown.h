/* Markdown as it is meant to be read, in rows of characters (md4c; CommonMark with tables, strike-through, task lists).
 *
 *   headings, strong, emphasis   by style, without their signs
 *   lists                        bullets and numbers, nested ones further in
 *   quotes                       behind a bar
 *   code                         behind a bar, its indentation and blank lines kept; inline between back-ticks
 *   tables                       columns where they fit, else "head: cell" by lines
 *   links                        underlined, the address behind them
 *   HTML                         as it stands: nothing an answer says is hidden
 *
 * Line breaks and blank lines of the source stay. Time and memory are linear in the text (md4c sees to that for links
 * and tables); one that names thousands of addresses, which are looked up one by one, is not rendered. */
#ifndef ASSAY_UI_MARKDOWN_H
#define ASSAY_UI_MARKDOWN_H

#include "ui/rendering.h"

enum { MARKDOWN_NAMES = 2000 }; /* more lines that begin with "[" are too wild */
enum { MARKDOWN_DEEPEST = 6 };  /* lists and quotes further in are drawn no further in */

/* n bytes, any; `width` columns matter to tables and rules. False: not to be rendered, `out` is not there. */
bool markdown_render(const char *text, size_t n, int width, bool ascii, struct rendering *out);

#endif
