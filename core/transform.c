#include "core/transform.h"

#include "core/base/mem.h"
#include "core/bt.h"
#include "core/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *text;
    enum transform_need need;
} transforms[] = {
#define X(id, name, need, text) {name, text, TRANSFORM_##need},
    TRANSFORMS(X)
#undef X
};

static const struct {
    enum transform_kind kind;
    int place;
    const char *key;
    double usual, least, most;
} numbers[] = {
#define X(id, place, key, usual, least, most) {TRANSFORM_##id, place, key, usual, least, most},
    TRANSFORM_NUMBERS(X)
#undef X
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

static const char *const needs[] = {
    [TRANSFORM_NOTHING] = "",
    [TRANSFORM_REFERENCES] = "; needs --reference",
    [TRANSFORM_STEPS] = "; needs --about: \"answer\"",
    [TRANSFORM_CONFIDENCE] = "; needs --about: \"confidence\"",
    [TRANSFORM_TEMPERATURE] = "",
};

const char *transform_name(enum transform_kind kind)
{
    return transforms[kind].name;
}

enum transform_need transform_need(enum transform_kind kind)
{
    return transforms[kind].need;
}

/* ---- text ---- */

void transform_list(struct buf *out)
{
    for (int k = 0; k < TRANSFORM_KINDS; k++) {
        size_t from = out->len;
        buf_addf(out, "  %s", transforms[k].name);
        for (int i = 0, n = 0; i < NUMBERS; i++)
            if ((int)numbers[i].kind == k)
                buf_addf(out, "%s%s=%g", n++ > 0 ? "," : ":", numbers[i].key, numbers[i].usual);
        if (out->len - from > 24)
            buf_adds(out, "\n                          ");
        while (out->len - from < 26)
            buf_addc(out, ' ');
        buf_addf(out, "%s%s\n", transforms[k].text, needs[transforms[k].need]);
    }
}

static bool set_number(struct transform *t, const char *text, size_t n, struct err *err)
{
    const char *equals = memchr(text, '=', n);
    size_t key = equals != NULL ? (size_t)(equals - text) : n;
    for (int i = 0; equals != NULL && i < NUMBERS; i++) {
        if (numbers[i].kind != t->kind || strlen(numbers[i].key) != key || memcmp(numbers[i].key, text, key) != 0)
            continue;
        char *copy = mem_ndup(equals + 1, n - key - 1), *end;
        double v = strtod(copy, &end);
        bool ok = *copy != '\0' && *end == '\0' && v >= numbers[i].least && v <= numbers[i].most;
        if (ok)
            t->v[numbers[i].place] = v;
        else
            err_set(err, ERR_USAGE, "%s: \"%.40s\" is not a number from %g to %g for %s", transform_name(t->kind), copy,
                    numbers[i].least, numbers[i].most, numbers[i].key);
        mem_free(copy);
        return ok;
    }
    return err_set(err, ERR_USAGE, "%s has no \"%.*s\"; `assay score --list-transforms` tells what there is",
                   transform_name(t->kind), (int)(key < 40 ? key : 40), text);
}

bool transform_parse(const char *text, struct transform *out, struct err *err)
{
    size_t name = strcspn(text, ":");
    int kind = 0;
    while (kind < TRANSFORM_KINDS &&
           (strlen(transforms[kind].name) != name || memcmp(transforms[kind].name, text, name) != 0))
        kind++;
    if (kind == TRANSFORM_KINDS)
        return err_set(err, ERR_USAGE, "there is no transform \"%.40s\"; `assay score --list-transforms` tells them",
                       text);
    *out = (struct transform){.kind = (enum transform_kind)kind};
    for (int i = 0; i < NUMBERS; i++)
        if (numbers[i].kind == out->kind)
            out->v[numbers[i].place] = numbers[i].usual;
    for (const char *at = text + name; *at != '\0'; at += 1 + strcspn(at + 1, ","))
        if (!set_number(out, at + 1, strcspn(at + 1, ","), err))
            return false;
    return true;
}

/* ---- references ---- */

void transform_references_init(struct transform_references *r, const struct transform *t, const double *given, size_t m)
{
    *r = (struct transform_references){.given = given, .m = m, .sorted = mem_array(m, sizeof *r->sorted)};
    memcpy(r->sorted, given, m * sizeof *given);
    resample_sort(r->sorted, m);
    if (t->kind == TRANSFORM_LOG_SIGMOID || t->kind == TRANSFORM_CONJUNCTION)
        r->quantile = resample_percentile(r->sorted, m, t->v[0]);
}

void transform_references_free(struct transform_references *r)
{
    mem_free(r->sorted);
    *r = (struct transform_references){0};
}

/* How many of n ascending values are below r; with `equal` also those that are r. */
static size_t count_below(const double *sorted, size_t n, double r, bool equal)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t middle = (lo + hi) / 2;
        if (sorted[middle] < r || (equal && sorted[middle] <= r))
            lo = middle + 1;
        else
            hi = middle;
    }
    return lo;
}

