#include "app/report_page.h"

void report_write(const struct report *r, struct page *p)
{
    report_glance(r, p);
    if (r->workspace) {
        report_data(r, p);
        report_people(r, p);
    }
    report_heads(r, p);
    if (report_judged(r) > 0) {
        report_calibration(r, p);
        report_rivals(r, p);
        report_groups(r, p);
        report_abstention(r, p);
        report_confounds(r, p);
        report_probes(r, p);
    }
    report_repeat(r, p);
    page_end(p);
}
