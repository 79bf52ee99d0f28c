/* Tasks on a small workspace; the test waits for the wake of the thread, never for time. */
#include "app/workbench_train.h"

#include "app/cmd.h"
#include "app/kind.h"
#include "store/db.h"
#include "store/run.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <math.h>
#include <semaphore.h>

#include "tests/support/command.h"
#include "tests/support/store_fixture.h"

enum { PAIRS = 60 };

static struct fixture f;
static struct workbench_train *w;
static const struct train_host *h;
static sem_t news;

static void wake(void *ctx)
{
    sem_post(ctx);
}

/* The longer answer is the better one, but for every seventh pair. */
static void set_up(void)
{
    struct buf text = BUF_INIT;
    fixture_open(&f, "helpsteer2");
    for (int i = 0; i < PAIRS; i++)
        buf_addf(&text, "{\"prompt\": \"question %d\", \"chosen\": \"%s %d\", \"rejected\": \"%s %d\"}\n", i,
                 i % 7 == 0 ? "no" : "a long and careful answer", i, i % 7 == 0 ? "a long and careful answer" : "no",
                 i + PAIRS);
    must(fixture_import(&f, "pairs.jsonl", "trl", text.ptr));
    buf_free(&text);
    sem_init(&news, 0, 0);
    const struct app app = {.workspace = f.path};
    w = workbench_train_new(&app, f.db, wake, &news);
    h = workbench_train_host(w);
}

static void tear_down(void)
{
    workbench_train_free(w);
    fixture_close(&f);
}

TestSuite(workbench_train, .init = set_up, .fini = tear_down, .timeout = 120);

static void embed(void)
{
    command_run_line(f.path, "embed --provider=lexical --dims=16");
}

static const struct train_state *wait_end(unsigned before)
{
    const struct train_state *s = h->look(h->ctx);
    while (s->ended == before) {
        sem_wait(&news);
        s = h->look(h->ctx);
    }
    return s;
}

static const struct train_state *task(enum train_task what, const char *const *words, size_t n)
{
    unsigned before = h->look(h->ctx)->ended;
    must(h->start(h->ctx, what, words, n, &f.err));
    return wait_end(before);
}

static const struct train_state *fit(const char *const *words, size_t n)
{
    const struct train_state *s = task(TRAIN_FIT, words, n);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    return s;
}

/* Files of the folder whose name has this in it. */
static int files(const char *part)
{
    int n = 0;
    DIR *d = opendir(f.dir);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += strstr(e->d_name, part) != NULL;
    closedir(d);
    return n;
}

static const char *const plain[] = {"--head=bt", "--l2=0.01", "--threads=1"};

Test(workbench_train, a_fit_leaves_a_head_a_run_and_its_figures)
{
    embed();
    const struct train_state *s = fit(plain, 3);
    cr_assert(s->result != NULL);
    cr_expect(eq(ptr, (void *)s->result->why_not, NULL));
    cr_expect(eq(str, (char *)s->result->split, "holdout"));
    cr_expect(gt(sz, s->result->m.n, 0));
    cr_expect(s->result->m.accuracy >= 0 && s->result->m.accuracy <= 1);
    cr_expect(gt(sz, s->work.n, 1), "losses were reported");
    cr_expect(lt(dbl, s->work.loss[s->work.n - 1], s->work.loss[0]), "and fell");
    cr_expect(strstr(s->result->page, "When it says p") != NULL, "%s", s->result->page);
    cr_expect(strstr(s->result->page, "By source") != NULL, "by source:\n%s", s->result->page);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM run WHERE kind = 'train'"), 1));
    cr_expect(eq(int, files(".1.bt.safetensors"), 1));
}

Test(workbench_train, it_is_the_head_that_the_command_fits)
{
    embed();
    command_run_line(f.path, "train --head=bt --l2=0.01 --threads=1");
    fit(plain, 3);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM run"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT model_sha256) FROM run"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(DISTINCT model) FROM run"), 2));
}

