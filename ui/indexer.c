#include "ui/indexer.h"

#include "core/base/mem.h"
#include "store/words.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* Short slices, and a breath between them: others want to write, too. */
enum { SLICE = 128, PAUSE_NS = 2 * 1000 * 1000 };

struct indexer {
    struct workbench *workbench;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_llong left; /* -1: it failed */
    struct err err;    /* written before `left` becomes -1 */
};

static bool work(struct indexer *x, struct db *db, struct err *err)
{
    int64_t left = 1;
    while (left > 0 && !atomic_load(&x->stop)) {
        if (!words_catch_up(db, SLICE, &left, err))
            return false;
        atomic_store(&x->left, left);
        workbench_wake(x->workbench);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    return true;
}

static void *run(void *ctx)
{
    struct indexer *x = ctx;
    struct db *db = NULL;
    if (!db_open(db_path(x->workbench->db), DB_WRITE, &db, &x->err) || !work(x, db, &x->err)) {
        atomic_store(&x->left, -1);
        workbench_wake(x->workbench);
    }
    db_close(db);
    return NULL;
}

struct indexer *indexer_start(struct workbench *w)
{
    struct indexer *x = mem_alloc(sizeof *x);
    x->workbench = w;
    atomic_init(&x->stop, false);
    atomic_init(&x->left, 1);
    x->started = pthread_create(&x->thread, NULL, run, x) == 0;
    if (!x->started) {
        err_set(&x->err, ERR_MEMORY, "no thread could be started to index the words");
        atomic_store(&x->left, -1);
    }
    return x;
}

int64_t indexer_left(struct indexer *x, struct err *err)
{
    int64_t left = atomic_load(&x->left);
    if (left < 0)
        *err = x->err;
    return left;
}

void indexer_stop(struct indexer *x)
{
    if (x == NULL)
        return;
    atomic_store(&x->stop, true);
    if (x->started)
        pthread_join(x->thread, NULL);
    mem_free(x);
}
