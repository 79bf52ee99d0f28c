/* Write the workspace out as JSON Lines: deterministic order (as comparisons came in), constant memory, whole or not at
 * all. assets/doc/formats.md says what each format holds and what it cannot. */
#ifndef ASSAY_STORE_EXPORT_H
#define ASSAY_STORE_EXPORT_H

#include "core/base/outfile.h"
#include "core/base/progress.h"
#include "store/label.h"

/* Names of the formats; ends with NULL. */
extern const char *const export_formats[];

/* What becomes of comparisons without a better response, in formats that need one. */
enum export_ties { TIES_DROP, TIES_BOTH, TIES_ERROR };

struct export_options {
    const char *format;              /* required */
    enum export_ties ties;           /* drop: left out and counted; both: one line each way; error: refuse to export */
    struct label_options label;      /* whose judgements, which source, which split */
    const struct progress *progress; /* may be NULL; comparisons */
};

struct export_counts {
    int64_t comparisons; /* looked at */
    int64_t lines;       /* written */
    int64_t ties;        /* comparisons without a better response */
    int64_t unlabelled;  /* left out because nothing is known that the format needs */
};

/* The caller opens and commits `out`. */
MUST_CHECK bool export_write(struct db *db, const struct export_options *options, struct outfile *out,
                             struct export_counts *counts, struct err *err);
/* "drop", "both", "error" */
MUST_CHECK bool export_ties_parse(const char *name, enum export_ties *ties, struct err *err);

#endif
