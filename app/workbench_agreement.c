#include "app/workbench_agreement.h"

#include "app/agreement_sheet.h"
#include "app/job.h"
#include "core/base/clock.h"
#include "core/base/team.h"
#include "store/db.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A panel and all that it points to. */
struct made {
    struct agreement_panel panel;
    struct opinions o; /* owns the names */
    struct arena arena;
};

struct workbench_agreement {
    struct app app;
    struct job job;
    struct made *now; /* the thread's while it runs */
    struct made *kept;
    struct agreement_state state;
    struct agreement_host host;
};

static void made_free(struct made *m)
{
    if (m == NULL)
        return;
    opinions_free(&m->o);
    arena_free(&m->arena);
    mem_free(m);
}

/* ---- weeks ---- */

struct dated {
    const char *monday;
    size_t number;
};

static int by_date(const void *x, const void *y)
{
    return strcmp(((const struct dated *)x)->monday, ((const struct dated *)y)->monday);
}

/* The numbers of the weeks to show, in the order of time. */
static size_t *order_weeks(struct made *m)
{
    size_t n = names_count(&m->o.weeks), first = n > PANEL_WEEKS ? n - PANEL_WEEKS : 0;
    struct dated *d = mem_array(n + 1, sizeof *d);
    size_t *number = arena_array(&m->arena, n + 1, sizeof *number);
    const char **names = arena_array(&m->arena, n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        d[i] = (struct dated){names_text(&m->o.weeks, i), i};
    qsort(d, n, sizeof *d, by_date);
    for (size_t i = first; i < n; i++) {
        number[i - first] = d[i].number;
        names[i - first] = d[i].monday;
    }
    mem_free(d);
    m->panel.week = names;
    m->panel.weeks = n - first;
    return number;
}

/* ---- people ---- */

static struct panel_share share_of(struct agreement_share s)
{
    return (struct panel_share){s.n, s.of, agreement_leans(s)};
}

/* Time of one judgement. */
struct pace {
    size_t person, week;
    double seconds;
};

static int by_person_and_week(const void *x, const void *y)
{
    const struct pace *a = x, *b = y;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    if (a->week != b->week)
        return a->week < b->week ? -1 : 1;
    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

/* Medians by person and week: people x weeks. */
static double *medians(struct made *m, const size_t *week)
{
    const struct opinions *o = &m->o;
    size_t weeks = m->panel.weeks, n = 0, *place = mem_array(names_count(&o->weeks) + 1, sizeof *place);
    struct pace *v = mem_array(o->acts.n + 1, sizeof *v);
    double *out = arena_array(&m->arena, m->panel.people * weeks + 1, sizeof *out);
    for (size_t i = 0; i < m->panel.people * weeks; i++)
        out[i] = (double)NAN;
    for (size_t i = 0; i < weeks; i++)
        place[week[i]] = i + 1;
    for (size_t i = 0; i < o->acts.n; i++) {
        const struct opinions_act *x = &o->acts.v[i];
        if (isfinite(x->seconds) && place[x->week] > 0)
            v[n++] = (struct pace){x->rater, place[x->week] - 1, fmin(x->seconds, AGREEMENT_IDLE)};
    }
    qsort(v, n, sizeof *v, by_person_and_week);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && v[next].person == v[i].person && v[next].week == v[i].week;)
            next++;
        const struct pace *middle = &v[i + (next - i) / 2];
        out[v[i].person * weeks + v[i].week] =
            (next - i) % 2 == 1 ? middle->seconds : (middle[-1].seconds + middle->seconds) / 2;
    }
    mem_free(place);
    mem_free(v);
    return out;
}

