/* What a head is fitted to or judged by, brought together from a workspace or from files: embeddings, pairs, ratings,
 * and the key by which examples must stay on one side of a split (their prompt; in files, where prompts are not known,
 * the texts that pairs share). */
#ifndef ASSAY_APP_DATA_H
#define ASSAY_APP_DATA_H

#include "app/aggregated.h"
#include "app/app.h"
#include "app/args.h"
#include "app/labels.h"
#include "core/base/digest.h"
#include "core/embedding.h"
#include "core/pairs.h"
#include "core/ratings.h"
#include "core/scores.h"
#include "core/thumbs.h"

/* What one person, or one source, said of a pair; several may have judged it. */
struct vote {
    size_t pair;    /* index into pairs.pairs */
    int annotator;  /* index into pairs.annotators */
    int preference; /* -3 to 3; positive: the chosen one is better */
    int side;       /* 1: what stood on side A was preferred; -1: B; 0: neither, or sides are not known */
};

/* What a unit of rating adds to the score of a rubric that weighs (store/criteria.h). */
struct rubric_weight {
    char *attribute;
    double weight;
};

struct data {
    bool from_workspace, unchecked;   /* unchecked: DATA_UNCHECKED */
    VEC(struct rubric_weight) rubric; /* of the workspace's current one; empty when it weighs nothing */
    struct embeddings e;
    struct scores scores;        /* in place of embeddings, whose rows they are then: app/data_scores.h */
    char *set_name;              /* of the embedding set in the workspace, or NULL */
    char *set_path, *set_sha256; /* what the workspace recorded of it */
    struct pair_set pairs;
    uint64_t *pair_keys;    /* pairs.n: equal for pairs that must not be split */
    VEC(struct vote) votes; /* only with DATA_FACTS */
    struct rating_set ratings;
    uint64_t *rating_keys;                   /* ratings.rows.n */
    size_t without_embedding;                /* examples of the workspace left out because a response has no row */
    char first_without[ID_HEX_SIZE];         /* the first such response of a comparison, "" when there is none */
    struct aggregated_sum aggregation;       /* of the workspace's labels */
    size_t even;                             /* comparisons of the workspace left out because neither side is better */
    char embeddings_sha256[SHA256_HEX_SIZE]; /* "" before data_settle: see data_embeddings_sha256 */
    char pairs_sha256[SHA256_HEX_SIZE];      /* of what the pairs say, not of a file */
    char ratings_sha256[SHA256_HEX_SIZE];
    struct thumb_set thumbs; /* only when the options name some: app/data_thumbs.h */
    uint64_t *thumb_keys;    /* thumbs.thumbs.n */
    char thumbs_sha256[SHA256_HEX_SIZE];
};

/* Rows of an option table that data_load understands. */
#define DATA_OPTIONS                                                                                                   \
    {"embeddings", 'e', "FILE", "matrix: .npy, .safetensors or FILE.safetensors:TENSOR; may be repeated", true},       \
        {"ids", 0, "FILE", "ids of the rows of the embeddings file before it: one a line, or JSONL with \"id\"",       \
         true},                                                                                                        \
        {"pairs", 0, "FILE", "pairs as JSONL: {\"chosen\", \"rejected\", ...}", false},                                \
        {"ratings", 0, "FILE", "ratings as JSONL: {\"response\", \"ratings\": {...}}", false},                         \
        {"set", 0, "NAME", "embedding set of the workspace (default: the newest)", false},                             \
        {"labels", 0, "WHOSE", "judgements of the workspace that count: best, review, people, sources, all", false},   \
        AGGREGATED_OPTION,                                                                                             \
    {                                                                                                                  \
        "source", 0, "NAME", "only comparisons of this source", false                                                  \
    }

enum data_need {
    DATA_PAIRS = 1,
    DATA_RATINGS = 2,
    DATA_THUMBS = 4,
    DATA_FACTS = 8,
    DATA_EITHER = 16,
    DATA_UNCHECKED = 32
};

/* Load what the options name: files when --embeddings is given, otherwise the workspace. `need`: what must be there;
 * the other is loaded when it is to be had. DATA_EITHER: pairs or ratings, whichever there is. DATA_FACTS: votes, and
 * lengths and languages of the workspace's answers (app/facts.h), for which all its texts are read. DATA_UNCHECKED:
 * embeddings may hold NaN or infinity, which is otherwise looked for; the caller, who looks at every number anyway,
 * will see it and tell by embeddings_check_finite. `wish`: what labels of the workspace become; pairs in files state a
 * probability themselves. Free with data_free, also after a failure. */
MUST_CHECK bool data_load(const struct app *app, const struct args *args, unsigned need, const struct labels_wish *wish,
                          struct data *d, struct err *err);
/* The same, judged by the file of scores `scores` in place of embeddings (app/data_scores.h); NULL: as above. In the
 * workspace every comparison must have both scores, unless the options say "partial". */
MUST_CHECK bool data_load_scored(const struct app *app, const struct args *args, const char *scores, unsigned need,
                                 const struct labels_wish *wish, struct data *d, struct err *err);
/* Only the embeddings, with the ids of prompts (embeddings_prompt_id); from files they need no data_settle. */
MUST_CHECK bool data_load_embeddings(const struct app *app, const struct args *args, struct data *d, struct err *err);
/* The digest of large embeddings takes longer than the rest of the loading, so it is made while others work with them.
 * Wait for it, and see that the matrix is the one that the workspace knows: ERR_CONFLICT when not. To be called once
 * before any result is told or written. */
MUST_CHECK bool data_settle(struct data *d, struct err *err);
/* The key that pairs of a prompt of the workspace have, from the prompt's id; false when it is no id. */
bool data_prompt_key(const char *id, uint64_t *key);
/* SHA-256 over those of the embeddings' files; after data_settle. */
const char *data_embeddings_sha256(const struct data *d);
void data_free(struct data *d);

#endif
