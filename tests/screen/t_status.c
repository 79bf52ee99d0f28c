/* `status --watch` in a terminal: drawn anew when somebody works, ended by Ctrl-C. */
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

static const char *const env[] = {"ASSAY_ANNOTATOR=ada", NULL};

#define RUN(folder, ...)                                                                                               \
    do {                                                                                                               \
        struct program p = program_run((const char *const[]){program_assay(), __VA_ARGS__, NULL}, env, folder, NULL);  \
        cr_assert(eq(int, p.status, 0), "%s", p.err.ptr);                                                              \
        program_free(&p);                                                                                              \
    } while (0)

Test(status, watching_shows_what_others_do_until_ctrl_c)
{
    char *folder = temp_make();
    struct buf path = BUF_INIT;
    buf_addf(&path, "%s/items.jsonl", folder);
    file_write(path.ptr, "{\"prompt\":\"q\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}]}\n");
    RUN(folder, "init");
    RUN(folder, "import", "items.jsonl");
    struct terminal *t =
        terminal_start((const char *const[]){program_assay(), "status", "--watch", "1", NULL}, env, folder, 24, 100);
    terminal_expect(t, "items                          1          0          0");
    RUN(folder, "judge", "next", "--skip", "broken");
    terminal_expect(t, "items                          1          0          1");
    terminal_send(t, "\003");
    cr_expect(eq(int, terminal_wait(t), 128 + SIGINT));
    terminal_close(t);
    buf_free(&path);
    temp_remove(folder);
}

Test(status, watching_needs_a_terminal)
{
    struct program p =
        program_run((const char *const[]){program_assay(), "status", "--watch", "1", NULL}, env, "/", NULL);
    cr_expect(eq(int, p.status, 2));
    cr_expect(ne(ptr, strstr(p.err.ptr, "--watch draws on a terminal"), NULL), "%s", p.err.ptr);
    program_free(&p);
}
