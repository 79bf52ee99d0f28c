/* Lines of a text file, one at a time, in constant memory: plain, gzip or zstd (core/base/unpack.h), "-" is
 * standard input. */
#ifndef ASSAY_CORE_BASE_LINES_H
#define ASSAY_CORE_BASE_LINES_H

#include "core/base/err.h"

#include <stddef.h>

struct lines;

/* A longer line is an error of the file, not of the record: no trainer's record comes near it. */
enum { LINE_MAX_BYTES = 256 * 1024 * 1024 };

/* `name` is shown in errors and by lines_name: the path, or "stdin". NULL and `err` when it cannot be opened. */
struct lines *lines_open(const char *path, struct err *err);
/* Is the file one JSON list of objects, "[{...}, {...}]"? Then its elements are the lines from here on, however they
 * are laid out, and lines_number is where one begins. Line ends between the parts of an element become spaces; those
 * inside a string, where JSON has none, stay, so that whoever parses it refuses it. To be asked before the first
 * lines_next, whose errors are then also what is wrong between elements, behind the list, or with its end. */
MUST_CHECK bool lines_of_list(struct lines *l, bool *list, struct err *err);
/* The next line without its end (LF or CRLF); a UTF-8 byte order mark before the first is dropped. The text may hold
 * NUL bytes, is terminated behind its length, may be changed by the caller, and lives until the next call.
 * At the end of the file *text is NULL. Errors: unreadable, a damaged packed file, a line longer than LINE_MAX_BYTES, a
 * file with the byte order mark of UTF-16.
 */
MUST_CHECK bool lines_next(struct lines *l, char **text, size_t *n, struct err *err);
/* Number of the line last returned, from 1. */
long lines_number(const struct lines *l);
/* Did it end in CRLF? */
bool lines_ended_crlf(const struct lines *l);
/* Let the line last returned be the next one again; its text is as it was unless the caller changed it. */
void lines_again(struct lines *l);
const char *lines_name(const struct lines *l);
/* Bytes of the file consumed (compressed ones when it is packed), and its size (0 when unknown); for progress. */
void lines_position(const struct lines *l, double *done, double *total);
void lines_close(struct lines *l);

#endif
