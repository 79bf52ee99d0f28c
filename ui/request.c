#include "ui/request.h"

#include <string.h>

struct request_info {
    const char *name, *help;
    enum request_group group;
};

static const struct request_info requests[REQ_COUNT] = {[REQ_NONE] = {"none", "nothing", GROUP_PROGRAM},
#define X(id, name, help, group) [REQ_##id] = {name, help, GROUP_##group},
                                                        REQUESTS(X)
#undef X
#define X(id, name, help, opener) [REQ_OPEN_##id] = {"open-" name, help, GROUP_VIEWS},
                                                            WORKBENCH_VIEWS(X)
#undef X
};

static const char *const group_names[GROUP_COUNT] = {
#define X(id, name) [GROUP_##id] = name,
    REQUEST_GROUPS(X)
#undef X
};

bool request_opens(enum request r, enum workbench_view *out)
{
    static const struct {
        enum request request;
        enum workbench_view view;
    } opens[] = {
#define X(id, name, help, opener) {REQ_OPEN_##id, WORKBENCH_##id},
        WORKBENCH_VIEWS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (opens[i].request == r)
            return *out = opens[i].view, true;
    return false;
}

const char *request_name(enum request r)
{
    return requests[r].name;
}

const char *request_help(enum request r)
{
    return requests[r].help;
}

enum request_group request_group(enum request r)
{
    return requests[r].group;
}

const char *request_group_name(enum request_group g)
{
    return group_names[g];
}

enum request request_find(const char *name, size_t n)
{
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++)
        if (strlen(requests[r].name) == n && memcmp(requests[r].name, name, n) == 0)
            return (enum request)r;
    return REQ_NONE;
}
