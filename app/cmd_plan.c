#include "app/cmd.h"
#include "app/glance.h"
#include "core/base/json_writer.h"
#include "core/plan.h"
#include "store/db.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"kappa", 0, "K", "how far people agree, 0 to 1 (default: what the workspace's preferences show, else 0.45)",
     false},
    {"people", 0, "M", "people who judge each comparison (default: 2, 3 and 5 side by side)", false},
    {"width", 0, "W", "how far off kappa may be: 0.05 asks for +-0.05", false},
    {"comparisons", 0, "N", "how many comparisons there will be", false},
    {0},
};

enum { PLANS_OF_PEOPLE = 3 };

struct plan {
    double kappa, low, high; /* NaN: the interval is not known */
    const char *from;        /* where kappa comes from */
    int people[PLANS_OF_PEOPLE];
    size_t n_people;
    double width, comparisons; /* 0: not asked */
};

/* Before anybody has judged: 0.4 to 0.5 is what people usually reach on such work before anything is filtered. */
static const double usual_kappa = 0.45;

/* What the preferences of the workspace show, if there is one and people have judged it. */
static bool measured(const struct app *app, struct plan *p, struct err *err)
{
    struct glance g;
    struct db *db = NULL;
    if (!app->named && access(app->workspace, R_OK) != 0)
        return true;
    if (!app_open(app, false, &db, err)) /* is it theirs to see? */
        return false;
    db_close(db);
    if (!glance_read(app->workspace, &g, err))
        return false;
    for (size_t i = 0; i < g.n; i++)
        if (strcmp(g.line[i].name, "preference") == 0 && !isnan(g.line[i].value)) {
            p->kappa = fmax(0, g.line[i].value);
            p->low = g.line[i].low;
            p->high = g.line[i].high;
            p->from = "the workspace's preferences";
        }
    return true;
}

static bool read_plan(const struct app *app, const struct args *args, struct plan *p, struct err *err)
{
    int64_t people = 0, comparisons = 0;
    *p = (struct plan){usual_kappa, NAN, NAN, "usual for preferences", {2, 3, 5}, PLANS_OF_PEOPLE, 0, 0};
    if (!args_number(args, "kappa", 0, 1, &p->kappa, err) || !args_int(args, "people", 2, 100, &people, err) ||
        !args_number(args, "width", 1e-4, 1, &p->width, err) ||
        !args_int(args, "comparisons", 2, 1000000000, &comparisons, err))
        return false;
    p->comparisons = (double)comparisons;
    if (people > 0) {
        p->people[0] = (int)people;
        p->n_people = 1;
    }
    if (args_has(args, "kappa"))
        p->from = "as given";
    return args_has(args, "kappa") || measured(app, p, err);
}

static const double usual[] = {50, 100, 200, 400, 800, 1600, 3200};

static void row_text(const struct plan *p, double comparisons, struct buf *out)
{
    buf_addf(out, "%12.0f", comparisons);
    for (size_t i = 0; i < p->n_people; i++)
        buf_addf(out, "   %s%.3f", app_ascii() ? "+-" : "±", plan_half_width(p->kappa, p->people[i], comparisons));
    buf_addc(out, '\n');
}

static void as_text(const struct plan *p, struct buf *out)
{
    buf_addf(out, "At kappa %.2f (%s", p->kappa, p->from);
    if (!isnan(p->low))
        buf_addf(out, ", 95 %% %.2f to %.2f", p->low, p->high);
    buf_adds(out, ") the 95 % interval of kappa will be\n\n comparisons");
    for (size_t i = 0; i < p->n_people; i++)
        buf_addf(out, " %3d people", p->people[i]);
    buf_addc(out, '\n');
    if (p->comparisons > 0)
        row_text(p, p->comparisons, out);
    for (size_t i = 0; p->comparisons == 0 && i < sizeof usual / sizeof *usual; i++)
        row_text(p, usual[i], out);
    if (p->width == 0)
        return;
    buf_addc(out, '\n');
    for (size_t i = 0; i < p->n_people; i++) {
        double n = plan_comparisons(p->kappa, p->people[i], p->width);
        buf_addf(out, "%s%g with %d people: %.0f comparisons, %.0f judgements\n", app_ascii() ? "+-" : "±", p->width,
                 p->people[i], n, n * p->people[i]);
    }
}

static void json_of(const struct plan *p, int people, double comparisons, struct json_writer *w)
{
    jw_object(w);
    jw_kint(w, "people", people);
    jw_kint(w, "comparisons", (int64_t)comparisons);
    jw_kint(w, "judgements", (int64_t)(comparisons * people));
    jw_knum(w, "half_width", plan_half_width(p->kappa, people, comparisons));
    jw_object_end(w);
}

static void as_json(const struct plan *p, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_knum(&w, "kappa", p->kappa);
    jw_kstr(&w, "from", p->from);
    jw_key(&w, "plans");
    jw_array(&w);
    for (size_t i = 0; i < p->n_people; i++) {
        if (p->width > 0)
            json_of(p, p->people[i], plan_comparisons(p->kappa, p->people[i], p->width), &w);
        if (p->comparisons > 0)
            json_of(p, p->people[i], p->comparisons, &w);
        for (size_t k = 0; p->width == 0 && p->comparisons == 0 && k < sizeof usual / sizeof *usual; k++)
            json_of(p, p->people[i], usual[k], &w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct plan p;
    struct buf text = BUF_INIT;
    if (!read_plan(app, args, &p, err))
        return false;
    if (app->json)
        as_json(&p, &text);
    else
        as_text(&p, &text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

const struct command cmd_plan = {
    .name = "plan",
    .summary = "how many comparisons it takes to know how far people agree",
    .synopsis = "[--kappa K] [--people M] [--width W] [--comparisons N]",
    .about =
        "Before people are paid: how wide the 95 % interval of quadratic-weighted kappa will be, by the number of\n"
        "comparisons and of people who judge each (Bonett 2002). People on many comparisons tell more than many\n"
        "people on few, once two judge each. Needs no workspace; with one, kappa is what its preferences show.",
    .example = "  assay plan --kappa 0.47 --people 3 --width 0.05\n  assay plan --comparisons 400",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
