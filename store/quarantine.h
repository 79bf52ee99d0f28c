/* Records of an import that look wrong (core/guard.h), kept apart with the reasons until somebody releases them,
 * through the reader that would have taken them, or drops them. A record of a source is kept once, however often its
 * file is imported; what was decided about it stays decided. */
#ifndef ASSAY_STORE_QUARANTINE_H
#define ASSAY_STORE_QUARANTINE_H

#include "core/base/arena.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "store/db.h"

#define QUARANTINE_STATES(X) X(HELD, "held") X(RELEASED, "released") X(DROPPED, "dropped")
enum quarantine_state {
#define X(id, name) QUARANTINE_##id,
    QUARANTINE_STATES(X)
#undef X
        QUARANTINE_N_STATES
};
const char *quarantine_state_name(enum quarantine_state s);

struct quarantine_entry {
    int64_t row;
    char id[ID_HEX_SIZE];
    const char *file;
    int64_t line;
    const char *format, *source;
    const char *reasons;     /* JSON: [{"reason", "where", "at", "text"}, ...] */
    struct json_text record; /* the line as it stood */
    enum quarantine_state state;
    int64_t created;
};

/* By source and record. *known: it is there, in *state. */
MUST_CHECK bool quarantine_look_up(struct db *db, const char *source, struct json_text record, bool *known,
                                   enum quarantine_state *state, struct err *err);
/* Hold a record (file, line, format, source, reasons and record are read); one that is known stays as it is. */
MUST_CHECK bool quarantine_hold(struct db *db, const struct quarantine_entry *e, struct err *err);
/* In the order in which they came; those of one state. The entry is borrowed for the call, which returns false to end
 * early. */
MUST_CHECK bool quarantine_each(struct db *db, enum quarantine_state state,
                                bool (*each)(void *ctx, const struct quarantine_entry *e), void *ctx, struct err *err);
MUST_CHECK bool quarantine_count(struct db *db, int64_t counts[QUARANTINE_N_STATES], struct err *err);
/* By id or its beginning (at least 4 digits); strings live in `a`. ERR_MISSING, ERR_CONFLICT when several begin so. */
MUST_CHECK bool quarantine_find(struct db *db, const char *id, struct arena *a, struct quarantine_entry *out,
                                struct err *err);
/* Settle one that is held, and write down who did. ERR_CONFLICT when it is settled already. */
MUST_CHECK bool quarantine_settle(struct db *db, const struct quarantine_entry *e, enum quarantine_state state,
                                  const char *who, struct err *err);

#endif
