#include "ui/option.h"

#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct ui_stage s;

static void open_stage(void)
{
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
}

static void close_stage(void)
{
    ui_stage_free(&s);
}

TestSuite(option, .init = open_stage, .fini = close_stage);

static bool shows(const char *text)
{
    return strstr(ui_stage_text(&s), text) != NULL;
}

Test(option, what_is_set_holds_and_is_told)
{
    ui_stage_press(&s, ":set theme light\n:set mouse\n:set layout stacked\n:set ascii on\n:set");
    cr_expect(eq(int, (int)s.screen.theme, (int)THEME_LIGHT));
    cr_expect(s.screen.theme_chosen);
    cr_expect(s.screen.mouse);
    cr_expect(s.screen.grid.ascii);
    cr_expect(shows("layout stacked, theme light, mouse, ascii; off: break, linear, markdown"));
    ui_stage_press(&s, ":set mouse off\n:set ascii off");
    cr_expect(not(s.screen.mouse));
    cr_expect(not(s.screen.grid.ascii));
}

Test(option, what_is_wrong_says_what_there_is)
{
    struct err err;
    cr_expect(not(option_set(&s.screen, "shape round", &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_USAGE));
    cr_expect(ne(ptr, strstr(err.text, "there is no setting \"shape\"; there are layout"), NULL), "%s", err.text);
    cr_expect(not(option_set(&s.screen, "theme pink", &err)));
    cr_expect(ne(ptr, strstr(err.text, "theme cannot be \"pink\"; it can be plain, dark, light"), NULL), "%s",
              err.text);
    cr_expect(not(option_set(&s.screen, "theme", &err)), "only of a switch the value may be left out");
}

Test(option, tab_completes_names_then_values)
{
    ui_stage_press(&s, ": \"set th\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "set theme "));
    ui_stage_press(&s, "\"hi\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "set theme high-contrast "));
    ui_stage_press(&s, "<Enter>");
    cr_expect(eq(int, (int)s.screen.theme, (int)THEME_HIGH_CONTRAST));
    ui_stage_press(&s, ": \"set mouse \" <Tab>");
    cr_expect(shows("off  on"));
}

Test(option, help_lists_them_with_their_values)
{
    ui_stage_press(&s, "? G");
    cr_expect(shows(":set mouse off|on"));
    cr_expect(shows(":set theme plain|dark|light|mono"));
}
