#include "app/evaluate_thumbs.h"

#include "core/base/mem.h"
#include "core/thumbs_loss.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool evaluate_has_zero(const struct head *h)
{
    static const char *const kinds[] = {
#define X(id, name, convex, text) name,
        THUMBS_KINDS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(h->kind, kinds[i]) == 0)
            return true;
    return false;
}

bool evaluate_thumbs(const struct data *d, const double *rewards, const struct head *h, const size_t *which, size_t n,
                     const struct evaluate_opts *o, struct thumbs_evaluation *out, struct err *err)
{
    double *z = mem_array(n, sizeof *z);
    bool *up = mem_array(n, sizeof *up);
    uint64_t *keys = mem_array(n, sizeof *keys);
    struct metric_thumbs_data m = {.z = z, .up = up};
    for (size_t i = 0; i < n; i++) {
        const struct thumb *t = &d->thumbs.thumbs.v[which[i]];
        if (t->mismatched)
            continue;
        z[m.n] = rewards[t->row] / h->temperature;
        up[m.n] = t->up;
        keys[m.n++] = d->thumb_keys[which[i]];
    }
    out->zero = evaluate_has_zero(h);
    bool ok = metric_thumbs_of(&m, o->bins, &out->m, err) &&
              metric_thumbs_bootstrap(&m, keys, o->bins, o->resamples, o->seed, &out->interval, err);
    mem_free(z);
    mem_free(up);
    mem_free(keys);
    return ok;
}

void thumbs_evaluation_json(const struct thumbs_evaluation *v, struct json_writer *w)
{
    const struct metric_thumbs *m = &v->m;
    const struct metric_thumbs_intervals *i = &v->interval;
    if (m->n == 0)
        return;
    jw_key(w, "thumbs");
    jw_object(w);
    jw_kint(w, "n", (int64_t)m->n);
    jw_kint(w, "n_up", (int64_t)m->n_up);
    jw_knum(w, "auroc", m->auroc);
    if (v->zero) {
        jw_knum(w, "accuracy", m->accuracy);
        jw_knum(w, "nll", m->nll);
        jw_knum(w, "brier", m->brier);
        jw_knum(w, "ece", m->ece);
        jw_knum(w, "mce", m->mce);
    }
    jw_key(w, "intervals");
    jw_object(w);
    evaluation_interval_json(w, "auroc", i->auroc);
    if (v->zero) {
        evaluation_interval_json(w, "accuracy", i->accuracy);
        evaluation_interval_json(w, "nll", i->nll);
        evaluation_interval_json(w, "brier", i->brier);
        evaluation_interval_json(w, "ece", i->ece);
    }
    jw_object_end(w);
    jw_object_end(w);
}

void thumbs_evaluation_heading(struct buf *out)
{
    buf_addf(out, "  %-18s %7s %6s   %-24s %-22s %-22s %-7s %s\n", "", "thumbs", "up", "accuracy", "AUROC", "log-loss",
             "Brier", "ECE");
}

/* "0.712 (0.680 to 0.744)" */
static void cell(double value, struct metric_interval i, struct buf *out)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%.3f", value);
    if (isfinite(i.lo))
        snprintf(text + n, sizeof text - (size_t)n, " (%.3f to %.3f)", i.lo, i.hi);
    buf_addf(out, "%-22s ", isfinite(value) ? text : "-");
}

/* "71.2 % (68.0 to 74.4)" */
static void percent_cell(double value, struct metric_interval i, struct buf *out)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%.1f %%", 100 * value);
    if (isfinite(i.lo))
        snprintf(text + n, sizeof text - (size_t)n, " (%.1f to %.1f)", 100 * i.lo, 100 * i.hi);
    buf_addf(out, "%-24s ", isfinite(value) ? text : "-");
}

void thumbs_evaluation_row(const char *name, const struct thumbs_evaluation *v, struct buf *out)
{
    const struct metric_thumbs *m = &v->m;
    const struct metric_thumbs_intervals *i = &v->interval;
    buf_addf(out, "  %-18s %7zu ", name, m->n);
    if (m->n == 0) {
        buf_adds(out, " no thumbs\n");
        return;
    }
    buf_addf(out, "%4.0f %%   ", 100 * m->share_up);
    percent_cell(v->zero ? m->accuracy : NAN, i->accuracy, out);
    cell(m->auroc, i->auroc, out);
    cell(v->zero ? m->nll : NAN, i->nll, out);
    if (v->zero)
        buf_addf(out, "%-7.3f %.3f\n", m->brier, m->ece);
    else
        buf_addf(out, "%-7s %s\n", "-", "-");
}
