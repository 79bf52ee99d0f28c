#include "ui/action.h"

const char *action_name(enum action_kind kind)
{
    static const char *const names[] = {
#define X(id, name) [ACT_##id] = name,
        ACTIONS(X)
#undef X
    };
    return names[kind];
}
