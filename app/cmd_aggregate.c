#include "app/aggregated.h"
#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "core/base/outfile.h"
#include "core/safe.h"
#include "store/db.h"

#include <math.h>
#include <string.h>

static const struct option_spec options[] = {
    {"method", 0, "METHOD", "mean, median, majority, helpsteer2, dawid-skene, mace, crowd-bt or soft", false},
    {"use", 0, "METHOD",
     "from now on the labels of train, eval, compare and export are made so; none: plain means again", false},
    {"of", 0, "ATTRIBUTE", "the attribute whose ratings are put together (default: the preference)", false},
    {"output", 'o', "FILE", "the labels as JSON Lines (default: only the summary is told)", false},
    {"labels", 0, "WHOSE", "people (default) or sources: the single voices behind imported labels", false},
    {"ratings", 0, "FILE", "ratings of a file in place of the workspace", false},
    {"judgements", 0, "FILE", "judgements of a file, as `export --format judgements` writes them", false},
    {0},
};

enum { MOST_TOLD = 40 }; /* people in the table */

/* Labels, and of whom. */
struct made {
    const struct opinions *o;
    struct aggregated_part p;
    enum aggregate_method method;
    const char *attribute;
    const char *use; /* what the workspace goes by from now on; NULL: as before */
};

static bool make(struct made *m, struct err *err)
{
    size_t attribute = names_find(&m->o->attributes, m->attribute, strlen(m->attribute));
    if (attribute == NAMES_NONE)
        return err_set(err, ERR_MISSING, "nobody rated \"%.40s\"", m->attribute);
    return aggregated_part_of(m->o, attribute, m->method, &m->p, err);
}

/* ---- labels ---- */

static void judgement_json(const struct made *m, size_t i, struct json_writer *w)
{
    jw_object(w);
    jw_kstr(w, "annotator", names_text(&m->o->people, m->p.part.rater[i]));
    jw_knum(w, "value", m->p.part.value[i]);
    jw_kbool(w, "kept", m->p.a.kept[i]);
    jw_object_end(w);
}

static void label_json(const struct made *m, size_t item, struct json_writer *w)
{
    const struct aggregate_label *l = &m->p.a.label[item];
    jw_object(w);
    jw_kstr(w, m->p.preferences ? "comparison" : "item", names_text(&m->o->items, item));
    if (m->p.preferences) {
        jw_kstr(w, "first", names_text(&m->o->answers, m->p.first[item]));
        jw_kstr(w, "second", names_text(&m->o->answers, m->p.second[item]));
        jw_knum(w, "p_first", l->first);
    }
    jw_knum(w, m->p.preferences ? "preference" : "value", l->value);
    if (l->why != NULL)
        jw_kstr(w, "why", l->why);
    else
        jw_knum(w, "confidence", l->confidence);
    jw_kint(w, "kept", (int64_t)l->kept);
    jw_kint(w, "discarded", (int64_t)l->dropped);
    jw_key(w, "judgements");
    jw_array(w);
    for (size_t k = m->p.start[item]; k < m->p.start[item + 1]; k++)
        judgement_json(m, m->p.order[k], w);
    jw_array_end(w);
    jw_object_end(w);
}

static bool write_labels(const struct made *m, const char *path, struct err *err)
{
    struct buf line = BUF_INIT;
    struct outfile *out = outfile_open(path, err);
    if (out == NULL)
        return false;
    for (size_t i = 0; i < m->p.part.d.items; i++) {
        struct json_writer w;
        if (m->p.start[i] == m->p.start[i + 1])
            continue;
        buf_reset(&line);
        jw_start(&w, &line);
        label_json(m, i, &w);
        buf_addc(&line, '\n');
        outfile_write(out, line.ptr, line.len);
    }
    buf_free(&line);
    return outfile_commit(out, err);
}

/* ---- the summary ---- */

static const char *reliability_is(const struct made *m)
{
    return m->p.a.rounds > 0 ? "right" : "agrees";
}

static size_t judged_by(const struct made *m, size_t rater, size_t *kept)
{
    size_t n = 0;
    *kept = 0;
    for (size_t i = 0; i < m->p.part.d.n; i++)
        if (m->p.part.rater[i] == rater) {
            n++;
            *kept += m->p.a.kept[i];
        }
    return n;
}

static void as_text(const struct made *m, struct buf *out)
{
    buf_adds(out, aggregate_names[m->method]);
    buf_adds(out, " of ");
    safe_text(m->attribute, strlen(m->attribute), out, 40);
    buf_addf(out, ": %zu label%s from %zu judgement%s of %zu item%s\n", m->p.count.labels, PLURAL(m->p.count.labels),
             m->p.part.d.n, PLURAL(m->p.part.d.n), m->p.count.labels + m->p.count.none,
             PLURAL(m->p.count.labels + m->p.count.none));
    buf_addf(out, "  judgements kept %zu, discarded %zu; items without a label %zu\n", m->p.count.kept,
             m->p.part.d.n - m->p.count.kept, m->p.count.none);
    if (m->p.a.rounds > 0)
        buf_addf(out, "  %zu round%s%s\n", m->p.a.rounds, PLURAL(m->p.a.rounds),
                 m->p.a.converged ? "" : "; it did not come to rest");
    buf_addf(out, "\n  %-32s %10s %10s %10s\n", "annotator", "judgements", "kept", reliability_is(m));
    size_t people = names_count(&m->o->people), told = people < MOST_TOLD ? people : MOST_TOLD;
    for (size_t r = 0; r < told; r++) {
        const char *name = names_text(&m->o->people, r);
        size_t kept, n = judged_by(m, r, &kept);
        buf_adds(out, "  ");
        for (size_t used = safe_text(name, strlen(name), out, 32); used < 32; used++)
            buf_addc(out, ' ');
        buf_addf(out, " %10zu %10zu ", n, kept);
        if (n == 0 || isnan(m->p.a.reliability[r]))
            buf_adds(out, "         -\n");
        else
            buf_addf(out, "%8.1f %%\n", 100 * m->p.a.reliability[r]);
    }
    if (told < people)
        buf_addf(out, "  ... and %zu more (--json tells all)\n", people - told);
}

