/* How the texts of an item are read: scrolling, which of them, how they stand, what there is beside them. */
#include "store/places.h"
#include "ui/annotate.h"
#include "ui/pager.h"
#include "ui/view_rubric.h"

static void scroll(struct annotate *a, struct screen *s, int rows, int half_pages, int pages)
{
    struct textview *v = a->tastes->linear ? &a->line : &a->text[a->focus];
    int page = v->height > 2 ? v->height - 1 : 1;
    if (!textview_scroll(v, rows + half_pages * (page + 1) / 2 + pages * page))
        screen_say(s, "This text has no more.");
}

static void scroll_both(struct annotate *a, int rows)
{
    textview_scroll(&a->text[PANE_A], rows);
    textview_scroll(&a->text[PANE_B], rows);
}

static void next_pane(struct annotate *a, int by)
{
    if (a->tastes->linear)
        annotate_linear_heading(a, by);
    else
        do
            a->focus = (enum pane)(((int)a->focus + by + PANE_COUNT) % PANE_COUNT);
        while (annotate_ranks(a) && a->focus == PANE_B && a->layout.arrange == ARRANGE_SINGLE);
}

static void next_arrangement(struct annotate *a, struct screen *s)
{
    a->tastes->arrange = a->layout.arrange + 1 < ARRANGE_COUNT ? a->layout.arrange + 1 : ARRANGE_SIDE;
    a->maximised = false;
    screen_say(s, "A and B: %s",
               a->tastes->arrange == ARRANGE_SIDE      ? "side by side"
               : a->tastes->arrange == ARRANGE_STACKED ? "stacked"
                                                       : "one at a time");
}

static void show_rubric(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (annotate_ranks(a))
        place.attribute = places_at(st->rubric, st->task->draft.cell).attribute;
    screen_push(s, view_rubric(st->rubric, place.attribute < 0 ? st->rubric->n_attributes : (size_t)place.attribute,
                               st->task->principle));
}

void annotate_guidelines(struct annotate *a, struct screen *s)
{
    const char *text = annotate_state(a)->guidelines;
    if (text == NULL || *text == '\0') {
        screen_refuse(s, "No guidelines were given; the owner writes them: assay set guidelines TEXT");
        return;
    }
    struct buf copy = BUF_INIT;
    buf_adds(&copy, text);
    screen_push(s, pager_markdown("guidelines", &copy));
}

bool annotate_read_request(struct annotate *a, struct screen *s, enum request r)
{
    const int all = 1 << 28;
    switch (r) {
    case REQ_LINE_DOWN:
        return scroll(a, s, 1, 0, 0), true;
    case REQ_LINE_UP:
        return scroll(a, s, -1, 0, 0), true;
    case REQ_HALF_DOWN:
        return scroll(a, s, 0, 1, 0), true;
    case REQ_HALF_UP:
        return scroll(a, s, 0, -1, 0), true;
    case REQ_PAGE_DOWN:
        return scroll(a, s, 0, 0, 1), true;
    case REQ_PAGE_UP:
        return scroll(a, s, 0, 0, -1), true;
    case REQ_TOP:
        return scroll(a, s, -all, 0, 0), true;
    case REQ_BOTTOM:
        return scroll(a, s, all, 0, 0), true;
    case REQ_BOTH_DOWN:
        return scroll_both(a, 1), true;
    case REQ_BOTH_UP:
        return scroll_both(a, -1), true;
    case REQ_NEXT_PANE:
        return next_pane(a, 1), true;
    case REQ_PREVIOUS_PANE:
        return next_pane(a, -1), true;
    case REQ_MAXIMISE:
        return a->maximised = !a->maximised, true;
    case REQ_LAYOUT:
        return next_arrangement(a, s), true;
    case REQ_SEARCH_END:
        return annotate_search_end(a), true;
    case REQ_OLDER_TURN:
        return annotate_go_turn(a, s, -1), true;
    case REQ_NEWER_TURN:
        return annotate_go_turn(a, s, 1), true;
    case REQ_GUIDELINES:
        return annotate_guidelines(a, s), true;
    case REQ_DIFF:
        return annotate_toggle_diff(a, s), true;
    case REQ_MARKDOWN:
        return annotate_toggle_markdown(a, s), true;
    case REQ_RUBRIC:
        return show_rubric(a, s), true;
    default:
        return false;
    }
}
