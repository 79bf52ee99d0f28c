#include "app/evaluate.h"

#include "core/base/mem.h"
#include "core/base/team.h"
#include "core/linalg.h"
#include "core/safe.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* Of the names of rows: columns, and those of a line of their own. */
enum { NAME_COLUMNS = 18, NAME_LINE = 76 };
/* Rows that a thread takes at a time. */
enum { TAKEN = 256 };

struct rewarding {
    const struct head *h;
    const struct embeddings *e;
    double *scratch, *rewards; /* `width` a worker; e->n */
    size_t width;
    bool linear; /* and no row is in float64 */
    atomic_size_t next;
};

static void plain_rows(const struct rewarding *r, size_t first, size_t n, double *x)
{
    for (size_t i = first; i < first + n; i++) {
        embeddings_row_f64(r->e, i, x);
        r->rewards[i] = head_reward(r->h, x);
    }
}

/* Rows that float32 holds as they are. */
static void linear_rows(const struct rewarding *r, size_t first, size_t n, double *scratch)
{
    float *X = (void *)scratch;
    for (size_t i = 0, rows; i < n; i += rows) {
        rows = n - i < HEAD_ROWS ? n - i : HEAD_ROWS;
        for (size_t k = 0; k < rows; k++)
            embeddings_row_f32(r->e, first + i + k, X + k * r->e->d);
        head_rewards(r->h, X, rows, r->rewards + first + i);
    }
}

/* A net sees all its rows at once. */
static void net_rows(const struct rewarding *r, size_t first, size_t n, double *X)
{
    for (size_t i = 0; i < n; i++)
        embeddings_row_f64(r->e, first + i, X + i * r->e->d);
    mlp_rewards(r->h->mlp, X, n, X + TAKEN * r->e->d, r->rewards + first);
}

/* The answers of a prompt mostly stand together: its weights are kept until another one comes. */
static void gated_rows(const struct rewarding *r, size_t first, size_t n, double *x)
{
    double *prompt = x + r->e->d, *weights = prompt + r->e->d;
    size_t at = EMBEDDINGS_NO_PROMPT;
    for (size_t i = first; i < first + n; i++) {
        size_t row = embeddings_prompt(r->e, i);
        r->rewards[i] = NAN;
        if (row >= r->e->n)
            continue;
        if (row != at) {
            embeddings_row_f64(r->e, row, prompt);
            gate_weights(r->h->gate, prompt, weights);
            at = row;
        }
        embeddings_row_f64(r->e, i, x);
        r->rewards[i] = head_gated_reward(r->h, weights, x);
    }
}

static void reward_some(void *ctx, int worker)
{
    struct rewarding *r = ctx;
    double *mine = r->scratch + (size_t)worker * r->width;
    for (;;) {
        size_t first = atomic_fetch_add(&r->next, TAKEN);
        if (first >= r->e->n)
            return;
        size_t n = r->e->n - first < TAKEN ? r->e->n - first : TAKEN;
        if (r->h->mlp != NULL)
            net_rows(r, first, n, mine);
        else if (r->h->gate != NULL)
            gated_rows(r, first, n, mine);
        else if (r->linear)
            linear_rows(r, first, n, mine);
        else
            plain_rows(r, first, n, mine);
    }
}

/* Numbers that a worker needs. */
static size_t scratch_of(const struct head *h)
{
    if (h->mlp != NULL)
        return TAKEN * (h->d + h->mlp->m);
    return h->gate != NULL ? 2 * h->d + h->k : HEAD_ROWS * h->d;
}

double *evaluate_rewards(const struct head *h, const struct embeddings *e, struct err *err)
{
    if (h->d != e->d) {
        err_set(err, ERR_CONFLICT, "the head was fitted to %zu columns, the embeddings have %zu", h->d, e->d);
        return NULL;
    }
    struct team *team = team_open(team_cores());
    struct rewarding r = {.h = h, .e = e, .width = scratch_of(h)};
    r.linear = head_is_linear(h) && !embeddings_has_doubles(e);
    r.rewards = mem_block(e->n, sizeof *r.rewards);
    r.scratch = mem_block((size_t)team_workers(team) * r.width, sizeof *r.scratch);
    if (h->mlp != NULL)
        linalg_threads(1); /* each of our threads multiplies by itself */
    if (r.rewards != NULL && r.scratch != NULL)
        team_run(team, reward_some, &r);
    else {
        err_set(err, ERR_MEMORY, "not enough memory for %zu rewards", e->n);
        mem_free(r.rewards);
        r.rewards = NULL;
    }
    mem_free(r.scratch);
    if (h->mlp != NULL)
        linalg_threads(team_workers(team));
    team_close(team);
    return r.rewards;
}

