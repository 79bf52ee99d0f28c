/* The annotate screen of the built program in a pseudo-terminal, on a workspace of many comparisons: keys it takes,
 * what a key sends, how long it takes to be seen, also while a head is fitted beside it, how long the first screen and
 * the next item take, memory, and what an idle screen costs. */
#include "core/base/clock.h"
#include "core/base/outfile.h"
#include "tests/bench/bench.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ITEMS = 100, CELLS = 10, ROWS = 60, COLS = 200, QUIET_MS = 15, IDLE_MS = 2000, BESIDE = 30, BESIDE_MOST = 5000 };

struct samples {
    double v[ITEMS * CELLS];
    size_t n;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value that this share of the samples does not exceed. */
static double quantile(struct samples *s, double share)
{
    qsort(s->v, s->n, sizeof *s->v, by_value);
    size_t i = (size_t)(share * (double)s->n);
    return s->v[i < s->n ? i : s->n - 1];
}

/* Milliseconds that it took. */
static double command(const char *folder, const char *const *argv)
{
    double start = clock_monotonic();
    struct program p = program_run(argv, NULL, folder, NULL);
    if (p.status != 0) {
        fprintf(stderr, "bench: %s\n", p.err.ptr);
        exit(1);
    }
    program_free(&p);
    return (clock_monotonic() - start) * 1000;
}

static void make_workspace(const char *folder, size_t n)
{
    struct buf path = BUF_INIT, line = BUF_INIT;
    struct err err;
    buf_addf(&path, "%s/items.jsonl", folder);
    struct outfile *o = outfile_open(path.ptr, &err);
    bench_must(o != NULL, &err);
    for (size_t i = 0; i < n; i++) {
        buf_reset(&line);
        buf_addf(
            &line,
            "{\"prompt\": \"Question %zu: what is it?\", \"chosen\": \"Answer %zu, which is longer than the other.\", "
            "\"rejected\": \"No answer %zu.\"}\n",
            i, i, i);
        outfile_write(o, line.ptr, line.len);
    }
    bench_must(outfile_commit(o, &err), &err);
    command(folder, (const char *[]){program_assay(), "init", NULL});
    command(folder, (const char *[]){program_assay(), "import", "items.jsonl", NULL});
    buf_free(&path);
    buf_free(&line);
}

/* Send keys; milliseconds until something was written, or until `text` stands on the screen. */
static double answer_ms(struct terminal *t, const char *keys, const char *text)
{
    size_t before = terminal_bytes(t);
    double start = clock_monotonic();
    terminal_send(t, keys);
    while (text != NULL ? !terminal_shows(t, text) : terminal_bytes(t) == before)
        if (!terminal_pump(t, 1000))
            exit(1);
    return (clock_monotonic() - start) * 1000;
}

/* Until nothing more comes. */
static void settle(struct terminal *t)
{
    for (size_t before = SIZE_MAX; before != terminal_bytes(t);) {
        before = terminal_bytes(t);
        terminal_pump(t, QUIET_MS);
    }
}

static double memory_mb(pid_t pid)
{
    char path[64], line[256];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
    FILE *f = fopen(path, "re");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtod(line + 6, NULL);
    if (f != NULL)
        fclose(f);
    return kb / 1024;
}

/* Processor time so far, ms. */
static double cpu_ms(pid_t pid)
{
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    FILE *f = fopen(path, "re");
    if (f != NULL) {
        if (fgets(text, sizeof text, f) == NULL)
            *text = '\0';
        fclose(f);
    }
    const char *p = strrchr(text, ')');
    if (p != NULL)
        sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) * 1000 / (double)sysconf(_SC_CLK_TCK);
}

/* Commands on it, in milliseconds; the first `find` makes the index of words. */
static void time_commands(const char *folder)
{
    const char *const find[] = {program_assay(), "find", "what", "--limit", "20", NULL};
    printf("status %.0f\n", command(folder, (const char *[]){program_assay(), "status", NULL}));
    printf("queue %.1f\n", command(folder, (const char *[]){program_assay(), "queue", "--limit", "20", NULL}));
    printf("find_first %.0f\n", command(folder, find));
    printf("find %.1f\n", command(folder, find));
}

