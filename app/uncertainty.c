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
    s.whole = true;
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
    const struct judged *j;
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
    const struct embeddings *e = &x->j->d->e;
    const double *margin = x->j->margin + first;
    double *other = x->scratch + BLOCK * e->d;
    struct interval in[BLOCK];
    for (size_t i = 0; i < k; i++) {
        const struct pair *p = &x->j->d->pairs.pairs.v[x->j->which[first + i]];
        embeddings_row_f64(e, p->chosen, x->scratch + i * e->d);
        embeddings_row_f64(e, p->rejected, other);
        linalg_axpy(-1, other, x->scratch + i * e->d, e->d);
    }
    if (!interval_of_rows(x->source, x->scratch, k, margin, in, err))
        return false;
    for (size_t i = 0; i < k; i++) {
        struct calibration map = judged_map(x->j, first + i);
        out->mean_width += calibration_probability(&map, in[i].hi) - calibration_probability(&map, in[i].lo);
        out->undecided += in[i].lo <= 0 && in[i].hi >= 0;
        x->z[first + i] = average(&map, margin[i], in[i].sd);
    }
    return true;
}

static bool take_pairs(const struct interval_source *s, const struct judged *j, double *z, struct uncertainty *out,
                       struct err *err)
{
    struct pairing x = {.source = s, .j = j, .z = z};
    x.scratch = mem_block(BLOCK + 1, j->d->e.d * sizeof *x.scratch);
    bool ok = x.scratch != NULL || err_set(err, ERR_MEMORY, "no memory for intervals of %zu columns", j->d->e.d);
    for (size_t i = 0; ok && i < j->n; i += BLOCK)
        ok = take_block(&x, i, j->n - i < BLOCK ? j->n - i : BLOCK, out, err);
    out->mean_width /= (double)j->n;
    out->undecided /= (double)j->n;
    mem_free(x.scratch);
    return ok;
}

bool uncertainty_margins(const struct judged *j, double *z, bool *knows, struct err *err)
{
    struct interval_source s = {.kind = INTERVAL_NONE};
    struct uncertainty aside = {0};
    if (j->head != NULL && !interval_source_of(j->head, &s, err))
        return false;
    *knows = s.kind != INTERVAL_NONE && j->n > 0;
    return !*knows || take_pairs(&s, j, z, &aside, err);
}

bool uncertainty_of(const struct judged *j, struct uncertainty *out, struct err *err)
{
    struct interval_source s = {.kind = INTERVAL_NONE};
    if (j->head != NULL && !interval_source_of(j->head, &s, err))
        return false;
    out->n = j->n;
    out->kind = s.kind;
    out->members = s.kind == INTERVAL_ENSEMBLE ? s.t->rows : 0;
    out->absent = j->n == 0                 ? "there are no pairs"
                  : s.kind == INTERVAL_NONE ? "the head does not say how sure it is; `assay train --bootstrap` and "
                                              "`--laplace` make heads that do"
                                            : NULL;
    if (out->absent != NULL)
        return true;
    double *z = mem_array(j->n, sizeof *z);
    bool ok = take_pairs(&s, j, z, out, err);
    if (ok && (j->map.kind == CALIBRATION_NONE || j->map.kind == CALIBRATION_TEMPERATURE))
        ok = judged_figures(j, z, &out->averaged, err);
    mem_free(z);
    return ok;
}

void uncertainty_json(const struct uncertainty *u, struct json_writer *w)
{
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
        evaluation_json(&u->averaged, w);
        jw_object_end(w);
    }
    jw_object_end(w);
}

void uncertainty_text(const struct uncertainty *u, const struct judged *j, struct buf *out)
{
    (void)j;
    buf_addf(out, "The head's own 95 %% intervals of these probabilities (%s", interval_key(u->kind));
    if (u->members > 0)
        buf_addf(out, ", %zu heads", u->members);
    buf_addf(out, ") are %.3f wide on average;\n%.1f %% of the pairs have one that holds 1/2: it cannot tell.\n",
             u->mean_width, 100 * u->undecided);
    if (u->averaged.m.n == 0)
        return;
    evaluation_heading(out);
    evaluation_row("averaged over them", &u->averaged, out);
}

void uncertainty_free(struct uncertainty *u)
{
    (void)u;
}
