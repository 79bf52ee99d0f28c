#include "ui/train_panel.h"

const char *train_task_text(enum train_task t)
{
    static const char *const texts[] = {
#define X(id, text) text,
        TRAIN_TASKS(X)
#undef X
    };
    return texts[t];
}
