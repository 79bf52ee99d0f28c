/* Growable bytes. Invariant: ptr is never NULL and always NUL-terminated at ptr[len]; bytes may include NUL.
 * `BUF_INIT` needs no allocation. A ceiling `max` (0 = none) is set for anything fed by a file or a person:
 * once it would be passed nothing more is added and `cut` stays set, to be checked once at the end. */
#ifndef ASSAY_CORE_BASE_BUF_H
#define ASSAY_CORE_BASE_BUF_H

#include "core/base/err.h"

#include <stddef.h>

struct buf {
    char *ptr;
    size_t len, cap, max;
    bool cut;
};

extern char buf_empty[1];
#define BUF_INIT ((struct buf){.ptr = buf_empty})

void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
/* Cut to the first n bytes. */
void buf_truncate(struct buf *b, size_t n);
/* Replace bytes [at, at+gone) by n bytes at p. */
void buf_splice(struct buf *b, size_t at, size_t gone, const void *p, size_t n);
/* Empty, memory kept. */
void buf_reset(struct buf *b);
/* The caller owns the returned string; the buffer is empty again. */
char *buf_take(struct buf *b);
void buf_free(struct buf *b);
/* The end of a word behind a number of any type: "1 pair", "2 pairs". */
#define PLURAL(n) ((n) == 1 ? "" : "s")

#endif
