/* Bring a file of records (JSON Lines, CSV or TSV; plain, gzip or zstd) into the workspace. assets/doc/formats.md says
 * what each format holds and what becomes of each field. */
#ifndef ASSAY_STORE_IMPORT_H
#define ASSAY_STORE_IMPORT_H

#include "core/base/json.h"
#include "core/base/outfile.h"
#include "core/base/progress.h"
#include "store/db.h"

/* Names of the formats, in the order in which they are tried on a file; ends with NULL. */
extern const char *const import_formats[];

struct import_refusal {
    const char *file;
    long line;
    const char *reason; /* a sentence without file and line */
    const char *raw;    /* the line, raw_len bytes, as it stands in the file */
    size_t raw_len;
};

struct message;
struct judgement;
/* What became of a record, piece by piece, in the order of the file; a record whose neighbour was refused is told
 * twice. */
struct import_seen {
    long line;
    enum { SEEN_RECORD, SEEN_PROMPT, SEEN_RESPONSE, SEEN_JUDGEMENT } what; /* RECORD: it begins */
    const struct message *messages;                                        /* of a prompt */
    size_t n;
    const char *text, *model; /* of a response; NULL: no model */
    size_t len;
    int64_t prompt; /* of a response: the row of what it answers */
    const struct judgement *judgement;
    const char *annotator;
    bool swapped; /* of a judgement: the record's first response is stored as the second */
};

/* Looks at each record as it is put in. One of which it says something is held in quarantine (store/quarantine.h) in
 * place of going in; one that somebody released goes in. Of a record of a benchmark it is not asked: nobody is asked
 * about those, and they are of use as a whole only. */
struct import_guard {
    void (*seen)(void *ctx, const struct import_seen *s);
    const char *(*end)(void *ctx); /* JSON of what was found, until the next record; NULL: nothing */
    void *ctx;
};

struct import_options {
    const char *format;  /* NULL: found out from the first records */
    const char *map;     /* of a table: which column is which field (store/import_table.h); NULL: by their names */
    const char *source;  /* NULL: the file's name without folder and extensions */
    const char *licence; /* of the sources of the file's records; NULL: not stated. A known one stays */
    const char *who;     /* for the audit trail, or NULL */
    const struct import_guard *guard; /* NULL: everything that can be read goes in */
    struct outfile *rejects;          /* gets the refused lines unchanged; NULL: nobody wants them; not closed here */
    void (*refused)(void *ctx, const struct import_refusal *r); /* one call a refused record; may be NULL */
    void (*seen)(void *ctx, const struct import_seen *s);       /* may be NULL */
    void *ctx;
    const struct progress *progress; /* may be NULL; bytes of the file */
};

struct import_tally {
    int64_t made, known;
};

enum { IMPORT_COLUMNS_MAX = 400 };
enum { IMPORT_LICENCE_MAX = 200 }; /* bytes of a licence: a name, not a text */

struct import_counts {
    const char *format; /* that was used; static */
    int64_t records, refused, held;
    char columns[IMPORT_COLUMNS_MAX + 1]; /* of a table: what was read as what; "": no table, or another's fields */
    struct import_tally prompts, responses, comparisons, judgements;
    struct import_tally items;                 /* of benchmarks */
    char licence_kept[IMPORT_LICENCE_MAX + 1]; /* a source had this other licence, which stays; "": none had */
};

/* One transaction a file: all good records go in, bad ones are refused one by one. ERR_SYNTAX when no format fits,
 * ERR_MISSING for an unknown format or file, ERR_STOPPED (nothing changed) when progress asks to stop. *counts is
 * valid when true is returned. */
MUST_CHECK bool import_file(struct db *db, const char *path, const struct import_options *options,
                            struct import_counts *counts, struct err *err);

/* Is it a fault of the record? Everything else is one of the file, the disk or the program. */
bool import_is_refusal(const struct err *e);

struct quarantine_entry;
/* Take in a record that was held, through the reader of its format and unguarded. Its errors are those of the record.
 */
MUST_CHECK bool import_held(struct db *db, const struct quarantine_entry *e, struct import_counts *counts,
                            struct err *err);

#endif
