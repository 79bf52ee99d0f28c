/* One attribute of the agreement view: its matrix, tables of confusion and weeks. */
#ifndef ASSAY_APP_AGREEMENT_SHEET_H
#define ASSAY_APP_AGREEMENT_SHEET_H

#include "app/agreement.h"
#include "core/base/arena.h"
#include "core/base/progress.h"
#include "ui/agreement_panel.h"

/* week[i]: number in o->weeks of the i-th week to show. Everything that `out` points to lives in `a`, but names, which
 * are those of `o`. Ticks of `progress` are (weeks done + 1, weeks + 1); ERR_STOPPED when one says false. */
MUST_CHECK bool agreement_sheet(const struct opinions *o, size_t attribute, const size_t *week, size_t weeks,
                                const struct agreement_opts *opts, struct arena *a, struct panel_sheet *out,
                                const struct progress *progress, struct err *err);

#endif
