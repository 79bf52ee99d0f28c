/* wcwidth() and the wide functions of curses. */
#define _XOPEN_SOURCE    700
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1 /* move(), clear() and the like stay functions */

#include "ui/term.h"

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "ui/decoder.h"
#include "ui/term_signal.h"

#include <curses.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum {
    ESC_DELAY_MS = 25,  /* a lone Esc, or the beginning of a key's sequence? */
    PASTE_GAP_MS = 500, /* a paste that says nothing for so long has lost its end */
    PASTE_MAX = 4 * 1024 * 1024
};

/* Keys of our own in curses' numbering, above its own. */
enum { CODE_PASTE_BEGIN = 0x1000, CODE_PASTE_END, CODE_CTRL_LEFT, CODE_CTRL_RIGHT };

struct term {
    SCREEN *screen;
    FILE *in, *out;
    int rows, cols;
    bool drawn;
    struct grid shown; /* what curses was told last */
    enum ui_color color;
    bool can_color, colored; /* the terminal; what was set */
    enum theme theme;
    bool mouse;
    attr_t attrs[STYLE_COUNT];
    short pairs[STYLE_COUNT];
    struct decoder decoder;
    bool pasting;
    double paste_time;
    struct buf paste;
};

/* ---- life ---- */

static int escape_delay(void)
{
    const char *text = getenv("ESCDELAY");
    char *end;
    long ms = text != NULL ? strtol(text, &end, 10) : 0;
    return text != NULL && *text != '\0' && *end == '\0' && ms > 0 && ms <= 10000 ? (int)ms : ESC_DELAY_MS;
}

/* Is this a terminal that can show a screen? Asked before curses is, which ends the process when it is not. */
static bool usable(FILE *in, FILE *out, struct err *err)
{
    const char *name = getenv("TERM");
    if (!isatty(fileno(in)) || !isatty(fileno(out)))
        return err_set(err, ERR_USAGE, "this needs a terminal; input or output is none");
    if (name == NULL || *name == '\0' || strcmp(name, "dumb") == 0)
        return err_set(err, ERR_USAGE,
                       "this terminal (TERM=%s) cannot place a cursor; use another, or `assay judge` instead",
                       name == NULL ? "" : name);
    return true;
}

/* One pair for all styles of the same colours, so that going from one to another sends none. */
static short pair_of(const struct look *l)
{
    bool many = COLORS >= 256;
    short front = many ? l->color256 : l->color8, back = many ? l->background256 : l->background8;
    if (front == COLOR_OWN && back == COLOR_OWN)
        return 0;
    int pair = alloc_pair(front, back);
    return pair > 0 && pair <= SHRT_MAX ? (short)pair : 0;
}

static void set_styles(struct term *t)
{
    static const struct {
        int attr;
        attr_t curses;
    } attrs[] = {{ATTR_BOLD, A_BOLD}, {ATTR_DIM, A_DIM}, {ATTR_REVERSE, A_REVERSE}, {ATTR_UNDERLINE, A_UNDERLINE}};
    for (int s = 0; s < STYLE_COUNT; s++) {
        struct look l = theme_look(t->colored ? t->theme : THEME_MONO, (enum style)s);
        t->attrs[s] = A_NORMAL;
        for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
            t->attrs[s] |= l.attrs & attrs[i].attr ? attrs[i].curses : A_NORMAL;
        t->pairs[s] = t->colored ? pair_of(&l) : 0;
    }
}

/* What was asked for on the command line holds; then a theme that was chosen; then $NO_COLOR. */
static bool want_color(enum ui_color color, bool theme_chosen)
{
    const char *no = getenv("NO_COLOR");
    if (color != UI_COLOR_AUTO)
        return color == UI_COLOR_ALWAYS;
    return theme_chosen || no == NULL || *no == '\0';
}

void term_theme(struct term *t, enum theme theme, bool chosen)
{
    bool colored = t->can_color && want_color(t->color, chosen);
    if (theme == t->theme && colored == t->colored)
        return;
    t->theme = theme;
    t->colored = colored;
    set_styles(t);
    t->drawn = false;
}

static void paste_mode(struct term *t, bool on)
{
    fputs(on ? "\033[?2004h" : "\033[?2004l", t->out);
    fflush(t->out);
}

/* Presses and the wheel, in the form without limits where the terminal knows it. */
static void mouse_mode(const struct term *t, bool on)
{
    fputs(on ? "\033[?1000h\033[?1006h" : "\033[?1006l\033[?1000l", t->out);
    fflush(t->out);
}

void term_mouse(struct term *t, bool on)
{
    if (on != t->mouse)
        mouse_mode(t, on);
    t->mouse = on;
}

