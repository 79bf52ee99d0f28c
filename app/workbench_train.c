#include "app/workbench_train.h"

#include "app/cmd.h"
#include "app/job.h"
#include "app/place.h"
#include "app/section.h"
#include "app/train_form.h"
#include "app/trained.h"
#include "core/base/outfile.h"
#include "core/map.h"
#include "store/db.h"
#include "store/run.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a task is given and what it makes: the thread's while it runs, the screen's before and after. */
struct task {
    enum train_task what;
    VEC(char *) words;
    struct app app;
    struct arena arena; /* of the result */
    struct train_result result;
    bool fitted; /* `result` is one */
    struct buf title, page;
    struct job *job;
};

struct workbench_train {
    struct app app;
    struct db *db;
    struct job job;
    struct train_host host;
    struct train_state state;
    struct train_form form;
    struct arena form_arena;
    struct task now;  /* runs, or is the last that did */
    struct task kept; /* the last fit, whose result is shown; its arena alone */
};

static void task_free(struct task *t)
{
    for (size_t i = 0; i < t->words.n; i++)
        mem_free(t->words.v[i]);
    vec_free(&t->words);
    arena_free(&t->arena);
    buf_free(&t->title);
    buf_free(&t->page);
}

/* ---- a head before the pairs that judge it ---- */

static void tell_figures(const struct judged *j, const struct sections *s, struct task *t)
{
    struct train_result *r = &t->result;
    r->split = arena_dup(&t->arena, j->split);
    if (s->figures.absent == NULL) {
        r->m = s->figures.v.m;
        r->interval = s->figures.v.interval;
    }
    if (s->ceiling.absent == NULL)
        r->people = s->ceiling.p.figure[PANEL_CEILING].value;
}

/* Figures and a page of sections as `eval` shows them. */
static bool judge(const char *name, const struct head *h, const struct data *d, struct task *t, struct err *err)
{
    struct judged j = {0};
    struct sections s = {0};
    struct judged_opts o = {.ascii = app_ascii(), .by = d->from_workspace ? FACT_SOURCE : FACT_NOTHING};
    o.e.seed = 1;
    double *rewards = evaluate_rewards(h, &d->e, err);
    bool ok = rewards != NULL && judged_make(name, h, d, rewards, &o, &j, err) &&
              sections_of(&j, sections_usual(), 0, &s, err);
    if (ok) {
        size_t n = j.n > 0 ? j.n : j.n_thumbs > 0 ? j.n_thumbs : j.n_ratings;
        buf_addf(&t->page, "%s head on %zu %s (%s)\n", h->kind, n,
                 j.n > 0          ? "pairs"
                 : j.n_thumbs > 0 ? "thumbs"
                                  : "ratings",
                 j.split);
        sections_text(&s, &j, &t->page);
        tell_figures(&j, &s, t);
    }
    sections_free(&s);
    judged_free(&j);
    return ok;
}

/* ---- tasks ---- */

/* Parse words as a command's; free with args_free, also after a failure. */
static bool parse(struct task *t, const struct option_spec *options, struct args *args, struct err *err)
{
    *args = (struct args){0};
    return args_parse(args, (int)t->words.n, t->words.v, options, NULL, false, NULL, err);
}

static void tell_fit(const struct trained *x, struct task *t)
{
    const struct training *f = &x->t;
    struct buf text = BUF_INIT;
    t->result.model = arena_dup(&t->arena, x->model);
    buf_addf(&text, "%s head ", f->kind->title);
    f->kind->size_text(f, &text);
    if (!f->kind->is_net)
        buf_addf(&text, ", lambda %.3g", f->l2);
    t->result.summary = arena_dup(&t->arena, text.ptr);
    buf_reset(&text);
    buf_addf(&text, "%s, %zu step%s, %.2f s%s", f->stop, f->iterations, PLURAL(f->iterations), f->seconds,
             f->converged    ? ""
             : f->stationary ? "; not certified"
                             : "; not converged");
    t->result.ended = arena_dup(&t->arena, text.ptr);
    buf_free(&text);
}

static bool stopped(struct task *t, struct err *err)
{
    return job_stopped(t->job) && !err_set(err, ERR_STOPPED, "stopped; nothing was written");
}

static bool fit(struct task *t, const struct progress *progress, struct err *err)
{
    struct args args;
    struct trained x = {0};
    bool ok = parse(t, train_options, &args, err) && trained_load(&t->app, &args, DATA_FACTS, &x, err) &&
              !stopped(t, err) && trained_fit(&x, progress, err) && !stopped(t, err) &&
              trained_keep(&t->app, &args, &x, err);
    if (ok) {
        struct err why = {.kind = ERR_NONE};
        t->result.people = (double)NAN;
        tell_fit(&x, t);
        /* The head is written: that it cannot be judged is no failure. */
        if (!judge(x.model, &x.t.head, &x.d, t, &why))
            t->result.why_not = arena_dup(&t->arena, why.text);
        t->result.page = arena_dup(&t->arena, t->page.ptr);
        t->fitted = true;
    }
    trained_free(&x);
    args_free(&args);
    return ok;
}

