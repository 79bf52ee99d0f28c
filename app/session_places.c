#include "app/session_places.h"

#include "store/places.h"

static bool place(struct draft *d, const struct rubric *r, const struct action *a, const char **why)
{
    bool fits = a->cell >= 0 && a->cell < d->n && a->value >= -places_count(d) && a->value <= d->n;
    bool alone = a->value < 0 && places_at_place(d, -a->value) == (d->place[a->cell] == -a->value);
    *why = !fits || alone                     ? "there is no such place"
           : a->value < 0 && !r->zero_allowed ? "this rubric wants a decision: no two answers have the same place"
                                              : NULL;
    if (*why != NULL)
        return false;
    if (a->value > 0)
        places_put(d, a->cell, a->value);
    else if (a->value < 0)
        places_join(d, a->cell, -a->value);
    else
        places_take(d, a->cell);
    return true;
}

static bool rate(struct draft *d, const struct rubric *r, const struct action *a, const char **why)
{
    struct places_at at = places_at(r, a->cell);
    *why = "that value is outside the scale";
    if (a->cell < 0 || at.answer >= d->n || at.attribute < 0 || a->value < r->attributes[at.attribute].min ||
        a->value > r->attributes[at.attribute].max)
        return false;
    d->rating[at.answer][at.attribute] = a->value;
    return true;
}

static void clear(struct draft *d, const struct rubric *r, int cell)
{
    struct places_at at = places_at(r, cell);
    if (cell == draft_because(d, r))
        buf_reset(&d->because);
    else if (at.attribute < 0)
        places_take(d, at.answer);
    else
        d->rating[at.answer][at.attribute] = RATING_UNSET;
}

bool session_place(struct draft *d, const struct rubric *r, const struct action *a, const char **why)
{
    switch (a->kind) {
    case ACT_RATE:
        return rate(d, r, a, why);
    case ACT_PLACE:
        return place(d, r, a, why);
    case ACT_SHIFT:
        *why = "there is nothing to go past";
        return a->cell >= 0 && a->cell < d->n && places_step(d, a->cell, a->value < 0 ? -1 : 1);
    case ACT_CLEAR:
        *why = "there is no such cell";
        if (a->cell < 0 || a->cell > draft_because(d, r))
            return false;
        clear(d, r, a->cell);
        return true;
    default:
        *why = "that is said of two answers, and there are more";
        return false;
    }
}
