#include "app/report.h"

#include "app/place.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "store/db.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_LOOKED_AT = 1000 };

/* ---- the workspace ---- */

const char *report_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static bool read_workspace(const struct app *app, struct report *r, struct err *err)
{
    struct db *db = NULL;
    if (!app_open(app, false, &db, err))
        return false;
    r->workspace = true;
    r->file = report_file_name(app->workspace);
    bool ok = status_read(db, &r->arena, &r->status, err) &&
              embedding_set_list(db, &r->arena, &r->sets, &r->n_sets, err) &&
              report_people_read(db, &r->o.e, &r->people, err) &&
              run_list(db, RUNS_LOOKED_AT, &r->arena, &r->runs, &r->n_runs, err);
    db_close(db);
    return ok;
}

/* ---- which heads ---- */

static struct report_head *add_head(struct report *r, const char *path)
{
    struct report_head *h = mem_alloc(sizeof *h);
    h->path = arena_dup(&r->arena, path);
    vec_push(&r->heads, h);
    return h;
}

static void heads_of_runs(struct report *r, const char *workspace)
{
    struct names seen = {0};
    for (size_t i = 0; i < r->n_runs; i++) {
        const char *path = r->runs[i].model;
        bool added = false;
        if (path != NULL)
            names_add(&seen, path, strlen(path), &added);
        if (!added)
            continue;
        char *found = place_find(workspace, path);
        if (found == NULL)
            r->gone++;
        else if (r->heads.n == REPORT_HEADS)
            r->more_heads++;
        else
            add_head(r, found);
        mem_free(found);
    }
    names_free(&seen);
}

static bool choose_heads(const struct app *app, const struct args *args, struct report *r, struct err *err)
{
    for (size_t i = 0; args_nth(args, "model", i) != NULL; i++)
        add_head(r, args_nth(args, "model", i));
    if (r->heads.n == 0)
        heads_of_runs(r, app->workspace);
    if (r->heads.n > REPORT_HEADS)
        return err_set(err, ERR_USAGE, "--model: a report tells of at most %d heads", REPORT_HEADS);
    return true;
}

/* Their files' names without what they share, where that still tells them apart. */
static void name_heads(struct report *r)
{
    static const char ending[] = ".safetensors";
    for (size_t i = 0; i < r->heads.n; i++) {
        const char *name = report_file_name(r->heads.v[i]->path);
        bool alone = true;
        for (size_t k = 0; k < r->heads.n; k++)
            alone = alone && (k == i || strcmp(report_file_name(r->heads.v[k]->path), name) != 0);
        char *mine = arena_dup(&r->arena, alone ? name : r->heads.v[i]->path);
        size_t n = strlen(mine);
        if (n > sizeof ending - 1 && strcmp(mine + n - (sizeof ending - 1), ending) == 0)
            mine[n - (sizeof ending - 1)] = '\0';
        r->heads.v[i]->name = mine;
    }
}

/* ---- what they say ---- */

/* The embedding set of the workspace, unless the options name one. */
static const char *set_of_head(const struct report *r, const struct args *args, const struct head *h)
{
    bool named = args_has(args, "set") || args_has(args, "embeddings");
    return named ? NULL : provenance_set(h, r->sets, r->n_sets);
}

static bool same_wish(const struct labels_wish *a, const struct labels_wish *b)
{
    return a->soft == b->soft && a->ties == b->ties && a->single_ratings == b->single_ratings &&
           a->aggregate == b->aggregate;
}

