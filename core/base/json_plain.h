/* How many bytes of a text a JSON string holds as they are, found eight at a time: a multiple of 8, so that what is
 * left has to be looked at one by one. */
#ifndef ASSAY_CORE_BASE_JSON_PLAIN_H
#define ASSAY_CORE_BASE_JSON_PLAIN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

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
    for (uint64_t v; i + sizeof v <= n; i += sizeof v) {
        memcpy(&v, p + i, sizeof v);
        if ((json_odd_bytes(v) | ((v | (v + ones)) & ones << 7)) != 0)
            break;
    }
    return i;
}

#endif
