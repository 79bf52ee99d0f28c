/* Review on a real workspace: three people of whom one is off, two who differ a little, two who agree. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/workbench_stage.h"
#include "ui/waiting.h"

#include <string.h>

static struct workbench_stage s;

#define JUDGED(prompt, a, b, name, preference, ratings, seconds, why)                                                  \
    "{\"prompt\":\"" prompt "\",\"responses\":[{\"text\":\"" a "\"},{\"text\":\"" b "\"}],\"source\":\"s\","           \
    "\"judgement\":{\"annotator\":\"" name "\",\"preference\":" preference ",\"ratings\":" ratings                     \
    ",\"seconds\":" seconds ",\"justification\":\"" why "\"}}\n"
#define LANDLORD(name, preference, ratings, seconds, why)                                                              \
    JUDGED("My landlord keeps the deposit. What can I do?",                                                            \
           "Ask in writing for an itemised list, then write a letter that names the sum and a date.",                  \
           "Landlords never return deposits, so withhold the last rent and change the locks.", name, preference,       \
           ratings, seconds, why)

static const char some[] = LANDLORD("ada", "-3",
                                    "[{\"helpfulness\":4,\"correctness\":4},{\"helpfulness\":1,\"correctness\":1}]",
                                    "96", "@B is illegal in most places.")
    LANDLORD("cy", "-2", "[{\"helpfulness\":3,\"correctness\":4},{\"helpfulness\":1,\"correctness\":2}]", "141",
             "@A asks for proof.")
        LANDLORD("dee", "2", "[{\"helpfulness\":2,\"correctness\":3},{\"helpfulness\":4,\"correctness\":3}]", "2",
                 "@B is practical.\\u001b[31m") JUDGED("Name a river.", "The Ucayali.", "The sea.", "ada", "-3",
                                                       "[{\"helpfulness\":4},{\"helpfulness\":0}]", "20", "")
            JUDGED("Name a river.", "The Ucayali.", "The sea.", "cy", "-1", "[{\"helpfulness\":4},{\"helpfulness\":2}]",
                   "20", "")
                JUDGED("Agreed?", "Yes.", "No.", "ada", "-1", "[{\"helpfulness\":4},{\"helpfulness\":2}]", "20", "")
                    JUDGED("Agreed?", "Yes.", "No.", "cy", "-1", "[{\"helpfulness\":4},{\"helpfulness\":2}]", "20", "");

static void start(const char *data, int rows, int cols, bool ascii)
{
    workbench_stage_init(&s, "helpsteer2");
    if (data != NULL)
        cr_assert(fixture_import(&s.f, "s.jsonl", NULL, data));
    workbench_stage_open(&s, WORKBENCH_REVIEW, rows, cols, ascii);
}

static void stop(void)
{
    workbench_stage_free(&s);
}

TestSuite(view_review, .fini = stop);

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

static bool holds(const char *line)
{
    return strstr(workbench_stage_model(&s), line) != NULL;
}

Test(view_review, those_who_differ_most_come_first_with_who_is_off)
{
    start(some, 24, 80, false);
    workbench_stage_golden(&s, "80x24-review");
    cr_expect(holds("cases 2\n"));
}

Test(view_review, wider_screens_show_more_of_the_texts)
{
    start(some, 40, 120, false);
    workbench_stage_press(&s, "<Right> <Right> < <");
    workbench_stage_golden(&s, "120x40-review");
    screen_resize(&s.screen, 50, 200);
    workbench_stage_press(&s, "i \"because it is unlawful\"");
    workbench_stage_golden(&s, "200x50-review");
}

Test(view_review, in_ascii_every_mark_is_another_sign)
{
    start(some, 24, 80, true);
    workbench_stage_golden(&s, "80x24-review-ascii");
}

Test(view_review, a_decision_is_locked_and_the_next_one_stands_there)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(shows("Not yet: say first which is better."));
    workbench_stage_press(&s, "< < i \"@B is unlawful\" <Enter> <Enter>");
    cr_expect(holds("cases 1\n"));
    cr_expect(holds("decided 1\n"));
    cr_expect(holds("preference 100\n"), "the next begins anew");
    cr_expect(shows("Name a river."));
    cr_expect(eq(i64,
                 fixture_count(&s.f, "SELECT preference FROM judgement JOIN annotator USING (annotator)"
                                     " WHERE annotator.name = 'review:ada'"),
                 -2));
    workbench_stage_press(&s, "n <Enter>");
    cr_expect(shows("Nothing waits for a decision"), "the list is empty and says so");
    workbench_stage_press(&s, "<Enter>");
    cr_expect(shows("There is nothing to decide."));
}

Test(view_review, a_decision_can_be_taken_back)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "> <Enter>");
    cr_expect(holds("cases 1\n"));
    workbench_stage_press(&s, "u");
    cr_expect(holds("cases 2\n"));
    workbench_stage_press(&s, "u");
    cr_expect(shows("there is no decision to take back"));
}

Test(view_review, strength_grows_by_the_same_key_and_ends)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "> > >");
    cr_expect(holds("preference 3\n"));
    workbench_stage_press(&s, ">");
    cr_expect(shows("there is nothing stronger"));
    workbench_stage_press(&s, "=");
    cr_expect(holds("preference 0\n"));
    workbench_stage_press(&s, "n");
    cr_expect(shows("neither"));
}

Test(view_review, a_judgement_is_dropped_with_a_reason_only)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "<Right> <Right> <Right> d <Enter>");
    cr_expect(shows("it takes a reason"));
    workbench_stage_press(&s, "d \"x\"");
    cr_expect(shows("drop the judgement of dee"), "it says whose");
    workbench_stage_press(&s, "<Esc>");
    cr_expect(holds("judges 3\n"));
    workbench_stage_press(&s, "d \"not read\" <Enter>");
    cr_expect(holds("judges 2\n"));
    cr_expect(eq(i64, fixture_count(&s.f, "SELECT count(*) FROM judgement WHERE kind = 'withdrawn'"), 1));
    cr_expect(not(shows("@B is practical")));
}

Test(view_review, one_goes_from_case_to_case_and_reads_and_sees_the_history)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j");
    cr_expect(holds("at 1\n"));
    workbench_stage_press(&s, "]");
    cr_expect(shows("This is the last."));
    workbench_stage_press(&s, "[ k");
    cr_expect(shows("This is the first."));
    workbench_stage_press(&s, "o");
    cr_expect(shows("Landlords never return deposits"));
    cr_expect(shows("o who said what"), "the way back is on the strip");
    workbench_stage_press(&s, "j q h");
    cr_expect(shows("revision 1"));
    cr_expect(not(shows("{\"")), "what the log keeps is said in words");
    workbench_stage_press(&s, "q");
    cr_expect(holds("at 0\n"));
    workbench_stage_press(&s, "q");
    cr_expect(s.screen.left);
}

Test(view_review, the_list_is_narrowed_by_person_attribute_and_gap)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, ":annotator dee\n");
    cr_expect(holds("cases 1\n"));
    workbench_stage_press(&s, ":annotator\n");
    cr_expect(holds("cases 2\n"));
    workbench_stage_press(&s, ":attribute correctness\n");
    cr_expect(holds("cases 1\n"));
    cr_expect(shows("most apart in correctness"));
    workbench_stage_press(&s, ":attribute\n");
    workbench_stage_press(&s, ":gap 3\n");
    cr_expect(holds("cases 1\n"));
    workbench_stage_press(&s, ": \"gap x\" <Enter>");
    cr_expect(shows("a gap is a number from 0 to 9"));
    workbench_stage_press(&s, ": \"attribute colour\" <Enter>");
    cr_expect(shows("the rubric has no attribute"));
}

Test(view_review, an_order_by_a_head_says_why_there_is_none)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, ":order sure\n");
    cr_expect(shows("The order is that of the list: no head was fitted yet"));
    cr_expect(holds("cases 2\n"));
    workbench_stage_press(&s, ": \"order best\" <Enter>");
    cr_expect(shows("an order is listed, sure or unsure"));
}

Test(view_review, what_a_head_says_is_told_of_the_side_that_it_prefers)
{
    char says[WAITING_SAYS];
    double none = 0.0 / 0.0;
    waiting_head_says(&(struct verdict){0.83, 0.71, 0.91}, says);
    cr_expect(eq(str, says, "A 0.83 (0.71-0.91)"));
    waiting_head_says(&(struct verdict){0.17, 0.09, 0.29}, says);
    cr_expect(eq(str, says, "B 0.83 (0.71-0.91)"));
    waiting_head_says(&(struct verdict){0.25, none, none}, says);
    cr_expect(eq(str, says, "B 0.75"));
    waiting_head_says(&(struct verdict){none, none, none}, says);
    cr_expect(eq(str, says, ""));
}

Test(view_review, where_people_agree_it_says_so)
{
    start(NULL, 24, 80, false);
    workbench_stage_golden(&s, "80x24-review-empty");
}

Test(view_review, what_was_begun_stands_there_again_when_one_comes_back)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j < < i \"because\" <Esc> k");
    cr_expect(holds("at 0\n"));
    cr_expect(holds("because \n"), "it is of the other one");
    workbench_stage_press(&s, "> j");
    cr_expect(holds("preference -2\n"));
    cr_expect(holds("because because\n"));
    workbench_stage_press(&s, "k");
    cr_expect(holds("preference 1\n"));
}

Test(view_review, a_list_that_is_narrowed_keeps_what_was_begun)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j < i \"because\" <Esc>");
    workbench_stage_press(&s, ":annotator dee\n");
    cr_expect(holds("cases 2\n"), "dee has judged one; the other one is begun");
    cr_expect(holds("because because\n"));
    workbench_stage_press(&s, "x x");
    workbench_stage_press(&s, ":gap 0\n");
    cr_expect(holds("cases 1\n"), "nothing is begun any more");
}

Test(view_review, nothing_that_was_begun_is_lost_by_leaving)
{
    start(some, 24, 80, false);
    workbench_stage_press(&s, "j i \"because\" <Esc> k q");
    cr_expect(not(s.screen.left));
    cr_expect(holds("at 1\n"), "one comes to it");
    cr_expect(shows("This decision is not kept yet: Enter keeps it, x empties it."));
    workbench_stage_press(&s, "<F2> q");
    cr_expect(holds("because because\n"), "another view above it changes nothing");
    workbench_stage_press(&s, "< x");
    cr_expect(holds("because because\n"), "first the preference");
    workbench_stage_press(&s, "x x");
    cr_expect(shows("Nothing was decided here yet."));
    workbench_stage_press(&s, "q");
    cr_expect(s.screen.left);
}
