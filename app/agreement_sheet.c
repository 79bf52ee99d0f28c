#include "app/agreement_sheet.h"

#include <math.h>
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

static void fill_pairs(const struct opinions *o, const struct agreement_part *p, const size_t *place, struct arena *a,
                       struct panel_sheet *out)
{
    struct panel_pair *pair = arena_array(a, out->n * out->n + 1, sizeof *pair);
    size_t square = p->levels * p->levels;
    double *tables = p->levels <= PANEL_LEVELS ? arena_array(a, out->n * out->n * square + 1, sizeof *tables) : NULL;
    if (tables != NULL)
        agreement_tables(o, p, place, out->n, tables);
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