static void start(struct term *t, enum ui_color color)
{
    set_escdelay(escape_delay());
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    t->color = color;
    t->can_color = has_colors() && start_color() != ERR && use_default_colors() != ERR && COLORS >= 8;
    t->colored = t->can_color && want_color(color, false);
    set_styles(t);
    define_key("\033[200~", CODE_PASTE_BEGIN);
    define_key("\033[201~", CODE_PASTE_END);
    define_key("\033[1;5D", CODE_CTRL_LEFT);
    define_key("\033[1;5C", CODE_CTRL_RIGHT);
    /* Left to the decoder: the corners of a keypad are digits, on every terminal; of a mouse curses takes the beginning
     * only, and the rest would be typed. */
    static const int not_wanted[] = {KEY_A1, KEY_A3, KEY_B2, KEY_C1, KEY_C3, KEY_MOUSE};
    for (size_t i = 0; i < sizeof not_wanted / sizeof *not_wanted; i++)
        define_key(NULL, not_wanted[i]);
    paste_mode(t, true);
    term_signal_screen(true);
}

struct term *term_open(FILE *in, FILE *out, enum ui_color color, struct err *err)
{
    if (!usable(in, out, err) || !term_signal_open(fileno(out), err))
        return NULL;
    struct term *t = mem_alloc(sizeof *t);
    t->in = in;
    t->out = out;
    t->paste = BUF_INIT;
    t->paste.max = PASTE_MAX;
    t->screen = newterm(NULL, out, in);
    if (t->screen == NULL) {
        err_set(err, ERR_USAGE, "the terminal type TERM=%s is not known here; try TERM=xterm or TERM=vt100",
                getenv("TERM"));
        term_signal_close();
        buf_free(&t->paste);
        mem_free(t);
        return NULL;
    }
    start(t, color);
    term_update_size(t);
    return t;
}

void term_close(struct term *t)
{
    if (t == NULL)
        return;
    term_leave(t);
    delscreen(t->screen);
    term_signal_close();
    grid_release(&t->shown);
    buf_free(&t->paste);
    mem_free(t);
}

void term_leave(struct term *t)
{
    paste_mode(t, false);
    if (t->mouse)
        mouse_mode(t, false);
    endwin();
    term_signal_screen(false);
}

void term_suspend(struct term *t)
{
    term_leave(t);
    struct sigaction stop = {.sa_handler = SIG_DFL}, old;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &old);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &old, NULL);
    term_resume(t);
}

void term_resume(struct term *t)
{
    reset_prog_mode();
    paste_mode(t, true);
    if (t->mouse)
        mouse_mode(t, true);
    term_signal_screen(true);
    term_update_size(t);
    t->drawn = false;
}

/* ---- size ---- */

void term_size(const struct term *t, int *rows, int *cols)
{
    *rows = t->rows;
    *cols = t->cols;
}

void term_update_size(struct term *t)
{
    struct winsize w;
    if (ioctl(fileno(t->out), TIOCGWINSZ, &w) == 0 && w.ws_row > 0 && w.ws_col > 0)
        resizeterm(w.ws_row, w.ws_col);
    getmaxyx(stdscr, t->rows, t->cols);
}

/* ---- keys ---- */

int term_fd(const struct term *t)
{
    return fileno(t->in);
}

int term_wait_ms(const struct term *t)
{
    return t->pasting ? PASTE_GAP_MS : 0;
}

static const struct {
    int curses;
    struct key key;
} function_keys[] = {
    {KEY_ENTER, {K_ENTER, false}},    {KEY_BACKSPACE, {K_BACKSPACE, false}}, {KEY_BTAB, {K_BACKTAB, false}},
    {KEY_DC, {K_DELETE, false}},      {KEY_IC, {K_INSERT, false}},           {KEY_UP, {K_UP, false}},
    {KEY_DOWN, {K_DOWN, false}},      {KEY_LEFT, {K_LEFT, false}},           {KEY_RIGHT, {K_RIGHT, false}},
    {KEY_SLEFT, {K_LEFT, false}},     {KEY_SRIGHT, {K_RIGHT, false}},        {KEY_HOME, {K_HOME, false}},
    {KEY_END, {K_END, false}},        {KEY_PPAGE, {K_PAGE_UP, false}},       {KEY_NPAGE, {K_PAGE_DOWN, false}},
    {CODE_CTRL_LEFT, {K_LEFT, true}}, {CODE_CTRL_RIGHT, {K_RIGHT, true}},
};

static bool function_key(int code, struct key *out)
{
    if (code >= KEY_F(1) && code <= KEY_F(12)) {
        *out = (struct key){K_F1 + (uint32_t)(code - KEY_F(1)), false};
        return true;
    }
    for (size_t i = 0; i < sizeof function_keys / sizeof *function_keys; i++)
        if (function_keys[i].curses == code)
            return *out = function_keys[i].key, true;
    return false;
}

static struct input end_paste(struct term *t)
{
    t->pasting = false;
    return (struct input){.kind = INPUT_PASTE, .text = t->paste.ptr, .len = t->paste.len};
}

/* What curses took for a key of this terminal. One that nobody has a name for says so, like any other. */
static struct input from_code(struct term *t, int code)
{
    struct input in = {.kind = INPUT_KEY, .key = {K_OTHER, false}};
    if (code == CODE_PASTE_END && t->pasting)
        return end_paste(t);
    if (code == CODE_PASTE_BEGIN) {
        t->pasting = true;
        t->paste_time = clock_monotonic();
        buf_reset(&t->paste);
        t->paste.cut = false;
        return (struct input){.kind = INPUT_NONE};
    }
    if (t->pasting || code == CODE_PASTE_END || code == KEY_RESIZE)
        in.kind = INPUT_NONE;
    else
        function_key(code, &in.key);
    return in;
}

