/* A text as it is shown where that is not its bytes: markdown with its signs taken away, a diff with signs put in.
 * Every shown byte knows where in the raw text it comes from, so that scrolling, search, marks and selections go by the
 * raw text whatever is shown. */
#ifndef ASSAY_UI_RENDERING_H
#define ASSAY_UI_RENDERING_H

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/word_diff.h"
#include "ui/style.h"

/* Shown bytes from `shown` up to the next run. Copied ones are raw bytes as they are, from `raw` on; the others were
 * made up and stand for raw [raw, raw_end), or, when that is empty, for nothing. raw never decreases. */
struct stretch {
    size_t shown, raw, raw_end;
    bool copied;
    enum style style;
};

/* Zero-initialised is none: the text is shown as it is. Zeroed again by rendering_free. */
struct rendering {
    bool there;
    struct buf text; /* any bytes: hostile until drawn */
    VEC(struct stretch) runs;
};

void rendering_start(struct rendering *r);
void rendering_free(struct rendering *r);
/* Append n bytes that stand at raw `raw`; copied from there, or made up for raw [raw, raw_end). */
void rendering_copy(struct rendering *r, const char *bytes, size_t n, size_t raw, enum style style);
void rendering_make(struct rendering *r, const char *bytes, size_t n, size_t raw, size_t raw_end, enum style style);
/* Append another one's. */
void rendering_append(struct rendering *r, const struct rendering *other);
/* Index of the run that shows the byte at `shown`; there must be one. */
size_t rendering_run(const struct rendering *r, size_t shown);
/* The raw place of a shown byte; of the end, that of the last. */
size_t rendering_raw(const struct rendering *r, size_t shown);
/* The first shown byte that stands for this raw place or a later one; the end when none does. */
size_t rendering_shown(const struct rendering *r, size_t raw);
/* `out`: what `r` shows (or, when r is not there, the n bytes of raw), with the ranges of the raw text in `style` and
 * between the signs "[-" and "-]", or "{+" and "+}" for sign '+' (as wdiff does). */
void rendering_mark(const struct rendering *r, const char *raw, size_t n, const struct word_ranges *ranges, char sign,
                    enum style style, struct rendering *out);

#endif
