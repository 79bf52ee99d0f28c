/* Loading: from the name of a file in the page cache to rows known to be finite. */
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/embedding.h"
#include "tests/bench/bench.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { COLS = 2048, REPEATS = 5 };

static void write_matrix(const char *path, size_t rows)
{
    char text[119];
    static uint16_t row[COLS];
    FILE *f = fopen(path, "wb");
    if (f == NULL) {
        fprintf(stderr, "bench: cannot write %s\n", path);
        _exit(1);
    }
    int n = snprintf(text, sizeof text, "{'descr': '<f2', 'fortran_order': False, 'shape': (%zu, %d), }", rows, COLS);
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, f);
    fprintf(f, "%s%*s\n", text, 117 - n, "");
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < COLS; j++)
            row[j] = (uint16_t)(0x3000 | ((i * 31 + j * 17) & 0x87FF));
        fwrite(row, sizeof row, 1, f);
    }
    fclose(f);
}

/* What read() alone takes: into a buffer that stays in the cache. */
static double read_once(const char *path)
{
    static char block[1 << 18];
    double start = clock_monotonic();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (read(fd, block, sizeof block) > 0)
        ;
    close(fd);
    return clock_monotonic() - start;
}

static double load_once(const char *path)
{
    struct err err;
    struct embeddings e;
    double start = clock_monotonic();
    embeddings_init(&e);
    bench_must(embeddings_add(&e, path, NULL, &err) && embeddings_check_finite(&e, BENCH_THREADS, &err), &err);
    double seconds = clock_monotonic() - start;
    embeddings_close(&e);
    return seconds;
}

void bench_load(size_t mb, const char *folder)
{
    struct err err;
    struct buf path = BUF_INIT;
    char hex[SHA256_HEX_SIZE];
    double load = INFINITY, reading = INFINITY, bytes = (double)((mb << 20) / (2 * COLS)) * 2 * COLS;
    buf_addf(&path, "%s/load.npy", folder);
    write_matrix(path.ptr, (mb << 20) / (2 * COLS));
    for (int i = 0; i < REPEATS; i++) {
        reading = fmin(reading, read_once(path.ptr));
        load = fmin(load, load_once(path.ptr));
    }
    double start = clock_monotonic();
    bench_must(digest_file(path.ptr, hex, &err), &err);
    printf("load %.2f\nread1 %.2f\ndigest %.2f\n", bytes / load / 1e9, bytes / reading / 1e9,
           bytes / (clock_monotonic() - start) / 1e9);
    unlink(path.ptr);
    buf_free(&path);
}