static bool same_set(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The data that judges a head, loaded once for all that need the same. */
static struct data *data_for(const struct app *app, const struct args *args, struct report *r, const char *set,
                             const struct labels_wish *wish, struct err *err)
{
    static const struct option_spec set_spec = {.name = "set", .argument = "NAME"};
    for (size_t i = 0; i < r->pools.n; i++)
        if (same_wish(&r->pools.v[i]->wish, wish) && same_set(r->pools.v[i]->set, set))
            return &r->pools.v[i]->d;
    struct report_pool *x = mem_alloc(sizeof *x);
    struct args with = {0};
    x->wish = *wish;
    x->set = set;
    for (size_t i = 0; i < args->values.n; i++)
        vec_push(&with.values, args->values.v[i]);
    if (set != NULL)
        vec_push(&with.values, ((struct args_value){&set_spec, set}));
    bool ok = data_load(app, &with, DATA_PAIRS | DATA_FACTS, wish, &x->d, err) && data_settle(&x->d, err);
    args_free(&with);
    if (ok) {
        vec_push(&r->pools, x);
        return &x->d;
    }
    data_free(&x->d);
    mem_free(x);
    return NULL;
}

/* The map's own record of its pairs, beside those that judge it. */
static bool mapped_here(const struct report_head *h)
{
    const char *text = head_meta(&h->head, "calibration");
    struct json_object *o = NULL;
    struct json_text split = {0}, pairs = {0};
    if (h->j.map.kind == CALIBRATION_NONE || text == NULL || !json_parse(text, strlen(text), &o, NULL))
        return false;
    bool here = json_get_text(o, "split", JSON_OPTIONAL, &split, NULL) &&
                json_get_text(o, "pairs", JSON_OPTIONAL, &pairs, NULL) && split.ptr != NULL && pairs.ptr != NULL &&
                strcmp(split.ptr, h->j.split) == 0 && strcmp(pairs.ptr, h->j.d->pairs_sha256) == 0;
    json_object_put(o);
    return here;
}

static bool make_sections(struct report_head *h, struct err *err)
{
    const unsigned wanted = 1U << SECTION_figures | 1U << SECTION_breakdown | 1U << SECTION_uncertainty |
                            1U << SECTION_reliability | 1U << SECTION_detail | 1U << SECTION_abstention |
                            1U << SECTION_confounds | 1U << SECTION_ceiling | 1U << SECTION_probes;
    if (!sections_of(&h->j, wanted, 0, &h->s, err))
        return false;
    h->mapped_here = mapped_here(h);
    h->margins.x = (struct chart_axis){.label = "difference of rewards (log-odds)"};
    h->margins.mark = 0;
    chart_count_values(h->j.z, h->j.n, &h->margins);
    return true;
}

static bool judge(const struct app *app, const struct args *args, struct report *r, struct report_head *h,
                  struct err *err)
{
    struct labels_wish wish; /* the labels that the head was fitted to */
    if (!digest_file(h->path, h->sha256, err) || !head_load(h->path, &h->head, err))
        return false;
    h->loaded = true;
    if (!labels_of_head(&h->head, &wish, err))
        return false;
    struct data *d = data_for(app, args, r, set_of_head(r, args, &h->head), &wish, err);
    double *rewards = d != NULL ? evaluate_rewards(&h->head, &d->e, err) : NULL;
    return rewards != NULL && judged_make(h->path, &h->head, d, rewards, &r->o, &h->j, err) && make_sections(h, err);
}

static bool judge_all(const struct app *app, const struct args *args, struct report *r, struct err *err)
{
    for (size_t i = 0; i < r->heads.n; i++) {
        struct report_head *h = r->heads.v[i];
        if (judge(app, args, r, h, err))
            continue;
        if (args_has(args, "model"))
            return err_context(err, "%s", h->path);
        h->why = arena_dup(&r->arena, err->text);
        app_note(app, "%s is not judged: %s", h->path, h->why);
    }
    return true;
}

/* ---- the whole ---- */

bool report_make(const struct app *app, const struct args *args, const struct judged_opts *o, struct report *r,
                 struct err *err)
{
    *r = (struct report){.o = *o, .title = args_get(args, "title")};
    bool files = args_has(args, "embeddings") && !app->named;
    if (!clock_document_ms(&r->written, err) || (!files && !read_workspace(app, r, err)) ||
        !choose_heads(app, args, r, err))
        return false;
    name_heads(r);
    if (r->title == NULL)
        r->title = r->workspace && r->status.title != NULL && *r->status.title != '\0' ? r->status.title
                   : r->workspace                                                      ? r->file
                                                                                       : "reward heads";
    return judge_all(app, args, r, err) && report_rivals_make(r->heads.v, r->heads.n, &r->o.e, &r->rivals, err);
}

void report_free(struct report *r)
{
    report_rivals_free(&r->rivals);
    report_people_free(&r->people);
    for (size_t i = 0; i < r->heads.n; i++) {
        struct report_head *h = r->heads.v[i];
        sections_free(&h->s);
        judged_free(&h->j);
        if (h->loaded)
            head_free(&h->head);
        mem_free(h);
    }
    for (size_t i = 0; i < r->pools.n; i++) {
        data_free(&r->pools.v[i]->d);
        mem_free(r->pools.v[i]);
    }
    vec_free(&r->heads);
    vec_free(&r->pools);
    arena_free(&r->arena);
}

size_t report_judged(const struct report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->heads.n; i++)
        n += r->heads.v[i]->why == NULL;
    return n;
}
