#include "ui/annotate_layout.h"

#include "ui/textview.h"
#include "ui/view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static bool inside(const struct rect *r, int rows, int cols)
{
    return r->row >= 0 && r->col >= 0 && r->rows >= 0 && r->cols >= 0 && r->row + r->rows <= rows &&
           r->col + r->cols <= cols;
}

static bool overlap(const struct rect *a, const struct rect *b)
{
    return a->rows > 0 && b->rows > 0 && a->cols > 0 && b->cols > 0 && a->row < b->row + b->rows &&
           b->row < a->row + a->rows && a->col < b->col + b->cols && b->col < a->col + a->cols;
}

static void check(const struct annotate_needs *n)
{
    struct annotate_layout l;
    annotate_layout(n, &l);
    bool fits = n->rows >= VIEW_MIN_ROWS && n->cols >= VIEW_MIN_COLS;
    cr_assert(eq(int, l.fits, fits));
    if (!fits)
        return;
    const struct rect *all[] = {&l.header,
                                &l.rule,
                                &l.table,
                                &l.rubric,
                                &l.preference,
                                &l.because,
                                &l.keys,
                                &l.title[PANE_A],
                                &l.title[PANE_B],
                                &l.title[PANE_PROMPT],
                                &l.text[PANE_A],
                                &l.text[PANE_B],
                                &l.text[PANE_PROMPT]};
    enum { ALL = sizeof all / sizeof *all };
    for (int i = 0; i < ALL; i++) {
        cr_assert(inside(all[i], n->rows, n->cols), "rect %d of %d x %d", i, n->cols, n->rows);
        for (int k = 0; k < i; k++)
            cr_assert(not(overlap(all[i], all[k])), "rects %d and %d of %d x %d", i, k, n->cols, n->rows);
    }
    /* The strip is whole: every attribute has its row, and preference, justification and keys theirs. */
    int columns = l.table.cols / l.table_cols;
    cr_assert(ge(int, l.per_column *columns, (int)n->n_attributes));
    cr_assert(ge(int, l.table.rows, l.per_column + 1));
    cr_assert(eq(int, l.preference.rows, 1));
    cr_assert(ge(int, l.because.rows, 1));
    cr_assert(eq(int, l.keys.row, n->rows - 1));
    cr_assert(ge(int, l.rubric.cols, 20));
    cr_assert(eq(int, l.strip.row + l.strip.rows, l.keys.row));
    /* There is something to read in what is focused, or beside it. */
    cr_assert(l.text[n->focus].rows > 0 || l.text[PANE_A].rows > 0, "%d x %d", n->cols, n->rows);
    for (int p = 0; p < PANE_COUNT; p++) {
        cr_assert(l.title[p].rows == 0 || l.text[p].rows >= 1);
        cr_assert(le(int, l.text[p].cols, TEXTVIEW_MEASURE));
    }
}

Test(annotate_layout, nothing_overlaps_or_leaves_the_screen_at_any_size)
{
    static const size_t attributes[] = {0, 1, 5, 8, 9, 16};
    for (int rows = 5; rows <= 80; rows++)
        for (int cols = 20; cols <= 300; cols += cols < 130 ? 1 : 7)
            for (size_t a = 0; a < sizeof attributes / sizeof *attributes; a++)
                for (int arrange = 0; arrange < ARRANGE_COUNT; arrange++)
                    for (int focus = 0; focus < 2 * PANE_COUNT; focus++)
                        check(&(struct annotate_needs){.rows = rows,
                                                       .cols = cols,
                                                       .n_attributes = attributes[a],
                                                       .prompt_rows = (rows * cols) % 40,
                                                       .because_rows = cols % 5,
                                                       .answer_rows = {rows * 7 % 33, cols * 5 % 47},
                                                       .arrange = (enum arrangement)arrange,
                                                       .focus = (enum pane)(focus % PANE_COUNT),
                                                       .maximised = focus >= PANE_COUNT});
}

