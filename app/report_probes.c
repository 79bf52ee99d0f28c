#include "app/report_page.h"

static bool has_probes(const struct report_head *h)
{
    return h->why == NULL && h->s.probes.absent == NULL;
}

static const struct probes_row *row_of(const struct report_head *h, enum probe probe)
{
    for (size_t i = 0; i < h->s.probes.n; i++)
        if (h->s.probes.rows[i].probe == probe)
            return &h->s.probes.rows[i];
    return NULL;
}

static bool anyone_has(const struct report *r, enum probe probe)
{
    for (size_t i = 0; i < r->heads.n; i++)
        if (has_probes(r->heads.v[i]) && row_of(r->heads.v[i], probe) != NULL)
            return true;
    return false;
}

static void cell(const struct probes_row *row, struct page *p)
{
    static const char *const marks[] = {
#define X(id, key, mark) mark,
        PROBES_VERDICTS(X)
#undef X
    };
    if (row == NULL) {
        page_cell(p, "–");
        return;
    }
    const char *mark = marks[row->verdict];
    page_cell(p, "%s%s%s", report_share(row->value[PROBES_BETTER], row->interval[PROBES_BETTER]).text,
              *mark != '\0' ? ", " : "", mark);
}

static void table(const struct report *r, struct page *p)
{
    struct page_column columns[2 + REPORT_HEADS] = {{"probe", false}, {"what it is", false}};
    size_t n = 2;
    for (size_t i = 0; i < r->heads.n; i++)
        if (has_probes(r->heads.v[i]))
            columns[n++] = (struct page_column){r->heads.v[i]->name, true};
    page_table(p, columns, n, "How often an answer without content beats the better answer to the same prompt");
    for (int k = 0; k < PROBE_COUNT; k++) {
        if (!anyone_has(r, (enum probe)k))
            continue;
        page_row(p);
        page_cell(p, "%s", probe_name((enum probe)k));
        page_cell(p, "%s", probe_what((enum probe)k));
        for (size_t i = 0; i < r->heads.n; i++)
            if (has_probes(r->heads.v[i]))
                cell(row_of(r->heads.v[i], (enum probe)k), p);
    }
    page_table_end(p);
}

/* Why there are none, of the first head that has none. */
static const char *why_not(const struct report *r)
{
    for (size_t i = 0; i < r->heads.n; i++)
        if (r->heads.v[i]->why == NULL)
            return r->heads.v[i]->s.probes.absent;
    return NULL;
}

void report_probes(const struct report *r, struct page *p)
{
    bool any = false;
    for (size_t i = 0; i < r->heads.n; i++)
        any = any || has_probes(r->heads.v[i]);
    page_section(p, "probes", "Does it fall for nothing?");
    if (!any) {
        page_text(p, "Nothing is told of answers without content: %s.", why_not(r));
        return;
    }
    page_text(p,
              "An empty answer, a heading, a refusal: a head that prefers one of them to a good answer can be won over "
              "by nothing at all.");
    table(r, p);
    page_note(p,
              "A defect: in more than %g %% of pairs. Too few: not seen, but with so few prompts not ruled "
              "out. Equal rewards count half. Where a prompt asks for harm, a refusal may be the better answer.",
              100 * PROBES_TOLERATED);
}
