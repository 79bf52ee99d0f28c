/* What was typed, from one run to the next; what was said. */
#include "ui/history.h"

#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/assay-history-XXXXXX";
static char folder[100], path[120];
static struct cmdline command, search;
static struct err err;

static void make(void)
{
    cr_assert(ne(ptr, mkdtemp(dir), NULL));
    snprintf(folder, sizeof folder, "%s/state", dir);
    snprintf(path, sizeof path, "%s/history", folder);
    cmdline_init(&command, ':');
    cmdline_init(&search, '/');
}

static void clear(void)
{
    cmdline_release(&command);
    cmdline_release(&search);
    unlink(path);
    rmdir(folder);
    rmdir(dir);
}

TestSuite(history, .init = make, .fini = clear);

Test(history, what_was_typed_comes_back_in_its_order)
{
    cmdline_remember(&command, "set theme dark");
    cmdline_remember(&search, "größe");
    cmdline_remember(&command, "stats");
    cr_assert(history_write(path, &command, &search, &err), "%s", err.text);
    struct cmdline c, f;
    cmdline_init(&c, ':');
    cmdline_init(&f, '/');
    cr_assert(history_read(path, &c, &f, &err), "%s", err.text);
    cr_assert(eq(sz, c.history.n, 2));
    cr_expect(eq(str, c.history.v[0], "set theme dark"));
    cr_expect(eq(str, c.history.v[1], "stats"));
    cr_assert(eq(sz, f.history.n, 1));
    cr_expect(eq(str, f.history.v[0], "größe"));
    cmdline_release(&c);
    cmdline_release(&f);
}

Test(history, its_folder_is_for_this_user_alone)
{
    struct stat st;
    cr_assert(history_write(path, &command, &search, &err), "%s", err.text);
    cr_assert(eq(int, stat(folder, &st), 0));
    cr_expect(eq(int, (int)(st.st_mode & 077), 0));
}

Test(history, no_file_is_no_history_and_odd_lines_are_passed_over)
{
    cr_expect(history_read(path, &command, &search, &err));
    mkdir(folder, 0700);
    FILE *f = fopen(path, "w");
    fputs("\n:\nnonsense\n:one\n:bad \xff\n/two\n:one\n", f);
    fclose(f);
    cr_expect(history_read(path, &command, &search, &err), "%s", err.text);
    cr_expect(eq(sz, command.history.n, 1), "the same line twice is one");
    cr_expect(eq(sz, search.history.n, 1));
}

Test(history, a_place_that_cannot_be_written_is_an_error)
{
    cr_expect(not(history_write("/proc/none/history", &command, &search, &err)));
}

Test(messages, all_that_was_said_can_be_read_again)
{
    struct ui_stage s;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, ":messages");
    cr_expect(ne(ptr, strstr(ui_stage_text(&s), "Nothing was said yet."), NULL));
    ui_stage_press(&s, "q 9 v\n:messages");
    const char *text = ui_stage_text(&s);
    const char *refused = strstr(text, "! Helpfulness goes from 0 to 4."), *said = strstr(text, "A and B: ");
    cr_expect(ne(ptr, (void *)refused, NULL), "%s", text);
    cr_expect(ne(ptr, (void *)said, NULL));
    cr_expect(lt(ptr, (void *)said, (void *)refused), "the newest first");
    for (int i = 0; i < 3 * MESSAGES_MOST; i++)
        screen_say(&s.screen, "message %d", i);
    cr_expect(eq(sz, s.screen.messages.lines.n, MESSAGES_MOST));
    cr_expect(eq(str, s.screen.messages.lines.v[0].text, "message 400"));
    ui_stage_free(&s);
}
