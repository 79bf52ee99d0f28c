/* Searching a real workspace on the screen. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "tests/support/workbench_stage.h"

#include <stdio.h>
#include <string.h>

static struct workbench_stage s;

static const char some[] =
    "{\"prompt\":\"Why is the sky blue?\",\"responses\":[{\"text\":\"Light is scattered by the air.\"},{\"text\":"
    "\"It mirrors the oceans.\"}],\"source\":\"physics\",\"judgement\":{\"annotator\":\"bob\",\"preference\":-2,"
    "\"justification\":\"@B confuses cause and effect\",\"ratings\":[{\"helpfulness\":4},{\"helpfulness\":1}],"
    "\"seconds\":31.5}}\n"
    "{\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"The Ucayali is blue.\"},{\"text\":\"The sky.\"}],"
    "\"source\":\"rivers\"}\n"
    "{\"prompt\":\"\\u001b[31mRed\\u202e\",\"responses\":[{\"text\":\"\\u001b]52;c;x\\u0007\"},{\"text\":\"b\"}],"
    "\"source\":\"hostile\\u001b[2J\",\"judgement\":{\"annotator\":\"cy\",\"kind\":\"flagged\",\"reason\":\"other\"}}"
    "\n";

static void start(const char *data, int rows, int cols, bool ascii)
{
    workbench_stage_init(&s, "helpsteer2");
    if (data != NULL)
        cr_assert(fixture_import(&s.f, "s.jsonl", NULL, data));
    workbench_stage_open(&s, WORKBENCH_BROWSE, rows, cols, ascii);
}

static void stop(void)
{
    workbench_stage_free(&s);
}

TestSuite(view_browse, .fini = stop);

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static bool holds(const char *line)
{
    return strstr(workbench_stage_model(&s), line) != NULL;
}

Test(view_browse, everything_in_work_is_listed_at_first_and_the_first_one_read)
{
    start(some, 24, 80, false);
    workbench_stage_golden(&s, "80x24-browse");
    cr_expect(holds("found 3\n"));
}

Test(view_browse, list_and_text_stand_side_by_side_where_there_is_room)
{
    start(some, 40, 120, false);
    workbench_stage_golden(&s, "120x40-browse");
    workbench_stage_press(&s, "j j");
    screen_resize(&s.screen, 50, 200);
    screen_draw(&s.screen);
    workbench_stage_golden(&s, "200x50-browse");
}

Test(view_browse, in_ascii)
{
    start(some, 24, 80, true);
    workbench_stage_golden(&s, "80x24-browse-ascii");
}

/* More than are found in one go. */
static void import_many(const char *name, int from, int to)
{
    struct buf lines = BUF_INIT;
    for (int i = from; i < to; i++)
        buf_addf(&lines, "{\"prompt\":\"River %d?\",\"responses\":[{\"text\":\"Yes %d.\"},{\"text\":\"No.\"}]}\n", i,
                 i);
    cr_assert(fixture_import(&s.f, name, NULL, lines.ptr));
    buf_free(&lines);
}

Test(view_browse, the_selection_stays_where_it_is_when_words_were_indexed)
{
    char before[64] = "";
    workbench_stage_init(&s, "helpsteer2");
    import_many("a.jsonl", 0, 200);
    workbench_stage_open(&s, WORKBENCH_BROWSE, 24, 80, false);
    workbench_stage_press(&s, ":find river\n");
    workbench_stage_press(&s, "G k k k k k");
    cr_assert(holds("at 194\n"));
    snprintf(before, sizeof before, "%.44s", strstr(workbench_stage_model(&s), "comparison "));
    import_many("b.jsonl", 200, 300);
    workbench_stage_press(&s, "h q"); /* what came since is indexed */
    cr_expect(holds("unindexed 0\n"));
    cr_expect(holds(before), "%s", before);
    workbench_stage_press(&s, "G");
    cr_expect(holds("found 300\n"));
}

