#include "core/base/team.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdatomic.h>

struct counts {
    atomic_int runs[TEAM_MAX], total;
};

static void count(void *ctx, int worker)
{
    struct counts *c = ctx;
    atomic_fetch_add(&c->runs[worker], 1);
    atomic_fetch_add(&c->total, 1);
}

Test(team, every_worker_runs_once_a_round)
{
    for (int workers = 1; workers <= 5; workers += 2) {
        struct counts c = {0};
        struct team *t = team_open(workers);
        cr_assert(eq(int, team_workers(t), workers));
        for (int round = 1; round <= 500; round++) {
            team_run(t, count, &c);
            cr_assert(eq(int, atomic_load(&c.total), round *workers));
        }
        for (int i = 0; i < TEAM_MAX; i++)
            cr_expect(eq(int, atomic_load(&c.runs[i]), i < workers ? 500 : 0));
        team_close(t);
    }
}

Test(team, closing_none_is_fine)
{
    team_close(NULL);
}
