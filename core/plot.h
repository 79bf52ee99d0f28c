/* Drawing with characters. Lines end in "\n"; every line is at most the given width. */
#ifndef ASSAY_CORE_PLOT_H
#define ASSAY_CORE_PLOT_H

#include "core/base/buf.h"
#include "core/metric.h"

enum plot_style { PLOT_UNICODE, PLOT_ASCII };

enum { PLOT_MIN_WIDTH = 30, PLOT_MIN_HEIGHT = 6 };

/* Reliability plot: what was said (across) against what was found (up), the diagonal, the Wilson interval and point of
 * each bin, and a bar of pairs per bin below. width x height in characters, axes and labels included; smaller values
 * than the minimum are raised to it. */
void plot_reliability(const struct metric *m, size_t width, size_t height, enum plot_style style, struct buf *out);
/* The same as a table: bin, pairs, said, found, interval. */
void plot_reliability_table(const struct metric *m, struct buf *out);
/* A bar of `width` columns filled to `value` in [0, 1] (clamped; NaN is 0), padded with blanks: eighth blocks, or '#'
 * for PLOT_ASCII. */
void plot_bar(double value, size_t width, enum plot_style style, struct buf *out);
/* n values as one line of n characters, scaled from 0 to the largest. */
void plot_spark(const double *v, size_t n, enum plot_style style, struct buf *out);

#endif
