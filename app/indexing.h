/* The index of words brought up to date before a search (store/words.h), with a bar for whoever waits. */
#ifndef ASSAY_APP_INDEXING_H
#define ASSAY_APP_INDEXING_H

#include "app/app.h"

/* What was indexed stays so when it is stopped (ERR_STOPPED). */
MUST_CHECK bool indexing_finish(const struct app *app, struct db *db, struct err *err);

#endif
