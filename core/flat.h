/* Records as bulk files hold them: a JSON object of one level, its strings plain ASCII without escapes, its numbers
 * short. Such a line is scanned where it stands, many times as fast as a tree of it is built. Of any other line nothing
 * is said: it may be a record of another shape or no JSON at all, and core/base/json.h finds out which and says why. */
#ifndef ASSAY_CORE_FLAT_H
#define ASSAY_CORE_FLAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLAT_MAX = 16 }; /* members */

enum flat_kind {
    FLAT_TEXT,   /* text */
    FLAT_INT,    /* i, and number */
    FLAT_NUMBER, /* number: exactly the double nearest to what is written */
    FLAT_WORD    /* true, false, null: text */
};

/* Texts point into the line and are not terminated. */
struct flat_member {
    const char *key, *text;
    size_t key_len, len;
    enum flat_kind kind;
    int64_t i;
    double number;
};

struct flat {
    size_t n;
    struct flat_member members[FLAT_MAX];
};

/* False for a line that is not of this shape, has more than FLAT_MAX members, a key twice, more than 18 digits on a
 * side of a point, or a number beyond the doubles. Numbers are read as in the locale "C", which the program runs in. */
bool flat_scan(const char *line, size_t n, struct flat *out);
/* The member called `key`, or NULL. */
const struct flat_member *flat_get(const struct flat *f, const char *key);

#endif
