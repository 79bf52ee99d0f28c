#include "app/report_text.h"

#include "core/compare.h"

#include <math.h>
#include <stdio.h>

struct report_text report_count(int64_t n)
{
    struct report_text t;
    char digits[32];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && digits[i - 1] != '-' && (len - i) % 3 == 0)
            t.text[at++] = ',';
        t.text[at++] = digits[i];
    }
    t.text[at] = '\0';
    return t;
}

static struct report_text told(double v, struct metric_interval i, double scale, int decimals, const char *unit)
{
    struct report_text t;
    char value[COMPARE_NUMBER], lo[COMPARE_NUMBER], hi[COMPARE_NUMBER];
    if (!isfinite(v))
        snprintf(t.text, sizeof t.text, "undefined");
    else if (!isfinite(i.lo) || !isfinite(i.hi))
        snprintf(t.text, sizeof t.text, "%s%s", compare_number(scale * v, decimals, value), unit);
    else
        snprintf(t.text, sizeof t.text, "%s%s (%s to %s)", compare_number(scale * v, decimals, value), unit,
                 compare_number(scale * i.lo, decimals, lo), compare_number(scale * i.hi, decimals, hi));
    return t;
}

struct report_text report_share(double v, struct metric_interval i)
{
    return told(v, i, 100, 1, " %");
}

struct report_text report_figure(double v, struct metric_interval i)
{
    return told(v, i, 1, 3, "");
}
