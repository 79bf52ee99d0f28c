#include "core/descent.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct err err;

enum { N = 10, NETS = 2, EPOCHS = 8 };

/* Work that writes down what it was asked to do, and whose held-out losses are given. */
struct script {
    double nll[EPOCHS][NETS];
    size_t epoch, seen[N], smallest, largest, steps, after_death;
    size_t kept[NETS]; /* epoch of the last keep */
    double loss;
};

static double step(void *ctx, const size_t *which, size_t n, uint64_t t, const struct adam_step *s, const bool *alive)
{
    struct script *x = ctx;
    cr_expect(eq(u64, t, x->steps + 1));
    cr_expect(gt(flt, s->rate, 0));
    for (size_t i = 0; i < n; i++)
        x->seen[which[i]]++;
    x->steps++;
    x->smallest = n < x->smallest ? n : x->smallest;
    x->largest = n > x->largest ? n : x->largest;
    x->after_death += !alive[0];
    return x->loss;
}

static void judge(void *ctx, const bool *alive, double *nll)
{
    struct script *x = ctx;
    (void)alive;
    memcpy(nll, x->nll[x->epoch++], sizeof x->nll[0]);
}

static void keep(void *ctx, size_t net)
{
    struct script *x = ctx;
    x->kept[net] = x->epoch;
}

static bool run(struct script *x, size_t patience, bool judged, struct descent_info *info,
                const struct progress *progress)
{
    struct descent_opts o = descent_default();
    struct descent_work work = {.ctx = x, .n = N, .step = step, .judge = judged ? judge : NULL, .keep = keep};
    o.nets = NETS;
    o.epochs = EPOCHS;
    o.batch = 4;
    o.patience = patience;
    x->smallest = N;
    return descent_run(&o, &work, info, progress, &err);
}

Test(descent, an_epoch_sees_every_example_once_in_batches_as_equal_as_can_be)
{
    struct script x = {.loss = 0.5};
    struct descent_info info;
    cr_assert(run(&x, 0, false, &info, NULL), "%s", err.text);
    for (size_t i = 0; i < N; i++)
        cr_expect(eq(sz, x.seen[i], EPOCHS));
    cr_expect(eq(sz, info.steps, 3 * EPOCHS)); /* 3, 3 and 4 of 10 */
    cr_expect(eq(sz, x.smallest, 3));
    cr_expect(eq(sz, x.largest, 4));
    cr_expect(eq(int, info.stop, DESCENT_EPOCHS));
    cr_expect(eq(dbl, info.loss, 0.5));
}

Test(descent, few_examples_get_more_epochs_unless_told)
{
    struct script x = {.loss = 0.5};
    struct descent_opts o = descent_default();
    struct descent_work work = {.ctx = &x, .n = N, .step = step, .keep = keep};
    struct descent_info info;
    x.smallest = N;
    o.nets = NETS;
    o.batch = 4;
    cr_assert(descent_run(&o, &work, &info, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, info.epochs, (DESCENT_STEPS_LEAST + 2) / 3)); /* 3 steps an epoch */
    x.steps = 0;
    o.batch = 1;
    cr_assert(descent_run(&o, &work, &info, NULL, &err), "%s", err.text);
    cr_expect(eq(sz, info.epochs, DESCENT_EPOCHS_USUAL)); /* 10 steps an epoch are enough */
}

Test(descent, without_held_out_examples_the_last_state_is_kept)
{
    struct script x = {.loss = 0.5};
    struct descent_info info;
    x.kept[0] = x.kept[1] = 77;
    cr_assert(run(&x, 3, false, &info, NULL), "%s", err.text);
    cr_expect(eq(sz, info.epochs, EPOCHS));
    cr_expect(eq(sz, x.kept[0], 0));
    cr_expect(eq(sz, x.kept[1], 0));
    cr_expect(isnan(info.net[0].nll));
}

