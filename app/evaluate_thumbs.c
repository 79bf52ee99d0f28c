#include "app/evaluate_thumbs.h"

#include "core/base/mem.h"
#include "core/thumbs_loss.h"

#include <math.h>
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
    buf_addf(out, "  %-8s %6s %5s  %-21s %-19s %-19s %-5s %s\n", "", "thumbs", "up", "accuracy", "AUROC", "log-loss",
             "Brier", "ECE");
}

/* The cell and blanks up to `width`, one at least. */
static void cell(double value, struct metric_interval i, bool percent, size_t width, struct buf *out)
{
    size_t from = out->len;
    evaluation_cell(value, i, percent, out);
    do
        buf_addc(out, ' ');
    while (out->len - from < width);
}

void thumbs_evaluation_row(const char *name, const struct thumbs_evaluation *v, struct buf *out)
{
    const struct metric_thumbs *m = &v->m;
    const struct metric_thumbs_intervals *i = &v->interval;
    const struct metric_interval none = {NAN, NAN};
    buf_addf(out, "  %-8s %6zu ", name, m->n);
    if (m->n == 0) {
        buf_adds(out, " no thumbs\n");
        return;
    }
    buf_addf(out, "%3.0f %%  ", 100 * m->share_up);
    cell(v->zero ? m->accuracy : NAN, i->accuracy, true, EVALUATION_CELL + 1, out);
    cell(m->auroc, i->auroc, false, EVALUATION_CELL - 1, out);
    cell(v->zero ? m->nll : NAN, i->nll, false, EVALUATION_CELL - 1, out);
    cell(v->zero ? m->brier : NAN, none, false, 6, out);
    evaluation_cell(v->zero ? m->ece : NAN, none, false, out);
    buf_addc(out, '\n');
}
