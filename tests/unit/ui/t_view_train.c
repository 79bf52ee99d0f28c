/* The train and runs views: drawn from a host without threads, and run on a real workspace. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/workbench_stage.h"

#include "app/train_form.h"
#include "store/run.h"
#include "tests/support/command.h"
#include "ui/script.h"

#include <math.h>
#include <stdlib.h>

static struct workbench_stage s;

/* ---- a host without threads ---- */

static struct fake {
    struct train_host host;
    struct train_state state;
    struct train_result result;
    struct train_form form;
    struct arena arena;
    struct buf words; /* of the last start */
    bool stopped;
} fake;

static bool fake_form(void *ctx, const struct train_form **out, struct err *err)
{
    (void)ctx;
    if (!train_form_read(s.f.db, &fake.arena, &fake.form, err))
        return false;
    for (size_t i = 0; i < fake.form.n; i++) /* as on a machine of four cores */
        if (strcmp(fake.form.field[i].label, "threads") == 0)
            ((struct train_field *)&fake.form.field[i])->initial = "3";
    *out = &fake.form;
    return true;
}

static bool fake_start(void *ctx, enum train_task task, const char *const *words, size_t n, struct err *err)
{
    (void)ctx;
    if (fake.state.work.state == WORK_RUNNING)
        return err_set(err, ERR_BUSY, "fitting goes on");
    buf_reset(&fake.words);
    buf_adds(&fake.words, train_task_text(task));
    for (size_t i = 0; i < n; i++)
        buf_addf(&fake.words, " %s", words[i]);
    fake.state.task = task;
    fake.state.ended++;
    fake.state.work.state = WORK_DONE;
    return true;
}

static void fake_stop(void *ctx)
{
    (void)ctx;
    fake.stopped = true;
}

static const struct train_state *fake_look(void *ctx)
{
    (void)ctx;
    return &fake.state;
}

static void fake_rest(void *ctx)
{
    (void)ctx;
}

/* ---- stage ---- */

static void open_stage(void)
{
    setenv("ASSAY_NOW", "1795435327", 1); /* 2026-11-23T12:02:07Z */
    workbench_stage_init(&s, "helpsteer2");
    fake = (struct fake){.words = BUF_INIT};
    fake.host = (struct train_host){fake_form, fake_start, fake_stop, fake_look, fake_rest, NULL};
}

static void close_stage(void)
{
    workbench_stage_free(&s);
    arena_free(&fake.arena);
    buf_free(&fake.words);
}

TestSuite(view_train, .init = open_stage, .fini = close_stage, .timeout = 120);

static void open_view(const char *key, int rows, int cols, bool ascii)
{
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, rows, cols, ascii);
    s.workbench.train = &fake.host;
    workbench_stage_press(&s, key);
}

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static bool model(const char *text)
{
    return strstr(workbench_stage_model(&s), text) != NULL;
}

static void add_run(const char *kind, const char *head, double accuracy, const char *model_path)
{
    struct buf settings = BUF_INIT, results = BUF_INIT;
    buf_addf(&settings, "{\"head\":\"%s\",\"l2\":0.01}", head);
    buf_addf(&results,
             "{\"train\":{},\"holdout\":{\"n\":480,\"accuracy\":%g,\"nll\":0.557,\"ece\":0.021,\"intervals\":"
             "{\"accuracy\":[%g,%g]}}}",
             accuracy, accuracy - 0.04, accuracy + 0.04);
    struct run r = {
        .kind = kind, .settings = settings.ptr, .inputs = "{}", .results = results.ptr, .model = model_path};
    cr_assert(run_insert(s.f.db, &r, &s.f.err), "%s", s.f.err.text);
    buf_free(&settings);
    buf_free(&results);
}

static void add_runs(void)
{
    add_run("train", "bt", 0.713, "sample.1.bt.safetensors");
    add_run("train", "regression", 0.698, "sample.2.regression.safetensors");
    add_run("compare", "", 0, NULL);
    add_run("train", "bt", 0.708, "odd\033[2J.bt.safetensors");
}

