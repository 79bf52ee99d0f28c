#include "core/anchored.h"

#include "core/base/trace.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* Numbers of rows, fewer than columns, from which on they are rounded: less stays in the cache as it is. */
enum { LEAST = 1 << 20 };
/* What rounding hides of the objective, as a share of it: of rows in float32 and of rounded ones, each on the way from
 * the start and near a later anchor. */
static const double noise[2][2] = {{3e-8, 1e-13}, {1e-7, 3e-11}};
/* How far rounded rows may take the gradient before it is measured again, as a share of that at the anchor: in units of
 * the error that was seen, or of the usual one, which goes with the root of columns over pairs. When they are further
 * off than `useless`, and that is not below what a fit asks for, they are given up. */
static const double depth_over_error = 1.5, usual_error = 1.2e-4, most_depth = 0.03, useless = 0.01, negligible = 5e-7;

static double usual(const struct anchored *o)
{
    return usual_error * sqrt((double)o->d / (double)o->n);
}

static void set_depth(struct anchored *o, double error)
{
    o->depth = fmin(most_depth, depth_over_error * error);
}

bool anchored_rounds(size_t n, size_t d)
{
    return n >= d || (n >= d / 4 && n >= LEAST / d);
}

bool anchored_init(struct anchored *o, struct diff *f, const struct loss *loss, enum loss_normalise by, size_t memory,
                   struct team *team, struct err *err)
{
    size_t d = f->d;
    *o = (struct anchored){.f = f, .n = f->n, .d = d};
    o->memory = mem_block(7 * d, sizeof *o->memory);
    o->floats = mem_block(2, d * sizeof *o->floats);
    if (o->memory == NULL || o->floats == NULL)
        return err_set(err, ERR_MEMORY, "no memory to fit %zu pairs of %zu columns", f->n, d);
    double **vectors[] = {&o->at.w, &o->at.g, &o->trial.w, &o->trial.g, &o->anchor, &o->anchor_g, &o->center};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        *vectors[i] = o->memory + i * d;
    o->at.s = o->floats;
    o->trial.s = o->floats + d;
    if (!pass_init_loss(&o->pass, f, loss, by, team, err))
        return false;
    if (!anchored_rounds(f->n, d))
        return true;
    set_depth(o, usual(o));
    if (!coarse_init(&o->coarse, f, memory, err))
        return false;
    pass_use(&o->pass, &o->coarse);
    return true;
}

void anchored_free(struct anchored *o)
{
    pass_free(&o->pass);
    coarse_free(&o->coarse);
    mem_free(o->memory);
    mem_free(o->floats);
}

/* Add the penalty to loss and gradient. */
static void penalise(const struct anchored *o, struct anchored_point *p, const struct pass_sums *sums)
{
    double square = 0;
    for (size_t j = 0; j < o->d; j++) {
        double off = p->w[j] - o->center[j];
        square += off * off;
        p->g[j] += o->ridge * off;
    }
    p->f = sums->loss + o->ridge / 2 * square + o->offset;
    p->curvature = sums->curvature;
    p->grad_norm = linalg_nrm2(p->g, o->d);
}

/* One float32 pass at anchor + p->s; the penalty is still to come. */
static struct pass_sums run(struct anchored *o, struct anchored_point *p)
{
    for (size_t j = 0; j < o->d; j++)
        p->w[j] = o->anchor[j] + (double)p->s[j];
    struct pass_sums sums = pass_run(&o->pass, p->s, true, p->g);
    linalg_axpy(1, o->anchor_g, p->g, o->d);
    return sums;
}

void anchored_evaluate(struct anchored *o)
{
    struct pass_sums sums = run(o, &o->trial);
    penalise(o, &o->trial, &sums);
}

void anchored_accept(struct anchored *o)
{
    struct anchored_point old = o->at;
    o->at = o->trial;
    o->trial = old;
    o->exact = false;
    o->moved = true;
}

/* Where loss and gradient without the penalty are known well. */
static void set_anchor(struct anchored *o, const struct pass_sums *sums)
{
    pass_anchor(&o->pass);
    memcpy(o->anchor, o->at.w, o->d * sizeof *o->anchor);
    memcpy(o->anchor_g, o->at.g, o->d * sizeof *o->anchor_g);
    memset(o->at.s, 0, o->d * sizeof *o->at.s);
    penalise(o, &o->at, sums);
    o->moved = false;
    o->anchor_norm = o->at.grad_norm;
}

bool anchored_start(struct anchored *o, struct err *err)
{
    struct pass_sums sums;
    bool measured = o->refined;
    if (!pass_first(&o->pass, o->f, measured ? o->trial.g : o->at.g, &sums, err))
        return false;
    if (measured)
        o->pass.last = o->pass.anchor_z; /* those of `at` */
    else
        set_anchor(o, &sums);
    return true;
}

/* How well did rounded rows do? `before`: the gradient as they had it where it is now known better. */
static void judge(struct anchored *o, const double *before, double anchor_norm)
{
    double off = 0;
    for (size_t j = 0; j < o->d; j++)
        off += (o->at.g[j] - before[j]) * (o->at.g[j] - before[j]);
    double error = sqrt(off) / anchor_norm;
    set_depth(o, fmax(usual(o), error));
    trace(TRACE_FIT, "rounded rows were off by %.3g of %.3g", sqrt(off), anchor_norm);
    if (error > useless && sqrt(off) > negligible)
        pass_use(&o->pass, NULL);
}

bool anchored_measure(struct anchored *o, bool exact, struct err *err)
{
    struct pass_sums sums;
    struct coarse *rough = o->pass.coarse;
    double *before = o->trial.g, anchor_norm = o->anchor_norm; /* trial.g is free until the next evaluation */
    memcpy(before, o->at.g, o->d * sizeof *before);
    if (exact && !pass_exact(&o->pass, o->at.w, o->at.g, &sums, err))
        return false;
    if (!exact) {
        pass_use(&o->pass, NULL);
        sums = run(o, &o->at);
        pass_use(&o->pass, rough);
    }
    set_anchor(o, &sums);
    if (rough != NULL && anchor_norm > 0)
        judge(o, before, anchor_norm);
    o->refined = true;
    o->exact = exact;
    trace(TRACE_FIT, "%s: f %.15g |g| %.3g passes %zu", exact ? "measured" : "refined", o->at.f, o->at.grad_norm,
          o->pass.taken);
    return true;
}

bool anchored_ends(const struct anchored *o)
{
    return o->pass.coarse != NULL && o->at.grad_norm <= o->depth * o->anchor_norm;
}

double anchored_noise(const struct anchored *o)
{
    return noise[o->pass.coarse != NULL][o->refined] * fabs(o->at.f);
}
