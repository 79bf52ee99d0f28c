#include "ui/list.h"

#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct list of(size_t n, int height)
{
    struct list l = {0};
    list_set_height(&l, height);
    list_set(&l, n);
    return l;
}

Test(list, an_empty_one_has_nothing_to_select)
{
    struct list l = of(0, 10);
    char range[LIST_RANGE_SIZE];
    cr_expect(not(list_move(&l, 1)));
    cr_expect(not(list_move(&l, -1)));
    list_go(&l, 7);
    cr_expect(eq(sz, l.at, 0));
    list_range(&l, range);
    cr_expect(eq(str, range, "0"));
}

Test(list, the_selection_keeps_a_margin_and_the_ends_are_reached)
{
    struct list l = of(100, 10);
    for (int i = 0; i < 7; i++)
        list_move(&l, 1);
    cr_expect(eq(sz, l.top, 0), "seven rows down two are left below");
    list_move(&l, 1);
    cr_expect(eq(sz, l.top, 1), "the margin holds");
    list_move(&l, 1000);
    cr_expect(eq(sz, l.at, 99));
    cr_expect(eq(sz, l.top, 90), "no room is wasted");
    cr_expect(not(list_move(&l, 1)));
    list_move(&l, -1000);
    cr_expect(eq(sz, l.at, 0));
    cr_expect(eq(sz, l.top, 0));
    cr_expect(not(list_move(&l, -1)));
}

Test(list, rows_that_come_and_go_leave_the_selection_on_its_row)
{
    struct list l = of(20, 5);
    list_go(&l, 10);
    list_remove(&l, 3);
    cr_expect(eq(sz, l.at, 9));
    list_insert(&l, 0);
    cr_expect(eq(sz, l.at, 10));
    list_remove(&l, 15);
    cr_expect(eq(sz, l.at, 10));
    list_remove(&l, 10);
    cr_expect(eq(sz, l.at, 10), "the one behind took its place");
    list_go(&l, 17);
    list_remove(&l, 17);
    cr_expect(eq(sz, l.at, 16), "the last one had none behind it");
    list_set(&l, 3);
    cr_expect(eq(sz, l.at, 2));
    struct list empty = of(0, 5);
    list_insert(&empty, 0);
    cr_expect(eq(sz, empty.at, 0));
}

static bool is_multiple(void *ctx, size_t i)
{
    return i % *(size_t *)ctx == 0;
}

static bool never(void *ctx, size_t i)
{
    (void)ctx, (void)i;
    return false;
}

Test(list, searching_goes_round_the_ends)
{
    struct list l = of(10, 4);
    size_t four = 4, nine = 9, ten = 10;
    cr_expect(list_find(&l, 1, is_multiple, &four));
    cr_expect(eq(sz, l.at, 4));
    cr_expect(list_find(&l, 1, is_multiple, &four));
    cr_expect(list_find(&l, 1, is_multiple, &four));
    cr_expect(eq(sz, l.at, 0), "round the end");
    cr_expect(list_find(&l, -1, is_multiple, &nine));
    cr_expect(eq(sz, l.at, 9), "and round the beginning");
    list_go(&l, 0);
    cr_expect(list_find(&l, 1, is_multiple, &ten), "the only hit is where one is");
    cr_expect(eq(sz, l.at, 0));
    cr_expect(not(list_find(&l, 1, never, NULL)));
    struct list none = of(0, 4);
    cr_expect(not(list_find(&none, 1, is_multiple, &four)));
}

Test(list, whatever_is_done_the_selected_row_is_seen)
{
    struct rng rng;
    rng_seed(&rng, 7);
    struct list l = of(0, 1);
    for (int i = 0; i < 200000; i++) {
        switch (rng_below(&rng, 6)) {
        case 0:
            list_set(&l, (size_t)rng_below(&rng, 40));
            break;
        case 1:
            list_set_height(&l, (int)rng_below(&rng, 12) - 1);
            break;
        case 2:
            if (l.n > 0)
                list_remove(&l, (size_t)rng_below(&rng, l.n));
            break;
        case 3:
            list_insert(&l, (size_t)rng_below(&rng, l.n + 1));
            break;
        case 4:
            list_move(&l, (long)rng_below(&rng, 30) - 15);
            break;
        default:
            list_go(&l, (size_t)rng_below(&rng, 50));
        }
        cr_assert(l.n == 0 ? l.at == 0 : l.at < l.n);
        cr_assert(l.at >= l.top && l.at < l.top + (size_t)l.height);
        cr_assert(l.top == 0 || l.top + (size_t)l.height <= l.n);
    }
}

static void draw_number(void *ctx, struct grid *g, int row, int col, int cols, size_t i)
{
    (void)ctx;
    grid_putf(g, row, col, cols, STYLE_TEXT, "row %zu", i);
}

Test(list, the_selected_row_has_a_mark_and_the_cursor)
{
    struct grid g = {.ascii = true};
    struct list l = of(5, 3);
    struct buf out = BUF_INIT;
    grid_resize(&g, 3, 10);
    grid_clear(&g);
    list_go(&l, 4);
    list_draw(&l, &g, 0, 0, 3, 10, draw_number, NULL);
    grid_dump(&g, &out);
    cr_expect(eq(str, out.ptr, "  row 2\n  row 3\n> row 4\n"));
    cr_expect(eq(int, g.cursor_row, 2));
    buf_free(&out);
    grid_release(&g);
}

Test(list, a_press_of_the_mouse_selects_the_row_under_it)
{
    struct grid g = {0};
    struct list l = of(5, 3);
    grid_resize(&g, 6, 20);
    list_go(&l, 4);
    list_draw(&l, &g, 1, 2, 3, 10, draw_number, NULL);
    cr_expect(list_click(&l, 1, 2));
    cr_expect(eq(sz, l.at, 2));
    cr_expect(not(list_click(&l, 0, 5)), "above it");
    cr_expect(not(list_click(&l, 4, 5)), "below it");
    cr_expect(not(list_click(&l, 2, 1)), "beside it");
    list_set(&l, 1);
    cr_expect(not(list_click(&l, 3, 5)), "no row stands there");
    cr_expect(eq(sz, l.at, 0));
    grid_release(&g);
}
