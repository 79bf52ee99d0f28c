#include "app/anchor.h"

#include "core/base/mem.h"
#include "core/blend.h"
#include "core/head.h"
#include "core/linalg.h"

#include <string.h>

void anchor_free(struct anchor *a)
{
    mem_free(a->w);
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
    const char *path = args_get(args, "anchor");
    struct head h;
    *a = (struct anchor){.factor = 1};
    if (!args_number(args, "mu", 0, 1e12, &a->mu, err) || !read_factor(args, a, err))
        return false;
    if (path == NULL && (args_has(args, "mu") || a->expo))
        return err_set(err, ERR_USAGE, "--mu and --expo need another head: --anchor HEAD");
    if (path != NULL && !args_has(args, "mu") && !a->expo)
        return err_set(err, ERR_USAGE, "--anchor alone changes nothing: say --mu, --expo or both");
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

bool anchor_fits(const struct anchor *a, const struct data *d, size_t n_held, struct err *err)
{
    if (a->w != NULL && a->d != d->e.d)
        return err_set(err, ERR_CONFLICT, "the anchor has %zu columns, the embeddings %zu", a->d, d->e.d);
    return !a->search || n_held > 0 ||
           err_set(err, ERR_USAGE, "--expo search needs held-out pairs: say --holdout SHARE");
}

static double best_factor(const struct anchor *a, const struct data *d, const size_t *held, size_t n, const double *w)
{
    double *weak = mem_array(n, sizeof *weak), *strong = mem_array(n, sizeof *strong), *p = mem_array(n, sizeof *p);
    double *chosen = mem_array(a->d, sizeof *chosen), *rejected = mem_array(a->d, sizeof *rejected);
    for (size_t i = 0; i < n; i++) {
        const struct pair *pair = &d->pairs.pairs.v[held[i]];
        embeddings_row_f64(&d->e, pair->chosen, chosen);
        embeddings_row_f64(&d->e, pair->rejected, rejected);
        linalg_axpy(-1, rejected, chosen, a->d);
        weak[i] = linalg_dot(a->w, chosen, a->d);
        strong[i] = linalg_dot(w, chosen, a->d);
        p[i] = pair->p;
    }
    double f = blend_best(weak, strong, p, n, 0, ANCHOR_MAX_FACTOR);
    mem_free(weak);
    mem_free(strong);
    mem_free(p);
    mem_free(chosen);
    mem_free(rejected);
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
    jw_kstr(w, "anchor", a->sha256);
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
    if (a->mu > 0)
        buf_addf(out, " mu %g%s", a->mu, a->expo ? "," : "");
    if (a->expo)
        buf_addf(out, " extrapolated by %.4g%s", a->factor,
                 a->search ? ", the best on the held-out pairs: their figures below flatter it" : "");
    buf_addc(out, '\n');
}
