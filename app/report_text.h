/* Numbers of the report for people: 1,284,033; "71.2 % (68.9 to 73.4)"; "0.031 (0.022 to 0.048)"; "undefined" when
 * there is none. */
#ifndef ASSAY_APP_REPORT_TEXT_H
#define ASSAY_APP_REPORT_TEXT_H

#include "core/metric.h"

#include <stdint.h>

struct report_text {
    char text[96];
};
struct report_text report_count(int64_t n);
struct report_text report_share(double v, struct metric_interval i);
struct report_text report_figure(double v, struct metric_interval i);

#endif
