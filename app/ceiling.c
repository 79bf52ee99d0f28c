#include "app/ceiling.h"

#include "app/agreement.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A judgement that took a side, of the comparison of rows low and high: 1 for the low one, -1 for the high one. */
struct side_taken {
    size_t low, high, judged; /* judged: a position in j->which */
    int annotator, side;
};

struct sides_taken {
    struct side_taken *v;
    size_t n;
};

static int by_comparison(const struct side_taken *x, const struct side_taken *y)
{
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return x->high < y->high ? -1 : x->high > y->high;
}

static int by_person(const void *a, const void *b)
{
    const struct side_taken *x = a, *y = b;
    int order = by_comparison(x, y);
    if (order != 0)
        return order;
    if (x->annotator != y->annotator)
        return x->annotator < y->annotator ? -1 : 1;
    return x->judged < y->judged ? -1 : x->judged > y->judged;
}

static struct side_taken opinion_of(const struct pair *p, const struct vote *v, size_t judged)
{
    bool chosen_low = p->chosen<p->rejected, for_chosen = v->preference> 0;
    return (struct side_taken){.low = chosen_low ? p->chosen : p->rejected,
                               .high = chosen_low ? p->rejected : p->chosen,
                               .judged = judged,
                               .annotator = v->annotator,
                               .side = for_chosen == chosen_low ? 1 : -1};
}

/* Those of judged pairs, by comparison and person, one a person. */
static void collect(const struct judged *j, struct sides_taken *out)
{
    const struct data *d = j->d;
    size_t *at = mem_array(d->pairs.pairs.n + 1, sizeof *at), kept = 0; /* 1 + position in j->which */
    out->v = mem_array(d->votes.n + 1, sizeof *out->v);
    for (size_t i = 0; i < j->n; i++)
        at[j->which[i]] = i + 1;
    for (size_t i = 0; i < d->votes.n; i++) {
        const struct vote *v = &d->votes.v[i];
        if (at[v->pair] > 0 && v->preference != 0)
            out->v[out->n++] = opinion_of(&d->pairs.pairs.v[v->pair], v, at[v->pair] - 1);
    }
    qsort(out->v, out->n, sizeof *out->v, by_person);
    for (size_t i = 0; i < out->n; i++)
        if (kept == 0 || by_comparison(&out->v[kept - 1], &out->v[i]) != 0 ||
            out->v[kept - 1].annotator != out->v[i].annotator)
            out->v[kept++] = out->v[i];
    out->n = kept;
    mem_free(at);
}

static size_t end_of_comparison(const struct sides_taken *o, size_t from)
{
    size_t to = from + 1;
    while (to < o->n && by_comparison(&o->v[from], &o->v[to]) == 0)
        to++;
    return to;
}

/* The head's side of a comparison: for its low row? */
static int head_side(const struct judged *j, const struct side_taken *o)
{
    double z = j->z[o->judged];
    int side = (z > 0) - (z < 0);
    return j->d->pairs.pairs.v[j->which[o->judged]].chosen == o->low ? side : -side;
}

static void measure(const struct judged *j, const struct sides_taken *o, struct ceiling *out)
{
    struct panel_item *item = mem_array(o->n + 1, sizeof *item);
    uint64_t *key = mem_array(o->n + 1, sizeof *key);
    bool *seen = mem_array(names_count(&j->d->pairs.annotators) + 1, sizeof *seen);
    size_t n = 0;
    for (size_t i = 0, next; i < o->n; i = next, n++) {
        next = end_of_comparison(o, i);
        item[n].head = head_side(j, &o->v[i]);
        key[n] = j->key[o->v[i].judged];
        for (size_t k = i; k < next; k++) {
            item[n].one += o->v[k].side > 0;
            item[n].other += o->v[k].side < 0;
            if (next - i >= 2 && !seen[o->v[k].annotator]) {
                seen[o->v[k].annotator] = true;
                out->people++;
            }
        }
    }
    panel_of(item, key, n, j->o.e.resamples, j->o.e.seed, &out->p);
    mem_free(item);
    mem_free(key);
    mem_free(seen);
}

bool ceiling_of(const struct judged *j, struct ceiling *out, struct err *err)
{
    struct sides_taken o = {0};
    (void)err;
    if (j->n == 0 || j->d->votes.n == 0) {
        out->absent = j->n == 0 ? "there are no pairs" : "it is not known who judged the pairs";
        return true;
    }
    out->even = j->d->even;
    collect(j, &o);
    measure(j, &o, out);
    mem_free(o.v);
    if (out->p.items == 0)
        out->absent = "no pair was judged by two people who took sides";
    return true;
}

/* ---- told ---- */

void ceiling_json(const struct ceiling *x, struct json_writer *w)
{
    jw_key(w, "ceiling");
    jw_object(w);
    jw_kint(w, "pairs", (int64_t)x->p.items);
    jw_kint(w, "judgements", (int64_t)x->p.judgements);
    jw_kint(w, "people", (int64_t)x->people);
    jw_kint(w, "evenly_split_left_out", (int64_t)x->even);
    for (size_t k = 0; k < PANEL_COUNT; k++)
        agreement_figure_json(w, panel_names[k].key, &x->p.figure[k]);
    jw_object_end(w);
}

static void line(const char *title, const struct agreement_figure *f, struct buf *out)
{
    buf_addf(out, "  %-48s ", title);
    if (f->why != NULL) {
        buf_addf(out, "undefined, because %s\n", f->why);
        return;
    }
    buf_addf(out, "%5.1f %%", 100 * f->value);
    if (isfinite(f->range.lo))
        buf_addf(out, " (%.1f to %.1f)", 100 * f->range.lo, 100 * f->range.hi);
    buf_addc(out, '\n');
}

void ceiling_text(const struct ceiling *x, const struct judged *j, struct buf *out)
{
    (void)j;
    buf_addf(out, "How right can it be? %zu pair%s with %zu judgements by %zu people\n\n", x->p.items,
             PLURAL(x->p.items), x->p.judgements, x->people);
    for (size_t k = 0; k < PANEL_COUNT; k++)
        line(panel_names[k].title, &x->p.figure[k], out);
    buf_adds(out, "  (the ceiling takes people as equally often right, and pairs as equally hard)\n");
    if (x->even > 0)
        buf_addf(out, "  (%zu comparison%s left out, as people were evenly split: agreement looks too good)\n", x->even,
                 x->even == 1 ? " is" : "s are");
}

void ceiling_free(struct ceiling *x)
{
    (void)x;
}
