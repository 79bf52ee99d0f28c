/* The fitting engine beside what this machine's memory allows and, when asked, beside its peers: `make bench`.
 *
 *   bench N D ALPHA LAMBDA [FILE]   draw N pairs of D columns, spectrum 1/k^ALPHA, fit, print figures of the fit;
 *                                   FILE receives the differences (raw float32 by rows) for the peers */
#include "core/base/clock.h"
#include "core/base/trace.h"
#include "core/fit.h"
#include "core/linalg.h"
#include "core/pass.h"
#include "tests/support/spectrum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 2, REPEATS = 3 };

static void must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit(1);
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
    size_t first = r->n / THREADS * (size_t)worker;
    lanes sum[8] = {{0}};
    for (size_t i = first; i + 64 <= first + r->n / THREADS; i += 64)
        for (size_t k = 0; k < 8; k++)
            sum[k] += *(const lanes *)(const void *)(r->x + i + 8 * k);
    for (size_t k = 0; k < 8; k++)
        r->sums[worker] += sum[k][0] + sum[k][3] + sum[k][7];
}

/* The least seconds that one reading of the differences takes, P, and one fused pass. */
static void measure_memory(const struct diff *f, struct team *team, double *reading, double *fused)
{
    struct err err;
    struct pass p;
    struct reading r = {.x = f->kept, .n = f->n * f->d};
    float *s = mem_array(f->d, sizeof *s);
    double *g = mem_array(f->d, sizeof *g);
    must(pass_init(&p, f, team, &err), &err);
    *reading = *fused = 1e9;
    for (int i = 0; i < 5; i++) {
        double start = clock_monotonic();
        team_run(team, read_share, &r);
        double middle = clock_monotonic();
        pass_run(&p, s, NULL, g);
        double end = clock_monotonic();
        *reading = middle - start < *reading ? middle - start : *reading;
        *fused = end - middle < *fused ? end - middle : *fused;
    }
    pass_free(&p);
    mem_free(s);
    mem_free(g);
}

static void write_differences(const char *path, const struct diff *f)
{
    FILE *out = fopen(path, "wb");
    bool ok = out != NULL && fwrite(f->kept, sizeof *f->kept, f->n * f->d, out) == f->n * f->d;
    if (out == NULL || fclose(out) != 0 || !ok) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: bench N D ALPHA LAMBDA [FILE]\n");
        return 2;
    }
    size_t n = strtoul(argv[1], NULL, 10), d = strtoul(argv[2], NULL, 10);
    double alpha = strtod(argv[3], NULL), l2 = strtod(argv[4], NULL), seconds[REPEATS], reading, fused;
    struct spectrum s;
    struct diff f;
    struct err err;
    struct bt_info info = {0};
    must(trace_open(&err), &err); /* ASSAY_TRACE=fit shows where the time goes */
    struct team *team = team_open(THREADS);
    linalg_threads(THREADS);
    spectrum_draw(&s, n, d, alpha, 1);
    must(diff_init(&f, &s.e, s.pairs, NULL, n, SIZE_MAX, team, &err), &err);
    measure_memory(&f, team, &reading, &fused);
    if (argc > 5)
        write_differences(argv[5], &f);
    diff_free(&f);
    team_close(team);
    double *w = mem_array(d, sizeof *w);
    struct fit_opts o = {.threads = THREADS, .memory = SIZE_MAX};
    for (int i = 0; i < REPEATS; i++) {
        double start = clock_monotonic();
        must(fit_pairs(&s.e, s.pairs, NULL, n, l2, &o, w, &info, NULL, &err), &err);
        seconds[i] = clock_monotonic() - start;
        for (int k = i; k > 0 && seconds[k] < seconds[k - 1]; k--) {
            double t = seconds[k];
            seconds[k] = seconds[k - 1];
            seconds[k - 1] = t;
        }
    }
    double bytes = (double)(n * d) * sizeof(float);
    printf("P %.6f\n", reading);
    printf("bandwidth %.2f\n", bytes / reading / 1e9);
    printf("fused %.4f\n", reading / fused);
    printf("seconds %.6f\n", seconds[REPEATS / 2]);
    printf("passes %zu\n", info.passes);
    printf("objective %.17g\n", info.objective);
    printf("gradient %.3g\n", info.grad_norm);
    printf("converged %d\n", info.converged);
    mem_free(w);
    spectrum_free(&s);
    return info.converged ? 0 : 1;
}
