#include "app/kind.h"
#include "app/report.h"

#include "core/base/mem.h"
#include "core/svg.h"

#include <math.h>
#include <string.h>

/* ---- found out ---- */

static bool same_pairs(const struct judged *a, const struct judged *b)
{
    return strcmp(a->d->pairs_sha256, b->d->pairs_sha256) == 0 && a->n == b->n &&
           memcmp(a->which, b->which, a->n * sizeof *a->which) == 0;
}

/* Differences through the maps: what is told of each head, too. */
static bool compare(const struct report *r, struct report_rivals *x, struct err *err)
{
    const double *z[REPORT_HEADS];
    const struct judged *j = &x->head[0]->j;
    for (size_t i = 0; i < x->n; i++)
        z[i] = x->head[i]->j.z;
    const struct compare_input in = {.heads = x->n, .n = j->n, .z = z, .p = j->p, .group = j->key};
    const struct compare_opts o = {.bins = r->o.e.bins, .resamples = r->o.e.resamples, .seed = r->o.e.seed};
    return compare_heads(&in, &o, x->against, err);
}

/* The two answers of each pair, whatever else is known of its prompt: rewards of half the margin on either side. */
static bool measure(struct report_rivals *x, struct err *err)
{
    size_t n = x->head[0]->j.n;
    const double *r[REPORT_HEADS];
    double *rewards = mem_array(x->n * 2 * n + 1, sizeof *rewards);
    uint64_t *key = mem_array(2 * n + 1, sizeof *key);
    for (size_t h = 0; h < x->n; h++) {
        double *own = rewards + h * 2 * n;
        for (size_t i = 0; i < n; i++) {
            own[2 * i] = x->head[h]->j.margin[i] / 2;
            own[2 * i + 1] = -own[2 * i];
            key[2 * i] = key[2 * i + 1] = i;
        }
        r[h] = own;
    }
    const struct distance_input in = {.judges = x->n, .n = 2 * n, .r = r, .key = key, .resamples = 2};
    bool ok = distances_of(&in, &x->apart, err);
    mem_free(rewards);
    mem_free(key);
    return ok;
}

bool report_rivals_make(struct report *r, struct err *err)
{
    struct report_rivals *x = &r->rivals;
    for (size_t i = 0; i < r->heads.n; i++) {
        const struct report_head *h = r->heads.v[i];
        if (h->why == NULL && h->j.n > 0 && (x->n == 0 || same_pairs(&x->head[0]->j, &h->j)))
            x->head[x->n++] = h;
    }
    if (x->n > 1)
        return compare(r, x, err) && measure(x, err);
    x->n = 0;
    return true;
}

void report_rivals_free(struct report_rivals *x)
{
    distances_free(&x->apart);
}

/* ---- told ---- */

/* Can a measure be told of both, the first head and this one? Log-loss wants log-odds. */
static bool tells(const struct report_rivals *x, size_t i, enum compare_measure m)
{
    return m == COMPARE_ACCURACY || (kind_says_log_odds(&x->head[0]->head) && kind_says_log_odds(&x->head[i]->head));
}

static void forest(const struct report_rivals *x, enum compare_measure m, const char *id, const char *title,
                   const char *caption, struct page *p)
{
    const struct compare_info *info = &compare_measures[m];
    struct chart_row rows[REPORT_HEADS];
    struct buf svg = BUF_INIT, none = BUF_INIT; /* without pictures the table tells the same */
    struct svg_words words = {.id = id, .title = title, .desc = caption};
    size_t n = 0;
    for (size_t i = 1; i < x->n; i++) {
        const struct compare_difference *d = &x->against[i].difference[m];
        if (tells(x, i, m))
            rows[n++] = (struct chart_row){x->head[i]->name, info->factor * d->value, info->factor * d->interval.lo,
                                           info->factor * d->interval.hi};
    }
    if (n == 0)
        return;
    const struct chart_forest f = {.x = {.label = title}, .rows = rows, .n = n, .mark = 0};
    svg_forest(&f, &words, &svg);
    page_figure(p, &svg, &none, "%s", caption);
    buf_free(&svg);
}

static void verdict_cell(const struct report_rivals *x, size_t i, enum compare_measure m, struct page *p)
{
    struct buf text = BUF_INIT;
    if (!tells(x, i, m)) {
        page_cell(p, "not told: the rewards of %s are no log-odds, but a map would make them so",
                  x->head[kind_says_log_odds(&x->head[0]->head) ? i : 0]->name);
        return;
    }
    compare_say(&x->against[i].difference[m], m, x->head[i]->name, x->head[0]->name, &text);
    page_cell(p, "%s", text.ptr);
    buf_free(&text);
}

static void verdicts(const struct report_rivals *x, struct page *p)
{
    static const struct page_column columns[] = {{"head", false}, {"accuracy", false}, {"log-loss", false}};
    page_table(p, columns, sizeof columns / sizeof *columns,
               "Against %s, on the same pairs; 95 %% intervals of the difference, verdicts corrected for %zu "
               "comparison%s (Holm)",
               x->head[0]->name, x->n - 1, x->n == 2 ? "" : "s");
    for (size_t i = 1; i < x->n; i++) {
        page_row(p);
        page_cell(p, "%s", x->head[i]->name);
        verdict_cell(x, i, COMPARE_ACCURACY, p);
        verdict_cell(x, i, COMPARE_NLL, p);
    }
    page_table_end(p);
}

static void matrix_cell(const struct report_rivals *x, size_t a, size_t b, struct page *p)
{
    const struct distance_pair *d = &x->apart.pair[a * x->n + b];
    if (a == b)
        page_cell(p, "–");
    else if (isnan(d->tau))
        page_heat(p, 1 - d->distance, "%.3f", d->distance);
    else
        page_heat(p, 1 - d->distance, "%.3f, %.0f %%", d->distance, 50 * (d->tau + 1));
}

static void matrix(const struct report_rivals *x, struct page *p)
{
    struct page_column columns[1 + REPORT_HEADS] = {{"head", false}};
    for (size_t i = 0; i < x->n; i++)
        columns[1 + i] = (struct page_column){x->head[x->apart.order[i]]->name, true};
    page_table(p, columns, 1 + x->n,
               "How far apart two heads are on these pairs, and on how many they prefer the same answer; the stronger "
               "the colour, the more alike");
    for (size_t i = 0; i < x->n; i++) {
        page_row(p);
        page_cell(p, "%s", x->head[x->apart.order[i]]->name);
        for (size_t k = 0; k < x->n; k++)
            matrix_cell(x, x->apart.order[i], x->apart.order[k], p);
    }
    page_table_end(p);
    page_note(p, "Distance: 0 the same but for the scale, 0.707 unrelated, 1 opposite. Heads that are near stand "
                 "together.");
}

void report_rivals(const struct report *r, struct page *p)
{
    const struct report_rivals *x = &r->rivals;
    if (x->n == 0)
        return;
    page_section(p, "rivals", "Head against head");
    verdicts(x, p);
    page_figures(p);
    forest(x, COMPARE_ACCURACY, "rivals-accuracy", "difference of accuracy (points)",
           "Accuracy less that of the first head, with 95 % intervals. Right of the dotted line is better.", p);
    forest(x, COMPARE_NLL, "rivals-loss", "difference of log-loss",
           "Log-loss less that of the first head, with 95 % intervals. Left of the dotted line is better.", p);
    page_figures_end(p);
    matrix(x, p);
}