static void from_byte(struct term *t, int byte)
{
    if (!t->pasting) {
        decoder_add(&t->decoder, (unsigned char)byte);
        return;
    }
    t->paste_time = clock_monotonic();
    buf_addc(&t->paste, (char)byte);
}

/* Does the rest of a key follow? After a lone Esc curses has waited already. */
static bool rest_follows(const struct term *t)
{
    struct pollfd p = {.fd = fileno(t->in), .events = POLLIN};
    bool waited = t->decoder.n == 1 && t->decoder.bytes[0] == '\033';
    return t->decoder.n > 0 && !waited && poll(&p, 1, escape_delay()) > 0;
}

/* Nothing was there though poll() said there was: the other side is gone. */
static bool hung_up(const struct term *t)
{
    struct pollfd p = {.fd = fileno(t->in), .events = POLLIN};
    int n = 0;
    if (poll(&p, 1, 0) <= 0)
        return false;
    return (p.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 || (ioctl(p.fd, FIONREAD, &n) == 0 && n == 0);
}

/* Nothing more is there now. */
static struct input at_end(struct term *t)
{
    struct input in = {.kind = INPUT_NONE};
    if (hung_up(t))
        in.kind = INPUT_CLOSED;
    else if (t->pasting && clock_monotonic() - t->paste_time > PASTE_GAP_MS / 1000.0)
        in = end_paste(t);
    else if (decoder_next(&t->decoder, true, &in.key))
        in.kind = INPUT_KEY;
    return in;
}

static struct input at_mouse(const struct term *t, struct input in)
{
    in.row = t->decoder.row;
    in.col = t->decoder.col;
    return in;
}

struct input term_read(struct term *t)
{
    for (;;) {
        struct input in = {.kind = INPUT_KEY};
        if (decoder_next(&t->decoder, false, &in.key))
            return at_mouse(t, in);
        int got = getch();
        if (got == ERR && rest_follows(t) && !hung_up(t))
            continue;
        if (got == ERR)
            return at_end(t);
        if (got < KEY_MIN) {
            from_byte(t, got);
            continue;
        }
        if (decoder_next(&t->decoder, true, &in.key)) { /* what came before it goes first */
            ungetch(got);
            return in;
        }
        in = from_code(t, got);
        if (in.kind != INPUT_NONE)
            return in;
    }
}

/* ---- cells ---- */

static bool same(const struct cell *a, const struct cell *b)
{
    return a->width == b->width && a->style == b->style && strcmp(a->text, b->text) == 0;
}

/* The characters of a cell for curses; "?" when the terminal's idea of their width is another. */
static void to_wide(const struct cell *c, wchar_t out[CCHARW_MAX + 1])
{
    mbstate_t state = {0};
    const char *p = c->text;
    int width = 0, n = 0;
    while (*p != '\0' && n < CCHARW_MAX) {
        size_t len = mbrtowc(&out[n], p, MB_CUR_MAX, &state);
        if (len == 0 || len > MB_LEN_MAX)
            break;
        int w = wcwidth(out[n]);
        if (w < 0 || (n == 0) == (w == 0))
            break;
        width += w;
        p += len;
        n++;
    }
    if (*p != '\0' || width != c->width) {
        out[0] = L'?';
        n = 1;
    }
    out[n] = L'\0';
}

static void put_cell(struct term *t, int row, int col, const struct cell *c)
{
    wchar_t wide[CCHARW_MAX + 1];
    cchar_t cc;
    to_wide(c, wide);
    setcchar(&cc, wide, t->attrs[c->style], t->pairs[c->style], NULL);
    mvadd_wch(row, col, &cc);
    /* A "?" that stands for a wide glyph leaves its right half. */
    if (c->width == 2 && wide[0] == L'?')
        mvaddch(row, col + 1, ' ');
}

int term_show(struct term *t, const struct grid *g, bool all)
{
    bool resized = g->rows != t->shown.rows || g->cols != t->shown.cols;
    if (resized)
        grid_resize(&t->shown, g->rows, g->cols);
    all = all || resized || !t->drawn;
    if (all) {
        clearok(stdscr, TRUE);
        werase(stdscr);
    }
    int changed = 0;
    for (int i = 0; i < g->rows * g->cols; i++) {
        const struct cell *c = &g->cells[i];
        if (!all && same(c, &t->shown.cells[i]))
            continue;
        changed++;
        t->shown.cells[i] = *c;
        if (c->width > 0)
            put_cell(t, i / g->cols, i % g->cols, c);
    }
    t->drawn = true;
    if (g->cursor_row >= 0)
        move(g->cursor_row, g->cursor_col < g->cols ? g->cursor_col : g->cols - 1);
    refresh();
    return changed;
}

void term_beep(struct term *t)
{
    (void)t;
    beep();
}
