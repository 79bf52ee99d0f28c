#include "core/descent.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/base/trace.h"

#include <math.h>

struct descent_opts descent_default(void)
{
    return (struct descent_opts){
        .nets = 5, .batch = 64, .patience = 5, .rate = 3e-4, .schedule = ADAM_COSINE, .seed = 1, .threads = 1};
}

bool descent_check(const struct descent_opts *o, struct err *err)
{
    if (o->nets < 1 || o->nets > DESCENT_MAX_NETS)
        return err_set(err, ERR_RANGE, "%zu nets: 1 to %d can be fitted at once", o->nets, DESCENT_MAX_NETS);
    if (o->batch < 1)
        return err_set(err, ERR_RANGE, "batches of %zu: there must be at least 1 example in each", o->batch);
    if (!(o->rate > 0) || !isfinite(o->rate))
        return err_set(err, ERR_RANGE, "the rate is %g; it must be a finite number above 0", o->rate);
    if (!(o->decay >= 0) || !(o->rate * o->decay < 1))
        return err_set(err, ERR_RANGE, "the decay is %g; it must be at least 0, and rate x decay below 1", o->decay);
    if (!(o->dropout >= 0 && o->dropout < 1))
        return err_set(err, ERR_RANGE, "the dropout is %g; it must be at least 0 and below 1", o->dropout);
    return true;
}

const char *descent_stop_text(enum descent_stop s)
{
    static const char *const texts[] = {
#define X(id, text) text,
        DESCENT_STOPS(X)
#undef X
    };
    return texts[s];
}

struct run {
    const struct descent_opts *o;
    const struct descent_work *work;
    struct descent_info *info;
    struct adam adam;
    struct rng rng;
    size_t *order;  /* work->n */
    size_t batches; /* of an epoch */
    size_t epochs;  /* at most */
    bool alive[DESCENT_MAX_NETS];
    size_t idle[DESCENT_MAX_NETS]; /* epochs since its best */
};

/* Tell how far it is; before the first step there is no loss to tell. */
static bool tick(const struct run *r, const struct progress *progress, double loss)
{
    double done = (double)r->info->steps, all = (double)(r->batches * r->epochs);
    return r->info->steps == 0 ? progress_tick(progress, done, all) : progress_tick_loss(progress, done, all, loss);
}

/* False when somebody asked to stop. */
static bool epoch(struct run *r, const struct progress *progress)
{
    size_t n = r->work->n;
    double sum = 0, loss = r->info->loss;
    rng_shuffle(&r->rng, r->order, n);
    for (size_t i = 0; i < r->batches; i++) {
        size_t from = n * i / r->batches, to = n * (i + 1) / r->batches, t = r->info->steps + 1;
        if (!tick(r, progress, loss))
            return false;
        struct adam_step s = adam_at(&r->adam, t);
        loss = r->work->step(r->work->ctx, r->order + from, to - from, t, &s, r->alive);
        sum += loss * (double)(to - from);
        r->info->steps = t;
    }
    r->info->loss = sum / (double)n;
    r->info->epochs++;
    return true;
}

/* Is any net left to go on with? */
static bool judge(struct run *r)
{
    double nll[DESCENT_MAX_NETS];
    bool left = false;
    if (r->work->judge == NULL)
        return true;
    r->work->judge(r->work->ctx, r->alive, nll);
    for (size_t s = 0; s < r->o->nets; s++) {
        struct descent_net *net = &r->info->net[s];
        if (!r->alive[s])
            continue;
        trace(TRACE_FIT, "epoch %zu: loss %.6f, net %zu held out %.6f", r->info->epochs, r->info->loss, s, nll[s]);
        r->idle[s]++;
        if (nll[s] < net->nll || (isnan(net->nll) && isfinite(nll[s]))) {
            *net = (struct descent_net){nll[s], r->info->epochs};
            r->idle[s] = 0;
            r->work->keep(r->work->ctx, s);
        }
        r->alive[s] = isfinite(nll[s]) && (r->o->patience == 0 || r->idle[s] < r->o->patience);
        left = left || r->alive[s];
    }
    return left;
}

static bool all_epochs(struct run *r, const struct progress *progress, struct err *err)
{
    r->info->stop = DESCENT_EPOCHS;
    for (size_t i = 0; i < r->epochs; i++) {
        if (!epoch(r, progress)) {
            r->info->stop = DESCENT_INTERRUPTED;
            return r->info->steps > 0 || err_set(err, ERR_STOPPED, "the fit was stopped");
        }
        if (!judge(r)) {
            r->info->stop = DESCENT_PATIENCE;
            return true;
        }
    }
    return true;
}

/* Without held-out examples, or before the first time that they were looked at, the last state is the one; otherwise
 * every net must have had a state to keep. */
static bool settle(const struct run *r, struct err *err)
{
    bool judged = r->work->judge != NULL && r->info->epochs > 0;
    for (size_t s = 0; s < r->o->nets; s++) {
        if (!judged)
            r->work->keep(r->work->ctx, s);
        if (judged ? isnan(r->info->net[s].nll) : !isfinite(r->info->loss))
            return err_set(err, ERR_NUMERIC, "the fit ran away to infinity; lower the rate (it is %g)", r->o->rate);
    }
    return true;
}

static size_t epochs_of(const struct descent_opts *o, size_t batches)
{
    size_t least = (DESCENT_STEPS_LEAST + batches - 1) / batches;
    if (o->epochs > 0)
        return o->epochs;
    return least > DESCENT_EPOCHS_USUAL ? least : DESCENT_EPOCHS_USUAL;
}

bool descent_run(const struct descent_opts *o, const struct descent_work *work, struct descent_info *info,
                 const struct progress *progress, struct err *err)
{
    struct run r = {.o = o, .work = work, .info = info, .batches = (work->n + o->batch - 1) / o->batch};
    *info = (struct descent_info){0};
    r.epochs = epochs_of(o, r.batches);
    for (size_t s = 0; s < o->nets; s++) {
        info->net[s].nll = NAN;
        r.alive[s] = true;
    }
    r.adam = adam_default();
    r.adam.rate = o->rate;
    r.adam.decay = o->decay;
    r.adam.schedule = o->schedule;
    r.adam.steps = r.batches * r.epochs;
    rng_stream(&r.rng, o->seed, UINT64_MAX); /* the others are taken by weights and masks */
    r.order = mem_array(work->n, sizeof *r.order);
    for (size_t i = 0; i < work->n; i++)
        r.order[i] = i;
    bool ok = all_epochs(&r, progress, err) && settle(&r, err);
    mem_free(r.order);
    return ok;
}
