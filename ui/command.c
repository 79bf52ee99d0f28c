#include "ui/command.h"

#include "core/base/outfile.h"
#include "ui/option.h"
#include "ui/pager.h"
#include "ui/view_help.h"
#include "ui/workbench.h"

#include <errno.h>
#include <stdlib.h>

enum { MOST_COMMANDS = 64 };

static bool need_file(const char *arg, const char *command, struct err *err)
{
    if (*arg != '\0')
        return true;
    return err_set(err, ERR_USAGE, ":%s needs the name of a file", command);
}

static bool write_file(const char *path, const struct buf *b, struct err *err)
{
    struct outfile *o = outfile_open(path, err);
    if (o == NULL)
        return false;
    outfile_write(o, b->ptr, b->len);
    return outfile_commit(o, err);
}

static bool run_quit(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view, (void)arg, (void)err;
    /* Each as if the key had been pressed in it, until one would rather stay. */
    while (!s->left) {
        const struct view *top = view_stack_top(&s->views);
        size_t before = s->views.views.n;
        top->ops->request(top->self, s, REQ_LEAVE);
        if (s->views.views.n == before)
            break;
    }
    return true;
}

static bool run_help(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view, (void)arg, (void)err;
    const struct view *top = view_stack_top(&s->views);
    screen_push(s, view_help(s->keys, top));
    return true;
}

static const char *const view_names[] = {
#define X(id, name, help, opener) name,
    WORKBENCH_VIEWS(X)
#undef X
        NULL};

static bool run_view(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view;
    enum workbench_view which;
    if (s->workbench == NULL)
        return err_set(err, ERR_USAGE, "there are no other views here");
    if (workbench_view_find(arg, &which)) {
        workbench_open(s->workbench, s, which);
        return true;
    }
    struct buf names = BUF_INIT;
    for (const char *const *n = view_names; *n != NULL; n++)
        buf_addf(&names, "%s%s", names.len > 0 ? ", " : "", *n);
    err_set(err, ERR_USAGE, "no view \"%.40s\"; there are %s", arg, names.ptr);
    buf_free(&names);
    return false;
}

static bool run_messages(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view, (void)arg, (void)err;
    struct buf text = BUF_INIT;
    messages_tell(&s->messages, &text);
    if (text.len == 0)
        buf_adds(&text, "Nothing was said yet.\n");
    screen_push(s, pager_view("messages, the newest first", &text, 0));
    return true;
}

static bool run_set(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view;
    return option_set(s, arg, err);
}

static bool run_save_screen(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view;
    if (!need_file(arg, "save-screen", err))
        return false;
    struct buf b = BUF_INIT;
    screen_draw(s);
    grid_dump(&s->grid, &b);
    bool ok = write_file(arg, &b, err);
    buf_free(&b);
    return ok;
}

static bool run_save_model(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view;
    if (!need_file(arg, "save-model", err))
        return false;
    struct buf b = BUF_INIT;
    screen_draw(s);
    screen_dump_model(s, &b);
    bool ok = write_file(arg, &b, err);
    buf_free(&b);
    return ok;
}

/* A number from 1 to 1000 and what follows it. */
static bool read_size(const char **text, int *out)
{
    char *end;
    errno = 0;
    long v = strtol(*text, &end, 10);
    if (end == *text || errno != 0 || v < 1 || v > 1000)
        return false;
    *text = end;
    *out = (int)v;
    return true;
}

static bool run_resize(void *view, struct screen *s, const char *arg, struct err *err)
{
    (void)view;
    int cols, rows;
    if (!s->resizable)
        return err_set(err, ERR_USAGE, "the size is the terminal's; :resize is for runs without one");
    if (!read_size(&arg, &cols) || *arg++ != 'x' || !read_size(&arg, &rows) || *arg != '\0')
        return err_set(err, ERR_USAGE, ":resize needs columns and rows, each 1 to 1000, such as 120x40");
    screen_resize(s, rows, cols);
    return true;
}

static const struct command generic[] = {
    {"quit", "q", "", "leave; everything is saved", NULL, run_quit},
    {"help", NULL, "", "every key and command", NULL, run_help},
    {"view", NULL, "NAME", "go to a view", view_names, run_view},
    {"set", NULL, "NAME VALUE", "change a setting; alone: how all stand", NULL, run_set},
    {"messages", NULL, "", "what was said down here", NULL, run_messages},
    {"save-screen", NULL, "FILE", "write what is shown as plain text", NULL, run_save_screen},
    {"save-model", NULL, "FILE", "write the state behind it, one value a line", NULL, run_save_model},
    {"resize", NULL, "WxH", "another size, in runs without a terminal", NULL, run_resize},
    {0},
};

