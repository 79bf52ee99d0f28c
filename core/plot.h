/* Drawing with characters. Lines end in "\n"; every line is at most the given width. Names and labels are made safe. */
#ifndef ASSAY_CORE_PLOT_H
#define ASSAY_CORE_PLOT_H

#include "core/base/buf.h"
#include "core/canvas.h"
#include "core/metric.h"

enum { PLOT_MIN_WIDTH = 30, PLOT_MIN_HEIGHT = 14, PLOT_COLUMNS = 78, PLOT_LINES = 24 }; /* the latter two: usual */
enum { PLOT_LOW_HEIGHT = 9 }; /* of a reliability plot without its bars and what the marks mean */

/* Reliability plot: the probability said (across) and how often it was so (up), a dot and Wilson's interval for each
 * bin, the diagonal where both are equal; below, a bar of pairs for each bin, and what the marks mean. width x height
 * in characters, everything included; smaller values than the minimum are raised to it. From PLOT_LOW_HEIGHT to
 * PLOT_MIN_HEIGHT there is the upper part alone. */
void plot_reliability(const struct metric *m, size_t width, size_t height, enum plot_style style, struct buf *out);
/* The same as a table: bin, pairs, said, found, interval. */
void plot_reliability_table(const struct metric *m, struct buf *out);

/* Lines within axes, each with a dash of its own (in ASCII a character of its own), and below a line for each name.
 * Size as above. Values beyond an axis stand at its edge; bands are left to SVG. */
void plot_curve(const struct chart_curve *c, size_t width, size_t height, enum plot_style style, struct buf *out);

/* A bar of `width` columns filled to `value` in [0, 1] (clamped; NaN is 0), padded with blanks: eighth blocks, or '#'
 * for PLOT_ASCII. */
void plot_bar(double value, size_t width, enum plot_style style, struct buf *out);
/* n values as one line of n characters, scaled from 0 to the largest. */
void plot_spark(const double *v, size_t n, enum plot_style style, struct buf *out);

#endif
