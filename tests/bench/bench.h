/* Pieces of `make bench`: each draws its data from a seed, works on it with the library as the commands do, and prints
 * "key value" lines that run.sh makes a table of. */
#ifndef ASSAY_TESTS_BENCH_H
#define ASSAY_TESTS_BENCH_H

#include "core/base/team.h"
#include "core/diff.h"
#include "tests/support/spectrum.h"

enum { BENCH_THREADS = 2 };

/* A piece of work on n pairs of d columns. */
struct bench {
    size_t n, d;
    double alpha, l2;
    bool wide;        /* embeddings in float32 rather than f16 */
    const char *file; /* where the differences go for the peers (raw float32, by rows), or NULL */
    struct spectrum s;
};

/* Draws the data, measures this machine, writes the file; prints P (seconds to read the float32 differences once),
 * read (GB/s), fused (bandwidth of a pass over that of reading) and gemm (GF/s). */
void bench_start(struct bench *b);
void bench_end(struct bench *b);

void bench_fit(struct bench *b);
void bench_cv(struct bench *b);
void bench_bootstrap(struct bench *b);
void bench_ridge(struct bench *b);
/* Loading `mb` MB of f16 embeddings from a file in `folder` that is in the page cache. */
void bench_load(size_t mb, const char *folder);
/* Figures of n pairs with 2,000 resamples; margins and prompts go to `file` for the peer. */
void bench_metric(size_t n, const char *file);

/* The annotate screen of $ASSAY_BIN on n comparisons, 100 of them judged. */
void bench_screen(size_t n);

/* n records of a prompt and two answers, 2 kB each, into a file. */
void bench_records(size_t n, const char *path);
/* Reading all lines of a file, packed or not. */
void bench_lines(const char *path);
/* Run a command; its seconds, its memory (MB at most), its status. */
int bench_command(char *const *argv);

void bench_must(bool ok, const struct err *err);
void bench_write(const char *path, const void *p, size_t size, size_t n);

#endif
