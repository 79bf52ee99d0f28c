#include "tests/support/terminal.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/support/picture.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <vterm.h>

struct terminal {
    pid_t pid;
    int fd;
    int rows, cols;
    size_t bytes;
    bool reaped;
    int status;
    VTerm *vt;
    VTermScreen *screen;
};

/* Answers of the emulated terminal (cursor position reports and the like) go back to the program. */
static void answer(const char *s, size_t n, void *ctx)
{
    struct terminal *t = ctx;
    if (write(t->fd, s, n) < 0 && errno != EIO)
        cr_log_warn("the terminal's answer was lost");
}

struct terminal *terminal_start(const char *const *argv, const char *const *env, const char *cwd, int rows, int cols)
{
    struct terminal *t = mem_alloc(sizeof *t);
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    const char *with_term[32] = {"TERM=xterm-256color"};
    size_t n = 1;
    for (; env != NULL && *env != NULL && n < 31; env++)
        with_term[n++] = *env;
    char **environment = program_environment(with_term, cwd);
    t->pid = forkpty(&t->fd, NULL, NULL, &size);
    cr_assert(t->pid >= 0, "forkpty: %s", strerror(errno));
    if (t->pid == 0) {
        if (chdir(cwd) != 0)
            _exit(126);
        program_reset_signals();
        execve(argv[0], (char *const *)(uintptr_t)argv, environment);
        _exit(127);
    }
    for (char **e = environment; *e != NULL; e++)
        mem_free(*e);
    mem_free(environment);
    t->rows = rows;
    t->cols = cols;
    t->vt = vterm_new(rows, cols);
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, answer, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_reset(t->screen, 1);
    return t;
}

void terminal_send(struct terminal *t, const char *keys)
{
    size_t left = strlen(keys);
    while (left > 0) {
        ssize_t n = write(t->fd, keys, left);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return; /* the program has ended: whoever waits for its screen will say so */
        keys += n;
        left -= (size_t)n;
    }
}

bool terminal_pump(struct terminal *t, int ms)
{
    struct pollfd p = {t->fd, POLLIN, 0};
    char block[65536];
    int ready = poll(&p, 1, ms);
    if (ready <= 0)
        return true;
    ssize_t n = read(t->fd, block, sizeof block);
    if (n <= 0)
        return n < 0 && errno == EINTR;
    t->bytes += (size_t)n;
    vterm_input_write(t->vt, block, (size_t)n);
    return true;
}

void terminal_screen(struct terminal *t, struct buf *out)
{
    for (int row = 0; row < t->rows; row++) {
        size_t end = out->len;
        for (int col = 0; col < t->cols; col++) {
            VTermScreenCell cell;
            vterm_screen_get_cell(t->screen, (VTermPos){.row = row, .col = col}, &cell);
            if (cell.chars[0] == (uint32_t)-1)
                continue; /* the right half of a wide character */
            if (cell.chars[0] == 0) {
                buf_addc(out, ' ');
                continue;
            }
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++) {
                char utf8[4];
                buf_add(out, utf8, (size_t)utf8_encode(cell.chars[i], utf8));
            }
            if (cell.chars[0] != ' ')
                end = out->len;
        }
        buf_truncate(out, end);
        buf_addc(out, '\n');
    }
}

bool terminal_shows(struct terminal *t, const char *text)
{
    struct buf screen = BUF_INIT;
    terminal_screen(t, &screen);
    bool found = strstr(screen.ptr, text) != NULL;
    buf_free(&screen);
    return found;
}

static double now_ms(void)
{
    struct timespec s;
    clock_gettime(CLOCK_MONOTONIC, &s);
    return (double)s.tv_sec * 1e3 + (double)s.tv_nsec / 1e6;
}

void terminal_expect(struct terminal *t, const char *text)
{
    double end = now_ms() + TERMINAL_PATIENCE_MS;
    bool open = true;
    while (!terminal_shows(t, text)) {
        if (!open || now_ms() > end) {
            struct buf screen = BUF_INIT;
            terminal_screen(t, &screen);
            cr_assert(false, "\"%s\" does not come up%s; the screen is\n%s", text,
                      open ? "" : " (the program has ended)", screen.ptr);
        }
        open = terminal_pump(t, 200);
    }
}

