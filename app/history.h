/* The history of one comparison as a page of text, or as JSON. */
#ifndef ASSAY_APP_HISTORY_H
#define ASSAY_APP_HISTORY_H

#include "core/base/buf.h"
#include "store/history.h"

/* At most 100 columns wide, justifications in full and made safe. */
void history_text(const struct history *h, struct buf *out);
/* One object and a line end. */
void history_json(const struct history *h, struct buf *out);

#endif
