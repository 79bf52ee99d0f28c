/* How far the workspace is: the numbers of `assay status`. */
#ifndef ASSAY_STORE_STATUS_H
#define ASSAY_STORE_STATUS_H

#include "core/base/arena.h"
#include "store/db.h"

#include <stddef.h>

enum { STATUS_RECENT_DAYS = 7 };

struct status_source {
    int64_t row;
    const char *name;
    const char *licence; /* NULL: nobody has stated one */
    int64_t comparisons; /* not retired */
    int64_t retired;
    int64_t by_people;  /* of `comparisons`: judged, skipped or flagged by at least one person */
    int64_t by_sources; /* of `comparisons`: that came with a preference or ratings */
    int64_t complete;   /* of `comparisons`: handled by as many people as `overlap` asks for */
};

struct status_split {
    const char *name; /* "": in none */
    int64_t comparisons, by_people, complete;
};

/* Comparisons handled by that many people. */
struct status_handled {
    int64_t people, comparisons;
};

struct status_annotator {
    const char *name;
    int64_t judged, skipped, flagged; /* comparisons, latest revision */
    int64_t today;                    /* judged since local midnight */
    int64_t drafts;                   /* begun and not submitted */
    double seconds;                   /* active time of the latest judgements */
    int64_t a_is_first, a_is_second;  /* how often each stored response was drawn for side A */
    int64_t last;                     /* time of the last judgement, ms; 0: none */
};

struct status {
    const char *title, *rubric;
    int rubric_version;
    int64_t overlap;
    int64_t prompts, responses, comparisons, judgements; /* judgements: all revisions */
    int64_t embedding_sets, runs, items;                 /* items: of benchmarks */
    int64_t wanted;                                      /* judgements that the overlap still asks for */
    int64_t recent;                                      /* given by people in the last STATUS_RECENT_DAYS days */
    size_t n_sources, n_splits, n_handled, n_annotators; /* annotators: people only */
    struct status_source *sources;
    struct status_split *splits;
    struct status_handled *handled; /* fewest people first */
    struct status_annotator *annotators;
};

/* Everything lives in `a`. */
MUST_CHECK bool status_read(struct db *db, struct arena *a, struct status *out, struct err *err);

#endif
