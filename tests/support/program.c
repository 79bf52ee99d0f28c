#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/support/program.h"

#include "core/base/mem.h"
#include "core/base/vec.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

typedef VEC(char *) variables;

/* Later settings of a name replace earlier ones. */
static void set_variable(variables *list, const char *setting)
{
    size_t n = strcspn(setting, "=") + 1;
    for (size_t i = 0; i < list->n; i++)
        if (strncmp(list->v[i], setting, n) == 0) {
            mem_free(list->v[i]);
            list->v[i] = mem_dup(setting);
            return;
        }
    vec_push(list, mem_dup(setting));
}

char **program_environment(const char *const *env, const char *cwd)
{
    static const char *const kept[] = {
        "PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "OPENBLAS_CORETYPE", "GCOV_PREFIX"};
    variables list = {0};
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (getenv(kept[i]) != NULL) {
            buf_reset(&b);
            buf_addf(&b, "%s=%s", kept[i], getenv(kept[i]));
            set_variable(&list, b.ptr);
        }
    buf_reset(&b);
    buf_addf(&b, "HOME=%s", cwd);
    set_variable(&list, b.ptr);
    buf_reset(&b);
    buf_addf(&b, "XDG_CONFIG_HOME=%s/.config", cwd);
    set_variable(&list, b.ptr);
    buf_free(&b);
    set_variable(&list, "LC_ALL=C.UTF-8");
    set_variable(&list, "TZ=UTC");
    set_variable(&list, "TERM=dumb");
    for (; env != NULL && *env != NULL; env++)
        set_variable(&list, *env);
    vec_push(&list, NULL);
    return list.v;
}

void program_reset_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_DFL);
}

static _Noreturn void child(const char *const *argv, char **env, const char *cwd, int in, int out, int err)
{
    if (chdir(cwd) != 0)
        _exit(126);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    program_reset_signals();
    execve(argv[0], (char *const *)(uintptr_t)argv, env);
    _exit(127);
}

/* Feed the input and collect both outputs until they are closed. */
static void converse(int in, int out, int err, const char *text, struct program *p)
{
    struct pollfd fds[3] = {{in, POLLOUT, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}};
    size_t left = text != NULL ? strlen(text) : 0;
    struct buf *sinks[3] = {NULL, &p->out, &p->err};
    char block[65536];
    while (fds[1].fd >= 0 || fds[2].fd >= 0) {
        if (left == 0 && fds[0].fd >= 0) {
            close(fds[0].fd);
            fds[0].fd = -1;
        }
        must(poll(fds, 3, -1) >= 0 || errno == EINTR, "poll");
        if (fds[0].fd >= 0 && fds[0].revents != 0) {
            ssize_t n = write(fds[0].fd, text, left);
            left -= n > 0 ? (size_t)n : left;
            text += n > 0 ? n : 0;
        }
        for (int i = 1; i < 3; i++) {
            if (fds[i].fd < 0 || fds[i].revents == 0)
                continue;
            ssize_t n = read(fds[i].fd, block, sizeof block);
            if (n > 0) {
                buf_add(sinks[i], block, (size_t)n);
            } else {
                close(fds[i].fd);
                fds[i].fd = -1;
            }
        }
    }
    if (fds[0].fd >= 0)
        close(fds[0].fd);
}

struct program program_run(const char *const *argv, const char *const *env, const char *cwd, const char *stdin_text)
{
    struct program p = {.out = BUF_INIT, .err = BUF_INIT};
    int in[2], out[2], err[2];
    must(pipe(in) == 0 && pipe(out) == 0 && pipe(err) == 0, "pipe");
    char **environment = program_environment(env, cwd);
    fflush(NULL);
    signal(SIGPIPE, SIG_IGN);
    pid_t pid = fork();
    must(pid >= 0, "fork");
    if (pid == 0)
        child(argv, environment, cwd, in[0], out[1], err[1]);
    close(in[0]);
    close(out[1]);
    close(err[1]);
    converse(in[1], out[0], err[0], stdin_text, &p);
    int status;
    while (waitpid(pid, &status, 0) < 0)
        must(errno == EINTR, "waitpid");
    p.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    for (char **e = environment; *e != NULL; e++)
        mem_free(*e);
    mem_free(environment);
    return p;
}

void program_free(struct program *p)
{
    buf_free(&p->out);
    buf_free(&p->err);
}

const char *program_assay(void)
{
    const char *path = getenv("ASSAY_BIN");
    if (path == NULL) {
        fputs("ASSAY_BIN is not set: run the tests through make\n", stderr);
        abort();
    }
    return path;
}

const char *program_tests(void)
{
    const char *path = getenv("ASSAY_TESTS");
    return path != NULL ? path : "tests";
}

const char *program_data(void)
{
    const char *path = getenv("ASSAY_DATA");
    if (path == NULL)
        path = "../shared/data";
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? path : NULL;
}

char *temp_make(void)
{
    const char *parent = getenv("TMPDIR");
    struct buf b = BUF_INIT;
    buf_addf(&b, "%s/assay-test-XXXXXX", parent != NULL && *parent != '\0' ? parent : "/tmp");
    must(mkdtemp(b.ptr) != NULL, b.ptr);
    return buf_take(&b);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void temp_remove(char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    mem_free(folder);
}

bool file_read(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return false;
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, block, n);
    fclose(f);
    return true;
}

void file_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");
    must(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, path);
}
