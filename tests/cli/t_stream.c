/* Embeddings of every format and of any size: the same head, and no more memory than `--memory` allows. `make soak`
 * runs the test of memory on 2 GB below 256 MB: STREAM_MB and STREAM_LIMIT_MB. */
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/head.h"
#include "core/tensor.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static FILE *open_in(const char *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    cr_assert(f != NULL, "%s", path);
    return f;
}

static void put_npy_header(FILE *f, const char *descr, bool fortran, size_t rows, size_t cols)
{
    char text[119];
    int n = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': (%zu, %zu), }", descr,
                     fortran ? "True" : "False", rows, cols);
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, f);
    fprintf(f, "%s%*s\n", text, 117 - n, "");
}

/* ---- every format ---- */

enum { ROWS = 240, COLS = 24 };

/* Eighths between -2 and 2: every type holds them exactly. */
static double value_at(size_t i, size_t j)
{
    struct rng r;
    rng_seed(&r, i * COLS + j);
    return ((double)rng_below(&r, 32) - 16) / 8;
}

static uint64_t f32_bits(double v)
{
    float f = (float)v;
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

/* Not of subnormals. */
static uint64_t f16_bits(double v)
{
    uint64_t f = f32_bits(v);
    return v == 0 ? 0 : (f >> 16 & 0x8000) | ((f >> 23 & 0xFF) - 112) << 10 | (f >> 13 & 0x3FF);
}

static uint64_t f64_bits(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

static uint64_t bf16_bits(double v)
{
    return f32_bits(v) >> 16;
}

struct format {
    const char *name, *type; /* the type as the file calls it; safetensors when it begins with a capital */
    size_t size;
    uint64_t (*bits)(double v);
    bool big_endian, fortran;
};

static const struct format formats[] = {
    {"f32.npy", "<f4", 4, f32_bits, false, false},         {"f16.npy", "<f2", 2, f16_bits, false, false},
    {"f64.npy", "<f8", 8, f64_bits, false, false},         {"big.npy", ">f4", 4, f32_bits, true, false},
    {"columns.npy", "<f2", 2, f16_bits, false, true},      {"big-columns.npy", ">f8", 8, f64_bits, true, true},
    {"f16.safetensors", "F16", 2, f16_bits, false, false}, {"bf16.safetensors", "BF16", 2, bf16_bits, false, false},
    {"f32.safetensors", "F32", 4, f32_bits, false, false}, {"f64.safetensors", "F64", 8, f64_bits, false, false},
};
enum { FORMATS = sizeof formats / sizeof *formats };

static void put_number(FILE *f, const struct format *as, double v)
{
    uint64_t bits = as->bits(v);
    for (size_t b = 0; b < as->size; b++)
        fputc((int)(bits >> 8 * (as->big_endian ? as->size - 1 - b : b) & 0xFF), f);
}

static void put_safetensors_header(FILE *f, const char *dtype, size_t size, size_t rows)
{
    char text[256];
    uint64_t n =
        (uint64_t)snprintf(text, sizeof text, "{\"x\":{\"dtype\":\"%s\",\"shape\":[%zu,%d],\"data_offsets\":[0,%zu]}}",
                           dtype, rows, COLS, rows * COLS * size);
    for (int b = 0; b < 8; b++)
        fputc((int)(n >> 8 * b & 0xFF), f);
    fwrite(text, 1, n, f);
}

/* Rows [from, to) of the data. */
static void put_matrix(const char *folder, const char *name, const struct format *as, size_t from, size_t to)
{
    FILE *f = open_in(folder, name);
    size_t n = to - from;
    if (as->type[0] == '<' || as->type[0] == '>')
        put_npy_header(f, as->type, as->fortran, n, COLS);
    else
        put_safetensors_header(f, as->type, as->size, n);
    for (size_t k = 0; k < n * COLS; k++)
        put_number(f, as, as->fortran ? value_at(from + k % n, k / n) : value_at(from + k / COLS, k % COLS));
    cr_assert(eq(int, fclose(f), 0));
}

static void put_pairs(const char *folder)
{
    FILE *f = open_in(folder, "p.jsonl");
    for (size_t i = 0; i < ROWS; i += 2) {
        size_t better = i + (value_at(i, 0) + value_at(i, 1) / 2 < value_at(i + 1, 0) + value_at(i + 1, 1) / 2);
        fprintf(f, "{\"chosen\":%zu,\"rejected\":%zu}\n", better, i + i + 1 - better);
    }
    cr_assert(eq(int, fclose(f), 0));
}

static struct head fitted(const char *folder, const char *options)
{
    char line[512], path[256];
    struct head h;
    struct err err = {0};
    snprintf(line, sizeof line, "train --pairs p.jsonl --l2 0.01 %s -o h.safetensors", options);
    cr_assert(eq(int, assay_status(folder, line), 0), "%s", line);
    snprintf(path, sizeof path, "%s/h.safetensors", folder);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    return h;
}

static void expect_same(const char *folder, const char *options, const struct head *want)
{
    struct head h = fitted(folder, options);
    cr_assert(eq(sz, h.d, want->d));
    cr_expect(eq(int, memcmp(h.W, want->W, h.d * sizeof *h.W), 0), "%s", options);
    head_free(&h);
}

Test(stream, every_format_gives_the_same_head)
{
    char *folder = temp_make(), options[128];
    put_pairs(folder);
    for (size_t i = 0; i < FORMATS; i++)
        put_matrix(folder, formats[i].name, &formats[i], 0, ROWS);
    struct head first = fitted(folder, "-e f32.npy");
    for (size_t i = 1; i < FORMATS; i++) {
        snprintf(options, sizeof options, "-e %s%s", formats[i].name, i % 2 == 0 ? " --memory 0" : "");
        expect_same(folder, options, &first);
    }
    head_free(&first);
    temp_remove(folder);
}

/* A pair may have its answers in two files of different types. */
Test(stream, several_files_give_the_head_of_one)
{
    char *folder = temp_make();
    put_pairs(folder);
    put_matrix(folder, "all.npy", &formats[0], 0, ROWS);
    put_matrix(folder, "a.npy", &formats[1], 0, 101);
    put_matrix(folder, "b.safetensors", &formats[7], 101, 102);
    put_matrix(folder, "c.npy", &formats[5], 102, ROWS);
    struct head first = fitted(folder, "-e all.npy");
    expect_same(folder, "-e a.npy -e b.safetensors -e c.npy", &first);
    expect_same(folder, "-e a.npy -e b.safetensors:x -e c.npy --memory 0", &first);
    head_free(&first);
    temp_remove(folder);
}

/* ---- any size ---- */

enum { WIDE = 512 };

/* `mb` MB of f16 rows, numbers of either sign between 1/2 and 1, and a pair for every two of them. */
static void draw(const char *folder, size_t mb)
{
    FILE *x = open_in(folder, "x.npy"), *p = open_in(folder, "p.jsonl");
    size_t n = (mb << 20) / (WIDE * 2) / 2 * 2;
    uint16_t rows[2][WIDE];
    struct rng r;
    rng_seed(&r, 1);
    put_npy_header(x, "<f2", false, n, WIDE);
    for (size_t i = 0; i < n; i += 2) {
        float lead = (float)rng_normal(&r);
        for (size_t j = 0; j < 2 * WIDE; j += 4) {
            uint64_t bits = (rng_u64(&r) & 0x83FF83FF83FF83FF) | 0x3800380038003800;
            memcpy(&rows[0][0] + j, &bits, sizeof bits);
        }
        for (size_t j = 0; j < 8; j++)
            lead += tensor_f16_to_f32(rows[0][j]) - tensor_f16_to_f32(rows[1][j]);
        size_t better = i + (lead < 0);
        fprintf(p, "{\"chosen\":%zu,\"rejected\":%zu}\n", better, i + i + 1 - better);
        fwrite(rows, 1, sizeof rows, x);
    }
    cr_assert(fclose(x) == 0 && fclose(p) == 0, "no room for %zu MB", mb);
}

/* Anonymous memory of a process in MB: not the pages of mapped files, which the system takes back when it needs them.
 */
static double anonymous(pid_t pid)
{
    char path[64], line[128];
    unsigned long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL && sscanf(line, "RssAnon: %lu kB", &kb) != 1)
        ;
    if (f != NULL)
        fclose(f);
    return (double)kb / 1024;
}

/* Fit in `folder` with --memory `memory`; the most anonymous memory that was seen on the way. */
static double peak_of_fit(const char *folder, const char *memory, const char *head)
{
    static const char *const env[] = {"OPENBLAS_NUM_THREADS=1", NULL};
    const char *const argv[] = {program_assay(), "train",   "-e",       "x.npy", "--pairs", "p.jsonl", "--l2",
                                "0.001",         "--quiet", "--memory", memory,  "-o",      head,      NULL};
    char **environment = program_environment(env, folder);
    double most = 0;
    int status;
    fflush(NULL);
    pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        if (chdir(folder) == 0 && freopen("log", "w", stdout) != NULL)
            execve(argv[0], (char *const *)(uintptr_t)argv, environment);
        _exit(127);
    }
    while (waitpid(pid, &status, WNOHANG) == 0) {
        double now = anonymous(pid);
        most = now > most ? now : most;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    cr_assert(fine, "status %d", status);
    for (char **e = environment; *e != NULL; e++)
        mem_free(*e);
    mem_free(environment);
    return most;
}

static size_t megabytes(const char *name, size_t otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? (size_t)strtoul(text, NULL, 10) : otherwise;
}

/* The sanitizers keep memory of their own. */
#if defined(__SANITIZE_ADDRESS__)
static const bool measured = false;
#else
static const bool measured = true;
#endif

Test(stream, differences_that_do_not_fit_are_formed_again)
{
    char *folder = temp_make(), path[256];
    size_t mb = megabytes("STREAM_MB", 32), limit = megabytes("STREAM_LIMIT_MB", 16);
    draw(folder, mb);
    double least = peak_of_fit(folder, "8", "streamed.safetensors");
    printf("%zu MB of embeddings fitted in %.1f MB\n", mb, least);
    cr_expect(least <= (double)limit || !measured, "%.1f MB", least);
    if (getenv("STREAM_MB") == NULL) {
        struct buf a = BUF_INIT, b = BUF_INIT;
        double most = peak_of_fit(folder, "100000", "kept.safetensors");
        /* Of two rows of f16 a difference in 16 bits a number is kept. */
        cr_expect(most >= 0.5 * (double)mb || !measured, "%.1f MB: the measurement is blind", most);
        snprintf(path, sizeof path, "%s/streamed.safetensors", folder);
        cr_assert(file_read(path, &a));
        snprintf(path, sizeof path, "%s/kept.safetensors", folder);
        cr_assert(file_read(path, &b));
        cr_expect(a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0, "the heads differ");
        buf_free(&a);
        buf_free(&b);
    }
    temp_remove(folder);
}
