#include "core/map.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_descriptor(struct map *m, int fd, const char *path, struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_errno(err, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_IO, "%s: is not a regular file", path);
    *m = (struct map){NULL, (size_t)st.st_size};
    if (m->size == 0)
        return true;
    void *p = mmap(NULL, m->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return err_errno(err, "%s: cannot be mapped", path);
    m->ptr = p;
    return true;
}

bool map_open(struct map *m, const char *path, struct err *err)
{
    *m = (struct map){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(err, "%s", path);
    bool ok = map_descriptor(m, fd, path, err);
    close(fd);
    return ok;
}

void map_close(struct map *m)
{
    if (m->ptr != NULL)
        munmap((void *)(uintptr_t)m->ptr, m->size);
    *m = (struct map){0};
}
