#include "ui/style.h"

const struct style_info *style_info(enum style s)
{
    static const struct style_info styles[STYLE_COUNT] = {
#define X(id, name, letter, attrs, c8, c256) [STYLE_##id] = {name, letter, attrs, c8, c256},
        STYLES(X)
#undef X
    };
    return &styles[s];
}
