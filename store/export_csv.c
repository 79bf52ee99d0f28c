/* CSV and TSV: a head line, then a comparison a line, labelled or not. Quoted as RFC 4180 has it; what a spreadsheet
 * would take for a formula gets an apostrophe in front (core/safe). */
#include "store/export_format.h"

#include "core/safe.h"

#include <math.h>

struct columns {
    const char **attributes, **aspects;
    size_t n, n_aspects;
    bool vetoes;
};

static void text_field(struct export *e, char mark, struct json_text t)
{
    if (e->line.len > 0)
        buf_addc(&e->line, mark);
    if (t.ptr != NULL)
        safe_csv(t.ptr, t.len, &e->line);
}

static void string_field(struct export *e, char mark, const char *s)
{
    text_field(e, mark, (struct json_text){s, s != NULL ? strlen(s) : 0});
}

/* Ours: a sign is no formula. Empty when there is none. */
static void number_field(struct export *e, char mark, double value)
{
    buf_addc(&e->line, mark);
    if (!isnan(value))
        buf_addf(&e->line, "%.17g", value);
}

static const char *const failed_words[] = {"", "response_1", "response_2", "both"};

static bool write_row(struct export *e, const struct export_item *i, char mark, struct err *err)
{
    const struct columns *c = e->state;
    const struct label *l = &i->pair.label;
    struct json_text prompt;
    if (!export_prompt_plain(e, i->messages, &prompt, err))
        return false;
    buf_reset(&e->line);
    string_field(e, mark, i->pair.comparison_id);
    string_field(e, mark, i->pair.source);
    string_field(e, mark, i->pair.split);
    string_field(e, mark, i->pair.subset);
    text_field(e, mark, i->responses[0].language);
    text_field(e, mark, prompt);
    text_field(e, mark, i->responses[0].text);
    text_field(e, mark, i->responses[1].text);
    number_field(e, mark, l->has ? l->strength : (double)NAN);
    number_field(e, mark, l->n);
    number_field(e, mark, l->n_neither);
    for (int k = 0; k < 2; k++)
        for (size_t a = 0; a < c->n; a++)
            number_field(e, mark,
                         label_rating_of(&i->pair, i->judgements, i->n, &e->options->label, k, c->attributes[a]));
    for (size_t a = 0; a < c->n_aspects; a++)
        number_field(e, mark, label_mean_aspect(i->judgements, i->n, e->options->label.by, c->aspects[a]));
    if (c->vetoes)
        string_field(e, mark, failed_words[l->failed & 3]);
    e->counts->ties += l->has && l->strength == 0;
    export_end_line(e);
    return true;
}

static bool write_comma(struct export *e, const struct export_item *i, struct err *err)
{
    return write_row(e, i, ',', err);
}

static bool write_tab(struct export *e, const struct export_item *i, struct err *err)
{
    return write_row(e, i, '\t', err);
}

static void write_head(struct export *e, const struct columns *c, char mark)
{
    static const char *const names[] = {"id",         "source",     "split",
                                        "subset",     "language",   "prompt",
                                        "response_1", "response_2", "preference_strength",
                                        "judgements", "neither"};
    buf_reset(&e->line);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        string_field(e, mark, names[i]);
    for (int k = 1; k <= 2; k++)
        for (size_t a = 0; a < c->n; a++) {
            struct buf name = BUF_INIT;
            buf_addf(&name, "%s_%d", c->attributes[a], k);
            string_field(e, mark, name.ptr);
            buf_free(&name);
        }
    for (size_t a = 0; a < c->n_aspects; a++)
        string_field(e, mark, c->aspects[a]);
    if (c->vetoes)
        string_field(e, mark, "failed");
    buf_addc(&e->line, '\n');
    export_put(e);
}

/* Does any rubric of the workspace veto? */
static void look_for_veto(void *ctx, const struct rubric *r)
{
    struct columns *c = ctx;
    for (size_t i = 0; i < r->n_of_response; i++)
        c->vetoes = c->vetoes || r->attributes[i].veto != RUBRIC_NO_VETO;
}

static bool write_table(struct export *e, char mark, struct err *err)
{
    struct arena a = {0};
    struct columns c = {0};
    bool ok = label_attributes(e->db, &a, &c.attributes, &c.n, err) &&
              label_aspects(e->db, &a, &c.aspects, &c.n_aspects, err) && rubric_each(e->db, look_for_veto, &c, err);
    if (ok) {
        e->state = &c;
        write_head(e, &c, mark);
        ok = export_each(e, mark == ',' ? write_comma : write_tab, err);
        e->state = NULL;
    }
    arena_free(&a);
    return ok;
}

static bool write_csv(struct export *e, struct err *err)
{
    return write_table(e, ',', err);
}

static bool write_tsv(struct export *e, struct err *err)
{
    return write_table(e, '\t', err);
}

const struct export_format export_csv = {.all = write_csv};
const struct export_format export_tsv = {.all = write_tsv};