/* A fit of which half is done; loss falls by halves. */
static void begin_fit(void)
{
    fake.state.work = (struct work){.state = WORK_RUNNING, .done = 3, .total = 6, .seconds = 2};
    for (int i = 0; i < 12; i++)
        work_add_loss(&fake.state.work, 0.55 + 0.14 * pow(0.6, i));
}

static void end_fit(void)
{
    double z[200], p[200];
    for (int i = 0; i < 200; i++) {
        z[i] = (i % 20 - 6) / 4.0;
        p[i] = i % 7 == 0 ? 0 : 1;
    }
    fake.result = (struct train_result){.model = "sample.5.bt.safetensors",
                                        .summary = "Bradley-Terry head on 800 pairs x 4096, lambda 0.00032",
                                        .ended = "reached the optimum, 14 steps, 0.90 s",
                                        .split = "holdout",
                                        .people = 0.87,
                                        .page = "all figures"};
    fake.result.interval = (struct metric_intervals){
        .accuracy = {0.53, 0.67}, .nll = {0.61, 0.71}, .brier = {0.1, 0.3}, .ece = {0.10, 0.20}};
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = z, .p = p, .n = 200}, 10, &fake.result.m, &s.f.err));
    fake.state.work = (struct work){.state = WORK_DONE};
    fake.state.result = &fake.result;
    fake.state.ended++;
}

/* As while a worker goes on: nothing is waited for. */
static void press_now(const char *keys)
{
    struct err err;
    struct script *script = script_parse(keys, strlen(keys), "keys", &err);
    for (struct script_step step = script_next(script); step.kind != SCRIPT_END; step = script_next(script))
        screen_key(&s.screen, step.key);
    script_free(script);
    screen_draw(&s.screen);
}

/* ---- how it looks ---- */

Test(view_train, at_80_by_24)
{
    open_view("t", 24, 80, false);
    workbench_stage_golden(&s, "80x24-train");
    begin_fit();
    screen_woken(&s.screen);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "80x24-train-running");
    end_fit();
    screen_woken(&s.screen);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "80x24-train-done");
}

Test(view_train, at_120_by_40_and_in_ascii)
{
    add_runs();
    open_view("t", 40, 120, true);
    begin_fit();
    screen_woken(&s.screen);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "120x40-train-ascii");
}

Test(view_train, at_200_by_50)
{
    add_runs();
    open_view("t", 50, 200, false);
    end_fit();
    screen_woken(&s.screen);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "200x50-train");
}

Test(view_train, an_interval_of_the_ece_beside_its_value_is_explained)
{
    open_view("t", 24, 80, false);
    end_fit();
    workbench_stage_press(&s, "j");
    cr_expect(not(shows("too high)")));
    fake.result.interval.ece = (struct metric_interval){0.9, 0.95};
    workbench_stage_press(&s, "k");
    cr_expect(shows("too high)"));
}

Test(view_train, runs_at_80_by_24_and_120_by_40)
{
    add_runs();
    open_view("h", 24, 80, false);
    workbench_stage_press(&s, "<Space> j <Space>");
    workbench_stage_golden(&s, "80x24-runs");
    workbench_stage_press(&s, ":resize 120x40\n");
    workbench_stage_golden(&s, "120x40-runs");
}

Test(view_train, an_empty_workspace_says_what_is_missing)
{
    open_view("t", 24, 80, false);
    cr_expect(shows("there are no embeddings yet"));
    workbench_stage_press(&s, "t");
    cr_expect(shows("No run is recorded yet."));
    workbench_stage_press(&s, "<Enter> <Space> = e R s S c r j");
    cr_expect(model("runs 0\n"));
}

/* ---- train ---- */

