#include "app/rivals.h"

#include "core/safe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word, *name;
} rivals[] = {
#define X(id, word, name) {word, name},
    RIVALS(X)
#undef X
};

/* ---- JSON ---- */

static void difference_json(const struct compare_head *c, struct json_writer *w)
{
    jw_key(w, "minus_more");
    jw_object(w);
    for (size_t i = 0; i < COMPARE_COUNT; i++) {
        const struct compare_difference *d = &c->difference[i];
        jw_key(w, compare_measures[i].key);
        jw_object(w);
        jw_knum(w, "value", d->value);
        jw_key(w, "interval");
        jw_array(w);
        jw_num(w, d->interval.lo);
        jw_num(w, d->interval.hi);
        jw_array_end(w);
        jw_kstr(w, "verdict", compare_verdict_key(d->verdict));
        jw_object_end(w);
    }
    jw_object_end(w);
}

static void figures_json(const struct compare_head *c, bool baseline, struct json_writer *w)
{
    struct evaluation v = {c->m, c->interval};
    evaluation_json(&v, w);
    if (!baseline && c->m.n > 0)
        difference_json(c, w);
}

void rivals_json(const struct rivals *r, const struct objectives *o, struct json_writer *w)
{
    jw_array(w);
    for (size_t i = 0; i <= r->k && r->figures != NULL; i++)
        for (enum rival h = 0; h < RIVAL_KINDS; h++) {
            const struct rival_figures *f = &r->figures[i * RIVAL_KINDS + h];
            jw_object(w);
            jw_kstr(w, "head", rivals[h].word);
            jw_key(w, "objective");
            if (i < r->k)
                jw_str(w, o->name[i]);
            else
                jw_null(w);
            figures_json(&f->plain, h == RIVAL_SHARED, w);
            jw_key(w, "tempered");
            jw_object(w);
            figures_json(&f->tempered, h == RIVAL_SHARED, w);
            jw_object_end(w);
            jw_object_end(w);
        }
    jw_array_end(w);
}

/* ---- text ---- */

/* "0.021 (0.015 to 0.040)" in `width` columns, numbers in `form`. */
static void cell(double value, struct metric_interval i, const char *form, int width, struct buf *out)
{
    struct buf text = BUF_INIT;
    buf_addf(&text, form, value);
    if (isfinite(i.lo)) {
        buf_adds(&text, " (");
        buf_addf(&text, form, i.lo);
        buf_adds(&text, " to ");
        buf_addf(&text, form, i.hi);
        buf_addc(&text, ')');
    }
    buf_addf(out, "%-*s ", width, text.ptr);
    buf_free(&text);
}

/* The error of calibration, and how much it is above that of the shared head. */
static void ece(const struct compare_head *c, bool baseline, struct buf *out)
{
    const struct compare_difference *d = &c->difference[COMPARE_ECE];
    buf_addf(out, "%-7.3f", c->m.ece);
    if (baseline)
        buf_addf(out, "%-26s ", "");
    else
        cell(d->value, d->interval, "%+.3f", 26, out);
}

static void row(const struct rival_figures *f, enum rival h, struct buf *out)
{
    const struct compare_head *c = &f->plain;
    struct metric_interval a = c->interval.accuracy;
    buf_addf(out, "  %-15s", rivals[h].name);
    cell(100 * c->m.accuracy, (struct metric_interval){100 * a.lo, 100 * a.hi}, "%.1f", 20, out);
    buf_addf(out, "%-9.3f", c->m.nll);
    ece(c, h == RIVAL_SHARED, out);
    ece(&f->tempered, h == RIVAL_SHARED, out);
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        buf_truncate(out, out->len - 1);
    buf_addc(out, '\n');
}

void rivals_text(const struct rivals *r, const struct objectives *o, size_t most, struct buf *out)
{
    if (r->figures == NULL)
        return;
    buf_addf(out, "\n  %-15s%-20s %-9s%-7s%-26s %s\n", "", "", "", "", "", "one temperature refitted");
    buf_addf(out, "  %-15s%-20s %-9s%-7s%-26s %-7s%s\n", r->held ? "held out" : "train", "accuracy, %", "log-loss",
             "ECE", "minus MORE's", "ECE", "minus MORE's");
    for (size_t i = 0; i <= r->k; i++) {
        const struct rival_figures *f = &r->figures[i * RIVAL_KINDS];
        size_t n = f->plain.m.n;
        if (i >= most && i < r->k)
            continue;
        buf_adds(out, "  ");
        if (i < r->k)
            safe_text(o->name[i], strlen(o->name[i]), out, 40);
        else
            buf_adds(out, "all");
        buf_addf(out, ", %zu pair%s\n", n, PLURAL(n));
        for (enum rival h = 0; h < RIVAL_KINDS && n > 0; h++)
            row(&f[h], h, out);
    }
    if (r->k > most)
        buf_addf(out, "  (%zu more objectives: --json)\n", r->k - most);
}
