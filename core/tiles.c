#include "core/tiles.h"

#include "core/linalg.h"

#include <stdatomic.h>

/* A side is cut into about PARTS tiles of LEAST to MOST: enough of them for workers of unequal speed, large enough for
 * BLAS. Vectors are cut into stretches of SLICE. */
enum { PARTS = 6, LEAST = 64, MOST = 512, SLICE = 256 };

struct job {
    const float *A, *x;
    float *C, *y;
    size_t m, n, tile;
    size_t from; /* Cholesky: the first row of what is left */
    float beta;
    bool by_rows;       /* C = A A' rather than A' A */
    atomic_size_t next; /* tile or stretch to take */
    size_t side, tiles; /* tiles a side, in all */
};

static size_t tile_size(size_t n)
{
    size_t tile = (n / PARTS + 31) / 32 * 32;
    return tile < LEAST ? LEAST : tile > MOST ? MOST : tile;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Tile number k of the upper triangle, counted by rows: its corner (*i, *j) in tiles; diagonal ones come first in a
 * row. */
static void place(size_t k, size_t side, size_t *i, size_t *j)
{
    for (*i = 0; k >= side - *i; ++*i)
        k -= side - *i;
    *j = *i + k;
}

/* The next tile of the upper triangle of an n x n matrix: corner and shape. False when all are taken. */
static bool take_tile(struct job *t, size_t n, size_t corner[2], size_t shape[2])
{
    size_t k = atomic_fetch_add(&t->next, 1);
    if (k >= t->tiles)
        return false;
    place(k, t->side, &corner[0], &corner[1]);
    for (int s = 0; s < 2; s++) {
        corner[s] *= t->tile;
        shape[s] = least(t->tile, n - corner[s]);
    }
    return true;
}

static void cut(struct job *t, size_t n)
{
    t->side = (n + t->tile - 1) / t->tile;
    t->tiles = t->side * (t->side + 1) / 2;
    atomic_store(&t->next, 0);
}

static void multiply(void *ctx, int worker)
{
    struct job *t = ctx;
    size_t n = t->by_rows ? t->m : t->n, at[2], shape[2];
    (void)worker;
    while (take_tile(t, n, at, shape)) {
        float *C = t->C + at[0] * n + at[1];
        if (at[0] == at[1])
            linalg_f32_tile_syrk(t->by_rows, t->A + (t->by_rows ? at[0] * t->n : at[0]), t->n, shape[0],
                                 t->by_rows ? t->n : t->m, 1, t->beta, C, n);
        else if (t->by_rows)
            linalg_f32_tile_nt(t->A + at[0] * t->n, t->A + at[1] * t->n, t->n, shape, t->n, 1, t->beta, C, n);
        else
            linalg_f32_tile_tn(t->A + at[0], t->A + at[1], t->n, shape, t->m, 1, t->beta, C, n);
    }
}

void tiles_syrk_t(struct team *team, const float *A, size_t m, size_t n, float beta, float *C)
{
    struct job t = {.A = A, .C = C, .m = m, .n = n, .tile = tile_size(n), .beta = beta};
    cut(&t, n);
    team_run(team, multiply, &t);
}

void tiles_syrk_n(struct team *team, const float *A, size_t m, size_t n, float beta, float *C)
{
    struct job t = {.A = A, .C = C, .m = m, .n = n, .tile = tile_size(m), .beta = beta, .by_rows = true};
    cut(&t, m);
    team_run(team, multiply, &t);
}

/* ---- Cholesky: factor a diagonal tile, solve the tiles to its right, subtract their products from the rest ---- */

/* C points at the diagonal tile that was just factored; m: its side; n: columns right of it; ld: t->from. */
static void solve_right(void *ctx, int worker)
{
    struct job *t = ctx;
    (void)worker;
    for (size_t j; (j = atomic_fetch_add(&t->next, 1) * t->tile) < t->n;)
        linalg_f32_tile_solve(t->C, t->m, t->C + t->m + j, least(t->tile, t->n - j), t->from);
}

static void subtract(void *ctx, int worker)
{
    struct job *t = ctx;
    size_t ld = t->from, at[2], shape[2];
    const float *right = t->C + t->m;
    float *rest = t->C + t->m * ld + t->m;
    (void)worker;
    while (take_tile(t, t->n, at, shape))
        if (at[0] == at[1])
            linalg_f32_tile_syrk(false, right + at[0], ld, shape[0], t->m, -1, 1, rest + at[0] * ld + at[1], ld);
        else
            linalg_f32_tile_tn(right + at[0], right + at[1], ld, shape, t->m, -1, 1, rest + at[0] * ld + at[1], ld);
}

bool tiles_cholesky(struct team *team, float *A, size_t n)
{
    size_t tile = tile_size(n) < MOST / 2 ? tile_size(n) : MOST / 2;
    for (size_t i = 0; i < n; i += tile) {
        size_t side = least(tile, n - i);
        struct job t = {.C = A + i * n + i, .m = side, .n = n - i - side, .tile = tile, .from = n};
        if (!linalg_f32_tile_cholesky(t.C, side, n))
            return false;
        if (t.n == 0)
            break;
        team_run(team, solve_right, &t);
        cut(&t, t.n);
        team_run(team, subtract, &t);
    }
    return true;
}

/* ---- vectors ---- */

static void rows_times(void *ctx, int worker)
{
    struct job *t = ctx;
    (void)worker;
    for (size_t i; (i = atomic_fetch_add(&t->next, 1) * SLICE) < t->m;)
        linalg_f32_gemv(t->A + i * t->n, least(SLICE, t->m - i), t->n, t->x, t->y + i);
}

static void columns_times(void *ctx, int worker)
{
    struct job *t = ctx;
    (void)worker;
    for (size_t j; (j = atomic_fetch_add(&t->next, 1) * SLICE) < t->n;)
        linalg_f32_columns_times(t->A + j, t->m, least(SLICE, t->n - j), t->n, t->x, t->y + j);
}

void tiles_gemv(struct team *team, const float *A, size_t m, size_t n, const float *x, float *y)
{
    struct job t = {.A = A, .m = m, .n = n, .x = x, .y = y};
    team_run(team, rows_times, &t);
}

void tiles_gemv_t(struct team *team, const float *A, size_t m, size_t n, const float *x, float *y)
{
    struct job t = {.A = A, .m = m, .n = n, .x = x, .y = y};
    team_run(team, columns_times, &t);
}
