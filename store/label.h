/* Labels: what the latest judgements of a comparison add up to.
 *   preference  mean of the stated preferences ("neither" and unstated ones are left out), rounded half away from zero;
 *               when none is stated, sign and size (at most 3) of the difference of the mean helpfulness ratings
 *               (or of the weighted ratings, where the rubric weighs or vetoes: store/criteria.h). A response that
 *               more than half say fails a criterion is not preferred; where both fail there is no preference
 *   ratings     mean per attribute */
#ifndef ASSAY_STORE_LABEL_H
#define ASSAY_STORE_LABEL_H

#include "core/base/arena.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "store/db.h"
#include "store/judgement.h"

/* Whose judgements count. */
#define LABEL_BY(X)                                                                                                    \
    X(BEST, "best") /* what review decided where it did, else people's where there are any, else the sources' */       \
    X(REVIEW, "review")                                                                                                \
    X(PEOPLE, "people")                                                                                                \
    X(SOURCES, "sources")                                                                                              \
    X(ALL, "all")
enum label_by {
#define X(id, name) LABEL_BY_##id,
    LABEL_BY(X)
#undef X
};
const char *label_by_name(enum label_by by);
MUST_CHECK bool label_by_parse(const char *name, enum label_by *by, struct err *err);

struct label;
/* What a method made of the judgements, which stands in place of their mean (app/aggregated.h). It knows what people
 * said and what the single voices behind imported labels said, each by itself; a label of review, and an imported one
 * without voices, stay as they are. */
struct label_book {
    /* False: it knows nothing of this comparison. Otherwise l->has, mean, strength, p_first, confidence and n_stated
     * are set; has is false where the method gives no label. */
    bool (*preference)(const struct label_book *b, bool people, const char *comparison_id, struct label *l);
    /* The same of an attribute of a response; NaN where the method gives no label. */
    bool (*rating)(const struct label_book *b, bool people, const char *response_id, const char *attribute,
                   double *value);
};

struct label_options {
    enum label_by by;
    const struct label_book *book; /* NULL: means; with `by` best, people or sources and not with `single` */
    const char *source;            /* only comparisons of this source; NULL: all */
    const char *split;             /* only this split; NULL: all */
    bool single;                   /* ratings of every judgement by itself, not their mean */
    bool votes;                    /* label_pair.votes, too */
};

struct label {
    int n;         /* judgements that count (kind judged) */
    int n_stated;  /* of them with a preference */
    int n_neither; /* of them "neither is valid" */
    bool has;      /* is there a preference at all? */
    bool from_ratings;
    const char *said_by; /* whose judgements these are: "review", "people", "sources", "all"; "" when n is 0 */
    double mean;         /* of the preferences; negative: first is better */
    int strength;        /* mean rounded half away from zero, -3 … 3 */
    double p_first;      /* share of votes for the first; a preference of 0 is half a vote */
    unsigned failed;     /* by most: 1 the first, 2 the second, 3 both */
    bool by_method;      /* it is that of a book */
    double confidence;   /* what the method says of it; 1 without one */
};

/* What one judgement says of a comparison. */
struct label_vote {
    const char *annotator;
    bool by_person;
    int preference; /* -3 ... 3, negative: first is better; of ratings when none is stated */
    int a_is;       /* 1 or 2: which of the two stood on side A */
};

struct label_pair {
    int64_t comparison, first, second, prompt; /* rows */
    char comparison_id[ID_HEX_SIZE], first_id[ID_HEX_SIZE], second_id[ID_HEX_SIZE], prompt_id[ID_HEX_SIZE];
    const char *source;
    const char *split;  /* NULL: none */
    const char *subset; /* of a benchmark; NULL: none */
    struct label label;
    const struct label_vote *votes; /* of judgements that count and say which is better, or that neither is */
    size_t n_votes;
};

struct label_rating {
    int64_t response, prompt;
    char response_id[ID_HEX_SIZE], prompt_id[ID_HEX_SIZE];
    const double *values; /* one an attribute, NaN: not rated */
    int n;                /* judgements that went in */
    const char *source;   /* of the first comparison the response stands in, "" when in none */
    const char *split;
};

/* Of the judgements of one comparison (as judgement_list gives the latest ones) and, for ratings only, of its two
 * responses. */
struct label label_of(const struct judgement *j, size_t n, enum label_by by);

/* The same with its place: the label of a book where the options have one. */
struct label label_decide(const struct label_pair *pair, const struct judgement *j, size_t n,
                          const struct label_options *options);

/* Comparisons that have a label (label.has), retired ones left out, in the order in which they came in. The pair is
 * borrowed for the call; `each` returns false to end early. */
MUST_CHECK bool label_each_pair(struct db *db, const struct label_options *options,
                                bool (*each)(void *ctx, const struct label_pair *pair), void *ctx, struct err *err);
/* Responses that have a rating of one of the attributes, in the order in which they came in; with `single` once for
 * every judgement that rates one, in their order. */
MUST_CHECK bool label_each_rating(struct db *db, const struct label_options *options, const char *const *attributes,
                                  size_t n_attributes, bool (*each)(void *ctx, const struct label_rating *rating),
                                  void *ctx, struct err *err);
/* Attributes that occur in ratings: those of the rubrics in their order, then others by name. Strings live in `a`. */
MUST_CHECK bool label_attributes(struct db *db, struct arena *a, const char ***names, size_t *n, struct err *err);
/* The same of attributes of comparisons, by name. */
MUST_CHECK bool label_aspects(struct db *db, struct arena *a, const char ***names, size_t *n, struct err *err);

#endif
