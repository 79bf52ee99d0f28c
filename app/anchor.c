#include "app/anchor.h"

#include "app/targets.h"
#include "app/train_regression.h"
#include "core/base/mem.h"
#include "core/blend.h"
#include "core/head.h"
#include "core/linalg.h"

#include <string.h>

enum { FOLDS = 5 };

void anchor_free(struct anchor *a)
{
    mem_free(a->w);
    mem_free(a->attribute);
    *a = (struct anchor){0};
}

static bool read_factor(const struct args *args, struct anchor *a, struct err *err)
{
    const char *text = args_get(args, "expo");
    a->expo = text != NULL;
    a->search = a->expo && strcmp(text, "search") == 0;
    return a->search || args_number(args, "expo", 0, ANCHOR_MAX_FACTOR, &a->factor, err);
}

/* The reward is mix . (W x + b), its log-odds that over the temperature; b cancels in pairs. An isotonic map is left
 * out: no linear head can follow it. */
static void take_head(struct anchor *a, const struct head *h)
{
    a->d = h->d;
    a->w = mem_array(h->d, sizeof *a->w);
    for (size_t i = 0; i < h->k; i++)
        linalg_axpy(h->mix[i] / h->temperature, h->W + i * h->d, a->w, h->d);
}

bool anchor_read(const struct args *args, struct anchor *a, struct err *err)
{
    static const char *const words[] = {"regression", NULL};
    const char *path = args_get(args, "anchor");
    int kind;
    struct head h;
    *a = (struct anchor){.factor = 1, .from = args_has(args, "from"), .wish = args_get(args, "reward")};
    if (!args_number(args, "mu", 0, 1e12, &a->mu, err) || !read_factor(args, a, err) ||
        !args_choice(args, "from", words, &kind, err))
        return false;
    bool used = args_has(args, "mu") || a->expo;
    if (path != NULL && a->from)
        return err_set(err, ERR_USAGE, "--anchor and --from both say what the other head is: give one of them");
    if (path == NULL && !a->from && used)
        return err_set(err, ERR_USAGE, "--mu and --expo need another head: --anchor HEAD or --from regression");
    if ((path != NULL || a->from) && !used)
        return err_set(err, ERR_USAGE, "--%s alone changes nothing: say --mu, --expo or both",
                       a->from ? "from" : "anchor");
    if (a->wish != NULL && !a->from)
        return err_set(err, ERR_USAGE, "--reward goes with --from regression for --head bt");
    if (path == NULL)
        return true;
    if (!head_load(path, &h, err))
        return false;
    bool linear = head_check_linear(&h, path, err);
    if (linear)
        take_head(a, &h);
    head_free(&h);
    return linear && digest_file(path, a->sha256, err);
}

/* ---- fitted first ---- */

/* z (n): margins of the pairs by w. */
static void margins(const struct data *d, const size_t *which, size_t n, const double *w, double *z)
{
    double *chosen = mem_array(d->e.d, sizeof *chosen), *rejected = mem_array(d->e.d, sizeof *rejected);
    for (size_t i = 0; i < n; i++) {
        const struct pair *pair = &d->pairs.pairs.v[which[i]];
        embeddings_row_f64(&d->e, pair->chosen, chosen);
        embeddings_row_f64(&d->e, pair->rejected, rejected);
        linalg_axpy(-1, rejected, chosen, d->e.d);
        z[i] = linalg_dot(w, chosen, d->e.d);
    }
    mem_free(chosen);
    mem_free(rejected);
}

static double *chances(const struct data *d, const size_t *which, size_t n)
{
    double *p = mem_array(n, sizeof *p);
    for (size_t i = 0; i < n; i++)
        p[i] = d->pairs.pairs.v[which[i]].p;
    return p;
}

/* w (d) := least squares on the rated rows of `part`. */
static bool regress(const struct anchor *a, const struct data *d, double l2, const struct part *part, double *w,
                    struct err *err)
{
    const struct targets_opts o = {.attributes = a->attribute};
    struct targets y;
    struct ridge_info info;
    double b;
    bool ok = targets_init(&y, d, &o, part, false, err) && regression_fit(d, &y.fit, l2, w, &b, &info, NULL, err);
    targets_free(&y);
    return ok;
}

