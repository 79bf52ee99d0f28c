/* Where a workspace may lie: SQLite needs locks and shared memory that work, and on network file systems they do not.
 */
#ifndef ASSAY_STORE_DISK_H
#define ASSAY_STORE_DISK_H

#include "core/base/err.h"

/* ERR_IO, with the kind of file system, when `path`, or the folder where it is to be made, is on a network. */
MUST_CHECK bool disk_is_local(const char *path, struct err *err);
/* The number (statfs(2), f_type) of the file system that it lies on. */
MUST_CHECK bool disk_number(const char *path, unsigned long *magic, struct err *err);
/* The type ("fuse.sshfs", "ext4", …) of the file system that `path` (absolute, without links) lies on, from text like
 * that of /proc/self/mountinfo (proc(5)); "" when it does not say. */
enum { DISK_TYPE_SIZE = 64 };
void disk_type(const char *mountinfo, const char *path, char out[DISK_TYPE_SIZE]);
/* Name of the network file system that has this number (statfs(2), f_type) or, of FUSE, this type; NULL: local. */
const char *disk_network(unsigned long magic, const char *type);

/* The descriptor by which this process has a file open, -1 when it has not. (To open it once more would end the locks
 * that SQLite has on it, when that one is closed: fcntl(2).) */
int disk_descriptor(const char *path);
/* Let the disk begin with what was written to it so far; a flush at the end then has less to wait for. */
void disk_write_ahead(int descriptor);

#endif
