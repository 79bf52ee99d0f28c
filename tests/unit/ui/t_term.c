/* The terminal at the other end of a pseudo-terminal: what is sent for a key, and what keys are read. */
#include "ui/term.h"

#include "tests/support/ui_host.h"
#include "ui/loop.h"
#include "ui/term_signal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct {
    int master;
    FILE *in, *out;
    struct term *term;
    struct buf sent;
} tty;

/* A small pipe would block the program when it draws, so what it sends is read after every step. */
static size_t drain(void)
{
    char block[4096];
    size_t before = tty.sent.len;
    struct pollfd p = {.fd = tty.master, .events = POLLIN};
    while (poll(&p, 1, 0) > 0 && (p.revents & POLLIN) != 0) {
        ssize_t n = read(tty.master, block, sizeof block);
        if (n <= 0)
            break;
        buf_add(&tty.sent, block, (size_t)n);
    }
    return tty.sent.len - before;
}

static void open_tty(void)
{
    int slave;
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TERM", "xterm-256color", 1);
    unsetenv("NO_COLOR");
    cr_assert(eq(int, openpty(&tty.master, &slave, NULL, NULL, &size), 0));
    tty.in = fdopen(slave, "r");
    tty.out = fdopen(dup(slave), "w");
    tty.sent = BUF_INIT;
    struct err err;
    tty.term = term_open(tty.in, tty.out, UI_COLOR_AUTO, &err);
    cr_assert(tty.term != NULL, "%s", err.text);
}

static void close_tty(void)
{
    term_close(tty.term);
    fclose(tty.in);
    fclose(tty.out);
    close(tty.master);
    buf_free(&tty.sent);
}

TestSuite(term, .init = open_tty, .fini = close_tty);

/* Send bytes and wait until something comes of them. */
static struct input typed(const char *bytes, size_t n)
{
    cr_assert(eq(sz, (size_t)write(tty.master, bytes, n), n));
    struct pollfd p = {.fd = term_fd(tty.term), .events = POLLIN};
    poll(&p, 1, 5000);
    return term_read(tty.term);
}

static void expect_key(const char *bytes, const char *name)
{
    char got[KEY_NAME_SIZE];
    struct input in = typed(bytes, strlen(bytes));
    cr_assert(eq(int, in.kind, INPUT_KEY), "%s", name);
    key_spell(in.key, got);
    cr_expect(eq(str, got, (char *)name));
}

Test(term, keys_come_as_their_names)
{
    expect_key("a", "a");
    expect_key("é", "é");
    expect_key("空", "空");
    expect_key("\r", "<Enter>");
    expect_key("\t", "<Tab>");
    expect_key("\x7f", "<BS>");
    expect_key("\x12", "<C-r>");
    expect_key("\x1a", "<C-z>");
    expect_key("\x03", "<C-c>");
    expect_key("\033", "<Esc>");
    expect_key("\033OA", "<Up>");
    expect_key("\033[5~", "<PgUp>");
    expect_key("\033OP", "<F1>");
    expect_key("\033[1;5D", "<C-Left>");
    cr_expect(eq(int, term_read(tty.term).kind, INPUT_NONE));
}

Test(term, a_sequence_of_another_terminal_is_one_key_and_never_digits)
{
    expect_key("\033[1~", "<Home>");
    expect_key("\033[8~", "<End>");
    expect_key("\033Os", "3");
    expect_key("\033[1;3;4q", "<Other>");
    expect_key("\033[<0;10;20M", "<Click>");
    expect_key("\033[24;5~", "<Other>");
    cr_expect(eq(int, term_read(tty.term).kind, INPUT_NONE));
    expect_key("\033[4", "<Other>");
    expect_key("\033[", "<Esc>");
    struct input in = term_read(tty.term);
    cr_expect(in.kind == INPUT_KEY && in.key.code == '[');
}

Test(term, bytes_that_are_no_text_swallow_nothing_that_follows)
{
    static const char *const bytes[] = {"\xe9\x34", "\xc3\x34", "\xe7\xa9\x34"};
    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
        struct input in = typed(bytes[i], strlen(bytes[i]));
        cr_assert(eq(int, in.kind, INPUT_KEY));
        cr_expect(eq(u32, in.key.code, 0xfffd));
        in = term_read(tty.term);
        cr_assert(eq(int, in.kind, INPUT_KEY));
        cr_expect(eq(u32, in.key.code, '4'));
    }
}

