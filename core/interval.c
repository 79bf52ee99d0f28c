#include "core/interval.h"

#include "core/base/mem.h"
#include "core/linalg.h"
#include "core/normal.h"
#include "core/resample.h"

#include <math.h>

const char *interval_key(enum interval_kind k)
{
    static const char *const keys[] = {
#define X(id, key, tensor, text) key,
        INTERVAL_KINDS(X)
#undef X
    };
    return keys[k];
}

const char *interval_tensor(enum interval_kind k)
{
    static const char *const tensors[] = {
#define X(id, key, tensor, text) tensor,
        INTERVAL_KINDS(X)
#undef X
    };
    return tensors[k];
}

static bool fits(const struct interval_source *s)
{
    const struct head_tensor *t = s->t;
    size_t d = s->h->d;
    if (t->cols != d)
        return false;
    if (s->kind == INTERVAL_ENSEMBLE)
        return t->rows >= 2 && (s->bias == NULL || (s->bias->rows == t->rows && s->bias->cols == 0));
    if (s->h->k != 1)
        return false;
    bool ok = t->rows == d;
    for (size_t i = 0; ok && i < d; i++)
        ok = t->v[i * d + i] > 0;
    return ok;
}

bool interval_source_of(const struct head *h, struct interval_source *s, struct err *err)
{
    *s = (struct interval_source){.h = h};
    for (int k = INTERVAL_NONE + 1; k < INTERVAL_COUNT; k++) {
        s->t = head_tensor(h, interval_tensor((enum interval_kind)k));
        if (s->t == NULL)
            continue;
        s->kind = (enum interval_kind)k;
        s->bias = s->kind == INTERVAL_ENSEMBLE ? head_tensor(h, INTERVAL_BIAS) : NULL;
        return fits(s) || err_set(err, ERR_SCHEMA, "the head's \"%s\" does not fit its %zu outputs of %zu columns",
                                  interval_tensor(s->kind), h->k, h->d);
    }
    return true;
}

static void from_factor(const struct interval_source *s, double *X, size_t n, const double *value, struct interval *out)
{
    size_t d = s->h->d;
    linalg_divide_upper(s->t->v, d, X, n);
    for (size_t i = 0; i < n; i++) {
        double sd = fabs(s->h->mix[0]) * linalg_nrm2(X + i * d, d);
        out[i] = (struct interval){sd, value[i] - NORMAL_975 * sd, value[i] + NORMAL_975 * sd};
    }
}

/* values: of one row by all members, which become those of the reward. */
static struct interval from_values(double *values, size_t members)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < members; i++)
        mean += values[i] / (double)members;
    for (size_t i = 0; i < members; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    resample_sort(values, members);
    return (struct interval){sqrt(sum / (double)(members - 1)), resample_percentile(values, members, 0.025),
                             resample_percentile(values, members, 0.975)};
}

/* What the members are to be held against: the reward's own weights and intercept, by the factor that is still to be
 * applied to both. */
static double own_value(const struct head *h, const double *x, bool whole)
{
    double sum = 0;
    for (size_t j = 0; j < h->k; j++)
        sum += (h->k == 1 ? 1 : h->mix[j]) * (linalg_dot(h->W + j * h->d, x, h->d) + (whole ? h->b[j] : 0));
    return sum;
}

static bool from_ensemble(const struct interval_source *s, const double *X, size_t n, const double *value,
                          struct interval *out, struct err *err)
{
    size_t d = s->h->d, members = s->t->rows;
    double *V = mem_block(n, members * sizeof *V), factor = s->h->k == 1 ? s->h->mix[0] : 1;
    bool whole = s->whole && s->bias != NULL;
    if (V == NULL)
        return err_set(err, ERR_MEMORY, "no memory for %zu x %zu numbers", n, members);
    linalg_gemm_nt(X, s->t->v, 0, V, n, members, d);
    for (size_t i = 0; i < n; i++) {
        double own = own_value(s->h, X + i * d, whole);
        for (size_t j = 0; j < members; j++) {
            double bias = whole ? s->bias->v[j] : 0;
            V[i * members + j] = value[i] + factor * (V[i * members + j] + bias - own);
        }
        out[i] = from_values(V + i * members, members);
    }
    mem_free(V);
    return true;
}

bool interval_of_rows(const struct interval_source *s, double *X, size_t n, const double *value, struct interval *out,
                      struct err *err)
{
    if (s->kind == INTERVAL_ENSEMBLE)
        return from_ensemble(s, X, n, value, out, err);
    from_factor(s, X, n, value, out);
    return true;
}
