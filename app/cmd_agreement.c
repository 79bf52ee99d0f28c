#include "app/agreement.h"
#include "app/cmd.h"
#include "app/evaluate.h"
#include "core/resample.h"
#include "core/safe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    {"by", 0, "WHAT", "attribute (default), source, week or annotator: who agrees with whom", false},
    {"of", 0, "ATTRIBUTE", "only this one; \"preference\" is which answer is better", false},
    {"confusion", 0, NULL, "what one said beside what the other said, counted; with --by annotator two by two", false},
    {"labels", 0, "WHOSE", "people (default) or sources: the single voices behind imported labels", false},
    {"ratings", 0, "FILE", "ratings of a file in place of the workspace", false},
    {"judgements", 0, "FILE", "judgements of a file, as `export --format judgements` writes them", false},
    {"resamples", 0, "N", "of the bootstrap over items (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {0},
};

enum by { BY_ATTRIBUTE, BY_SOURCE, BY_WEEK, BY_ANNOTATOR };
static const char *const by_names[] = {"attribute", "source", "week", "annotator", NULL};

enum {
    TITLE = 34,
    CELL = EVALUATION_SIGNED_CELL + 2,
    PERSON = 18,
    MOST_LEVELS = 11
}; /* columns; a table of confusion in 100 of them */

struct result {
    struct opinions o;
    enum by by;
    bool confusion;
    VEC(struct agreement_part) parts;
    struct agreement_person *people;
};

/* ---- measured ---- */

static bool add_part(struct result *r, const struct opinions_filter *f, const struct agreement_opts *opts,
                     struct err *err)
{
    struct agreement_part p;
    bool ok = agreement_part_of(&r->o, f, opts, r->by == BY_ATTRIBUTE || r->by == BY_ANNOTATOR, &p, err);
    if (!ok)
        err_context(err, "%s", names_text(&r->o.attributes, f->attribute));
    if (ok && p.all.ratings > 0)
        vec_push(&r->parts, p);
    else
        agreement_part_free(&p);
    return ok;
}

static bool measure(struct result *r, const struct args *args, const struct agreement_opts *opts, struct err *err)
{
    const char *of = args_get(args, "of");
    size_t only = of != NULL ? names_find(&r->o.attributes, of, strlen(of)) : NAMES_NONE;
    size_t groups = r->by == BY_SOURCE ? names_count(&r->o.sources) : r->by == BY_WEEK ? names_count(&r->o.weeks) : 1;
    bool ok = of == NULL || only != NAMES_NONE || err_set(err, ERR_MISSING, "nobody rated \"%.40s\"", of);
    for (size_t a = 0; ok && a < names_count(&r->o.attributes); a++)
        for (size_t g = 0; ok && (of == NULL || a == only) && g < groups; g++) {
            const struct opinions_filter f = {
                .attribute = a, .source = r->by == BY_SOURCE ? &g : NULL, .week = r->by == BY_WEEK ? &g : NULL};
            ok = add_part(r, &f, opts, err);
        }
    if (ok && r->parts.n == 0)
        return err_set(err, ERR_MISSING, "nobody has judged anything here yet");
    if (ok)
        r->people = agreement_people(&r->o);
    return ok;
}

/* What the first of two said beside what the second did; the caller frees it. */
static double *table_of_two(const struct result *r, const struct agreement_part *p, const struct agreement_pair *x)
{
    size_t people = names_count(&r->o.people), square = p->levels * p->levels;
    size_t *place = mem_array(people + 1, sizeof *place);
    double *both = mem_array(4 * square + 1, sizeof *both);
    for (size_t i = 0; i < people; i++)
        place[i] = i == x->a ? 0 : i == x->b ? 1 : NAMES_NONE;
    agreement_tables(&r->o, p, place, 2, both);
    memmove(both, both + square, square * sizeof *both); /* the first beside the second */
    mem_free(place);
    return both;
}

/* ---- JSON ---- */

static void figure_json(struct json_writer *w, const char *key, const struct agreement_figure *f)
{
    jw_key(w, key);
    jw_object(w);
    jw_knum(w, "value", f->value);
    evaluation_interval_json(w, "interval", f->range);
    if (f->why != NULL)
        jw_kstr(w, "why", f->why);
    jw_object_end(w);
}

