/* What data.h loads, part by part; for app/data*.c alone. */
#ifndef ASSAY_APP_DATA_PARTS_H
#define ASSAY_APP_DATA_PARTS_H

#include "app/data.h"

/* From files: the matrices with their ids; and all of it, with keys by the texts that pairs share. */
MUST_CHECK bool data_files_embeddings(const struct args *args, struct data *d, struct err *err);
MUST_CHECK bool data_files_load(const struct args *args, unsigned need, struct data *d, struct err *err);

/* Labels of the workspace as pairs and ratings, with the set of embeddings that the options name. */
MUST_CHECK bool data_workspace_load(const struct app *app, const struct args *args, unsigned need,
                                    const struct labels_wish *wish, struct data *d, struct err *err);

/* A set of embeddings of the workspace, mapped and its rows named; name NULL: the newest. *row: its key. */
MUST_CHECK bool data_set_open(struct db *db, const char *name, struct data *d, int64_t *row, struct err *err);
/* Always false: ERR_CONFLICT, the file is another than the one that was attached. */
MUST_CHECK bool data_set_changed(const struct data *d, struct err *err);

#endif
