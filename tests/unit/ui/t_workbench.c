/* Views opened over one another on a real workspace. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/workbench_stage.h"

static struct workbench_stage s;

static void open_stage(void)
{
    workbench_stage_init(&s, "helpsteer2");
    fixture_fill(&s.f, 3);
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
}

static void close_stage(void)
{
    workbench_stage_free(&s);
}

TestSuite(workbench, .init = open_stage, .fini = close_stage);

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static const char *top(void)
{
    return view_stack_top(&s.screen.views)->ops->name;
}

Test(workbench, every_view_bears_the_name_it_is_opened_by)
{
    for (int v = 0; v < WORKBENCH_VIEW_COUNT; v++) {
        workbench_open(&s.workbench, &s.screen, (enum workbench_view)v);
        stage_settle(&s.screen);
        cr_expect(eq(str, (char *)top(), (char *)workbench_view_name((enum workbench_view)v)));
    }
}

Test(workbench, what_others_said_is_shut_to_annotators_and_the_rest_is_not)
{
    s.workbench.shut = "Ask an owner.";
    for (int v = 0; v < WORKBENCH_VIEW_COUNT; v++) {
        bool open = v == WORKBENCH_DASHBOARD || v == WORKBENCH_ANNOTATE;
        const char *name = workbench_view_name((enum workbench_view)v);
        workbench_open(&s.workbench, &s.screen, (enum workbench_view)v);
        stage_settle(&s.screen);
        cr_expect(eq(int, strcmp(top(), name) == 0, open), "%s", name);
        workbench_open(&s.workbench, &s.screen, WORKBENCH_DASHBOARD);
    }
}

Test(workbench, every_view_can_be_asked_for_from_the_dashboard_by_a_key)
{
    char label[KEY_NAME_SIZE];
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        enum workbench_view v;
        if (request_opens((enum request)r, &v))
            cr_expect(keys_label(s.keys, KEYMAP_DASHBOARD, (enum request)r, label), "%s",
                      request_name((enum request)r));
    }
}

Test(workbench, a_key_opens_the_next_item_and_leaving_it_frees_it)
{
    workbench_stage_press(&s, "a");
    cr_expect(eq(str, (char *)top(), "annotate"));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM assignment"), 1));
    workbench_stage_press(&s, "q");
    cr_expect(eq(str, (char *)top(), "dashboard"));
    cr_expect(not(s.screen.left));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM assignment"), 0));
    workbench_stage_press(&s, "q");
    cr_expect(s.screen.left, "leaving the last view ends it");
}

Test(workbench, a_view_that_is_open_is_gone_back_to_not_opened_twice)
{
    workbench_stage_press(&s, "a ? <F2>");
    cr_expect(eq(str, (char *)top(), "dashboard"));
    cr_expect(eq(sz, s.screen.views.views.n, 1));
}

Test(workbench, how_one_likes_to_read_is_set_anywhere_and_outlives_every_view)
{
    workbench_stage_press(&s, ":set linear\n:set layout stacked\n");
    workbench_stage_press(&s, "a");
    cr_expect(shows("Prompt, 1 of 1"), "%s", workbench_stage_text(&s));
    workbench_stage_press(&s, "m q a");
    cr_expect(shows("Prompt, 1 of 1"), "it was not lost on the way");
    cr_expect(strstr(workbench_stage_model(&s), "texts markdown") != NULL);
    workbench_stage_press(&s, "<F2>\n:set linear off\na");
    cr_expect(not(shows("Prompt, 1 of 1")));
    cr_expect(strstr(workbench_stage_model(&s), "layout stacked") != NULL);
}

/* The one text of linear mode is of an item that is gone. */
Test(workbench, linear_mode_that_was_left_does_not_keep_texts)
{
    workbench_stage_press(&s, "a\n:set linear\n:set linear off\n");
    workbench_stage_press(&s, "4 4 4 4 4 1 1 1 1 1 < <Enter> m d\n:set linear\n");
    cr_expect(shows("Prompt, 1 of 1"));
}

