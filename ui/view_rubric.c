#include "ui/view_rubric.h"

#include "store/draft.h"
#include "ui/pager.h"

#include <math.h>
#include <stdio.h>

const char *preference_words(int preference)
{
    static const char *const words[] = {
        "A is much better than B",     "A is better than B", "A is slightly better than B", "neither is better",
        "B is slightly better than A", "B is better than A", "B is much better than A"};
    if (preference == PREFERENCE_NEITHER)
        return "neither is valid";
    if (preference < -PREFERENCE_MAX || preference > PREFERENCE_MAX)
        return "not given";
    return words[preference + PREFERENCE_MAX];
}

static void add_attribute(const struct attribute *a, struct buf *out)
{
    buf_addf(out, "%s, %d to %d%s\n", a->label, a->min, a->max, a->of_comparison ? ", of both together" : "");
    if (a->about != NULL && *a->about != '\0')
        buf_addf(out, "  %s\n", a->about);
    for (int v = a->min; v <= a->max; v++)
        buf_addf(out, a->leans ? "  - %+d  %s%s\n" : "  - %d  %s%s\n", v,
                 a->levels[v - a->min] != NULL ? a->levels[v - a->min] : "",
                 a->veto != RUBRIC_NO_VETO && v <= a->veto ? "  (fails: cannot be preferred)" : "");
    if (!isnan(a->weight))
        buf_addf(out, "  weight %g\n", a->weight);
    buf_addc(out, '\n');
}

static void add_preference(const struct rubric *r, struct buf *out)
{
    buf_addf(out, "preference%s\n", r->preference_required ? "" : ", may be left out");
    for (int p = -r->preference_max; p <= r->preference_max; p++)
        if (p != 0 || r->zero_allowed)
            buf_addf(out, "  - %+d  %s\n", p, preference_words(p));
    buf_addf(out, "  - n   %s\n\n", preference_words(PREFERENCE_NEITHER));
    if (r->justification_min_words > 0)
        buf_addf(out, "justification\n  %d words or more; @A and @B name the sides.\n", r->justification_min_words);
    else
        buf_adds(out, "justification, may be left out\n  @A and @B name the sides.\n");
    if (*r->justification_hint != '\0')
        buf_addf(out, "  %s\n", r->justification_hint);
    buf_addc(out, '\n');
}

static void add_reasons(const char *title, const struct reason *reasons, size_t n, struct buf *out)
{
    if (n == 0)
        return;
    buf_addf(out, "%s\n", title);
    for (size_t i = 0; i < n; i++)
        buf_addf(out, "  - %c  %s\n", reasons[i].letter, reasons[i].text);
    buf_addc(out, '\n');
}

struct view view_rubric(const struct rubric *r, size_t attribute, const char *principle)
{
    struct buf text = BUF_INIT;
    size_t at = 0;
    if (principle != NULL)
        buf_addf(&text, "this comparison is judged by\n  %s\n\n", principle);
    for (size_t i = 0; i < r->n_attributes; i++) {
        if (i == attribute)
            at = text.len;
        add_attribute(&r->attributes[i], &text);
    }
    if (attribute >= r->n_attributes)
        at = text.len;
    add_preference(r, &text);
    add_reasons("reasons to skip", r->skip_reasons, r->n_skip_reasons, &text);
    add_reasons("reasons to flag", r->flag_reasons, r->n_flag_reasons, &text);
    char title[128];
    snprintf(title, sizeof title, "rubric %s, version %d", r->name, r->version);
    return pager_view(title, &text, at);
}