static void as_json(const struct made *m, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "method", aggregate_names[m->method]);
    jw_kstr(&w, "of", m->attribute);
    jw_kint(&w, "labels", (int64_t)m->p.count.labels);
    jw_kint(&w, "without_label", (int64_t)m->p.count.none);
    jw_kint(&w, "judgements", (int64_t)m->p.part.d.n);
    jw_kint(&w, "kept", (int64_t)m->p.count.kept);
    jw_kint(&w, "discarded", (int64_t)(m->p.part.d.n - m->p.count.kept));
    if (m->p.a.rounds > 0) {
        jw_kint(&w, "rounds", (int64_t)m->p.a.rounds);
        jw_kbool(&w, "converged", m->p.a.converged);
        jw_knum(&w, "objective", m->p.a.objective);
    }
    jw_key(&w, "annotators");
    jw_array(&w);
    for (size_t r = 0; r < names_count(&m->o->people); r++) {
        size_t kept, n = judged_by(m, r, &kept);
        jw_object(&w);
        jw_kstr(&w, "annotator", names_text(&m->o->people, r));
        jw_kint(&w, "judgements", (int64_t)n);
        jw_kint(&w, "kept", (int64_t)kept);
        jw_knum(&w, reliability_is(m), n > 0 ? m->p.a.reliability[r] : (double)NAN);
        jw_object_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

static bool tell(const struct app *app, const struct made *m, const char *path, struct err *err)
{
    struct buf text = BUF_INIT;
    bool apart = path == NULL || strcmp(path, "-") != 0; /* else the labels are what is on stdout */
    (app->json ? as_json : as_text)(m, &text);
    bool ok = (path == NULL || write_labels(m, path, err)) && (!apart || app_print(app, &text, err));
    buf_free(&text);
    return ok;
}

/* --use speaks of the workspace as a whole. */
static bool read_use(const struct args *args, struct made *m, struct err *err)
{
    static const char *const apart[] = {"method", "of", "labels", "ratings", "judgements"};
    int use = -1;
    if (!args_choice(args, "use", aggregated_words, &use, err))
        return false;
    for (size_t i = 0; use >= 0 && i < sizeof apart / sizeof *apart; i++)
        if (args_has(args, apart[i]))
            return err_set(err, ERR_USAGE, "--use is for all of the workspace; leave out --%s", apart[i]);
    m->use = use >= 0 ? aggregated_words[use] : NULL;
    return true;
}

static bool use(const struct app *app, const struct made *m, struct err *err)
{
    struct db *db = NULL;
    char who[RIGHTS_NAME_SIZE];
    bool ok =
        app_open(app, true, &db, err) && rights_signature(db, NULL, who, err) && aggregated_use(db, m->use, who, err);
    db_close(db);
    if (ok && app->json) {
        struct buf text = BUF_INIT;
        struct json_writer w;
        jw_start(&w, &text);
        jw_object(&w);
        jw_kstr(&w, "use", m->use);
        jw_object_end(&w);
        buf_addc(&text, '\n');
        ok = app_print(app, &text, err);
        buf_free(&text);
    } else if (ok && strcmp(m->use, AGGREGATED_NONE) == 0)
        app_note(app, "the labels of this workspace are plain means");
    else if (ok)
        app_note(app, "the labels of this workspace are made by %s", m->use);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct opinions o = {0};
    struct made m = {.o = &o, .attribute = OPINIONS_PREFERENCE};
    const char *path = args_get(args, "output");
    int method = -1;
    if (!args_choice(args, "method", aggregate_names, &method, err) || !read_use(args, &m, err))
        return false;
    if (m.use != NULL)
        return use(app, &m, err);
    if (!app_data_apart(app, path, err))
        return false;
    if (method < 0)
        return err_set(err, ERR_USAGE, "--method is missing");
    m.method = (enum aggregate_method)method;
    if (args_has(args, "of"))
        m.attribute = args_get(args, "of");
    bool ok = opinions_read(app, args, &o, err) && make(&m, err) && tell(app, &m, path, err);
    aggregated_part_free(&m.p);
    opinions_free(&o);
    return ok;
}

const struct command cmd_aggregate = {
    .name = "aggregate",
    .summary = "several people's judgements as one label each",
    .synopsis = "--method M [--of ATTRIBUTE] [-o FILE] | --use METHOD",
    .about =
        "One label an item, how sure it is, and which judgements went into it; those that did not are kept and "
        "counted.\n"
        "dawid-skene, mace and crowd-bt find out how reliable everybody is from the judgements alone. A preference "
        "is decided\n"
        "by side; its strength is the mean of those who chose that side. Negative: the first answer is better. --use "
        "lets\n"
        "the commands that need labels make them so, and tell what they left out.",
    .example = "  assay aggregate --method helpsteer2\n"
               "  assay aggregate --method dawid-skene -o labels.jsonl\n"
               "  assay aggregate --use dawid-skene\n"
               "  assay aggregate --method median --of helpfulness --ratings ratings.jsonl -o -",
    .options = options,
    .max_words = 0,
    .run = run,
};
