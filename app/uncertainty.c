#include "app/uncertainty.h"

#include "core/linalg.h"

/* Rows taken at a time. */
enum { BLOCK = 256 };

bool uncertainty_of_rows(const struct head *h, const struct embeddings *e, const double *rewards, struct interval **out,
                         struct err *err)
{
    struct interval_source s;
    *out = NULL;
    if (!interval_source_of(h, &s, err))
        return false;
    if (s.kind == INTERVAL_NONE)
        return true;
    double *X = mem_block(BLOCK, e->d * sizeof *X);
    bool ok = X != NULL || err_set(err, ERR_MEMORY, "no memory for intervals of %zu columns", e->d);
    *out = mem_array(e->n, sizeof **out);
    for (size_t i = 0, k; ok && i < e->n; i += k) {
        k = e->n - i < BLOCK ? e->n - i : BLOCK;
        for (size_t r = 0; r < k; r++)
            embeddings_row_f64(e, i + r, X + r * e->d);
        ok = interval_of_rows(&s, X, k, rewards + i, *out + i, err);
    }
    mem_free(X);
    return ok;
}

/* ---- pairs ---- */

static void count_pair(const struct calibration *map, const struct interval *i, struct uncertainty *out)
{
    double lo = calibration_probability(map, i->lo), hi = calibration_probability(map, i->hi);
    out->mean_width += hi - lo;
    out->undecided += i->lo <= 0 && i->hi >= 0;
}

/* Pairs which[0 .. k-1]. scratch: room for BLOCK + 1 rows. */
static bool take_block(const struct interval_source *s, const struct data *d, const double *rewards,
                       const struct calibration *map, const size_t *which, size_t k, double *scratch,
                       struct uncertainty *out, struct err *err)
{
    double z[BLOCK], *other = scratch + BLOCK * d->e.d;
    struct interval intervals[BLOCK];
    for (size_t i = 0; i < k; i++) {
        const struct pair *p = &d->pairs.pairs.v[which[i]];
        embeddings_row_f64(&d->e, p->chosen, scratch + i * d->e.d);
        embeddings_row_f64(&d->e, p->rejected, other);
        linalg_axpy(-1, other, scratch + i * d->e.d, d->e.d);
        z[i] = rewards[p->chosen] - rewards[p->rejected];
    }
    if (!interval_of_rows(s, scratch, k, z, intervals, err))
        return false;
    for (size_t i = 0; i < k; i++)
        count_pair(map, &intervals[i], out);
    return true;
}

bool uncertainty_of_pairs(const struct head *h, const struct data *d, const double *rewards,
                          const struct calibration *map, const size_t *which, size_t n, struct uncertainty *out,
                          struct err *err)
{
    struct interval_source s;
    *out = (struct uncertainty){.n = n};
    if (!interval_source_of(h, &s, err))
        return false;
    out->kind = s.kind;
    out->members = s.kind == INTERVAL_ENSEMBLE ? s.t->rows : 0;
    if (s.kind == INTERVAL_NONE || n == 0)
        return true;
    double *scratch = mem_block(BLOCK + 1, d->e.d * sizeof *scratch);
    bool ok = scratch != NULL || err_set(err, ERR_MEMORY, "no memory for intervals of %zu columns", d->e.d);
    for (size_t i = 0; ok && i < n; i += BLOCK)
        ok = take_block(&s, d, rewards, map, which + i, n - i < BLOCK ? n - i : BLOCK, scratch, out, err);
    mem_free(scratch);
    out->mean_width /= (double)n;
    out->undecided /= (double)n;
    return ok;
}

void uncertainty_json(const struct uncertainty *u, struct json_writer *w)
{
    if (u->kind == INTERVAL_NONE)
        return;
    jw_key(w, "uncertainty");
    jw_object(w);
    jw_kstr(w, "kind", interval_key(u->kind));
    if (u->members > 0)
        jw_kint(w, "heads", (int64_t)u->members);
    jw_knum(w, "mean_width", u->mean_width);
    jw_knum(w, "undecided", u->undecided);
    jw_object_end(w);
}

void uncertainty_text(const struct uncertainty *u, struct buf *out)
{
    if (u->kind == INTERVAL_NONE || u->n == 0)
        return;
    buf_addf(out, "\nThe head's own 95 %% intervals of these probabilities (%s", interval_key(u->kind));
    if (u->members > 0)
        buf_addf(out, ", %zu heads", u->members);
    buf_addf(out, ") are %.3f wide on average;\n%.1f %% of the pairs have one that holds 1/2: it cannot tell.\n",
             u->mean_width, 100 * u->undecided);
}