/* "--set=NAME" for the set that the head was fitted to, when that is known. */
static bool find_set(struct task *t, const struct head *h, struct err *err)
{
    struct db *db = NULL;
    struct arena a = {0};
    struct embedding_set *sets;
    size_t n;
    struct buf word = BUF_INIT;
    bool ok = app_open(&t->app, false, &db, err) && embedding_set_list(db, &a, &sets, &n, err);
    const char *name = ok ? provenance_set(h, sets, n) : NULL;
    if (name != NULL) {
        buf_addf(&word, "--set=%s", name);
        vec_push(&t->words, buf_take(&word));
    }
    arena_free(&a);
    db_close(db);
    return ok;
}

static bool judge_file(struct task *t, struct err *err)
{
    char *path = t->words.v[0]; /* no word of the options that are parsed */
    struct head h = {0};
    struct data d = {0};
    struct args args = {0};
    struct labels_wish wish;
    t->words.n = 0;
    buf_adds(&t->title, path);
    bool ok = head_load(path, &h, err) && labels_of_head(&h, &wish, err) && find_set(t, &h, err) &&
              parse(t, cmd_eval.options, &args, err) &&
              data_load(&t->app, &args, DATA_EITHER | DATA_FACTS, &wish, &d, err) && judge(path, &h, &d, t, err) &&
              data_settle(&d, err);
    args_free(&args);
    data_free(&d);
    head_free(&h);
    mem_free(path);
    return ok;
}

/* A command does it, and its answer is the page. */
static bool command(struct task *t, const struct command *c, struct err *err)
{
    struct args args;
    t->app.capture = &t->page;
    bool ok = parse(t, c->options, &args, err) && c->run(&t->app, &args, err);
    args_free(&args);
    return ok;
}

static void put_first(struct task *t, const char *word)
{
    vec_push(&t->words, NULL);
    memmove(t->words.v + 1, t->words.v, (t->words.n - 1) * sizeof *t->words.v);
    t->words.v[0] = mem_dup(word);
}

/* "--model=" and a path become one word. */
static void join(const char *option, char **word)
{
    struct buf both = BUF_INIT;
    buf_addf(&both, "%s%s", option, *word);
    mem_free(*word);
    *word = buf_take(&both);
}

static bool compare(struct task *t, struct err *err)
{
    buf_adds(&t->title, "paired comparison");
    put_first(t, "--"); /* the path of a head may begin with a dash */
    put_first(t, "--split=holdout");
    return command(t, &cmd_compare, err);
}

static bool report(struct task *t, struct err *err)
{
    struct buf path = BUF_INIT;
    buf_add(&path, t->app.workspace, app_stem(t->app.workspace));
    buf_adds(&path, ".report.html");
    for (size_t i = 0; i < t->words.n; i++)
        join("--model=", &t->words.v[i]);
    char *output = buf_take(&path);
    join("--output=", &output);
    vec_push(&t->words, output);
    buf_adds(&t->title, "report");
    bool ok = command(t, &cmd_report, err);
    if (ok)
        buf_addf(&t->page, "The report stands in %s\n", output + strlen("--output="));
    return ok;
}

static bool copy_bytes(const struct map *m, const char *to, const struct progress *progress, struct err *err)
{
    enum { PORTION = 4 << 20 };
    struct outfile *out = outfile_open(to, err);
    if (out == NULL)
        return false;
    for (size_t at = 0; at < m->size && !outfile_failed(out); at += PORTION) {
        size_t n = m->size - at < PORTION ? m->size - at : PORTION;
        if (!progress_tick(progress, (double)at, (double)m->size)) {
            outfile_abandon(out);
            return err_set(err, ERR_STOPPED, "stopped; nothing was written");
        }
        outfile_write(out, (const char *)m->ptr + at, n);
    }
    return outfile_commit(out, err);
}

static bool copy(struct task *t, const struct progress *progress, struct err *err)
{
    const char *from = t->words.v[0], *to = t->words.v[1];
    struct stat there;
    struct map m;
    if (*to == '\0' || strcmp(to, "-") == 0)
        return err_set(err, ERR_USAGE, "name the file to write");
    if (lstat(to, &there) == 0)
        return err_set(err, ERR_CONFLICT, "%s is there already; name another", to);
    if (!map_open(&m, from, err))
        return false;
    bool ok = copy_bytes(&m, to, progress, err);
    map_close(&m);
    buf_addf(&t->title, "Copied to %s", to);
    return ok;
}

static bool work(void *ctx, const struct progress *progress, struct err *err)
{
    struct task *t = ctx;
    t->app.progress = progress;
    switch (t->what) {
    case TRAIN_FIT:
        return fit(t, progress, err);
    case TRAIN_JUDGE:
        return judge_file(t, err);
    case TRAIN_COMPARE:
        return compare(t, err);
    case TRAIN_COPY:
        return copy(t, progress, err);
    case TRAIN_REPORT:
        return report(t, err);
    }
    return false;
}

