/* Settings of the workspace: what its owner decided. The table below is all that can be set by name (`assay set`); the
 * row of the current rubric is kept beside them. */
#ifndef ASSAY_STORE_SETTING_H
#define ASSAY_STORE_SETTING_H

#include "core/base/arena.h"
#include "store/db.h"

#include <stddef.h>

/* TEXT: any; SWITCH: on or off; COUNT: a whole number; SHARE: a number. The last two within [min, max]. */
enum setting_type { SETTING_TEXT, SETTING_SWITCH, SETTING_COUNT, SETTING_SHARE };

/* id, key, type, value when it is not set, min, max, meaning */
#define SETTINGS(X)                                                                                                    \
    X(TITLE, "title", TEXT, "", 0, 0, "name of the data set on the screen")                                            \
    X(GUIDELINES, "guidelines", TEXT, "", 0, 0, "text for annotators")                                                 \
    X(OVERLAP, "overlap", COUNT, "1", 1, 100, "how many people judge each comparison")                                 \
    X(ESCALATE, "escalate", SWITCH, "off", 0, 0, "one more person, and another, where those who judged disagree")      \
    X(SKIP_QUORUM, "skip-quorum", COUNT, "0", 0, 100, "skips or flags after which it is given to nobody; 0: never")    \
    X(CONTROL_SHARE, "control-share", SHARE, "0", 0, 1, "share of the comparisons that everybody is given")            \
    X(REPEAT_SHARE, "repeat-share", SHARE, "0", 0, 0.5, "share of their own work that people are given again")         \
    X(REPEAT_GAP, "repeat-gap", COUNT, "20", 1, 100000, "items that lie at least between the first time and the next") \
    X(EDITOR, "editor", SWITCH, "on", 0, 0, "may people write justifications in their own editor, $EDITOR")            \
    X(GOLD_PASS, "gold-pass", SHARE, "0.8", 0, 1, "share of gold answers to be right")                                 \
    X(GOLD_FEEDBACK, "gold-feedback", SWITCH, "off", 0, 0, "after a qualifying item, say what was expected")           \
    X(GUARD, "guard", SWITCH, "off", 0, 0, "import keeps records that look wrong apart (assay quarantine)")            \
    X(ROLES, "roles", SWITCH, "off", 0, 0, "who may do what is decided by account (assay role)")                       \
    X(LEASE, "lease-minutes", COUNT, "30", 1, 10080, "how long an item is kept for who has it on the screen")
enum setting_id {
#define X(id, key, type, otherwise, min, max, meaning) SET_##id,
    SETTINGS(X)
#undef X
        SETTING_COUNT_OF
};

struct setting_spec {
    const char *key;
    enum setting_type type;
    const char *otherwise;
    double min, max;
    const char *meaning;
};
const struct setting_spec *setting_spec(enum setting_id id);
/* By key; ERR_USAGE with the list when there is none. */
MUST_CHECK bool setting_find(const char *key, enum setting_id *id, struct err *err);
/* Is this text a value of the setting? ERR_USAGE says what would be. */
MUST_CHECK bool setting_valid(enum setting_id id, const char *value, struct err *err);
/* Set it (NULL: as if it had never been) and write down who did. */
MUST_CHECK bool setting_change(struct db *db, enum setting_id id, const char *value, const char *who, struct err *err);
/* COUNT, SHARE, and SWITCH as 0 or 1. */
MUST_CHECK bool setting_number(struct db *db, enum setting_id id, double *value, struct err *err);

/* *value lives in `a`; NULL when it is not set. */
MUST_CHECK bool setting_get(struct db *db, const char *key, struct arena *a, const char **value, struct err *err);
/* `otherwise` when it is not set or no number. */
MUST_CHECK bool setting_get_int(struct db *db, const char *key, int64_t otherwise, int64_t *value, struct err *err);
/* NULL takes it away. */
MUST_CHECK bool setting_set(struct db *db, const char *key, const char *value, struct err *err);
MUST_CHECK bool setting_set_int(struct db *db, const char *key, int64_t value, struct err *err);

#endif
