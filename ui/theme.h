/* Themes: how styles look. Each begins with the styles as they stand in ui/style.h, which need no colour, and changes
 * some of them. `:set theme NAME`, --theme, $ASSAY_THEME. */
#ifndef ASSAY_UI_THEME_H
#define ASSAY_UI_THEME_H

#include "ui/style.h"

#include <stdbool.h>
#include <stddef.h>

/* id, name, help */
#define THEMES(X)                                                                                                      \
    X(PLAIN, "plain", "the terminal's own colours, a few marks in blue and orange")                                    \
    X(DARK, "dark", "lighter colours, for a dark background")                                                          \
    X(LIGHT, "light", "darker colours, for a light background")                                                        \
    X(MONO, "mono", "no colour at all: bold, reverse, underline")                                                      \
    X(HIGH_CONTRAST, "high-contrast", "white on black, nothing dim")                                                   \
    X(COLOUR_BLIND, "colour-blind", "colours that everybody can tell apart (Okabe and Ito)")

enum theme {
#define X(id, name, help) THEME_##id,
    THEMES(X)
#undef X
        THEME_COUNT
};

/* How a style looks in a theme: like struct style_info, and what stands behind it. */
struct look {
    int attrs;
    short color8, color256;           /* COLOR_OWN: the terminal's */
    short background8, background256; /* the same */
};
struct look theme_look(enum theme t, enum style s);
const char *theme_name(enum theme t);
/* By name; false when there is none. */
bool theme_find(const char *name, enum theme *out);

#endif
