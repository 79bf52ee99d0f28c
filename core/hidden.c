#include "core/hidden.h"

#include "core/base/rng.h"
#include "core/linalg.h"

#include <math.h>
#include <string.h>

/* About eight tiles, for a few threads to share, but not so narrow that the product gets slow. */
enum { TILES = 8, TILE_MIN = 32, TILE_MAX = 256 };

/* Streams of the seed: below it one a net, for weights; from here on one a step and unit, for masks. */
#define MASKS (UINT64_C(1) << 32)

static size_t tile_of(size_t units)
{
    size_t tile = (units + TILES - 1) / TILES;
    return tile < TILE_MIN ? TILE_MIN : tile > TILE_MAX ? TILE_MAX : tile;
}

static void draw_weights(struct hidden *h)
{
    double sd = sqrt((h->shape.activation == ACTIVATION_RELU ? 2.0 : 1.0) / (double)h->d);
    size_t n = h->shape.per_net * h->d;
    for (size_t s = 0; s < h->shape.nets; s++) {
        struct rng r;
        rng_stream(&r, h->shape.seed, s);
        for (size_t i = 0; i < n; i++)
            h->U.w[s * n + i] = (float)(sd * rng_normal(&r));
    }
}

bool hidden_init(struct hidden *h, const struct hidden_shape *shape, const struct standard *inputs, struct team *team,
                 struct err *err)
{
    *h = (struct hidden){.shape = *shape, .inputs = inputs, .team = team, .d = inputs->d};
    h->units = shape->nets * shape->per_net;
    h->tile = tile_of(h->units);
    size_t columns = shape->examples * shape->views;
    h->X = mem_block(columns, h->d * sizeof *h->X);
    h->H = mem_block(columns, h->units * sizeof *h->H);
    h->slope = mem_block(columns, h->units * sizeof *h->slope);
    h->G = mem_block(columns, h->units * sizeof *h->G);
    if (h->X != NULL && h->H != NULL && h->slope != NULL && h->G != NULL) {
        if (adam_block_init(&h->U, h->units * h->d, err) && adam_block_init(&h->b, h->units, err)) {
            draw_weights(h);
            return true;
        }
    } else {
        err_set(err, ERR_MEMORY, "no memory for %zu hidden units on batches of %zu x %zu", h->units, columns, h->d);
    }
    hidden_free(h);
    return false;
}

void hidden_free(struct hidden *h)
{
    adam_block_free(&h->U);
    adam_block_free(&h->b);
    mem_free(h->X);
    mem_free(h->H);
    mem_free(h->slope);
    mem_free(h->G);
    *h = (struct hidden){0};
}

/* ---- forward ---- */

static void gather(void *ctx, int worker)
{
    struct hidden *h = ctx;
    size_t workers = (size_t)team_workers(h->team), columns = h->n * h->shape.views;
    for (size_t i = (size_t)worker; i < columns; i += workers)
        standard_row(h->inputs, h->rows[i], h->X + i * h->d);
}

/* Hide some of the examples from a unit, in all their views. A mask depends on seed, step and unit only. */
static void hide(const struct hidden *h, size_t unit, float *values, float *slopes)
{
    const uint64_t limit = (uint64_t)(h->shape.dropout * 0x1p32);
    const float up = (float)(1 / (1 - h->shape.dropout));
    struct rng r;
    uint64_t bits = 0;
    rng_stream(&r, h->shape.seed, MASKS + h->draw * h->units + unit);
    for (size_t i = 0; i < h->n; i++) {
        bits = i % 2 == 0 ? rng_u64(&r) : bits >> 32;
        float m = (bits & UINT32_MAX) < limit ? 0 : up;
        for (size_t view = 0; view < h->shape.views; view++) {
            values[view * h->n + i] *= m;
            slopes[view * h->n + i] *= m;
        }
    }
}

/* Does a net that is still trained have units in this tile? */
static bool in_use(const struct hidden *h, size_t first, size_t n)
{
    if (h->alive == NULL)
        return true;
    for (size_t s = first / h->shape.per_net; s * h->shape.per_net < first + n; s++)
        if (h->alive[s])
            return true;
    return false;
}

/* Every tile of this worker that is in use. */
static void each_tile(struct hidden *h, int worker, void (*work)(struct hidden *h, size_t first, size_t n))
{
    size_t stride = h->tile * (size_t)team_workers(h->team);
    for (size_t first = h->tile * (size_t)worker; first < h->units; first += stride) {
        size_t n = h->units - first < h->tile ? h->units - first : h->tile;
        if (in_use(h, first, n))
            work(h, first, n);
    }
}

static void forward_tile(struct hidden *h, size_t first, size_t n)
{
    size_t columns = h->n * h->shape.views;
    linalg_f32_gemm_nt(h->U.w + first * h->d, h->X, 0, h->H + first * columns, n, columns, h->d);
    for (size_t c = first; c < first + n; c++) {
        float *slope = h->draw > 0 ? h->slope + c * columns : NULL;
        activation_f32(h->shape.activation, h->b.w[c], h->H + c * columns, slope, columns);
        if (slope != NULL && h->shape.dropout > 0)
            hide(h, c, h->H + c * columns, slope);
    }
}

static void forward(void *ctx, int worker)
{
    each_tile(ctx, worker, forward_tile);
}

void hidden_forward(struct hidden *h, const size_t *rows, size_t n, uint64_t draw)
{
    h->rows = rows;
    h->n = n;
    h->draw = draw;
    team_run(h->team, gather, h);
    team_run(h->team, forward, h);
}

/* ---- backward ---- */

static void backward_tile(struct hidden *h, size_t first, size_t n)
{
    size_t columns = h->n * h->shape.views;
    for (size_t c = first; c < first + n; c++) {
        float *g = h->G + c * columns;
        const float *slope = h->slope + c * columns;
        double sum = 0;
        for (size_t i = 0; i < columns; i++) {
            g[i] *= slope[i];
            sum += (double)g[i];
        }
        h->b.g[c] = (float)sum;
    }
    linalg_f32_gemm(h->G + first * columns, h->X, 0, h->U.g + first * h->d, n, h->d, columns);
    if (h->step == NULL)
        return;
    adam_block_step(&h->U, first * h->d, n * h->d, h->step, true);
    adam_block_step(&h->b, first, n, h->step, false);
}

static void backward(void *ctx, int worker)
{
    each_tile(ctx, worker, backward_tile);
}

void hidden_backward(struct hidden *h, const struct adam_step *step)
{
    h->step = step;
    team_run(h->team, backward, h);
}
