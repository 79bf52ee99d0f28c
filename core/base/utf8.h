/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF (Unicode 15, table 3-7). */
#ifndef ASSAY_CORE_BASE_UTF8_H
#define ASSAY_CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Decode one code point at p (n > 0 bytes left). Returns its length 1-4, or 0 when the bytes are not UTF-8. */
int utf8_decode(const char *p, size_t n, uint32_t *cp);
/* Encode into out (4 bytes); returns the length. cp must be a scalar value. */
int utf8_encode(uint32_t cp, char out[4]);
/* True when all n bytes are UTF-8; otherwise *bad is the offset of the first byte that is not. */
bool utf8_valid(const char *p, size_t n, size_t *bad);
/* Number of code points in valid UTF-8. */
size_t utf8_count(const char *p, size_t n);

/* Does the locale that setlocale chose write UTF-8? */
bool utf8_locale(void);

/* Is c one of the characters of `set`? Unlike strchr it does not take the end of the set, a NUL, for one of them. */
static inline bool ascii_one_of(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

#endif
