/* What was said on the message line, for `:messages`. */
#ifndef ASSAY_UI_MESSAGES_H
#define ASSAY_UI_MESSAGES_H

#include "core/base/buf.h"
#include "core/base/vec.h"

#include <stdint.h>

enum { MESSAGES_MOST = 200 };

/* Zero-initialised is empty. */
struct messages {
    VEC(struct message_line {
        int64_t at; /* ms */
        char *text;
        bool error;
    }) lines; /* the oldest first; at most MESSAGES_MOST */
};

void messages_free(struct messages *m);
void messages_add(struct messages *m, const char *text, bool error);
/* One a line, the newest first: time, "!" before what could not be done, text. */
void messages_tell(const struct messages *m, struct buf *out);

#endif
