#define _GNU_SOURCE /* sync_file_range */
#include "store/disk.h"

#include "core/base/buf.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum { FUSE_MAGIC = 0x65735546 };

/* statfs(2), "f_type" */
static const struct {
    unsigned long magic;
    const char *name;
} remote[] = {
    {0x6969, "NFS"},     {0xFF534D42, "CIFS"}, {0xFE534D42, "SMB"},    {0x517B, "SMB"},      {0x6B414653, "AFS"},
    {0x5346414F, "AFS"}, {0x00C36400, "Ceph"}, {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"}, {0x19830326, "BeeGFS"},
};

/* FUSE holds local disks as well: its types are told apart by name. */
static const char *const remote_fuse[] = {"fuse.sshfs", "fuse.rclone",    "fuse.s3fs",      "fuse.gcsfuse",
                                          "fuse.davfs", "fuse.curlftpfs", "fuse.glusterfs", "fuse.smbnetfs"};

/* A mount point as it is called: blanks, line ends and backslashes stand there in three octal digits. */
static size_t unescape(const char *field, size_t n, char out[PATH_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < n && len < PATH_MAX - 1; i++) {
        bool escaped = field[i] == '\\' && n - i > 3 && strspn(field + i + 1, "01234567") >= 3;
        out[len++] =
            escaped ? (char)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0')) : field[i];
        i += escaped ? 3 : 0;
    }
    out[len] = '\0';
    return len;
}

static bool lies_below(const char *path, const char *mount, size_t n)
{
    if (n == 1 && mount[0] == '/')
        return true;
    return strncmp(path, mount, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

void disk_type(const char *mountinfo, const char *path, char out[DISK_TYPE_SIZE])
{
    size_t longest = 0;
    char mount[PATH_MAX];
    out[0] = '\0';
    for (const char *line = mountinfo; *line != '\0';) {
        const char *end = line + strcspn(line, "\n");
        /* 36 35 98:0 /root /mount options … - type source options */
        const char *field = line;
        for (int i = 0; i < 4 && field < end; i++) {
            field += strcspn(field, " \n");
            field += *field == ' ';
        }
        size_t n = unescape(field, strcspn(field, " \n"), mount);
        const char *dash = strstr(field, " - ");
        if (dash != NULL && dash < end && n >= longest && lies_below(path, mount, n)) {
            longest = n;
            snprintf(out, DISK_TYPE_SIZE, "%.*s", (int)strcspn(dash + 3, " \n"), dash + 3);
        }
        line = *end == '\n' ? end + 1 : end;
    }
}

static void fuse_type(const char *path, char out[DISK_TYPE_SIZE])
{
    char real[PATH_MAX], block[4096];
    struct buf text = BUF_INIT;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    out[0] = '\0';
    if (f == NULL)
        return;
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(&text, block, n);
    fclose(f);
    if (realpath(path, real) != NULL)
        disk_type(text.ptr, real, out);
    buf_free(&text);
}

const char *disk_network(unsigned long magic, const char *type)
{
    for (size_t i = 0; i < sizeof remote / sizeof *remote; i++)
        if (remote[i].magic == magic)
            return remote[i].name;
    for (size_t i = 0; magic == FUSE_MAGIC && i < sizeof remote_fuse / sizeof *remote_fuse; i++)
        if (strcmp(type, remote_fuse[i]) == 0)
            return remote_fuse[i];
    return NULL;
}

/* Where it lies: the file itself, which a link may have put elsewhere; one that is to be made, its folder. */
static bool look_up(const char *path, char place[PATH_MAX], unsigned long *magic, struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path) + 1, len = strlen(path);
    struct statfs fs;
    if (len >= PATH_MAX)
        return err_set(err, ERR_RANGE, "%.100s...: the path is too long", path);
    memcpy(place, path, len + 1);
    if (statfs(place, &fs) != 0) {
        if (n == 0)
            place[n++] = '.';
        place[n] = '\0';
        if (statfs(place, &fs) != 0)
            return err_errno(err, "%s", path);
    }
    *magic = (unsigned long)fs.f_type & 0xFFFFFFFFul;
    return true;
}

bool disk_number(const char *path, unsigned long *magic, struct err *err)
{
    char place[PATH_MAX];
    return look_up(path, place, magic, err);
}

bool disk_is_local(const char *path, struct err *err)
{
    char place[PATH_MAX];
    unsigned long magic = 0;
    if (!look_up(path, place, &magic, err))
        return false;
    char type[DISK_TYPE_SIZE] = "";
    if (magic == FUSE_MAGIC)
        fuse_type(place, type);
    const char *network = disk_network(magic, type);
    return network == NULL || err_set(err, ERR_IO,
                                      "%s: lies on a network file system (%s), where locks cannot be trusted and "
                                      "judgements could be lost; put "
                                      "the workspace on a local disk",
                                      path, network);
}

int disk_descriptor(const char *path)
{
    enum { FIRST = 3, MOST = 1024 };
    struct stat wanted, st;
    if (stat(path, &wanted) != 0)
        return -1;
    for (int fd = FIRST; fd < MOST; fd++)
        if (fstat(fd, &st) == 0 && st.st_dev == wanted.st_dev && st.st_ino == wanted.st_ino)
            return fd;
    return -1;
}

void disk_write_ahead(int descriptor)
{
    if (descriptor >= 0)
        sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}
