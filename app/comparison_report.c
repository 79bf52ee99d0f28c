/* A comparison as text, Markdown and JSON. */
#include "app/comparison.h"

#include "core/base/mem.h"
#include "core/markdown.h"
#include "core/safe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the table ---- */

/* Text has two tables of at most 100 columns. A name that is too long for its column gets a line of its own. */
enum { COLUMNS = 8, CELL = 96, BREAK = 4, NAME_COLUMNS = 17 };
static const char *const titles[COLUMNS] = {"head", "accuracy", "log-loss", "Brier", "ECE", "ECE at T", "AUROC", "T"};

static void fill_cell(char cell[CELL], double value, struct metric_interval i, double factor, int digits,
                      const char *unit)
{
    char v[COMPARE_NUMBER], lo[COMPARE_NUMBER], hi[COMPARE_NUMBER];
    if (isnan(value))
        snprintf(cell, CELL, "-");
    else if (isfinite(i.lo))
        snprintf(cell, CELL, "%s%s (%s to %s)", compare_number(factor * value, digits, v), unit,
                 compare_number(factor * i.lo, digits, lo), compare_number(factor * i.hi, digits, hi));
    else
        snprintf(cell, CELL, "%s%s", compare_number(factor * value, digits, v), unit);
}

static void fill_cells(const struct contender *c, char cells[COLUMNS][CELL])
{
    const struct compare_head *a = &c->as_is, *s = &c->scaled;
    fill_cell(cells[1], a->m.accuracy, a->interval.accuracy, 100, 1, " %");
    fill_cell(cells[2], a->m.nll, a->interval.nll, 1, 3, "");
    fill_cell(cells[3], a->m.brier, a->interval.brier, 1, 3, "");
    fill_cell(cells[4], a->m.ece, a->interval.ece, 1, 3, "");
    fill_cell(cells[5], s->m.ece, s->interval.ece, 1, 3, "");
    fill_cell(cells[6], a->auroc, a->range, 1, 3, "");
    snprintf(cells[7], CELL, "%.3g%s", c->temperature, c->own_scale ? "" : " *");
}

/* Markdown gives | a meaning. */
static void add_name(const char *name, enum comparison_format format, struct buf *out)
{
    if (format == COMPARISON_TEXT) {
        buf_adds(out, name);
        return;
    }
    buf_addc(out, '`');
    for (const char *p = name; *p != '\0'; p++)
        buf_adds(out, *p == '|' ? "\\|" : *p == '`' ? "'" : (char[]){*p, '\0'});
    buf_addc(out, '`');
}

struct table {
    char (*cells)[COLUMNS][CELL]; /* n_heads */
    size_t width[COLUMNS];
};

static void make_table(const struct comparison *x, struct table *t)
{
    *t = (struct table){.cells = mem_array(x->n_heads, sizeof *t->cells)};
    for (size_t j = 0; j < COLUMNS; j++)
        t->width[j] = strlen(titles[j]);
    for (size_t h = 0; h < x->n_heads; h++) {
        size_t name = safe_width(x->heads[h].name, strlen(x->heads[h].name));
        name = name < NAME_COLUMNS ? name : NAME_COLUMNS;
        t->width[0] = name > t->width[0] ? name : t->width[0];
        fill_cells(&x->heads[h], t->cells[h]);
        for (size_t j = 1; j < COLUMNS; j++)
            t->width[j] = strlen(t->cells[h][j]) > t->width[j] ? strlen(t->cells[h][j]) : t->width[j];
    }
}

/* Columns first to end - 1 of a row of text. */
static void add_line(const struct table *t, const char *name, char cells[COLUMNS][CELL], size_t first, size_t end,
                     struct buf *out)
{
    size_t used = safe_width(name, strlen(name));
    buf_addf(out, "  %s", name);
    if (used > t->width[0]) {
        buf_adds(out, "\n  ");
        used = 0;
    }
    buf_addf(out, "%*s", (int)(t->width[0] - used), "");
    for (size_t j = first; j < end; j++)
        buf_addf(out, "  %-*s", j + 1 < end ? (int)t->width[j] : 0, cells != NULL ? cells[j] : titles[j]);
    buf_addc(out, '\n');
}

static void add_markdown(const struct comparison *x, const struct table *t, struct buf *out)
{
    struct markdown_table m = {0};
    struct buf name = BUF_INIT;
    for (size_t j = 0; j < COLUMNS; j++)
        markdown_column(&m, titles[j], strlen(titles[j]), false);
    for (size_t h = 0; h < x->n_heads; h++) {
        buf_reset(&name);
        add_name(x->heads[h].name, COMPARISON_MARKDOWN, &name);
        markdown_cell(&m, name.ptr, name.len);
        for (size_t j = 1; j < COLUMNS; j++)
            markdown_cell(&m, t->cells[h][j], strlen(t->cells[h][j]));
    }
    markdown_table_end(&m, out);
    buf_free(&name);
}