Test(term, a_paste_is_one_event_with_all_its_text)
{
    static const char bytes[] = "\033[200~4 q\r空\033[201~x";
    struct input in = typed(bytes, strlen(bytes));
    cr_assert(eq(int, in.kind, INPUT_PASTE));
    cr_expect(eq(str, (char *)in.text, "4 q\r空"));
    in = term_read(tty.term);
    cr_expect(in.kind == INPUT_KEY && in.key.code == 'x');
}

Test(term, a_paste_in_two_pieces_waits_for_its_end)
{
    cr_expect(eq(int, typed("\033[200~one ", 10).kind, INPUT_NONE));
    cr_expect(gt(int, term_wait_ms(tty.term), 0));
    struct input in = typed("two\033[201~", 9);
    cr_assert(eq(int, in.kind, INPUT_PASTE));
    cr_expect(eq(str, (char *)in.text, "one two"));
    cr_expect(eq(int, term_wait_ms(tty.term), 0));
}

Test(term, a_closed_terminal_is_noticed)
{
    close(tty.master);
    cr_expect(eq(int, term_read(tty.term).kind, INPUT_CLOSED));
    tty.master = dup(0);
}

Test(term, it_starts_paste_mode_and_ends_it)
{
    drain();
    cr_expect(strstr(tty.sent.ptr, "\033[?2004h") != NULL);
    term_close(tty.term);
    tty.term = NULL;
    buf_reset(&tty.sent);
    drain();
    cr_expect(strstr(tty.sent.ptr, "\033[?2004l") != NULL);
    cr_expect(strstr(tty.sent.ptr, "\033[?1049l") != NULL);
    struct termios modes;
    cr_assert(eq(int, tcgetattr(fileno(tty.in), &modes), 0));
    cr_expect(eq(u32, modes.c_lflag & (ECHO | ICANON), ECHO | ICANON), "the modes are as before");
}

Test(term, a_crash_gives_the_terminal_back_and_says_so)
{
    drain();
    buf_reset(&tty.sent);
    pid_t child = fork();
    if (child == 0) {
        raise(SIGSEGV);
        _exit(0);
    }
    int status;
    cr_assert(eq(int, (int)waitpid(child, &status, 0), (int)child));
    bool killed = WIFSIGNALED(status);
    cr_expect(killed, "it still dies of the signal");
    drain();
    cr_expect(strstr(tty.sent.ptr, "\033[?1049l") != NULL);
    cr_expect(strstr(tty.sent.ptr, "everything you entered is saved") != NULL, "%s", tty.sent.ptr);
    struct termios modes;
    cr_assert(eq(int, tcgetattr(fileno(tty.in), &modes), 0));
    cr_expect(eq(u32, modes.c_lflag & (ECHO | ICANON), ECHO | ICANON));
}

Test(term, the_size_follows_the_terminal)
{
    int rows, cols, signal;
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    ioctl(tty.master, TIOCSWINSZ, &size);
    raise(SIGWINCH);
    cr_expect(eq(int, term_signal_next(&signal), TERM_EVENT_RESIZE));
    term_update_size(tty.term);
    term_size(tty.term, &rows, &cols);
    cr_expect(eq(int, rows, 40));
    cr_expect(eq(int, cols, 120));
    raise(SIGTERM);
    cr_expect(eq(int, term_signal_next(&signal), TERM_EVENT_STOP));
    cr_expect(eq(int, signal, SIGTERM));
    cr_expect(eq(int, term_signal_next(&signal), TERM_EVENT_NONE));
}

