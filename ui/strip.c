#include "ui/strip.h"

enum { GAP = 2 };

/* The keys of an item; false when none is bound. */
static bool item_keys(const struct keys *k, enum keymap map, const struct strip_item *item, struct buf *out)
{
    char label[KEY_NAME_SIZE];
    for (size_t i = 0; i < STRIP_KEYS; i++) {
        if (item->requests[i] == REQ_NONE || !keys_label(k, map, item->requests[i], label))
            continue;
        if (out->len > 0)
            buf_adds(out, item->join);
        buf_adds(out, label);
    }
    return out->len > 0;
}

static int item_width(const struct keys *k, enum keymap map, const struct strip_item *item)
{
    struct buf b = BUF_INIT;
    int width = 0;
    if (item_keys(k, map, item, &b))
        width = (int)safe_width(b.ptr, b.len) + 1 + (int)safe_width(item->word, strlen(item->word));
    buf_free(&b);
    return width;
}

static int draw_item(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *item)
{
    struct buf b = BUF_INIT;
    int row = g->rows - 1, start = col;
    if (item_keys(s->keys, map, item, &b)) {
        col += grid_put(g, row, col, g->cols - col, b.ptr, b.len, STYLE_KEY) + 1;
        col += grid_puts(g, row, col, g->cols - col, item->word, STYLE_DIM);
    }
    buf_free(&b);
    return col - start;
}

void strip_keys(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n)
{
    if (n == 0)
        return;
    int last = item_width(s->keys, map, &items[n - 1]);
    for (size_t i = 0; i < n; i++) {
        int width = item_width(s->keys, map, &items[i]);
        int reserved = i + 1 < n && last > 0 ? GAP + last : 0;
        if (width == 0 || (i + 1 < n && col + width + reserved > g->cols))
            continue;
        col += draw_item(s, g, col, map, &items[i]) + GAP;
    }
}

void strip_draw(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n)
{
    if (s->message[0] == '\0')
        strip_keys(s, g, col, map, items, n);
    else
        grid_put_short(g, g->rows - 1, col, g->cols - col - 1, s->message, strlen(s->message),
                       s->error ? STYLE_ERROR : STYLE_MESSAGE);
}