static void add_table(const struct comparison *x, enum comparison_format format, struct buf *out)
{
    static const size_t parts[][2] = {{1, BREAK}, {BREAK, COLUMNS}};
    struct table t;
    make_table(x, &t);
    if (format == COMPARISON_MARKDOWN)
        add_markdown(x, &t, out);
    for (size_t k = 0; format == COMPARISON_TEXT && k < 2; k++) {
        if (k > 0)
            buf_addc(out, '\n');
        add_line(&t, titles[0], NULL, parts[k][0], parts[k][1], out);
        for (size_t h = 0; h < x->n_heads; h++)
            add_line(&t, x->heads[h].name, t.cells[h], parts[k][0], parts[k][1], out);
    }
    mem_free(t.cells);
}

/* ---- verdicts ---- */

static void add_title(const char *title, enum comparison_format format, struct buf *out)
{
    if (format == COMPARISON_MARKDOWN)
        buf_addf(out, "  - %s: ", title);
    else
        buf_addf(out, "    %-9s  ", title);
}

static void add_verdict(const struct comparison *x, const struct contender *c, const struct compare_head *v,
                        enum compare_measure m, const char *title, enum comparison_format format, struct buf *out)
{
    const struct contender *base = &x->heads[x->o->baseline];
    add_title(title, format, out);
    compare_say(&v->difference[m], m, c->name, base->name, out);
    buf_addc(out, '\n');
}

static void add_mcnemar(const struct comparison *x, const struct compare_head *v, enum comparison_format format,
                        struct buf *out)
{
    add_title("McNemar", format, out);
    buf_addf(out, "p %.2g: right alone on %zu pairs, %s on %zu\n", v->mcnemar_holm, v->only_this,
             x->heads[x->o->baseline].name, v->only_baseline);
}

static void add_verdicts(const struct comparison *x, enum comparison_format format, struct buf *out)
{
    const char *base = x->heads[x->o->baseline].name;
    if (x->n_heads < 2)
        return;
    buf_addf(out, "\nAgainst ");
    add_name(base, format, out);
    buf_adds(out, format == COMPARISON_MARKDOWN ? ":\n\n" : ":\n");
    for (size_t h = 0; h < x->n_heads; h++) {
        const struct contender *c = &x->heads[h];
        if (h == x->o->baseline)
            continue;
        buf_adds(out, format == COMPARISON_MARKDOWN ? "- " : "  ");
        add_name(c->name, format, out);
        buf_addc(out, '\n');
        for (int m = 0; m < COMPARE_COUNT; m++)
            add_verdict(x, c, &c->as_is, (enum compare_measure)m, compare_measures[m].title, format, out);
        add_verdict(x, c, &c->scaled, COMPARE_ECE, titles[5], format, out);
        add_mcnemar(x, &c->as_is, format, out);
    }
}

/* ---- the whole ---- */

static void add_heading(const struct comparison *x, struct buf *out)
{
    const struct compare_head *first = &x->heads[0].as_is;
    buf_addf(out, "%zu head%s on %zu pair%s of %zu prompt%s,\n", x->n_heads, PLURAL(x->n_heads), x->n, PLURAL(x->n),
             first->interval.groups, PLURAL(first->interval.groups));
    if (x->o->folds > 0)
        buf_addf(out, "each pair judged by heads fitted to the other %zu of %zu folds of prompts\n\n", x->folds - 1,
                 x->folds);
    else if (strcmp(x->o->split, "holdout") == 0)
        buf_adds(out, "held out by the fit of the finished head\n\n");
    else
        buf_addf(out, "marked %s\n\n", x->o->split);
}

static bool any_without_scale(const struct comparison *x)
{
    for (size_t h = 0; h < x->n_heads; h++)
        if (!x->heads[h].own_scale)
            return true;
    return false;
}

static void add_notes(const struct comparison *x, struct buf *out)
{
    buf_addf(out,
             "\n95 %% intervals: %zu resamples of prompts, the same for all heads; p-values and verdicts are\n"
             "corrected for %zu comparison%s (Holm). ECE counts both orientations of a pair, and is pulled up by\n"
             "chance when pairs are few. AUROC: do larger margins mean more right pairs? Its intervals and p are\n"
             "DeLong's. T: the temperature, fitted to pairs of other folds, never to those it is used on.\n",
             x->heads[0].as_is.interval.resamples, x->n_heads - 1, x->n_heads == 2 ? "" : "s");
    if (any_without_scale(x))
        buf_adds(out, "* differences of its rewards are no log-odds: all its figures are at T\n");
    for (size_t h = 0; h < x->n_heads; h++) {
        const struct contender *c = &x->heads[h];
        if (c->least_l2 < c->largest_l2)
            buf_addf(out, "%s: the fits chose penalties from %.3g to %.3g\n", c->name, c->least_l2, c->largest_l2);
        if (c->unconverged > 0)
            buf_addf(out, "%s: %zu of %zu fits did not converge\n", c->name, c->unconverged, c->fits);
    }
}

