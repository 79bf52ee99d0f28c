/* What the texts of this item need, and with that the layout of this screen. */
#include "ui/annotate.h"

enum { ROOMY_ROWS = 30 };

int annotate_because_cols(int cols)
{
    return annotate_text_cols(cols - 20);
}

/* Rows for the justification: all it needs while it is written; otherwise one on a low screen, for the texts need the
 * room. */
static int rows_of_because(const struct annotate *a, int rows_of_screen, int cols)
{
    if (a->mode != MODE_WRITE && rows_of_screen < ROOMY_ROWS)
        return 1;
    const struct buf *text = a->mode == MODE_WRITE ? &a->editor.text : &annotate_state(a)->task->draft.because;
    struct wrap_rows rows = {0};
    wrap_text(text->ptr, text->len, annotate_because_cols(cols), 0, &rows);
    int n = (int)rows.rows.n;
    vec_free(&rows.rows);
    return n;
}

static void lay_out(struct annotate *a, const struct annotate_needs *needs)
{
    annotate_layout(needs, &a->layout);
    for (int p = 0; p < PANE_COUNT && a->layout.fits; p++)
        if (a->layout.text[p].cols > 0)
            textview_resize(&a->text[p], a->layout.text[p].cols, a->layout.text[p].rows);
}

/* Short answers beside each other leave rows empty that a long prompt can use. */
static int spare_rows(const struct annotate *a, const struct annotate_needs *needs)
{
    const struct annotate_layout *l = &a->layout;
    if (!l->fits || needs->maximised || l->arrange != ARRANGE_SIDE || needs->prompt_rows <= l->text[PANE_PROMPT].rows)
        return 0;
    int in_a = l->text[PANE_A].rows - textview_rows(&a->text[PANE_A]);
    int in_b = l->text[PANE_B].rows - textview_rows(&a->text[PANE_B]);
    int spare = in_a < in_b ? in_a : in_b;
    return spare > 0 ? spare : 0;
}

void annotate_arrange(struct annotate *a, int rows, int cols)
{
    textview_resize(&a->text[PANE_PROMPT], annotate_text_cols(cols), a->text[PANE_PROMPT].height);
    struct annotate_needs needs = {.rows = rows,
                                   .cols = cols,
                                   .n_attributes = annotate_state(a)->rubric->n_attributes,
                                   .prompt_rows = textview_rows(&a->text[PANE_PROMPT]),
                                   .because_rows = rows_of_because(a, rows, cols),
                                   .arrange = a->arrange,
                                   .focus = a->focus,
                                   .maximised = a->maximised};
    lay_out(a, &needs);
    needs.spare_rows = spare_rows(a, &needs);
    if (needs.spare_rows > 0)
        lay_out(a, &needs);
}
