#include "core/diff.h"

#include "core/kernel.h"
#include "core/widen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* TAKEN: rows that a thread takes at a time when the differences are formed for the first time. */
enum { TAKEN = 256, AHEAD = 2 };

size_t diff_default_memory(void)
{
    unsigned long long kib = 0;
    char line[128];
    FILE *f = fopen("/proc/meminfo", "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
            break;
    if (f != NULL)
        fclose(f);
    if (kib > 0)
        return (size_t)(kib * 512);
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (size_t)pages / 2 * (size_t)size : (size_t)1 << 30;
}

void diff_free(struct diff *f)
{
    mem_free(f->pairs);
    mem_free(f->weight);
    mem_free(f->p);
    mem_free(f->kept);
    mem_free(f->rounded);
    *f = (struct diff){0};
}

/* ---- the order of reading ---- */

struct place {
    size_t row, index;
};

static int by_row(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index; /* qsort alone would not be stable */
}

static size_t first_row(const struct pair *p)
{
    return p->chosen < p->rejected ? p->chosen : p->rejected;
}

static void order(struct diff *f, const struct pair *pairs, const size_t *which)
{
    bool ordered = true;
    for (size_t i = 0; i < f->n; i++) {
        f->pairs[i] = pairs[which != NULL ? which[i] : i];
        ordered = ordered && (i == 0 || first_row(&f->pairs[i - 1]) <= first_row(&f->pairs[i]));
    }
    if (ordered)
        return;
    struct place *places = mem_array(f->n, sizeof *places);
    for (size_t i = 0; i < f->n; i++)
        places[i] = (struct place){first_row(&f->pairs[i]), i};
    qsort(places, f->n, sizeof *places, by_row);
    for (size_t i = 0; i < f->n; i++)
        f->pairs[i] = pairs[which != NULL ? which[places[i].index] : places[i].index];
    mem_free(places);
}

static bool take_weights(struct diff *f, struct err *err)
{
    for (size_t i = 0; i < f->n; i++) {
        const struct pair *p = &f->pairs[i];
        if (!(p->weight >= 0) || !isfinite(p->weight) || !(p->p >= 0 && p->p <= 1))
            return err_set(err, ERR_RANGE,
                           "the pair of rows %zu and %zu has weight %g and p %g; a weight is at least 0, p between 0 "
                           "and 1",
                           p->chosen, p->rejected, p->weight, p->p);
        f->weight[i] = p->weight;
        f->p[i] = p->p;
        f->sum_weight += p->weight;
    }
    if (!isfinite(f->sum_weight))
        return err_set(err, ERR_RANGE, "the weights of the pairs add up to infinity; make them smaller");
    return f->sum_weight > 0 || err_set(err, ERR_RANGE, "all pairs have weight 0: there is nothing to train on");
}

/* ---- forming ---- */

/* The pair after the next one comes into the cache while this one is worked on: rows of a file stand far apart. */
static void fetch(const struct diff *f, size_t i)
{
    if (i + AHEAD >= f->n)
        return;
    embeddings_fetch(f->e, f->pairs[i + AHEAD].chosen);
    embeddings_fetch(f->e, f->pairs[i + AHEAD].rejected);
}

/* Mostly the two rows lie as they are in one file, or in two of one type; otherwise they are widened first. rows: room
 * for two of d. */
static void form(const struct diff *f, size_t i, float *out, float *rows, bool *finite, bool *exact)
{
    enum tensor_type type, other;
    const struct pair *p = &f->pairs[i];
    const void *a = embeddings_row(f->e, p->chosen, &type), *b = embeddings_row(f->e, p->rejected, &other);
    fetch(f, i);
    if (a == NULL || b == NULL || type != other || type == TENSOR_F64) {
        embeddings_row_f32(f->e, p->chosen, rows);
        embeddings_row_f32(f->e, p->rejected, rows + f->d);
        a = rows;
        b = rows + f->d;
        type = TENSOR_F32;
    }
    widen_subtract(type, a, b, f->d, out, finite, exact);
}

void diff_reading_start(struct diff_reading *r, const struct diff *f)
{
    atomic_init(&r->first_bad, f->n);
    atomic_init(&r->inexact, false);
}

const float *diff_form(const struct diff *f, struct diff_reading *r, size_t first, size_t n, float *scratch)
{
    float *out = f->kept != NULL ? f->kept + first * f->d : scratch;
    for (size_t i = 0; i < n; i++) {
        bool finite = true, exact = true;
        form(f, first + i, out + i * f->d, scratch + n * f->d, &finite, f->kept != NULL ? &exact : NULL);
        f->rounded[first + i] = !exact || f->doubles || f->kept == NULL;
        if (f->rounded[first + i])
            atomic_store_explicit(&r->inexact, true, memory_order_relaxed);
        size_t bad = atomic_load(&r->first_bad);
        while (!finite && first + i < bad && !atomic_compare_exchange_weak(&r->first_bad, &bad, first + i))
            ;
    }
    return out;
}

bool diff_settle(struct diff *f, const struct diff_reading *r, struct err *err)
{
    size_t bad = atomic_load(&r->first_bad);
    f->exact = !atomic_load(&r->inexact);
    return bad == f->n || err_set(err, ERR_NUMERIC, "the difference of rows %zu and %zu is beyond the range of float32",
                                  f->pairs[bad].chosen, f->pairs[bad].rejected);
}

struct job {
    const struct diff *f;
    struct diff_reading reading;
    float *scratch; /* three rows a worker */
    atomic_size_t next;
};

static void read_some(void *ctx, int worker)
{
    struct job *t = ctx;
    float *mine = t->scratch + (size_t)worker * 3 * t->f->d;
    size_t first, n = t->f->n;
    while ((first = atomic_fetch_add(&t->next, TAKEN)) < n)
        for (size_t i = first; i < n && i < first + TAKEN; i++)
            diff_form(t->f, &t->reading, i, 1, mine);
}

bool diff_read(struct diff *f, struct team *team, struct err *err)
{
    struct job t = {.f = f};
    diff_reading_start(&t.reading, f);
    t.scratch = mem_block((size_t)team_workers(team) * 3, f->d * sizeof *t.scratch);
    if (t.scratch == NULL)
        return err_set(err, ERR_MEMORY, "no memory to read %zu columns", f->d);
    team_run(team, read_some, &t);
    mem_free(t.scratch);
    return diff_settle(f, &t.reading, err);
}

static bool allocate(struct diff *f, size_t memory, struct err *err)
{
    if (f->n == 0 || f->d == 0)
        return err_set(err, ERR_RANGE, "there are no pairs to train on");
    f->pairs = mem_block_raw(f->n, sizeof *f->pairs);
    f->weight = mem_block_raw(f->n, sizeof *f->weight);
    f->p = mem_block_raw(f->n, sizeof *f->p);
    f->rounded = mem_block_raw(f->n, sizeof *f->rounded);
    f->doubles = embeddings_has_doubles(f->e);
    if (f->pairs == NULL || f->weight == NULL || f->p == NULL || f->rounded == NULL)
        return err_set(err, ERR_MEMORY, "%zu pairs do not fit into memory", f->n);
    memset(f->rounded, true, f->n); /* until it is formed, none is kept: who reads before that forms it for himself */
    if (f->n <= memory / sizeof *f->kept / f->d) /* NULL is no error: then they are formed at each reading */
        f->kept = mem_block_raw(f->n, f->d * sizeof *f->kept);
    return true;
}

bool diff_prepare(struct diff *f, const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
                  size_t memory, struct err *err)
{
    *f = (struct diff){.e = e, .n = n, .d = e->d};
    bool ok = allocate(f, memory, err);
    if (ok)
        order(f, pairs, which);
    if (ok && take_weights(f, err))
        return true;
    diff_free(f);
    return false;
}

bool diff_init(struct diff *f, const struct embeddings *e, const struct pair *pairs, const size_t *which, size_t n,
               size_t memory, struct team *team, struct err *err)
{
    if (!diff_prepare(f, e, pairs, which, n, memory, err))
        return false;
    if (diff_read(f, team, err))
        return true;
    diff_free(f);
    return false;
}

const float *diff_rows(const struct diff *f, size_t first, size_t n, float *scratch)
{
    if (f->kept != NULL)
        return f->kept + first * f->d;
    bool finite = true;
    for (size_t i = 0; i < n; i++)
        form(f, first + i, scratch + i * f->d, scratch + n * f->d, &finite, NULL);
    return scratch;
}

/* float32 holds rows of f16, bf16 and f32 exactly and is much quicker to read. */
static void form_f64(const struct diff *f, size_t i, double *out, float *rows)
{
    fetch(f, i);
    embeddings_row_f32(f->e, f->pairs[i].chosen, rows);
    embeddings_row_f32(f->e, f->pairs[i].rejected, rows + f->d);
    kernel_choose()->subtract_f64(rows, rows + f->d, f->d, out);
}

static void form_doubles(const struct diff *f, size_t i, double *out, double *row)
{
    embeddings_row_f64(f->e, f->pairs[i].chosen, out);
    embeddings_row_f64(f->e, f->pairs[i].rejected, row);
    for (size_t j = 0; j < f->d; j++)
        out[j] -= row[j];
}

const float *diff_rows_exact(const struct diff *f, size_t first, size_t n, float *scratch)
{
    bool finite = true, exact = !f->doubles;
    for (size_t i = 0; i < n && exact && !f->exact; i++)
        if (f->kept != NULL)
            exact = !f->rounded[first + i];
        else
            form(f, first + i, scratch + i * f->d, scratch + n * f->d, &finite, &exact);
    if (!exact)
        return NULL;
    return f->kept != NULL ? f->kept + first * f->d : scratch;
}

void diff_rows_f64(const struct diff *f, size_t first, size_t n, double *out, double *scratch)
{
    void *narrow = scratch; /* two rows of floats */
    for (size_t i = first; i < first + n; i++, out += f->d)
        if (f->kept != NULL && !f->rounded[i])
            widen_f32(f->kept + i * f->d, f->d, out);
        else if (f->doubles)
            form_doubles(f, i, out, scratch);
        else
            form_f64(f, i, out, narrow);
}
