/* One head of a report: judged, or why it was not. */
#ifndef ASSAY_APP_REPORT_HEAD_H
#define ASSAY_APP_REPORT_HEAD_H

#include "app/section.h"
#include "core/base/digest.h"
#include "core/chart.h"

enum { REPORT_HEADS = 8 };

struct report_head {
    const char *path, *name; /* name: short, different from those of the others */
    char sha256[SHA256_HEX_SIZE];
    const char *why; /* it could not be judged, because; NULL: it was, */
    bool loaded;
    struct head head;
    struct judged j;
    struct sections s;
    bool mapped_here;               /* its map was fitted to the very pairs that judge it */
    struct chart_histogram margins; /* j.margin through the map */
};

static inline bool report_mapped(const struct report_head *h)
{
    return h->s.figures.map != CALIBRATION_NONE;
}

#endif
