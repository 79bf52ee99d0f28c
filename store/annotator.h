/* Who judges: people, those who review, and the pseudo-annotators of sources; by name, which is theirs in every copy of
 * the workspace. */
#ifndef ASSAY_STORE_ANNOTATOR_H
#define ASSAY_STORE_ANNOTATOR_H

#include "core/base/json.h"
#include "store/db.h"

/* Row of an annotator; kinds are told apart by the name: "source:…" is the pseudo-annotator of a source,
 * "review:…" the one that holds what a person decided in review. */
MUST_CHECK bool annotator_row(struct db *db, struct json_text name, int64_t *row, struct err *err);

/* Row of the person named `name`, created when new. Names of people do not begin with "source:",
 * "review:" or "account:". */
MUST_CHECK bool annotator_person(struct db *db, const char *name, int64_t *annotator, struct err *err);

/* Row of a person who is known; ERR_MISSING. */
MUST_CHECK bool annotator_known(struct db *db, const char *name, int64_t *annotator, struct err *err);

/* Row of the reviewer "review:NAME": who decides where people disagree, or were wrong. Takes no slot. */
MUST_CHECK bool annotator_reviewer(struct db *db, const char *name, int64_t *annotator, struct err *err);

#endif
