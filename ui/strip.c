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

static void draw_item(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *item)
{
    struct buf b = BUF_INIT;
    int row = g->rows - 1;
    if (item_keys(s->keys, map, item, &b)) {
        col += grid_put(g, row, col, g->cols - col, b.ptr, b.len, STYLE_KEY) + 1;
        grid_puts(g, row, col, g->cols - col, item->word, STYLE_DIM);
    }
    buf_free(&b);
}

/* Those that begin at column `from` or behind it, each where it stands when all are drawn. */
static void draw_from(const struct screen *s, struct grid *g, int col, int from, enum keymap map,
                      const struct strip_item *items, size_t n)
{
    int last = n > 0 ? item_width(s->keys, map, &items[n - 1]) : 0;
    for (size_t i = 0; i < n; i++) {
        int width = item_width(s->keys, map, &items[i]);
        int reserved = i + 1 < n && last > 0 ? GAP + last : 0;
        if (width == 0 || (i + 1 < n && col + width + reserved > g->cols))
            continue;
        if (col >= from)
            draw_item(s, g, col, map, &items[i]);
        col += width + GAP;
    }
}

void strip_keys(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n)
{
    draw_from(s, g, col, col, map, items, n);
}

int strip_mode(struct grid *g, const char *name)
{
    return 1 + grid_putf(g, g->rows - 1, 1, g->cols - 2, STYLE_MODE, "-- %s --", name) + GAP;
}

void strip_draw(const struct screen *s, struct grid *g, int col, enum keymap map, const struct strip_item *items,
                size_t n)
{
    int said = 0;
    if (s->message[0] != '\0')
        said = grid_put_short(g, g->rows - 1, col, g->cols - col - 1, s->message, strlen(s->message),
                              s->error ? STYLE_ERROR : STYLE_MESSAGE);
    draw_from(s, g, col, said > 0 ? col + said + 2 * GAP : col, map, items, n);
}
