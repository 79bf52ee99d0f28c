/* An output file that is whole or not there: written beside its place under a temporary name, flushed to disk and
 * renamed by outfile_commit. "-" or NULL is standard output; that and what is there already and no plain file (a pipe,
 * a device) is written directly. */
#ifndef ASSAY_CORE_BASE_OUTFILE_H
#define ASSAY_CORE_BASE_OUTFILE_H

#include "core/base/err.h"

#include <stddef.h>

struct outfile;

/* NULL and `err` when the folder cannot be written. */
struct outfile *outfile_open(const char *path, struct err *err);
/* What is written can be made again at any time from what is on the disk: commit does not wait until the disk has it. A
 * program that is killed leaves it whole or not there all the same; a failure of power may not, for half a minute. */
void outfile_reproducible(struct outfile *o);
/* Errors are kept and reported by outfile_commit, so that writers stay one line each. */
void outfile_write(struct outfile *o, const void *p, size_t n);
/* True when a write has already failed: long work can stop early. May be asked while another thread writes. */
bool outfile_failed(const struct outfile *o);
/* Ends and frees `o` in every case. On failure nothing is left at the place or beside it. */
MUST_CHECK bool outfile_commit(struct outfile *o, struct err *err);
/* Forget what was written; frees `o`. NULL is allowed. */
void outfile_abandon(struct outfile *o);

#endif