/* A command and the view it belongs to (NULL: none). */
struct found {
    const struct command *command;
    void *view;
};

static size_t collect(const struct screen *s, struct found *out)
{
    size_t n = 0;
    const struct view *v;
    for (size_t depth = 0; (v = view_stack_below(&s->views, depth)) != NULL; depth++)
        for (const struct command *c = v->ops->commands; c != NULL && c->name != NULL && n < MOST_COMMANDS; c++)
            out[n++] = (struct found){c, v->self};
    for (const struct command *c = generic; c->name != NULL && n < MOST_COMMANDS; c++)
        out[n++] = (struct found){c, NULL};
    return n;
}

static bool is_named(const struct command *c, const char *name, size_t n)
{
    return (strlen(c->name) == n && memcmp(c->name, name, n) == 0) ||
           (c->alias != NULL && strlen(c->alias) == n && memcmp(c->alias, name, n) == 0);
}

static void list_names(const struct found *all, size_t n, const char *begin, size_t len, struct buf *out)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].command->run != run_resize && strncmp(all[i].command->name, begin, len) == 0)
            buf_addf(out, "%s%s", out->len > 0 ? " " : "", all[i].command->name);
}

/* The command of that name, or the only one that begins so. */
static bool find(const struct found *all, size_t n, const char *name, size_t len, struct found *out, struct err *err)
{
    size_t hits = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_named(all[i].command, name, len))
            return *out = all[i], true;
        if (strncmp(all[i].command->name, name, len) == 0 && hits++ == 0)
            *out = all[i];
    }
    if (hits == 1)
        return true;
    int shown = len > 40 ? 40 : (int)len;
    if (hits == 0)
        return err_set(err, ERR_USAGE, "there is no command \"%.*s\"; :help lists those there are", shown, name);
    struct buf names = BUF_INIT;
    list_names(all, n, name, len, &names);
    err_set(err, ERR_USAGE, "\"%.*s\" could be %s", shown, name, names.ptr);
    buf_free(&names);
    return false;
}

bool command_run(struct screen *s, const char *line, struct err *err)
{
    struct found all[MOST_COMMANDS], hit;
    line += strspn(line, " :");
    size_t len = strcspn(line, " ");
    if (len == 0)
        return true;
    if (!find(all, collect(s, all), line, len, &hit, err))
        return false;
    char *arg = mem_dup(line + len + strspn(line + len, " "));
    for (size_t n = strlen(arg); n > 0 && arg[n - 1] == ' ';)
        arg[--n] = '\0';
    bool ok = hit.command->run(hit.view, s, arg, err);
    mem_free(arg);
    return ok;
}

/* What can be next behind `:set`: the word before the one that is being typed says so, if there is one. */
static void words_of_set(const struct screen *s, const char *behind, const char *out[OPTION_MOST + 1])
{
    size_t typed = s->cmdline.editor.at - (size_t)(behind - s->cmdline.editor.text.ptr);
    while (typed > 0 && behind[typed - 1] != ' ')
        typed--;
    size_t first = strspn(behind, " "), n = strcspn(behind + first, " ");
    char *before = mem_ndup(behind + first, first + n <= typed ? n : 0);
    option_words(before, out);
    mem_free(before);
}

void command_complete(struct screen *s)
{
    struct found all[MOST_COMMANDS], hit;
    struct err err;
    const char *names[MOST_COMMANDS + 1] = {0}, *options[OPTION_MOST + 1], *const *choice = names;
    const char *line = s->cmdline.editor.text.ptr;
    size_t n = collect(s, all), len = strcspn(line, " ");
    for (size_t i = 0; i < n; i++)
        names[i] = all[i].command->name;
    if (s->cmdline.editor.at > len) {
        if (!find(all, n, line, len, &hit, &err))
            return;
        if (hit.command->run == run_set)
            words_of_set(s, line + len, options);
        choice = hit.command->run == run_set ? options : hit.command->words;
        if (choice == NULL)
            return;
    }
    int hits = cmdline_complete(&s->cmdline, choice);
    if (hits == 1)
        return;
    struct buf says = BUF_INIT;
    for (; *choice != NULL; choice++)
        if (hits == 0 || cmdline_begins(&s->cmdline, *choice))
            buf_addf(&says, "%s%s", says.len > 0 ? "  " : "", *choice);
    screen_say(s, "%s", says.ptr);
    buf_free(&says);
}

static void list_table(const struct command *c, struct buf *out)
{
    for (; c != NULL && c->name != NULL; c++)
        buf_addf(out, "%s%s%s\t%s\n", c->name, *c->args != '\0' ? " " : "", c->args, c->help);
}

void command_list(const struct command *of_view, struct buf *out)
{
    list_table(of_view, out);
    list_table(generic, out);
}
