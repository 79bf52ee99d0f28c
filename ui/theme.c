#include "ui/theme.h"

#include <string.h>

enum { OWN = COLOR_OWN, NO_CHANGE = -2 };

/* What a theme changes of a style: attributes (NO_CHANGE: those of the style), colour of 8 and of 256.
 * Dark and light keep blue against orange; the numbers of 256 were chosen for a contrast of at least 4.5 : 1 (WCAG 2.1,
 * 1.4.3) on black and on white. Okabe and Ito (2008), Color Universal Design: blue 0072B2, orange E69F00, sky blue
 * 56B4E9, vermillion D55E00, reddish purple CC79A7, bluish green 009E73, as near as the colours of 256 come. */
static const struct change {
    enum theme theme;
    enum style style;
    int attrs;
    short color8, color256;
} changes[] = {
    {THEME_DARK, STYLE_TITLE, NO_CHANGE, 6, 117},
    {THEME_DARK, STYLE_RULE, 0, OWN, 244},
    {THEME_DARK, STYLE_DIM, 0, OWN, 248},
    {THEME_DARK, STYLE_KEY, NO_CHANGE, 6, 117},
    {THEME_DARK, STYLE_SIDE_A, NO_CHANGE, 4, 75},
    {THEME_DARK, STYLE_SIDE_B, NO_CHANGE, 3, 215},
    {THEME_DARK, STYLE_ERROR, NO_CHANGE, 3, 215},
    {THEME_DARK, STYLE_MISSING, NO_CHANGE, 3, 215},
    {THEME_DARK, STYLE_CODE, NO_CHANGE, 6, 116},
    {THEME_DARK, STYLE_REPLACEMENT, NO_CHANGE, 5, 177},
    {THEME_LIGHT, STYLE_TITLE, NO_CHANGE, 4, 25},
    {THEME_LIGHT, STYLE_RULE, 0, OWN, 243},
    {THEME_LIGHT, STYLE_DIM, 0, OWN, 240},
    {THEME_LIGHT, STYLE_KEY, NO_CHANGE, 4, 25},
    {THEME_LIGHT, STYLE_SIDE_A, NO_CHANGE, 4, 25},
    {THEME_LIGHT, STYLE_SIDE_B, NO_CHANGE, 3, 130},
    {THEME_LIGHT, STYLE_ERROR, NO_CHANGE, 3, 130},
    {THEME_LIGHT, STYLE_MISSING, NO_CHANGE, 3, 130},
    {THEME_LIGHT, STYLE_CODE, NO_CHANGE, 6, 23},
    {THEME_LIGHT, STYLE_LINK, NO_CHANGE, 4, 25},
    {THEME_LIGHT, STYLE_REPLACEMENT, NO_CHANGE, 5, 90},
    {THEME_HIGH_CONTRAST, STYLE_DIM, 0, 7, 231},
    {THEME_HIGH_CONTRAST, STYLE_RULE, 0, 7, 231},
    {THEME_HIGH_CONTRAST, STYLE_TITLE, 0, 3, 226},
    {THEME_HIGH_CONTRAST, STYLE_KEY, 0, 3, 226},
    {THEME_HIGH_CONTRAST, STYLE_VALUE, 0, 7, 231},
    {THEME_HIGH_CONTRAST, STYLE_ERROR, ATTR_BOLD | ATTR_REVERSE, 3, 226},
    {THEME_HIGH_CONTRAST, STYLE_MISSING, ATTR_BOLD | ATTR_UNDERLINE, 3, 226},
    {THEME_HIGH_CONTRAST, STYLE_SIDE_A, NO_CHANGE, 6, 51},
    {THEME_HIGH_CONTRAST, STYLE_SIDE_B, NO_CHANGE, 3, 226},
    {THEME_COLOUR_BLIND, STYLE_TITLE, NO_CHANGE, 6, 74},
    {THEME_COLOUR_BLIND, STYLE_KEY, NO_CHANGE, 6, 74},
    {THEME_COLOUR_BLIND, STYLE_SIDE_A, NO_CHANGE, 4, 74},
    {THEME_COLOUR_BLIND, STYLE_SIDE_B, NO_CHANGE, 3, 214},
    {THEME_COLOUR_BLIND, STYLE_ERROR, ATTR_BOLD | ATTR_UNDERLINE, 3, 166},
    {THEME_COLOUR_BLIND, STYLE_MISSING, NO_CHANGE, 3, 214},
    {THEME_COLOUR_BLIND, STYLE_MESSAGE, NO_CHANGE, 2, 36},
    {THEME_COLOUR_BLIND, STYLE_REPLACEMENT, NO_CHANGE, 5, 175},
};

static const char *const names[] = {
#define X(id, name, help) name,
    THEMES(X)
#undef X
};

/* The colours a theme gives to every style that it does not change. */
static void begin(enum theme t, enum style s, struct look *l)
{
    l->background8 = l->background256 = COLOR_OWN;
    if (t == THEME_MONO)
        l->color8 = l->color256 = COLOR_OWN;
    if (t != THEME_HIGH_CONTRAST)
        return;
    l->background8 = 0;
    l->background256 = 16; /* black and white of the cube: 0 and 15 are whatever the terminal takes for them */
    l->color8 = 7;
    l->color256 = 231;
    if (s != STYLE_CURSOR)
        return;
    /* The other way round without an attribute, which would be sent with both colours anew; 0 is dark everywhere, and
     * shorter than 16. */
    *l = (struct look){0, 0, 0, 7, 231};
}

struct look theme_look(enum theme t, enum style s)
{
    const struct style_info *info = style_info(s);
    struct look l = {.attrs = info->attrs, .color8 = info->color8, .color256 = info->color256};
    begin(t, s, &l);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct change *c = &changes[i];
        if (c->theme != t || c->style != s)
            continue;
        l.attrs = c->attrs != NO_CHANGE ? c->attrs : l.attrs;
        l.color8 = c->color8;
        l.color256 = c->color256;
    }
    return l;
}

const char *theme_name(enum theme t)
{
    return names[t];
}

bool theme_find(const char *name, enum theme *out)
{
    for (int t = 0; t < THEME_COUNT; t++)
        if (strcmp(names[t], name) == 0)
            return *out = (enum theme)t, true;
    return false;
}
