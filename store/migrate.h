/* Versions of the schema: assets/sql/schema/NNNN_*.sql, applied in order, never changed once released. */
#ifndef ASSAY_STORE_MIGRATE_H
#define ASSAY_STORE_MIGRATE_H

#include "store/db.h"

/* The newest version this program knows. */
int migrate_newest(void);
/* PRAGMA user_version. */
MUST_CHECK bool migrate_version(struct db *db, int *version, struct err *err);
/* Apply what is missing, each step with its version number in one transaction. */
MUST_CHECK bool migrate_up(struct db *db, struct err *err);

#endif