static struct annotate_layout layout(int rows, int cols, enum arrangement arrange)
{
    struct annotate_layout l;
    annotate_layout(
        &(struct annotate_needs){
            .rows = rows, .cols = cols, .n_attributes = 5, .prompt_rows = 1, .because_rows = 1, .arrange = arrange},
        &l);
    return l;
}

Test(annotate_layout, answers_stand_side_by_side_unless_the_screen_is_narrow_and_tall)
{
    cr_expect(eq(int, layout(24, 80, ARRANGE_AUTO).arrange, ARRANGE_SIDE));
    cr_expect(eq(int, layout(40, 120, ARRANGE_AUTO).arrange, ARRANGE_SIDE));
    cr_expect(eq(int, layout(60, 80, ARRANGE_AUTO).arrange, ARRANGE_STACKED));
    cr_expect(eq(int, layout(24, 200, ARRANGE_STACKED).arrange, ARRANGE_STACKED));
}

Test(annotate_layout, rows_that_one_text_leaves_empty_go_to_another)
{
    static const struct {
        enum arrangement arrange;
        int needs[PANE_COUNT], gets[PANE_COUNT]; /* A, B, prompt; of 13 rows, two or three of them titles */
    } cases[] = {
        {ARRANGE_SIDE, {2, 5, 20}, {5, 5, 6}},    {ARRANGE_SIDE, {2, 50, 20}, {8, 8, 3}},
        {ARRANGE_SIDE, {2, 3, 1}, {10, 10, 1}},   {ARRANGE_STACKED, {2, 50, 1}, {2, 7, 1}},
        {ARRANGE_STACKED, {50, 1, 1}, {8, 1, 1}}, {ARRANGE_STACKED, {50, 50, 1}, {4, 5, 1}},
        {ARRANGE_STACKED, {1, 1, 20}, {1, 1, 8}}, {ARRANGE_STACKED, {1, 2, 1}, {4, 5, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct annotate_layout l;
        annotate_layout(&(struct annotate_needs){.rows = 24,
                                                 .cols = 80,
                                                 .n_attributes = 5,
                                                 .prompt_rows = cases[i].needs[PANE_PROMPT],
                                                 .answer_rows = {cases[i].needs[PANE_A], cases[i].needs[PANE_B]},
                                                 .because_rows = 1,
                                                 .arrange = cases[i].arrange},
                        &l);
        for (int p = 0; p < PANE_COUNT; p++)
            cr_expect(eq(int, l.text[p].rows, cases[i].gets[p]), "case %zu, pane %d", i, p);
    }
}

Test(annotate_layout, at_80_by_24_ten_rows_are_left_to_read)
{
    cr_expect(eq(int, layout(24, 80, ARRANGE_AUTO).text[PANE_A].rows, 10));
    cr_expect(ge(int, layout(24, 80, ARRANGE_AUTO).text[PANE_B].cols, 37));
}

Test(annotate_layout, side_by_side_the_answers_have_the_same_width)
{
    for (int cols = 80; cols <= 300; cols++) {
        struct annotate_layout l = layout(30, cols, ARRANGE_SIDE);
        int difference = l.text[PANE_B].cols - l.text[PANE_A].cols;
        cr_expect(difference >= 0 && difference <= 1, "%d columns", cols);
    }
}

Test(annotate_layout, a_maximised_text_has_the_whole_room)
{
    struct annotate_layout l;
    annotate_layout(&(struct annotate_needs){.rows = 24,
                                             .cols = 80,
                                             .n_attributes = 5,
                                             .prompt_rows = 3,
                                             .because_rows = 1,
                                             .focus = PANE_PROMPT,
                                             .maximised = true},
                    &l);
    cr_expect(eq(int, l.text[PANE_PROMPT].rows, l.rule.row - 2));
    cr_expect(eq(int, l.text[PANE_A].rows, 0));
}