static void measured_json(struct json_writer *w, const char *key, const struct agreement *a)
{
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "judgements", (int64_t)a->ratings);
    jw_kint(w, "items", (int64_t)a->items);
    jw_kint(w, "shared_items", (int64_t)a->shared);
    jw_kint(w, "annotators", (int64_t)a->raters);
    for (size_t k = 0; k < AGREEMENT_COUNT; k++)
        figure_json(w, agreement_names[k].key, &a->figure[k]);
    jw_object_end(w);
}

static void table_json(const char *key, const double *table, size_t levels, struct json_writer *w)
{
    jw_key(w, key);
    jw_array(w);
    for (size_t i = 0; i < levels; i++) {
        jw_array(w);
        for (size_t j = 0; j < levels; j++)
            jw_int(w, (int64_t)table[i * levels + j]);
        jw_array_end(w);
    }
    jw_array_end(w);
}

static void pairs_json(const struct result *r, const struct agreement_part *p, struct json_writer *w)
{
    jw_key(w, "pairs");
    jw_array(w);
    for (size_t i = 0; i < p->pairs; i++) {
        jw_object(w);
        jw_kstr(w, "a", names_text(&r->o.people, p->pair[i].a));
        jw_kstr(w, "b", names_text(&r->o.people, p->pair[i].b));
        jw_kint(w, "shared_items", (int64_t)p->pair[i].two.shared);
        for (size_t k = 0; k < AGREEMENT_TWO; k++)
            figure_json(w, agreement_names[k].key, &p->pair[i].two.figure[k]);
        if (r->confusion) {
            double *table = table_of_two(r, p, &p->pair[i]);
            table_json("confusion", table, p->levels, w);
            mem_free(table);
        }
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_kint(w, "annotators_left_out", (int64_t)p->left_out);
    figure_json(w, "mean_kappa_quadratic", &p->mean);
}

static void confusion_json(const struct agreement_part *p, struct json_writer *w)
{
    jw_key(w, "levels");
    jw_array(w);
    for (size_t i = 0; i < p->levels; i++)
        jw_num(w, p->level[i]);
    jw_array_end(w);
    table_json("confusion", p->confusion, p->levels, w);
}

static void share_json(struct json_writer *w, const char *key, struct agreement_share s)
{
    struct metric_interval i = {(double)NAN, (double)NAN};
    if (s.of > 0)
        metric_wilson((double)s.n, (double)s.of, &i.lo, &i.hi);
    jw_key(w, key);
    jw_object(w);
    jw_kint(w, "n", (int64_t)s.n);
    jw_kint(w, "of", (int64_t)s.of);
    evaluation_interval_json(w, "interval", i);
    jw_object_end(w);
}

static void gold_json(const struct agreement_person *p, struct json_writer *w)
{
    jw_key(w, "gold");
    jw_object(w);
    share_json(w, "right", p->gold);
    share_json(w, "first_half", p->gold_before);
    share_json(w, "second_half", p->gold_after);
    jw_knum(w, "drift", p->drift.change);
    evaluation_interval_json(w, "interval", p->drift.range);
    jw_object_end(w);
}

static void alarms_json(const struct agreement_person *p, struct json_writer *w)
{
    const char *words[AGREEMENT_ALARMS];
    size_t n = agreement_alarms(p, words);
    jw_key(w, "alarms");
    jw_array(w);
    for (size_t i = 0; i < n; i++)
        jw_str(w, words[i]);
    jw_array_end(w);
}

static void people_json(const struct result *r, struct json_writer *w)
{
    jw_key(w, "annotators");
    jw_array(w);
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->judgements == 0)
            continue;
        jw_object(w);
        jw_kstr(w, "annotator", names_text(&r->o.people, i));
        jw_kint(w, "judgements", (int64_t)p->judgements);
        share_json(w, "side_a", p->side_a);
        share_json(w, "longer", p->longer);
        share_json(w, "straight_lines", p->straight);
        share_json(w, "neither", p->neither);
        share_json(w, "same_on_repeats", p->same);
        if (p->gold.of > 0)
            gold_json(p, w);
        alarms_json(p, w);
        jw_knum(w, "active_seconds", p->seconds);
        jw_knum(w, "median_seconds", p->median);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void as_json(const struct result *r, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "by", by_names[r->by]);
    jw_key(&w, "parts");
    jw_array(&w);
    for (size_t i = 0; i < r->parts.n; i++) {
        const struct agreement_part *p = &r->parts.v[i];
        jw_object(&w);
        jw_kstr(&w, "attribute", names_text(&r->o.attributes, p->attribute));
        if (p->group != NULL)
            jw_kstr(&w, by_names[r->by], p->group);
        measured_json(&w, "as_judged", &p->all);
        measured_json(&w, "after_filtering", &p->kept);
        jw_kstr(&w, "reading", agreement_words(&p->all));
        if (r->by == BY_ATTRIBUTE || r->by == BY_ANNOTATOR)
            pairs_json(r, p, &w);
        confusion_json(p, &w);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    people_json(r, &w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

/* ---- text ---- */

static void column(const char *text, size_t width, struct buf *out)
{
    for (size_t used = safe_text(text, strlen(text), out, width); used < width; used++)
        buf_addc(out, ' ');
}

static void cell(const struct agreement_figure *f, struct buf *out)
{
    size_t from = out->len;
    if (f->why != NULL)
        buf_adds(out, "undefined");
    else
        evaluation_signed_cell(f->value, f->range, out);
    while (out->len - from < CELL)
        buf_addc(out, ' ');
}

static void end_line(struct buf *out)
{
    while (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->ptr[--out->len] = '\0';
    buf_addc(out, '\n');
}

static void heading(const struct result *r, const struct agreement_part *p, struct buf *out)
{
    const char *name = names_text(&r->o.attributes, p->attribute);
    safe_text(name, strlen(name), out, 40);
    if (p->group != NULL) {
        buf_adds(out, ", ");
        const char *group = p->group[0] != '\0' ? p->group : "(not known)";
        safe_text(group, strlen(group), out, 40);
    }
    buf_addf(out, ": %zu judgement%s by %zu %s, %zu item%s judged by two or more\n", p->all.ratings,
             p->all.ratings == 1 ? "" : "s", p->all.raters, p->all.raters == 1 ? "person" : "people", p->all.shared,
             p->all.shared == 1 ? "" : "s");
}

/* `title` stands in the corner: whose levels go down and whose across. */
static void table(const struct agreement_part *p, const double *counts, const char *title, struct buf *out)
{
    if (p->levels > MOST_LEVELS) {
        buf_addf(out, "\n  confusion: %zu levels are too many for a table; --json has them\n", p->levels);
        return;
    }
    buf_addf(out, "\n  %s\n        ", title);
    for (size_t j = 0; j < p->levels; j++)
        buf_addf(out, "%8g", p->level[j]);
    buf_addc(out, '\n');
    for (size_t i = 0; i < p->levels; i++) {
        buf_addf(out, "%8g", p->level[i]);
        for (size_t j = 0; j < p->levels; j++)
            buf_addf(out, "%8.0f", counts[i * p->levels + j]);
        buf_addc(out, '\n');
    }
}

static void tables_of_pairs(const struct result *r, const struct agreement_part *p, struct buf *out)
{
    for (size_t i = 0; i < p->pairs; i++) {
        struct buf title = BUF_INIT;
        double *counts = table_of_two(r, p, &p->pair[i]);
        app_add_name(&title, names_text(&r->o.people, p->pair[i].a));
        buf_adds(&title, " said \\ ");
        app_add_name(&title, names_text(&r->o.people, p->pair[i].b));
        table(p, counts, title.ptr, out);
        mem_free(counts);
        buf_free(&title);
    }
}

static void pairs(const struct result *r, const struct agreement_part *p, struct buf *out)
{
    buf_addf(out, "\n  %-*s%-*s%6s  %-*s%s\n", PERSON, "annotator", PERSON, "and", "items", CELL, "raw agreement",
             "kappa, quadratic");
    for (size_t i = 0; i < p->pairs; i++) {
        const struct agreement_pair *x = &p->pair[i];
        buf_adds(out, "  ");
        column(names_text(&r->o.people, x->a), PERSON - 1, out);
        buf_addc(out, ' ');
        column(names_text(&r->o.people, x->b), PERSON - 1, out);
        buf_addc(out, ' ');
        buf_addf(out, "%6zu  ", x->two.shared);
        cell(&x->two.figure[AGREEMENT_RAW], out);
        cell(&x->two.figure[AGREEMENT_KAPPA_QUADRATIC], out);
        end_line(out);
    }
    if (p->left_out > 0)
        buf_addf(out, "  (the %d with the most judgements; %zu more are not paired)\n", AGREEMENT_PEOPLE, p->left_out);
}

static void figures(const struct agreement_part *p, bool pairwise, struct buf *out)
{
    static const enum agreement_kind shown[] = {
        AGREEMENT_RAW,           AGREEMENT_KAPPA_LINEAR,  AGREEMENT_KAPPA_QUADRATIC, AGREEMENT_FLEISS,
        AGREEMENT_ALPHA_NOMINAL, AGREEMENT_ALPHA_ORDINAL, AGREEMENT_ALPHA_INTERVAL,  AGREEMENT_AC1,
        AGREEMENT_AC2_QUADRATIC, AGREEMENT_ICC_ONE,       AGREEMENT_ICC_TWO};
    const char *why = NULL;
    buf_addf(out, "\n  %-*s%-*s%s\n", TITLE, "", CELL, "as judged", "after filtering");
    for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
        const struct agreement_figure *a = &p->all.figure[shown[k]], *b = &p->kept.figure[shown[k]];
        buf_addf(out, "  %-*s", TITLE, agreement_names[shown[k]].title);
        cell(a, out);
        cell(b, out);
        end_line(out);
        why = why == NULL ? (a->why != NULL ? a->why : b->why) : why;
    }
    if (pairwise && p->mean.why == NULL) {
        buf_addf(out, "  %-*s", TITLE, "kappa, quadratic, mean of pairs");
        cell(&p->mean, out);
        end_line(out);
    }
    if (why != NULL)
        buf_addf(out, "  (undefined, because %s)\n", why);
    buf_addf(out, "  reading: %s\n", agreement_words(&p->all));
}

static void share(struct agreement_share s, size_t width, bool mark, struct buf *out)
{
    size_t from = out->len;
    if (s.of == 0)
        buf_addc(out, '-');
    else
        buf_addf(out, "%.0f %% of %zu%s", 100 * (double)s.n / (double)s.of, s.of, mark ? " *" : "");
    while (out->len - from < width)
        buf_addc(out, ' ');
}

static void people(const struct result *r, struct buf *out)
{
    if (r->o.acts.n == 0)
        return;
    buf_addf(out, "\nHow they work\n\n  %-18s %7s  %-16s%-16s%-15s%-12s%s\n", "annotator", "judged", "for side A",
             "for the longer", "straight lines", "same again", "median time");
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->judgements == 0)
            continue;
        buf_adds(out, "  ");
        column(names_text(&r->o.people, i), 18, out);
        buf_addf(out, " %7zu  ", p->judgements);
        share(p->side_a, 16, agreement_leans(p->side_a), out);
        share(p->longer, 16, agreement_leans(p->longer), out);
        share(p->straight, 15, false, out);
        share(p->same, 12, false, out);
        if (isnan(p->median))
            buf_adds(out, "-");
        else
            buf_addf(out, "%.0f s", p->median);
        buf_addc(out, '\n');
    }
    buf_adds(out, "  (*: no chance, the 95 % interval leaves out one half. Straight lines: all ratings the same. Same\n"
                  "  again: the side chosen on repeats. Times are cut at 120 s)\n");
}

static void gold(const struct result *r, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        const struct agreement_person *p = &r->people[i];
        if (p->gold.of == 0)
            continue;
        if (!any)
            buf_addf(out, "\nRight on gold\n\n  %-18s %-16s%-16s%-16s%s\n", "annotator", "all", "first half",
                     "second half", "change, in points");
        any = true;
        buf_adds(out, "  ");
        column(names_text(&r->o.people, i), 18, out);
        buf_addc(out, ' ');
        share(p->gold, 16, false, out);
        share(p->gold_before, 16, false, out);
        share(p->gold_after, 16, false, out);
        if (isnan(p->drift.change))
            buf_adds(out, "-\n");
        else
            buf_addf(out, "%+.0f (%+.0f to %+.0f)%s\n", 100 * p->drift.change, 100 * p->drift.range.lo,
                     100 * p->drift.range.hi, p->drift.certain ? " *" : "");
    }
    if (any)
        buf_adds(out, "  (*: no chance, the 95 % interval leaves out 0)\n");
}

