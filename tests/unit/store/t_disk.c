#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char mounts[] = "22 1 254:0 / / rw,relatime - ext4 /dev/root rw\n"
                             "30 22 0:5 / /home/ada/far rw,nosuid shared:3 - fuse.sshfs ada@host: rw\n"
                             "31 22 0:6 / /home/ada/far/near rw - xfs /dev/sdb rw\n"
                             "33 22 0:8 / /home/ada/my\\040far\\134x rw - fuse.rclone far: rw\n"
                             "damaged line\n"
                             "32 22 0:7 / /mnt rw - nfs4 server:/ rw";

static void expect(const char *path, const char *type)
{
    char got[DISK_TYPE_SIZE];
    disk_type(mounts, path, got);
    cr_expect(eq(str, got, (char *)type), "%s", path);
}

Test(disk, the_longest_mount_point_above_a_path_says_its_type)
{
    expect("/", "ext4");
    expect("/home/ada", "ext4");
    expect("/home/ada/far", "fuse.sshfs");
    expect("/home/ada/far/x/y", "fuse.sshfs");
    expect("/home/ada/farther", "ext4");
    expect("/home/ada/far/near/z", "xfs");
    expect("/home/ada/my far\\x/y", "fuse.rclone");
    expect("/home/ada/my", "ext4");
    expect("/mnt/x", "nfs4");
    char got[DISK_TYPE_SIZE];
    disk_type("", "/", got);
    cr_expect(eq(str, got, ""));
}

Test(disk, a_temporary_folder_is_local_and_a_missing_one_is_said)
{
    struct err err;
    cr_expect(eq(int, disk_is_local("/tmp/x.assay", &err), 1));
    cr_expect(eq(int, disk_is_local("x.assay", &err), 1));
    cr_expect(eq(int, disk_is_local("/no/such/folder/x.assay", &err), 0));
    cr_expect(eq(str, err.text, "/no/such/folder/x.assay: No such file or directory"));
}

Test(disk, a_link_is_followed_to_where_the_file_lies)
{
    enum { PROC = 0x9FA0 };
    char folder[] = "/tmp/assay-disk-XXXXXX", link[64];
    unsigned long here = 0, there = 0;
    struct err err;
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    cr_assert(disk_number(folder, &here, &err));
    cr_expect(ne(ulong, here, PROC));
    snprintf(link, sizeof link, "%s/x.assay", folder);
    cr_assert(disk_number(link, &there, &err), "%s", err.text); /* to be made */
    cr_expect(eq(ulong, there, here));
    cr_assert(eq(int, symlink("/proc/version", link), 0));
    cr_assert(disk_number(link, &there, &err), "%s", err.text);
    cr_expect(eq(ulong, there, PROC));
    unlink(link);
    rmdir(folder);
}

Test(disk, network_file_systems_are_known_by_number_and_those_of_fuse_by_type)
{
    enum { NFS = 0x6969, EXT4 = 0xEF53, FUSE = 0x65735546 };
    cr_expect(eq(str, (char *)(uintptr_t)disk_network(NFS, ""), "NFS"));
    cr_expect(eq(str, (char *)(uintptr_t)disk_network(0xFF534D42, ""), "CIFS"));
    cr_expect(eq(str, (char *)(uintptr_t)disk_network(FUSE, "fuse.sshfs"), "fuse.sshfs"));
    cr_expect(eq(ptr, (void *)(uintptr_t)disk_network(FUSE, "fuseblk"), NULL));
    cr_expect(eq(ptr, (void *)(uintptr_t)disk_network(EXT4, "fuse.sshfs"), NULL));
}

Test(disk, a_file_is_found_by_the_descriptor_that_is_open)
{
    char path[] = "/tmp/assay-disk-XXXXXX";
    int fd = mkstemp(path);
    cr_expect(eq(int, disk_descriptor(path), fd));
    disk_write_ahead(fd);
    close(fd);
    cr_expect(eq(int, disk_descriptor(path), -1));
    unlink(path);
    cr_expect(eq(int, disk_descriptor(path), -1));
    disk_write_ahead(-1);
}
