/* Names of people in exchange for others: "annotator-1f3c9a72", the first 32 bits of the SHA-256 of
 * "assay:pseudonym:1", a salt and the name. The same salt gives the same pseudonyms; without it nobody can try names.
 */
#ifndef ASSAY_STORE_PSEUDONYM_H
#define ASSAY_STORE_PSEUDONYM_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/vec.h"

struct pseudonym {
    const char *name, *instead;
};

struct pseudonyms {
    const char *salt;
    struct arena arena;
    VEC(struct pseudonym) list;
};

void pseudonyms_init(struct pseudonyms *p, const char *salt); /* the salt lives as long */
void pseudonyms_free(struct pseudonyms *p);
/* The pseudonym of a name, made when it is new; "" stays "". ERR_CONFLICT when two names would share one: another salt
 * helps. */
MUST_CHECK bool pseudonyms_of(struct pseudonyms *p, const char *name, const char **instead, struct err *err);

/* Add `text`, every known name in it replaced where it stands as a word of its own. Longer names first. True when there
 * was one. */
bool pseudonyms_text(const struct pseudonyms *p, const char *text, size_t n, struct buf *out);
/* The same for the strings of a JSON text, and for its keys from a depth of `own` on: those above are words of whoever
 * wrote it, not names. One that cannot be read becomes null. */
bool pseudonyms_json(const struct pseudonyms *p, const char *json, size_t n, int own, struct buf *out);

#endif
