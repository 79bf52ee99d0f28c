/* Thumbs: single responses that somebody liked or did not, without another one to compare them with. */
#ifndef ASSAY_CORE_THUMBS_H
#define ASSAY_CORE_THUMBS_H

#include "core/ratings.h"

#define THUMBS_NO_PROMPT SIZE_MAX

struct thumb {
    size_t row;    /* of the embeddings */
    size_t prompt; /* row of the prompt's own embedding, THUMBS_NO_PROMPT when not given */
    double weight; /* >= 0, finite; 1 unless given */
    bool up;
    bool mismatched; /* an answer to another prompt: no example, it only says where the reference point of KTO is */
    enum split split;
};

struct thumb_set {
    VEC(struct thumb) thumbs;
};

/* Append the lines of a JSONL file (plain, gzip, "-"):
 *   {"response": ID-or-row, "label": true|false, "weight"?, "prompt"?: ID-or-row, "split"?}
 *   {"response": ID-or-row, "mismatched": true, ...}                                        has no label
 * Integers are 0-based rows, strings ids of `e`; other keys are ignored. Errors name file:line. */
MUST_CHECK bool thumbs_read(const char *path, const struct embeddings *e, struct thumb_set *set, struct err *err);
void thumbs_free(struct thumb_set *set);

/* A threshold on a rating: "helpfulness>=3". */
struct thumbs_rule {
    char *attribute;
    double least;
};
/* ERR_USAGE for what is no "ATTRIBUTE>=NUMBER". Free with thumbs_rule_free. */
MUST_CHECK bool thumbs_rule_parse(const char *text, struct thumbs_rule *rule, struct err *err);
void thumbs_rule_free(struct thumbs_rule *rule);
/* Append a thumb for each rated row: up when the rating is at least the threshold. Rows without that rating are left
 * out; *which (owned by the caller) says for each thumb which row of the ratings it is. ERR_MISSING when nothing was
 * rated on the attribute. */
MUST_CHECK bool thumbs_from_ratings(const struct rating_set *ratings, const struct thumbs_rule *rule,
                                    struct thumb_set *set, size_t **which, struct err *err);

#endif
