/* `assay` alone in terminals of several kinds: the dashboard, a view and back, the terminal as it was. */
#include "core/base/buf.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const plain[] = {"ASSAY_ANNOTATOR=ada", NULL};

#define RUN(folder, ...)                                                                                               \
    do {                                                                                                               \
        struct program p =                                                                                             \
            program_run((const char *const[]){program_assay(), __VA_ARGS__, NULL}, plain, folder, NULL);               \
        cr_assert(eq(int, p.status, 0), "%s", p.err.ptr);                                                              \
        program_free(&p);                                                                                              \
    } while (0)

static char *workspace(void)
{
    char *folder = temp_make();
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/items.jsonl", folder);
    file_write(path.ptr, "{\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"Volta\"},{\"text\":\"None\"}]}\n");
    RUN(folder, "init");
    RUN(folder, "import", "items.jsonl");
    buf_free(&path);
    return folder;
}

Test(workbench, it_works_in_terminals_of_every_usual_kind)
{
    static const char *const kinds[] = {"TERM=xterm-256color", "TERM=xterm",         "TERM=screen-256color",
                                        "TERM=screen",         "TERM=tmux-256color", "TERM=linux",
                                        "TERM=vt100"};
    char *folder = workspace();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *const env[] = {kinds[i], "ASSAY_ANNOTATOR=ada", NULL};
        struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, env, folder, 24, 80);
        terminal_expect(t, "1 waiting for you");
        terminal_send(t, "a");
        terminal_expect(t, "Name a river.");
        terminal_send(t, "q");
        terminal_expect(t, "1 waiting for you");
        terminal_send(t, "q");
        cr_expect(eq(int, terminal_wait(t), 0), "%s", kinds[i]);
        terminal_close(t);
    }
    temp_remove(folder);
}

Test(workbench, without_a_workspace_it_says_what_to_type_and_leaves_nothing)
{
    char *folder = temp_make();
    struct buf path = BUF_INIT;
    struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, plain, folder, 24, 80);
    terminal_expect(t, "assay init");
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    buf_addf(&path, "%s/workspace.assay", folder);
    cr_expect(ne(int, access(path.ptr, F_OK), 0), "looking made no workspace");
    buf_free(&path);
    temp_remove(folder);
}

Test(workbench, what_was_typed_is_there_the_next_time)
{
    char *folder = workspace();
    for (int run = 0; run < 2; run++) {
        struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, plain, folder, 24, 80);
        terminal_expect(t, "1 waiting for you");
        terminal_send(t, run == 0 ? ":set theme mono\r" : ":\033[A");
        if (run == 1)
            terminal_expect(t, ":set theme mono");
        terminal_send(t, run == 0 ? "q" : "\003q");
        cr_expect(eq(int, terminal_wait(t), 0));
        terminal_close(t);
    }
    temp_remove(folder);
}

Test(workbench, an_unknown_theme_or_keymap_is_refused_before_the_screen_is_touched)
{
    char *folder = workspace();
    const char *const theme[] = {"ASSAY_THEME=pink", NULL};
    struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, theme, folder, 24, 80);
    terminal_expect(t, "there is no theme \"pink\"; there are plain, dark, light, mono");
    cr_expect(eq(int, terminal_wait(t), 2));
    terminal_close(t);
    t = terminal_start((const char *const[]){program_assay(), "annotate", "--keymap", "dvorak", NULL}, plain, folder,
                       24, 80);
    terminal_expect(t, "there is no keymap \"dvorak\"; there are azerty, default, numpad");
    cr_expect(eq(int, terminal_wait(t), 2));
    terminal_close(t);
    temp_remove(folder);
}
