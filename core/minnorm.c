#include "core/minnorm.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Wolfe's method adds at most one vector a step and never comes back to a set it has left; the limit only guards
 * against rounding. */
enum { MAX_STEPS = 100 * MINNORM_MOST, CLAMPED_STEPS = 1000, REFINEMENTS = 4, ATTEMPTS = 8 };

static bool check(const double *G, size_t k, struct err *err)
{
    if (k == 0 || k > MINNORM_MOST)
        return err_set(err, ERR_RANGE, "%zu objectives; 1 to %d can be weighed", k, MINNORM_MOST);
    for (size_t i = 0; i < k * k; i++)
        if (!isfinite(G[i]))
            return err_set(err, ERR_NUMERIC, "a product of gradients is not a finite number");
    for (size_t i = 0; i < k; i++)
        if (G[i * k + i] < 0)
            return err_set(err, ERR_NUMERIC, "the square of gradient %zu is negative", i);
    return true;
}

/* c = G lambda, and how far rounding may be off in it. */
static void products(const double *G, size_t k, const double *lambda, double *c, double *noise)
{
    for (size_t i = 0; i < k; i++) {
        c[i] = noise[i] = 0;
        for (size_t j = 0; j < k; j++) {
            c[i] += G[i * k + j] * lambda[j];
            noise[i] += fabs(G[i * k + j]) * lambda[j];
        }
        noise[i] *= 8 * DBL_EPSILON;
    }
}

static double dot(const double *a, const double *b, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++)
        sum += a[i] * b[i];
    return sum;
}

struct minnorm minnorm_check(const double *G, size_t k, const double *lambda, double *slack)
{
    double c[MINNORM_MOST], noise[MINNORM_MOST];
    products(G, k, lambda, c, noise);
    struct minnorm out = {.value = fmax(0, dot(lambda, c, k))};
    for (size_t i = 0; i < k; i++) {
        out.gap = fmax(out.gap, out.value - c[i]);
        if (slack != NULL)
            slack[i] = c[i] - out.value;
    }
    return out;
}

static void report(const double *G, size_t k, const double *lambda, size_t steps, struct minnorm *out)
{
    if (out == NULL)
        return;
    *out = minnorm_check(G, k, lambda, NULL);
    out->steps = steps;
}

/* ---- two vectors ---- */

/* The weight of the first: g1 + t (g2 - g1) is shortest where it is perpendicular to g2 - g1. */
static double of_two(double aa, double ab, double bb)
{
    double length = aa + bb - 2 * ab; /* |g1 - g2|^2 */
    if (!(length > 4 * DBL_EPSILON * (aa + bb)))
        return aa < bb ? 1 : aa > bb ? 0 : 0.5;
    return fmin(1, fmax(0, (bb - ab) / length));
}

/* ---- Wolfe's algorithm ---- */

/* The vectors in use (the corral), affinely independent, and their weights, all positive but for one just added. */
struct corral {
    const double *G;
    size_t k, n;
    size_t member[MINNORM_MOST];
    double weight[MINNORM_MOST];
};

/* A = U'U in place (upper triangle); false when a pivot is not positive. */
static bool cholesky(double A[MINNORM_MOST][MINNORM_MOST], size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double sum = A[i][j];
            for (size_t l = 0; l < i; l++)
                sum -= A[l][i] * A[l][j];
            if (i == j && !(sum > 0))
                return false;
            A[i][j] = i == j ? sqrt(sum) : sum / A[i][i];
        }
    return true;
}

static void solve(double U[MINNORM_MOST][MINNORM_MOST], size_t n, double *x)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t l = 0; l < i; l++)
            x[i] -= U[l][i] * x[l];
        x[i] /= U[i][i];
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t l = i + 1; l < n; l++)
            x[i] -= U[i][l] * x[l];
        x[i] /= U[i][i];
    }
}

