/* The guard of an import: core/guard.h looks at the texts that the readers of formats put in, and records in which it
 * finds something go into quarantine (store/quarantine.h). */
#ifndef ASSAY_APP_GUARD_H
#define ASSAY_APP_GUARD_H

#include "core/base/json_writer.h"
#include "store/import.h"

enum { GUARD_RESPONSES = 32 };

struct guard {
    struct import_guard on; /* for import_options.guard */
    struct buf reasons;     /* JSON list of {"reason", "where", "at", "text"}: what was found in the record */
    struct json_writer w;
    int findings, messages, responses;
    struct {
        int64_t prompt;
        struct json_text text;
    } seen[GUARD_RESPONSES]; /* responses of the record, to be compared with one another; borrowed from it */
};

/* Is the guard on: as the command line says (`given`: "on", "off" or NULL), else as the workspace is set. */
MUST_CHECK bool guard_wanted(struct db *db, const char *given, bool *wanted, struct err *err);
void guard_init(struct guard *g);
void guard_free(struct guard *g);

/* Add the reasons of a record for a person to read, "e-mail in response 1: ada@..., ..."; made safe. */
void guard_tell(const char *reasons, struct buf *out);

#endif