static bool evaluate_margins(const struct data *d, const double *z, const size_t *which, size_t n,
                             const struct evaluate_opts *o, struct evaluation *out, struct err *err)
{
    double *p = mem_array(n, sizeof *p);
    uint64_t *keys = mem_array(n, sizeof *keys);
    for (size_t i = 0; i < n; i++) {
        p[i] = o->hard ? 1 : d->pairs.pairs.v[which[i]].p;
        keys[i] = d->pair_keys[which[i]];
    }
    struct metric_pairs pairs = {.z = z, .p = p, .n = n};
    bool ok = metric_pairs_of(&pairs, o->bins, &out->m, err) &&
              metric_bootstrap(&pairs, keys, o->bins, o->resamples, o->seed, &out->interval, err);
    mem_free(p);
    mem_free(keys);
    return ok;
}

bool evaluate_known(const struct data *d, const double *rewards, const size_t *which, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct pair *p = &d->pairs.pairs.v[which[i]];
        size_t row = isnan(rewards[p->chosen]) ? p->chosen : p->rejected;
        if (isnan(rewards[row]))
            return err_set(err, ERR_MISSING,
                           "the head looks at prompts, but the answer in row %zu has %s among the embeddings", row,
                           embeddings_prompt(&d->e, row) == EMBEDDINGS_NO_PROMPT ? "no prompt" : "several prompts");
    }
    return true;
}

bool evaluate_pairs(const struct data *d, const double *rewards, const struct calibration *map, const size_t *which,
                    size_t n, const struct evaluate_opts *o, struct evaluation *out, struct err *err)
{
    if (!evaluate_known(d, rewards, which, n, err))
        return false;
    double *z = mem_array(n, sizeof *z);
    for (size_t i = 0; i < n; i++) {
        const struct pair *pair = &d->pairs.pairs.v[which[i]];
        z[i] = calibration_margin(map, rewards[pair->chosen] - rewards[pair->rejected]);
    }
    bool ok = evaluate_margins(d, z, which, n, o, out, err);
    mem_free(z);
    return ok;
}

void evaluation_interval_json(struct json_writer *w, const char *key, struct metric_interval i)
{
    jw_key(w, key);
    jw_array(w);
    jw_num(w, i.lo);
    jw_num(w, i.hi);
    jw_array_end(w);
}

void evaluation_json(const struct evaluation *v, struct json_writer *w)
{
    const struct metric *m = &v->m;
    jw_kint(w, "n", (int64_t)m->n);
    jw_knum(w, "accuracy", m->accuracy);
    jw_knum(w, "accuracy_zero_as_half", m->accuracy_half);
    jw_kint(w, "zero_margins", (int64_t)m->zeros);
    jw_knum(w, "nll", m->nll);
    jw_knum(w, "brier", m->brier);
    jw_knum(w, "ece", m->ece);
    jw_knum(w, "mce", m->mce);
    jw_knum(w, "mean_margin", m->mean_margin);
    jw_key(w, "intervals");
    jw_object(w);
    evaluation_interval_json(w, "accuracy", v->interval.accuracy);
    evaluation_interval_json(w, "nll", v->interval.nll);
    evaluation_interval_json(w, "brier", v->interval.brier);
    evaluation_interval_json(w, "ece", v->interval.ece);
    jw_object_end(w);
}

void evaluation_heading(struct buf *out)
{
    buf_addf(out, "  %-*s %7s  %-21s  %-19s  %-5s  %s\n", NAME_COLUMNS, "", "pairs", "accuracy", "log-loss", "Brier",
             "ECE");
}

