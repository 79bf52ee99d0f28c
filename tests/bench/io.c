/* Files in and out of the built program, as run.sh has it beside its peers: the records, what reading packed lines
 * takes, and the time and memory of a command. */
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/lines.h"
#include "core/base/outfile.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS = 3000, WORD_MIN = 2, WORD_MAX = 9, PROMPT = 200, CHOSEN = 900, REJECTED = 850 };

static char words[WORDS][WORD_MAX + 1];
static const char *const foreign[] = {"na\xC3\xAFve",
                                      "caf\xC3\xA9",
                                      "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
                                      "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82",
                                      "\xF0\x9F\x98\x80",
                                      "\\u00e9t\\u00e9",
                                      "\\\"quoted\\\"",
                                      "\\n\\n"};

static void make_words(struct rng *r)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t n = WORD_MIN + (size_t)rng_below(r, WORD_MAX - WORD_MIN + 1);
        for (size_t k = 0; k < n; k++)
            words[i][k] = (char)('a' + (int)rng_below(r, 26));
    }
}

/* A text of about n bytes, one word in thirty in another script or with an escape. */
static void add_text(struct buf *b, struct rng *r, const char *key, size_t n)
{
    buf_addf(b, "\"%s\": \"", key);
    for (size_t end = b->len + n; b->len < end; buf_addc(b, ' '))
        buf_adds(b, rng_below(r, 30) == 0 ? foreign[rng_below(r, sizeof foreign / sizeof *foreign)]
                                          : words[rng_below(r, WORDS)]);
}

void bench_records(size_t n, const char *path)
{
    struct rng r;
    struct err err;
    struct buf b = BUF_INIT;
    struct outfile *o = outfile_open(path, &err);
    bench_must(o != NULL, &err);
    rng_seed(&r, 1);
    make_words(&r);
    for (size_t i = 0; i < n; i++) {
        buf_reset(&b);
        buf_addc(&b, '{');
        add_text(&b, &r, "prompt", PROMPT);
        buf_addf(&b, "%zu\", ", i);
        add_text(&b, &r, "chosen", CHOSEN);
        buf_adds(&b, "\", ");
        add_text(&b, &r, "rejected", REJECTED);
        buf_adds(&b, "\"}\n");
        outfile_write(o, b.ptr, b.len);
    }
    bench_must(outfile_commit(o, &err), &err);
    buf_free(&b);
}

void bench_lines(const char *path)
{
    struct err err;
    double start = clock_monotonic();
    struct lines *l = lines_open(path, &err);
    bench_must(l != NULL, &err);
    char *text;
    size_t n;
    do
        bench_must(lines_next(l, &text, &n, &err), &err);
    while (text != NULL);
    printf("lines %ld\nseconds %.4f\n", lines_number(l), clock_monotonic() - start);
    lines_close(l);
}

/* Its output is thrown away. */
int bench_command(char *const *argv)
{
    int status = 1;
    struct rusage used;
    double start = clock_monotonic();
    pid_t pid = fork();
    if (pid == 0) {
        if (freopen("/dev/null", "w", stdout) != NULL)
            execvp(argv[0], argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return 1;
    printf("seconds %.4f\nmemory %.0f\n", clock_monotonic() - start, (double)used.ru_maxrss / 1024);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
