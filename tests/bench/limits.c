/* What this machine allows: one reading of the differences, one fused pass over them, products of matrices in cache. */
#include "core/base/clock.h"
#include "core/linalg.h"
#include "core/pass.h"
#include "tests/bench/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 5, SIDE = 768 };

void bench_must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit(1);
}

void bench_write(const char *path, const void *p, size_t size, size_t n)
{
    FILE *out = fopen(path, "wb");
    bool ok = out != NULL && fwrite(p, size, n, out) == n;
    if (out == NULL || fclose(out) != 0 || !ok) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
}

struct reading {
    const float *x;
    size_t n;
    float sums[TEAM_MAX];
};

/* A worker's share of the differences, read once and summed. */
static void read_share(void *ctx, int worker)
{
    typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));
    struct reading *r = ctx;
    size_t first = r->n / BENCH_THREADS * (size_t)worker;
    lanes sum[8] = {{0}};
    for (size_t i = first; i + 64 <= first + r->n / BENCH_THREADS; i += 64)
        for (size_t k = 0; k < 8; k++)
            sum[k] += *(const lanes *)(const void *)(r->x + i + 8 * k);
    for (size_t k = 0; k < 8; k++)
        r->sums[worker] += sum[k][0] + sum[k][3] + sum[k][7];
}

/* The least seconds of one reading, and of one fused pass over half the bytes. */
static void measure_memory(struct diff *f, struct team *team, double *reading, double *fused)
{
    struct err err;
    struct pass p;
    struct pass_sums sums;
    struct coarse rough;
    struct reading r = {.x = f->kept, .n = f->n * f->d};
    float *s = mem_array(f->d, sizeof *s);
    double *g = mem_array(f->d, sizeof *g);
    bench_must(coarse_init(&rough, f, SIZE_MAX, &err), &err);
    bench_must(pass_init(&p, f, team, &err), &err);
    pass_use(&p, &rough);
    bench_must(pass_first(&p, f, g, &sums, &err), &err);
    *reading = *fused = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        double start = clock_monotonic();
        team_run(team, read_share, &r);
        double middle = clock_monotonic();
        pass_run(&p, s, false, g);
        *fused = fmin(*fused, clock_monotonic() - middle);
        *reading = fmin(*reading, middle - start);
    }
    pass_free(&p);
    coarse_free(&rough);
    mem_free(s);
    mem_free(g);
}

static void multiply(void *ctx, int worker)
{
    float *m = (float *)ctx + (size_t)worker * 3 * SIDE * SIDE;
    linalg_f32_gemm(m, m + SIDE * SIDE, 0, m + 2 * SIDE * SIDE, SIDE, SIDE, SIDE);
}

/* Flop a second. */
static double measure_gemm(struct team *team)
{
    float *m = mem_array((size_t)BENCH_THREADS * 3 * SIDE * SIDE, sizeof *m);
    double least = INFINITY;
    linalg_threads(1);
    for (int i = 0; i < REPEATS; i++) {
        double start = clock_monotonic();
        team_run(team, multiply, m);
        least = fmin(least, clock_monotonic() - start);
    }
    mem_free(m);
    return BENCH_THREADS * 2.0 * SIDE * SIDE * SIDE / least;
}

void bench_start(struct bench *b)
{
    struct err err;
    struct diff f;
    double reading, fused;
    struct team *team = team_open(BENCH_THREADS);
    spectrum_draw(&b->s, b->n, b->d, b->alpha, 1);
    if (!b->wide)
        spectrum_narrow(&b->s);
    bench_must(diff_init(&f, &b->s.e, b->s.pairs, NULL, b->n, SIZE_MAX, team, &err), &err);
    measure_memory(&f, team, &reading, &fused);
    printf("P %.6f\nread %.2f\nfused %.4f\n", reading, (double)(b->n * b->d) * sizeof(float) / reading / 1e9,
           reading / 2 / fused);
    printf("gemm %.1f\n", measure_gemm(team) / 1e9);
    if (b->file != NULL)
        bench_write(b->file, f.kept, b->d * sizeof *f.kept, b->n);
    diff_free(&f);
    team_close(team);
}

void bench_end(struct bench *b)
{
    spectrum_free(&b->s);
}
