/* The work of `make bench`; run.sh compares.
 *
 *   bench fit|cv|bootstrap|ridge N D ALPHA L2 [FILE]   N pairs of D columns, spectrum 1/k^ALPHA
 *   bench load MB FOLDER
 *   bench metric N FILE                                N pairs
 *   bench screen N                                     N comparisons
 *   bench records N FILE | lines FILE | command CMD... what run.sh makes work of files of
 *   bench check FILE N D L2 W                          objective and gradient of another's head, in float64 */
#include "tests/bench/bench.h"

#include "core/base/trace.h"
#include "core/bt.h"
#include "core/linalg.h"
#include "core/map.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*work)(struct bench *b);
    bool wide; /* it reads rows of float32 itself */
} works[] = {{"fit", bench_fit, false},
             {"cv", bench_cv, false},
             {"bootstrap", bench_bootstrap, false},
             {"ridge", bench_ridge, true}};

static int usage(void)
{
    fprintf(stderr, "usage: bench fit|cv|bootstrap|ridge N D ALPHA L2 [FILE] | load MB FOLDER | metric N FILE |\n"
                    "       screen N | records N FILE | lines FILE | command CMD... | check FILE N D L2 W\n");
    return 2;
}

/* X: raw float32 differences, W: raw float64. A plain loop that shares nothing with the engine. */
static void check(const char *file, size_t n, size_t d, double l2, const char *head)
{
    struct err err;
    struct map x, w;
    bench_must(map_open(&x, file, &err) && map_open(&w, head, &err), &err);
    if (x.size != n * d * sizeof(float) || w.size != d * sizeof(double)) {
        fprintf(stderr, "bench: %s or %s has another size\n", file, head);
        exit(1);
    }
    double *v = mem_array(d, sizeof *v), *g = mem_array(d, sizeof *g), *row = mem_array(d, sizeof *row), f = 0;
    memcpy(v, w.ptr, w.size);
    for (size_t i = 0; i < n; i++) {
        const float *from = (const float *)(const void *)x.ptr + i * d;
        for (size_t j = 0; j < d; j++)
            row[j] = (double)from[j];
        double z = linalg_dot(row, v, d);
        f += bt_softplus(-z) / (double)n;
        linalg_axpy((bt_sigma(z) - 1) / (double)n, row, g, d);
    }
    linalg_axpy(l2, v, g, d);
    printf("objective %.17g\ngradient %.3g\n", f + l2 / 2 * linalg_dot(v, v, d), linalg_nrm2(g, d));
    map_close(&x);
    map_close(&w);
    mem_free(v);
    mem_free(g);
    mem_free(row);
}

int main(int argc, char **argv)
{
    struct err err;
    linalg_begin();
    bench_must(trace_open(&err), &err); /* ASSAY_TRACE=fit shows where the time goes */
    if (argc == 4 && strcmp(argv[1], "load") == 0) {
        bench_load(strtoul(argv[2], NULL, 10), argv[3]);
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "metric") == 0) {
        bench_metric(strtoul(argv[2], NULL, 10), argv[3]);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "screen") == 0) {
        bench_screen(strtoul(argv[2], NULL, 10));
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "records") == 0) {
        bench_records(strtoul(argv[2], NULL, 10), argv[3]);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "lines") == 0) {
        bench_lines(argv[2]);
        return 0;
    }
    if (argc >= 3 && strcmp(argv[1], "command") == 0)
        return bench_command(argv + 2);
    if (argc == 7 && strcmp(argv[1], "check") == 0) {
        check(argv[2], strtoul(argv[3], NULL, 10), strtoul(argv[4], NULL, 10), strtod(argv[5], NULL), argv[6]);
        return 0;
    }
    for (size_t i = 0; argc >= 6 && i < sizeof works / sizeof *works; i++)
        if (strcmp(argv[1], works[i].name) == 0) {
            struct bench b = {.n = strtoul(argv[2], NULL, 10),
                              .d = strtoul(argv[3], NULL, 10),
                              .alpha = strtod(argv[4], NULL),
                              .l2 = strtod(argv[5], NULL),
                              .wide = works[i].wide,
                              .file = argc > 6 ? argv[6] : NULL};
            bench_start(&b);
            works[i].work(&b);
            bench_end(&b);
            return 0;
        }
    return usage();
}