Test(view_train, settings_are_chosen_typed_and_reset)
{
    open_view("t", 24, 80, false);
    cr_expect(model("--head=bt --loss=plain --l2-path=1e-6:1:20 --rule=1se --folds=5 --bootstrap=100"));
    workbench_stage_press(&s, "/ \"loss\" <Enter> l l");
    cr_expect(model("--loss=scaled"));
    workbench_stage_press(&s, "h <Right> <Left> <Enter>");
    cr_expect(model("--loss=scaled"));
    workbench_stage_press(&s, "x");
    cr_expect(model("--loss=plain"));
    workbench_stage_press(&s, "/ \"seed\" <Enter> <Enter> <C-u> \"77\" <Left> \"0\" <Enter>");
    cr_expect(model("--seed=707"));
    workbench_stage_press(&s, "<Enter> \"1\" <Esc>");
    cr_expect(model("--seed=707"));
    cr_expect(model("view train"), "Esc ended the typing, not the view");
}

Test(view_train, another_head_has_other_settings)
{
    open_view("t", 24, 80, false);
    workbench_stage_press(&s, "/ \"head\" <Enter> l");
    cr_expect(model("--head=regression") && !(model("--loss")) && !(model("--bootstrap")));
    workbench_stage_press(&s, "/ \"file\" <Enter> <Enter> \"x.npy\" <Enter>");
    cr_expect(model("--embeddings=x.npy") && !(model("--set")) && !(model("--labels")));
    workbench_stage_press(&s, "j <Enter> \"x.ids\" <Enter>");
    cr_expect(model("--ids=x.ids"));
}

Test(view_train, keys_run_it_stop_it_and_open_its_figures)
{
    open_view("t", 24, 80, false);
    workbench_stage_press(&s, "f");
    cr_expect(shows("Nothing was fitted here yet."));
    workbench_stage_press(&s, "c");
    cr_expect(shows("Nothing goes on"));
    workbench_stage_press(&s, "r");
    cr_expect(strstr(fake.words.ptr, "fitting --soft=hard --head=bt --loss=plain") == fake.words.ptr, "%s",
              fake.words.ptr);
    begin_fit();
    screen_woken(&s.screen);
    press_now("r");
    cr_expect(shows("fitting goes on"));
    press_now("c");
    cr_expect(fake.stopped && shows("It was asked to stop."));
    end_fit();
    screen_woken(&s.screen);
    workbench_stage_press(&s, "f");
    cr_expect(shows("all figures"));
    workbench_stage_press(&s, "q R q");
    cr_expect(model("view dashboard"));
}

Test(view_train, why_a_fit_failed_stays_on_the_screen)
{
    open_view("t", 24, 80, false);
    fake.state.work = (struct work){.state = WORK_FAILED};
    err_set(&fake.state.work.err, ERR_MISSING, "no pair has a label \033[31m");
    fake.state.ended++;
    screen_woken(&s.screen);
    workbench_stage_press(&s, "j k");
    cr_expect(shows("no pair has a label ^[[31m"));
}

/* ---- runs ---- */

Test(view_train, runs_are_sorted_by_every_column)
{
    add_runs();
    open_view("h", 24, 80, false);
    cr_expect(model("sorted #\n") && model("at 4\n"));
    workbench_stage_press(&s, "s s s s");
    cr_expect(model("sorted accuracy\n") && model("at 4\n"), "the selected run stays selected");
    workbench_stage_press(&s, "g");
    cr_expect(model("at 1\n"));
    workbench_stage_press(&s, "S g");
    cr_expect(model("sorted accuracy backwards\n") && model("at 3\n"));
}

Test(view_train, marked_heads_are_compared_and_reported)
{
    add_runs();
    open_view("h", 24, 80, false);
    workbench_stage_press(&s, "=");
    cr_expect(shows("Mark two heads"));
    workbench_stage_press(&s, "G <Space> k");
    cr_expect(model("marked 1\n") && model("at 2\n"));
    workbench_stage_press(&s, "=");
    cr_expect(eq(str, fake.words.ptr, "comparing sample.1.bt.safetensors sample.2.regression.safetensors"));
    workbench_stage_press(&s, "<Space> R");
    cr_expect(eq(str, fake.words.ptr, "reporting on sample.1.bt.safetensors sample.2.regression.safetensors"));
    workbench_stage_press(&s, "/ \"compare\" <Enter> <Space>");
    cr_expect(shows("This run has no head."));
}

