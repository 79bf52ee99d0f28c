#include "ui/wake.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

bool wake_open(struct wake *w, struct err *err)
{
    if (pipe(w->fds) != 0)
        return err_errno(err, "workers cannot be heard");
    for (int i = 0; i < 2; i++) {
        fcntl(w->fds[i], F_SETFL, O_NONBLOCK);
        fcntl(w->fds[i], F_SETFD, FD_CLOEXEC);
    }
    w->workers = mem_alloc(sizeof *w->workers);
    atomic_init(w->workers, 0);
    w->open = true;
    return true;
}

void wake_close(struct wake *w)
{
    for (int ms = 0; w->open && atomic_load(w->workers) > 0 && ms < WAKE_PATIENCE_MS; ms++)
        nanosleep(&(struct timespec){.tv_nsec = 1000 * 1000}, NULL);
    if (w->open && atomic_load(w->workers) == 0)
        mem_free(w->workers);
    w->workers = NULL;
    for (int i = 0; i < 2 && w->open; i++)
        close(w->fds[i]);
    w->open = false;
}

void wake_up(const struct wake *w)
{
    int saved = errno;
    ssize_t ignored = w->open ? write(w->fds[1], "", 1) : 0; /* a full pipe wakes already */
    (void)ignored;
    errno = saved;
}

int wake_fd(const struct wake *w)
{
    return w->open ? w->fds[0] : -1;
}

bool wake_clear(const struct wake *w)
{
    char bytes[64];
    bool any = false;
    while (w->open && read(w->fds[0], bytes, sizeof bytes) > 0)
        any = true;
    return any;
}
