/* Filling a new workspace fast. A workspace that has nothing in it yet needs no look-ups: which prompts, responses,
 * comparisons and judgements are known stands in memory (core/base/id_set.h), rows get their numbers here and go in by
 * the thousand, on a thread of their own (store/staging.h), the indexes of ids are made of that memory at the end and
 * the tallies counted then, and SQLite does not verify once more what a row holds and belongs to. There is no log of
 * changes beside the file: only the few pages that were there before are kept for an undo, as a "-journal", and a
 * process that is killed leaves a workspace that is as new as before to whoever opens it next.
 *
 * content_* and judgement_append_once come here while it goes on; all other statements work as always, a little later.
 * More than BULK_MOST ids would need too much memory: from there on everything is as without. */
#ifndef ASSAY_STORE_BULK_H
#define ASSAY_STORE_BULK_H

#include "store/content.h"
#include "store/judgement.h"
#include "store/stmt.h"

enum { BULK_LEAST_BYTES = 1 << 20, BULK_MOST = 6 * 1000 * 1000 };

/* As db_write, for whoever puts in about this much (0: not known). As db_write altogether when that is little or the
 * workspace is not new. */
MUST_CHECK bool bulk_write(struct db *db, double bytes, bool (*fn)(struct db *db, void *ctx, struct err *err),
                           void *ctx, struct err *err);

/* ---- for those who put records in ---- */

/* Does it go on? */
bool bulk_on(const struct db *db);
/* A record that is given up leaves nothing. Between begin and end, or begin and undo. */
void bulk_record_begin(struct db *db);
MUST_CHECK bool bulk_record_end(struct db *db, struct err *err);
MUST_CHECK bool bulk_record_undo(struct db *db, struct err *err);

/* ---- inside store/ ---- */

/* All that was put in is in the file, and this one is as any other: before it is read by itself, or committed. */
MUST_CHECK bool bulk_finish(struct db *db, struct err *err);
/* A transaction around it, or in it, is being undone: forget what was put in. */
void bulk_abandon(struct db *db);
/* An inner transaction was undone, and the end with it perhaps: make it again. False: it cannot be, so nothing can
 * stay.
 */
bool bulk_mend(struct db *db);
/* The connection is free for a statement of somebody else. */
MUST_CHECK bool bulk_settle(struct db *db, struct err *err);

/* Rows of sources and annotators that were asked for before; 0: not yet. */
enum bulk_names { BULK_SOURCES, BULK_ANNOTATORS };
int64_t bulk_named(const struct db *db, enum bulk_names which, struct json_text name);
void bulk_name(struct db *db, enum bulk_names which, struct json_text name, int64_t row);

/* As their namesakes in content.h and judgement.h; out->id is set. */
void bulk_prompt(struct db *db, const struct message *m, size_t n, struct content_row *out);
MUST_CHECK bool bulk_response(struct db *db, const struct content_row *prompt, const struct new_response *r,
                              struct content_row *out, struct err *err);
MUST_CHECK bool bulk_comparison(struct db *db, int64_t prompt, const struct content_row *first,
                                const struct content_row *second, int64_t source, const char *split,
                                struct content_row *out, bool *swapped, struct err *err);
/* Passages cannot be staged: whoever has such finishes first. */
void bulk_judgement(struct db *db, struct judgement *j, const int64_t rows[2], bool *made);

#endif
