/* Several answers put in order: keys to actions, screens against golden files. */
#include "core/base/rng.h"
#include "store/places.h"
#include "tests/support/ui_host.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static struct ui_stage s;

static const char rated[] =
    "{\"name\":\"own\",\"ranking\":true,\"attributes\":["
    "{\"key\":\"helpfulness\",\"label\":\"Helpfulness\",\"about\":\"h\",\"min\":0,\"max\":4,\"levels\":[\"Useless\","
    "\"Hardly\",\"Partly\",\"Mostly\",\"Fully helpful\"]},"
    "{\"key\":\"safety\",\"label\":\"Safety\",\"about\":\"s\",\"min\":1,\"max\":3,\"levels\":[\"no\",\"hm\",\"yes\"]}],"
    "\"preference\":{\"max\":3,\"zero_allowed\":false},\"justification\":{\"min_words\":2}}";

static void open_with(const char *rubric, int rows, int cols)
{
    ui_stage_init(&s, rubric);
    ui_host_add_rankings(&s.host);
    ui_stage_open(&s, rows, cols, false);
}

static void open_one(void)
{
    open_with("ranking", 24, 80);
}

static void close_one(void)
{
    ui_stage_free(&s);
}

TestSuite(rank, .init = open_one, .fini = close_one);
TestSuite(rank_sizes, .fini = close_one);

static void press(const char *keys)
{
    ui_stage_press(&s, keys);
}

static bool shows(const char *text)
{
    return strstr(ui_stage_text(&s), text) != NULL;
}

static bool model_has(const char *line)
{
    return strstr(ui_stage_model(&s), line) != NULL;
}

/* The letters as the list shows them: "b a=c (d)". */
static const char *order(void)
{
    static char text[64];
    const struct draft *d = &s.host.items[s.host.at].task.draft;
    int by[ANSWERS_MOST], at = 0;
    places_order(d, by);
    for (int i = 0; i < d->n; i++) {
        int place = d->place[by[i]];
        bool tied = i > 0 && place > 0 && place == d->place[by[i - 1]];
        at += snprintf(text + at, sizeof text - (size_t)at, place > 0 ? "%s%c" : "%s(%c)",
                       i == 0 ? ""
                       : tied ? "="
                              : " ",
                       'a' + by[i]);
    }
    return text;
}

#define ordered(wanted) cr_expect(eq(str, (char *)order(), (char *)(wanted)))

Test(rank, a_digit_places_the_answer_and_the_next_one_comes_up)
{
    cr_expect(model_has("cell a\n"));
    press("1");
    cr_expect(model_has("cell b\n"));
    cr_expect(shows("[B]"));
    press("1 2 4");
    ordered("b c a d");
    cr_expect(model_has("cell d\n")); /* all have one: it stays */
    press("1");
    ordered("d b c a");
    press("0");
    cr_expect(shows("Places go from 1, the best, to 4."));
    press("5");
    ordered("d b c a");
}

Test(rank, an_answer_is_moved_tied_and_taken_off)
{
    press("1 2 3 4 K K");
    ordered("a d b c");
    press("=");
    ordered("a=d b c");
    cr_expect(shows("Place of D: 1 of 3, as good as A"));
    press("=");
    cr_expect(shows("D is as good as the one above it already."));
    press("J");
    ordered("a d b c");
    press("J J J");
    ordered("a b c d");
    cr_expect(shows("No answer is behind D."));
    press("x");
    ordered("a b c (d)");
    press("x");
    cr_expect(shows("This is empty already."));
    press("J");
    cr_expect(shows("D has no place yet"));
    press("K");
    ordered("a b c d");
    press("<Up> <Up> <Up> K");
    cr_expect(shows("A is the best already."));
    press("=");
    cr_expect(shows("No answer stands above A."));
}

Test(rank, a_tie_of_one_without_a_place_is_with_the_last_that_has_one)
{
    press("=");
    cr_expect(shows("No answer has a place yet."));
    press("1 2 =");
    ordered("a b=c (d)");
    cr_expect(model_has("cell d\n"));
}

Test(rank, the_cursor_goes_through_the_list_as_it_is_shown)
{
    press("2 1 <Up> <Up> <Up>");
    ordered("b a (c) (d)");
    cr_expect(model_has("cell b\n"));
    cr_expect(shows("Sunlight looks white"));
    press("<Down>");
    cr_expect(model_has("cell a\n"));
    press("<Down> <Down> <Down>");
    cr_expect(model_has("cell because\n"));
    press("<Down>");
    cr_expect(model_has("cell because\n"));
    press("3");
    cr_expect(shows("Digits place and rate answers; i begins to write."));
    press("<Up>");
    cr_expect(model_has("cell d\n"));
}