void terminal_settle(struct terminal *t, int ms)
{
    size_t before;
    do {
        before = t->bytes;
        if (!terminal_pump(t, ms))
            return;
    } while (t->bytes != before);
}

static uint32_t rgb_of(struct terminal *t, VTermColor c, bool front)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c))
        return front ? PICTURE_FRONT : PICTURE_BACK;
    vterm_screen_convert_color_to_rgb(t->screen, &c);
    return (uint32_t)c.rgb.red << 16 | (uint32_t)c.rgb.green << 8 | c.rgb.blue;
}

static struct picture_cell picture_cell_at(struct terminal *t, int row, int col)
{
    VTermScreenCell cell;
    vterm_screen_get_cell(t->screen, (VTermPos){.row = row, .col = col}, &cell);
    if (cell.chars[0] == (uint32_t)-1)
        return (struct picture_cell){.front = PICTURE_FRONT, .back = PICTURE_BACK};
    struct picture_cell x = {.width = cell.width,
                             .front = rgb_of(t, cell.attrs.reverse ? cell.bg : cell.fg, !cell.attrs.reverse),
                             .back = rgb_of(t, cell.attrs.reverse ? cell.fg : cell.bg, cell.attrs.reverse),
                             .bold = cell.attrs.bold,
                             .underline = cell.attrs.underline != 0};
    for (int i = 0; i < PICTURE_CODES && i < VTERM_MAX_CHARS_PER_CELL; i++)
        x.code[i] = cell.chars[i];
    return x;
}

void terminal_picture(struct terminal *t, const char *title, const char *desc, struct buf *out)
{
    struct picture_cell *cell = mem_array((size_t)t->rows * (size_t)t->cols, sizeof *cell);
    for (int row = 0; row < t->rows; row++)
        for (int col = 0; col < t->cols; col++)
            cell[row * t->cols + col] = picture_cell_at(t, row, col);
    picture_svg(&(struct picture){.rows = t->rows, .cols = t->cols, .cell = cell, .title = title, .desc = desc}, out);
    mem_free(cell);
}

char terminal_left_of_cursor(struct terminal *t, int left)
{
    VTermPos at;
    VTermScreenCell cell;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &at);
    at.col -= left;
    vterm_screen_get_cell(t->screen, at, &cell);
    return (char)cell.chars[0];
}

void terminal_resize(struct terminal *t, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    t->rows = rows;
    t->cols = cols;
    vterm_set_size(t->vt, rows, cols);
    cr_assert(ioctl(t->fd, TIOCSWINSZ, &size) == 0);
}

size_t terminal_bytes(const struct terminal *t)
{
    return t->bytes;
}

bool terminal_has_echo(const struct terminal *t)
{
    struct termios modes;
    cr_assert(tcgetattr(t->fd, &modes) == 0);
    return (modes.c_lflag & ECHO) != 0 && (modes.c_lflag & ICANON) != 0;
}

pid_t terminal_pid(const struct terminal *t)
{
    return t->pid;
}

int terminal_wait(struct terminal *t)
{
    double end = now_ms() + TERMINAL_PATIENCE_MS;
    while (!t->reaped) {
        terminal_pump(t, 20);
        int status;
        if (waitpid(t->pid, &status, WNOHANG) == t->pid) {
            t->reaped = true;
            t->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        cr_assert(t->reaped || now_ms() < end, "the program does not end");
    }
    for (size_t before = t->bytes;; before = t->bytes) { /* what it wrote last */
        if (!terminal_pump(t, 0) || t->bytes == before)
            break;
    }
    return t->status;
}

void terminal_close(struct terminal *t)
{
    if (!t->reaped) {
        kill(t->pid, SIGKILL);
        waitpid(t->pid, NULL, 0);
    }
    close(t->fd);
    vterm_free(t->vt);
    mem_free(t);
}
