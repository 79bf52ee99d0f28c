#include "tests/support/core_folder.h"

#include "core/base/err.h"
#include "core/base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void core_folder_make(struct core_folder *f)
{
    snprintf(f->path, sizeof f->path, "/tmp/assay-core-XXXXXX");
    if (mkdtemp(f->path) == NULL)
        BUG("no temporary folder");
}

const char *core_path(const struct core_folder *f, const char *name, char out[CORE_PATH])
{
    snprintf(out, CORE_PATH, "%s/%s", f->path, name);
    return out;
}

static size_t each(const struct core_folder *f, void (*what)(const char *path))
{
    DIR *d = opendir(f->path);
    size_t n = 0;
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[sizeof f->path + sizeof e->d_name + 1];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", f->path, e->d_name);
        if (what != NULL)
            what(path);
        n++;
    }
    if (d != NULL)
        closedir(d);
    return n;
}

static void remove_file(const char *path)
{
    unlink(path);
}

void core_folder_remove(struct core_folder *f)
{
    each(f, remove_file);
    rmdir(f->path);
}

size_t core_count(const struct core_folder *f)
{
    return each(f, NULL);
}

void core_put(const struct core_folder *f, const char *name, const void *bytes, size_t n)
{
    char path[CORE_PATH];
    FILE *file = fopen(core_path(f, name, path), "wb");
    if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
        BUG("cannot write %s", path);
}

void core_put_text(const struct core_folder *f, const char *name, const char *text)
{
    core_put(f, name, text, strlen(text));
}

char *core_get(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        BUG("cannot read %s", path);
    char *text = mem_alloc(1 << 20);
    *n = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    return text;
}
