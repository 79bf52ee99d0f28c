#include "ui/view_help.h"

#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(view_help, every_request_has_a_key_in_some_view_and_its_help_tells_it)
{
    struct ui_stage s;
    struct buf text = BUF_INIT;
    ui_stage_init(&s, "helpsteer2");
    for (int map = 0; map < KEYMAP_COUNT; map++)
        help_text(s.keys, (enum keymap)map, NULL, &text);
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++)
        cr_expect(strstr(text.ptr, request_help((enum request)r)) != NULL, "%s", request_name((enum request)r));
    buf_free(&text);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_free(&s);
}

Test(view_help, no_line_is_wider_than_the_narrowest_screen)
{
    struct ui_stage s;
    struct buf text = BUF_INIT;
    ui_stage_init(&s, "helpsteer2");
    help_text(s.keys, KEYMAP_ANNOTATE, NULL, &text);
    for (const char *line = text.ptr; *line != '\0'; line += strcspn(line, "\n") + 1)
        cr_expect(le(sz, safe_width(line, strcspn(line, "\n")), 78), "%.100s", line);
    buf_free(&text);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_free(&s);
}

Test(view_help, it_follows_the_live_bindings)
{
    static const char own[] = "annotate u none\nannotate <F5> undo\n";
    struct ui_stage s;
    struct err err;
    ui_stage_init(&s, "helpsteer2");
    cr_assert(keys_parse(s.keys, own, strlen(own), "own", &err));
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 60, 100, false);
    cr_expect(strstr(ui_stage_text(&s), "F5 undo") != NULL, "the strip follows");
    ui_stage_press(&s, "?");
    cr_expect(strstr(ui_stage_text(&s), "F5                    take back the last thing") != NULL);
    ui_stage_press(&s, "G");
    cr_expect(strstr(ui_stage_text(&s), ":goto ID") != NULL, "the commands of the view below are there");
    cr_expect(strstr(ui_stage_text(&s), ":save-screen FILE") != NULL);
    ui_stage_press(&s, "q");
    cr_expect(strstr(ui_stage_text(&s), "every key") == NULL, "q goes back");
    cr_expect(not(s.screen.left));
    ui_stage_free(&s);
}

Test(view_help, titles_look_like_titles)
{
    struct ui_stage s;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, "?");
    struct buf styles = BUF_INIT;
    screen_draw(&s.screen);
    grid_dump_styles(&s.screen.grid, &styles);
    const char *second = strchr(styles.ptr, '\n') + 1;
    cr_expect(eq(int, strncmp(second, " tttttt\n", 8), 0), "%.80s", second); /* rating */
    cr_expect(eq(ptr, strchr(strchr(second, '\n') + 1, 't'), NULL), "its rows do not, down to the strip");
    buf_free(&styles);
    ui_stage_free(&s);
}

Test(view_help, a_pager_scrolls_to_its_ends_and_says_so)
{
    struct ui_stage s;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, "? k");
    cr_expect(strstr(ui_stage_text(&s), "There is no more.") != NULL);
    ui_stage_press(&s, "<Space> - j <C-d> <C-u> k G");
    cr_expect(strstr(ui_stage_text(&s), "save-model FILE") != NULL);
    ui_stage_press(&s, "g");
    cr_expect(strstr(ui_stage_text(&s), " rating") != NULL);
    ui_stage_press(&s, "x");
    cr_expect(strstr(ui_stage_text(&s), "x does nothing here") != NULL);
    ui_stage_free(&s);
}

Test(view_help, the_wheel_scrolls_three_lines)
{
    struct ui_stage s;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, "? <WheelDown>");
    cr_expect(strstr(ui_stage_model(&s), "scroll 3 of") != NULL);
    ui_stage_press(&s, "<WheelUp>");
    cr_expect(strstr(ui_stage_model(&s), "scroll 0 of") != NULL);
    screen_click(&s.screen, 3, 3);
    cr_expect(not(s.screen.error), "a click where it means nothing is no mistake");
    ui_stage_free(&s);
}