/* Products of the differences e_i = g_i - g_0 of the corral from its first vector, and of these with g_0. */
static void differences(const struct corral *s, double D[MINNORM_MOST][MINNORM_MOST], double *right)
{
    size_t k = s->k, first = s->member[0];
    const double *G = s->G;
    for (size_t i = 1; i < s->n; i++) {
        size_t a = s->member[i];
        right[i - 1] = G[first * k + first] - G[a * k + first];
        for (size_t j = 1; j < s->n; j++) {
            size_t b = s->member[j];
            D[i - 1][j - 1] = (G[a * k + b] - G[a * k + first]) - (G[first * k + b] - G[first * k + first]);
        }
    }
}

/* y: the weights, of any sign with sum 1, of the shortest vector in the affine hull of the corral: |g_0 + sum y_i e_i|
 * is least. When rounding makes the hull flat the diagonal is lifted, and refinement takes that back (proximal steps:
 * they converge to a solution of the flat system too). */
static void affine_minimum(const struct corral *s, double *y)
{
    double D[MINNORM_MOST][MINNORM_MOST], U[MINNORM_MOST][MINNORM_MOST], right[MINNORM_MOST], rest[MINNORM_MOST];
    size_t n = s->n - 1;
    double lift = 0;
    bool found = false;
    differences(s, D, right);
    for (int i = 0; i < ATTEMPTS && !found; i++, lift = lift > 0 ? 16 * lift : 4 * DBL_EPSILON) {
        for (size_t a = 0; a < n; a++) {
            memcpy(U[a], D[a], n * sizeof U[a][0]);
            U[a][a] += lift * fmax(D[a][a], s->G[s->member[0] * s->k + s->member[0]] * DBL_EPSILON) + DBL_MIN;
        }
        found = cholesky(U, n);
    }
    memset(y, 0, s->n * sizeof *y);
    for (int i = 0; found && i < REFINEMENTS; i++) {
        for (size_t a = 0; a < n; a++)
            rest[a] = right[a] - dot(D[a], y + 1, n);
        solve(U, n, rest);
        for (size_t a = 0; a < n; a++)
            y[a + 1] += rest[a];
    }
    y[0] = 1;
    for (size_t a = 1; a < s->n; a++)
        y[0] -= y[a];
}

static void drop(struct corral *s, size_t i)
{
    s->n--;
    memmove(s->member + i, s->member + i + 1, (s->n - i) * sizeof *s->member);
    memmove(s->weight + i, s->weight + i + 1, (s->n - i) * sizeof *s->weight);
}

/* Move the weights towards y, up to where the first becomes 0, which leaves. True when y was reached. */
static bool move_towards(struct corral *s, const double *y)
{
    double share = 1;
    size_t leaves = s->n;
    for (size_t i = 0; i < s->n; i++)
        if (y[i] <= 0 && s->weight[i] - y[i] > 0 && s->weight[i] / (s->weight[i] - y[i]) < share) {
            share = s->weight[i] / (s->weight[i] - y[i]);
            leaves = i;
        }
    for (size_t i = 0; i < s->n; i++)
        s->weight[i] += share * (y[i] - s->weight[i]);
    if (leaves < s->n)
        drop(s, leaves);
    for (size_t i = s->n; i-- > 0;)
        if (s->weight[i] <= 0 && s->n > 1)
            drop(s, i);
    return share >= 1;
}

static void spread(const struct corral *s, double *lambda)
{
    double sum = 0;
    memset(lambda, 0, s->k * sizeof *lambda);
    for (size_t i = 0; i < s->n; i++)
        sum += s->weight[i];
    for (size_t i = 0; i < s->n; i++)
        lambda[s->member[i]] = s->weight[i] / sum;
}

static bool is_member(const struct corral *s, size_t i)
{
    for (size_t j = 0; j < s->n; j++)
        if (s->member[j] == i)
            return true;
    return false;
}

