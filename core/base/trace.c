#include "core/base/trace.h"

#include "core/base/clock.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define X(id, name) name,
    TRACE_COMPONENTS(X)
#undef X
};
enum { N_COMPONENTS = sizeof names / sizeof *names };

static unsigned enabled;
static FILE *out;
static double start;

static bool enable(const char *name, struct err *err)
{
    for (unsigned i = 0; i < N_COMPONENTS; i++)
        if (strcmp(name, names[i]) == 0) {
            enabled |= 1u << i;
            return true;
        }
    if (strcmp(name, "all") == 0) {
        enabled = ~0u;
        return true;
    }
    char list[120] = "all";
    for (unsigned i = 0; i < N_COMPONENTS; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), ", %s", names[i]);
    return err_set(err, ERR_USAGE, "ASSAY_TRACE: there is no component \"%s\"; there are %s", name, list);
}

bool trace_open(struct err *err)
{
    const char *setting = getenv("ASSAY_TRACE");
    if (setting == NULL || *setting == '\0')
        return true;
    char *copy = mem_dup(setting);
    char *path = strchr(copy, ':');
    if (path != NULL)
        *path++ = '\0';
    bool ok = true;
    char *rest = NULL;
    for (char *name = strtok_r(copy, ",", &rest); ok && name != NULL; name = strtok_r(NULL, ",", &rest))
        ok = enable(name, err);
    out = stderr;
    if (ok && path != NULL && (out = fopen(path, "ae")) == NULL)
        ok = err_errno(err, "ASSAY_TRACE: cannot write %s", path);
    mem_free(copy);
    start = clock_monotonic();
    return ok;
}

void trace_close(void)
{
    if (out != NULL && out != stderr)
        fclose(out);
    out = NULL;
    enabled = 0;
}

bool trace_on(enum trace_component c)
{
    return (enabled >> c & 1u) != 0;
}

void trace(enum trace_component c, const char *fmt, ...)
{
    if (!trace_on(c) || out == NULL)
        return;
    fprintf(out, "%9.3f %-6s ", (clock_monotonic() - start) * 1e3, names[c]);
    va_list ap;
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
    fflush(out);
}