/* z: margins of the training pairs in fold f by least squares on the other folds' ratings. */
static bool cross_fit(const struct anchor *a, const struct data *d, double l2, const struct part *pairs,
                      const struct part *ratings, const size_t *fold, size_t f, double *z, struct err *err)
{
    struct part others;
    size_t *in = mem_array(pairs->n_fit, sizeof *in), n = 0;
    double *w = mem_array(a->d, sizeof *w), *of_fold = mem_array(pairs->n_fit, sizeof *of_fold);
    part_without(ratings, fold + pairs->n_fit, f, &others);
    for (size_t i = 0; i < pairs->n_fit; i++)
        if (fold[i] == f)
            in[n++] = pairs->fit[i];
    bool ok = n == 0 || regress(a, d, l2, &others, w, err);
    if (ok)
        margins(d, in, n, w, of_fold);
    for (size_t i = 0, m = 0; ok && i < pairs->n_fit; i++)
        if (fold[i] == f)
            z[i] = of_fold[m++];
    part_free(&others);
    mem_free(in);
    mem_free(w);
    mem_free(of_fold);
    return ok;
}

/* Differences of ratings are no log-odds: divide by the temperature of the least log-loss on the training pairs, as
 * fits see them that did not see their answers. */
static bool to_log_odds(struct anchor *a, const struct data *d, double l2, uint64_t seed, const struct part *pairs,
                        const struct part *ratings, struct err *err)
{
    struct calibration c;
    size_t *fold = part_folds(d, pairs, ratings, FOLDS, seed);
    double *z = mem_array(pairs->n_fit, sizeof *z), *p = chances(d, pairs->fit, pairs->n_fit);
    bool ok = true;
    for (size_t f = 0; ok && f < FOLDS; f++)
        ok = cross_fit(a, d, l2, pairs, ratings, fold, f, z, err);
    const struct metric_pairs m = {.z = z, .p = p, .n = pairs->n_fit};
    ok = ok && calibration_fit(&c, CALIBRATION_TEMPERATURE, &m, err);
    if (ok) {
        a->temperature = c.temperature;
        linalg_scale(1 / c.temperature, a->w, a->d);
        calibration_free(&c);
    }
    mem_free(fold);
    mem_free(z);
    mem_free(p);
    return ok;
}

bool anchor_fit(struct anchor *a, const struct data *d, double l2, uint64_t seed, const struct part *pairs,
                const struct part *ratings, struct err *err)
{
    if (!a->from)
        return true;
    if (!targets_one(d, a->wish, &a->attribute, err))
        return false;
    a->d = d->e.d;
    a->w = mem_array(a->d, sizeof *a->w);
    return (regress(a, d, l2, ratings, a->w, err) && to_log_odds(a, d, l2, seed, pairs, ratings, err)) ||
           err_context(err, "--from regression");
}

bool anchor_fits(const struct anchor *a, const struct data *d, size_t n_held, struct err *err)
{
    if (a->w != NULL && a->d != d->e.d)
        return err_set(err, ERR_CONFLICT, "the anchor has %zu columns, the embeddings %zu", a->d, d->e.d);
    return !a->search || n_held > 0 ||
           err_set(err, ERR_USAGE, "--expo search needs held-out pairs: say --holdout SHARE");
}

static double best_factor(const struct anchor *a, const struct data *d, const size_t *held, size_t n, const double *w)
{
    double *weak = mem_array(n, sizeof *weak), *strong = mem_array(n, sizeof *strong), *p = chances(d, held, n);
    margins(d, held, n, a->w, weak);
    margins(d, held, n, w, strong);
    double f = blend_best(weak, strong, p, n, 0, ANCHOR_MAX_FACTOR);
    mem_free(weak);
    mem_free(strong);
    mem_free(p);
    return f;
}

void anchor_extrapolate(struct anchor *a, const struct data *d, const size_t *held, size_t n_held, double *w)
{
    if (!a->expo)
        return;
    if (a->search)
        a->factor = best_factor(a, d, held, n_held, w);
    blend(a->w, w, a->d, a->factor);
}

void anchor_json(const struct anchor *a, struct json_writer *w)
{
    if (a->w == NULL)
        return;
    if (a->from) {
        jw_kstr(w, "from", "regression");
        jw_kstr(w, "attribute", a->attribute);
        jw_knum(w, "anchor_temperature", a->temperature);
    } else {
        jw_kstr(w, "anchor", a->sha256);
    }
    jw_knum(w, "mu", a->mu);
    if (a->expo) {
        jw_knum(w, "expo", a->factor);
        jw_kbool(w, "expo_searched", a->search);
    }
}

void anchor_text(const struct anchor *a, struct buf *out)
{
    if (a->w == NULL)
        return;
    buf_adds(out, "  anchor:");
    if (a->from)
        buf_addf(out, " regression on %s / %.4g,", a->attribute, a->temperature);
    if (a->mu > 0)
        buf_addf(out, " mu %g%s", a->mu, a->expo ? "," : "");
    if (a->expo)
        buf_addf(out, " extrapolated by %.4g%s", a->factor,
                 a->search ? ",\n  the best factor on the held-out pairs: their figures below flatter it" : "");
    buf_addc(out, '\n');
}
