#include "store/criteria.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_SHOWN = 40 };

bool criteria_any(const struct rubric *r)
{
    for (size_t i = 0; i < r->n_of_response; i++)
        if (r->attributes[i].veto != RUBRIC_NO_VETO || !isnan(r->attributes[i].weight))
            return true;
    return false;
}

void criteria_apply(const struct rubric *r, struct judgement *j)
{
    double sum[2] = {0, 0}, weight[2] = {0, 0};
    j->failed = 0;
    j->has_lean = false;
    j->lean = 0;
    if (!criteria_any(r))
        return;
    for (size_t i = 0; i < j->n_ratings; i++) {
        const struct rating *x = &j->ratings[i];
        int k = rubric_find(r, x->attribute, strlen(x->attribute));
        if (k < 0 || r->attributes[k].of_comparison)
            continue;
        const struct attribute *t = &r->attributes[k];
        double w = isnan(t->weight) ? 1 : t->weight;
        sum[x->which] += w * (x->value - t->min) / (t->max - t->min);
        weight[x->which] += w;
        if (t->veto != RUBRIC_NO_VETO && x->value <= t->veto)
            j->failed |= 1u << x->which;
    }
    if (j->comparison == 0 || weight[0] <= 0 || weight[1] <= 0)
        return;
    for (int i = 0; i < 2; i++)
        sum[i] = (j->failed & 1u << i) != 0 ? 0 : sum[i] / weight[i];
    j->has_lean = true;
    j->lean = 3 * (sum[1] - sum[0]);
}

int criteria_failed(const struct rubric *r, const struct draft *d, int side)
{
    for (size_t i = 0; i < r->n_of_response; i++)
        if (r->attributes[i].veto != RUBRIC_NO_VETO && d->rating[side][i] != RATING_UNSET &&
            d->rating[side][i] <= r->attributes[i].veto)
            return (int)i;
    return -1;
}

/* So many bytes of a label that two of them fit, and no half character. */
static int shown(const char *label)
{
    int n = (int)strnlen(label, LABEL_SHOWN + 1);
    if (n <= LABEL_SHOWN)
        return n;
    for (n = LABEL_SHOWN; n > 0 && ((unsigned char)label[n] & 0xC0) == 0x80;)
        n--;
    return n;
}

bool criteria_allow(const struct rubric *r, const struct draft *d, int preference, char why[CRITERIA_WHY_SIZE])
{
    int failed[2] = {criteria_failed(r, d, SIDE_A), criteria_failed(r, d, SIDE_B)};
    why[0] = '\0';
    if (preference == PREFERENCE_UNSET || preference == PREFERENCE_NEITHER)
        return true;
    if (failed[SIDE_A] >= 0 && failed[SIDE_B] >= 0) {
        const char *a = r->attributes[failed[SIDE_A]].label, *b = r->attributes[failed[SIDE_B]].label;
        snprintf(why, CRITERIA_WHY_SIZE, "A fails %.*s and B %.*s: neither is valid", shown(a), a, shown(b), b);
        return false;
    }
    int side = preference < 0 ? SIDE_A : SIDE_B;
    if (preference == 0)
        side = failed[SIDE_A] >= 0 ? SIDE_A : SIDE_B;
    if (failed[side] < 0)
        return true;
    const char *label = r->attributes[failed[side]].label;
    snprintf(why, CRITERIA_WHY_SIZE, "%c fails %.*s: it cannot be %s", side == SIDE_A ? 'A' : 'B', shown(label), label,
             preference == 0 ? "as good as the other" : "the better one");
    return false;
}
