#include "ui/view_help.h"

#include "ui/command.h"
#include "ui/option.h"
#include "ui/pager.h"

enum { KEYS_COLS = 20 };

static void add_line(struct buf *out, const char *left, size_t n, const char *right)
{
    size_t width = safe_width(left, n);
    buf_adds(out, "  ");
    buf_add(out, left, n);
    for (; width < KEYS_COLS; width++)
        buf_addc(out, ' ');
    buf_addf(out, "  %s\n", right);
}

/* Returns whether any key of the map means something of this group. */
static bool add_group(const struct keys *keys, enum keymap map, enum request_group group, const char *title,
                      struct buf *out)
{
    struct buf labels = BUF_INIT;
    bool any = false;
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        buf_reset(&labels);
        if (request_group((enum request)r) != group || keys_labels(keys, map, (enum request)r, &labels) == 0)
            continue;
        if (!any)
            buf_addf(out, "%s\n", title);
        any = true;
        add_line(out, labels.ptr, labels.len, request_help((enum request)r));
    }
    if (any)
        buf_addc(out, '\n');
    buf_free(&labels);
    return any;
}

static void add_map(const struct keys *keys, enum keymap map, struct buf *out)
{
    for (int g = 0; g < GROUP_COUNT; g++)
        add_group(keys, map, (enum request_group)g, request_group_name((enum request_group)g), out);
}

/* Lines "left<TAB>right", each left side behind `sign`. */
static void add_list(const char *title, const char *sign, const char *list, struct buf *out)
{
    buf_addf(out, "%s\n", title);
    for (const char *line = list; *line != '\0';) {
        size_t left = strcspn(line, "\t"), n = strcspn(line, "\n");
        struct buf name = BUF_INIT, help = BUF_INIT;
        buf_adds(&name, sign);
        buf_add(&name, line, left);
        buf_add(&help, line + left + 1, n - left - 1);
        add_line(out, name.ptr, name.len, help.ptr);
        buf_free(&name);
        buf_free(&help);
        line += n + 1;
    }
}

void help_text(const struct keys *keys, enum keymap map, const struct command *commands, struct buf *out)
{
    add_map(keys, map, out);
    if (map == KEYMAP_ANNOTATE || map == KEYMAP_RANKING) {
        buf_adds(out, "While the justification is written every other character is typed:\n\n");
        add_group(keys, KEYMAP_WRITING, GROUP_EDITING, "writing", out);
    }
    buf_adds(out, "On the command line:\n\n");
    add_group(keys, KEYMAP_LINE, GROUP_EDITING, "command line", out);
    struct buf list = BUF_INIT;
    command_list(commands, &list);
    add_list("commands", ":", list.ptr, out);
    buf_free(&list);
}

struct view view_help(const struct keys *keys, const struct view *of)
{
    struct buf text = BUF_INIT, settings = BUF_INIT;
    help_text(keys, of->ops->keymap(of->self), of->ops->commands, &text);
    option_list(&settings);
    add_list("\nsettings", ":set ", settings.ptr, &text);
    buf_free(&settings);
    return pager_view("every key", &text, 0);
}
