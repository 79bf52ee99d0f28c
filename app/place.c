#include "app/place.h"

#include "core/base/buf.h"
#include "core/base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of the workspace with its slash, or nothing for the current one. */
static void add_folder(const char *workspace, struct buf *out)
{
    const char *slash = strrchr(workspace, '/');
    if (slash != NULL)
        buf_add(out, workspace, (size_t)(slash - workspace) + 1);
}

char *place_kept(const char *workspace, const char *path)
{
    struct buf folder = BUF_INIT;
    add_folder(workspace, &folder);
    buf_addc(&folder, '.');
    char root[PATH_MAX], full[PATH_MAX];
    bool there = realpath(path, full) != NULL, rooted = realpath(folder.ptr, root) != NULL;
    size_t n = rooted ? strlen(root) : 0;
    buf_free(&folder);
    if (n == 1) /* the slash of the root folder */
        n = 0;
    bool below = there && rooted && strncmp(full, root, n) == 0 && full[n] == '/';
    return mem_dup(below ? full + n + 1 : there ? full : path);
}

/* Can FILE, or the FILE of FILE:TENSOR, be read? */
static bool readable(const char *path)
{
    const char *tensor = strstr(path, ".safetensors:");
    char *file = mem_ndup(path, tensor != NULL ? (size_t)(tensor - path) + strlen(".safetensors") : strlen(path));
    bool there = access(file, R_OK) == 0;
    mem_free(file);
    return there;
}

/* The folder of the workspace and `rest`, if that can be read. */
static char *beside(const char *workspace, const char *rest)
{
    struct buf path = BUF_INIT;
    add_folder(workspace, &path);
    buf_adds(&path, rest);
    char *found = buf_take(&path);
    if (readable(found))
        return found;
    mem_free(found);
    return NULL;
}

char *place_find(const char *workspace, const char *kept)
{
    const char *slash = strrchr(kept, '/');
    char *found = kept[0] != '/' ? beside(workspace, kept) : NULL;
    if (found == NULL && readable(kept))
        found = mem_dup(kept);
    return found != NULL || slash == NULL ? found : beside(workspace, slash + 1);
}

char *place_absolute(const char *path)
{
    struct buf out = BUF_INIT;
    char here[PATH_MAX];
    if (path[0] != '/' && getcwd(here, sizeof here) != NULL)
        buf_addf(&out, "%s/", here);
    buf_adds(&out, path);
    return buf_take(&out);
}