Test(rank, what_is_missing_is_told_and_gone_to)
{
    press("1 2 <Enter>");
    cr_expect(shows("Not yet: C has no place yet."));
    cr_expect(model_has("cell c\n"));
    cr_expect(shows("!"));
    press("3 4 <Enter>");
    cr_expect(shows("1/2"));
    cr_expect(shows("What helps against hiccups?"));
    press("u");
    ordered("a b c d");
}

Test(rank, undo_goes_back_key_by_key)
{
    press("1 1 2 4 K");
    ordered("b c d a");
    press("u");
    ordered("b c a d");
    press("u u");
    ordered("b a (c) (d)");
    press("<C-r>");
    ordered("b c a (d)");
}

Test(rank, a_text_that_was_scrolled_is_found_where_it_was)
{
    ui_stage_free(&s);
    open_with("ranking", 20, 80);
    static const char *const long_ones[] = {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17", "x", "y"};
    ui_host_add_ranking(&s.host, "long", long_ones, 3);
    press("]");
    press("] j j j <Down> <Up>");
    cr_expect(model_has("scroll a 3 of 17\n"), "%s", ui_stage_model(&s));
}

Test(rank, what_is_said_of_two_answers_is_refused)
{
    press("n");
    ordered("(a) (b) (c) (d)");
    cr_expect(eq(str, s.host.log, (char *)""));
}

Test(rank, the_words_are_written_as_ever)
{
    press("i @ C <Space> i s <Space> b e s t <Esc>");
    cr_expect(model_has("because \"@C is best\"\n"));
    cr_expect(model_has("cell because\n"));
    press("s o");
    cr_expect(model_has("comparison c2"));
}

Test(rank, two_texts_are_compared_word_by_word)
{
    ui_stage_free(&s);
    open_with("ranking", 40, 160);
    press("1 2 d");
    cr_expect(shows("[-only C says this-]  {+only B says this+}"));
    cr_expect(shows("B, above it"));
    press("<Up> <Up>");
    cr_expect(shows("B, below it"));
    press("<Tab>");
    cr_expect(model_has("focus b\n"));
}

Test(rank, one_text_at_a_time_has_no_second_to_go_to)
{
    press(": s e t <Space> l a y o u t <Space> s i n g l e <Enter> <Tab>");
    cr_expect(model_has("focus prompt\n"));
    press("<Tab>");
    cr_expect(model_has("focus a\n"));
}

Test(rank, attributes_are_rated_answer_by_answer)
{
    ui_stage_free(&s);
    open_with(rated, 24, 80);
    press("1");
    cr_expect(model_has("cell a.helpfulness\n"));
    press("4");
    cr_expect(model_has("cell a.safety\n"));
    press("4");
    cr_expect(shows("Safety goes from 1 to 3."));
    press("3");
    cr_expect(model_has("cell b\n"));
    press("2 <Right> <Left> <Left> <Left>");
    cr_expect(model_has("a.helpfulness 4\n"));
    press("<Up> <Right>");
    cr_expect(model_has("cell a.helpfulness\n"));
    cr_expect(shows("Helpfulness of A, 0 to 4: 4 Fully helpful"));
    press("x");
    cr_expect(model_has("a.helpfulness .\n"));
}

Test(rank, the_help_lists_its_keys)
{
    press("?");
    for (int i = 0; i < 3 && !shows("the answer is as good as the one above it"); i++)
        press("<Space>");
    cr_expect(shows("the answer is as good as the one above it"));
    cr_expect(not(shows("A is better; again")));
}

Test(rank, readers_of_screens_get_it_in_words)
{
    press(": s e t <Space> l i n e a r <Space> o n <Enter>");
    cr_expect(shows("Place of A: none yet"));
    press("2");
    cr_expect(shows("Place of B: none yet"));
    press("<Up>");
    cr_expect(shows("Place of A: 1 of 1"));
    press("<Tab> <Tab> <Tab>");
    cr_expect(shows("Answer C:"));
}

Test(rank, a_pair_may_follow_a_ranking)
{
    ui_host_add(&s.host, "sample", "Which?", "this one", "that one");
    press("1 2 3 4 <Enter> 1 1 1 1 1 1 1 1 1 <Enter>");
    cr_expect(shows("preference"));
    press("<");
    cr_expect(model_has("preference -1\n"));
    press("<Enter> [ [");
    cr_expect(model_has("place a 9\n"), "%s", ui_stage_model(&s));
}

Test(rank, screens_at_80_by_24)
{
    ui_stage_golden(&s, "80x24-ranking-fresh");
    press("1 1 = 3");
    ui_stage_golden(&s, "80x24-ranking");
}

Test(rank_sizes, rated_at_120_by_40)
{
    open_with(rated, 40, 120);
    press("2 4 3 1 2 1 <Enter>");
    ui_stage_golden(&s, "120x40-ranking-rated");
}

Test(rank_sizes, two_texts_at_200_by_50)
{
    open_with("ranking", 50, 200);
    press("1 1 2 4 d");
    ui_stage_golden(&s, "200x50-ranking-diff");
}

Test(rank_sizes, nine_answers_at_80_by_20)
{
    open_with("ranking", 20, 80);
    press("] 1 2 3 =");
    ui_stage_golden(&s, "80x20-ranking-nine");
}

Test(rank_sizes, the_cursor_is_on_its_cell_at_every_size)
{
    open_with(rated, 20, 80);
    for (int rows = 20; rows <= 60; rows += 5)
        for (int cols = 80; cols <= 240; cols += 20) {
            screen_resize(&s.screen, rows, cols);
            screen_draw(&s.screen);
            press(rows % 2 == 0 ? "<Down>" : "<Right>");
            const struct grid *g = &s.screen.grid;
            cr_expect(ge(int, g->cursor_row, 0));
            cr_expect(lt(int, g->cursor_row, rows - 1));
            cr_expect(lt(int, g->cursor_col, cols));
        }
}

/* Whatever is pressed, at whatever size, the order stays one. */
Test(rank_sizes, random_keys_leave_it_in_order)
{
    static const char *const keys[] = {"1", "2", "3",     "4",     "5",       "9",      "0",       "J",       "K",
                                       "=", "x", "u",     "<C-r>", "<Up>",    "<Down>", "<Left>",  "<Right>", "<Tab>",
                                       "j", "k", "d",     "m",     "v",       "z",      "<Enter>", "[",       "]",
                                       "s", "u", "<Esc>", "i",     "a",       "<Esc>",  "/",       "<Esc>",   "V",
                                       "n", "c", "r",     "q",     "<Space>", "(",      ")",       "<",       ">"};
    struct rng rng;
    open_with(rated, 24, 80);
    rng_seed(&rng, 11);
    for (int i = 0; i < 30000; i++) {
        if (rng_below(&rng, 40) == 0)
            screen_resize(&s.screen, 20 + (int)rng_below(&rng, 40), 80 + (int)rng_below(&rng, 140));
        const char *key = keys[rng_below(&rng, sizeof keys / sizeof *keys)];
        if (strcmp(key, "q") == 0 && s.screen.views.views.n == 1)
            continue;
        press(key);
        for (int k = 0; k < s.host.n; k++) {
            const struct draft *d = &s.host.items[k].task.draft;
            for (int place = 1; place <= places_count(d); place++)
                cr_assert(ne(int, places_at_place(d, place), 0));
        }
    }
}

Test(rank, passages_are_marked_in_the_answers_that_are_read)
{
    press("V <Space> <Right> + \"this\" <Enter> <Esc>");
    cr_expect(model_has("passage a 0-"), "%s", ui_stage_model(&s));
    press("<Down> <Down> V - <Enter> <Esc>");
    cr_expect(model_has("passage c 0-"), "%s", ui_stage_model(&s));
    cr_expect(strstr(ui_stage_styles(&s), "sss") != NULL, "%s", ui_stage_styles(&s));
    press("<Up> <Up>");
    cr_expect(strstr(ui_stage_styles(&s), "sss") != NULL, "those of A again");
    press("u u");
    cr_expect(not(model_has("passage")));
}

/* Taking something back may bring another answer to the screen. */
Test(rank, a_passage_is_given_up_when_its_answer_goes)
{
    press("<Down> 1 <Down> V <Right> <Right> <Right> <Space>");
    press("u u u u u");
    press("<Right> <Left> + <Enter> <Esc>");
    cr_expect(model_has("mode rate\n"), "%s", ui_stage_model(&s));
}
