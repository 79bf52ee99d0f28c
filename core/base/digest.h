/* SHA-256 (by nettle), 128-bit ids, UUIDv7 (RFC 9562). */
#ifndef ASSAY_CORE_BASE_DIGEST_H
#define ASSAY_CORE_BASE_DIGEST_H

#include "core/base/err.h"
#include "core/base/rng.h"

#include <nettle/sha2.h>

enum { SHA256_HEX_SIZE = 65, ID_HEX_SIZE = 33 };

struct digest {
    struct sha256_ctx ctx;
};

void digest_init(struct digest *d);
void digest_add(struct digest *d, const void *p, size_t n);
/* A string with its length in front, so that ("ab","c") and ("a","bc") differ. */
void digest_add_string(struct digest *d, const char *s, size_t n);
void digest_hex(struct digest *d, char out[SHA256_HEX_SIZE]);
/* SHA-256 of a whole file. */
MUST_CHECK bool digest_file(const char *path, char out[SHA256_HEX_SIZE], struct err *err);

/* The first 128 bits of a SHA-256, or a UUID. Printed as 32 lower-case hex digits. */
struct id {
    unsigned char b[16];
};

/* Ends the digest. */
struct id digest_id(struct digest *d);
/* Time-ordered random id: 48 bits of milliseconds, then random bits. */
struct id id_uuid7(int64_t ms, struct rng *r);
void id_hex(const struct id *id, char out[ID_HEX_SIZE]);
/* 32 hex digits, hyphens allowed; false when the text is something else. */
bool id_parse(const char *text, struct id *id);
/* The lowest and the highest id that begin with `text`, 4 to 32 hex digits without hyphens; false when it is something
 * else. */
bool id_bounds(const char *text, struct id *low, struct id *high);
int id_compare(const struct id *a, const struct id *b);

#endif
