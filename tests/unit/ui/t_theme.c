#include "ui/theme.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

Test(theme, each_is_found_by_its_name_and_no_other)
{
    enum theme t;
    for (int i = 0; i < THEME_COUNT; i++) {
        cr_expect(theme_find(theme_name((enum theme)i), &t));
        cr_expect(eq(int, (int)t, i));
    }
    cr_expect(not(theme_find("pink", &t)));
}

/* Red, green and blue of a colour of 256: black, and from 16 on xterm's cube and greys. */
static void rgb_of(int color, double out[3])
{
    static const double steps[] = {0, 95, 135, 175, 215, 255};
    color = color == 0 ? 16 : color;
    for (int i = 0; i < 3; i++)
        out[i] = color >= 232 ? 8 + 10 * (color - 232) : steps[(color - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6];
}

/* WCAG 2.1, "relative luminance". */
static double luminance(int color)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    double rgb[3], sum = 0;
    rgb_of(color, rgb);
    for (int i = 0; i < 3; i++) {
        double c = rgb[i] / 255;
        sum += weight[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(int a, int b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

Test(theme, what_measures_contrast_gives_the_known_extremes)
{
    cr_expect(lt(dbl, fabs(contrast(16, 231) - 21), 1e-9));
    cr_expect(lt(dbl, fabs(contrast(231, 231) - 1), 1e-9));
}

static void expect_readable(enum theme t, int background)
{
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look l = theme_look(t, (enum style)s);
        int behind = l.background256 != COLOR_OWN ? l.background256 : background;
        if (l.color256 != COLOR_OWN)
            cr_expect(ge(dbl, contrast(l.color256, behind), 4.5), "%s %s", theme_name(t),
                      style_info((enum style)s)->name);
    }
}

Test(theme, colours_stand_out_from_the_background_they_are_for)
{
    enum { BLACK = 16, WHITE = 231 };
    expect_readable(THEME_DARK, BLACK);
    expect_readable(THEME_LIGHT, WHITE);
    expect_readable(THEME_HIGH_CONTRAST, BLACK);
}

Test(theme, mono_has_no_colour_and_high_contrast_nothing_dim)
{
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look mono = theme_look(THEME_MONO, (enum style)s), high = theme_look(THEME_HIGH_CONTRAST, (enum style)s);
        cr_expect(mono.color8 == COLOR_OWN && mono.color256 == COLOR_OWN && mono.background256 == COLOR_OWN);
        cr_expect(eq(int, high.attrs &ATTR_DIM, 0));
        cr_expect(eq(int, high.background256, s == STYLE_CURSOR ? 231 : 16));
    }
}

Test(theme, no_two_things_that_must_be_told_apart_look_alike_without_colour)
{
    static const enum style pairs[][2] = {{STYLE_TEXT, STYLE_CURSOR},
                                          {STYLE_TEXT, STYLE_MODE},
                                          {STYLE_TEXT, STYLE_ERROR},
                                          {STYLE_TEXT, STYLE_MISSING},
                                          {STYLE_TEXT, STYLE_REPLACEMENT}};
    for (int t = 0; t < THEME_COUNT; t++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            struct look a = theme_look((enum theme)t, pairs[i][0]), b = theme_look((enum theme)t, pairs[i][1]);
            bool reversed = a.color256 != COLOR_OWN && a.color256 == b.background256;
            cr_expect(a.attrs != b.attrs || (reversed && t != THEME_MONO), "%s: %s", theme_name((enum theme)t),
                      style_info(pairs[i][1])->name);
        }
}
