#include "store/places.h"

#include <stdio.h>

int places_count(const struct draft *d)
{
    int most = 0;
    for (int i = 0; i < d->n; i++)
        most = d->place[i] > most ? d->place[i] : most;
    return most;
}

bool places_any(const struct draft *d)
{
    return places_count(d) > 0;
}

int places_at_place(const struct draft *d, int place)
{
    int n = 0;
    for (int i = 0; i < d->n; i++)
        n += d->place[i] == place;
    return n;
}

void places_close_up(struct draft *d)
{
    int next = 1;
    for (int place = 1; place <= ANSWERS_MOST; place++) {
        if (places_at_place(d, place) == 0)
            continue;
        for (int i = 0; i < d->n; i++)
            if (d->place[i] == place)
                d->place[i] = next;
        next++;
    }
}

void places_take(struct draft *d, int answer)
{
    d->place[answer] = 0;
    places_close_up(d);
}

void places_put(struct draft *d, int answer, int place)
{
    places_take(d, answer);
    int last = places_count(d) + 1;
    place = place > last ? last : place;
    for (int i = 0; i < d->n; i++)
        d->place[i] += d->place[i] >= place;
    d->place[answer] = place;
}

void places_join(struct draft *d, int answer, int place)
{
    d->place[answer] = place;
    places_close_up(d);
}

bool places_step(struct draft *d, int answer, int by)
{
    int from = d->place[answer], others = places_at_place(d, from) - 1;
    if (from == 0 || (others == 0 && (from + by < 1 || from + by > places_count(d))))
        return false;
    /* Out of a tie it comes between its fellows and the next place; alone it goes past the next place. */
    if (others > 0)
        places_put(d, answer, by < 0 ? from : from + 1);
    else
        places_put(d, answer, from + by);
    return true;
}

void places_order(const struct draft *d, int order[ANSWERS_MOST])
{
    int n = 0;
    for (int place = 1; place <= ANSWERS_MOST; place++)
        for (int i = 0; i < d->n; i++)
            if (d->place[i] == place)
                order[n++] = i;
    for (int i = 0; i < d->n; i++)
        if (d->place[i] == 0)
            order[n++] = i;
}

bool places_preference(const struct draft *d, const struct rubric *r, int first, int second, int *preference)
{
    if (d->place[first] == 0 || d->place[second] == 0)
        return false;
    int apart = d->place[first] - d->place[second], most = r->preference_max;
    *preference = apart < -most ? -most : apart > most ? most : apart;
    return true;
}

/* ---- cells ---- */

static bool is_tied(const struct draft *d, int answer)
{
    return d->place[answer] > 0 && places_at_place(d, d->place[answer]) > 1;
}

bool places_filled(const struct draft *d, const struct rubric *r, int cell)
{
    struct places_at at = places_at(r, cell);
    if (at.attribute >= 0)
        return d->rating[at.answer][at.attribute] != RATING_UNSET;
    return d->place[at.answer] > 0 && (r->zero_allowed || !is_tied(d, at.answer));
}

bool places_required(const struct rubric *r, int cell)
{
    struct places_at at = places_at(r, cell);
    return at.attribute < 0 ? r->preference_required : r->attributes[at.attribute].required;
}

bool places_given(const struct draft *d, const struct rubric *r, int cell)
{
    struct places_at at = places_at(r, cell);
    return at.answer < d->n && at.attribute < 0 && d->place[at.answer] > 0;
}

void places_say_why(const struct draft *d, const struct rubric *r, int cell, char why[DRAFT_WHY_SIZE])
{
    struct places_at at = places_at(r, cell);
    char letter = (char)('A' + at.answer);
    if (at.attribute >= 0)
        snprintf(why, DRAFT_WHY_SIZE, "%s of %c is missing", r->attributes[at.attribute].key, letter);
    else if (d->place[at.answer] > 0)
        snprintf(why, DRAFT_WHY_SIZE, "%c is as good as another one, and this rubric wants a decision", letter);
    else
        snprintf(why, DRAFT_WHY_SIZE, "%c has no place yet", letter);
}
