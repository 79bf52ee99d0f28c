/* A few threads that do one thing together and wait for each other: the caller is worker 0. A team of NULL is the
 * caller alone. */
#ifndef ASSAY_CORE_BASE_TEAM_H
#define ASSAY_CORE_BASE_TEAM_H

struct team;

enum { TEAM_MAX = 64 };

/* Cores of this machine. */
int team_cores(void);
/* A team of up to `workers` (1 to TEAM_MAX); fewer when the system gives no more threads. Close with team_close. */
struct team *team_open(int workers);
void team_close(struct team *t);
int team_workers(const struct team *t);
/* work(ctx, worker) once on every worker, 0 <= worker < team_workers(t); returns when all have returned. */
void team_run(struct team *t, void (*work)(void *ctx, int worker), void *ctx);

#endif
