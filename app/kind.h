/* Kinds of heads: what `train` can fit. One row of the table in kind.c, one file app/train_<kind>.c each.
 *
 * A kind reads its own options into opts->own, fits, and adds what it found out to the report. Everything else, from
 * the choice of examples to the figures on pairs and the head's file, is the same for all. */
#ifndef ASSAY_APP_KIND_H
#define ASSAY_APP_KIND_H

#include "app/args.h"
#include "app/data.h"
#include "core/base/json_writer.h"
#include "core/base/progress.h"

struct train_opts;
struct training;

struct kind {
    const char *name;  /* of --head, and the kind in the head's file */
    const char *title; /* "Bradley-Terry": begins the report */
    const char *text;  /* a sentence for --list */
    unsigned need;     /* enum data_need */
    bool is_net;       /* fitted by mini-batches: it has no lambda and no gradient to report */
    /* Long names of options that are not for every kind, NULL-terminated. An option that stands in some kind's list is
     * refused for the kinds in whose lists it does not stand. */
    const char *const *options;

    /* Own options; o->l2 and all common ones are read already. May set o->wish. NULL: there are none. */
    bool (*read)(const struct args *args, struct train_opts *o, struct err *err);
    void (*free_own)(void *own);

    /* Fit to t->pairs.fit and t->ratings.fit; sets t->head (head_init and after), own, objective, grad_norm,
     * iterations, passes, converged, stop, and the figures on ratings. An empty part is the kind's to refuse. */
    bool (*fit)(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err);
    void (*free_found)(void *own);

    /* Members of the settings that make this head another one; written into the head's file. NULL: none. */
    void (*settings_json)(const struct train_opts *o, const struct training *t, struct json_writer *w);
    /* Further members of the result of `train --json`. NULL: none. */
    void (*found_json)(const struct train_opts *o, const struct training *t, struct json_writer *w);
    /* "on 100 pairs x 512" behind the title; lines after it; tables after the figures on pairs. The last two may be
     * NULL. */
    void (*size_text)(const struct training *t, struct buf *out);
    void (*settings_text)(const struct train_opts *o, const struct training *t, struct buf *out);
    void (*found_text)(const struct train_opts *o, const struct training *t, struct buf *out);
};

/* Ends with NULL. */
extern const struct kind *const kinds[];
/* "bt, regression, ...": the words of --head, NULL-terminated, in the order of `kinds`. */
extern const char *const kind_names[];
/* Is the option for this kind? One that stands in no kind's list is for all. */
bool kind_takes(const struct kind *k, const char *option);
/* ERR_USAGE when an option is given that is for other kinds. */
MUST_CHECK bool kind_check(const struct kind *k, const struct args *args, struct err *err);

/* Are differences of the head's rewards meant as log-odds? They are when it was fitted to pairs, or has a map. */
bool kind_says_log_odds(const struct head *h);

/* "on N pairs x D" */
void kind_pairs_text(const struct training *t, struct buf *out);

extern const struct kind kind_bt, kind_regression, kind_ordinal, kind_joint, kind_more, kind_mlp, kind_gated,
    kind_logistic, kind_bco, kind_kto;

#endif
