/* Signals in a real terminal: stopped and gone on with, in a shell with job control; a fault; the terminal as it was.
 */
#include "core/base/buf.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>

static const char *const plain[] = {"ASSAY_ANNOTATOR=ada", NULL};

static char *folder;

static void run(const char *command, const char *word)
{
    struct program p = program_run((const char *const[]){program_assay(), command, word, NULL}, plain, folder, NULL);
    cr_assert(eq(int, p.status, 0), "%s", p.err.ptr);
    program_free(&p);
}

static void make_workspace(void)
{
    struct buf path = BUF_INIT;
    folder = temp_make();
    buf_addf(&path, "%s/items.jsonl", folder);
    file_write(path.ptr, "{\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"Volta\"},{\"text\":\"None\"}]}\n");
    run("init", NULL);
    run("import", "items.jsonl");
    buf_free(&path);
}

static void remove_workspace(void)
{
    temp_remove(folder);
}

TestSuite(signals, .init = make_workspace, .fini = remove_workspace);

static struct terminal *open_dashboard(void)
{
    struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, plain, folder, 24, 80);
    terminal_expect(t, "1 waiting for you");
    terminal_expect(t, "? all"); /* drawn last */
    return t;
}

/* The prompt alone does not tell: the shell's screen, which had one before, comes back a little earlier than its modes.
 */
static void expect_shell(struct terminal *t)
{
    terminal_expect(t, "ready>");
    for (int ms = 0; !terminal_has_echo(t); ms += 20) {
        cr_assert(lt(int, ms, TERMINAL_PATIENCE_MS), "the modes are not those of the shell");
        cr_assert(terminal_pump(t, 20), "the shell has ended");
    }
}

Test(signals, stopped_the_terminal_is_the_shells_and_back_it_is_painted_at_its_new_size)
{
    struct buf program = BUF_INIT;
    buf_addf(&program, "ASSAY=%s", program_assay());
    const char *const env[] = {"ASSAY_ANNOTATOR=ada", "PS1=ready> ", program.ptr, NULL};
    struct terminal *t = terminal_start((const char *const[]){"/bin/sh", "-i", NULL}, env, folder, 24, 80);
    terminal_expect(t, "ready>");
    terminal_send(t, "\"$ASSAY\"\r");
    terminal_expect(t, "1 waiting for you");
    terminal_expect(t, "? all");
    cr_expect(not(terminal_has_echo(t)));
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            terminal_send(t, "a");
            terminal_expect(t, "Name a river.");
        }
        terminal_send(t, "\032"); /* Ctrl-Z */
        terminal_expect(t, "Stopped");
        expect_shell(t);
        cr_expect(not(terminal_shows(t, "? all")), "so is the screen");
        terminal_send(t, i == 0 ? "echo he''re\r" : "echo th''ere\r");
        terminal_expect(t, i == 0 ? "here" : "there");
        terminal_resize(t, 30 + 10 * i, 100 + 20 * i);
        terminal_send(t, "fg\r");
        terminal_expect(t, i == 0 ? ": command" : "Space - page"); /* there is room for it now */
        terminal_expect(t, "? all");
        cr_expect(not(terminal_has_echo(t)));
        cr_expect(not(terminal_shows(t, "ready>")), "nothing of the shell is left");
    }
    terminal_send(t, "qq");
    expect_shell(t);
    terminal_send(t, "exit\r");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
    buf_free(&program);
}

Test(signals, frozen_and_thawed_it_paints_all_of_it_again)
{
    struct terminal *t = open_dashboard();
    cr_assert(eq(int, kill(terminal_pid(t), SIGSTOP), 0));
    terminal_resize(t, 40, 120);
    cr_assert(eq(int, kill(terminal_pid(t), SIGCONT), 0));
    terminal_expect(t, ": command");
    size_t before = terminal_bytes(t);
    cr_assert(eq(int, kill(terminal_pid(t), SIGCONT), 0)); /* somebody else may have written on it */
    while (terminal_bytes(t) < before + 500)
        cr_assert(terminal_pump(t, TERMINAL_PATIENCE_MS));
    terminal_send(t, "q");
    cr_expect(eq(int, terminal_wait(t), 0));
    terminal_close(t);
}

Test(signals, a_fault_gives_the_terminal_back_with_one_line_that_says_so)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct terminal *t = open_dashboard();
        terminal_send(t, "a3");
        terminal_expect(t, "[.]");
        terminal_expect(t, "saved");
        cr_assert(eq(int, kill(terminal_pid(t), faults[i]), 0));
        cr_expect(eq(int, terminal_wait(t), 128 + faults[i]), "it still dies of the signal");
        cr_expect(terminal_shows(t, "assay has ended through a fault of its own; everything you entered is saved."));
        cr_expect(not(terminal_shows(t, "Correctness")), "the screen is the one before");
        cr_expect(terminal_has_echo(t));
        terminal_close(t);
        run("check", NULL);
    }
}

Test(signals, what_ends_it_ends_it_in_good_order)
{
    static const int ends[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct terminal *t = open_dashboard();
        cr_assert(eq(int, kill(terminal_pid(t), ends[i]), 0));
        cr_expect(eq(int, terminal_wait(t), 1));
        cr_expect(terminal_shows(t, "everything is saved"));
        cr_expect(terminal_has_echo(t));
        terminal_close(t);
    }
}
