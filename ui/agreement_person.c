#include "ui/agreement.h"

#include "core/plot.h"

#include <math.h>
#include <string.h>

enum { TITLE = 22, MOST_WEEKS = 12 };

/* `half`: one half of them would be chance. */
static void share(const struct panel_share *s, const char *title, const char *of, bool half, struct buf *out)
{
    double lo, hi;
    buf_addf(out, "  %-*s", TITLE, title);
    if (s->of == 0) {
        buf_addf(out, "none of these yet\n");
        return;
    }
    metric_wilson((double)s->n, (double)s->of, &lo, &hi);
    buf_addf(out, "%3.0f %%  (%.0f to %.0f) of %zu %s", 100 * (double)s->n / (double)s->of, 100 * lo, 100 * hi, s->of,
             of);
    buf_adds(out, half && s->leans ? "  *\n" : "\n");
}

static void pace(const struct agreement_panel *p, const struct panel_person *x, bool ascii, struct buf *out)
{
    double v[PANEL_WEEKS] = {0};
    size_t known = 0;
    if (isnan(x->median))
        return;
    buf_addf(out, "  %-*s%3.0f s median, %.1f h in all\n", TITLE, "active time", x->median, x->seconds / 3600);
    for (size_t i = 0; i < p->weeks; i++) {
        v[i] = isnan(x->week_median[i]) ? 0 : x->week_median[i];
        known += isnan(x->week_median[i]) ? 0 : 1;
    }
    if (known < 2)
        return;
    buf_addf(out, "  %-*s", TITLE, "median by week");
    plot_spark(v, p->weeks, ascii ? PLOT_ASCII : PLOT_UNICODE, out);
    buf_addc(out, '\n');
    for (size_t i = p->weeks > MOST_WEEKS ? p->weeks - MOST_WEEKS : 0; i < p->weeks; i++)
        if (!isnan(x->week_median[i]))
            buf_addf(out, "    %-*s%3.0f s\n", TITLE - 2, *p->week[i] != '\0' ? p->week[i] : "(not known)",
                     x->week_median[i]);
}

static void gold(const struct panel_person *x, struct buf *out)
{
    const struct drift *d = &x->drift;
    share(&x->gold, "right on gold", "answers", false, out);
    if (x->gold.of == 0 || isnan(d->change))
        return;
    share(&x->gold_before, "  in the first half", "answers", false, out);
    share(&x->gold_after, "  in the second", "answers", false, out);
    buf_addf(out, "  %-*s%+3.0f points (%+.0f to %+.0f)%s\n", TITLE, "  drift", 100 * d->change, 100 * d->range.lo,
             100 * d->range.hi, d->certain ? "  *" : ", no certain change");
}

static size_t place_in(const struct panel_sheet *s, size_t person)
{
    size_t i = 0;
    while (i < s->n && s->person[i] != person)
        i++;
    return i;
}

static void with_others(const struct agreement_panel *p, const struct panel_sheet *s, size_t at, struct buf *out)
{
    buf_addc(out, '\n');
    buf_adds(out, "  ");
    safe_text(s->attribute, strlen(s->attribute), out, 40);
    buf_adds(out, ": quadratic kappa with\n");
    for (size_t j = 0; j < s->n; j++) {
        const struct panel_pair *x = &s->pair[at * s->n + j];
        const char *name = p->person[s->person[j]].name;
        if (j == at || x->shared == 0)
            continue;
        buf_adds(out, "    ");
        for (size_t used = safe_text(name, strlen(name), out, TITLE - 4); used < TITLE - 2; used++)
            buf_addc(out, ' ');
        agreement_cell(&x->kappa, out);
        buf_addf(out, "  of %zu item%s", x->shared, x->shared == 1 ? "" : "s");
        if (x->kappa.why != NULL)
            buf_addf(out, ", because %s", x->kappa.why);
        buf_addc(out, '\n');
    }
}

void agreement_person_text(const struct agreement_panel *p, size_t person, bool ascii, struct buf *out)
{
    const struct panel_person *x = &p->person[person];
    buf_addf(out, "  %-*s%zu judgement%s\n", TITLE, "judged", x->judgements, x->judgements == 1 ? "" : "s");
    pace(p, x, ascii, out);
    buf_addc(out, '\n');
    share(&x->side_a, "for side A", "with a side", true, out);
    share(&x->longer, "for the longer answer", "of unequal length", true, out);
    share(&x->straight, "straight lines", "rated", false, out);
    share(&x->neither, "neither is valid", "judged", false, out);
    share(&x->same, "the same side again", "repeats", false, out);
    gold(x, out);
    for (size_t i = 0; i < p->sheets; i++) {
        size_t at = place_in(&p->sheet[i], person);
        if (at < p->sheet[i].n)
            with_others(p, &p->sheet[i], at, out);
    }
    buf_adds(out, "\n  *  no chance: the interval leaves out one half, of a change 0. Intervals are of\n"
                  "     95 %: Wilson's of shares, a bootstrap over items of kappa, Newcombe's of changes.\n"
                  "     A straight line is a judgement whose ratings are all the same. Times are cut at\n"
                  "     120 s.\n");
}