/* Begin a fit that goes on until it is stopped: nets, for very many epochs. */
static void begin_fit(struct terminal *t)
{
    terminal_send(t, "\033[19~"); /* F8: train */
    terminal_expect(t, "settings");
    terminal_send(t, "jjjjj"); /* the head */
    for (int i = 0; i < 16 && !terminal_shows(t, "head        mlp"); i++) {
        terminal_send(t, "l");
        settle(t);
    }
    terminal_send(t, "G\r--patience 0 --epochs 100000\rr");
    terminal_expect(t, "under way");
}

/* Rate items while a head is fitted: p99 of a key, ms; negative when the fit was over too soon to tell. In a workspace
 * of its own: the features of a million answers would be most of the work. */
static double beside_a_fit(size_t n)
{
    static struct samples keys;
    char *folder = temp_make();
    make_workspace(folder, n < BESIDE_MOST ? n : BESIDE_MOST);
    command(folder, (const char *[]){program_assay(), "-q", "embed", "--provider", "lexical", NULL});
    struct terminal *t =
        terminal_start((const char *[]){program_assay(), "--as", "bo", NULL}, NULL, folder, ROWS, COLS);
    terminal_expect(t, "? all");
    begin_fit(t);
    terminal_send(t, "\033OR"); /* F3: annotate */
    terminal_expect(t, "today 0");
    settle(t);
    for (int item = 0; item < BESIDE; item++) {
        char today[32];
        for (int cell = 0; cell < CELLS; cell++) {
            keys.v[keys.n++] = answer_ms(t, "3", NULL);
            settle(t);
        }
        snprintf(today, sizeof today, "today %d ", item + 1);
        answer_ms(t, ">\r", today);
        settle(t);
    }
    terminal_send(t, "\033[19~");
    terminal_expect(t, "settings");
    bool still = terminal_shows(t, "under way");
    terminal_close(t);
    temp_remove(folder);
    return still ? quantile(&keys, 0.99) : -1;
}

void bench_screen(size_t n)
{
    char *folder = temp_make();
    make_workspace(folder, n);
    time_commands(folder);
    double begun = clock_monotonic();
    struct terminal *t =
        terminal_start((const char *[]){program_assay(), "annotate", "--as", "ada", NULL}, NULL, folder, ROWS, COLS);
    static struct samples keys, next, bytes;
    size_t sent = 0;
    terminal_expect(t, "today 0");
    printf("first_paint %.1f\n", (clock_monotonic() - begun) * 1000);
    settle(t);
    for (int item = 0; item < ITEMS; item++) {
        char today[32];
        for (int cell = 0; cell < CELLS; cell++) {
            size_t before = terminal_bytes(t);
            keys.v[keys.n++] = answer_ms(t, "3", NULL);
            settle(t);
            bytes.v[bytes.n++] = (double)(terminal_bytes(t) - before);
            sent++;
        }
        answer_ms(t, ">", NULL);
        settle(t);
        sent += 2;
        snprintf(today, sizeof today, "today %d ", item + 1);
        next.v[next.n++] = answer_ms(t, "\r", today);
        settle(t);
    }
    double before = cpu_ms(terminal_pid(t)), start = clock_monotonic();
    while ((clock_monotonic() - start) * 1000 < IDLE_MS)
        terminal_pump(t, IDLE_MS);
    printf("idle %.0f\nmemory %.1f\n", cpu_ms(terminal_pid(t)) - before, memory_mb(terminal_pid(t)));
    printf("key_median %.3f\nkey_p99 %.3f\nkey_bytes %.0f\nkey_bytes_most %.0f\nnext_median %.3f\nnext_p99 %.3f\n",
           quantile(&keys, 0.5), quantile(&keys, 0.99), quantile(&bytes, 0.5), quantile(&bytes, 1),
           quantile(&next, 0.5), quantile(&next, 0.99));
    printf("keys_per_item %.2f\njudgements_per_item %d\n", (double)sent / ITEMS, CELLS + 1);
    terminal_send(t, "q");
    terminal_wait(t);
    terminal_close(t);
    printf("key_beside_p99 %.3f\n", beside_a_fit(n));
    temp_remove(folder);
}
