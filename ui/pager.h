/* A view that shows one text of ours to read: help, the rubric. */
#ifndef ASSAY_UI_PAGER_H
#define ASSAY_UI_PAGER_H

#include "ui/screen.h"

/* Takes over `text`, whose blank lines at the end are left out. `at`: the byte that stands on top at first. A line that
 * begins in the first column, behind a blank one and above an indented one, and is no row of a table, is a title and
 * looks like one. */
struct view pager_view(const char *title, struct buf *text, size_t at);
/* The same for tables: their rows stay whole, and what does not fit is reached sideways; sentences are wrapped. */
struct view pager_table(const char *title, struct buf *text);
/* The same for markdown, rendered, from its beginning. */
struct view pager_markdown(const char *title, struct buf *text);

#endif
