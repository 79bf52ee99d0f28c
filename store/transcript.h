/* A conversation as one text, as HH-RLHF has it: each turn begins with two newlines, who speaks and a colon, and one
 * blank after that belongs to the mark. */
#ifndef ASSAY_STORE_TRANSCRIPT_H
#define ASSAY_STORE_TRANSCRIPT_H

#include "core/base/buf.h"
#include "store/content.h"

enum { TRANSCRIPT_SPEAKERS = 2 };
struct transcript_speaker {
    const char *mark; /* without the blank */
    const char *role;
};
extern const struct transcript_speaker transcript_speakers[TRANSCRIPT_SPEAKERS];

/* Which speaker's mark stands at p; -1 none. */
int transcript_mark_at(const char *p, size_t left);
/* Append the mark of a role and its blank; false, and nothing is appended, when it has none. */
bool transcript_open(struct buf *b, const char *role);
/* Append a turn; false, and nothing is appended, when it would not be read as that turn again: a role that has no mark,
 * a mark within the text. */
bool transcript_add(struct buf *b, const char *role, struct json_text text);

#endif
