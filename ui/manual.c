#include "ui/manual.h"

#include <string.h>

/* Text of a macro's argument or of a line: nothing in it is an instruction to mdoc. */
static void add_mdoc(const char *text, struct buf *out)
{
    buf_adds(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            buf_adds(out, "\\e");
        else if (*text == '"')
            buf_adds(out, "\\(dq");
        else if (*text == '-' || *text == '\'' || *text == '`' || *text == '^' || *text == '~')
            buf_addf(out, "\\%s",
                     *text == '-'    ? "-"
                     : *text == '\'' ? "(aq"
                     : *text == '`'  ? "(ga"
                     : *text == '^'  ? "(ha"
                                     : "(ti");
        else
            buf_addc(out, *text);
    }
}

static bool same_keys(const struct keys *keys, enum keymap a, enum keymap b, enum request r)
{
    struct buf x = BUF_INIT, y = BUF_INIT;
    keys_labels(keys, a, r, &x);
    keys_labels(keys, b, r, &y);
    bool same = x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0;
    buf_free(&x);
    buf_free(&y);
    return same;
}

static void add_manual_map(const struct keys *keys, enum keymap map, struct buf *out)
{
    struct buf labels = BUF_INIT;
    buf_addf(out, ".Ss %s\n.Bl -tag -width Ds -compact\n", keymap_name(map));
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        buf_reset(&labels);
        if (keys_labels(keys, map, (enum request)r, &labels) == 0 ||
            (keymap_parent(map) != KEYMAP_NONE && same_keys(keys, map, keymap_parent(map), (enum request)r)))
            continue;
        buf_adds(out, ".It Ic \"");
        add_mdoc(labels.ptr, out);
        buf_adds(out, "\"\n");
        add_mdoc(request_help((enum request)r), out);
        buf_addf(out, "\n.Pq Cm %s\n", request_name((enum request)r));
    }
    buf_adds(out, ".El\n");
    buf_free(&labels);
}

void manual_keys(const struct keys *keys, struct buf *out)
{
    for (int map = 0; map < KEYMAP_COUNT; map++)
        add_manual_map(keys, (enum keymap)map, out);
}
