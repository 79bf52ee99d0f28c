/* What the records of pairs and ratings files have in common. Not for use outside core. */
#ifndef ASSAY_CORE_RECORD_H
#define ASSAY_CORE_RECORD_H

#include "core/base/json.h"
#include "core/embedding.h"
#include "core/flat.h"
#include "core/split.h"

/* How the records of a file are taken in. */
struct record_taker {
    /* NULL, or what to do with a record that could be scanned quickly: true when it was taken. False when it is not as
     * usual: then `take` gets it, and says what is wrong with it, if anything is. */
    bool (*quick)(void *ctx, const struct flat *f);
    bool (*take)(void *ctx, struct json_object *o, struct err *err);
    void *ctx;
};

/* Every record (an object) of a JSONL file, or of one that is a JSON list of them; empty lines are skipped. Errors get
 * "file:line: " in front. */
MUST_CHECK bool record_each(const char *path, const struct record_taker *t, struct err *err);
/* The row that field `key` names: an id, or a 0-based row. */
MUST_CHECK bool record_row(struct json_object *o, const char *key, const struct embeddings *e, size_t *row,
                           struct err *err);
/* *index: the number of the name in optional field `key`, -1 when there is none. */
MUST_CHECK bool record_name(struct json_object *o, const char *key, struct names *names, int *index, struct err *err);
/* The same for a field that other programs may use for anything: an integer is taken for its digits; what is neither
 * text nor integer is as good as absent. */
void record_fact(struct json_object *o, const char *key, struct names *names, int *index);
MUST_CHECK bool record_split(struct json_object *o, enum split *split, struct err *err);

/* The same for records that were scanned quickly: false when the field is missing or not as usual. */
bool record_quick_row(const struct flat *f, const char *key, const struct embeddings *e, size_t *row);
bool record_quick_name(const struct flat *f, const char *key, struct names *names, int *index);
bool record_quick_split(const struct flat *f, enum split *split);

#endif
