/* The real program under random keys, sizes and signals: it ends only when it was asked to, gives the terminal back,
 * and leaves the workspace in order. SOAK_EVENTS=N sets how many events (make soak). */
#include "core/base/buf.h"
#include "core/base/rng.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* No editor that would wait; a folder of its own for whatever commands write. */
static const char *const env[] = {"ASSAY_ANNOTATOR=ada", "EDITOR=/bin/true", NULL};

static char *folder;

static void run(const char *command, const char *word)
{
    struct program p = program_run((const char *const[]){program_assay(), command, word, NULL}, env, folder, NULL);
    cr_assert(eq(int, p.status, 0), "assay %s: %s%s", command, p.out.ptr, p.err.ptr);
    program_free(&p);
}

static void make_workspace(void)
{
    struct buf path = BUF_INIT, items = BUF_INIT;
    folder = temp_make();
    buf_addf(&path, "%s/items.jsonl", folder);
    for (int i = 0; i < 40; i++)
        buf_addf(&items,
                 "{\"prompt\":\"Question %d?\",\"responses\":[{\"text\":\"Yes, **%d**.\\n\\nA second paragraph.\"},"
                 "{\"text\":\"No \\u001b[31m\\u202e.\"}],\"judgement\":{\"annotator\":\"bo\",\"preference\":%d}}\n",
                 i, i, i % 3 + 1);
    file_write(path.ptr, items.ptr);
    run("init", NULL);
    run("import", "items.jsonl");
    buf_free(&path);
    buf_free(&items);
}

static void remove_workspace(void)
{
    temp_remove(folder);
}

TestSuite(soak, .init = make_workspace, .fini = remove_workspace);

static void send_key(struct terminal *t, struct rng *rng)
{
    static const char *const special[] = {"\r",       "\033",
                                          "\t",       "\033[A",
                                          "\033[B",   "\033[C",
                                          "\033[D",   "\033OP",
                                          "\033OQ",   "\033OR",
                                          "\033OS",   "\033[15~",
                                          "\033[17~", "\033[18~",
                                          "\033[19~", "\033[20~",
                                          "\033[5~",  "\033[6~",
                                          "\177",     "\x1a",
                                          "\x0c",     "\033[200~a\tb\033[201~",
                                          "\xc3\xa9", "\xf0\x9f"};
    char byte[2] = {(char)(0x20 + rng_below(rng, 0x5f)), '\0'};
    terminal_send(t, rng_below(rng, 3) > 0 ? byte : special[rng_below(rng, sizeof special / sizeof *special)]);
}

static void send_event(struct terminal *t, struct rng *rng)
{
    switch (rng_below(rng, 100)) {
    case 0:
        terminal_resize(t, 1 + (int)rng_below(rng, 60), 1 + (int)rng_below(rng, 220));
        break;
    case 1:
    case 2:
        terminal_resize(t, 24, 80);
        break;
    case 3:
        kill(terminal_pid(t), rng_below(rng, 2) ? SIGCONT : SIGWINCH);
        break;
    case 4:
        kill(terminal_pid(t), SIGSTOP);
        kill(terminal_pid(t), SIGCONT);
        break;
    default:
        send_key(t, rng);
    }
}

/* Until it was left, by a key or by `end`. */
static void live(struct rng *rng, long *events, long most, int end)
{
    struct terminal *t = terminal_start((const char *const[]){program_assay(), NULL}, env, folder, 24, 80);
    bool open = true;
    terminal_expect(t, "? all");
    for (; *events < most && open; ++*events) {
        send_event(t, rng);
        open = terminal_pump(t, rng_below(rng, 8) == 0 ? 2 : 0);
    }
    if (open)
        kill(terminal_pid(t), end);
    int status = terminal_wait(t);
    /* A signal that comes while it is being left already, by a key, finds the handlers gone. */
    cr_expect(status == 0 || (open && (status == 1 || status == 128 + end)), "it ended with %d after %ld events",
              status, *events);
    cr_expect(terminal_has_echo(t), "the terminal is as it was");
    cr_expect(not(terminal_shows(t, "fault of its own")));
    terminal_close(t);
}

Test(soak, random_keys_sizes_and_signals_break_nothing, .timeout = 7200)
{
    const char *asked = getenv("SOAK_EVENTS"), *seed = getenv("ASSAY_SEED");
    long most = asked != NULL ? strtol(asked, NULL, 10) : 600, events = 0;
    struct rng rng;
    rng_seed(&rng, seed != NULL ? strtoull(seed, NULL, 10) : 20261123);
    for (int lives = 0; events < most; lives++)
        live(&rng, &events, events + 2000 < most ? events + 2000 : most, lives % 2 == 0 ? SIGTERM : SIGHUP);
    run("check", NULL);
}
