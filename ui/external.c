#include "ui/external.h"

#include "core/base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 32, PATH_SIZE = 4096 };

extern char **environ;

size_t external_words(const char *command, char *room, char *words[], size_t max)
{
    size_t n = 0;
    char quote = 0;
    bool inside = false;
    for (const char *c = command; *c != '\0'; c++) {
        bool blank = quote == 0 && (*c == ' ' || *c == '\t');
        if (!blank && !inside) {
            if (n == max)
                break;
            words[n++] = room;
            inside = true;
        }
        if (blank && inside) {
            *room++ = '\0';
            inside = false;
        } else if (!blank && *c == quote) {
            quote = 0;
        } else if (!blank && quote == 0 && (*c == '"' || *c == '\'')) {
            quote = *c;
        } else if (!blank) {
            *room++ = *c;
        }
    }
    *room = '\0';
    words[n] = NULL;
    return n;
}

static const char *editor_command(void)
{
    static const char *const names[] = {"VISUAL", "EDITOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[strspn(value, " \t")] != '\0')
            return value;
    }
    return "vi";
}

static bool write_file(const char *path, const char *text, size_t n, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    for (size_t at = 0; ok && at < n;) {
        ssize_t wrote = write(fd, text + at, n - at);
        ok = wrote > 0 || (wrote < 0 && errno == EINTR);
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    return ok || err_set(err, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
}

static bool read_file(const char *path, struct buf *out, struct err *err)
{
    char block[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? 1 : -1;
    while (n > 0 && out->len < EXTERNAL_MOST) {
        n = read(fd, block, sizeof block);
        if (n > 0)
            buf_add(out, block, (size_t)n);
    }
    if (n < 0)
        err_set(err, ERR_IO, "what the editor wrote cannot be read: %s", strerror(errno));
    if (fd >= 0)
        close(fd);
    if (out->len > 0 && out->ptr[out->len - 1] == '\n')
        buf_truncate(out, out->len - 1);
    return n >= 0;
}

/* Signals from the keyboard are the editor's business meanwhile; Ctrl-Z stops both of us. */
static const int keyboard[] = {SIGINT, SIGQUIT, SIGTSTP};
enum { KEYBOARD = sizeof keyboard / sizeof *keyboard };

static void leave_signals(struct sigaction old[KEYBOARD])
{
    for (int i = 0; i < KEYBOARD; i++) {
        struct sigaction sa = {.sa_handler = keyboard[i] == SIGTSTP ? SIG_DFL : SIG_IGN};
        sigemptyset(&sa.sa_mask);
        sigaction(keyboard[i], &sa, &old[i]);
    }
}

static void take_signals(const struct sigaction old[KEYBOARD])
{
    for (int i = 0; i < KEYBOARD; i++)
        sigaction(keyboard[i], &old[i], NULL);
}

static int spawn(char *const words[], pid_t *pid)
{
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int failed = posix_spawnp(pid, words[0], NULL, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static bool run(char *path, struct err *err)
{
    const char *command = editor_command();
    char *room = mem_alloc(strlen(command) + 1), *words[MOST_WORDS + 2];
    size_t n = external_words(command, room, words, MOST_WORDS);
    words[n] = path;
    words[n + 1] = NULL;
    struct sigaction old[KEYBOARD];
    pid_t pid = 0;
    int status = 0;
    leave_signals(old);
    int failed = spawn(words, &pid);
    while (failed == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    take_signals(old);
    bool ok = failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (failed != 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127))
        err_set(err, ERR_MISSING, "the editor \"%.60s\" cannot be started: set EDITOR to one that is here", words[0]);
    else if (!ok)
        err_set(err, ERR_RANGE, "the editor \"%.60s\" ended with an error: nothing was changed", words[0]);
    mem_free(room);
    return ok;
}

/* Everything in the folder, and the folder: editors leave copies. */
static void remove_folder(const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL)
        unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
    rmdir(folder);
}

bool external_edit(const char *text, size_t n, struct buf *out, struct err *err)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 32];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/assay-XXXXXX", base != NULL && *base != '\0' ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        return err_set(err, ERR_IO, "a folder for the text cannot be made in %.200s: %s", folder, strerror(errno));
    snprintf(path, sizeof path, "%s/justification.txt", folder);
    bool ok = write_file(path, text, n, err) && run(path, err) && read_file(path, out, err);
    remove_folder(folder);
    return ok;
}
