#include "app/agreement_told.h"
#include "app/evaluate.h"
#include "core/safe.h"

#include <math.h>
#include <string.h>

enum {
    TITLE = 34,
    CELL = EVALUATION_SIGNED_CELL + 2,
    PERSON = 18,
    MOST_LEVELS = 11
}; /* columns; a table of confusion in 100 of them */

static void column(const char *text, size_t width, struct buf *out)
{
    for (size_t used = safe_text(text, strlen(text), out, width); used < width; used++)
        buf_addc(out, ' ');
}

static void cell(const struct agreement_figure *f, struct buf *out)
{
    size_t from = out->len;
    if (f->why != NULL)
        buf_adds(out, "undefined");
    else
        evaluation_signed_cell(f->value, f->range, out);
    while (out->len - from < CELL)
        buf_addc(out, ' ');
}

static void end_line(struct buf *out)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = '\0';
    buf_addc(out, '\n');
}

static void heading(const struct agreement_told *r, const struct agreement_part *p, struct buf *out)
{
    const char *name = names_text(&r->o.attributes, p->attribute);
    safe_text(name, strlen(name), out, 40);
    if (p->group != NULL) {
        buf_adds(out, ", ");
        const char *group = p->group[0] != '\0' ? p->group : "(not known)";
        safe_text(group, strlen(group), out, 40);
    }
    buf_addf(out, ": %zu judgement%s by %zu %s, %zu item%s judged by two or more\n", p->all.ratings,
             PLURAL(p->all.ratings), p->all.raters, p->all.raters == 1 ? "person" : "people", p->all.shared,
             PLURAL(p->all.shared));
}

/* `title` stands in the corner: whose levels go down and whose across. */
static void table(const struct agreement_part *p, const double *counts, const char *title, struct buf *out)
{
    if (p->levels > MOST_LEVELS) {
        buf_addf(out, "\n  confusion: %zu levels are too many for a table; --json has them\n", p->levels);
        return;
    }
    buf_addf(out, "\n  %s\n        ", title);
    for (size_t j = 0; j < p->levels; j++)
        buf_addf(out, "%8g", p->level[j]);
    buf_addc(out, '\n');
    for (size_t i = 0; i < p->levels; i++) {
        buf_addf(out, "%8g", p->level[i]);
        for (size_t j = 0; j < p->levels; j++)
            buf_addf(out, "%8.0f", counts[i * p->levels + j]);
        buf_addc(out, '\n');
    }
}

static void tables_of_pairs(const struct agreement_told *r, const struct agreement_part *p, struct buf *out)
{
    for (size_t i = 0; i < p->pairs; i++) {
        struct buf title = BUF_INIT;
        double *counts = agreement_table_of_two(r, p, &p->pair[i]);
        app_add_name(&title, names_text(&r->o.people, p->pair[i].a));
        buf_adds(&title, " said \\ ");
        app_add_name(&title, names_text(&r->o.people, p->pair[i].b));
        table(p, counts, title.ptr, out);
        mem_free(counts);
        buf_free(&title);
    }
}

static void pairs(const struct agreement_told *r, const struct agreement_part *p, struct buf *out)
{
    buf_addf(out, "\n  %-*s%-*s%6s  %-*s%s\n", PERSON, "annotator", PERSON, "and", "items", CELL, "raw agreement",
             "kappa, quadratic");
    for (size_t i = 0; i < p->pairs; i++) {
        const struct agreement_pair *x = &p->pair[i];
        buf_adds(out, "  ");
        column(names_text(&r->o.people, x->a), PERSON - 1, out);
        buf_addc(out, ' ');
        column(names_text(&r->o.people, x->b), PERSON - 1, out);
        buf_addc(out, ' ');
        buf_addf(out, "%6zu  ", x->two.shared);
        cell(&x->two.figure[AGREEMENT_RAW], out);
        cell(&x->two.figure[AGREEMENT_KAPPA_QUADRATIC], out);
        end_line(out);
    }
    if (p->left_out > 0)
        buf_addf(out, "  (the %d with the most judgements; %zu more are not paired)\n", AGREEMENT_PEOPLE, p->left_out);
}

