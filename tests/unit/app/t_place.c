#include "app/place.h"

#include "core/base/mem.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders w, w/sub and other in a folder of their own, which is the current one. */
static char *folder, root[4096];

static void touch(const char *path)
{
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL);
    fclose(f);
}

static void begin(void)
{
    folder = temp_make();
    cr_assert(chdir(folder) == 0 && getcwd(root, sizeof root) != NULL);
    cr_assert(mkdir("w", 0700) == 0 && mkdir("w/sub", 0700) == 0 && mkdir("other", 0700) == 0);
    touch("w/a.safetensors");
    touch("w/sub/b.safetensors");
    touch("other/c.safetensors");
}

static void end(void)
{
    cr_assert(chdir("/") == 0);
    temp_remove(folder);
}

TestSuite(place, .init = begin, .fini = end);

static void expect(char *got, const char *wanted)
{
    if (wanted == NULL)
        cr_expect(got == NULL, "%s", got);
    else
        cr_expect(got != NULL && strcmp(got, wanted) == 0, "%s, not %s", got, wanted);
    mem_free(got);
}

static char *from_root(const char *path)
{
    static char out[5000];
    snprintf(out, sizeof out, "%s/%s", root, path);
    return out;
}

Test(place, what_lies_in_the_folder_is_kept_relative_to_it)
{
    expect(place_kept("w/w.assay", "w/a.safetensors"), "a.safetensors");
    expect(place_kept("w/w.assay", "./w/../w/sub/b.safetensors"), "sub/b.safetensors");
    expect(place_kept(from_root("w/w.assay"), "w/sub/b.safetensors"), "sub/b.safetensors");
    cr_assert(eq(int, chdir("w"), 0));
    expect(place_kept("w.assay", "sub/b.safetensors"), "sub/b.safetensors");
}

/* "w" begins the name of "wide" too, and is not its folder. */
Test(place, what_lies_elsewhere_is_kept_from_the_root)
{
    expect(place_kept("w/w.assay", "other/c.safetensors"), from_root("other/c.safetensors"));
    cr_assert(eq(int, mkdir("wide", 0700), 0));
    touch("wide/d.safetensors");
    expect(place_kept("w/w.assay", "wide/d.safetensors"), from_root("wide/d.safetensors"));
    expect(place_kept("w/w.assay", "gone.safetensors"), "gone.safetensors");
}

Test(place, what_was_kept_is_found_from_any_folder)
{
    expect(place_find("w/w.assay", "sub/b.safetensors"), "w/sub/b.safetensors");
    cr_assert(eq(int, chdir("other"), 0));
    expect(place_find("../w/w.assay", "sub/b.safetensors"), "../w/sub/b.safetensors");
    expect(place_find("../w/w.assay", from_root("other/c.safetensors")), from_root("other/c.safetensors"));
}

/* As older workspaces have it. */
Test(place, what_was_typed_is_found_from_where_it_was_typed)
{
    expect(place_find("w/w.assay", "other/c.safetensors"), "other/c.safetensors");
    expect(place_find("w/w.assay", "w/a.safetensors"), "w/a.safetensors");
}

Test(place, what_was_moved_is_found_beside_the_workspace)
{
    expect(place_find("w/w.assay", "/gone/a.safetensors"), "w/a.safetensors");
    expect(place_find("w/w.assay", "/gone/a.safetensors:x"), "w/a.safetensors:x");
    expect(place_find("w/w.assay", "/gone/z.safetensors"), NULL);
}

Test(place, a_tensor_stays_with_its_file)
{
    expect(place_absolute("w/a.safetensors:x"), from_root("w/a.safetensors:x"));
    expect(place_absolute("/w/a.npy"), "/w/a.npy");
    expect(place_find("w/w.assay", "a.safetensors:x"), "w/a.safetensors:x");
}