void comparison_text(const struct comparison *x, enum comparison_format format, struct buf *out)
{
    add_heading(x, out);
    add_table(x, format, out);
    add_verdicts(x, format, out);
    add_notes(x, out);
}

/* ---- JSON ---- */

static void range_json(struct json_writer *w, const char *key, struct metric_interval i)
{
    jw_key(w, key);
    jw_array(w);
    jw_num(w, i.lo);
    jw_num(w, i.hi);
    jw_array_end(w);
}

static void difference_json(const struct comparison *x, const struct contender *c, const struct compare_head *v,
                            enum compare_measure m, struct json_writer *w)
{
    const struct compare_difference *d = &v->difference[m];
    struct buf text = BUF_INIT;
    compare_say(d, m, c->name, x->heads[x->o->baseline].name, &text);
    jw_key(w, compare_measures[m].key);
    jw_object(w);
    jw_knum(w, "difference", d->value);
    range_json(w, "interval", d->interval);
    jw_knum(w, "p", d->p);
    jw_knum(w, "p_holm", d->p_holm);
    jw_kstr(w, "verdict", compare_verdict_key(d->verdict));
    jw_kbool(w, "better", d->better);
    jw_knum(w, "pairs_needed", d->needed);
    jw_kstr(w, "text", text.ptr);
    jw_object_end(w);
    buf_free(&text);
}

static void measures_json(const struct comparison *x, const struct contender *c, const struct compare_head *v,
                          struct json_writer *w)
{
    const struct evaluation e = {.m = v->m, .interval = v->interval};
    evaluation_json(&e, w);
    jw_knum(w, "auroc", v->auroc);
    if (isnan(v->auroc))
        jw_kstr(w, "auroc_why", "all pairs are right, or none is");
    range_json(w, "auroc_interval", v->range);
    if (c == &x->heads[x->o->baseline])
        return;
    jw_key(w, "against_baseline");
    jw_object(w);
    for (int m = 0; m < COMPARE_COUNT; m++)
        difference_json(x, c, v, (enum compare_measure)m, w);
    jw_key(w, "mcnemar");
    jw_object(w);
    jw_kint(w, "only_this", (int64_t)v->only_this);
    jw_kint(w, "only_baseline", (int64_t)v->only_baseline);
    jw_knum(w, "chi2", v->chi2);
    jw_knum(w, "p", v->mcnemar);
    jw_knum(w, "p_holm", v->mcnemar_holm);
    jw_object_end(w);
    jw_object_end(w);
}

static void head_json(const struct comparison *x, const struct contender *c, struct json_writer *w)
{
    jw_object(w);
    jw_kstr(w, "spec", c->name);
    jw_kstr(w, "head", c->scored ? "scores" : c->finished ? c->head.kind : c->o.kind->name);
    jw_kbool(w, "finished", c->finished);
    if (!c->finished) {
        jw_key(w, "l2_range");
        jw_array(w);
        jw_num(w, c->least_l2);
        jw_num(w, c->largest_l2);
        jw_array_end(w);
        jw_kint(w, "fits", (int64_t)c->fits);
        jw_kint(w, "unconverged", (int64_t)c->unconverged);
    }
    jw_kbool(w, "own_scale", c->own_scale);
    measures_json(x, c, &c->as_is, w);
    jw_key(w, "at_temperature");
    jw_object(w);
    jw_knum(w, "temperature", c->temperature);
    measures_json(x, c, &c->scaled, w);
    jw_object_end(w);
    jw_object_end(w);
}

void comparison_settings_json(const struct comparison *x, struct json_writer *w)
{
    if (x->o->folds > 0)
        jw_kint(w, "folds", (int64_t)x->o->folds);
    else
        jw_kstr(w, "split", x->o->split);
    jw_kint(w, "seed", (int64_t)x->o->seed);
    jw_kint(w, "bins", (int64_t)x->heads[0].as_is.m.n_bins);
    jw_kint(w, "resamples", (int64_t)x->heads[0].as_is.interval.resamples);
    jw_kint(w, "threads", x->o->threads);
    jw_kstr(w, "baseline", x->heads[x->o->baseline].name);
}

void comparison_json(const struct comparison *x, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kint(&w, "n_pairs", (int64_t)x->n);
    jw_kint(&w, "prompts", (int64_t)x->heads[0].as_is.interval.groups);
    comparison_settings_json(x, &w);
    jw_key(&w, "heads");
    jw_array(&w);
    for (size_t h = 0; h < x->n_heads; h++)
        head_json(x, &x->heads[h], &w);
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}