Test(view_browse, a_query_finds_words_and_fields_once_its_words_are_indexed)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "/ \"sky blue\" <Enter>");
    cr_expect(holds("found 2\n"));
    cr_expect(holds("unindexed 0\n"));
    workbench_stage_press(&s, "/ <C-u> \"source:rivers\" <Enter>");
    cr_expect(holds("found 1\n"));
    cr_expect(shows("Name a river."));
    workbench_stage_press(&s, ":find flagged\n");
    cr_expect(holds("found 1\n"));
}

Test(view_browse, a_wrong_query_is_said_to_be_and_can_be_put_right)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "/ \"colour:red\" <Enter>");
    cr_expect(shows("the query, column 1: here should be a field"));
    cr_expect(holds("query \n"), "the list still answers the query before");
    workbench_stage_press(&s, "<C-u> \"sou\" <Tab> \":rivers\" <Enter>");
    cr_expect(holds("query source :rivers\nfound 1\n"), "fields are completed");
    workbench_stage_press(&s, "/ \" sky\" <Esc>");
    cr_expect(holds("query source :rivers\n"), "what is not accepted changes nothing");
}

Test(view_browse, what_finds_nothing_says_what_to_try)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "/ \"zebra\" <Enter>");
    cr_expect(shows("No comparison passes this query."));
    workbench_stage_press(&s, "x");
    cr_expect(shows("The list is empty."));
}

Test(view_browse, an_empty_workspace_says_how_to_fill_it)
{
    start(NULL, 24, 80, false);
    workbench_stage_golden(&s, "80x24-browse-empty");
}

Test(view_browse, retiring_is_a_deed_that_can_be_taken_back)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j x");
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT comparison FROM comparison WHERE retired IS NOT NULL"), 2));
    cr_expect(shows("retired"));
    workbench_stage_press(&s, "x");
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM comparison WHERE retired IS NOT NULL"), 0));
}

Test(view_browse, a_reason_for_retiring_is_written_down)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j : \"retire the source withdrew it\" <Enter>");
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT comparison FROM comparison WHERE retired IS NOT NULL"), 2));
    cr_expect(eq(i64,
                 fixture_count(&s.f, "SELECT count(*) FROM audit WHERE what = 'retire' AND detail ->> 'reason' = "
                                     "'the source withdrew it'"),
                 1));
    workbench_stage_press(&s, "u");
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM comparison WHERE retired IS NOT NULL"), 0));
    workbench_stage_press(&s, "/ \"zebra\" <Enter> : \"retire it\" <Enter>");
    cr_expect(shows("the list is empty"));
}

Test(view_browse, the_text_is_read_in_full_and_left_again)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(holds("reads 1\n"));
    cr_expect(shows("@B confuses cause and effect"));
    workbench_stage_press(&s, "j q");
    cr_expect(holds("reads 0\n"));
    cr_expect(holds("at 0\n"), "keys scrolled the text, not the list");
    workbench_stage_press(&s, "q");
    cr_expect(s.screen.left);
}

Test(view_browse, the_history_of_one_opens_and_closes)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "h");
    cr_expect(shows("revision 1, counts"));
    workbench_stage_press(&s, "q");
    cr_expect(holds("query \n"));
}

Test(view_browse, one_can_be_annotated_from_here)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j a");
    cr_expect(eq(str, (char *)view_stack_top(&s.screen.views)->ops->name, "annotate"));
    cr_expect(shows("Name a river."));
}

Test(view_browse, more_is_found_as_one_goes_down_and_all_at_the_end)
{
    workbench_stage_init(&s, "helpsteer2");
    fixture_fill(&s.f, 700);
    workbench_stage_open(&s, WORKBENCH_BROWSE, 24, 80, false);
    cr_expect(not(holds("found 700\n")), "not all of it is read at first");
    workbench_stage_press(&s, "G");
    cr_expect(holds("found 700\n"));
    cr_expect(holds("at 699\n"));
    workbench_stage_press(&s, "g /");
    workbench_stage_press(&s, "\"judgements:1\" <Enter>");
    cr_expect(holds("found 0\n"));
}