Test(workbench_train, a_fit_that_is_stopped_leaves_nothing)
{
    embed();
    const char *const words[] = {"--head=mlp", "--threads=1", "--epochs=100000", "--patience=100000"};
    must(h->start(h->ctx, TRAIN_FIT, words, 4, &f.err));
    const struct train_state *s = h->look(h->ctx);
    while (s->work.state == WORK_RUNNING && s->work.n == 0) { /* it has begun to fit */
        sem_wait(&news);
        s = h->look(h->ctx);
    }
    cr_assert(eq(int, (int)s->work.state, WORK_RUNNING), "%s", s->work.err.text);
    cr_expect(not(h->start(h->ctx, TRAIN_FIT, words, 4, &f.err)), "one at a time");
    cr_expect(eq(int, (int)f.err.kind, ERR_BUSY));
    h->stop(h->ctx);
    s = wait_end(0);
    cr_expect(eq(int, (int)s->work.state, WORK_STOPPED), "%s", s->work.err.text);
    cr_expect(eq(ptr, (void *)s->result, NULL));
    cr_expect(eq(int, files("safetensors"), 1), "that of the embeddings alone");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM run"), 0));
}

Test(workbench_train, leaving_in_the_middle_of_a_fit_leaves_nothing)
{
    embed();
    const char *const words[] = {"--head=mlp", "--threads=1", "--epochs=100000", "--patience=100000"};
    must(h->start(h->ctx, TRAIN_FIT, words, 4, &f.err));
    workbench_train_free(w);
    w = NULL;
    cr_expect(eq(int, files(".mlp."), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM run"), 0));
}

Test(workbench_train, what_is_wrong_is_told_and_the_result_before_stays)
{
    const struct train_state *s = task(TRAIN_FIT, plain, 3);
    cr_expect(eq(int, (int)s->work.state, WORK_FAILED), "there are no embeddings");
    cr_expect(s->work.err.text[0] != 0);
    embed();
    fit(plain, 3);
    const char *const wrong[] = {"--head=bt", "--l2=much"};
    s = task(TRAIN_FIT, wrong, 2);
    cr_expect(eq(int, (int)s->work.state, WORK_FAILED));
    cr_expect(strstr(s->work.err.text, "--l2") != NULL, "%s", s->work.err.text);
    cr_expect(ne(ptr, (void *)s->result, NULL));
}

Test(workbench_train, heads_are_judged_compared_and_reported)
{
    embed();
    const char *const other[] = {"--head=bt", "--l2=1", "--threads=1"};
    fit(plain, 3);
    const char *a = arena_dup(&f.arena, h->look(h->ctx)->result->model);
    fit(other, 3);
    const char *b = arena_dup(&f.arena, h->look(h->ctx)->result->model);
    cr_expect(ne(str, (char *)a, (char *)b));
    const char *const both[] = {a, b};
    const struct train_state *s = task(TRAIN_JUDGE, both, 1);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    cr_expect(eq(str, (char *)s->title, (char *)a));
    cr_expect(strstr(s->page, "When it says p") != NULL);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM run"), 2), "to look at a head is no run");
    s = task(TRAIN_COMPARE, both, 2);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    cr_expect(strstr(s->page, b) != NULL, "%s", s->page);
    s = task(TRAIN_REPORT, both, 2);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    cr_expect(eq(int, files(".report.html"), 1));
}

/* As its run has it: from the workspace's folder, wherever the program was started. */
Test(workbench_train, a_head_is_found_by_the_path_that_its_run_keeps)
{
    struct run *runs;
    size_t n;
    embed();
    fit(plain, 3);
    must(run_list(f.db, 0, &f.arena, &runs, &n, &f.err));
    cr_assert(n == 1 && strchr(runs[0].model, '/') == NULL, "%s", runs[0].model);
    const struct train_state *s = task(TRAIN_JUDGE, &runs[0].model, 1);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    const char *const gone[] = {"gone.safetensors"};
    s = task(TRAIN_JUDGE, gone, 1);
    cr_expect(eq(int, (int)s->work.state, WORK_FAILED));
    cr_expect(strstr(s->work.err.text, "gone.safetensors") != NULL, "%s", s->work.err.text);
}

Test(workbench_train, a_head_is_copied_but_never_over_another_file)
{
    embed();
    fit(plain, 3);
    const char *from = arena_dup(&f.arena, h->look(h->ctx)->result->model), *to = fixture_path(&f, "mine.safetensors");
    const struct train_state *s = task(TRAIN_COPY, (const char *const[]){from, to}, 2);
    cr_assert(eq(int, (int)s->work.state, WORK_DONE), "%s", s->work.err.text);
    cr_expect(strstr(s->title, "Copied to ") != NULL && strstr(s->title, to) != NULL, "%s", s->title);
    same_text(fixture_read(&f, to), fixture_read(&f, from));
    s = task(TRAIN_COPY, (const char *const[]){from, to}, 2);
    cr_expect(strstr(s->work.err.text, "there already") != NULL, "%s", s->work.err.text);
    s = task(TRAIN_COPY, (const char *const[]){from, "-"}, 2);
    cr_expect(strstr(s->work.err.text, "name the file") != NULL, "%s", s->work.err.text);
    s = task(TRAIN_COPY, (const char *const[]){fixture_path(&f, "gone"), fixture_path(&f, "new")}, 2);
    cr_expect(strstr(s->work.err.text, "gone") != NULL, "%s", s->work.err.text);
    cr_expect(eq(int, files("new"), 0));
}

/* ---- the form ---- */

static const struct train_field *field(const struct train_form *form, const char *option)
{
    for (size_t i = 0; i < form->n; i++)
        if (form->field[i].option != NULL && strcmp(form->field[i].option, option) == 0)
            return &form->field[i];
    return NULL;
}

Test(workbench_train, the_form_offers_what_train_takes)
{
    const struct train_form *form;
    must(h->form(h->ctx, &form, &f.err));
    cr_expect(strstr(form->why_not, "assay embed") != NULL);
    embed();
    must(h->form(h->ctx, &form, &f.err));
    cr_expect(eq(ptr, (void *)form->why_not, NULL));
    const struct train_field *head = field(form, "head"), *loss = field(form, "loss");
    for (size_t i = 0; kinds[i] != NULL; i++) {
        cr_assert(lt(sz, i, head->n));
        cr_expect(eq(str, (char *)head->choice[i].word, (char *)kinds[i]->name));
        cr_expect(eq(int, (int)(loss->heads >> i & 1), kind_takes(kinds[i], "loss")));
    }
    cr_expect(eq(sz, field(form, "set")->n, 2));
    cr_expect(eq(sz, field(form, "source")->n, 2));
    for (size_t i = 0; i < form->n; i++) {
        const char *option = form->field[i].option;
        bool known = option == NULL;
        for (const struct option_spec *o = cmd_train.options; !known && o->name != NULL; o++)
            known = strcmp(o->name, option) == 0;
        cr_expect(known, "%s is no option of train", option);
        cr_expect(ne(ptr, (void *)form->field[i].initial, NULL));
    }
}

/* The words of the form as it stands at first, as the view makes them. */
Test(workbench_train, the_form_as_it_stands_at_first_fits_a_head)
{
    const struct train_form *form;
    const char *words[32];
    size_t n = 0;
    embed();
    must(h->form(h->ctx, &form, &f.err));
    for (size_t i = 0; i < form->n; i++) {
        const struct train_field *x = &form->field[i];
        bool barred = x->bars != NULL && *field(form, x->bars)->initial != '\0';
        struct buf word = BUF_INIT;
        if (x->option == NULL || *x->initial == '\0' || (x->heads & 1) == 0 || barred)
            continue;
        buf_addf(&word, "--%s=%s", x->option, x->initial);
        words[n++] = arena_dup(&f.arena, word.ptr);
        buf_free(&word);
    }
    const struct train_state *s = fit(words, n);
    cr_expect(strstr(s->result->summary, "lambda") != NULL, "%s", s->result->summary);
}