static void figures(const struct agreement_part *p, bool pairwise, struct buf *out)
{
    static const enum agreement_kind shown[] = {
        AGREEMENT_RAW,           AGREEMENT_KAPPA_LINEAR,  AGREEMENT_KAPPA_QUADRATIC, AGREEMENT_FLEISS,
        AGREEMENT_ALPHA_NOMINAL, AGREEMENT_ALPHA_ORDINAL, AGREEMENT_ALPHA_INTERVAL,  AGREEMENT_AC1,
        AGREEMENT_AC2_QUADRATIC, AGREEMENT_ICC_ONE,       AGREEMENT_ICC_TWO};
    const char *why = NULL;
    buf_addf(out, "\n  %-*s%-*s%s\n", TITLE, "", CELL, "as judged", "after filtering");
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
        const struct agreement_figure *a = &p->all.figure[shown[k]], *b = &p->kept.figure[shown[k]];
        buf_addf(out, "  %-*s", TITLE, agreement_names[shown[k]].title);
        cell(a, out);
        cell(b, out);
        end_line(out);
        why = why == NULL ? (a->why != NULL ? a->why : b->why) : why;
    }
    if (pairwise && p->mean.why == NULL) {
        buf_addf(out, "  %-*s", TITLE, "kappa, quadratic, mean of pairs");
        cell(&p->mean, out);
        end_line(out);
    }
    if (why != NULL)
        buf_addf(out, "  (undefined, because %s)\n", why);
    buf_addf(out, "  reading: %s\n", agreement_words(&p->all));
}

static void share(struct agreement_share s, size_t width, bool mark, struct buf *out)
{
    size_t from = out->len;
    if (s.of == 0)
        buf_addc(out, '-');
    else
        buf_addf(out, "%.0f %% of %zu%s", 100 * (double)s.n / (double)s.of, s.of, mark ? " *" : "");
    while (out->len - from < width)
        buf_addc(out, ' ');
}

static void people(const struct agreement_told *r, struct buf *out)
{
    if (r->o.acts.n == 0)
        return;
    buf_addf(out, "\nHow they work\n\n  %-18s %7s  %-16s%-16s%-15s%-12s%s\n", "annotator", "judged", "for side A",
             "for the longer", "straight lines", "same again", "median time");
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->judgements == 0)
            continue;
        buf_adds(out, "  ");
        column(names_text(&r->o.people, i), 18, out);
        buf_addf(out, " %7zu  ", p->judgements);
        share(p->side_a, 16, agreement_leans(p->side_a), out);
        share(p->longer, 16, agreement_leans(p->longer), out);
        share(p->straight, 15, false, out);
        share(p->same, 12, false, out);
        if (isnan(p->median))
            buf_adds(out, "-");
        else
            buf_addf(out, "%.0f s", p->median);
        buf_addc(out, '\n');
    }
    buf_adds(out, "  (*: no chance, the 95 % interval leaves out one half. Straight lines: all ratings the same. Same\n"
                  "  again: the side chosen on repeats. Times are cut at 120 s)\n");
}

static void gold(const struct agreement_told *r, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->gold.of == 0)
            continue;
        if (!any)
            buf_addf(out, "\nRight on gold\n\n  %-18s %-16s%-16s%-16s%s\n", "annotator", "all", "first half",
                     "second half", "change, in points");
        any = true;
        buf_adds(out, "  ");
        column(names_text(&r->o.people, i), 18, out);
        buf_addc(out, ' ');
        share(p->gold, 16, false, out);
        share(p->gold_before, 16, false, out);
        share(p->gold_after, 16, false, out);
        if (isnan(p->drift.change))
            buf_adds(out, "-\n");
        else
            buf_addf(out, "%+.0f (%+.0f to %+.0f)%s\n", 100 * p->drift.change, 100 * p->drift.range.lo,
                     100 * p->drift.range.hi, p->drift.certain ? " *" : "");
    }
    if (any)
        buf_adds(out, "  (*: no chance, the 95 % interval leaves out 0)\n");
}

static void alarms(const struct agreement_told *r, struct buf *out)
{
    const char *words[AGREEMENT_ALARMS];
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        size_t n = agreement_alarms(&r->people[i], words);
        if (n == 0)
            continue;
        buf_adds(out, "  ! ");
        app_add_name(out, names_text(&r->o.people, i));
        for (size_t k = 0; k < n; k++)
            buf_addf(out, "%s%s", k == 0 ? " " : k + 1 == n ? " and " : ", ", words[k]);
        buf_addc(out, '\n');
    }
}

void agreement_told_text(const struct agreement_told *r, struct buf *out)
{
    for (size_t i = 0; i < r->parts.n; i++) {
        const struct agreement_part *p = &r->parts.v[i];
        if (i > 0)
            buf_addc(out, '\n');
        heading(r, p, out);
        if (p->none != NULL)
            buf_addf(out, "  agreement is undefined, because %s\n", p->none);
        else if (r->by == AGREEMENT_BY_ANNOTATOR)
            pairs(r, p, out);
        else
            figures(p, r->by == AGREEMENT_BY_ATTRIBUTE, out);
        if (p->none == NULL && r->confusion && r->by == AGREEMENT_BY_ANNOTATOR)
            tables_of_pairs(r, p, out);
        else if (p->none == NULL && r->confusion)
            table(p, p->confusion, "one said \\ the other", out);
    }
    people(r, out);
    gold(r, out);
    alarms(r, out);
}
