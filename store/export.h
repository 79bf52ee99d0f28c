/* Write the workspace out as JSON Lines: deterministic order (as comparisons came in), constant memory, whole or not at
 * all. assets/doc/formats.md says what each format holds and what it cannot. */
#ifndef ASSAY_STORE_EXPORT_H
#define ASSAY_STORE_EXPORT_H

#include "core/base/outfile.h"
#include "core/base/progress.h"
#include "store/label.h"

/* The formats, and what --format calls them. */
#define EXPORT_FORMATS(X)                                                                                              \
    X(trl, "trl")                                                                                                      \
    X(trl_conversational, "trl-conversational")                                                                        \
    X(trl_unpaired, "trl-unpaired")                                                                                    \
    X(openai_dpo, "openai-dpo")                                                                                        \
    X(llama_factory, "llama-factory")                                                                                  \
    X(axolotl, "axolotl")                                                                                              \
    X(hh_rlhf, "hh-rlhf")                                                                                              \
    X(ultrafeedback_binarized, "ultrafeedback-binarized")                                                              \
    X(helpsteer2, "helpsteer2")                                                                                        \
    X(helpsteer2_preference, "helpsteer2-preference")                                                                  \
    X(helpsteer3, "helpsteer3")                                                                                        \
    X(steerlm, "steerlm")                                                                                              \
    X(multipref, "multipref")                                                                                          \
    X(open_instruct, "open-instruct")                                                                                  \
    X(nectar, "nectar")                                                                                                \
    X(reward_bench, "reward-bench")                                                                                    \
    X(m_reward_bench, "m-reward-bench")                                                                                \
    X(reward_bench_2, "reward-bench-2")                                                                                \
    X(reward_math, "reward-math")                                                                                      \
    X(csv, "csv")                                                                                                      \
    X(tsv, "tsv")                                                                                                      \
    X(responses, "responses")                                                                                          \
    X(judgements, "judgements")
/* Their names; ends with NULL. */
extern const char *const export_formats[];

/* What becomes of comparisons without a better response, in formats that need one. */
enum export_ties { TIES_DROP, TIES_BOTH, TIES_ERROR };

struct export_options {
    const char *format;          /* required */
    enum export_ties ties;       /* drop: left out and counted; both: one line each way; error: refuse to export */
    struct label_options label;  /* whose judgements, which source, which split */
    const char *where;           /* only comparisons that pass (store/where.h); NULL: all */
    bool margin;                 /* trl, trl-conversational: how much better, beside each pair */
    const char *thumb_attribute; /* trl-unpaired by ratings: up from thumb_level on; NULL: by preferences */
    double thumb_level;
    const struct progress *progress; /* may be NULL; comparisons */
};

struct export_counts {
    int64_t comparisons; /* looked at */
    int64_t lines;       /* written */
    int64_t ties;        /* comparisons without a better response */
    int64_t unlabelled;  /* left out because nothing is known that the format needs */
    int64_t unheld;      /* left out because the format cannot hold their messages */
    int64_t unordered;   /* nectar: prompts left out because the labels make no order of all their answers */
    int64_t bytes;
    char sha256[SHA256_HEX_SIZE]; /* of all that was written */
};

/* The caller opens and commits `out`; NULL: only count and digest. */
MUST_CHECK bool export_write(struct db *db, const struct export_options *options, struct outfile *out,
                             struct export_counts *counts, struct err *err);
/* Does a format of this name hold labels? */
bool export_has_labels(const char *format);
/* "drop", "both", "error" */
const char *export_ties_name(enum export_ties ties);
MUST_CHECK bool export_ties_parse(const char *name, enum export_ties *ties, struct err *err);

#endif