static double quantile_of(double r, const struct transform_references *refs)
{
    size_t below = count_below(refs->sorted, refs->m, r, false), upto = count_below(refs->sorted, refs->m, r, true);
    return ((double)below + (double)upto) / 2 / (double)refs->m;
}

static double against_each(double r, const struct transform_references *refs, double most)
{
    size_t m = (double)refs->m < most ? refs->m : (size_t)most;
    double sum = 0;
    for (size_t i = 0; i < m; i++)
        sum += bt_sigma(r - refs->given[i]);
    return sum / (double)m;
}

double transform_against(const struct transform *t, double r, const struct transform_references *refs)
{
    switch (t->kind) {
    case TRANSFORM_LOG_SIGMOID:
    case TRANSFORM_CONJUNCTION:
        return -bt_softplus(refs->quantile - r);
    case TRANSFORM_PAR:
        return against_each(r, refs, t->v[0]);
    case TRANSFORM_QUANTILE:
        return quantile_of(r, refs);
    case TRANSFORM_CTRL:
        return exp(t->v[0] * quantile_of(r, refs));
    case TRANSFORM_CTRL_WORST:
        return -exp(-t->v[0] * quantile_of(r, refs));
    default:
        BUG("%s needs no references", transform_name(t->kind));
    }
}

/* ---- steps and confidence ---- */

void transform_steps(const struct transform *t, const double *r, size_t K, double *out)
{
    for (size_t k = 0; k < K; k++)
        if (t->kind == TRANSFORM_CLIP)
            out[k] = fmin(r[k] - t->v[0], 0);
        else
            out[k] = k + 2 < K ? r[k] - r[k + 1] : k + 2 == K ? r[k] : 0;
}

static double rlcr(const struct transform *t, double r, double confidence)
{
    return 2 * bt_sigma(r - t->v[0]) * confidence - confidence * confidence;
}

double transform_confident(const struct transform *t, const double *r, const double *confidence, size_t n, double *out)
{
    for (size_t i = 0; i < n && t->kind == TRANSFORM_RLCR; i++)
        out[i] = rlcr(t, r[i], confidence[i]);
    if (t->kind == TRANSFORM_RLCR)
        return 0;
    double w = t->v[0], sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fmin(10, fmax(-10, r[i]));
    double A = n > 0 ? t->v[1] * sum / (double)n + (1 - t->v[1]) * t->v[2] : t->v[2];
    for (size_t i = 0; i < n; i++) {
        double x = fmin(10, fmax(-10, r[i])), c = confidence[i] - 0.5;
        if (t->kind == TRANSFORM_PPO_C)
            out[i] = x + w * (x - A) * c;
        else
            out[i] = x + (x >= A ? 1 : -1) * w * fabs(x) * c;
    }
    return A;
}