/* Every cell of one item rated, the preference given, the next one begun: bytes of the key that sent most. */
static size_t most_for_a_judgement(enum theme theme, int rows, int cols)
{
    struct ui_stage s;
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    size_t most = 0;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, rows, cols, false);
    ioctl(tty.master, TIOCSWINSZ, &size);
    term_update_size(tty.term);
    term_theme(tty.term, theme, true);
    term_show(tty.term, &s.screen.grid, true);
    drain();
    for (int i = 0; i < 14; i++) {
        if (i == 12) {
            ui_stage_press(&s, "<Enter>"); /* another item: all of it is sent, with a message that goes again */
            term_show(tty.term, &s.screen.grid, false);
            drain();
        }
        ui_stage_press(&s, i < 10 || i >= 12 ? "3" : ">");
        cr_expect(gt(int, term_show(tty.term, &s.screen.grid, false), 0));
        size_t n = drain();
        cr_expect(lt(sz, n, 400), "%s, %d x %d: key %d sent %zu bytes", theme_name(theme), cols, rows, i, n);
        most = n > most ? n : most;
    }
    cr_expect(eq(int, term_show(tty.term, &s.screen.grid, false), 0));
    cr_expect(eq(sz, drain(), 0), "an idle screen sends nothing");
    ui_stage_free(&s);
    return most;
}

#define X(id, name, help)                                                                                              \
    Test(term, a_rating_key_sends_little_in_##id)                                                                      \
    {                                                                                                                  \
        cr_expect(gt(sz, most_for_a_judgement(THEME_##id, 24, 80), 0));                                                \
        most_for_a_judgement(THEME_##id, 40, 120);                                                                     \
        most_for_a_judgement(THEME_##id, 50, 200);                                                                     \
    }
THEMES(X)
#undef X

Test(term, a_character_typed_sends_next_to_nothing)
{
    struct ui_stage s;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    ui_stage_press(&s, "i \"word\"");
    term_show(tty.term, &s.screen.grid, true);
    drain();
    ui_stage_press(&s, "x");
    term_show(tty.term, &s.screen.grid, false);
    cr_expect(lt(sz, drain(), 60));
    ui_stage_free(&s);
}

Test(term, what_the_terminal_would_draw_otherwise_becomes_a_question_mark)
{
    struct grid g = {0};
    grid_resize(&g, 24, 80);
    drain();
    buf_reset(&tty.sent);
    /* A cell that says it is narrow and holds something wide; nothing of ours makes one. */
    memcpy(g.cells[0].text, "空", sizeof "空");
    g.cells[0].width = 1;
    term_show(tty.term, &g, true);
    drain();
    cr_expect(strstr(tty.sent.ptr, "空") == NULL);
    cr_expect(strchr(tty.sent.ptr, '?') != NULL);
    grid_release(&g);
}

Test(term, the_loop_runs_a_script_on_a_terminal)
{
    struct ui_stage s;
    struct err err;
    static const char text[] = "4 3\n<\n";
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    struct script *script = script_parse(text, strlen(text), "script", &err);
    cr_assert(script != NULL);
    cr_expect(loop_run(&s.screen, tty.term, script, &err), "%s", err.text);
    cr_expect(eq(str, s.host.log, "rate rate prefer leave"));
    drain();
    cr_expect(strstr(tty.sent.ptr, "Helpfulness") != NULL);
    script_free(script);
    ui_stage_free(&s);
}

Test(term, the_loop_ends_at_a_signal_and_says_that_all_is_saved)
{
    struct ui_stage s;
    struct err err;
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    raise(SIGHUP);
    cr_expect(not(loop_run(&s.screen, tty.term, NULL, &err)));
    cr_expect(eq(int, err.kind, ERR_STOPPED));
    cr_expect(strstr(err.text, "everything is saved") != NULL);
    cr_expect(eq(str, s.host.log, "leave"));
    ui_stage_free(&s);
}

Test(term_refused, a_terminal_that_cannot_place_a_cursor_is_refused_in_one_sentence)
{
    static const char *const names[] = {"dumb", ""};
    int master, slave;
    cr_assert(eq(int, openpty(&master, &slave, NULL, NULL, NULL), 0));
    FILE *in = fdopen(slave, "r"), *out = fdopen(dup(slave), "w");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct err err = {0};
        setenv("TERM", names[i], 1);
        cr_expect(term_open(in, out, UI_COLOR_AUTO, &err) == NULL, "%s", names[i]);
        cr_expect(eq(int, err.kind, ERR_USAGE));
        cr_expect(strstr(err.text, "TERM=") != NULL);
    }
    fclose(in);
    fclose(out);
    close(master);
}
