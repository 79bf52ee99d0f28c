#include "app/report_page.h"

#include "core/names.h"
#include "store/label.h"

#include <math.h>
#include <string.h>

static void annotators(const struct status *s, struct page *p)
{
    static const struct page_column columns[] = {{"annotator", false},   {"judged", true},
                                                 {"skipped", true},      {"flagged", true},
                                                 {"mean seconds", true}, {"first answer on side A", true}};
    page_table(p, columns, sizeof columns / sizeof *columns,
               "Who judged. Sides are drawn at random: the last column should be near one half");
    for (size_t i = 0; i < s->n_annotators && i < REPORT_ROWS; i++) {
        const struct status_annotator *x = &s->annotators[i];
        page_row(p);
        page_cell(p, "%s", x->name);
        page_cell(p, "%s", report_count(x->judged).text);
        page_cell(p, "%s", report_count(x->skipped).text);
        page_cell(p, "%s", report_count(x->flagged).text);
        if (x->judged > 0)
            page_cell(p, "%.1f", x->seconds / (double)x->judged);
        else
            page_cell(p, "–");
        page_cell(p, "%s of %s", report_count(x->a_is_first).text, report_count(x->a_is_first + x->a_is_second).text);
    }
    page_more(p, s->n_annotators > REPORT_ROWS ? s->n_annotators - REPORT_ROWS : 0);
    page_table_end(p);
}

static void agreement(const struct report_people *x, struct page *p)
{
    static const struct page_column columns[] = {{"figure", false}, {"which is better", true}, {"and how much", true}};
    static const enum agreement_kind shown[][2] = {{AGREEMENT_RAW, AGREEMENT_RAW},
                                                   {AGREEMENT_KAPPA, AGREEMENT_KAPPA_QUADRATIC},
                                                   {AGREEMENT_ALPHA_NOMINAL, AGREEMENT_ALPHA_ORDINAL},
                                                   {AGREEMENT_AC1, AGREEMENT_AC2_QUADRATIC}};
    const char *why = NULL;
    page_table(
        p, columns, sizeof columns / sizeof *columns,
        "How well people agree on the %s comparisons that two or more of them judged, with 95 %% intervals: bootstrap "
        "over comparisons. 1 is full agreement, 0 what chance gives (raw agreement apart)",
        report_count((int64_t)x->side.shared).text);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct agreement_figure *a = &x->side.figure[shown[i][0]], *b = &x->strength.figure[shown[i][1]];
        page_row(p);
        page_cell(p, shown[i][0] == shown[i][1] ? "%s" : "%s; %s", agreement_names[shown[i][0]].title,
                  agreement_names[shown[i][1]].title);
        page_cell(p, "%s", report_figure(a->value, a->range).text);
        page_cell(p, "%s", report_figure(b->value, b->range).text);
        why = a->why != NULL ? a->why : b->why != NULL ? b->why : why;
    }
    page_table_end(p);
    if (why != NULL)
        page_note(p, "Undefined: %s.", why);
}

static void questions(const struct report_people *x, struct page *p)
{
    static const struct page_column columns[] = {{"question", false},
                                                 {"judged by two or more", true},
                                                 {"weighted kappa, as judged", true},
                                                 {"after filtering", true},
                                                 {"ordinal alpha, as judged", true},
                                                 {"after filtering", true},
                                                 {"reading of alpha as judged", false}};
    page_table(
        p, columns, sizeof columns / sizeof *columns,
        "Agreement on each question, as judged and after filtering: on the three judgements that are most alike. "
        "The second says how clean the labels are, never how well people agree. Quadratic weights; 95 %% "
        "intervals: bootstrap over items");
    for (size_t i = 0; i < x->parts.n && i < REPORT_ROWS; i++) {
        const struct agreement_part *a = &x->parts.v[i];
        page_row(p);
        page_cell(p, "%s", names_text(&x->opinions.attributes, a->attribute));
        page_cell(p, "%s", report_count((int64_t)a->all.shared).text);
        const enum agreement_kind shown[] = {AGREEMENT_KAPPA_QUADRATIC, AGREEMENT_ALPHA_ORDINAL};
        for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
            const struct agreement_figure *all = &a->all.figure[shown[k]], *kept = &a->kept.figure[shown[k]];
            page_cell(p, "%s", report_figure(all->value, all->range).text);
            page_cell(p, "%s", report_figure(kept->value, kept->range).text);
        }
        page_cell(p, "%s", agreement_words(&a->all));
    }
    page_more(p, x->parts.n > REPORT_ROWS ? x->parts.n - REPORT_ROWS : 0);
    page_table_end(p);
}

static void sides(const struct report_people *x, struct page *p)
{
    struct metric_interval i;
    if (x->sided == 0)
        return;
    metric_wilson((double)x->for_a, (double)x->sided, &i.lo, &i.hi);
    page_text(
        p,
        "Of %s judgement%s that prefer%s an answer, %s favour the one on side A (95 %%: Wilson); an even half is fair.",
        report_count((int64_t)x->sided).text, PLURAL(x->sided), x->sided == 1 ? "s" : "",
        report_share((double)x->for_a / (double)x->sided, i).text);
}

void report_people(const struct report *r, struct page *p)
{
    page_section(p, "people", "Annotators");
    if (r->status.n_annotators == 0) {
        page_text(p, "Nobody has judged here yet; all labels came with the data.");
        return;
    }
    annotators(&r->status, p);
    sides(&r->people, p);
    if (r->people.side.shared > 0)
        agreement(&r->people, p);
    else
        page_text(p, "Nothing is known of agreement: no comparison was judged by two people.");
    if (r->people.parts.n > 0)
        questions(&r->people, p);
}
