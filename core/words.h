/* The words of a text: runs of letters, marks and digits, lower-cased, as code points. Bytes that are not UTF-8
 * separate words. */
#ifndef ASSAY_CORE_WORDS_H
#define ASSAY_CORE_WORDS_H

#include "core/base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct words {
    const char *text;
    size_t len, pos;
    VEC(uint32_t) word; /* of the last words_next */
};

/* `text` must live as long as the iterator. */
void words_init(struct words *w, const char *text, size_t n);
/* False at the end. */
bool words_next(struct words *w);
/* 64-bit hash of the last word, of `n` of its code points from `from`. */
uint64_t words_hash(const struct words *w, size_t from, size_t n, uint64_t seed);
void words_free(struct words *w);

/* The step of all our text hashes: mix one number into h (xorshift-multiply; constants of SplitMix64). */
uint64_t words_mix(uint64_t h, uint64_t v);

#endif
