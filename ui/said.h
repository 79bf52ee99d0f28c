/* What a judgement says, in a few words and signs, with the sides as the reader sees them: `a_is` (1 or 2) is the
 * stored response on side A. */
#ifndef ASSAY_UI_SAID_H
#define ASSAY_UI_SAID_H

#include "core/base/buf.h"
#include "store/judgement.h"

/* "A ‹‹‹", "B ››", "=", "neither", "skipped", "flagged"; "·" when there is none. Appended. */
void said_preference(const struct judgement *j, int a_is, bool ascii, struct buf *out);
/* The same of a number in stored order. */
void said_strength(int preference, int a_is, bool ascii, struct buf *out);
/* The rating of the answer on a side (0 A, 1 B); -1: none. */
int said_rating(const struct judgement *j, int a_is, int side, const char *attribute);
/* A rating of both together: "B ›" or "3". */
void said_aspect(const struct aspect *x, int a_is, bool ascii, struct buf *out);
/* The justification, its @A and @B turned to the sides of the reader; the reason of a skip or flag. Appended. */
void said_because(const struct judgement *j, int a_is, struct buf *out);
/* All of it on one line, names of attributes in their order of rating. Appended. */
void said_all(const struct judgement *j, int a_is, bool ascii, struct buf *out);

#endif
