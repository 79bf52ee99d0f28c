/* What a head's file says of its fit, and which pairs may judge it: those it was not fitted to. */
#ifndef ASSAY_APP_PROVENANCE_H
#define ASSAY_APP_PROVENANCE_H

#include "app/data.h"
#include "core/head.h"
#include "store/embedding.h"

struct provenance {
    double holdout;
    int64_t seed;
    enum split split;  /* SPLIT_NONE: train and unmarked */
    bool same_pairs;   /* it was fitted to the pairs we have here */
    bool same_thumbs;  /* and to the thumbs */
    bool same_ratings; /* and to the ratings */
};

MUST_CHECK bool provenance_read(const struct head *h, const struct data *d, struct provenance *p, struct err *err);

/* The embedding set of the workspace, one of n, that the head was fitted to, by its digest; NULL: not known. */
const char *provenance_set(const struct head *h, const struct embedding_set *sets, size_t n);

/* What to say of a head whose fit was interrupted, which is not the head that its settings stand for; NULL of any
 * other. Only linear ones can be gone on from. */
const char *provenance_note(const struct head *h);

/* Names of pairs to choose: train, calibration, test: marked so; holdout: those the fit left out; all. NULL-terminated.
 */
extern const char *const provenance_splits[];
/* The pairs of that name; the caller frees *which. ERR_MISSING when there are none, ERR_CONFLICT when those held out
 * cannot be told any more. */
MUST_CHECK bool provenance_choose(const struct provenance *p, const struct data *d, const char *split, size_t **which,
                                  size_t *n, struct err *err);
/* The same of thumbs. */
MUST_CHECK bool provenance_choose_thumbs(const struct provenance *p, const struct data *d, const char *split,
                                         size_t **which, size_t *n, struct err *err);
/* The pairs that the head was fitted to, when it was fitted to these; otherwise those marked train. *n may be 0. The
 * caller frees *which. */
void provenance_fitted(const struct provenance *p, const struct data *d, size_t **which, size_t *n);
/* Of pairs `which`, those that the head was fitted to or whose prompt, or a text, stands in pairs that it was fitted
 * to, as far as that is known: leaked[i], one a pair, and how many in *found. The very pairs of the fit and pairs that
 * are marked train beside these are known by their prompts; pairs that come back in other files or another order are
 * known by their answers (app/fitted.h). */
MUST_CHECK bool provenance_leaked(const struct provenance *p, const struct head *h, const struct data *d,
                                  const size_t *which, size_t n, bool *leaked, size_t *found, struct err *err);
/* And of ratings. Without any that are meant *n is 0, beside pairs or thumbs that are. */
MUST_CHECK bool provenance_choose_ratings(const struct provenance *p, const struct data *d, const char *split,
                                          size_t **which, size_t *n, struct err *err);
/* Are pairs marked so? Without pairs: are thumbs? Without either: ratings? */
bool provenance_marked(const struct data *d, enum split s);
/* Was the head fitted to pairs of that name, or to thumbs? Only known for the very ones of its fit. */
bool provenance_trained_on(const struct provenance *p, const char *split);

#endif
