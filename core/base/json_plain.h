/* How many bytes of a text a JSON string holds as they are, found sixteen or eight at a time: perhaps some less than
 * there are, so that what is left has to be looked at one by one. */
#ifndef ASSAY_CORE_BASE_JSON_PLAIN_H
#define ASSAY_CORE_BASE_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* Which of the bytes at p are a quote, a backslash or below 0x20, a bit each. */
static inline unsigned json_odd_of_16(__m128i v)
{
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
    __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, marks));
}

/* Which are 0x7F or no ASCII. */
static inline unsigned json_foreign_of_16(__m128i v)
{
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F))));
}
#endif

/* The top bit of each byte that is a quote, a backslash or below 0x20; above the lowest of them there may be false
 * ones. */
static inline uint64_t json_odd_bytes(uint64_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quote = v ^ ones * '"', escape = v ^ ones * '\\';
    return (((quote - ones) & ~quote) | ((escape - ones) & ~escape) | ((v - ones * 0x20) & ~v)) & ones << 7;
}

/* Bytes that are neither a quote, nor a backslash, nor below 0x20. */
static inline size_t json_plain_run(const char *p, size_t n)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= n; i += 16) {
        unsigned odd = json_odd_of_16(_mm_loadu_si128((const __m128i *)(const void *)(p + i)));
        if (odd != 0)
            return i + (size_t)__builtin_ctz(odd);
    }
#endif
    for (uint64_t v; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, p + i, sizeof v);
        if (json_odd_bytes(v) != 0)
            break;
    }
    return i;
}

/* Those that are ASCII and not 0x7F, too. */
static inline size_t json_ascii_run(const char *p, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
        unsigned odd = json_odd_of_16(v) | json_foreign_of_16(v);
        if (odd != 0)
            return i + (size_t)__builtin_ctz(odd);
    }
#endif
    for (uint64_t v; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, p + i, sizeof v);
        if ((json_odd_bytes(v) | ((v | (v + ones)) & ones << 7)) != 0)
            break;
    }
    return i;
}

/* Does a JSON string hold all of it as it is? */
static inline bool json_is_plain(const char *p, size_t n)
{
    for (size_t i = json_plain_run(p, n); i < n; i++)
        if (p[i] == '"' || p[i] == '\\' || (unsigned char)p[i] < 0x20)
            return false;
    return true;
}

#endif
