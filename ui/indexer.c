#include "ui/indexer.h"

#include "core/base/mem.h"
#include "store/words.h"

#include <stdatomic.h>
#include <time.h>

/* Short slices, and a breath between them: others want to write, too. */
enum { SLICE = 128, PAUSE_NS = 2 * 1000 * 1000 };

struct indexing {
    char *path;
    atomic_llong left; /* -1: it failed */
    struct err err;    /* written before `left` becomes -1 */
};

static bool work(struct indexing *x, struct db *db, const struct worker *w)
{
    int64_t left = 1;
    while (left > 0 && worker_wanted(w)) {
        if (!words_catch_up(db, SLICE, &left, &x->err))
            return false;
        atomic_store(&x->left, left);
        worker_tell(w);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    return true;
}

static void run(void *job, const struct worker *w)
{
    struct indexing *x = job;
    struct db *db = NULL;
    if (!db_open(x->path, DB_WRITE, &db, &x->err) || !work(x, db, w))
        atomic_store(&x->left, -1);
    db_close(db);
}

static void free_job(void *job)
{
    struct indexing *x = job;
    mem_free(x->path);
    mem_free(x);
}

struct worker *indexer_start(struct workbench *w)
{
    static const struct worker_ops ops = {run, free_job};
    struct indexing *x = mem_alloc(sizeof *x);
    x->path = mem_dup(db_path(w->db));
    atomic_init(&x->left, 1);
    return worker_start(&ops, x, &w->wake);
}

int64_t indexer_left(const struct worker *w, struct err *err)
{
    struct indexing *x = worker_job(w);
    int64_t left = atomic_load(&x->left);
    if (left < 0)
        *err = x->err;
    return left;
}
