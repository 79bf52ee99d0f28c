#include "ui/waiting.h"

#include "core/base/arena.h"
#include "store/review.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
    struct waiting found; /* first: the job is a struct waiting */
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
                                .conflict = r->conflict};
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

static void run(void *ctx, const struct worker *w)
{
    struct job *job = ctx;
    struct db *db = NULL;
    const struct waiting_filter *f = &job->filter;
    bool narrowed = f->annotator[0] != '\0' || f->attribute[0] != '\0' || f->gap > 0;
    job->found.failed = !db_open(job->path, DB_READ, &db, &job->found.err) ||
                        !backlog_each(db, job->which, WAITING_MOST, take, job, &job->found.err) ||
                        (narrowed && !narrow(db, job, w, &job->found.err));
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
                             const struct wake *wake)
{
    static const struct worker_ops ops = {run, free_job};
    struct job *job = mem_alloc(sizeof *job);
    job->path = mem_dup(path);
    job->which = which;
    if (filter != NULL)
        job->filter = *filter;
    return worker_start(&ops, job, wake);
}

const struct waiting *waiting_found(struct worker *w)
{
    return w != NULL && worker_done(w) ? &((struct job *)worker_job(w))->found : NULL;
}
