/* Many annotators at once, each a process of its own, and kills at any moment. TOGETHER_PEOPLE and TOGETHER_ITEMS make
 * it larger (`make soak`); with TOGETHER_THINK_MS they think in between, from a tenth of it to all of it. Kills come
 * with a count of what was acknowledged, not with time. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "store/annotator.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { OVERLAP = 2, KILL_EVERY = 9, FAILED = -1 };

/* What a worker says once it is on disk: comparison 0: nothing is left for me. */
struct word {
    int64_t comparison;
    double ms;
    int worker;
};

struct crowd {
    int people, items, think_ms, turns, kills;
    int pipe[2];
    pid_t *pid;
    unsigned char *said; /* people x (items + 1): how often this was acknowledged */
    double *ms;
    size_t n_ms;
};

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "pairwise");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(together, .init = open_one, .fini = close_one);

static int number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (int)strtol(text, NULL, 10) : otherwise;
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static bool say(int fd, struct word w)
{
    return write(fd, &w, sizeof w) == (ssize_t)sizeof w; /* whole: a pipe takes so few bytes at once */
}

static void think(struct rng *r, int most_ms)
{
    if (most_ms <= 0)
        return;
    double ms = most_ms * (0.1 + 0.9 * rng_uniform(r));
    struct timespec t = {(time_t)(ms / 1e3), (long)((ms - 1e3 * (double)(int)(ms / 1e3)) * 1e6)};
    nanosleep(&t, NULL);
}

static void work(const struct crowd *c, int k, int turn)
{
    struct db *db;
    struct rng rng;
    struct draft d;
    struct err err = {0};
    int64_t who, comparison = 1, saved;
    char name[24];
    snprintf(name, sizeof name, "person%d", k);
    rng_seed(&rng, (uint64_t)(turn * 1000 + k));
    draft_init(&d);
    d.preference = 1;
    bool ok = db_open(f.path, DB_WRITE, &db, &err) && annotator_person(db, name, &who, &err);
    while (ok && comparison != 0) {
        ok = task_next(db, who, ORDER_GIVEN, &rng, &comparison, &err);
        think(&rng, c->think_ms);
        double start = now_ms();
        ok = ok && (comparison == 0 ||
                    task_submit(db, who, comparison, &f.rubric, &d, STEP_SUBMIT, NULL, &rng, &saved, &err));
        if (ok && !say(c->pipe[1], (struct word){comparison, now_ms() - start, k}))
            _exit(1);
    }
    if (!ok) {
        fprintf(stderr, "%s: %s\n", name, err.text);
        (void)!say(c->pipe[1], (struct word){FAILED, 0, k});
    }
    _exit(ok ? 0 : 1);
}

static void start(struct crowd *c, int k)
{
    int turn = c->turns++;
    if ((c->pid[k] = fork()) == 0)
        work(c, k, turn);
    cr_assert(gt(int, (int)c->pid[k], 0));
}

/* Words until everybody has said that nothing is left; every so often somebody dies and comes back. */
static void listen(struct crowd *c)
{
    struct word w;
    struct rng rng;
    bool *done = mem_array((size_t)c->people, sizeof *done);
    int left = c->people;
    rng_seed(&rng, 5);
    while (left > 0 && read(c->pipe[0], &w, sizeof w) == (ssize_t)sizeof w) {
        cr_assert(ne(i64, w.comparison, FAILED));
        if (w.comparison == 0) {
            left -= !done[w.worker];
            done[w.worker] = true;
            continue;
        }
        c->said[w.worker * (c->items + 1) + w.comparison]++;
        c->ms[c->n_ms++] = w.ms;
        int victim = (int)rng_below(&rng, (uint64_t)c->people);
        if (c->n_ms % KILL_EVERY == 0 && !done[victim]) {
            kill(c->pid[victim], SIGKILL);
            waitpid(c->pid[victim], NULL, 0);
            start(c, victim);
            c->kills++;
        }
    }
    for (int k = 0; k < c->people; k++)
        waitpid(c->pid[k], NULL, 0);
    mem_free(done);
}

/* Each acknowledged judgement is there once. */
static void verify_words(const struct crowd *c)
{
    for (int k = 0; k < c->people; k++)
        for (int i = 1; i <= c->items; i++) {
            char sql[220];
            int said = c->said[k * (c->items + 1) + i];
            cr_expect(le(int, said, 1));
            if (said == 0)
                continue;
            snprintf(sql, sizeof sql,
                     "SELECT count(*) FROM judgement JOIN annotator USING (annotator) WHERE comparison = %d AND name = "
                     "'person%d' AND revision = 1",
                     i, k);
            cr_expect(eq(i64, fixture_count(&f, sql), 1));
        }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

Test(together, every_acknowledged_judgement_is_there_once_and_no_slot_is_given_twice, .timeout = 600)
{
    struct crowd c = {.people = number("TOGETHER_PEOPLE", 8),
                      .items = number("TOGETHER_ITEMS", 100),
                      .think_ms = number("TOGETHER_THINK_MS", 0)};
    fixture_fill(&f, c.items);
    must(setting_change(f.db, SET_OVERLAP, "2", NULL, &f.err));
    db_close(f.db);
    f.db = NULL;
    c.pid = mem_array((size_t)c.people, sizeof *c.pid);
    c.said = mem_array((size_t)(c.people * (c.items + 1)), 1);
    c.ms = mem_array((size_t)(OVERLAP * c.items + 1), sizeof *c.ms);
    cr_assert(eq(int, pipe(c.pipe), 0));
    for (int k = 0; k < c.people; k++)
        start(&c, k);
    listen(&c);
    must(db_open(f.path, DB_WRITE, &f.db, &f.err));
    verify_words(&c);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), OVERLAP * c.items));
    cr_expect(eq(i64, fixture_count(&f, "SELECT max(people) FROM comparison"), OVERLAP));
    cr_expect(eq(i64, fixture_count(&f, "SELECT min(people) FROM comparison"), OVERLAP));
    cr_expect(gt(int, c.kills, 0));
    qsort(c.ms, c.n_ms, sizeof *c.ms, by_size);
    if (getenv("TOGETHER_ITEMS") != NULL)
        fprintf(stderr, "%d people, %zu judgements acknowledged, %d kills: commit median %.1f ms, p99 %.1f ms\n",
                c.people, c.n_ms, c.kills, c.ms[c.n_ms / 2], c.ms[c.n_ms * 99 / 100]);
    mem_free(c.pid);
    mem_free(c.said);
    mem_free(c.ms);
    close(c.pipe[0]);
    close(c.pipe[1]);
}
