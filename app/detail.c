#include "app/detail.h"

#include <math.h>
#include <stdio.h>

bool detail_of(const struct judged *j, struct detail *out, struct err *err)
{
    const struct metric_pairs pairs = {.z = j->z, .p = j->p, .n = j->n};
    const struct metric_calibration_opts o = {.bins = j->o.e.bins, .resamples = j->o.e.resamples, .seed = j->o.e.seed};
    if (j->n == 0) {
        out->absent = "there are no pairs";
        return true;
    }
    return metric_calibration_of(&pairs, j->key, &o, &out->c, err) && metric_order_of(&pairs, j->key, &out->o, err);
}

/* ---- JSON ---- */

static void figure_json(struct json_writer *w, const char *key, double value, struct metric_interval i)
{
    jw_key(w, key);
    jw_object(w);
    jw_knum(w, "value", value);
    evaluation_interval_json(w, "interval", i);
    jw_object_end(w);
}

static void brier_json(const struct metric_calibration *c, struct json_writer *w)
{
    jw_key(w, "brier");
    jw_object(w);
    figure_json(w, "reliability", c->reliability, c->reliability_range);
    jw_knum(w, "reliability_debiased", c->reliability_debiased);
    figure_json(w, "resolution", c->resolution, c->resolution_range);
    jw_knum(w, "uncertainty", c->uncertainty);
    jw_knum(w, "within_variance", c->within_variance);
    jw_knum(w, "within_covariance", c->within_covariance);
    jw_object_end(w);
}

void detail_json(const struct detail *x, struct json_writer *w)
{
    jw_key(w, "detail");
    jw_object(w);
    jw_kint(w, "bins", (int64_t)x->c.n_bins);
    brier_json(&x->c, w);
    jw_key(w, "calibration");
    jw_object(w);
    figure_json(w, "ece_equal_mass", x->c.ece_mass, x->c.ece_mass_range);
    figure_json(w, "ace", x->c.ace, x->c.ace_range);
    figure_json(w, "ece_debiased", x->c.ece_debiased, x->c.ece_debiased_range);
    jw_knum(w, "mean_gap", x->c.mean_gap);
    jw_object_end(w);
    figure_json(w, "auroc", x->o.auroc, x->o.range);
    if (x->o.why != NULL)
        jw_kstr(w, "auroc_why", x->o.why);
    jw_key(w, "margins");
    jw_object(w);
    for (size_t k = 0; k < METRIC_N_QUANTILES; k++)
        jw_knum(w, metric_quantiles[k].key, x->o.quantile[k]);
    jw_object_end(w);
    jw_object_end(w);
}

/* ---- text ---- */

static void line(const char *name, double value, struct metric_interval i, const char *text, struct buf *out)
{
    char cell[64] = "";
    if (isfinite(i.lo))
        snprintf(cell, sizeof cell, "(%.4f to %.4f)", i.lo, i.hi);
    char number[EVALUATION_NUMBER];
    buf_addf(out, "  %-23s %7s %-20s %s\n", name, evaluation_number(value, true, number), cell, text);
}

static void order_text(const struct metric_order *o, struct buf *out)
{
    buf_adds(out, "\nAre pairs with larger margins more often right?\n\n");
    if (isnan(o->auroc))
        buf_addf(out, "  %-23s       - undefined, because %s\n", "AUROC", o->why);
    else
        line("AUROC", o->auroc, o->range, o->why != NULL ? o->why : "0.5: size says nothing", out);
    buf_adds(out, "  margins  ");
    for (size_t k = 0; k < METRIC_N_QUANTILES; k++)
        buf_addf(out, "%s %.0f %%: %.3g", k > 0 ? ";" : "", 100 * metric_quantiles[k].share, o->quantile[k]);
    buf_adds(out, "\n  (AUROC: interval by DeLong over prompts; margins: towards what people said, quantiles)\n");
}

void detail_text(const struct detail *x, const struct judged *j, struct buf *out)
{
    const struct metric_interval none = {NAN, NAN};
    const struct metric_calibration *c = &x->c;
    (void)j;
    buf_addf(out, "What is the Brier score made of? %zu bins\n\n", c->n_bins);
    line("+ reliability", c->reliability, c->reliability_range, "what miscalibration costs", out);
    line("- resolution", c->resolution, c->resolution_range, "what telling pairs apart gains", out);
    line("+ uncertainty", c->uncertainty, none, "of a coin", out);
    line("+ within bins", c->within_variance - c->within_covariance, none, "what the bins do not see", out);
    buf_adds(out, "\nHow large is the calibration error otherwise?\n\n");
    line("ECE, equal mass", c->ece_mass, c->ece_mass_range, "each pair once, by confidence", out);
    line("ACE", c->ace, c->ace_range, "equal mass, both orientations", out);
    line("ECE less chance", c->ece_debiased, c->ece_debiased_range, "ECE freed of most of its bias", out);
    line("reliability less chance", c->reliability_debiased, none, "unbiased; may be below 0", out);
    line("mean gap", c->mean_gap, none, "of the bins, each alike", out);
    order_text(&x->o, out);
}

void detail_free(struct detail *x)
{
    (void)x;
}
