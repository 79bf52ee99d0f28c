/* How people agree, part by part, and how each of them works; told by cmd_agreement.c.
 *
 * A part is an attribute (0: the preference), of one source or week or of all. Everything is measured as it was said
 * and after filtering: on the three judgements that are most alike of each item, and only where they make a label
 * (helpsteer2 of core/aggregate.h). The second says how clean the labels are, not how well people agree: never alone.
 *
 * Alarms: alpha below 0.667 bears no conclusions and below 0.8 only tentative ones (Krippendorff 2004, 11.4.2). */
#ifndef ASSAY_APP_AGREEMENT_H
#define ASSAY_APP_AGREEMENT_H

#include "app/opinions.h"
#include "core/base/json_writer.h"
#include "core/drift.h"

enum { AGREEMENT_PEOPLE = 12 }; /* pairs are made of those with the most judgements */

struct agreement_pair {
    size_t a, b;
    struct agreement_two two;
};
struct agreement_part {
    size_t attribute;
    const char *group; /* source or week; NULL: all */
    struct agreement all, kept;
    const char *none; /* there is no `all`, because; NULL: there is */
    struct agreement_pair *pair;
    size_t pairs, left_out;                         /* people beyond AGREEMENT_PEOPLE */
    struct agreement_figure mean;                   /* quadratic kappa of the pairs, weighted by the items they share */
    double level[AGREEMENT_MAX_LEVELS], *confusion; /* levels x levels: ordered pairs of judgements of one item */
    size_t levels;
};
MUST_CHECK bool agreement_part_of(const struct opinions *o, const struct opinions_filter *f,
                                  const struct agreement_opts *opts, bool pairs, struct agreement_part *out,
                                  struct err *err);
void agreement_part_free(struct agreement_part *p);
/* What each two of n people said of the items that both judged: tables[((a * n + b) * levels + i) * levels + j] counts
 * those where a said level i of p->level and b level j; zeroed before. place[rater]: a, or NAMES_NONE. */
void agreement_tables(const struct opinions *o, const struct agreement_part *p, const size_t *place, size_t n,
                      double *tables);
/* "key": {"value", "interval", and "why" there is none}. */
void agreement_figure_json(struct json_writer *w, const char *key, const struct agreement_figure *f);
/* What the figure means for whoever wants to use the labels. */
const char *agreement_words(const struct agreement *a);

/* How one person works. Shares have Wilson's intervals; active time of a judgement is cut at AGREEMENT_IDLE seconds. */
enum { AGREEMENT_IDLE = 120 };
struct agreement_share {
    size_t n, of;
};
struct agreement_person {
    size_t judgements;
    struct agreement_share side_a, longer, straight, neither, same; /* same: of repeats, the same side again */
    double seconds, median;                                         /* NaN: not known */
    struct agreement_share gold, gold_before, gold_after; /* right answers to gold: all, the first half, the second */
    struct drift drift;                                   /* from one to the other */
};
/* One for each of o->people; the caller frees it. */
struct agreement_person *agreement_people(const struct opinions *o);
/* The share's interval leaves out the half: it is no chance. */
bool agreement_leans(struct agreement_share s);
/* What is no chance about how this person works, in words: at most AGREEMENT_ALARMS sentences without the name. Returns
 * how many. */
enum { AGREEMENT_ALARMS = 4 };
size_t agreement_alarms(const struct agreement_person *p, const char *out[AGREEMENT_ALARMS]);

#endif