/* The vector outside the corral that lies furthest on the near side of v, beyond rounding; k when there is none. */
static size_t nearer(const struct corral *s, const double *lambda)
{
    double c[MINNORM_MOST], noise[MINNORM_MOST], most = 0;
    size_t best = s->k;
    products(s->G, s->k, lambda, c, noise);
    double value = dot(lambda, c, s->k), doubt = dot(lambda, noise, s->k);
    for (size_t i = 0; i < s->k; i++) {
        double gain = value - c[i] - noise[i] - doubt;
        if (gain > most && !is_member(s, i)) {
            most = gain;
            best = i;
        }
    }
    return best;
}

static size_t wolfe(const double *G, size_t k, double *lambda)
{
    struct corral s = {.G = G, .k = k, .n = 1, .weight = {1}};
    double y[MINNORM_MOST], best[MINNORM_MOST], least = INFINITY;
    size_t steps = 0;
    for (size_t i = 1; i < k; i++)
        if (G[i * k + i] < G[s.member[0] * k + s.member[0]])
            s.member[0] = i;
    for (; steps < MAX_STEPS; steps++) {
        spread(&s, lambda);
        double value = minnorm_check(G, k, lambda, NULL).value;
        if (!(value < least)) { /* rounding only */
            memcpy(lambda, best, k * sizeof *lambda);
            break;
        }
        least = value;
        memcpy(best, lambda, k * sizeof *best);
        size_t add = nearer(&s, lambda);
        if (add == k)
            break;
        s.member[s.n] = add;
        s.weight[s.n++] = 0;
        do
            affine_minimum(&s, y);
        while (!move_towards(&s, y));
    }
    return steps;
}

bool minnorm_solve(const double *G, size_t k, double *lambda, struct minnorm *out, struct err *err)
{
    size_t steps = 0;
    if (!check(G, k, err))
        return false;
    if (k == 1) {
        lambda[0] = 1;
    } else if (k == 2) {
        lambda[0] = of_two(G[0], G[1], G[3]);
        lambda[1] = 1 - lambda[0];
    } else {
        steps = wolfe(G, k, lambda);
    }
    report(G, k, lambda, steps, out);
    return true;
}

/* ---- the released solver ---- */

/* Its line search: the weight of the first, and the square at it. */
static double clamped_of_two(double aa, double ab, double bb, double *square)
{
    *square = aa;
    if (ab >= aa)
        return 0.999;
    *square = bb;
    if (ab >= bb)
        return 0.001;
    double share = (bb - ab) / (aa + bb - 2 * ab);
    *square = bb + share * (ab - bb);
    return share;
}

static void best_pair(const double *G, size_t k, double *lambda)
{
    double least = INFINITY;
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1; j < k; j++) {
            double square, share = clamped_of_two(G[i * k + i], G[i * k + j], G[j * k + j], &square);
            if (!(square < least))
                continue;
            least = square;
            memset(lambda, 0, k * sizeof *lambda);
            lambda[i] = share;
            lambda[j] = 1 - share;
        }
}

bool minnorm_solve_clamped(const double *G, size_t k, double *lambda, struct minnorm *out, struct err *err)
{
    size_t steps = 0;
    if (!check(G, k, err))
        return false;
    lambda[0] = 1;
    if (k > 1)
        best_pair(G, k, lambda);
    for (double change = 1; k > 2 && change >= 1e-5 && steps < CLAMPED_STEPS; steps++) {
        double c[MINNORM_MOST], noise[MINNORM_MOST], next[MINNORM_MOST], square;
        size_t t = 0;
        products(G, k, lambda, c, noise);
        for (size_t i = 1; i < k; i++)
            t = c[i] < c[t] ? i : t;
        double share = clamped_of_two(dot(lambda, c, k), c[t], G[t * k + t], &square);
        change = 0;
        for (size_t i = 0; i < k; i++) {
            next[i] = share * lambda[i] + (i == t ? 1 - share : 0);
            change += fabs(next[i] - lambda[i]);
        }
        if (change >= 1e-5) /* the last, too small step is not taken */
            memcpy(lambda, next, k * sizeof *lambda);
    }
    report(G, k, lambda, steps, out);
    return true;
}
