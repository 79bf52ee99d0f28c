/* SHA-256 of blocks of memory on a thread of its own, beside other work on the same bytes: a gigabyte takes most of a
 * second, which nobody should wait for before he has something else to do. */
#ifndef ASSAY_CORE_BASE_HASHER_H
#define ASSAY_CORE_BASE_HASHER_H

#include "core/base/digest.h"

struct hasher_block {
    const void *ptr; /* size bytes that nobody writes to */
    size_t size;
    char hex[SHA256_HEX_SIZE]; /* out: to be read after hasher_wait */
};

struct hasher;

/* Begin. The n blocks and their bytes are the caller's and stay until hasher_close. Without a thread to be had the work
 * is done by hasher_wait. */
struct hasher *hasher_open(struct hasher_block *blocks, size_t n);
/* Until all blocks are done. */
void hasher_wait(struct hasher *h);
/* Give up what is not done yet, and end. NULL is allowed. */
void hasher_close(struct hasher *h);

#endif
