#include "ui/waiting.h"

#include "core/base/arena.h"
#include "store/review.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const order_words[] = {
#define X(id, word, meaning) word,
    WAITING_ORDERS(X)
#undef X
};
static const char *const order_meanings[] = {
#define X(id, word, meaning) meaning,
    WAITING_ORDERS(X)
#undef X
};

const char *waiting_order_meaning(enum waiting_order o)
{
    return order_meanings[o];
}

bool waiting_order_parse(const char *word, enum waiting_order *out, struct err *err)
{
    for (size_t i = 0; i < sizeof order_words / sizeof *order_words; i++)
        if (strcmp(word, order_words[i]) == 0)
            return *out = (enum waiting_order)i, true;
    return err_set(err, ERR_USAGE, "\"%.40s\": an order is listed, sure or unsure", word);
}

void waiting_head_says(const struct verdict *v, char out[WAITING_SAYS])
{
    bool first = v->p >= 0.5;
    out[0] = '\0';
    if (isnan(v->p))
        return;
    int n = snprintf(out, WAITING_SAYS, "%c %.2f", first ? 'A' : 'B', first ? v->p : 1 - v->p);
    if (!isnan(v->low) && n > 0)
        snprintf(out + n, WAITING_SAYS - (size_t)n, " (%.2f-%.2f)", first ? v->low : 1 - v->high,
                 first ? v->high : 1 - v->low);
}

struct job {
    struct waiting found; /* first: the job is a struct waiting */
    bool (*verdicts)(const char *path, const int64_t *comparisons, size_t n, struct verdicts *out, struct err *err);
    char *path;
    enum backlog which;
    struct waiting_filter filter;
};

static void take(void *ctx, const struct backlog_row *r)
{
    struct job *job = ctx;
    struct waiting_item item = {.comparison = r->comparison,
                                .people = r->people,
                                .wanted = r->wanted,
                                .spread = (int)r->spread,
                                .helpfulness = (int)r->helpfulness,
                                .conflict = r->conflict,
                                .head = {(double)NAN, (double)NAN, (double)NAN}};
    memcpy(item.id, r->id, sizeof item.id);
    snprintf(item.source, sizeof item.source, "%.63s", r->source);
    vec_push(&job->found.items, item);
}

static bool has_judged(const struct judgement *j, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (j[i].kind == KIND_JUDGED && strcmp(j[i].annotator_name, name) == 0)
            return true;
    return false;
}

static bool passes(struct db *db, const struct waiting_filter *f, struct waiting_item *item, bool *yes, struct err *err)
{
    struct arena a = {0};
    struct judgement *j;
    size_t n;
    bool ok = judgement_list(db, item->comparison, JUDGEMENTS_LATEST, &a, &j, &n, err);
    if (ok) {
        item->gap = review_gap(j, n, f->attribute[0] != '\0' ? f->attribute : NULL);
        *yes =
            (f->annotator[0] == '\0' || has_judged(j, n, f->annotator)) && item->gap >= (f->gap > 0 ? f->gap
                                                                                         : f->attribute[0] != '\0' ? 1
                                                                                                                   : 0);
    }
    arena_free(&a);
    return ok;
}

static int further_apart(const void *a, const void *b)
{
    const struct waiting_item *x = a, *y = b;
    if (x->gap != y->gap)
        return x->gap > y->gap ? -1 : 1;
    return x->comparison < y->comparison ? -1 : x->comparison > y->comparison;
}

static bool narrow(struct db *db, struct job *job, const struct worker *w, struct err *err)
{
    struct waiting *found = &job->found;
    size_t kept = 0;
    for (size_t i = 0; i < found->items.n && worker_wanted(w); i++) {
        bool yes = false;
        if (!passes(db, &job->filter, &found->items.v[i], &yes, err))
            return false;
        if (yes)
            found->items.v[kept++] = found->items.v[i];
    }
    found->items.n = kept;
    if (kept > 0 && job->filter.attribute[0] != '\0')
        qsort(found->items.v, kept, sizeof *found->items.v, further_apart);
    return true;
}

/* How far the head is from a coin's toss, on the near end of its interval where it has one. */
static double sureness(const struct verdict *v)
{
    if (isnan(v->p))
        return -1;
    return isnan(v->low) ? fabs(v->p - 0.5) : fmax(0, fmax(v->low - 0.5, 0.5 - v->high));
}

static int surer(const void *a, const void *b)
{
    const struct waiting_item *x = a, *y = b;
    double d = sureness(&y->head) - sureness(&x->head);
    if (d == 0)
        d = fabs(y->head.p - 0.5) - fabs(x->head.p - 0.5);
    return d > 0 ? 1 : d < 0 ? -1 : x->comparison < y->comparison ? -1 : x->comparison > y->comparison;
}

/* Those of which it says nothing stay last. */
static int less_sure(const void *a, const void *b)
{
    const struct waiting_item *x = a, *y = b;
    if (isnan(x->head.p) || isnan(y->head.p))
        return isnan(x->head.p) == isnan(y->head.p) ? (x->comparison > y->comparison) - (x->comparison < y->comparison)
                                                    : (isnan(x->head.p) ? 1 : -1);
    return -surer(a, b);
}

static bool ask_head(struct job *job, struct err *err)
{
    size_t n = job->found.items.n;
    struct verdicts v = {.of = mem_array(n + 1, sizeof *v.of)};
    int64_t *rows = mem_array(n + 1, sizeof *rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = job->found.items.v[i].comparison;
    bool ok = job->verdicts(job->path, rows, n, &v, err);
    for (size_t i = 0; ok && i < n; i++)
        job->found.items.v[i].head = v.of[i];
    memcpy(job->found.head, v.head, sizeof job->found.head);
    memcpy(job->found.why, v.why, sizeof job->found.why);
    if (ok && n > 0 && v.head[0] != '\0' && job->filter.order != WAITING_LISTED)
        qsort(job->found.items.v, n, sizeof *job->found.items.v, job->filter.order == WAITING_SURE ? surer : less_sure);
    mem_free(rows);
    mem_free(v.of);
    return ok;
}

static void run(void *ctx, const struct worker *w)
{
    struct job *job = ctx;
    struct db *db = NULL;
    const struct waiting_filter *f = &job->filter;
    bool narrowed = f->annotator[0] != '\0' || f->attribute[0] != '\0' || f->gap > 0;
    job->found.failed = !db_open(job->path, DB_READ, &db, &job->found.err) ||
                        !backlog_each(db, job->which, WAITING_MOST, take, job, &job->found.err) ||
                        (narrowed && !narrow(db, job, w, &job->found.err)) ||
                        (job->verdicts != NULL && !ask_head(job, &job->found.err));
    db_close(db);
}

static void free_job(void *ctx)
{
    struct job *job = ctx;
    vec_free(&job->found.items);
    mem_free(job->path);
    mem_free(job);
}

struct worker *waiting_start(const char *path, enum backlog which, const struct waiting_filter *filter,
                             const struct workbench_host *host, const struct wake *wake)
{
    static const struct worker_ops ops = {run, free_job};
    struct job *job = mem_alloc(sizeof *job);
    job->path = mem_dup(path);
    job->which = which;
    job->verdicts = host != NULL ? host->verdicts : NULL;
    if (filter != NULL)
        job->filter = *filter;
    return worker_start(&ops, job, wake);
}

const struct waiting *waiting_found(struct worker *w)
{
    return w != NULL && worker_done(w) ? &((struct job *)worker_job(w))->found : NULL;
}
