/* What a method of core/aggregate.h makes of opinions: one label an item, told by `assay aggregate`, and in place of
 * the mean the labels that `train`, `eval`, `compare` and `export` use.
 *
 *   --aggregate METHOD   on those commands; "none": the mean of the stated preferences and of the ratings
 *   aggregate --use M    what holds in this workspace without the option
 *
 * People's judgements are put together, and by themselves the single voices behind imported labels; --labels says as
 * ever which of the two a comparison goes by. What review decided, and an imported label without voices, stays as it
 * is. A preference that nobody stated follows from mean ratings. A response that was rated in several comparisons has
 * the mean of its labels there; crowd-bt, which knows preferences only, leaves ratings as they are. */
#ifndef ASSAY_APP_AGGREGATED_H
#define ASSAY_APP_AGGREGATED_H

#include "app/opinions.h"
#include "core/aggregate.h"
#include "core/base/json_writer.h"
#include "store/label.h"

/* Row of an option table. */
#define AGGREGATED_OPTION                                                                                              \
    {                                                                                                                  \
        "aggregate", 0, "METHOD",                                                                                      \
            "labels of the workspace by mean, median, majority, helpsteer2, dawid-skene, mace, crowd-bt or soft; "     \
            "none: plain means (default: as `aggregate --use` said)",                                                  \
            false                                                                                                      \
    }
#define AGGREGATED_NONE "none"
/* "none" and the names of the methods; NULL-terminated. */
extern const char *const aggregated_words[];

/* Judgements that went in, those of them that count, items with a label, judged items without. */
struct aggregated_count {
    size_t judgements, kept, labels, none;
};

/* One attribute. */
struct aggregated_part {
    struct opinions_part part;
    struct aggregate a;
    bool preferences;
    struct aggregated_count count;
    size_t *start, *order; /* judgements of item i: order[start[i]] ... order[start[i + 1] - 1] */
    size_t *first, *second;
};
/* ERR_MISSING when there are no judgements of it; else the errors of aggregate_of. Free with aggregated_part_free, also
 * after a failure. */
MUST_CHECK bool aggregated_part_of(const struct opinions *o, size_t attribute, enum aggregate_method method,
                                   struct aggregated_part *out, struct err *err);
void aggregated_part_free(struct aggregated_part *p);

/* Everything of one kind of voices. */
struct aggregated_voices {
    struct opinions o;
    struct aggregated_part *part; /* one an attribute; without judgements all zero */
    size_t *start, *items;        /* items that are ratings of answer i of o.rated: items[start[i]] ... */
};

/* What is told of it. */
struct aggregated_sum {
    const char *method; /* static; NULL: none, and all else is empty */
    struct aggregated_count preferences, ratings;
};

struct aggregated {
    struct label_book book; /* first: store/ is given its address, which is that of the whole */
    struct aggregated_sum sum;
    struct aggregated_voices voices[2]; /* of sources, of people */
};

/* By `word` (one of aggregated_words; NULL: what the workspace says). ERR_USAGE with `by` all or review, or single
 * ratings, when a word was given; without one such labels stay plain. Free with aggregated_free, also after a failure.
 */
MUST_CHECK bool aggregated_make(struct db *db, const char *word, const struct label_options *o, struct aggregated *out,
                                struct err *err);
void aggregated_free(struct aggregated *a);
/* For label_options.book: NULL when no method was asked for. */
const struct label_book *aggregated_book(const struct aggregated *a);

/* What the workspace goes by: *word is one of aggregated_words. */
MUST_CHECK bool aggregated_word(struct db *db, const char **word, struct err *err);
/* Let the workspace go by it, and write down who said so. */
MUST_CHECK bool aggregated_use(struct db *db, const char *word, const char *who, struct err *err);

/* The member "aggregation" of an object, or words of text; nothing without a method. */
void aggregated_json(const struct aggregated_sum *s, struct json_writer *w);
void aggregated_text(const struct aggregated_sum *s, struct buf *out);

#endif
