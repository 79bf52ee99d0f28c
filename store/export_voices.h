/* Who speaks in the formats that hold what each annotator said. */
#ifndef ASSAY_STORE_EXPORT_VOICES_H
#define ASSAY_STORE_EXPORT_VOICES_H

#include "store/export_format.h"

/* The judgements whose words go out: those that count, or the parts of an aggregate that counts; with a preference, or
 * "neither". voice has room for i->n. */
size_t export_voices(const struct export *e, const struct export_item *i, const struct judgement **voice);
/* The aggregate that came with the data, with what its line held beside it; NULL: there is none that counts. */
const struct judgement *export_aggregate(const struct export *e, const struct export_item *i);
/* Justification with "@Response 1" for sides; "" for NULL. */
void export_words(struct export *e, const char *key, const struct judgement *j);
/* A field of the aggregate as it came in; false when it did not. */
bool export_kept(struct export *e, struct json_object *extra, const char *key);

#endif
