#include "app/train_regression.h"

#include "app/train.h"
#include "core/base/mem.h"
#include "core/ridge.h"

#include <math.h>
#include <string.h>

static const char *const own_options[] = {"attributes", "reward", NULL};

struct own {
    const char *attributes; /* comma-separated; NULL: all */
    const char *reward;     /* the attribute that is the reward; NULL: helpfulness or the first */
};

static bool read_own(const struct args *args, struct train_opts *o, struct err *err)
{
    (void)err;
    struct own *own = mem_alloc(sizeof *own);
    o->own = own;
    *own = (struct own){args_get(args, "attributes"), args_get(args, "reward")};
    return true;
}

/* Columns of the ratings that are fitted. */
static bool choose_attributes(const struct data *d, const char *list, size_t **columns, size_t *k, struct err *err)
{
    size_t all = names_count(&d->ratings.attributes);
    *columns = mem_array(all, sizeof **columns);
    *k = 0;
    if (list == NULL) {
        for (*k = 0; *k < all; ++*k)
            (*columns)[*k] = *k;
        return true;
    }
    while (*list != '\0') {
        size_t n = strcspn(list, ",");
        size_t j = names_find(&d->ratings.attributes, list, n);
        if (j == NAMES_NONE)
            return err_set(err, ERR_USAGE, "--attributes: there are no ratings of \"%.*s\"", (int)n, list);
        for (size_t i = 0; i < *k; i++)
            if ((*columns)[i] == j)
                return err_set(err, ERR_USAGE, "--attributes names \"%.*s\" twice", (int)n, list);
        (*columns)[(*k)++] = j;
        list += n + (list[n] == ',');
    }
    return true;
}

struct rated_rows {
    const struct data *d;
    const size_t *which;
};

static void rated_row(const void *ctx, size_t i, double *out)
{
    const struct rated_rows *r = ctx;
    embeddings_row_f64(&r->d->e, r->d->ratings.rows.v[r->which[i]].row, out);
}

/* y: n x k of the chosen examples and columns. */
static double *targets(const struct data *d, const size_t *which, size_t n, const size_t *columns, size_t k)
{
    size_t all = names_count(&d->ratings.attributes);
    double *y = mem_array(n * k, sizeof *y);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            y[i * k + j] = d->ratings.values[which[i] * all + columns[j]];
    return y;
}

static struct metric_ratings *rate_fit(const struct head *h, const struct data *d, const size_t *which, size_t n,
                                       const double *y)
{
    double *f = mem_array(n * h->k, sizeof *f), *x = mem_array(h->d, sizeof *x);
    struct metric_ratings *out = mem_array(h->k, sizeof *out);
    for (size_t i = 0; i < n; i++) {
        embeddings_row_f64(&d->e, d->ratings.rows.v[which[i]].row, x);
        head_outputs(h, x, f + i * h->k);
    }
    for (size_t j = 0; j < h->k; j++)
        metric_ratings_of(y + j, f + j, n, h->k, &out[j]);
    mem_free(f);
    mem_free(x);
    return out;
}

static bool set_reward(struct head *h, const char *reward, struct err *err)
{
    if (reward == NULL)
        return true;
    size_t j = head_find(h, reward);
    if (j == SIZE_MAX)
        return err_set(err, ERR_USAGE, "--reward %s is none of the attributes that are fitted", reward);
    for (size_t i = 0; i < h->k; i++)
        h->mix[i] = i == j ? 1 : 0;
    return true;
}

static bool fit_columns(const struct data *d, const struct train_opts *o, struct training *t, const size_t *columns,
                        size_t k, const struct progress *progress, struct err *err)
{
    const struct own *own = o->own;
    const struct part *p = &t->ratings;
    const char **names = mem_array(k, sizeof *names);
    for (size_t j = 0; j < k; j++)
        names[j] = names_text(&d->ratings.attributes, columns[j]);
    head_init(&t->head, "regression", names, k, d->e.d);
    mem_free(names);
    if (!set_reward(&t->head, own->reward, err))
        return false;
    double *y = targets(d, p->fit, p->n_fit, columns, k);
    double *y_held = targets(d, p->held, p->n_held, columns, k);
    struct ridge_info *ridge = t->own = mem_array(k, sizeof *ridge);
    struct rated_rows ctx = {d, p->fit};
    struct ridge_rows rows = {.n = p->n_fit, .d = d->e.d, .row = rated_row, .ctx = &ctx};
    bool ok = ridge_fit(&rows, y, k, o->l2, t->head.W, t->head.b, ridge, progress, err);
    if (ok) {
        t->ratings_train = rate_fit(&t->head, d, p->fit, p->n_fit, y);
        t->ratings_held = rate_fit(&t->head, d, p->held, p->n_held, y_held);
    }
    mem_free(y);
    mem_free(y_held);
    return ok;
}

static bool fit(const struct data *d, const struct train_opts *o, struct training *t, const struct progress *progress,
                struct err *err)
{
    const struct own *own = o->own;
    size_t *columns, k;
    bool ok = choose_attributes(d, own->attributes, &columns, &k, err);
    if (ok && (t->ratings.n_fit == 0 || k == 0))
        ok = err_set(err, ERR_MISSING, "no rating is left to train on (%zu rated rows, %zu held out)",
                     d->ratings.rows.n, t->ratings.n_held);
    ok = ok && fit_columns(d, o, t, columns, k, progress, err);
    const struct ridge_info *ridge = t->own;
    for (size_t j = 0; ok && j < k; j++) {
        t->objective += ridge[j].objective;
        t->grad_norm = fmax(t->grad_norm, ridge[j].grad_norm);
    }
    t->iterations = 1;
    t->converged = ok;
    t->stop = "solved exactly";
    mem_free(columns);
    return ok;
}

static void found_json(const struct train_opts *o, const struct training *t, struct json_writer *w)
{
    (void)o;
    const struct ridge_info *ridge = t->own;
    jw_key(w, "objectives");
    jw_object(w);
    for (size_t j = 0; j < t->head.k; j++)
        jw_knum(w, t->head.objectives[j], ridge[j].objective);
    jw_object_end(w);
}

static void size_text(const struct training *t, struct buf *out)
{
    buf_addf(out, "on %zu rated answers x %zu, %zu attributes", t->ratings.n_fit, t->head.d, t->head.k);
}

static void found_text(const struct train_opts *o, const struct training *t, struct buf *out)
{
    (void)o;
    buf_addf(out, "\n  %-18s %10s %10s %10s %10s\n", "", "rmse train", "held out", "r2 train", "held out");
    for (size_t j = 0; j < t->head.k; j++) {
        const struct metric_ratings *a = &t->ratings_train[j], *b = &t->ratings_held[j];
        buf_addf(out, "  %-18s %10.3f ", t->head.objectives[j], a->rmse);
        if (b->n > 0)
            buf_addf(out, "%10.3f %10.3f %10.3f\n", b->rmse, a->r2, b->r2);
        else
            buf_addf(out, "%10s %10.3f %10s\n", "-", a->r2, "-");
    }
}

const struct kind kind_regression = {
    .name = "regression",
    .title = "regression",
    .text = "a value an attribute from ratings: ridge",
    .need = DATA_RATINGS,
    .options = own_options,
    .read = read_own,
    .free_own = mem_free,
    .fit = fit,
    .free_found = mem_free,
    .found_json = found_json,
    .size_text = size_text,
    .found_text = found_text,
};
