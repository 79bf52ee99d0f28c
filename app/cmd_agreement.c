#include "app/agreement_told.h"
#include "app/cmd.h"
#include "core/resample.h"

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

static bool add_part(struct agreement_told *r, const struct opinions_filter *f, const struct agreement_opts *opts,
                     struct err *err)
{
    struct agreement_part p;
    bool ok =
        agreement_part_of(&r->o, f, opts, r->by == AGREEMENT_BY_ATTRIBUTE || r->by == AGREEMENT_BY_ANNOTATOR, &p, err);
    if (!ok)
        err_context(err, "%s", names_text(&r->o.attributes, f->attribute));
    if (ok && p.all.ratings > 0)
        vec_push(&r->parts, p);
    else
        agreement_part_free(&p);
    return ok;
}

static bool measure(struct agreement_told *r, const struct args *args, const struct agreement_opts *opts,
                    struct err *err)
{
    const char *of = args_get(args, "of");
    size_t only = of != NULL ? names_find(&r->o.attributes, of, strlen(of)) : NAMES_NONE;
    size_t groups = r->by == AGREEMENT_BY_SOURCE ? names_count(&r->o.sources)
                    : r->by == AGREEMENT_BY_WEEK ? names_count(&r->o.weeks)
                                                 : 1;
    bool ok = of == NULL || only != NAMES_NONE || err_set(err, ERR_MISSING, "nobody rated \"%.40s\"", of);
    for (size_t a = 0; ok && a < names_count(&r->o.attributes); a++)
        for (size_t g = 0; ok && (of == NULL || a == only) && g < groups; g++) {
            const struct opinions_filter f = {.attribute = a,
                                              .source = r->by == AGREEMENT_BY_SOURCE ? &g : NULL,
                                              .week = r->by == AGREEMENT_BY_WEEK ? &g : NULL};
            ok = add_part(r, &f, opts, err);
        }
    if (ok && r->parts.n == 0)
        return err_set(err, ERR_MISSING, "nobody has judged anything here yet");
    if (ok)
        r->people = agreement_people(&r->o);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct agreement_told r = {.confusion = args_has(args, "confusion")};
    struct buf text = BUF_INIT;
    int64_t resamples = RESAMPLE_COUNT, seed = 1;
    int by = 0;
    if (!args_choice(args, "by", agreement_by_names, &by, err) ||
        !args_int(args, "resamples", 10, 1000000, &resamples, err) || !args_int(args, "seed", 0, INT64_MAX, &seed, err))
        return false;
    r.by = (enum agreement_by)by;
    const struct agreement_opts opts = {.resamples = (size_t)resamples, .seed = (uint64_t)seed};
    bool ok = opinions_read(app, args, &r.o, err) && measure(&r, args, &opts, err);
    if (ok) {
        (app->json ? agreement_told_json : agreement_told_text)(&r, &text);
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
