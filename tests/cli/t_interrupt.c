/* `assay train` and Ctrl-C, by real signals. The program traces its fit into a pipe that is nearly full: it cannot get
 * further than a few steps before the signal comes, however fast it is and however slow we are. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/rng.h"
#include "core/npy.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 600, D = 24, PIPE = 4096, LINE = 130, PATIENCE = 30 };

static char *folder;

static void path_of(const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", folder, name);
}

/* Pairs of rows that lean the way a hidden head does; the same rows as thumbs. */
static void set_up(void)
{
    struct rng r;
    struct err err;
    struct buf pairs = BUF_INIT, thumbs = BUF_INIT;
    char path[256];
    static double x[N * D];
    folder = temp_make();
    rng_seed(&r, 12);
    for (size_t i = 0; i < N * D; i++)
        x[i] = rng_normal(&r) / (1 + (double)(i % D));
    for (size_t i = 0; i < N; i += 2) {
        double z = 3 * (x[i * D] - x[(i + 1) * D]) + 5 * (x[i * D + 1] - x[(i + 1) * D + 1]) + rng_normal(&r);
        size_t better = z > 0 ? i : i + 1, worse = z > 0 ? i + 1 : i;
        buf_addf(&pairs, "{\"chosen\":%zu,\"rejected\":%zu,\"group\":\"%s\"}\n", better, worse, i % 3 == 0 ? "a" : "b");
        buf_addf(&thumbs, "{\"response\":%zu,\"label\":true}\n{\"response\":%zu,\"label\":false}\n", better, worse);
    }
    path_of("x.npy", path);
    cr_assert(npy_write_f64(path, x, N, D, &err), "%s", err.text);
    path_of("pairs.jsonl", path);
    file_write(path, pairs.ptr);
    path_of("thumbs.jsonl", path);
    file_write(path, thumbs.ptr);
    buf_free(&pairs);
    buf_free(&thumbs);
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(interrupt, .init = set_up, .fini = tear_down);

/* ---- a program that is held up ---- */

struct held {
    pid_t pid;
    int pipe;
    size_t filled;
};

static _Noreturn void become(const char *line, const char *trace)
{
    char *words[64] = {(char *)(uintptr_t)program_assay(), (char[]){"--json"}}, copy[512], setting[300];
    size_t n = 2;
    snprintf(copy, sizeof copy, "%s", line);
    snprintf(setting, sizeof setting, "ASSAY_TRACE=fit:%s", trace);
    const char *const env[] = {setting, NULL};
    for (char *rest = NULL, *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        words[n++] = word;
    int out = chdir(folder) == 0 ? open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    int err = open("err.txt", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    program_reset_signals();
    execve(words[0], words, program_environment(env, folder));
    _exit(127);
}

/* Start `assay --json LINE` with room for about `room` bytes of trace. */
static void hold(struct held *h, const char *line, size_t room)
{
    char path[256];
    static char filler[PIPE];
    path_of("trace", path);
    cr_assert(unlink(path) == 0 || errno == ENOENT);
    cr_assert(eq(int, mkfifo(path, 0600), 0));
    h->pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    cr_assert(h->pipe >= 0 && fcntl(h->pipe, F_SETPIPE_SZ, PIPE) == PIPE);
    h->filled = PIPE - room;
    cr_assert(eq(int, (int)write(h->pipe, filler, h->filled), (int)h->filled));
    h->pid = fork();
    if (h->pid == 0)
        become(line, path);
    cr_assert(h->pid > 0);
}

static size_t in_pipe(const struct held *h)
{
    int n = 0;
    cr_assert(eq(int, ioctl(h->pipe, FIONREAD, &n), 0));
    return (size_t)n;
}

/* Wait for the condition; the program under test is polled, not slept for. */
#define UNTIL(condition)                                                                                               \
    for (double since = clock_monotonic(); !(condition);) {                                                            \
        cr_assert(lt(dbl, clock_monotonic() - since, PATIENCE), "%s never came", #condition);                          \
        poll(NULL, 0, 1);                                                                                              \
    }

static bool has_ended(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Until it has begun to fit, and less than a line or two fits into the pipe. */
static void await_fit(const struct held *h)
{
    UNTIL((in_pipe(h) > h->filled && in_pipe(h) + LINE >= PIPE) || has_ended(h->pid))
}

static bool drained_and_ended(const struct held *h, int *status)
{
    char block[PIPE];
    while (read(h->pipe, block, sizeof block) > 0)
        ;
    return waitpid(h->pid, status, WNOHANG) == h->pid;
}

/* Let it go on; 128 + signal, or the exit status. */
static int release(struct held *h)
{
    int status = 0;
    UNTIL(drained_and_ended(h, &status))
    close(h->pipe);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Has the program taken in all signals that were sent? */
static bool nothing_pends(pid_t pid)
{
    char path[64], line[128];
    unsigned long long pending, one;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    for (pending = 0; f != NULL && fgets(line, sizeof line, f) != NULL;)
        if (sscanf(line, "SigPnd: %llx", &one) == 1 || sscanf(line, "ShdPnd: %llx", &one) == 1)
            pending |= one;
    if (f != NULL)
        fclose(f);
    return pending == 0;
}

static bool there_is(const char *name)
{
    char path[256];
    path_of(name, path);
    return access(path, F_OK) == 0;
}

static struct json_object *answer(const char *name)
{
    char path[256];
    struct buf text = BUF_INIT;
    struct err err;
    struct json_object *v = NULL;
    path_of(name, path);
    cr_assert(file_read(path, &text));
    cr_assert(json_parse(text.ptr, text.len, &v, &err), "%s: %s", err.text, text.ptr);
    buf_free(&text);
    return v;
}

/* Interrupt the fit after some steps; how many differs with what it traces before them, so more and more is let
 * through. The caller puts the answer. */
static struct json_object *interrupted(const char *line, int sig)
{
    for (size_t room = 256; room < PIPE; room += 192) {
        struct held h;
        hold(&h, line, room);
        await_fit(&h);
        kill(h.pid, sig);
        int status = release(&h);
        cr_assert(eq(int, status, 128 + sig), "after %zu bytes", room);
        if (there_is("head.safetensors"))
            return answer("out.txt");
    }
    cr_assert(false, "the fit never got beyond its first step");
    return NULL;
}

static bool yes(struct json_object *v, const char *path)
{
    return json_object_get_boolean(json_at(v, path));
}

#define BT    "train -e x.npy --pairs pairs.jsonl --l2 1e-6 --threads 1"
#define THUMB "train -e x.npy --thumbs thumbs.jsonl --l2 1e-6 --threads 1 --head "

/* What was interrupted says so in the answer, and a warm start from it ends where a cold one ends. */
static void expect_resumed(const char *line, int sig)
{
    char full[512];
    snprintf(full, sizeof full, "%s -o head.safetensors", line);
    struct json_object *v = interrupted(full, sig), *cold, *warm;
    cr_expect(not(yes(v, "converged")));
    cr_expect(yes(v, "interrupted"));
    cr_expect(gt(dbl, json_number(v, "iterations"), 0.0));
    cr_expect(ne(ptr, strstr(json_string(v, "stop"), "interrupted"), NULL));
    cold = assay_json(folder, (snprintf(full, sizeof full, "%s -o cold.safetensors", line), full));
    warm = assay_json(
        folder, (snprintf(full, sizeof full, "%s -o warm.safetensors --warm-start head.safetensors", line), full));
    double best = json_number(cold, "objective");
    cr_expect(gt(dbl, json_number(v, "objective"), best));
    cr_expect(yes(cold, "converged") && yes(warm, "converged") && json_at(warm, "interrupted") == NULL);
    cr_expect(epsilon_eq(dbl, json_number(warm, "objective"), best, 1e-6 * best));
    double steps = json_number(cold, "iterations");
    json_object_put(warm);
    snprintf(full, sizeof full, "%s -o again.safetensors --warm-start cold.safetensors", line);
    warm = assay_json(folder, full);
    cr_expect(yes(warm, "converged"));
    cr_expect(lt(dbl, json_number(warm, "iterations"), steps / 2), "from the end there is little left to do");
    json_object_put(v);
    json_object_put(cold);
    json_object_put(warm);
}

/* Heads on ratings start at the output of the same name, and where it is told that they go on they can. */
Test(interrupt, heads_on_ratings_start_where_another_ended)
{
    static const char *const lines[] = {"train --head joint --threads 1", "train --head ordinal --threads 1"};
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    for (size_t i = 0; i < 2; i++) {
        char full[512];
        snprintf(full, sizeof full, "-w d/demo.assay %s -o cold.safetensors", lines[i]);
        struct json_object *cold = assay_json(folder, full);
        snprintf(full, sizeof full, "-w d/demo.assay %s -o warm.safetensors --warm-start cold.safetensors", lines[i]);
        struct json_object *warm = assay_json(folder, full);
        double f = json_number(cold, "objective");
        cr_expect(yes(warm, "converged"));
        cr_expect(epsilon_eq(dbl, json_number(warm, "objective"), f, 1e-6 * f));
        cr_expect(lt(dbl, json_number(warm, "iterations"), json_number(cold, "iterations") / 2));
        json_object_put(cold);
        json_object_put(warm);
    }
}

Test(interrupt, ctrl_c_leaves_the_best_head_so_far_and_a_warm_start_goes_on)
{
    expect_resumed(BT, SIGINT);
}

Test(interrupt, so_do_other_signals_and_the_slower_method)
{
    expect_resumed(BT " --loss margin", SIGTERM);
}

Test(interrupt, heads_on_thumbs_do_the_same)
{
    expect_resumed(THUMB "logistic", SIGINT);
    cr_assert(there_is("head.safetensors"));
    char path[256];
    path_of("head.safetensors", path);
    cr_assert(eq(int, unlink(path), 0));
    expect_resumed(THUMB "bco", SIGHUP);
}

/* Heads that have no one optimum are kept as they are, too. */
Test(interrupt, so_are_heads_of_several_objectives_and_nets)
{
    static const char *const kinds[] = {"more --by group", "mlp --seeds 2 --epochs 40 --patience 40"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char line[256];
        snprintf(line, sizeof line, "%s --head %s -o head.safetensors", BT, kinds[i]);
        struct json_object *v = interrupted(line, SIGINT);
        cr_expect(not(yes(v, "converged")), "%s", kinds[i]);
        cr_expect(yes(v, "interrupted"), "%s", kinds[i]);
        cr_expect(eq(int, assay_status(folder, "score -m head.safetensors -e x.npy -o rewards.npy"), 0));
        json_object_put(v);
        char path[256];
        path_of("head.safetensors", path);
        cr_assert(eq(int, unlink(path), 0));
    }
}

/* In the midst of a cross-validation the choice is among the heads as they are, and the head lies between those of the
 * chosen penalty. */
Test(interrupt, so_is_the_choice_of_a_penalty)
{
    struct json_object *v = interrupted(
        "train -e x.npy --pairs pairs.jsonl --l2-path 1e-6:1e-2:12 --threads 1 -o head.safetensors", SIGINT);
    cr_expect(yes(v, "interrupted"));
    cr_expect(gt(dbl, json_number(v, "iterations"), 0.0));
    cr_expect(eq(dbl, json_number(v, "cross_validation/fits"), 60.0));
    cr_expect(lt(dbl, json_number(v, "cross_validation/converged"), 60.0));
    cr_expect(lt(dbl, json_number(v, "objective"), 0.69));
    cr_expect(eq(int, assay_status(folder, "score -m head.safetensors -e x.npy -o rewards.npy"), 0));
    json_object_put(v);
}

/* The file says it, too, and who uses it is told. */
Test(interrupt, an_interrupted_head_is_marked)
{
    json_object_put(interrupted(BT " -o head.safetensors", SIGINT));
    const char *const argv[] = {program_assay(), "score", "-m", "head.safetensors", "-e", "x.npy", NULL};
    struct program p = program_run(argv, NULL, folder, NULL);
    cr_expect(eq(int, p.status, 0));
    cr_expect(ne(ptr, strstr(p.err.ptr, "was interrupted"), NULL), "%s", p.err.ptr);
    program_free(&p);
}

static size_t files(void)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    cr_assert(ne(ptr, d, NULL));
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

Test(interrupt, before_the_first_step_there_is_nothing_to_write)
{
    struct held h;
    hold(&h, BT " -o head.safetensors", LINE);
    await_fit(&h);
    kill(h.pid, SIGINT);
    cr_expect(eq(int, release(&h), 128 + SIGINT));
    cr_expect(not(there_is("head.safetensors")));
    struct buf said = BUF_INIT;
    char path[256];
    path_of("err.txt", path);
    cr_assert(file_read(path, &said));
    cr_expect(ne(ptr, strstr(said.ptr, "before the first step"), NULL), "%s", said.ptr);
    buf_free(&said);
}

/* The program hangs in a full pipe, so that only the signal can end it. */
Test(interrupt, a_second_ctrl_c_ends_at_once_and_leaves_nothing)
{
    struct held h;
    int status = 0;
    hold(&h, BT " -o head.safetensors", 512);
    await_fit(&h);
    while (write(h.pipe, "", 1) == 1)
        ;
    kill(h.pid, SIGINT);
    UNTIL(nothing_pends(h.pid))
    cr_expect(eq(int, waitpid(h.pid, &status, WNOHANG), 0), "it ended by itself");
    kill(h.pid, SIGINT);
    UNTIL(waitpid(h.pid, &status, WNOHANG) == h.pid)
    bool by_signal = WIFSIGNALED(status) && WTERMSIG(status) == SIGINT;
    cr_expect(by_signal);
    close(h.pipe);
    cr_expect(eq(sz, files(), 2 + 3 + 3)); /* ., .., the data, trace, out.txt, err.txt */
}