static void fill_people(struct made *m, const size_t *week, struct panel_person *p)
{
    const struct opinions *o = &m->o;
    struct agreement_person *found = agreement_people(o);
    const double *median = medians(m, week);
    for (size_t i = 0; i < m->panel.people; i++) {
        const struct agreement_person *x = &found[i];
        p[i] = (struct panel_person){.name = names_text(&o->people, i),
                                     .judgements = x->judgements,
                                     .side_a = share_of(x->side_a),
                                     .longer = share_of(x->longer),
                                     .straight = share_of(x->straight),
                                     .neither = share_of(x->neither),
                                     .same = share_of(x->same),
                                     .median = x->median,
                                     .seconds = x->seconds,
                                     .week_median = median + i * m->panel.weeks,
                                     .gold = share_of(x->gold),
                                     .gold_before = share_of(x->gold_before),
                                     .gold_after = share_of(x->gold_after),
                                     .drift = x->drift};
    }
    mem_free(found);
}

/* ---- the thread ---- */

/* Attributes are done one after the other. */
struct steps {
    const struct progress *whole;
    double done, total;
};

static bool tick(void *ctx, double done, double total)
{
    const struct steps *s = ctx;
    return progress_tick(s->whole, s->done + done / total, s->total);
}

static bool fill_sheets(struct made *m, const size_t *week, const struct progress *progress, struct err *err)
{
    int cores = team_cores();
    const struct agreement_opts opts = {.seed = 1, .threads = cores > 1 ? cores - 1 : 1};
    size_t n = names_count(&m->o.attributes);
    struct panel_sheet *sheet = arena_array(&m->arena, n, sizeof *sheet);
    struct steps steps = {.whole = progress, .total = (double)n};
    const struct progress one = {.tick = tick, .ctx = &steps};
    bool ok = true;
    m->panel.sheet = sheet;
    for (size_t i = 0; ok && i < n; i++, steps.done++) {
        ok = (progress_tick(progress, steps.done, steps.total) || err_set(err, ERR_STOPPED, "stopped")) &&
             agreement_sheet(&m->o, i, week, m->panel.weeks, &opts, &m->arena, &sheet[m->panel.sheets], &one, err);
        m->panel.sheets += ok && sheet[m->panel.sheets].judgements > 0;
    }
    return ok;
}

static bool work(void *ctx, const struct progress *progress, struct err *err)
{
    struct workbench_agreement *w = ctx;
    struct made *m = w->now;
    const struct args none = {0};
    struct app app = w->app;
    app.progress = progress;
    if (!opinions_read(&app, &none, &m->o, err))
        return false;
    size_t *week = order_weeks(m);
    struct panel_person *p = arena_array(&m->arena, names_count(&m->o.people) + 1, sizeof *p);
    m->panel.made = clock_now_ms();
    m->panel.person = p;
    m->panel.people = names_count(&m->o.people);
    fill_people(m, week, p);
    return fill_sheets(m, week, progress, err);
}

/* ---- the host ---- */

static const struct agreement_state *look(void *ctx)
{
    struct workbench_agreement *w = ctx;
    if (!job_look(&w->job, &w->state.work))
        return &w->state;
    w->state.ended++;
    if (w->state.work.state == WORK_DONE) {
        made_free(w->kept);
        w->kept = w->now;
        w->now = NULL;
        w->state.panel = &w->kept->panel;
    }
    return &w->state;
}

static bool make(void *ctx, struct err *err)
{
    struct workbench_agreement *w = ctx;
    if (look(w)->work.state == WORK_RUNNING)
        return true;
    made_free(w->now);
    w->now = mem_alloc(sizeof *w->now);
    return job_start(&w->job, work, w, err);
}

static void rest(void *ctx)
{
    struct workbench_agreement *w = ctx;
    job_end(&w->job);
}

struct workbench_agreement *workbench_agreement_new(const struct app *app, void (*wake)(void *ctx), void *ctx)
{
    struct workbench_agreement *w = mem_alloc(sizeof *w);
    *w = (struct workbench_agreement){.app = *app};
    w->app.named = w->app.quiet = true;
    w->host = (struct agreement_host){.make = make, .look = look, .rest = rest, .ctx = w};
    job_init(&w->job, wake, ctx);
    return w;
}

void workbench_agreement_free(struct workbench_agreement *w)
{
    if (w == NULL)
        return;
    job_free(&w->job);
    made_free(w->now);
    made_free(w->kept);
    mem_free(w);
}

const struct agreement_host *workbench_agreement_host(struct workbench_agreement *w)
{
    return &w->host;
}