Test(view_train, a_run_opens_its_head_or_what_was_recorded)
{
    add_runs();
    open_view("h", 24, 80, false);
    fake.state.title = "sample.2";
    fake.state.page = "figures of the second";
    workbench_stage_press(&s, "j j <Enter>");
    cr_expect(eq(str, fake.words.ptr, "judging sample.2.regression.safetensors"));
    cr_expect(shows("figures of the second"));
    workbench_stage_press(&s, "q k <Enter>");
    cr_expect(shows("run 3") && shows("\"holdout\""));
}

Test(view_train, tables_stay_whole_and_are_read_sideways)
{
    struct buf line = BUF_INIT;
    add_runs();
    open_view("h", 24, 80, false);
    for (int i = 0; i < 9; i++)
        buf_addf(&line, "column %d   ", i);
    buf_addf(&line, "\nrow\n");
    fake.state.title = "wide";
    fake.state.page = line.ptr;
    workbench_stage_press(&s, "<Enter>");
    cr_expect(shows("column 0") && shows("column 6") && !shows("column 8"));
    workbench_stage_press(&s, "l");
    cr_expect(shows("column 7") && !shows("column 0"));
    workbench_stage_press(&s, "l l l");
    cr_expect(shows("column 8") && shows("There is no more."));
    workbench_stage_press(&s, "h h h h");
    cr_expect(shows("column 0"));
    workbench_stage_press(&s, ":resize 120x40\n");
    cr_expect(shows("column 0") && shows("column 8"));
    buf_free(&line);
}

Test(view_train, a_head_is_exported_by_the_command_line)
{
    add_runs();
    open_view("h", 24, 80, false);
    fake.state.title = "Copied to mine.safetensors";
    workbench_stage_press(&s, "G e \"mine.safetensors\" <Enter>");
    cr_expect(eq(str, fake.words.ptr, "copying sample.1.bt.safetensors mine.safetensors"), "%s", fake.words.ptr);
    cr_expect(shows("Copied to mine.safetensors"));
    workbench_stage_press(&s, "e <Enter>");
    cr_expect(shows("name the file to write"));
}

Test(view_train, every_size_down_to_the_smallest_holds)
{
    add_runs();
    open_view("t", 24, 80, false);
    for (int rows = 20; rows < 60; rows += 3)
        for (int cols = 80; cols < 220; cols += 9) {
            begin_fit();
            screen_resize(&s.screen, rows, cols);
            press_now("j");
            end_fit();
            screen_woken(&s.screen);
            press_now("<F9> j <F8>");
        }
    cr_expect(model("view train"));
}

/* ---- the real thing ---- */

Test(view_train, a_head_is_fitted_compared_and_judged_from_the_keyboard)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < 60; i++)
        buf_addf(&text, "{\"prompt\":\"question %d\",\"chosen\":\"a careful answer %d\",\"rejected\":\"no %d\"}\n", i,
                 i, i);
    cr_assert(fixture_import(&s.f, "pairs.jsonl", "trl", text.ptr), "%s", s.f.err.text);
    buf_free(&text);
    command_run_line(s.f.path, "embed --provider=lexical --dims=16");
    unsetenv("ASSAY_NOW");
    workbench_stage_open(&s, WORKBENCH_TRAIN, 40, 120, false);
    workbench_stage_press(&s, "r");
    cr_expect(shows("accuracy") && shows("pairs (holdout)"), "%s", workbench_stage_text(&s));
    cr_expect(shows("● found"));
    workbench_stage_press(&s, "/ \"rule\" <Enter> l r t");
    cr_expect(model("view runs") && model("runs 2\n"));
    workbench_stage_press(&s, "<Space> <Space> =");
    cr_expect(shows("paired comparison"), "%s", workbench_stage_text(&s));
    workbench_stage_press(&s, "q");
    cr_expect(model("runs 3\n"), "a comparison is a run");
    workbench_stage_press(&s, "G <Enter>");
    cr_expect(shows("bt head on 12 pairs (holdout)"), "%s", workbench_stage_text(&s));
}