static void alarms(const struct result *r, struct buf *out)
{
    const char *words[AGREEMENT_ALARMS];
    for (size_t i = 0; i < names_count(&r->o.people); i++) {
        size_t n = agreement_alarms(&r->people[i], words);
        if (n == 0)
            continue;
        buf_adds(out, "  ! ");
        app_add_name(out, names_text(&r->o.people, i));
        for (size_t k = 0; k < n; k++)
            buf_addf(out, "%s%s", k == 0 ? " " : k + 1 == n ? " and " : ", ", words[k]);
        buf_addc(out, '\n');
    }
}

static void as_text(const struct result *r, struct buf *out)
{
    for (size_t i = 0; i < r->parts.n; i++) {
        const struct agreement_part *p = &r->parts.v[i];
        if (i > 0)
            buf_addc(out, '\n');
        heading(r, p, out);
        if (p->none != NULL)
            buf_addf(out, "  agreement is undefined, because %s\n", p->none);
        else if (r->by == BY_ANNOTATOR)
            pairs(r, p, out);
        else
            figures(p, r->by == BY_ATTRIBUTE, out);
        if (p->none == NULL && r->confusion && r->by == BY_ANNOTATOR)
            tables_of_pairs(r, p, out);
        else if (p->none == NULL && r->confusion)
            table(p, p->confusion, "one said \\ the other", out);
    }
    people(r, out);
    gold(r, out);
    alarms(r, out);
}

