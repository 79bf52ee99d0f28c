#include "app/sides.h"

#include "core/base/mem.h"
#include "core/normal.h"

#include <math.h>

void sides_of(const struct data *d, const size_t *which, const double *z, size_t n, struct sides *out)
{
    size_t *at = mem_array(d->pairs.pairs.n + 1, sizeof *at); /* where a pair stands in `which`, from 1 */
    double *margin = mem_array(d->votes.n + 1, sizeof *margin);
    unsigned char *a = mem_array(d->votes.n + 1, sizeof *a);
    struct err err;
    *out = (struct sides){0};
    for (size_t i = 0; i < n; i++)
        at[which[i]] = i + 1;
    for (size_t i = 0; i < d->votes.n; i++) {
        const struct vote *v = &d->votes.v[i];
        if (at[v->pair] == 0 || v->side == 0 || v->preference == 0)
            continue;
        bool chosen_on_a = (v->preference > 0) == (v->side > 0);
        margin[out->n] = chosen_on_a ? z[at[v->pair] - 1] : -z[at[v->pair] - 1];
        a[out->n] = v->side > 0;
        out->n_a += v->side > 0;
        out->n++;
    }
    if (out->n == 0)
        out->absent = "no judgement of a person says on which side the better answer stood";
    else if (!platt_fit(margin, a, out->n, &out->platt, &err))
        out->absent = "all judgements are for one side, or the head finds all pairs equal";
    else if (!isfinite(out->platt.sd_B))
        out->absent = "the judgements do not determine it";
    mem_free(at);
    mem_free(margin);
    mem_free(a);
}

void sides_json(const struct sides *s, struct json_writer *w)
{
    jw_key(w, "side");
    jw_object(w);
    jw_kint(w, "judgements", (int64_t)s->n);
    jw_kint(w, "for_a", (int64_t)s->n_a);
    if (s->absent != NULL) {
        jw_kstr(w, "undefined", s->absent);
    } else {
        jw_knum(w, "intercept", s->platt.B);
        jw_key(w, "intercept_interval");
        jw_array(w);
        jw_num(w, s->platt.B - NORMAL_975 * s->platt.sd_B);
        jw_num(w, s->platt.B + NORMAL_975 * s->platt.sd_B);
        jw_array_end(w);
        jw_knum(w, "slope", s->platt.A);
    }
    jw_object_end(w);
}

void sides_text(const struct sides *s, struct buf *out)
{
    if (s->absent != NULL) {
        buf_addf(out, "\nSides: nothing to tell: %s\n", s->absent);
        return;
    }
    double lo = s->platt.B - NORMAL_975 * s->platt.sd_B, hi = s->platt.B + NORMAL_975 * s->platt.sd_B;
    buf_addf(out,
             "\nSides: %zu of %zu judgements are for A; of two answers that the head finds equal, A is preferred\n",
             s->n_a, s->n);
    buf_addf(out, "  with log-odds %.3f (95 %%: %.3f to %.3f)%s. Told, not kept: no map may prefer a side.\n",
             s->platt.B, lo, hi, lo <= 0 && hi >= 0 ? ", which may be none" : "");
}
