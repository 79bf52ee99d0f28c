#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

TestSuite(cmdline, .init = open_stage, .fini = close_stage);

static bool shows(const char *text)
{
    return strstr(ui_stage_text(&s), text) != NULL;
}

Test(cmdline, a_command_is_typed_edited_and_run)
{
    ui_stage_press(&s, ": \"gotx\" <BS> \"o c2\"");
    cr_expect(shows("\n:goto c2"));
    cr_expect(eq(int, s.screen.grid.cursor_row, 23));
    cr_expect(eq(int, s.screen.grid.cursor_col, 8));
    ui_stage_press(&s, "<Enter>");
    cr_expect(shows("· code"));
    cr_expect(eq(int, s.host.last.kind, ACT_GOTO));
}

Test(cmdline, escape_and_an_empty_backspace_close_it)
{
    ui_stage_press(&s, ": \"quit\" <Esc>");
    cr_expect(not(s.screen.cmdline.open));
    ui_stage_press(&s, ": <BS>");
    cr_expect(not(s.screen.cmdline.open));
    cr_expect(not(s.screen.left));
}

Test(cmdline, history_goes_up_and_down_and_keeps_what_was_begun)
{
    ui_stage_press(&s, ": \"stats\" <Enter> : \"goto c1\" <Enter> : \"he\" <Up>");
    cr_expect(shows("\n:goto c1"));
    ui_stage_press(&s, "<Up>");
    cr_expect(shows("\n:stats"));
    ui_stage_press(&s, "<Up> <Down> <Down>");
    cr_expect(shows("\n:he"));
}

Test(cmdline, tab_completes_names_and_settings)
{
    ui_stage_press(&s, ": \"sta\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "stats "));
    ui_stage_press(&s, "<Esc> : \"save\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "save-"));
    ui_stage_press(&s, "\"m\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "save-model "));
    ui_stage_press(&s, "<Esc> : \"set la\" <Tab> \"sta\" <Tab>");
    cr_expect(eq(str, s.screen.cmdline.editor.text.ptr, "set layout stacked "));
}

Test(cmdline, tab_lists_those_that_begin_so_on_a_row_of_their_own)
{
    ui_stage_press(&s, ": \"save\" <Tab>");
    cr_expect(shows("\n save-screen  save-model\n:save-"), "%s", ui_stage_text(&s));
    ui_stage_press(&s, "<Esc> : \"set \" <Tab>");
    cr_expect(shows("theme  mouse  ascii\n:set"), "%s", ui_stage_text(&s));
}

Test(cmdline, a_message_wider_than_the_screen_is_read_in_full)
{
    ui_stage_press(&s, ": \"set theme a-theme-that-nobody-has-made-so-far\" <Enter>");
    cr_expect(shows("a-theme-that-nobody"), "%s", ui_stage_text(&s));
    cr_expect(shows("colour-blind\n"), "%s", ui_stage_text(&s));
    ui_stage_press(&s, "<Up>");
    cr_expect(not(shows("colour-blind")), "it goes with the next key");
}

Test(cmdline, an_unknown_command_says_where_all_are_listed)
{
    ui_stage_press(&s, ": \"frob\" <Enter>");
    cr_expect(shows("there is no command \"frob\"; :help lists those there are"));
    cr_expect(not(shows("…")));
    cr_expect(s.screen.error);
    ui_stage_press(&s, ": \"save\" <Enter>");
    cr_expect(shows("\"save\" could be save-screen save-model"));
    ui_stage_press(&s, ": \"set tabs\" <Enter>");
    cr_expect(shows("there is no setting \"tabs\""));
}

Test(cmdline, an_unambiguous_beginning_is_enough)
{
    ui_stage_press(&s, ":st");
    cr_expect(shows("0 of 3 done, 0 today, 3 waiting"));
}

Test(cmdline, a_line_longer_than_the_screen_scrolls_sideways)
{
    ui_stage_press(&s, ":");
    for (int i = 0; i < 30; i++)
        ui_stage_press(&s, "\"0123456789\"");
    cr_expect(lt(int, s.screen.grid.cursor_col, 80));
    cr_expect(shows("0123456789"));
}

Test(cmdline, save_screen_and_save_model_write_files)
{
    char dir[] = "/tmp/assay-ui-XXXXXX", line[100], text[200] = "";
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(line, sizeof line, ":save-screen %s/screen", dir);
    ui_stage_press(&s, line);
    snprintf(line, sizeof line, ":save-model %s/model", dir);
    ui_stage_press(&s, line);
    snprintf(line, sizeof line, "%s/screen", dir);
    FILE *f = fopen(line, "r");
    cr_assert(f != NULL);
    cr_expect(fgets(text, sizeof text, f) != NULL);
    cr_expect(strstr(text, "assay  helpsteer2 · sample") != NULL);
    fclose(f);
    unlink(line);
    snprintf(line, sizeof line, "%s/model", dir);
    f = fopen(line, "r");
    cr_assert(f != NULL);
    cr_expect(fgets(text, sizeof text, f) != NULL);
    cr_expect(eq(str, text, "view annotate\n"));
    fclose(f);
    unlink(line);
    rmdir(dir);
}

Test(cmdline, quit_leaves_from_anywhere)
{
    ui_stage_press(&s, "?");
    struct err err;
    cr_expect(screen_command(&s.screen, "q", &err));
    cr_expect(s.screen.left);
    cr_expect(eq(int, s.host.last.kind, ACT_LEAVE));
}

Test(cmdline, resize_is_only_for_runs_without_a_terminal)
{
    struct err err;
    cr_expect(screen_command(&s.screen, "resize 120x40", &err));
    cr_expect(eq(int, s.screen.grid.cols, 120));
    cr_expect(eq(int, s.screen.grid.rows, 40));
    cr_expect(not(screen_command(&s.screen, "resize 0x40", &err)));
    cr_expect(not(screen_command(&s.screen, "resize 120", &err)));
    s.screen.resizable = false;
    cr_expect(not(screen_command(&s.screen, "resize 100x30", &err)));
    cr_expect(strstr(err.text, "the size is the terminal's") != NULL);
}
