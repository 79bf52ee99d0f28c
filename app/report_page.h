/* The report as a page, part by part. Tables are cut at REPORT_ROWS rows, and say so. */
#ifndef ASSAY_APP_REPORT_PAGE_H
#define ASSAY_APP_REPORT_PAGE_H

#include "app/report.h"
#include "app/report_text.h"
#include "core/page.h"

enum { REPORT_ROWS = 60 };

/* All parts, in their order. */
void report_write(const struct report *r, struct page *p);
/* Some of them. */
void report_glance(const struct report *r, struct page *p);
void report_data(const struct report *r, struct page *p);
void report_people(const struct report *r, struct page *p);
void report_heads(const struct report *r, struct page *p);
/* The following want a head that was judged. */
void report_calibration(const struct report *r, struct page *p);
void report_groups(const struct report *r, struct page *p);
void report_rivals(const struct report *r, struct page *p);
void report_abstention(const struct report *r, struct page *p);
void report_confounds(const struct report *r, struct page *p);
void report_probes(const struct report *r, struct page *p);
void report_repeat(const struct report *r, struct page *p);

#endif