Test(workbench, the_command_goes_to_a_view_by_name)
{
    workbench_stage_press(&s, ":view annotate\n");
    cr_expect(eq(str, (char *)top(), "annotate"));
    workbench_stage_press(&s, ": \"view nowhere\" <Enter>");
    cr_expect(shows("no view \"nowhere\"; there are dashboard"));
    workbench_stage_press(&s, ": \"vi\" <Tab> \"da\" <Tab> <Enter>");
    cr_expect(eq(str, (char *)top(), "dashboard"), "names are completed");
}

Test(workbench, searching_selects_what_has_the_text)
{
    workbench_stage_press(&s, "n");
    cr_expect(shows("Nothing was searched yet; / begins."));
    workbench_stage_press(&s, "/ \"waiting\" <Enter>");
    cr_expect(ne(ptr, strstr(workbench_stage_model(&s), "at annotate: "), NULL));
    workbench_stage_press(&s, "/ \"zzz\" <Enter>");
    cr_expect(shows("\"zzz\" is nowhere here."));
}

Test(workbench, a_deed_is_on_the_disk_when_it_is_done_and_can_be_taken_back)
{
    cr_expect(workbench_perform(&s.workbench, &s.screen, &(struct deed){.kind = DEED_RETIRE, .row = 2}));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM comparison WHERE retired IS NOT NULL"), 1));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM audit WHERE who = 'ada' AND what = 'retire'"), 1));
    cr_expect(workbench_perform(&s.workbench, &s.screen, &(struct deed){.kind = DEED_RESTORE, .row = 2}));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM comparison WHERE retired IS NOT NULL"), 0));
}

static int64_t count(const char *sql)
{
    return fixture_count(&s.f, sql);
}

#define RETIRED "SELECT count(*) FROM comparison WHERE retired IS NOT NULL"

Test(workbench, what_was_done_last_is_taken_back_from_whatever_view)
{
    workbench_stage_press(&s, "<F4> x");
    cr_assert(eq(i64, count(RETIRED), 1));
    workbench_stage_press(&s, "<F3> u");
    cr_expect(shows("is in work again"), "%s", workbench_stage_text(&s));
    cr_expect(eq(i64, count(RETIRED), 0));
    workbench_stage_press(&s, "3 <F4> u");
    cr_expect(shows("in annotate, undone: rating"), "%s", workbench_stage_text(&s));
    cr_expect(eq(i64, count("SELECT count(*) FROM step WHERE undone = 1"), 1));
    workbench_stage_press(&s, "u");
    cr_expect(shows("all that was done here is taken back; the last: in annotate, undone: rating"));
}

Test(workbench, taking_back_says_when_there_never_was_anything)
{
    workbench_stage_press(&s, "<F4> u");
    cr_expect(shows("nothing was done here yet that could be taken back"));
    workbench_stage_press(&s, "x u u");
    cr_expect(shows("all that was done here is taken back; the last: "), "%s", workbench_stage_text(&s));
    cr_expect(shows("is in work again"));
    workbench_stage_press(&s, "<F3> u");
    cr_expect(shows("all that was done here is taken back"), "in annotate, too");
}

Test(workbench, things_are_taken_back_in_the_order_in_which_they_were_done)
{
    workbench_stage_press(&s, "<F3> 1 2 <F4> x <F3> 3 <F2> u");
    cr_expect(eq(i64, count("SELECT count(*) FROM step WHERE undone = 1"), 1), "the rating behind it first");
    cr_expect(eq(i64, count(RETIRED), 1));
    workbench_stage_press(&s, "u");
    cr_expect(eq(i64, count(RETIRED), 0), "then the retirement");
    workbench_stage_press(&s, "u u");
    cr_expect(eq(i64, count("SELECT count(*) FROM step WHERE undone = 1"), 3));
    workbench_stage_press(&s, "u");
    cr_expect(shows("all that was done here is taken back; the last: in annotate, undone: rating"));
}

