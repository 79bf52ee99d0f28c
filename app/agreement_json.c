#include "app/agreement_told.h"
#include "app/evaluate.h"

#include <math.h>
#include <string.h>

const char *const agreement_by_names[] = {"attribute", "source", "week", "annotator", NULL};

double *agreement_table_of_two(const struct agreement_told *r, const struct agreement_part *p,
                               const struct agreement_pair *x)
{
    size_t people = names_count(&r->o.people), square = p->levels * p->levels;
    size_t *place = mem_array(people + 1, sizeof *place);
    double *both = mem_array(4 * square + 1, sizeof *both);
    for (size_t i = 0; i < people; i++)
        place[i] = i == x->a ? 0 : i == x->b ? 1 : NAMES_NONE;
    agreement_tables(&r->o, p, place, 2, both);
    memmove(both, both + square, square * sizeof *both); /* the first beside the second */
    mem_free(place);
    return both;
}

void agreement_figure_json(struct json_writer *w, const char *key, const struct agreement_figure *f)
{
    jw_key(w, key);
    jw_object(w);
    jw_knum(w, "value", f->value);
    evaluation_interval_json(w, "interval", f->range);
    if (f->why != NULL)
        jw_kstr(w, "why", f->why);
    jw_object_end(w);
}

static void measured_json(struct json_writer *w, const char *key, const struct agreement *a)
{
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "judgements", (int64_t)a->ratings);
    jw_kint(w, "items", (int64_t)a->items);
    jw_kint(w, "shared_items", (int64_t)a->shared);
    jw_kint(w, "annotators", (int64_t)a->raters);
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        agreement_figure_json(w, agreement_names[k].key, &a->figure[k]);
    jw_object_end(w);
}

static void table_json(const char *key, const double *table, size_t levels, struct json_writer *w)
{
    jw_key(w, key);
    jw_array(w);
    for (size_t i = 0; i < levels; i++) {
        jw_array(w);
        for (size_t j = 0; j < levels; j++)
            jw_int(w, (int64_t)table[i * levels + j]);
        jw_array_end(w);
    }
    jw_array_end(w);
}

static void pairs_json(const struct agreement_told *r, const struct agreement_part *p, struct json_writer *w)
{
    jw_key(w, "pairs");
    jw_array(w);
    for (size_t i = 0; i < p->pairs; i++) {
        jw_object(w);
        jw_kstr(w, "a", names_text(&r->o.people, p->pair[i].a));
        jw_kstr(w, "b", names_text(&r->o.people, p->pair[i].b));
        jw_kint(w, "shared_items", (int64_t)p->pair[i].two.shared);
        for (size_t k = 0; k < AGREEMENT_TWO; k++)
            agreement_figure_json(w, agreement_names[k].key, &p->pair[i].two.figure[k]);
        if (r->confusion) {
            double *table = agreement_table_of_two(r, p, &p->pair[i]);
            table_json("confusion", table, p->levels, w);
            mem_free(table);
        }
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_kint(w, "annotators_left_out", (int64_t)p->left_out);
    agreement_figure_json(w, "mean_kappa_quadratic", &p->mean);
}

static void confusion_json(const struct agreement_part *p, struct json_writer *w)
{
    jw_key(w, "levels");
    jw_array(w);
    for (size_t i = 0; i < p->levels; i++)
        jw_num(w, p->level[i]);
    jw_array_end(w);
    table_json("confusion", p->confusion, p->levels, w);
}

static void share_json(struct json_writer *w, const char *key, struct agreement_share s)
{
    struct metric_interval i = {(double)NAN, (double)NAN};
    if (s.of > 0)
        metric_wilson((double)s.n, (double)s.of, &i.lo, &i.hi);
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "n", (int64_t)s.n);
    jw_kint(w, "of", (int64_t)s.of);
    evaluation_interval_json(w, "interval", i);
    jw_object_end(w);
}

static void gold_json(const struct agreement_person *p, struct json_writer *w)
{
    jw_key(w, "gold");
    jw_object(w);
    share_json(w, "right", p->gold);
    share_json(w, "first_half", p->gold_before);
    share_json(w, "second_half", p->gold_after);
    jw_knum(w, "drift", p->drift.change);
    evaluation_interval_json(w, "interval", p->drift.range);
    jw_object_end(w);
}

static void alarms_json(const struct agreement_person *p, struct json_writer *w)
{
    const char *words[AGREEMENT_ALARMS];
    size_t n = agreement_alarms(p, words);
    jw_key(w, "alarms");
    jw_array(w);
    for (size_t i = 0; i < n; i++)
        jw_str(w, words[i]);
    jw_array_end(w);
}

static void people_json(const struct agreement_told *r, struct json_writer *w)
{
    jw_key(w, "annotators");
    jw_array(w);
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->judgements == 0)
            continue;
        jw_object(w);
        jw_kstr(w, "annotator", names_text(&r->o.people, i));
        jw_kint(w, "judgements", (int64_t)p->judgements);
        share_json(w, "side_a", p->side_a);
        share_json(w, "longer", p->longer);
        share_json(w, "straight_lines", p->straight);
        share_json(w, "neither", p->neither);
        share_json(w, "same_on_repeats", p->same);
        if (p->gold.of > 0)
            gold_json(p, w);
        alarms_json(p, w);
        jw_knum(w, "active_seconds", p->seconds);
        jw_knum(w, "median_seconds", p->median);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void agreement_told_json(const struct agreement_told *r, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "by", agreement_by_names[r->by]);
    jw_key(&w, "parts");
    jw_array(&w);
    for (size_t i = 0; i < r->parts.n; i++) {
        const struct agreement_part *p = &r->parts.v[i];
        jw_object(&w);
        jw_kstr(&w, "attribute", names_text(&r->o.attributes, p->attribute));
        if (p->group != NULL)
            jw_kstr(&w, agreement_by_names[r->by], p->group);
        measured_json(&w, "as_judged", &p->all);
        measured_json(&w, "after_filtering", &p->kept);
        jw_kstr(&w, "reading", agreement_words(&p->all));
        if (r->by == AGREEMENT_BY_ATTRIBUTE || r->by == AGREEMENT_BY_ANNOTATOR)
            pairs_json(r, p, &w);
        confusion_json(p, &w);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    people_json(r, &w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}
