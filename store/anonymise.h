/* A copy of a workspace in which nobody is named: for others to work with. Pseudonyms (store/pseudonym.h) take the
 * place of the names of people and reviewers, in the audit trail and in what is kept of runs, too; their accounts are
 * gone, and judgements of people have other ids, so that the copy cannot be laid beside an older one that has names.
 *
 * Left as they are: what people wrote (justifications, comments), title and guidelines, the data, and held records. */
#ifndef ASSAY_STORE_ANONYMISE_H
#define ASSAY_STORE_ANONYMISE_H

#include "store/db.h"

struct anonymise_counts {
    int64_t people, judgements, events; /* that have other names, ids, texts now */
};

/* Make the copy at `path`, which must not exist, and verify it; nothing of the names is left in the file. On failure
 * nothing is left there. */
MUST_CHECK bool anonymise_copy(struct db *db, const char *path, const char *salt, struct anonymise_counts *counts,
                               struct err *err);

#endif
