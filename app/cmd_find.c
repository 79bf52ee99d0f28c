#include "app/cmd.h"
#include "app/indexing.h"
#include "core/base/json_writer.h"
#include "core/safe.h"
#include "store/browse.h"
#include "store/task.h"

#include <string.h>

static const struct option_spec options[] = {
    {"limit", 'n', "N", "how many at most (default 20, 0 for all)", false},
    {"after", 0, "ID", "only what came in after this comparison", false},
    {0},
};

enum { PAGE = 100, TRIES = 100000 };

struct finding {
    const struct app *app;
    struct db *db;
    const struct browse *query;
    int64_t after, limit, n; /* limit 0: all */
    struct arena arena;      /* of one row */
    struct buf text;
    struct json_writer w;
};

static void as_line(struct finding *f, const struct browse_row *r)
{
    enum { SOURCE = 16, ASKED = 54 };
    buf_addf(&f->text, "%.12s  ", r->id);
    app_add_column(&f->text, r->source, SOURCE);
    buf_addf(&f->text, "  %-8s  ", browse_state(r));
    safe_text(r->asked, strlen(r->asked), &f->text, ASKED);
    buf_addc(&f->text, '\n');
}

static void as_json(struct finding *f, const struct browse_row *r)
{
    struct json_writer *w = &f->w;
    jw_object(w);
    jw_kstr(w, "comparison", r->id);
    jw_kstr(w, "source", r->source);
    jw_kstr(w, "state", browse_state(r));
    jw_kint(w, "people", r->people);
    jw_kint(w, "judged", r->judged);
    jw_kint(w, "skipped", r->skipped);
    jw_kint(w, "flagged", r->flagged);
    if (r->label.has) /* left out: there is no label */
        jw_knum(w, "preference", r->label.mean);
    jw_kstr(w, "asked", r->asked);
    jw_object_end(w);
}

/* What is told goes out page by page, so that memory does not grow with what is found. */
static bool tell_page(struct finding *f, const struct browse_page *p, struct err *err)
{
    for (size_t i = 0; i < p->n; i++) {
        struct browse_row r;
        arena_reset(&f->arena);
        if (!browse_get(f->db, p->comparisons[i], &f->arena, &r, err))
            return false;
        if (r.comparison != 0)
            (f->app->json ? as_json : as_line)(f, &r);
    }
    bool ok = app_print(f->app, &f->text, err);
    buf_reset(&f->text);
    return ok;
}

static bool find_all(struct finding *f, struct err *err)
{
    int64_t keys[PAGE];
    struct browse_page p = {.comparisons = keys};
    while (!p.end && (f->limit == 0 || f->n < f->limit)) {
        int64_t want = f->limit == 0 || f->limit - f->n > PAGE ? PAGE : f->limit - f->n;
        if (!browse_next(f->db, f->query, f->after, (size_t)want, TRIES, &p, err) || !tell_page(f, &p, err))
            return false;
        f->n += (int64_t)p.n;
        f->after = p.reached;
    }
    return true;
}

static bool start_after(struct db *db, const char *id, int64_t *after, struct err *err)
{
    *after = 0;
    if (id == NULL)
        return true;
    return task_find(db, id, after, err) &&
           (*after != 0 || err_set(err, ERR_MISSING, "there is no comparison %.40s in this workspace", id));
}

static bool find(struct finding *f, struct err *err)
{
    jw_start(&f->w, &f->text);
    if (f->app->json)
        jw_array(&f->w);
    if (!find_all(f, err))
        return false;
    if (f->app->json) {
        jw_array_end(&f->w);
        buf_addc(&f->text, '\n');
    } else if (f->n == 0) {
        buf_adds(&f->text, "nothing found\n");
    }
    return app_print(f->app, &f->text, err);
}

/* The words of the command line, a blank between them, as one query. */
static void join(const struct args *args, struct buf *query)
{
    for (size_t i = 0; i < args->words.n; i++)
        buf_addf(query, "%s%s", i > 0 ? " " : "", args->words.v[i]);
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct finding f = {.app = app, .limit = 20, .text = BUF_INIT};
    struct arena a = {0};
    struct browse *query;
    struct buf text = BUF_INIT;
    join(args, &text);
    bool ok = args_int(args, "limit", 0, 1000000000, &f.limit, err) && browse_parse(text.ptr, &a, &query, err) &&
              app_open(app, browse_has_words(query), &f.db, err);
    if (ok) {
        f.query = query;
        ok = browse_check(f.db, query, err) && start_after(f.db, args_get(args, "after"), &f.after, err) &&
             (!browse_has_words(query) || indexing_finish(app, f.db, err)) && find(&f, err);
        db_close(f.db);
    }
    buf_free(&f.text);
    buf_free(&text);
    arena_free(&f.arena);
    arena_free(&a);
    return ok;
}

const struct command cmd_find = {
    .name = "find",
    .summary = "comparisons by words, source, annotator, ratings",
    .synopsis = "[QUERY...] [-n N] [--after ID]",
    .about = "A query is a filter as of `export --where`, and words to be found in prompts, answers and reasons:\n"
             "source:x annotator:y rating:helpfulness<2 aspect:depth<0 preference:>1 seconds<10 skipped flagged\n"
             "failed retired word \"a phrase\"\n"
             "prompt:word answer:word because:word begin*; and, or, not, brackets. Quote what the shell would take.\n"
             "Words are indexed when they are first searched for.",
    .example = "  assay find 'source:hh river \"in Peru\"'\n  assay --json find 'flagged not retired' -n 0",
    .options = options,
    .max_words = 64,
    .only_reads = true,
    .run = run,
};
