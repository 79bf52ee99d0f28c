#include "app/agreement_sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- who ---- */

/* The people of the pairs, which begin with the busiest. place[person]: where in the list, or
 * NAMES_NONE. */
static void find_people(const struct opinions *o, const struct agreement_part *p, struct arena *a,
                        struct panel_sheet *out, size_t *place)
{
    size_t *list = arena_array(a, AGREEMENT_PEOPLE, sizeof *list);
    for (size_t i = 0; i < names_count(&o->people); i++)
        place[i] = NAMES_NONE;
    for (size_t i = 0; i < p->pairs; i++)
        for (int second = 0; second < 2; second++) {
            size_t person = second ? p->pair[i].b : p->pair[i].a;
            if (place[person] != NAMES_NONE || out->n == AGREEMENT_PEOPLE)
                continue;
            place[person] = out->n;
            list[out->n++] = person;
        }
    out->person = list;
}

/* ---- tables of confusion ---- */

struct voice {
    size_t item, place, level;
};

static int by_item(const void *x, const void *y)
{
    const struct voice *a = x, *b = y;
    return (a->item > b->item) - (a->item < b->item);
}

static size_t level_of(const struct agreement_part *p, double value)
{
    size_t c = 0;
    while (c + 1 < p->levels && p->level[c] < value)
        c++;
    return c;
}

/* What each two people said of the same item, counted into tables[first][second][level][level]. */
static void count_tables(const struct opinions *o, size_t attribute, const struct agreement_part *p,
                         const size_t *place, size_t n, double *tables)
{
    struct voice *v = mem_array(o->v.n + 1, sizeof *v);
    size_t voices = 0, levels = p->levels;
    for (size_t i = 0; i < o->v.n; i++) {
        const struct opinion *x = &o->v.v[i];
        if (x->attribute == attribute && place[x->rater] != NAMES_NONE)
            v[voices++] = (struct voice){x->item, place[x->rater], level_of(p, x->value)};
    }
    qsort(v, voices, sizeof *v, by_item);
    for (size_t i = 0, next; i < voices; i = next) {
        for (next = i + 1; next < voices && v[next].item == v[i].item;)
            next++;
        for (size_t x = i; x < next; x++)
            for (size_t y = i; y < next; y++)
                if (x != y)
                    tables[((v[x].place * n + v[y].place) * levels + v[x].level) * levels + v[y].level]++;
    }
    mem_free(v);
}

static void fill_pairs(const struct opinions *o, const struct agreement_part *p, const size_t *place, struct arena *a,
                       struct panel_sheet *out)
{
    struct panel_pair *pair = arena_array(a, out->n * out->n + 1, sizeof *pair);
    size_t square = p->levels * p->levels;
    double *tables = p->levels <= PANEL_LEVELS ? arena_array(a, out->n * out->n * square + 1, sizeof *tables) : NULL;
    if (tables != NULL)
        count_tables(o, p->attribute, p, place, out->n, tables);
    for (size_t i = 0; i < p->pairs; i++) {
        const struct agreement_pair *x = &p->pair[i];
        size_t at[2] = {place[x->a] * out->n + place[x->b], place[x->b] * out->n + place[x->a]};
        for (int k = 0; k < 2; k++)
            pair[at[k]] = (struct panel_pair){.shared = x->two.shared,
                                              .kappa = x->two.figure[AGREEMENT_KAPPA_QUADRATIC],
                                              .table = tables != NULL ? tables + at[k] * square : NULL};
    }
    out->pair = pair;
}

/* ---- weeks ---- */

/* Only the value is shown, so one resample is enough to ask for. */
static bool week_of(const struct opinions *o, size_t attribute, size_t week, const struct agreement_opts *opts,
                    struct panel_week *out, struct err *err)
{
    const struct opinions_filter f = {.attribute = attribute, .week = &week};
    const struct agreement_opts few = {.resamples = 1, .seed = opts->seed, .threads = 1};
    struct opinions_part p;
    struct agreement found;
    opinions_part(o, &f, &p);
    bool ok = agreement_of(&p.d, &few, &found, err);
    *out = (struct panel_week){.monday = names_text(&o->weeks, week)};
    if (ok) {
        out->shared = found.shared;
        out->kappa = found.figure[AGREEMENT_KAPPA_QUADRATIC];
        out->kappa.range = (struct metric_interval){(double)NAN, (double)NAN};
    }
    opinions_part_free(&p);
    return ok;
}

/* ---- the whole ---- */

static void tell(const struct agreement_part *p, struct arena *a, struct panel_sheet *out)
{
    double *level = arena_array(a, p->levels + 1, sizeof *level);
    memcpy(level, p->level, p->levels * sizeof *level);
    out->level = level;
    out->levels = p->levels;
    out->judgements = p->all.ratings;
    out->shared = p->all.shared;
    out->left_out = p->left_out;
    out->kappa = p->all.figure[AGREEMENT_KAPPA_QUADRATIC];
    out->alpha = p->all.figure[AGREEMENT_ALPHA_ORDINAL];
    out->raw = p->all.figure[AGREEMENT_RAW];
    out->reading = agreement_words(&p->all);
    out->none = p->none;
}

bool agreement_sheet(const struct opinions *o, size_t attribute, const size_t *week, size_t weeks,
                     const struct agreement_opts *opts, struct arena *a, struct panel_sheet *out,
                     const struct progress *progress, struct err *err)
{
    struct agreement_part p;
    const struct opinions_filter all = {.attribute = attribute};
    size_t *place = mem_array(names_count(&o->people) + 1, sizeof *place);
    *out = (struct panel_sheet){.attribute = names_text(&o->attributes, attribute)};
    bool ok = agreement_part_of(o, &all, opts, true, &p, err);
    if (ok) {
        tell(&p, a, out);
        find_people(o, &p, a, out, place);
        fill_pairs(o, &p, place, a, out);
    }
    struct panel_week *w = arena_array(a, weeks + 1, sizeof *w);
    out->week = w;
    for (size_t i = 0; ok && i < weeks; i++) {
        ok = (progress_tick(progress, (double)i + 1, (double)weeks + 1) || err_set(err, ERR_STOPPED, "stopped")) &&
             week_of(o, attribute, week[i], opts, &w[i], err);
        out->weeks += ok;
    }
    agreement_part_free(&p);
    mem_free(place);
    return ok || err_context(err, "%s", out->attribute);
}
