#include "core/rated.h"

#include "core/base/mem.h"

#include <math.h>
#include <string.h>

const char *const rated_rows_names[] = {
#define X(id, name, text) name,
    RATED_ROWS(X)
#undef X
        NULL,
};

static bool is_rated(const double *y, size_t k)
{
    for (size_t j = 0; j < k; j++)
        if (!isnan(y[j]))
            return true;
    return false;
}

static void take_rows(struct rated *r, const struct rating_set *set, const size_t *which, size_t n,
                      const size_t *columns)
{
    size_t all = names_count(&set->attributes);
    for (size_t i = 0; i < n; i++) {
        const struct rating_row *row = &set->rows.v[which[i]];
        double *y = r->y + r->n * r->k;
        for (size_t j = 0; j < r->k; j++)
            y[j] = set->values[which[i] * all + columns[j]];
        if (!(row->weight > 0) || !is_rated(y, r->k))
            continue;
        r->row[r->n] = row->row;
        r->weight[r->n++] = row->weight;
    }
}

/* One row an answer. An answer of one rating keeps it to the last bit. */
static void take_means(struct rated *r)
{
    struct rated_answers a;
    rated_answers_init(&a, r);
    double *sum = mem_array(a.n * r->k, sizeof *sum), *weight = mem_array(a.n * r->k, sizeof *weight);
    for (size_t i = 0; i < r->n; i++)
        for (size_t j = 0; j < r->k; j++) {
            double y = r->y[i * r->k + j];
            size_t at = a.of[i] * r->k + j;
            if (isnan(y))
                continue;
            weight[at] += r->weight[i];
            sum[at] += r->weight[i] / weight[at] * (y - sum[at]); /* the mean so far */
        }
    for (size_t i = 0; i < a.n * r->k; i++)
        r->y[i] = weight[i] > 0 ? sum[i] : (double)NAN;
    memcpy(r->row, a.row, a.n * sizeof *r->row);
    r->n = a.n;
    for (size_t i = 0; i < r->n; i++)
        r->weight[i] = 1;
    mem_free(sum);
    mem_free(weight);
    rated_answers_free(&a);
}

void rated_init(struct rated *r, const struct rating_set *set, enum rated_rows rows, const size_t *which, size_t n,
                const size_t *columns, size_t k)
{
    *r = (struct rated){.k = k};
    r->row = mem_array(n, sizeof *r->row);
    r->y = mem_array((n + 1) * k, sizeof *r->y);
    r->weight = mem_array(n, sizeof *r->weight);
    take_rows(r, set, which, n, columns);
    if (rows == RATED_MEANS)
        take_means(r);
}

void rated_free(struct rated *r)
{
    mem_free(r->row);
    mem_free(r->y);
    mem_free(r->weight);
    *r = (struct rated){0};
}

void rated_answers_init(struct rated_answers *a, const struct rated *r)
{
    size_t most = 0;
    for (size_t i = 0; i < r->n; i++)
        most = r->row[i] > most ? r->row[i] : most;
    size_t *number = mem_array(most + 1, sizeof *number); /* of an answer, from 1 */
    *a = (struct rated_answers){.row = mem_array(r->n, sizeof *a->row), .of = mem_array(r->n, sizeof *a->of)};
    for (size_t i = 0; i < r->n; i++) {
        size_t *at = &number[r->row[i]];
        if (*at == 0) {
            a->row[a->n] = r->row[i];
            *at = ++a->n;
        }
        a->of[i] = *at - 1;
    }
    mem_free(number);
}

void rated_answers_free(struct rated_answers *a)
{
    mem_free(a->row);
    mem_free(a->of);
    *a = (struct rated_answers){0};
}

void rated_grades(const struct rated *r, const struct rated_answers *a, enum rated_rows rows, size_t j,
                  const struct ordinal *o, double *count)
{
    size_t K = o->levels;
    memset(count, 0, a->n * K * sizeof *count);
    for (size_t i = 0; i < r->n; i++) {
        double y = r->y[i * r->k + j];
        size_t level = isnan(y) ? SIZE_MAX : ordinal_find(o, y);
        if (level != SIZE_MAX)
            count[a->of[i] * K + level] += r->weight[i];
    }
    for (size_t i = 0; rows == RATED_MEANS && i < a->n; i++) {
        double sum = 0;
        for (size_t k = 0; k < K; k++)
            sum += count[i * K + k];
        for (size_t k = 0; k < K && sum > 0; k++)
            count[i * K + k] /= sum;
    }
}
