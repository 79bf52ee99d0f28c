#include "ui/option.h"

#include <string.h>

static const char *const on_off[] = {"off", "on", NULL};

struct option {
    const char *name, *help;
    const char *const *values;             /* ends with NULL; of a switch "on" may be left out: `:set NAME` */
    size_t (*get)(const struct screen *s); /* which of them holds */
    void (*set)(struct screen *s, size_t value);
};

/* ---- how the screen looks ---- */

static const char *const theme_names[] = {
#define X(id, name, help) name,
    THEMES(X)
#undef X
        NULL};

static size_t get_theme(const struct screen *s)
{
    return (size_t)s->theme;
}

static void set_theme(struct screen *s, size_t value)
{
    s->theme = (enum theme)value;
    s->theme_chosen = true;
}

static size_t get_mouse(const struct screen *s)
{
    return s->mouse;
}

static void set_mouse(struct screen *s, size_t value)
{
    s->mouse = value == 1;
}

static size_t get_ascii(const struct screen *s)
{
    return s->grid.ascii;
}

static void set_ascii(struct screen *s, size_t value)
{
    s->grid.ascii = value == 1;
    s->repaint = true;
}

/* ---- how one reads and works ---- */

static const char *const layouts[] = {
#define X(id, name) name,
    ARRANGEMENTS(X)
#undef X
        NULL};

static size_t get_layout(const struct screen *s)
{
    return (size_t)s->tastes.arrange;
}

static void set_layout(struct screen *s, size_t value)
{
    s->tastes.arrange = (enum arrangement)value;
}

/* off, or minutes */
static const char *const breaks[] = {"off", "25", "50", "90", NULL};
static const int break_minutes[] = {0, 25, 50, 90};

static size_t get_break(const struct screen *s)
{
    size_t i = 0;
    while (break_minutes[i] != s->tastes.break_minutes)
        i++;
    return i;
}

static void set_break(struct screen *s, size_t value)
{
    s->tastes.break_minutes = break_minutes[value];
}

static size_t get_linear(const struct screen *s)
{
    return s->tastes.linear;
}

static void set_linear(struct screen *s, size_t value)
{
    s->tastes.linear = value == 1;
}

static size_t get_markdown(const struct screen *s)
{
    return s->tastes.markdown;
}

static void set_markdown(struct screen *s, size_t value)
{
    s->tastes.markdown = value == 1;
}

static const struct option options[] = {
    {"layout", "how A and B stand", layouts, get_layout, set_layout},
    {"break", "after how many minutes of work a break is proposed", breaks, get_break, set_break},
    {"linear", "for screen readers: no panes, one field at a time", on_off, get_linear, set_linear},
    {"markdown", "markdown as it is meant to be read", on_off, get_markdown, set_markdown},
    {"theme", "colours", theme_names, get_theme, set_theme},
    {"mouse", "the wheel scrolls, a click selects; marking text is then the program's, with Shift the terminal's",
     on_off, get_mouse, set_mouse},
    {"ascii", "marks and rules without anything beyond ASCII", on_off, get_ascii, set_ascii},
    {0},
};
_Static_assert(sizeof options / sizeof *options <= OPTION_MOST + 1, "all names fit into option_words");

/* ---- what is asked for ---- */

static const struct option *find(const char *name, size_t len)
{
    for (const struct option *o = options; o->name != NULL; o++)
        if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
            return o;
    return NULL;
}

static void add_words(const char *const *words, const char *between, struct buf *out)
{
    for (const char *const *w = words; *w != NULL; w++)
        buf_addf(out, "%s%s", w > words ? between : "", *w);
}

static bool refuse_name(const char *name, size_t len, struct err *err)
{
    struct buf names = BUF_INIT;
    for (const struct option *o = options; o->name != NULL; o++)
        buf_addf(&names, "%s%s", o > options ? ", " : "", o->name);
    err_set(err, ERR_USAGE, "there is no setting \"%.*s\"; there are %s", len > 40 ? 40 : (int)len, name, names.ptr);
    buf_free(&names);
    return false;
}

static bool refuse_value(const struct option *o, const char *value, struct err *err)
{
    struct buf values = BUF_INIT;
    add_words(o->values, ", ", &values);
    err_set(err, ERR_USAGE, "%s cannot be \"%.40s\"; it can be %s", o->name, value, values.ptr);
    buf_free(&values);
    return false;
}

/* "theme light, mouse; off: linear": on one row of 80 columns, whatever is set. */
static void say_all(struct screen *s)
{
    struct buf said = BUF_INIT, off = BUF_INIT;
    for (const struct option *o = options; o->name != NULL; o++) {
        const char *value = o->values[o->get(s)];
        bool is_off = strcmp(value, on_off[0]) == 0;
        struct buf *to = is_off ? &off : &said;
        buf_addf(to, "%s%s", to->len > 0 ? ", " : "", o->name);
        if (!is_off && o->values != on_off)
            buf_addf(to, " %s", value);
    }
    screen_say(s, off.len > 0 ? "%s; off: %s" : "%s", said.ptr, off.ptr);
    buf_free(&said);
    buf_free(&off);
}

bool option_set(struct screen *s, const char *arg, struct err *err)
{
    size_t len = strcspn(arg, " ");
    if (*arg == '\0') {
        say_all(s);
        return true;
    }
    const struct option *hit = find(arg, len);
    if (hit == NULL)
        return refuse_name(arg, len, err);
    const char *value = arg + len + strspn(arg + len, " ");
    if (*value == '\0' && hit->values == on_off)
        value = on_off[1];
    for (size_t i = 0; hit->values[i] != NULL; i++)
        if (strcmp(hit->values[i], value) == 0)
            return hit->set(s, i), true;
    return refuse_value(hit, value, err);
}

void option_words(const char *before, const char *out[OPTION_MOST + 1])
{
    size_t count = 0;
    const struct option *hit = find(before, strcspn(before, " "));
    if (*before == '\0')
        for (; options[count].name != NULL; count++)
            out[count] = options[count].name;
    else if (hit != NULL)
        for (; count < OPTION_MOST && hit->values[count] != NULL; count++)
            out[count] = hit->values[count];
    out[count] = NULL;
}

void option_list(struct buf *out)
{
    for (const struct option *o = options; o->name != NULL; o++) {
        buf_addf(out, "%s ", o->name);
        add_words(o->values, "|", out);
        buf_addf(out, "\t%s\n", o->help);
    }
}