Test(descent, every_net_is_left_as_it_was_at_its_best_and_stops_when_patience_is_over)
{
    struct script x = {.nll = {{5, 5}, {4, 6}, {4, 4}, {4.5, 4.5}, {4.1, 3}, {0, 3.5}, {0, 3.5}, {0, 1}}, .loss = 1};
    struct descent_info info;
    cr_assert(run(&x, 3, true, &info, NULL), "%s", err.text);
    /* Net 0: best at epoch 2, over after 5 (4 is not below 4). Net 1: best at 5, over after 8? 3.5, 3.5, 1: no. */
    cr_expect(eq(sz, info.net[0].epoch, 2));
    cr_expect(eq(sz, x.kept[0], 2));
    cr_expect(eq(dbl, info.net[0].nll, 4));
    cr_expect(eq(sz, info.net[1].epoch, 8));
    cr_expect(eq(sz, x.kept[1], 8));
    cr_expect(eq(sz, x.after_death, 3 * 3));
    cr_expect(eq(int, info.stop, DESCENT_EPOCHS));
}

Test(descent, it_ends_when_no_net_is_left)
{
    struct script x = {.nll = {{1, 2}, {3, 3}, {3, 3}}, .loss = 1};
    struct descent_info info;
    cr_assert(run(&x, 2, true, &info, NULL), "%s", err.text);
    cr_expect(eq(sz, info.epochs, 3));
    cr_expect(eq(int, info.stop, DESCENT_PATIENCE));
}

Test(descent, a_net_that_ran_away_keeps_its_best_or_is_an_error)
{
    struct script x = {.nll = {{1, 2}, {NAN, 1}, {0, INFINITY}}, .loss = 1};
    struct descent_info info;
    cr_assert(run(&x, 5, true, &info, NULL), "%s", err.text);
    cr_expect(eq(sz, info.epochs, 3));
    cr_expect(eq(sz, x.kept[0], 1));
    cr_expect(eq(sz, x.kept[1], 2));
    struct script never = {.nll = {{NAN, 2}, {0, 3}, {0, 3}}, .loss = 1};
    cr_expect(not(run(&never, 2, true, &info, NULL)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
    struct script blind = {.loss = NAN};
    cr_expect(not(run(&blind, 2, false, &info, NULL)));
    cr_expect(eq(int, err.kind, ERR_NUMERIC));
}

static bool until(void *ctx, double done, double total)
{
    cr_expect(eq(dbl, total, 3 * EPOCHS));
    return done < *(const double *)ctx;
}

Test(descent, being_stopped_keeps_the_best_so_far_once_there_is_one)
{
    struct script x = {.nll = {{2, 2}, {1, 3}}, .loss = 1}, none = {.loss = 1};
    struct descent_info info;
    struct progress progress = {.tick = until, .ctx = &(double){7}};
    cr_assert(run(&x, 5, true, &info, &progress), "%s", err.text);
    cr_expect(eq(int, info.stop, DESCENT_INTERRUPTED));
    cr_expect(eq(sz, info.steps, 7));
    cr_expect(eq(sz, x.kept[0], 2));
    cr_expect(eq(sz, x.kept[1], 1));
    struct script early = {.loss = 1};
    progress.ctx = &(double){2}; /* in the first epoch: nobody has been judged yet */
    early.kept[0] = early.kept[1] = 77;
    cr_assert(run(&early, 5, true, &info, &progress), "%s", err.text);
    cr_expect(eq(sz, info.steps, 2));
    cr_expect(eq(sz, early.kept[0], 0));
    cr_expect(eq(sz, early.kept[1], 0));
    progress.ctx = &(double){0};
    cr_expect(not(run(&none, 5, true, &info, &progress)));
    cr_expect(eq(int, err.kind, ERR_STOPPED));
}

Test(descent, options_that_make_no_sense_are_refused)
{
    struct descent_opts good = descent_default(), o;
    cr_expect(descent_check(&good, &err));
#define REFUSED(field, value)                                                                                          \
    o = good;                                                                                                          \
    o.field = value;                                                                                                   \
    cr_expect(not(descent_check(&o, &err)), #field " " #value);                                                        \
    cr_expect(eq(int, err.kind, ERR_RANGE))
    REFUSED(nets, 0);
    REFUSED(nets, DESCENT_MAX_NETS + 1);
    REFUSED(batch, 0);
    REFUSED(rate, 0);
    REFUSED(rate, NAN);
    REFUSED(rate, INFINITY);
    REFUSED(decay, -1);
    REFUSED(decay, 1e4);
    REFUSED(dropout, 1);
    REFUSED(dropout, -0.1);
}