/* ---- the host ---- */

static bool has_word(const char *const *words, size_t n, const char *option)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(words[i], option, strlen(option)) == 0)
            return true;
    return false;
}

/* Every fit gets a file of its own, as its run is to be compared with others: "name.3.bt.safetensors". */
static bool name_output(struct workbench_train *w, struct task *t, const char *const *words, size_t n, struct err *err)
{
    struct arena a = {0};
    struct run *runs;
    size_t count;
    struct buf path = BUF_INIT;
    const char *head = "bt";
    if (has_word(words, n, "--output=") || has_word(words, n, "-o"))
        return true;
    bool read = run_list(w->db, 0, &a, &runs, &count, err);
    arena_free(&a);
    if (!read)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strncmp(words[i], "--head=", 7) == 0)
            head = words[i] + 7;
    do {
        buf_reset(&path);
        buf_adds(&path, "--output=");
        buf_add(&path, w->app.workspace, app_stem(w->app.workspace));
        buf_addf(&path, ".%zu.%s.safetensors", ++count, head);
    } while (access(path.ptr + strlen("--output="), F_OK) == 0);
    vec_push(&t->words, buf_take(&path));
    return true;
}

/* The result of a fit is kept until the next one comes to its end. */
static void keep_fit(struct workbench_train *w)
{
    task_free(&w->kept);
    w->kept = (struct task){.arena = w->now.arena, .result = w->now.result, .title = BUF_INIT, .page = BUF_INIT};
    w->now.arena = (struct arena){0};
    w->state.result = &w->kept.result;
}

static const struct train_state *look(void *ctx)
{
    struct workbench_train *w = ctx;
    if (!job_look(&w->job, &w->state.work))
        return &w->state;
    w->state.ended++;
    bool done = w->state.work.state == WORK_DONE;
    if (done && w->now.fitted)
        keep_fit(w);
    else if (done) {
        w->state.title = w->now.title.ptr;
        w->state.page = w->now.page.ptr;
    }
    return &w->state;
}

/* Where it can be read; one that is gone as it was kept, so that its task says so. The caller frees it. */
static char *head_of_run(const struct workbench_train *w, const char *kept)
{
    char *found = place_find(w->app.workspace, kept);
    return found != NULL ? found : mem_dup(kept);
}

static bool start(void *ctx, enum train_task what, const char *const *words, size_t n, struct err *err)
{
    struct workbench_train *w = ctx;
    if (look(w)->work.state == WORK_RUNNING)
        return err_set(err, ERR_BUSY, "%s goes on; wait for it, or stop it", train_task_text(w->now.what));
    struct task t = {.what = what, .app = w->app, .title = BUF_INIT, .page = BUF_INIT, .job = &w->job};
    for (size_t i = 0; i < n; i++) /* beside those of a fit they are heads of runs */
        vec_push(&t.words, what == TRAIN_FIT ? mem_dup(words[i]) : head_of_run(w, words[i]));
    bool ok = what != TRAIN_FIT || name_output(w, &t, words, n, err);
    if (!ok) {
        task_free(&t);
        return false;
    }
    task_free(&w->now);
    w->now = t;
    w->state.task = what;
    w->state.title = w->state.page = NULL;
    return job_start(&w->job, work, &w->now, err);
}

static void stop(void *ctx)
{
    struct workbench_train *w = ctx;
    job_stop(&w->job);
}

static bool read_form(void *ctx, const struct train_form **out, struct err *err)
{
    struct workbench_train *w = ctx;
    arena_reset(&w->form_arena);
    *out = &w->form;
    return train_form_read(w->db, &w->form_arena, &w->form, err);
}

static void rest(void *ctx)
{
    struct workbench_train *w = ctx;
    job_end(&w->job);
}

struct workbench_train *workbench_train_new(const struct app *app, struct db *db, void (*wake)(void *ctx), void *ctx)
{
    struct workbench_train *w = mem_alloc(sizeof *w);
    *w = (struct workbench_train){.app = *app, .db = db};
    w->app.named = w->app.quiet = true;
    w->app.json = w->app.verbose = false;
    w->now = w->kept = (struct task){.title = BUF_INIT, .page = BUF_INIT};
    w->host =
        (struct train_host){.form = read_form, .start = start, .stop = stop, .look = look, .rest = rest, .ctx = w};
    job_init(&w->job, wake, ctx);
    return w;
}

void workbench_train_free(struct workbench_train *w)
{
    if (w == NULL)
        return;
    job_free(&w->job);
    task_free(&w->now);
    task_free(&w->kept);
    arena_free(&w->form_arena);
    mem_free(w);
}

const struct train_host *workbench_train_host(struct workbench_train *w)
{
    return &w->host;
}
