#include "app/glance.h"

#include "app/opinions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A week is told by its value alone: its interval is resampled no more than it must be. */
enum { WEEK_RESAMPLES = 10 };

static struct agreement_figure kappa(const struct opinions *o, const struct opinions_filter *f, size_t resamples)
{
    struct agreement_figure none = {.value = NAN, .range = {NAN, NAN}, .why = "no item was judged by two people"};
    struct opinions_part part;
    struct agreement a;
    struct err err;
    opinions_part(o, f, &part);
    if (!agreement_of(&part.d, &(struct agreement_opts){.resamples = resamples, .seed = 1, .threads = 1}, &a, &err))
        none.why = "its values are no scale that people can agree on";
    else if (a.shared > 0)
        none = a.figure[AGREEMENT_KAPPA_QUADRATIC];
    opinions_part_free(&part);
    return none;
}

struct dated {
    const char *day;
    size_t week;
};

static int by_day(const void *a, const void *b)
{
    return strcmp(((const struct dated *)a)->day, ((const struct dated *)b)->day);
}

static void add_weeks(const struct opinions *o, size_t attribute, struct glance_line *line)
{
    size_t n = names_count(&o->weeks);
    struct dated *all = mem_array(n + 1, sizeof *all);
    for (size_t w = 0; w < n; w++)
        all[w] = (struct dated){names_text(&o->weeks, w), w};
    qsort(all, n, sizeof *all, by_day);
    for (size_t i = n > GLANCE_WEEKS ? n - GLANCE_WEEKS : 0; i < n; i++) {
        const struct opinions_filter f = {.attribute = attribute, .week = &all[i].week};
        double value = kappa(o, &f, WEEK_RESAMPLES).value;
        if (!isnan(value))
            line->week[line->weeks++] = value;
    }
    mem_free(all);
}

static void add_line(const struct opinions *o, size_t attribute, struct glance *out)
{
    struct glance_line *line = &out->line[out->n++];
    struct agreement_figure f = kappa(o, &(struct opinions_filter){.attribute = attribute}, 0);
    *line = (struct glance_line){.value = f.value, .low = f.range.lo, .high = f.range.hi};
    snprintf(line->name, sizeof line->name, "%s", names_text(&o->attributes, attribute));
    snprintf(line->why, sizeof line->why, "%s", f.why != NULL ? f.why : "");
    if (f.why == NULL)
        add_weeks(o, attribute, line);
}

static void add_sides(const struct opinions *o, struct glance *out)
{
    for (size_t i = 0; i < o->acts.n; i++) {
        out->decided += o->acts.v[i].side != 0;
        out->first_wins += o->acts.v[i].side > 0;
    }
    metric_wilson((double)out->first_wins, (double)out->decided, &out->first_low, &out->first_high);
}

bool glance_read(const char *path, struct glance *out, struct err *err)
{
    const struct app app = {.workspace = path};
    const struct args none = {0};
    struct opinions o;
    *out = (struct glance){0};
    bool ok = opinions_read(&app, &none, &o, err);
    for (size_t a = 0; ok && o.v.n > 0 && a < names_count(&o.attributes); a++) {
        if (out->n < GLANCE_LINES)
            add_line(&o, a, out);
        else
            out->left_out++;
    }
    if (ok)
        add_sides(&o, out);
    opinions_free(&o);
    return ok;
}
