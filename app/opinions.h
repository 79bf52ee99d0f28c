/* What everybody said of what, from the workspace or from files: preferences and ratings by attribute, with who said
 * it, of which source and in which week; for agreement.[ch] and aggregated.[ch].
 *
 *   --ratings FILE      {"response", "ratings": {...}, "annotator", ...}: one rating of each attribute a line
 *   --judgements FILE   lines of `export --format judgements`
 *
 * A rating belongs to an answer in its comparison: who judged it in another one rated it anew. */
#ifndef ASSAY_APP_OPINIONS_H
#define ASSAY_APP_OPINIONS_H

#include "app/app.h"
#include "app/args.h"
#include "core/agreement.h"
#include "core/names.h"

#define OPINIONS_PREFERENCE "preference" /* the attribute that is numbered 0 */

struct opinion {
    size_t attribute, item, rater, source, week;
    double value;
};
/* One judgement of a person, for what can be seen of how they work. */
struct opinions_act {
    size_t rater, week;
    int side;      /* 1: the answer on side A is preferred, -1 that on B, 0 none or not known */
    int longer;    /* 1: the longer answer is preferred, -1 the shorter, 0 none or equally long */
    bool straight; /* several ratings, all the same */
    bool rated;    /* several ratings */
    bool neither;
    double seconds; /* NaN: not known */
};
struct opinions_gold {
    size_t rater;
    bool right;
};
struct opinions {
    struct names attributes, items, people, sources, weeks, answers, rated;
    VEC(struct opinion) v;
    VEC(struct opinions_act) acts;
    VEC(size_t) first, second; /* of items that are comparisons: their `answers`. Others have SIZE_MAX as first and, as
                                  second, which of `rated` it is: SIZE_MAX when that is not known */
    VEC(size_t) again, same;   /* people: repeats judged, and with the same side */
    VEC(struct opinions_gold) gold; /* answers of people to gold, each one's in the order of time */
};

/* Whose: --ratings or --judgements, else people's judgements of the workspace, or with --labels sources the single
 * voices behind what was imported. */
MUST_CHECK bool opinions_read(const struct app *app, const struct args *args, struct opinions *o, struct err *err);
/* From a workspace that is open: of people, or of the single voices behind imported labels. */
MUST_CHECK bool opinions_of(struct db *db, bool people, struct opinions *o, struct err *err);
void opinions_free(struct opinions *o);

/* Those that `wanted` takes (NULL: all) of one attribute, as core takes them; items and raters are numbered as in `o`.
 * place[i] is where opinion i of the selection stands in o->v. Free with opinions_part_free. */
struct opinions_part {
    struct agreement_data d;
    size_t *item, *rater, *place;
    double *value;
};
struct opinions_filter {
    size_t attribute;
    const size_t *source, *week; /* NULL: any */
};
void opinions_part(const struct opinions *o, const struct opinions_filter *f, struct opinions_part *out);
void opinions_part_free(struct opinions_part *p);

#endif
