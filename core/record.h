/* What the records of pairs and ratings files have in common. Not for use outside core. */
#ifndef ASSAY_CORE_RECORD_H
#define ASSAY_CORE_RECORD_H

#include "core/base/json.h"
#include "core/embedding.h"
#include "core/split.h"

/* Call `take` for every record (an object) of a JSONL file; empty lines are skipped. Errors get "file:line: " in front.
 */
MUST_CHECK bool record_each(const char *path, bool (*take)(void *ctx, struct json_object *o, struct err *err),
                            void *ctx, struct err *err);
/* The row that field `key` names: an id, or a 0-based row. */
MUST_CHECK bool record_row(struct json_object *o, const char *key, const struct embeddings *e, size_t *row,
                           struct err *err);
/* *index: the number of the name in optional field `key`, -1 when there is none. */
MUST_CHECK bool record_name(struct json_object *o, const char *key, struct names *names, int *index, struct err *err);
MUST_CHECK bool record_split(struct json_object *o, enum split *split, struct err *err);

#endif
