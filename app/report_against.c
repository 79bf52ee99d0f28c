#include "app/report_against.h"

#include "core/base/mem.h"

#include <string.h>

static bool same_pairs(const struct judged *a, const struct judged *b)
{
    return strcmp(a->d->pairs_sha256, b->d->pairs_sha256) == 0 && a->n == b->n &&
           memcmp(a->which, b->which, a->n * sizeof *a->which) == 0;
}

/* Differences through the maps: what is told of each head, too. */
static bool compare(const struct evaluate_opts *e, struct report_rivals *x, struct err *err)
{
    const double *z[REPORT_HEADS];
    const struct judged *j = &x->head[0]->j;
    for (size_t i = 0; i < x->n; i++)
        z[i] = x->head[i]->j.z;
    const struct compare_input in = {.heads = x->n, .n = j->n, .z = z, .p = j->p, .group = j->key};
    const struct compare_opts o = {.bins = e->bins, .resamples = e->resamples, .seed = e->seed};
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

bool report_rivals_make(struct report_head *const *heads, size_t n, const struct evaluate_opts *e,
                        struct report_rivals *out, struct err *err)
{
    struct report_rivals *x = out;
    for (size_t i = 0; i < n; i++) {
        const struct report_head *h = heads[i];
        if (h->why == NULL && h->j.n > 0 && (x->n == 0 || same_pairs(&x->head[0]->j, &h->j)))
            x->head[x->n++] = h;
    }
    if (x->n > 1)
        return compare(e, x, err) && measure(x, err);
    x->n = 0;
    return true;
}

void report_rivals_free(struct report_rivals *x)
{
    distances_free(&x->apart);
}
