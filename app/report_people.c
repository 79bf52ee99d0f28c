#include "app/report.h"

#include "core/names.h"
#include "store/label.h"

#include <math.h>
#include <string.h>

/* ---- found out ---- */

struct collector {
    struct names people;
    VEC(size_t) item, rater;
    VEC(double) value, side; /* -3 ... 3; -1, 0, 1 */
    size_t items;
    struct report_people *out;
};

static bool collect(void *ctx, const struct label_pair *pair)
{
    struct collector *c = ctx;
    for (size_t i = 0; i < pair->n_votes; i++) {
        const struct label_vote *v = &pair->votes[i];
        if (!v->by_person)
            continue;
        vec_push(&c->item, c->items);
        vec_push(&c->rater, names_add(&c->people, v->annotator, strlen(v->annotator), NULL));
        vec_push(&c->value, (double)v->preference);
        vec_push(&c->side, (double)((v->preference > 0) - (v->preference < 0)));
        c->out->sided += v->preference != 0;
        c->out->for_a += v->preference != 0 && (v->preference < 0) == (v->a_is == 1);
    }
    c->items++;
    return true;
}

/* Every question that people were asked, as they answered and after filtering. */
static bool measure_parts(struct db *db, const struct evaluate_opts *e, struct report_people *out, struct err *err)
{
    const struct agreement_opts opts = {.resamples = e->resamples, .seed = e->seed};
    if (!opinions_of(db, true, &out->opinions, err))
        return false;
    for (size_t a = 0; a < names_count(&out->opinions.attributes); a++) {
        struct agreement_part p;
        if (!agreement_part_of(&out->opinions, &(struct opinions_filter){.attribute = a}, &opts, false, &p, err)) {
            agreement_part_free(&p);
            return err_context(err, "%s", names_text(&out->opinions.attributes, a));
        }
        if (p.none == NULL)
            vec_push(&out->parts, p);
        else
            agreement_part_free(&p);
    }
    return true;
}

bool report_people_read(struct db *db, const struct evaluate_opts *e, struct report_people *out, struct err *err)
{
    static const double scale[] = {-3, -2, -1, 0, 1, 2, 3}, sides[] = {-1, 0, 1};
    struct collector c = {.out = out};
    const struct label_options options = {.by = LABEL_BY_PEOPLE, .votes = true};
    const struct agreement_opts o = {.resamples = e->resamples, .seed = e->seed};
    bool ok = label_each_pair(db, &options, collect, &c, err);
    if (ok && c.item.n > 0) {
        struct agreement_data d = {.item = c.item.v,
                                   .rater = c.rater.v,
                                   .value = c.side.v,
                                   .n = c.item.n,
                                   .items = c.items,
                                   .raters = names_count(&c.people),
                                   .levels = sides,
                                   .n_levels = sizeof sides / sizeof *sides};
        ok = agreement_of(&d, &o, &out->side, err);
        d.value = c.value.v;
        d.levels = scale;
        d.n_levels = sizeof scale / sizeof *scale;
        ok = ok && agreement_of(&d, &o, &out->strength, err);
    }
    names_free(&c.people);
    vec_free(&c.item);
    vec_free(&c.rater);
    vec_free(&c.value);
    vec_free(&c.side);
    return ok && measure_parts(db, e, out, err);
}

void report_people_free(struct report_people *x)
{
    for (size_t i = 0; i < x->parts.n; i++)
        agreement_part_free(&x->parts.v[i]);
    vec_free(&x->parts);
    opinions_free(&x->opinions);
}

/* ---- told ---- */

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
        report_count((int64_t)x->sided).text, x->sided == 1 ? "" : "s", x->sided == 1 ? "s" : "",
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
