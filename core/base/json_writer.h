/* Writing JSON, deterministically. Appends to a buffer; commas and colons are placed by the writer. Order is the
 * caller's order, so equal inputs give equal bytes. Control characters, DEL, C1, line separators and bidirectional
 * controls are written as \uXXXX, so the output is safe on a terminal and still the same JSON; everything else is plain
 * UTF-8. */
#ifndef ASSAY_CORE_BASE_JSON_WRITER_H
#define ASSAY_CORE_BASE_JSON_WRITER_H

#include "core/base/buf.h"

#include <stdint.h>

enum { JSON_WRITER_DEPTH = 64 };

struct json_writer {
    struct buf *b;
    int depth;
    bool after_key;
    bool more[JSON_WRITER_DEPTH]; /* something stands before at this depth */
};

void jw_start(struct json_writer *w, struct buf *b);
void jw_object(struct json_writer *w);
void jw_object_end(struct json_writer *w);
void jw_array(struct json_writer *w);
void jw_array_end(struct json_writer *w);
void jw_key(struct json_writer *w, const char *key);
void jw_str(struct json_writer *w, const char *s);
void jw_strn(struct json_writer *w, const char *s, size_t n);
void jw_int(struct json_writer *w, int64_t v);
/* 17 significant digits; NaN and infinity, which JSON lacks, become null. */
void jw_num(struct json_writer *w, double v);
void jw_bool(struct json_writer *w, bool v);
void jw_null(struct json_writer *w);
/* Text that is already JSON. */
void jw_raw(struct json_writer *w, const char *json, size_t n);
/* The members of a JSON object, put into the object that is open. */
void jw_members(struct json_writer *w, const char *json, size_t n);

/* key and value in one call */
void jw_kstr(struct json_writer *w, const char *key, const char *s);
void jw_kstrn(struct json_writer *w, const char *key, const char *s, size_t n);
void jw_kint(struct json_writer *w, const char *key, int64_t v);
void jw_knum(struct json_writer *w, const char *key, double v);
void jw_kbool(struct json_writer *w, const char *key, bool v);

#endif
