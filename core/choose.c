#include "core/choose.h"

#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const rule_names[] = {
#define X(id, name, text) name,
    CHOOSE_RULES(X)
#undef X
};

const char *choose_rule_name(enum choose_rule r)
{
    return rule_names[r];
}

bool choose_rule_parse(const char *text, enum choose_rule *out, struct err *err)
{
    for (size_t i = 0; i < sizeof rule_names / sizeof *rule_names; i++)
        if (strcmp(text, rule_names[i]) == 0) {
            *out = (enum choose_rule)i;
            return true;
        }
    return err_set(err, ERR_USAGE, "there is no rule \"%s\"; there are \"best\" and \"1se\"", text);
}

/* ---- the path ---- */

/* A number above 0 at *text, which moves behind it and the character `after` (0: the end). */
static bool take_number(const char **text, char after, double *out)
{
    char *end;
    *out = strtod(*text, &end);
    if (end == *text || !(*out > 0) || !isfinite(*out) || *end != after)
        return false;
    *text = end + (after != '\0');
    return true;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static bool take_range(const char *text, double *out, size_t *n)
{
    double from, to, count;
    if (!take_number(&text, ':', &from) || !take_number(&text, ':', &to) || !take_number(&text, '\0', &count))
        return false;
    if (count != floor(count) || count > CHOOSE_MAX || (count < 2 && from != to))
        return false;
    *n = (size_t)count;
    for (size_t i = 0; i < *n; i++) /* both ends exactly */
        out[i] = i == 0        ? from
                 : i + 1 == *n ? to
                               : exp(log(from) + (log(to) - log(from)) * (double)i / (double)(*n - 1));
    return true;
}

static bool take_list(const char *text, double *out, size_t *n)
{
    for (*n = 0; *n < CHOOSE_MAX; ++*n) {
        bool last = strchr(text, ',') == NULL;
        if (!take_number(&text, last ? '\0' : ',', &out[*n]))
            return false;
        if (last) {
            ++*n;
            return true;
        }
    }
    return false;
}

bool choose_path(const char *text, double **l2, size_t *n, struct err *err)
{
    double *out = mem_array(CHOOSE_MAX, sizeof *out);
    bool ok = strchr(text, ':') != NULL ? take_range(text, out, n) : take_list(text, out, n);
    if (ok)
        qsort(out, *n, sizeof *out, ascending);
    for (size_t i = 1; ok && i < *n; i++)
        ok = out[i] > out[i - 1];
    if (ok && *n >= 2) {
        *l2 = out;
        return true;
    }
    mem_free(out);
    return err_set(err, ERR_USAGE,
                   "\"%s\" is no path of penalties: give FROM:TO:NUMBER, such as 1e-6:1:20, or a list of 2 to %d "
                   "different numbers above 0, such as 0.001,0.01,0.1",
                   text, CHOOSE_MAX);
}

/* ---- scores ---- */

/* Sums of weight and of weight x loss by unit. */
static void sum_units(const double *loss, size_t n, size_t k, const double *weight, const size_t *unit, double *sums)
{
    for (size_t i = 0; i < n; i++) {
        double o = weight != NULL ? weight[i] : 1;
        if (isnan(loss[i * k]))
            continue;
        sums[2 * unit[i]] += o;
        sums[2 * unit[i] + 1] += o * loss[i * k];
    }
}

static struct choose_score score_of(const double *sums, size_t units)
{
    double total = 0, loss = 0, squares = 0, used = 0;
    for (size_t u = 0; u < units; u++) {
        total += sums[2 * u];
        loss += sums[2 * u + 1];
        used += sums[2 * u] > 0;
    }
    double mean = loss / total;
    for (size_t u = 0; u < units; u++)
        if (sums[2 * u] > 0) {
            double off = sums[2 * u + 1] / sums[2 * u] - mean;
            squares += sums[2 * u] * off * off;
        }
    return (struct choose_score){total > 0 ? mean : NAN, used > 1 ? sqrt(squares / total / (used - 1)) : NAN};
}

void choose_scores(const double *loss, size_t n, size_t k, const double *weight, const size_t *unit, size_t units,
                   struct choose_score *out)
{
    double *sums = mem_array(2 * units, sizeof *sums);
    for (size_t j = 0; j < k; j++) {
        for (size_t u = 0; u < 2 * units; u++)
            sums[u] = 0;
        sum_units(loss + j, n, k, weight, unit, sums);
        out[j] = score_of(sums, units);
    }
    mem_free(sums);
}

struct choice choose_among(const struct choose_score *scores, size_t k)
{
    struct choice c = {0};
    for (size_t j = 1; j < k; j++)
        if (scores[j].mean <= scores[c.best].mean)
            c.best = j;
    c.one_se = c.best;
    for (size_t j = c.best; j < k; j++)
        if (scores[j].mean <= scores[c.best].mean + scores[c.best].se)
            c.one_se = j;
    return c;
}

size_t choose_by(const struct choice *c, enum choose_rule r)
{
    return r == CHOOSE_BEST ? c->best : c->one_se;
}
