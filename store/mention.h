/* How justifications name the responses: @A and @B mean the sides as shown, @Response 1 and @Response 2 the stored
 * order (as the HelpSteer2 files have it). A name counts when no letter or digit follows it. */
#ifndef ASSAY_STORE_MENTION_H
#define ASSAY_STORE_MENTION_H

#include "core/base/buf.h"
#include "core/base/json.h"

/* @A becomes @B and the reverse: the text as it reads with the sides exchanged. */
void mention_swap(struct json_text text, struct buf *out);
/* @A and @B become @Response 1 and 2; a_is (1 or 2) is the stored response on side A. */
void mention_to_responses(struct json_text text, int a_is, struct buf *out);
/* @Response 1 becomes @A, @Response 2 becomes @B (a_is = 1). */
void mention_from_responses(struct json_text text, struct buf *out);
/* @A becomes becomes[0], @B becomes becomes[1], and so on, for n letters. */
void mention_letters(struct json_text text, const char *const *becomes, size_t n, struct buf *out);

#endif
