/* Settings of the workspace: overlap (how many people judge a comparison), title, guidelines, rubric (row of the
 * current one). */
#ifndef ASSAY_STORE_SETTING_H
#define ASSAY_STORE_SETTING_H

#include "core/base/arena.h"
#include "store/db.h"

/* *value lives in `a`; NULL when it is not set. */
MUST_CHECK bool setting_get(struct db *db, const char *key, struct arena *a, const char **value, struct err *err);
/* `otherwise` when it is not set or no number. */
MUST_CHECK bool setting_get_int(struct db *db, const char *key, int64_t otherwise, int64_t *value, struct err *err);
/* NULL takes it away. */
MUST_CHECK bool setting_set(struct db *db, const char *key, const char *value, struct err *err);
MUST_CHECK bool setting_set_int(struct db *db, const char *key, int64_t value, struct err *err);

#endif
