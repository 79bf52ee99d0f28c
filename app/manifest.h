/* The note beside an exported file: what it is, from what, and how to make it again. */
#ifndef ASSAY_APP_MANIFEST_H
#define ASSAY_APP_MANIFEST_H

#include "app/aggregated.h"
#include "store/export.h"

/* One JSON object: file, format, lines, bytes, sha256, counts of what was left out, the settings with what an
 * aggregation discarded, the time (SOURCE_DATE_EPOCH or now), and a digest of the workspace: that of its export as
 * `judgements`, so workspaces that hold the same have the same one. `data` is where the export went, NULL: standard
 * output. The caller commits *out. */
MUST_CHECK bool manifest_write(struct db *db, const struct export_options *o, const struct aggregated_sum *made,
                               const struct export_counts *c, const char *data, struct outfile *out, struct err *err);

#endif
