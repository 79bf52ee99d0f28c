#include "ui/option.h"

#include "ui/theme.h"

#include <string.h>

const char *const option_switch[] = {"off", "on", NULL};

/* ---- of the program ---- */

static const char *const theme_names[] = {
#define X(id, name, help) name,
    THEMES(X)
#undef X
        NULL};

static size_t get_theme(const void *view, const struct screen *s)
{
    (void)view;
    return (size_t)s->theme;
}

static void set_theme(void *view, struct screen *s, size_t value)
{
    (void)view;
    s->theme = (enum theme)value;
    s->theme_chosen = true;
}

static size_t get_mouse(const void *view, const struct screen *s)
{
    (void)view;
    return s->mouse;
}

static void set_mouse(void *view, struct screen *s, size_t value)
{
    (void)view;
    s->mouse = value == 1;
}

static size_t get_ascii(const void *view, const struct screen *s)
{
    (void)view;
    return s->grid.ascii;
}

static void set_ascii(void *view, struct screen *s, size_t value)
{
    (void)view;
    s->grid.ascii = value == 1;
    s->repaint = true;
}

static const struct option generic[] = {
    {"theme", "colours", theme_names, get_theme, set_theme},
    {"mouse", "the wheel scrolls, a click selects; marking text is then the program's, with Shift the terminal's",
     option_switch, get_mouse, set_mouse},
    {"ascii", "marks and rules without anything beyond ASCII", option_switch, get_ascii, set_ascii},
    {0},
};

/* ---- all that hold ---- */

struct found {
    const struct option *option;
    void *view;
};

static size_t collect(const struct screen *s, struct found *out)
{
    size_t n = 0;
    const struct view *v;
    for (size_t depth = 0; (v = view_stack_below(&s->views, depth)) != NULL; depth++)
        for (const struct option *o = v->ops->options; o != NULL && o->name != NULL && n < OPTION_MOST; o++)
            out[n++] = (struct found){o, v->self};
    for (const struct option *o = generic; o->name != NULL && n < OPTION_MOST; o++)
        out[n++] = (struct found){o, NULL};
    return n;
}

static const struct found *find(const struct found *all, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(all[i].option->name) == len && memcmp(all[i].option->name, name, len) == 0)
            return &all[i];
    return NULL;
}

static void add_words(const char *const *words, const char *between, struct buf *out)
{
    for (const char *const *w = words; *w != NULL; w++)
        buf_addf(out, "%s%s", w > words ? between : "", *w);
}

static bool refuse_name(const struct found *all, size_t n, const char *name, size_t len, struct err *err)
{
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_addf(&names, "%s%s", i > 0 ? ", " : "", all[i].option->name);
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

static void say_all(struct screen *s, const struct found *all, size_t n)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_addf(&b, "%s%s %s", i > 0 ? ", " : "", all[i].option->name,
                 all[i].option->values[all[i].option->get(all[i].view, s)]);
    screen_say(s, "%s", b.ptr);
    buf_free(&b);
}

bool option_set(struct screen *s, const char *arg, struct err *err)
{
    struct found all[OPTION_MOST];
    size_t n = collect(s, all), len = strcspn(arg, " ");
    if (*arg == '\0') {
        say_all(s, all, n);
        return true;
    }
    const struct found *hit = find(all, n, arg, len);
    if (hit == NULL)
        return refuse_name(all, n, arg, len, err);
    const char *value = arg + len + strspn(arg + len, " ");
    if (*value == '\0' && hit->option->values == option_switch)
        value = option_switch[1];
    for (size_t i = 0; hit->option->values[i] != NULL; i++)
        if (strcmp(hit->option->values[i], value) == 0)
            return hit->option->set(hit->view, s, i), true;
    return refuse_value(hit->option, value, err);
}

void option_words(const struct screen *s, const char *before, const char *out[OPTION_MOST + 1])
{
    struct found all[OPTION_MOST];
    size_t n = collect(s, all), count = 0;
    const struct found *hit = find(all, n, before, strcspn(before, " "));
    if (*before == '\0')
        for (; count < n; count++)
            out[count] = all[count].option->name;
    else if (hit != NULL)
        for (; count < OPTION_MOST && hit->option->values[count] != NULL; count++)
            out[count] = hit->option->values[count];
    out[count] = NULL;
}

static void list_table(const struct option *o, struct buf *out)
{
    for (; o != NULL && o->name != NULL; o++) {
        buf_addf(out, "%s ", o->name);
        add_words(o->values, "|", out);
        buf_addf(out, "\t%s\n", o->help);
    }
}

void option_list(const struct option *of_view, struct buf *out)
{
    list_table(of_view, out);
    list_table(generic, out);
}