Test(workbench, handing_out_and_one_more_person_are_taken_back)
{
    fixture_person(&s.f, "zoe");
    workbench_stage_press(&s, "<F6> + + t \"zoe\" <Enter>");
    cr_assert(
        eq(i64, count("SELECT count(*) FROM assignment a JOIN annotator p USING (annotator) WHERE p.name = 'zoe'"), 1));
    cr_assert(eq(i64, count("SELECT max(wanted) FROM comparison"), 3));
    workbench_stage_press(&s, "u");
    cr_expect(shows("1 of the 1 handed to zoe"));
    cr_expect(
        eq(i64, count("SELECT count(*) FROM assignment a JOIN annotator p USING (annotator) WHERE p.name = 'zoe'"), 0));
    workbench_stage_press(&s, "u");
    cr_expect(eq(i64, count("SELECT max(wanted) FROM comparison"), 2));
    workbench_stage_press(&s, "u");
    cr_expect(eq(i64, count("SELECT count(wanted) FROM comparison"), 0));
}

Test(workbench, what_others_went_on_from_cannot_be_taken_back_and_says_so)
{
    int64_t bo = fixture_person(&s.f, "bo"), cy = fixture_person(&s.f, "cy");
    fixture_judge(&s.f, bo, 1, -2);
    fixture_judge(&s.f, cy, 1, 3);
    workbench_stage_press(&s, "<F5> d \"hasty\" <Enter>");
    cr_assert(eq(i64, count("SELECT count(*) FROM judgement WHERE kind = 'withdrawn'"), 1));
    fixture_judge(&s.f, bo, 1, -1);
    workbench_stage_press(&s, "u");
    cr_expect(shows("it cannot be taken back any more: bo has said something else since"));
    workbench_stage_press(&s, "u");
    cr_expect(shows("there is no decision to take back"), "it is off the stack");
}

Test(workbench, a_judgement_that_was_dropped_counts_again)
{
    int64_t bo = fixture_person(&s.f, "bo"), cy = fixture_person(&s.f, "cy");
    fixture_judge(&s.f, bo, 1, -2);
    fixture_judge(&s.f, cy, 1, 3);
    workbench_stage_press(&s, "<F5> d \"hasty\" <Enter> u");
    cr_expect(shows("what bo said counts again"));
    cr_expect(
        eq(i64, count("SELECT count(*) FROM judgement WHERE kind = 'judged' AND preference = -2 AND revision = 3"), 1));
    cr_expect(eq(i64, count("SELECT count(*) FROM audit WHERE what = 'undrop'"), 1));
}

Test(workbench, without_a_host_nothing_is_written_and_it_is_said)
{
    s.workbench.host = NULL;
    cr_expect(not(workbench_perform(&s.workbench, &s.screen, &(struct deed){.kind = DEED_RETIRE, .row = 2})));
    screen_draw(&s.screen);
    cr_expect(shows("This workspace can only be looked at."));
}

Test(no_workbench, without_a_workspace_only_the_dashboard_opens)
{
    workbench_stage_init(&s, NULL);
    workbench_stage_open(&s, WORKBENCH_DASHBOARD, 24, 80, false);
    workbench_stage_press(&s, "a");
    cr_expect(eq(str, (char *)top(), "dashboard"));
    cr_expect(shows("There is no workspace yet: `assay init` makes one."));
    workbench_stage_free(&s);
}

Test(no_workbench, waking_is_heard_once_and_nothing_happens_when_it_is_closed)
{
    struct workbench w = {0};
    struct err err;
    workbench_wake(&w);
    cr_expect(eq(int, wake_fd(&w.wake), -1));
    cr_assert(wake_open(&w.wake, &err));
    cr_expect(not(wake_clear(&w.wake)));
    workbench_wake(&w);
    workbench_wake(&w);
    cr_expect(wake_clear(&w.wake));
    cr_expect(not(wake_clear(&w.wake)));
    wake_close(&w.wake);
}