/* Five characters: 0.712, 71.23, 712.3, 7.1e3, 7e123. */
static void short_number(char *out, size_t size, double x)
{
    snprintf(out, size, x < 10 ? "%.3f" : x < 100 ? "%.2f" : x < 1000 ? "%.1f" : x < 1e10 ? "%.1e" : "%.0e", x);
    char *plus = strstr(out, "e+"), *digits = plus != NULL ? plus + 2 : NULL;
    if (plus != NULL)
        memmove(plus + 1, digits + strspn(digits, "0"), strlen(digits + strspn(digits, "0")) + 1);
}

const char *evaluation_number(double x, bool level, char out[EVALUATION_NUMBER])
{
    double size = fabs(x);
    bool nothing = level ? size < 5e-5 : !(size > 0);
    snprintf(out, EVALUATION_NUMBER, nothing || (size >= (level ? 0 : 0.01) && size < 1e4) ? "%.4f" : "%.4g",
             nothing ? 0 : x);
    return out;
}

static void cell(double value, struct metric_interval i, bool percent, bool is_signed, struct buf *out)
{
    char text[3][32];
    const double x[3] = {value, i.lo, i.hi};
    for (int k = 0; k < 3; k++)
        if (percent)
            snprintf(text[k], sizeof text[k], "%.1f", 100 * x[k]);
        else
            short_number(text[k], sizeof text[k], x[k]);
    if (!isfinite(value))
        buf_adds(out, "-");
    else
        buf_addf(out, "%s%s", text[0], percent ? " %" : "");
    if (isfinite(value) && isfinite(i.lo) && isfinite(i.hi))
        buf_addf(out, " (%s%s%s)", text[1], is_signed || text[1][0] == '-' || text[2][0] == '-' ? " to " : "-",
                 text[2]);
}

void evaluation_cell(double value, struct metric_interval i, bool percent, struct buf *out)
{
    cell(value, i, percent, false, out);
}

void evaluation_signed_cell(double value, struct metric_interval i, struct buf *out)
{
    cell(value, i, false, true, out);
}

static void padded_cell(double value, struct metric_interval i, bool percent, size_t width, struct buf *out)
{
    size_t from = out->len;
    evaluation_cell(value, i, percent, out);
    do
        buf_addc(out, ' ');
    while (out->len - from < width);
}

void evaluation_name(const char *name, char mark, size_t columns, struct buf *out)
{
    buf_addf(out, "%c ", mark != 0 ? mark : ' ');
    size_t used = safe_text(name, strlen(name), out, NAME_LINE);
    if (used > columns) {
        buf_adds(out, "\n  ");
        used = 0;
    }
    for (; used < columns; used++)
        buf_addc(out, ' ');
}

void evaluation_line(const struct evaluation_line *l, struct buf *out)
{
    const struct metric_interval none = {NAN, NAN};
    evaluation_name(l->name, l->mark, NAME_COLUMNS, out);
    buf_addf(out, " %7zu  ", l->n);
    if (l->n == 0) {
        buf_adds(out, "no pairs\n");
        return;
    }
    padded_cell(l->accuracy, l->accuracy_interval, true, EVALUATION_CELL + 2, out);
    padded_cell(l->nll, l->nll_interval, false, EVALUATION_CELL, out);
    padded_cell(l->brier, none, false, 7, out);
    evaluation_cell(l->ece, l->ece_interval, false, out);
    buf_addc(out, '\n');
}

struct evaluation_line evaluation_line_of(const char *name, const struct evaluation *v)
{
    return (struct evaluation_line){.name = name,
                                    .n = v->m.n,
                                    .accuracy = v->m.accuracy,
                                    .nll = v->m.nll,
                                    .brier = v->m.brier,
                                    .ece = v->m.ece,
                                    .accuracy_interval = v->interval.accuracy,
                                    .nll_interval = v->interval.nll,
                                    .ece_interval = v->interval.ece};
}

void evaluation_row(const char *name, const struct evaluation *v, struct buf *out)
{
    struct evaluation_line l = evaluation_line_of(name, v);
    evaluation_line(&l, out);
}

void evaluation_footnote(struct buf *out)
{
    buf_adds(out, "  (95 % intervals: bootstrap over prompts; resampling adds to the ECE: that one lies too high)\n");
}
