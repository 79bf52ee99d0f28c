#include "app/report_page.h"

#include <math.h>
#include <string.h>

/* Of enum length_figure: how it is told. */
static const struct {
    const char *name;
    bool share;
} told[LENGTH_FIGURE_COUNT] = {
    [LENGTH_PEOPLE] = {"the longer answer wins, by people", true},
    [LENGTH_SCORER] = {"the longer answer wins, by the head", true},
    [LENGTH_ACCURACY] = {"accuracy", true},
    [LENGTH_LONGER] = {"accuracy where the better answer is longer", true},
    [LENGTH_SHORTER] = {"accuracy where the better answer is shorter", true},
    [LENGTH_ALONE] = {"accuracy of length alone", true},
    [LENGTH_CONTROLLED] = {"accuracy with length taken out", true},
    [LENGTH_PEARSON] = {"correlation of reward and length", false},
    [LENGTH_SPEARMAN] = {"the same of their ranks", false},
    [LENGTH_PEARSON_WITHIN] = {"correlation within a prompt", false},
    [LENGTH_SPEARMAN_WITHIN] = {"the same of ranks within a prompt", false},
};

static bool has_lengths(const struct report_head *h)
{
    return h->why == NULL && h->s.confounds.absent == NULL && h->s.confounds.no_length == NULL;
}

static struct report_text cell(const struct length_bias *b, size_t figure)
{
    return told[figure].share ? report_share(b->value[figure], b->interval[figure])
                              : report_figure(b->value[figure], b->interval[figure]);
}

static void table(const struct report *r, struct page *p)
{
    struct page_column columns[1 + REPORT_HEADS] = {{"figure", false}};
    size_t n = 1;
    for (size_t i = 0; i < r->heads.n; i++)
        if (has_lengths(r->heads.v[i]))
            columns[n++] = (struct page_column){r->heads.v[i]->name, true};
    page_table(p, columns, n, "Lengths of answers and what heads make of them");
    for (size_t k = 0; k < LENGTH_FIGURE_COUNT; k++) {
        page_row(p);
        page_cell(p, "%s", told[k].name);
        for (size_t i = 0; i < r->heads.n; i++)
            if (has_lengths(r->heads.v[i]))
                page_cell(p, "%s", cell(&r->heads.v[i]->s.confounds.length, k).text);
    }
    page_table_end(p);
}

void report_confounds(const struct report *r, struct page *p)
{
    bool any = false;
    page_section(p, "length", "Is it length?");
    for (size_t i = 0; i < r->heads.n; i++)
        any = any || has_lengths(r->heads.v[i]);
    for (size_t i = 0; i < r->heads.n && !any; i++)
        if (r->heads.v[i]->why == NULL) {
            const struct confounds *c = &r->heads.v[i]->s.confounds;
            page_text(p, "Nothing is told of lengths: %s.", c->absent != NULL ? c->absent : c->no_length);
            return;
        }
    page_text(p, "People often prefer the longer answer, and heads learn it. A head that is right mostly where the "
                 "better answer "
                 "is longer may have learnt little else. A head scores each answer by itself and knows no sides.");
    table(r, p);
}
