#include "app/uncertainty.h"

#include "core/laplace.h"
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

struct pairing {
    const struct interval_source *source;
    const struct data *d;
    const double *rewards;
    const struct calibration *map;
    const size_t *which;
    double *scratch; /* BLOCK + 1 rows */
    double *z;       /* of all pairs: margins whose sigma is the averaged probability */
};

/* Mean of the mapped probability for a margin of which one standard deviation is known, as log-odds. */
static double average(const struct calibration *map, double margin, double sd)
{
    double spread = sd / map->temperature;
    return laplace_margin(margin / map->temperature, spread * spread);
}

/* Pairs [first, first + k). */
static bool take_block(const struct pairing *x, size_t first, size_t k, struct uncertainty *out, struct err *err)
{
    size_t cols = x->d->e.d;
    double value[BLOCK], *other = x->scratch + BLOCK * cols;
    struct interval in[BLOCK];
    for (size_t i = 0; i < k; i++) {
        const struct pair *p = &x->d->pairs.pairs.v[x->which[first + i]];
        embeddings_row_f64(&x->d->e, p->chosen, x->scratch + i * cols);
        embeddings_row_f64(&x->d->e, p->rejected, other);
        linalg_axpy(-1, other, x->scratch + i * cols, cols);
        value[i] = x->rewards[p->chosen] - x->rewards[p->rejected];
    }
    if (!interval_of_rows(x->source, x->scratch, k, value, in, err))
        return false;
    for (size_t i = 0; i < k; i++) {
        out->mean_width += calibration_probability(x->map, in[i].hi) - calibration_probability(x->map, in[i].lo);
        out->undecided += in[i].lo <= 0 && in[i].hi >= 0;
        x->z[first + i] = average(x->map, value[i], in[i].sd);
    }
    return true;
}

static bool take_pairs(const struct pairing *x, size_t n, struct uncertainty *out, struct err *err)
{
    bool ok = x->scratch != NULL || err_set(err, ERR_MEMORY, "no memory for intervals of %zu columns", x->d->e.d);
    for (size_t i = 0; ok && i < n; i += BLOCK)
        ok = take_block(x, i, n - i < BLOCK ? n - i : BLOCK, out, err);
    out->mean_width /= (double)n;
    out->undecided /= (double)n;
    return ok;
}

bool uncertainty_of_pairs(const struct head *h, const struct data *d, const double *rewards,
                          const struct calibration *map, const size_t *which, size_t n, const struct evaluate_opts *o,
                          struct uncertainty *out, struct err *err)
{
    struct interval_source s;
    *out = (struct uncertainty){.n = n};
    if (!interval_source_of(h, &s, err))
        return false;
    out->kind = s.kind;
    out->members = s.kind == INTERVAL_ENSEMBLE ? s.t->rows : 0;
    if (s.kind == INTERVAL_NONE || n == 0)
        return true;
    struct pairing x = {.source = &s, .d = d, .rewards = rewards, .map = map, .which = which};
    x.scratch = mem_block(BLOCK + 1, d->e.d * sizeof *x.scratch);
    x.z = mem_array(n, sizeof *x.z);
    bool ok = take_pairs(&x, n, out, err);
    if (ok && map->kind != CALIBRATION_ISOTONIC)
        ok = evaluate_margins(d, x.z, which, n, o, &out->averaged, err);
    mem_free(x.scratch);
    mem_free(x.z);
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
    if (u->averaged.m.n > 0) {
        jw_key(w, "averaged");
        jw_object(w);
        evaluation_json(&u->averaged, false, w);
        jw_object_end(w);
    }
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
