/* What waits, and handing it out, on a real workspace. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "tests/support/workbench_stage.h"

#include <string.h>

static struct workbench_stage s;

static void start(int n, int rows, int cols, bool ascii)
{
    workbench_stage_init(&s, "helpsteer2");
    if (n > 0)
        fixture_fill(&s.f, n);
    if (n >= 3) { /* two people apart on the third */
        fixture_judge(&s.f, fixture_person(&s.f, "cy"), 3, -2);
        fixture_judge(&s.f, fixture_person(&s.f, "dee"), 3, 3);
    }
    workbench_stage_open(&s, WORKBENCH_QUEUE, rows, cols, ascii);
}

static void stop(void)
{
    workbench_stage_free(&s);
}

TestSuite(view_queue, .fini = stop);

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static bool holds(const char *line)
{
    return strstr(workbench_stage_model(&s), line) != NULL;
}

Test(view_queue, what_waits_is_listed_with_why)
{
    start(5, 24, 80, false);
    workbench_stage_golden(&s, "80x24-queue");
    cr_expect(holds("waiting 4\n"));
    workbench_stage_press(&s, "s");
    cr_expect(holds("strategy disagreement\nwaiting 1\n"));
    screen_resize(&s.screen, 40, 120);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "120x40-queue");
    workbench_stage_press(&s, "s");
    cr_expect(shows("Nothing was given up."));
    workbench_stage_press(&s, "<Tab>");
    cr_expect(holds("strategy given\n"));
}

Test(view_queue, an_empty_list_says_what_to_do)
{
    start(0, 24, 80, true);
    workbench_stage_golden(&s, "80x24-queue-empty");
    workbench_stage_press(&s, "m");
    cr_expect(shows("The list is empty."));
}

Test(view_queue, marked_ones_are_handed_out_together)
{
    start(5, 50, 200, false);
    fixture_person(&s.f, "eve");
    workbench_stage_press(&s, "j m m t");
    workbench_stage_golden(&s, "200x50-queue");
    workbench_stage_press(&s, "\"eve\" <Enter>");
    cr_expect(shows("2 of 2 handed to eve, for 7 days"));
    cr_expect(eq(i64,
                 fixture_count(&s.f, "SELECT count(*) FROM assignment JOIN annotator USING (annotator)"
                                     " WHERE name = 'eve'"),
                 2));
    workbench_stage_press(&s, ":mark 3\n");
    cr_expect(holds("marked 3\n"));
    workbench_stage_press(&s, "t <Esc>");
    cr_expect(holds("marked 3\n"), "nothing was handed out");
}

Test(view_queue, marks_and_the_selection_stay_while_the_list_is_read_again)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, "m m G h");
    workbench_stage_press(&s, "q");
    cr_expect(holds("at 3\nmarked 2\n"), "%s", workbench_stage_model(&s));
    cr_assert(content_retire(s.f.db, 1, true, NULL, NULL, &s.f.err));
    workbench_stage_press(&s, "h q");
    cr_expect(holds("waiting 3\nat 2\nmarked 1\n"), "%s", workbench_stage_model(&s));
    workbench_stage_press(&s, "s");
    cr_expect(holds("at 0\nmarked 0\n"), "another list");
}

Test(view_queue, marking_while_reading_reads_the_next)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    char first[9] = "";
    strncat(first, strstr(workbench_stage_text(&s), "\n") + strlen("\n─ "), 8);
    workbench_stage_press(&s, "m");
    cr_expect(holds("at 1\nmarked 1\nreads 1\n"));
    cr_expect(not(shows(first)));
}

Test(view_queue, without_a_mark_the_selected_one_is_handed_out)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, "t \"source:x\" <Enter>");
    cr_expect(shows("are those of imported data"));
    workbench_stage_press(&s, "t \"vee\" <Enter>");
    cr_expect(shows("nobody is called \"vee\" here"));
    fixture_person(&s.f, "eve");
    workbench_stage_press(&s, "G t \"eve\" <Enter>");
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT comparison FROM assignment"), 5));
}

Test(view_queue, one_more_person_can_be_wanted)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, "+");
    cr_expect(shows("2 people are wanted now"));
    cr_expect(shows("0 of 2 people"));
}

Test(view_queue, one_is_read_annotated_and_its_history_shown)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(holds("reads 1\n"));
    workbench_stage_press(&s, "j q h");
    cr_expect(shows("Comparison "));
    workbench_stage_press(&s, "q a");
    cr_expect(eq(str, (char *)view_stack_top(&s.screen.views)->ops->name, "annotate"));
}

Test(view_queue, a_strategy_that_is_none_is_refused)
{
    start(5, 24, 80, false);
    workbench_stage_press(&s, ": \"strategy best\" <Enter>");
    cr_expect(shows("a strategy is given, disagreement or skipped"));
    workbench_stage_press(&s, ":order unsure\n");
    cr_expect(shows("no head was fitted yet"));
    workbench_stage_press(&s, ": \"mark x\" <Enter>");
    cr_expect(shows("how many of the first"));
}
