#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/clock.h"
#include "store/run.h"
#include "tests/support/workbench_stage.h"
#include "ui/dashboard.h"
#include "ui/view_dashboard.h"

#include <math.h>
#include <stdlib.h>

static struct workbench_stage s;

static void open_stage(void)
{
    setenv("ASSAY_NOW", "1795442527", 1); /* 2026-11-23 14:02:07 */
    workbench_stage_init(&s, "helpsteer2");
}

static void close_stage(void)
{
    workbench_stage_free(&s);
}

TestSuite(view_dashboard, .init = open_stage, .fini = close_stage);

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static bool model(const char *text)
{
    return strstr(workbench_stage_model(&s), text) != NULL;
}

static void add_run(const char *kind, const char *settings, const char *results)
{
    struct run r = {.kind = kind, .settings = settings, .inputs = "{}", .results = results};
    cr_assert(run_insert(s.f.db, &r, &s.f.err), "%s", s.f.err.text);
}

/* Six comparisons that three people have judged, four that two have; fits and an evaluation. */
static void fill(void)
{
    struct fixture *f = &s.f;
    fixture_fill(f, 12);
    fixture_sql(f, "UPDATE setting SET value = '3' WHERE key = 'overlap';"
                   "INSERT OR IGNORE INTO setting (key, value) VALUES ('overlap', '3')");
    int64_t bo = fixture_person(f, "bo"), cy = fixture_person(f, "cy"), ada = fixture_person(f, "ada");
    static const int said[10][3] = {{-3, -2, -2}, {2, 3, 1}, {1, 1, 2},   {-1, 0, -2}, {3, 3, 2},
                                    {-2, 2, -1},  {2, 1, 0}, {-1, -3, 0}, {0, 1, 0},   {3, -2, 0}};
    for (int i = 0; i < 10; i++) {
        fixture_judge(f, bo, i + 1, said[i][0]);
        fixture_judge(f, cy, i + 1, said[i][1]);
        if (i < 6)
            fixture_judge(f, ada, i + 1, said[i][2]);
    }
    add_run(
        "train", "{\"head\": \"bt\"}",
        "{\"holdout\": {\"n\": 480, \"accuracy\": 0.62, \"ece\": 0.034, \"intervals\": {\"accuracy\": [0.58, 0.66]}}}");
    add_run("train", "{\"head\": \"regression\"}", "{\"train\": {\"accuracy\": 0.9}}");
    add_run("eval", "{}",
            "{\"head\": \"bt\", \"n\": 480, \"accuracy\": 0.713, \"ece\": 0.021, \"intervals\": {\"accuracy\": [0.671, "
            "0.752]}}");
}

Test(view_dashboard, everything_at_80_by_24)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    workbench_stage_golden(&s, "80x24-dashboard");
}

Test(view_dashboard, a_comparison_is_no_fit)
{
    fill();
    add_run("compare", "{\"folds\": 5}", "{}");
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    cr_expect(shows("4 compare"));
    cr_expect(shows("3 eval"));
    cr_expect(shows("2 fit"));
}

Test(view_dashboard, everything_at_120_by_40)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 40, 120, false);
    workbench_stage_golden(&s, "120x40-dashboard");
}

Test(view_dashboard, everything_at_200_by_50)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 50, 200, false);
    workbench_stage_golden(&s, "200x50-dashboard");
}

Test(view_dashboard, in_ascii_nothing_else_is_drawn)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, true);
    for (const char *c = workbench_stage_text(&s); *c != '\0'; c++)
        cr_assert(lt(int, (unsigned char)*c, 0x80));
    cr_expect(shows("####"));
}

Test(view_dashboard, on_the_smallest_screen_the_list_of_what_to_do_is_whole)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 20, 80, false);
    cr_expect(shows("waiting for you"));
    cr_expect(shows("where people disagree"));
    cr_expect(shows("quadratic kappa"));
    cr_expect(shows("on pairs held out"));
}

Test(view_dashboard, an_empty_workspace_says_what_to_type)
{
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    workbench_stage_golden(&s, "80x24-dashboard-empty");
    workbench_stage_press(&s, "<Enter>");
    cr_expect(shows("Nothing waits for you."));
}

Test(view_dashboard, it_is_read_anew_when_one_comes_back)
{
    fixture_fill(&s.f, 2);
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    cr_expect(model("at annotate: 2 waiting for you\n"));
    workbench_stage_press(&s, "a s o q");
    cr_expect(model("at annotate: 1 waiting for you\n"), "%s", workbench_stage_model(&s));
}

Test(view_dashboard, enter_goes_where_the_work_is_done)
{
    fixture_fill(&s.f, 2);
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(model("view annotate\n"));
}

Test(view_dashboard, a_workspace_that_cannot_be_read_says_so)
{
    fixture_fill(&s.f, 2);
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    s.workbench.path = "/nonexistent/x.assay";
    workbench_stage_press(&s, "a q");
    cr_expect(shows("/nonexistent/x.assay"));
}

Test(view_dashboard, leaving_while_it_reads_waits_for_nothing)
{
    fill();
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    for (int i = 0; i < 20; i++) {
        screen_push(&s.screen, view_dashboard(&s.workbench));
        screen_pop(&s.screen);
    }
    stage_settle(&s.screen);
    cr_expect(not(screen_busy(&s.screen)));
}

Test(dashboard, what_there_is_to_do_follows_from_what_is_known)
{
    struct dashboard_facts f = {.pace = NAN, .mine = {.waiting = 90}, .status = {.embedding_sets = 1}};
    struct todo todo[DASHBOARD_TASKS];
    cr_assert(eq(sz, dashboard_todo(&f, todo), 2));
    cr_expect(eq(str, todo[0].what, "90 waiting for you"));
    cr_expect(eq(str, todo[1].what, "embeddings are there, and no head was fitted yet"));
    f.pace = 60;
    f.drafts = 2;
    dashboard_todo(&f, todo);
    cr_expect(eq(str, todo[0].what, "90 waiting for you, about 1 h 30 at your pace, 2 begun"));
    const struct run compared = {.kind = "compare", .created = 9}, fitted = {.kind = "train", .created = 5};
    f = (struct dashboard_facts){.pace = NAN, .n_runs = 2, .runs = {{.run = &compared}, {.run = &fitted}}, .last = 6};
    cr_assert(eq(sz, dashboard_todo(&f, todo), 1));
    cr_expect(eq(str, (char *)todo[0].name, "train"));
    f.last = 5;
    cr_expect(eq(sz, dashboard_todo(&f, todo), 0), "nothing newer than the fit");
}
