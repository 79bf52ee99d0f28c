#include "core/base/clock.h"
#include "store/backlog.h"
#include "store/run.h"
#include "ui/dashboard.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- runs ---- */

static bool read_runs(struct db *db, struct dashboard_facts *f, struct err *err)
{
    struct run *runs;
    size_t n;
    if (!run_list(db, DASHBOARD_RUNS, &f->arena, &runs, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        f->runs[f->n_runs++] = run_row_of(&runs[i], &f->arena);
    return true;
}

/* ---- everything ---- */

static void count_disagreement(void *ctx, const struct backlog_row *row)
{
    struct dashboard_facts *f = ctx;
    f->disagreements++;
    f->conflicts += row->conflict;
}

static void count_skipped(void *ctx, const struct backlog_row *row)
{
    (void)row;
    ((struct dashboard_facts *)ctx)->skipped++;
}

static void find_person(struct dashboard_facts *f, const char *person)
{
    for (size_t i = 0; i < f->status.n_annotators; i++) {
        const struct status_annotator *x = &f->status.annotators[i];
        f->last = x->last > f->last ? x->last : f->last;
        if (strcmp(x->name, person) != 0)
            continue;
        f->drafts = x->drafts;
        if (x->judged > 0 && x->seconds > 0)
            f->pace = x->seconds / (double)x->judged;
    }
}

static bool read_all(struct db *db, struct dashboard_facts *f, int64_t annotator, const char *person, struct err *err)
{
    if (!status_read(db, &f->arena, &f->status, err) || !task_get_progress(db, annotator, &f->mine, err) ||
        !backlog_each(db, BACKLOG_DISAGREEMENT, 0, count_disagreement, f, err) ||
        !backlog_each(db, BACKLOG_SKIPPED, 0, count_skipped, f, err))
        return false;
    find_person(f, person);
    return read_runs(db, f, err);
}

struct dashboard_facts *dashboard_facts_read(const char *path, int64_t annotator, const char *person,
                                             bool (*glance)(const char *, struct glance *, struct err *))
{
    struct dashboard_facts *f = mem_alloc(sizeof *f);
    struct db *db = NULL;
    f->pace = NAN;
    f->read = clock_now_ms();
    if (!db_open(path, DB_READ, &db, &f->err) || !read_all(db, f, annotator, person, &f->err))
        f->n_runs = 0;
    db_close(db);
    if (glance == NULL)
        err_set(&f->glance_err, ERR_MISSING, "agreement is not told here");
    else if (f->err.kind == ERR_NONE && !glance(path, &f->glance, &f->glance_err))
        f->glance.n = 0;
    return f;
}

void dashboard_facts_free(struct dashboard_facts *f)
{
    if (f == NULL)
        return;
    arena_free(&f->arena);
    mem_free(f);
}

/* ---- what there is to do ---- */

/* "about 3 h 40", "about 25 min" */
static void add_duration(double seconds, struct buf *out)
{
    long minutes = (long)(seconds / 60 + 0.5);
    if (minutes >= 60)
        buf_addf(out, "about %ld h %02ld", minutes / 60, minutes % 60);
    else
        buf_addf(out, "about %ld min", minutes > 0 ? minutes : 1);
}

static void add_todo(struct todo *out, size_t *n, const char *name, const char *command, struct buf *what)
{
    out[*n].name = name;
    out[*n].command = command;
    snprintf(out[*n].what, sizeof out[*n].what, "%s", what->ptr);
    (*n)++;
    buf_reset(what);
}

static bool has_newer(const struct dashboard_facts *f)
{
    for (size_t i = 0; i < f->n_runs; i++)
        if (strcmp(f->runs[i].run->kind, "train") == 0)
            return f->last > f->runs[i].run->created;
    return false;
}

size_t dashboard_todo(const struct dashboard_facts *f, struct todo out[DASHBOARD_TASKS])
{
    struct buf b = BUF_INIT;
    size_t n = 0;
    if (f->mine.waiting > 0) {
        buf_addf(&b, "%lld waiting for you", (long long)f->mine.waiting);
        if (!isnan(f->pace)) {
            buf_adds(&b, ", ");
            add_duration(f->pace * (double)f->mine.waiting, &b);
            buf_adds(&b, " at your pace");
        }
        if (f->drafts > 0)
            buf_addf(&b, ", %lld begun", (long long)f->drafts);
        add_todo(out, &n, "annotate", "assay annotate", &b);
    }
    if (f->disagreements > 0) {
        buf_addf(&b, "%lld where people disagree", (long long)f->disagreements);
        if (f->conflicts > 0)
            buf_addf(&b, ", %lld of them about which is better", (long long)f->conflicts);
        add_todo(out, &n, "review", "assay queue --strategy disagreement", &b);
    }
    if (f->skipped > 0) {
        buf_addf(&b, "%lld that enough people skipped or flagged: they need the owner", (long long)f->skipped);
        add_todo(out, &n, "queue", "assay queue --strategy skipped", &b);
    }
    if (f->status.embedding_sets > 0 && f->n_runs == 0)
        buf_adds(&b, "embeddings are there, and no head was fitted yet");
    else if (has_newer(f))
        buf_adds(&b, "people have judged since the latest fit");
    if (b.len > 0)
        add_todo(out, &n, "train", "assay train --head bt", &b);
    buf_free(&b);
    return n;
}
