/* What any scorer says of answers, from a file: one number an answer, larger is better. Three shapes, found out from
 * the first line:
 *   JSON Lines   {"id": ID-or-row, "score": 1.5}, or with "reward" in its place, as `assay score` writes it; other keys
 *                are ignored
 *   CSV, TSV     a head line with the columns id and score (or reward), then a line an answer; quotes as in RFC 4180,
 *                but no line ends inside of them
 * plain, gzip or "-". Integers in JSON are 0-based rows; they come alone and without gaps. */
#ifndef ASSAY_CORE_SCORES_H
#define ASSAY_CORE_SCORES_H

#include "core/embedding.h"

struct scores {
    char *name;        /* of the file */
    bool numbered;     /* by rows; ids is empty */
    struct names ids;  /* in the order of `value` */
    size_t n;          /* scored answers */
    VEC(double) value; /* finite */
    VEC(long) line;    /* where it stands */
};

/* Errors name file:line: ERR_NUMERIC for a score that is no finite number, ERR_CONFLICT for an answer that is scored
 * twice (naming both lines), ERR_SYNTAX, ERR_MISSING. Free with scores_free, also after a failure. */
MUST_CHECK bool scores_read(const char *path, struct scores *s, struct err *err);
void scores_free(struct scores *s);

/* The scores as a matrix of one column whose rows have their ids, for what refers to rows (pairs, thumbs): the ids go
 * over to it, and s->ids is empty then. e was initialised; s must outlive it. */
MUST_CHECK bool scores_as_rows(struct scores *s, struct embeddings *e, struct err *err);
/* The score of each of the n rows of e, NaN where there is none; *missing: their number. The caller frees it. */
double *scores_of_rows(const struct scores *s, const struct embeddings *e, size_t *missing);

#endif
