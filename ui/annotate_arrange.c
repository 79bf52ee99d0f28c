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
    (needs->answers > 2 ? annotate_layout_ranking : annotate_layout)(needs, &a->layout);
    for (int p = 0; p < PANE_COUNT && a->layout.fits; p++)
        if (a->layout.text[p].cols > 0)
            textview_resize(&a->text[p], a->layout.text[p].cols, a->layout.text[p].rows);
}

void annotate_arrange(struct annotate *a, const struct grid *g)
{
    int rows = g->rows, cols = g->cols;
    for (int p = 0; p < PANE_COUNT; p++)
        a->text[p].ascii = g->ascii;
    textview_resize(&a->text[PANE_PROMPT], annotate_text_cols(cols), a->text[PANE_PROMPT].height);
    struct annotate_needs needs = {.rows = rows,
                                   .cols = cols,
                                   .n_attributes = annotate_state(a)->rubric->n_attributes,
                                   .answers = annotate_state(a)->task->n,
                                   .prompt_rows = textview_rows(&a->text[PANE_PROMPT]),
                                   .because_rows = rows_of_because(a, rows, cols),
                                   .arrange = a->tastes->arrange,
                                   .diff = a->tastes->diff,
                                   .focus = a->focus,
                                   .maximised = a->maximised};
    lay_out(a, &needs);
    if (!a->layout.fits || a->maximised)
        return;
    /* Now that the widths are known: rows that one text leaves empty go to another that wants them. */
    if (a->layout.text[PANE_B].cols == 0 && needs.answers > 2) /* as wide as the other, if it is shown at all */
        textview_resize(&a->text[PANE_B], a->layout.text[PANE_A].cols, a->layout.text[PANE_A].rows);
    needs.answer_rows[PANE_A] = textview_rows(&a->text[PANE_A]);
    needs.answer_rows[PANE_B] = textview_rows(&a->text[PANE_B]);
    lay_out(a, &needs);
}
