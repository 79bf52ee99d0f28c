#include "ui/term_signal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int events[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { EVENTS = sizeof events / sizeof *events, CRASHES = sizeof crashes / sizeof *crashes };

/* The one state that signal handlers can reach. */
static struct {
    int pipe[2];
    int out_fd;
    bool have_modes;
    struct termios modes;
    volatile sig_atomic_t screen_ours;
    struct sigaction old_events[EVENTS], old_crashes[CRASHES];
} state = {.pipe = {-1, -1}};

static void on_event(int signal)
{
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    ssize_t ignored = write(state.pipe[1], &byte, 1); /* a full pipe holds enough events already */
    (void)ignored;
    errno = saved;
}

static void say(const char *text)
{
    ssize_t ignored = write(state.out_fd, text, strlen(text));
    (void)ignored;
}

/* Only what is safe in a handler: bytes and modes. Ends the reports of mouse and pastes, the attributes, the other
 * screen; shows the cursor. */
static void put_screen_back(void)
{
    if (!state.screen_ours)
        return;
    state.screen_ours = 0;
    say("\033[?1006l\033[?1000l\033[?2004l\033[0m\033[?1049l\033[?25h\r\n");
    if (state.have_modes)
        tcsetattr(state.out_fd, TCSANOW, &state.modes);
}

static void on_crash(int signal)
{
    if (state.screen_ours) {
        put_screen_back();
        say("assay has ended through a fault of its own; everything you entered is saved.\n");
    }
    /* SA_RESETHAND has set the default: the signal ends the process when this handler returns. */
    raise(signal);
}

static void on_bug(void)
{
    put_screen_back();
}

bool term_signal_open(int out_fd, struct err *err)
{
    state.out_fd = out_fd;
    state.have_modes = tcgetattr(out_fd, &state.modes) == 0;
    if (pipe(state.pipe) != 0)
        return err_errno(err, "signals cannot be received");
    for (int i = 0; i < 2; i++) {
        fcntl(state.pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(state.pipe[i], F_SETFD, FD_CLOEXEC);
    }
    struct sigaction act = {.sa_handler = on_event, .sa_flags = SA_RESTART};
    sigemptyset(&act.sa_mask);
    for (int i = 0; i < EVENTS; i++)
        sigaction(events[i], &act, &state.old_events[i]);
    act = (struct sigaction){.sa_handler = on_crash, .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
    sigemptyset(&act.sa_mask);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &act, &state.old_crashes[i]);
    bug_hook = on_bug;
    return true;
}

int term_signal_fd(void)
{
    return state.pipe[0];
}

enum term_event term_signal_next(int *signal)
{
    unsigned char byte;
    if (read(state.pipe[0], &byte, 1) != 1)
        return TERM_EVENT_NONE;
    *signal = byte;
    switch (byte) {
    case SIGWINCH:
        return TERM_EVENT_RESIZE;
    case SIGTSTP:
        return TERM_EVENT_SUSPEND;
    case SIGCONT:
        return TERM_EVENT_RESUME;
    default:
        return TERM_EVENT_STOP;
    }
}

void term_signal_screen(bool ours)
{
    state.screen_ours = ours;
}

void term_signal_close(void)
{
    for (int i = 0; i < EVENTS; i++)
        sigaction(events[i], &state.old_events[i], NULL);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &state.old_crashes[i], NULL);
    bug_hook = NULL;
    for (int i = 0; i < 2; i++) {
        close(state.pipe[i]);
        state.pipe[i] = -1;
    }
}
