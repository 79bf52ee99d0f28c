#include "core/base/outfile.h"

#include "core/base/mem.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct err err;
static struct core_folder folder;
static char path[CORE_PATH];

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "x", path);
}

static void tear_down(void)
{
    core_folder_remove(&folder);
}

TestSuite(outfile, .init = set_up, .fini = tear_down);

static void expect_content(const char *want)
{
    size_t n;
    char *text = core_get(path, &n);
    cr_expect(eq(str, text, (char *)want));
    cr_expect(eq(sz, core_count(&folder), 1));
    mem_free(text);
}

Test(outfile, the_file_appears_when_committed)
{
    struct outfile *o = outfile_open(path, &err);
    cr_assert(ne(ptr, o, NULL), "%s", err.text);
    outfile_write(o, "ab", 2);
    outfile_write(o, "", 0);
    outfile_write(o, "c", 1);
    struct stat st;
    cr_expect(ne(int, stat(path, &st), 0), "not there before");
    cr_expect(outfile_commit(o, &err), "%s", err.text);
    expect_content("abc");
}

Test(outfile, the_old_file_stays_until_then_and_keeps_its_mode)
{
    struct stat st;
    core_put_text(&folder, "x", "old");
    chmod(path, 0640);
    struct outfile *o = outfile_open(path, &err);
    outfile_write(o, "new", 3);
    outfile_abandon(o);
    expect_content("old");
    o = outfile_open(path, &err);
    outfile_write(o, "new", 3);
    cr_expect(outfile_commit(o, &err));
    expect_content("new");
    stat(path, &st);
    cr_expect(eq(int, (int)(st.st_mode & 0777), 0640));
}

Test(outfile, failures_leave_nothing)
{
    char deep[CORE_PATH];
    cr_expect(eq(ptr, outfile_open(core_path(&folder, "no/x", deep), &err), NULL));
    cr_expect(ne(ptr, strstr(err.text, "cannot write"), NULL), "%s", err.text);
    struct outfile *o = outfile_open(path, &err);
    cr_assert(ne(ptr, o, NULL));
    mkdir(path, 0700); /* a folder cannot be replaced by a file */
    outfile_write(o, "x", 1);
    cr_expect(not(outfile_failed(o)));
    cr_expect(not(outfile_commit(o, &err)));
    cr_expect(eq(sz, core_count(&folder), 1));
    cr_expect(eq(ptr, outfile_open(path, &err), NULL));
    cr_expect(eq(int, remove(path), 0));
    outfile_abandon(NULL);
}

Test(outfile, devices_are_written_to_and_not_replaced)
{
    struct outfile *o = outfile_open("/dev/null", &err);
    struct stat st;
    cr_assert(ne(ptr, o, NULL), "%s", err.text);
    outfile_write(o, "x", 1);
    cr_expect(outfile_commit(o, &err));
    cr_expect(eq(int, stat("/dev/null", &st), 0));
    cr_expect(ne(int, S_ISCHR(st.st_mode), 0));
}
