#include "app/report_opinion.h"

#include "core/names.h"
#include "store/label.h"

#include <string.h>

struct collector {
    struct names people;
    VEC(size_t) item, rater;
    VEC(double) value, side; /* -3 ... 3; -1, 0, 1 */
    size_t items;
    struct report_people *out;
};

static bool collect(void *ctx, const struct label_pair *pair)
{
    struct collector *c = ctx;
    for (size_t i = 0; i < pair->n_votes; i++) {
        const struct label_vote *v = &pair->votes[i];
        if (!v->by_person)
            continue;
        vec_push(&c->item, c->items);
        vec_push(&c->rater, names_add(&c->people, v->annotator, strlen(v->annotator), NULL));
        vec_push(&c->value, (double)v->preference);
        vec_push(&c->side, (double)((v->preference > 0) - (v->preference < 0)));
        c->out->sided += v->preference != 0;
        c->out->for_a += v->preference != 0 && (v->preference < 0) == (v->a_is == 1);
    }
    c->items++;
    return true;
}

/* Every question that people were asked, as they answered and after filtering. */
static bool measure_parts(struct db *db, const struct evaluate_opts *e, struct report_people *out, struct err *err)
{
    const struct agreement_opts opts = {.resamples = e->resamples, .seed = e->seed};
    if (!opinions_of(db, true, &out->opinions, err))
        return false;
    for (size_t a = 0; a < names_count(&out->opinions.attributes); a++) {
        struct agreement_part p;
        if (!agreement_part_of(&out->opinions, &(struct opinions_filter){.attribute = a}, &opts, false, &p, err)) {
            agreement_part_free(&p);
            return err_context(err, "%s", names_text(&out->opinions.attributes, a));
        }
        if (p.none == NULL)
            vec_push(&out->parts, p);
        else
            agreement_part_free(&p);
    }
    return true;
}

bool report_people_read(struct db *db, const struct evaluate_opts *e, struct report_people *out, struct err *err)
{
    static const double scale[] = {-3, -2, -1, 0, 1, 2, 3}, sides[] = {-1, 0, 1};
    struct collector c = {.out = out};
    const struct label_options options = {.by = LABEL_BY_PEOPLE, .votes = true};
    const struct agreement_opts o = {.resamples = e->resamples, .seed = e->seed};
    bool ok = label_each_pair(db, &options, collect, &c, err);
    if (ok && c.item.n > 0) {
        struct agreement_data d = {.item = c.item.v,
                                   .rater = c.rater.v,
                                   .value = c.side.v,
                                   .n = c.item.n,
                                   .items = c.items,
                                   .raters = names_count(&c.people),
                                   .levels = sides,
                                   .n_levels = sizeof sides / sizeof *sides};
        ok = agreement_of(&d, &o, &out->side, err);
        d.value = c.value.v;
        d.levels = scale;
        d.n_levels = sizeof scale / sizeof *scale;
        ok = ok && agreement_of(&d, &o, &out->strength, err);
    }
    names_free(&c.people);
    vec_free(&c.item);
    vec_free(&c.rater);
    vec_free(&c.value);
    vec_free(&c.side);
    return ok && measure_parts(db, e, out, err);
}

void report_people_free(struct report_people *x)
{
    for (size_t i = 0; i < x->parts.n; i++)
        agreement_part_free(&x->parts.v[i]);
    vec_free(&x->parts);
    opinions_free(&x->opinions);
}
