/* What abstention.c found, as JSON and as text. */
#include "app/abstention.h"

#include "core/chart.h"
#include "core/plot.h"

#include <math.h>
#include <stdio.h>

/* ---- JSON ---- */

static void row_json(const struct abstention_row *r, struct json_writer *w)
{
    char key[16];
    jw_key(w, abstention_key(r->kind));
    jw_object(w);
    jw_knum(w, "aurc", r->s.aurc);
    jw_knum(w, "excess_aurc", r->s.excess);
    jw_kint(w, "different", (int64_t)r->s.distinct);
    jw_key(w, "accuracy");
    jw_object(w);
    for (size_t i = 0; i < SELECTIVE_COVERAGES; i++) {
        snprintf(key, sizeof key, "%u", selective_coverages[i]);
        jw_knum(w, key, r->s.at[i].accuracy);
    }
    jw_object_end(w);
    jw_key(w, "intervals");
    jw_object(w);
    evaluation_interval_json(w, "aurc", r->s.aurc_interval);
    evaluation_interval_json(w, "excess_aurc", r->s.excess_interval);
    for (size_t i = 0; i < SELECTIVE_COVERAGES; i++) {
        snprintf(key, sizeof key, "%u", selective_coverages[i]);
        evaluation_interval_json(w, key, r->s.at[i].interval);
    }
    jw_object_end(w);
    jw_key(w, "curve");
    jw_array(w);
    for (size_t i = 0; i < r->points; i++) {
        jw_array(w);
        jw_num(w, r->coverage[i]);
        jw_num(w, r->risk[i]);
        jw_array_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

static void promise_json(const struct abstention *s, struct json_writer *w)
{
    const struct selective_promise *p = &s->promise;
    jw_key(w, "promise");
    jw_object(w);
    if (s->no_promise != NULL) {
        jw_kstr(w, "absent", s->no_promise);
    } else {
        threshold_json(p, w);
        jw_knum(w, "probability_above", p->sequences > 0 && !p->all && s->one_map ? s->probability : (double)NAN);
    }
    jw_object_end(w);
}

static void beyond_json(const struct abstention *s, struct json_writer *w)
{
    jw_key(w, "threshold");
    jw_object(w);
    jw_knum(w, "error_rate", s->threshold.error_rate);
    jw_knum(w, "level", s->threshold.level);
    jw_knum(w, "margin_above", s->threshold.margin < 0 ? (double)NAN : s->threshold.margin);
    jw_kint(w, "answered", (int64_t)s->beyond);
    jw_knum(w, "error", s->beyond > 0 ? s->beyond_wrong : (double)NAN);
    evaluation_interval_json(w, "error_interval", s->beyond_interval);
    jw_object_end(w);
}

/* KEY, KEY_accuracy, KEY_accuracy_interval */
static void region_json(const char *key, const struct abstention_region *g, struct json_writer *w)
{
    char name[64];
    jw_kint(w, key, (int64_t)g->pairs);
    snprintf(name, sizeof name, "%s_accuracy", key);
    jw_knum(w, name, g->pairs > 0 ? g->right : (double)NAN);
    snprintf(name, sizeof name, "%s_accuracy_interval", key);
    evaluation_interval_json(w, name, g->interval);
}

static void sdm_json(const struct abstention_sdm *s, struct json_writer *w)
{
    jw_key(w, "sdm");
    jw_object(w);
    if (s->absent != NULL) {
        jw_kstr(w, "absent", s->absent);
    } else {
        jw_kint(w, "training_pairs", (int64_t)s->support);
        jw_kint(w, "calibration_pairs", (int64_t)s->calibration);
        jw_kint(w, "folds", (int64_t)s->folds);
        jw_kint(w, "folds_with_region", (int64_t)s->with_region);
        jw_knum(w, "alpha", ABSTENTION_ALPHA);
        jw_knum(w, "dissimilar", s->dissimilar);
        region_json("reliable", &s->region, w);
        region_json("cautiously_reliable", &s->cautious, w);
    }
    jw_object_end(w);
}

void abstention_json(const struct abstention *s, struct json_writer *w)
{
    const struct selective *first = &s->rows[0].s;
    jw_key(w, "selective");
    jw_object(w);
    jw_kint(w, "n", (int64_t)first->n);
    jw_knum(w, "error", first->error);
    jw_knum(w, "best_aurc", first->best);
    jw_knum(w, "best_aurc_approximate", first->best_near);
    jw_key(w, "by");
    jw_object(w);
    for (size_t i = 0; i < s->n_rows; i++)
        row_json(&s->rows[i], w);
    jw_object_end(w);
    if (s->threshold.known)
        beyond_json(s, w);
    if (s->wanted)
        promise_json(s, w);
    if (s->with_sdm)
        sdm_json(&s->sdm, w);
    jw_object_end(w);
}

/* ---- text ---- */

enum { KEY = 11, CELL = 23 };

/* "91.2 % (89.0-93.1)" */
static void share_cell(double v, struct metric_interval in, char *cell, size_t size)
{
    int n = snprintf(cell, size, "%.1f %%", 100 * v);
    if (isfinite(in.lo))
        snprintf(cell + n, size - (size_t)n, " (%.1f-%.1f)", 100 * in.lo, 100 * in.hi);
}

static void number_cell(double v, struct metric_interval in, char *cell, size_t size)
{
    int n = snprintf(cell, size, "%.4f", v);
    if (isfinite(in.lo))
        snprintf(cell + n, size - (size_t)n, " (%.4f-%.4f)", in.lo, in.hi);
}

static void accuracy_table(const struct abstention *s, struct buf *out)
{
    char cell[80];
    buf_addf(out, "  %-*s", KEY, "surest by");
    for (size_t i = 0; i < SELECTIVE_COVERAGES; i++) {
        snprintf(cell, sizeof cell, "%u %% answered", selective_coverages[i]);
        buf_addf(out, " %-*s", CELL, cell);
    }
    buf_adds(out, " all\n");
    for (size_t r = 0; r < s->n_rows; r++) {
        const struct abstention_row *row = &s->rows[r];
        buf_addf(out, "  %-*s", KEY, abstention_key(row->kind));
        for (size_t i = 0; i < SELECTIVE_COVERAGES; i++) {
            share_cell(row->s.at[i].accuracy, row->s.at[i].interval, cell, sizeof cell);
            buf_addf(out, " %-*s", CELL, cell);
        }
        buf_addf(out, " %.1f %%\n", 100 * (1 - row->s.error));
    }
}

static void area_table(const struct abstention *s, struct buf *out)
{
    enum { WIDE = 30 };
    char area[80], excess[80];
    buf_addf(out, "  %-*s %-*s %s\n", KEY, "surest by", WIDE, "errors over all shares (AURC)", "above the best order");
    for (size_t r = 0; r < s->n_rows; r++) {
        const struct selective *x = &s->rows[r].s;
        number_cell(x->aurc, x->aurc_interval, area, sizeof area);
        number_cell(x->excess, x->excess_interval, excess, sizeof excess);
        buf_addf(out, "  %-*s %-*s %s\n", KEY, abstention_key(s->rows[r].kind), WIDE, area, excess);
    }
    buf_addf(out, "  %-*s %.4f\n", KEY, "best order", s->rows[0].s.best);
}

/* Does this row order the pairs otherwise than the plain one? */
static bool other_order(const struct abstention *s, size_t r)
{
    const struct selective *plain = &s->rows[0].s, *x = &s->rows[r].s;
    return x->aurc > plain->aurc || x->aurc < plain->aurc;
}

/* The risk of the first few pairs jumps from 0 to 1 and says nothing. */
#define PLOTTED_FROM 0.05

static void plot(const struct abstention *s, bool ascii, struct buf *out)
{
    struct chart_series series[ABSTENTION_KINDS];
    struct chart_curve curve = {.x = {.label = "answered", .lo = 0, .hi = 1, .percent = true},
                                .y = {.label = "wrong among them", .percent = true},
                                .series = series};
    for (size_t r = 0; r < s->n_rows; r++) {
        const struct abstention_row *row = &s->rows[r];
        size_t from = 0;
        while (row->coverage[from] < PLOTTED_FROM)
            from++;
        if (r == 0 || other_order(s, r))
            series[curve.n++] = (struct chart_series){.name = abstention_key(row->kind),
                                                      .x = row->coverage + from,
                                                      .y = row->risk + from,
                                                      .n = row->points - from};
    }
    plot_curve(&curve, PLOT_COLUMNS, PLOT_LINES, ascii ? PLOT_ASCII : PLOT_UNICODE, out);
}

static void kept_text(const struct abstention *s, struct buf *out)
{
    const struct selective_promise *p = &s->promise;
    if (p->all)
        buf_adds(out, "It may answer every pair:");
    else if (s->one_map)
        buf_addf(out, "It may answer when it says more than %.2f %% (a margin of %.4g):", 100 * s->probability,
                 p->above);
    else
        buf_addf(out, "It may answer when the margin of rewards is above %.4g:", p->above);
    buf_addf(out,
             "\n%zu of %zu pairs, of which %zu are wrong; by the exact bound at most %.2f %%.\n"
             "With %g %% confidence that holds for new pairs of this kind, one a prompt, if errors grow where\n"
             "it is less sure; and for these pairs, given which they are, in any case.\n",
             p->answered, p->n, p->errors, 100 * p->bound, 100 * p->level);
}

static void promise_text(const struct abstention *s, struct buf *out)
{
    const struct selective_promise *p = &s->promise;
    if (s->no_promise != NULL) {
        buf_addf(out, "No error rate can be promised: %s.\n", s->no_promise);
        return;
    }
    buf_addf(out, "At most %g %% errors? ", 100 * p->rate);
    if (p->kept) {
        kept_text(s, out);
        return;
    }
    buf_adds(out, "That cannot be promised: ");
    if (p->sequences == 0)
        buf_addf(out, "it takes %zu pairs of different prompts\nwithout an error, and there are %zu.\n", p->fewest,
                 p->n);
    else
        buf_addf(out, "of the %zu surest\npairs %zu are wrong, by the exact bound at most %.1f %%.\n", p->answered,
                 p->errors, 100 * p->bound);
}

static void beyond_text(const struct abstention *s, size_t n, struct buf *out)
{
    char cell[80];
    buf_addf(out, "By its own threshold (at most %g %% errors", 100 * s->threshold.error_rate);
    if (s->threshold.margin >= 0)
        buf_addf(out, "; a margin above %.4g", s->threshold.margin);
    buf_addf(out, ") it answers %zu of %zu pairs", s->beyond, n);
    if (s->beyond > 0) {
        share_cell(s->beyond_wrong, s->beyond_interval, cell, sizeof cell);
        buf_addf(out, ",\nof which are wrong %s", cell);
    }
    buf_adds(out, ".\n");
}

static void region_of_text(const struct abstention_region *g, size_t n, struct buf *out)
{
    char cell[80];
    buf_addf(out, "%zu of %zu pairs", g->pairs, n);
    if (g->pairs > 0) {
        share_cell(g->right, g->interval, cell, sizeof cell);
        buf_addf(out, ", right %s", cell);
    }
}

static void region_text(const struct abstention_sdm *s, size_t n, struct buf *out)
{
    if (s->with_region == 0) {
        buf_addf(out, "No finite threshold makes a region of %g %% reliability.\n", 100 * ABSTENTION_ALPHA);
        return;
    }
    buf_addf(out, "Region of %g %% reliability: ", 100 * ABSTENTION_ALPHA);
    region_of_text(&s->region, n, out);
    if (s->with_region < s->folds)
        buf_addf(out, "; %zu of %zu folds have no finite threshold", s->folds - s->with_region, s->folds);
    buf_addf(out, ".\nWith a threshold that few of %d random halves exceed: ", SDM_SPLITS);
    region_of_text(&s->cautious, n, out);
    buf_adds(out, ".\n");
}

static void sdm_text(const struct abstention_sdm *s, size_t n, struct buf *out)
{
    if (s->absent != NULL) {
        buf_addf(out, "No similarity to training pairs:\n%s.\n", s->absent);
        return;
    }
    buf_addf(out, "SDM: nearest of %zu training pairs; ", s->support);
    if (s->calibration > 0)
        buf_addf(out, "distances and thresholds from %zu pairs marked calibration.\n", s->calibration);
    else
        buf_addf(out, "distances and thresholds from the other of %zu folds of these pairs.\n", s->folds);
    buf_addf(out, "%.1f %% of the pairs are like none that it was fitted to and gets right.\n", 100 * s->dissimilar);
    region_text(s, n, out);
}

void abstention_text(const struct abstention *s, const struct judged *j, struct buf *out)
{
    size_t n = s->rows[0].s.n;
    buf_adds(out, "If it answers only the pairs it is surest of, how often is it right?\n\n");
    accuracy_table(s, out);
    buf_addc(out, '\n');
    area_table(s, out);
    if (s->rows[0].s.distinct == 1)
        buf_adds(out, "  (it is equally sure of all: there is nothing to select by)\n");
    if (s->n_rows > 1 && s->rows[1].kind == ABSTENTION_CALIBRATED && !other_order(s, 1))
        buf_adds(out, "  (one map for all pairs leaves their order alone: calibrated is as plain)\n");
    buf_addc(out, '\n');
    plot(s, j->o.ascii, out);
    if (s->threshold.known) {
        buf_addc(out, '\n');
        beyond_text(s, n, out);
    }
    if (s->wanted) {
        buf_addc(out, '\n');
        promise_text(s, out);
    }
    if (s->with_sdm) {
        buf_addc(out, '\n');
        sdm_text(&s->sdm, n, out);
    }
}