/* ---- run ---- */

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct result r = {.confusion = args_has(args, "confusion")};
    struct buf text = BUF_INIT;
    int64_t resamples = RESAMPLE_COUNT, seed = 1;
    int by = 0;
    if (!args_choice(args, "by", by_names, &by, err) || !args_int(args, "resamples", 10, 1000000, &resamples, err) ||
        !args_int(args, "seed", 0, INT64_MAX, &seed, err))
        return false;
    r.by = (enum by)by;
    const struct agreement_opts opts = {.resamples = (size_t)resamples, .seed = (uint64_t)seed};
    bool ok = opinions_read(app, args, &r.o, err) && measure(&r, args, &opts, err);
    if (ok) {
        (app->json ? as_json : as_text)(&r, &text);
        ok = app_print(app, &text, err);
    }
    for (size_t i = 0; i < r.parts.n; i++)
        agreement_part_free(&r.parts.v[i]);
    vec_free(&r.parts);
    mem_free(r.people);
    opinions_free(&r.o);
    buf_free(&text);
    return ok;
}

const struct command cmd_agreement = {
    .name = "agreement",
    .summary = "how far people agree, and how each of them works",
    .synopsis = "[--by attribute|source|week|annotator] [--of ATTRIBUTE] [--ratings FILE | --judgements FILE]",
    .about =
        "Raw agreement, weighted kappa, Fleiss, Krippendorff's alpha, AC1, AC2 and ICC with 95 % intervals "
        "(bootstrap over items), as judged\n"
        "and after filtering: on the three judgements that are most alike. The second says how clean the labels are, "
        "never how well\n"
        "people agree. Then each person's leaning to a side and to the longer answer, straight lines, repeats and "
        "time.",
    .example = "  assay agreement\n"
               "  assay agreement --by annotator --of preference --confusion\n"
               "  assay --json agreement --ratings ratings.jsonl | jq '.parts[].as_judged.alpha_ordinal'",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
