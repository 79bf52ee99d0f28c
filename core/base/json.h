/* Reading JSON: json-c with its strict switches on. (Writing: core/base/json_writer.h.)
 *
 * json_parse gives a tree that the caller puts back with json_object_put. The getters check presence and type
 * and say in words what is wrong: `"helpfulness" must be an integer, but is a string`. */
#ifndef ASSAY_CORE_BASE_JSON_H
#define ASSAY_CORE_BASE_JSON_H

#include "core/base/err.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

enum { JSON_MAX_DEPTH = 64 };

/* Parse exactly one value (white space around it allowed) of n bytes. Refuses invalid UTF-8, NaN and infinity,
 * comments, trailing text, nesting deeper than JSON_MAX_DEPTH: ERR_SYNTAX with the column. */
MUST_CHECK bool json_parse(const char *text, size_t n, struct json_object **out, struct err *err);

/* A string of the tree with its length; borrowed from the tree. ptr NULL means absent. */
struct json_text {
    const char *ptr;
    size_t len;
};

enum json_need { JSON_REQUIRED, JSON_OPTIONAL }; /* optional: absent or null is fine and leaves *out as it was */

MUST_CHECK bool json_get_object(struct json_object *o, const char *key, enum json_need need, struct json_object **out,
                                struct err *err);
MUST_CHECK bool json_get_array(struct json_object *o, const char *key, enum json_need need, struct json_object **out,
                               struct err *err);
/* Refuses strings that hold a NUL. */
MUST_CHECK bool json_get_text(struct json_object *o, const char *key, enum json_need need, struct json_text *out,
                              struct err *err);
/* An integer in [min, max]; 4.0 counts as one, 4.5 and "4" do not. */
MUST_CHECK bool json_get_int(struct json_object *o, const char *key, enum json_need need, int64_t min, int64_t max,
                             int64_t *out, struct err *err);
MUST_CHECK bool json_get_number(struct json_object *o, const char *key, enum json_need need, double *out,
                                struct err *err);
MUST_CHECK bool json_get_bool(struct json_object *o, const char *key, enum json_need need, bool *out, struct err *err);
/* The same checks for a value that has no key; `what` names it in the error. */
MUST_CHECK bool json_as_text(struct json_object *v, const char *what, struct json_text *out, struct err *err);
MUST_CHECK bool json_as_int(struct json_object *v, const char *what, int64_t min, int64_t max, int64_t *out,
                            struct err *err);
bool json_has(struct json_object *o, const char *key);
/* "an integer", "a string", ..., "null" */
const char *json_type_name(struct json_object *v);

#endif
