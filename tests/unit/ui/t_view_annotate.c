#include "ui/view_annotate.h"

#include "tests/support/ui_host.h"
#include "ui/annotate.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static struct ui_stage s;

static void open_stage(void)
{
    ui_stage_init(&s, "helpsteer2");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
}

static void close_stage(void)
{
    ui_stage_free(&s);
}

TestSuite(view_annotate, .init = open_stage, .fini = close_stage);

static bool shows(const char *text)
{
    return strstr(ui_stage_text(&s), text) != NULL;
}

static bool model_has(const char *line)
{
    return strstr(ui_stage_model(&s), line) != NULL;
}

static void press(const char *keys)
{
    ui_stage_press(&s, keys);
}

Test(view_annotate, ten_digits_rate_everything_and_stop_at_the_preference)
{
    press("4 3 2 1 0 0 1 2 3 4");
    cr_expect(model_has("a.helpfulness 4\n") && model_has("a.verbosity 0\n") && model_has("b.helpfulness 0\n") &&
              model_has("b.verbosity 4\n"));
    cr_expect(model_has("cell preference\n"));
    press("4");
    cr_expect(model_has("preference ?\n"), "an eleventh digit changes nothing");
    cr_expect(s.screen.error);
    cr_expect(shows("the preference is given with < and >"));
    cr_expect(eq(str, s.host.log, "rate rate rate rate rate rate rate rate rate rate"));
}

Test(view_annotate, a_correction_in_the_middle_goes_on_to_what_is_empty)
{
    press("4 3 <Up> <Up> 1");
    cr_expect(model_has("a.helpfulness 1\n"));
    cr_expect(model_has("cell a.coherence\n"));
}

Test(view_annotate, unset_is_not_zero)
{
    press("0");
    cr_expect(model_has("a.helpfulness 0\n") && model_has("a.correctness .\n"));
    cr_expect(shows("Helpfulness    0 ."));
}

Test(view_annotate, a_level_that_the_rubric_lacks_is_refused)
{
    press("5");
    cr_expect(shows("Helpfulness goes from 0 to 4."));
    cr_expect(eq(str, s.host.log, ""));
}

Test(view_annotate, preference_leans_strengthens_and_comes_back)
{
    static const struct {
        const char *key, *model;
    } steps[] = {{"<", "preference -1\n"}, {"<", "preference -2\n"}, {",", "preference -3\n"},
                 {">", "preference -2\n"}, {".", "preference -1\n"}, {">", "preference 0\n"},
                 {">", "preference 1\n"},  {">", "preference 2\n"},  {">", "preference 3\n"},
                 {"<", "preference 2\n"},  {"=", "preference 0\n"},  {"n", "preference neither\n"},
                 {"<", "preference -1\n"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        press(steps[i].key);
        cr_expect(model_has(steps[i].model), "step %zu: %s", i, ui_stage_model(&s));
    }
    press("< < <");
    cr_expect(shows("A is much better than B: there is nothing stronger."));
    cr_expect(model_has("preference -3\n"));
}

Test(view_annotate, arrows_walk_the_table_and_remember_the_side)
{
    press("<Right>");
    cr_expect(model_has("cell b.helpfulness\n"));
    press("<Down> <Down> <Down> <Down> <Down>");
    cr_expect(model_has("cell preference\n"));
    press("<Down>");
    cr_expect(model_has("cell because\n"));
    press("<Down> <Right>");
    cr_expect(model_has("cell because\n"));
    press("<Up> <Up>");
    cr_expect(model_has("cell b.verbosity\n"));
    press("<Left>");
    cr_expect(model_has("cell a.verbosity\n"));
    press("<Up> <Up> <Up> <Up> <Up> <Up>");
    cr_expect(model_has("cell a.helpfulness\n"));
}

Test(view_annotate, the_hardware_cursor_stands_on_the_focused_cell)
{
    cr_expect(eq(int, s.screen.grid.cursor_row, 16));
    cr_expect(eq(int, s.screen.grid.cursor_col, 18));
    press("<Right> <Down>");
    cr_expect(eq(int, s.screen.grid.cursor_row, 17));
    cr_expect(eq(int, s.screen.grid.cursor_col, 20));
    press("i \"ab\"");
    cr_expect(eq(int, s.screen.grid.cursor_row, 22));
    cr_expect(eq(int, s.screen.grid.cursor_col, 20));
}

Test(view_annotate, clear_empties_one_cell)
{
    press("4 <Up> x");
    cr_expect(model_has("a.helpfulness .\n"));
    press("x");
    cr_expect(shows("This is empty already."));
}

Test(view_annotate, submit_goes_to_what_is_missing_and_says_it)
{
    press("4 4 4 4 4 4 <Enter>");
    cr_expect(model_has("cell b.correctness\n"));
    cr_expect(shows("Not yet: Correctness of B is missing."));
    cr_expect(shows("▶!Correctness    4[.]"), "%s", ui_stage_text(&s));
    cr_expect(s.screen.beep);
    cr_expect(strstr(s.host.log, "submit") == NULL);
}

Test(view_annotate, a_whole_item_takes_twelve_keys_and_hands_out_the_next)
{
    press("4 4 4 4 4 1 1 1 1 1 < <Enter>");
    cr_expect(eq(int, s.host.last.kind, ACT_SUBMIT));
    cr_expect(shows("· code"));
    cr_expect(shows("1/3  today 1"));
    cr_expect(model_has("a.helpfulness .\n"));
}

Test(view_annotate, undo_takes_back_a_submit_and_redo_repeats_it)
{
    press("4 4 4 4 4 1 1 1 1 1 < <Enter> u");
    cr_expect(shows("· sample") && model_has("preference -1\n"));
    press("u");
    cr_expect(model_has("preference ?\n"));
    press("<C-r> <C-r>");
    cr_expect(shows("· code"));
    press("<C-r>");
    cr_expect(shows("There is nothing to do again."));
}

Test(view_annotate, writing_types_every_letter_and_keeps_each_one)
{
    press("i \"4 q < ? :\"");
    cr_expect(model_has("because \"4 q < ? :\"\n"));
    cr_expect(model_has("mode write\n"));
    cr_expect(shows("-- WRITING --  5 words"));
    press("<C-w> <BS> <Esc>");
    cr_expect(model_has("because \"4 q < ?\"\n"));
    cr_expect(model_has("mode rate\n"));
    cr_expect(shows("because        4 q < ?"));
}

Test(view_annotate, several_lines_can_be_written_and_the_strip_grows)
{
    press("i \"one\\ntwo\\nthree\\nfour\"");
    cr_expect(model_has("because \"one\\ntwo\\nthree\\nfour\"\n"));
    cr_expect(shows("because        two"), "the caret's end is in sight");
    cr_expect(shows("four"));
    press("<Up> <Up> <Up>");
    cr_expect(shows("because        one"));
    press("<Esc>");
    cr_expect(shows("because        one"));
}

Test(view_annotate, a_paste_is_text_when_writing_and_nothing_otherwise)
{
    press("paste \"4 4 q\"");
    cr_expect(shows("Pasted text was left out: press i first to write."));
    cr_expect(eq(str, s.host.log, ""));
    press("i paste \"one\\ntwo\"");
    cr_expect(model_has("because \"one\\ntwo\"\n"));
    cr_expect(eq(str, s.host.log, "move text"));
}

Test(view_annotate, a_justification_has_an_end)
{
    press("i");
    char *big = mem_alloc(JUSTIFICATION_MAX_BYTES + 100);
    memset(big, 'x', JUSTIFICATION_MAX_BYTES + 99);
    screen_paste(&s.screen, big, JUSTIFICATION_MAX_BYTES + 99);
    screen_draw(&s.screen);
    mem_free(big);
    cr_expect(shows("The justification is full"));
    cr_expect(eq(sz, s.host.last.len, JUSTIFICATION_MAX_BYTES));
}

Test(view_annotate, skipping_asks_one_letter)
{
    press("s");
    cr_expect(shows("skip: why?") && shows("u  The prompt cannot be understood"));
    press("z");
    cr_expect(shows("No reason has that letter"));
    press("<Esc>");
    cr_expect(model_has("mode rate\n"));
    cr_expect(eq(str, s.host.log, ""));
    press("s u");
    cr_expect(eq(int, s.host.last.kind, ACT_SKIP));
    cr_expect(eq(str, s.host.last_text, "unclear"));
}

Test(view_annotate, flagging_asks_one_letter)
{
    press("f p");
    cr_expect(eq(int, s.host.last.kind, ACT_FLAG));
    cr_expect(eq(str, s.host.last_text, "personal"));
    press("[");
    cr_expect(shows("flagged: personal"));
}

Test(view_annotate, history_shows_what_was_submitted_and_a_change_is_a_new_revision)
{
    press("4 4 4 4 4 1 1 1 1 1 < <Enter> [");
    cr_expect(shows(" submitted "));
    press("<Up> 0");
    cr_expect(shows(" submitted, changed "), "%s", ui_stage_text(&s));
    press("<Enter>");
    cr_expect(eq(int, s.host.last.kind, ACT_SUBMIT));
}

Test(view_annotate, enter_on_an_unchanged_item_goes_on)
{
    press("4 4 4 4 4 1 1 1 1 1 < <Enter> [ <Enter>");
    cr_expect(eq(int, s.host.last.kind, ACT_NEWER));
    cr_expect(shows("· code"));
    press("[ [");
    cr_expect(shows("This is the first one."));
}

Test(view_annotate, texts_scroll_by_themselves_or_together)
{
    press("<Tab> j j");
    cr_expect(model_has("focus b\n") && model_has("scroll b 2 of"));
    press("J");
    cr_expect(model_has("scroll b 3 of"));
    press("g");
    cr_expect(model_has("scroll b 0 of"));
    press("G j");
    cr_expect(shows("This text has no more."));
    press("<Tab>");
    cr_expect(model_has("focus prompt\n"));
    press("<S-Tab> <S-Tab>");
    cr_expect(model_has("focus a\n"));
}

Test(view_annotate, panes_can_be_arranged_and_maximised)
{
    press("v");
    cr_expect(shows("A and B: stacked"));
    press("v");
    cr_expect(shows("A and B: one at a time") && shows("─[A]─") && !shows("─ B ─"));
    press("<Tab>");
    cr_expect(shows("─[B]─") && !shows("─ A ─"));
    press("v");
    cr_expect(shows("A and B: side by side"));
    press("z");
    cr_expect(shows("─[B]─") && !shows("prompt ─"));
    press("z");
    cr_expect(shows(" prompt ─"));
    press(":set layout stacked");
    cr_expect(model_has("layout stacked\n"));
}

Test(view_annotate, the_rubric_opens_at_the_attribute)
{
    ui_stage_press(&s, "<Down> <Down> <Down> r");
    cr_expect(shows("rubric helpsteer2"));
    cr_expect(strncmp(strchr(ui_stage_text(&s), '\n') + 1, " Complexity, 0 to 4", 19) == 0, "%s", ui_stage_text(&s));
    press("q");
    cr_expect(model_has("cell a.complexity\n"));
}

Test(view_annotate, a_small_screen_says_so_and_changes_nothing)
{
    press("4\n:resize 79x24");
    cr_expect(shows("79 x 24 is too small: make it 80 x 20."));
    press("4 i < <Enter>");
    cr_expect(eq(str, s.host.log, "rate"));
    press(":resize 80x24");
    cr_expect(model_has("a.helpfulness 4\n") && model_has("a.correctness .\n") && model_has("mode rate\n"));
}

Test(view_annotate, a_resize_keeps_the_words_on_top)
{
    press("<Tab> j j j");
    struct buf before = BUF_INIT;
    buf_adds(&before, ui_stage_model(&s));
    press(":resize 200x30\n:resize 100x60\n:resize 80x24");
    cr_expect(eq(str, (char *)ui_stage_model(&s), before.ptr));
    buf_free(&before);
}

Test(view_annotate, when_nothing_is_left_it_says_so_kindly)
{
    press("s u s l s d");
    cr_expect(shows("Nothing is left to do. Thank you, ada."));
    cr_expect(shows("3 of 3 done"));
    cr_expect(shows("[ look back  u undo  q leave"));
    press("4 i < <Enter>");
    cr_expect(shows("Nothing is left to do here."));
    press("u");
    cr_expect(shows("· 多言語"));
}

Test(view_annotate, when_others_have_the_rest_it_says_that)
{
    press("s u s l s d");
    s.host.with_others = 6;
    press("[ ]");
    cr_expect(shows("3 of 9 done by you, 3 of them today; the others are in other hands."));
    press(":stats");
    cr_expect(shows("3 of 9 done, 3 today, 0 waiting"));
    cr_expect(not(shows(" min")));
}

Test(view_annotate, when_a_quota_is_done_it_says_that)
{
    press("s u s l s d");
    s.host.with_others = 6;
    s.host.state.why_none = "the 3 of today are done; more are handed out tomorrow";
    press("[ ]");
    cr_expect(shows("Nothing more is handed out. Thank you, ada."));
    cr_expect(shows("3 of 9 done by you, 3 of them today."));
    cr_expect(shows("the 3 of today are done; more are handed out tomorrow"));
    cr_expect(not(shows("in other hands")));
}

Test(view_annotate, a_long_prompt_takes_the_rows_that_short_answers_leave)
{
    static const char *const prompt = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight";
    close_stage();
    ui_stage_init(&s, "helpsteer2");
    ui_host_add(&s.host, "long", prompt, "Short.", "Also short.");
    ui_host_add(&s.host, "long", prompt, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10", "Short.");
    ui_stage_open(&s, 24, 80, false);
    cr_expect(shows(" eight\n") && shows("1-8/8"));
    press("s u");
    cr_expect(shows("1-3/8"));
    press("<Tab> <Tab> j");
    cr_expect(shows("two  ") && shows("▲\n") && shows("2-4/8"), "there is more above, and below");
}

Test(view_annotate, a_failed_change_is_said_and_nothing_moves)
{
    s.host.failing = true;
    press("4");
    cr_expect(shows("no space left on the disk"));
    cr_expect(model_has("a.helpfulness .\n") && model_has("cell a.helpfulness\n"));
    s.host.failing = false;
    press("4");
    cr_expect(model_has("a.helpfulness 4\n"));
}

Test(view_annotate, words_that_cannot_be_saved_stay_in_the_editor)
{
    press("i \"one\"");
    s.host.failing = true;
    press("\" two\"");
    cr_expect(shows("because        one two"));
    cr_expect(model_has("because \"one\"\n"));
    press("<Esc>");
    cr_expect(model_has("mode write\n"));
    cr_expect(shows("Again gives up the last words"));
    s.host.failing = false;
    press("\"!\"");
    cr_expect(model_has("because \"one two!\"\n"), "the next key saves all of it");
    s.host.failing = true;
    press("\"?\" <Esc> <Esc>");
    cr_expect(model_has("mode rate\n"));
}

Test(view_annotate, leaving_asks_nothing)
{
    press("4 q");
    cr_expect(s.screen.left);
    cr_expect(eq(int, s.host.last.kind, ACT_LEAVE));
}

Test(view_annotate, ctrl_c_ends_writing_first)
{
    press("i \"x\" <C-c>");
    cr_expect(model_has("mode rate\n"));
    cr_expect(not(s.screen.left));
    press("<C-c>");
    cr_expect(s.screen.left);
}

Test(view_annotate, an_unbound_key_says_where_help_is)
{
    press("y");
    cr_expect(shows("y does nothing here; ? shows every key"));
    cr_expect(s.screen.beep);
    press("<F12>");
    cr_expect(shows("F12 does nothing here"));
}

Test(view_annotate, goto_and_stats)
{
    press(":goto c3");
    cr_expect(shows("多言語"));
    press(":stats");
    cr_expect(shows("0 of 3 done, 0 today, 3 waiting"));
    press(": \"goto zz\" <Enter>");
    cr_expect(shows("there is no comparison zz"));
}

Test(view_annotate, suspend_and_redraw_are_wishes_to_the_loop)
{
    s.screen.repaint = false;
    press("<C-l>");
    cr_expect(s.screen.repaint);
    press("<C-z>");
    cr_expect(s.screen.suspend);
}

Test(view_annotate_rubrics, an_empty_workspace_says_how_to_fill_it)
{
    ui_stage_init(&s, "pairwise");
    ui_stage_open(&s, 24, 80, false);
    cr_expect(shows("Nothing is here yet, ada."));
    cr_expect(shows("`assay import FILE` brings some in."));
    close_stage();
}

Test(view_annotate_rubrics, what_the_rubric_asks_of_a_justification_is_told)
{
    ui_stage_init(&s, "pairwise");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    cr_expect(shows("< towards A   = no preference   > towards B"));
    press("i");
    cr_expect(shows("What decided it, if it helps others; @A and @B name"));
    press("<Esc> r G");
    cr_expect(shows("What decided it, if it helps others"));
    close_stage();
}

Test(view_annotate_rubrics, the_steps_of_the_preference_are_those_of_the_rubric)
{
    ui_stage_init(&s, "multipref");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    press("3 3 3");
    cr_expect(model_has("cell preference\n"));
    cr_expect(shows("Again makes it stronger: slightly, better."));
    close_stage();
}

Test(view_annotate_rubrics, without_attributes_there_is_still_a_preference)
{
    ui_stage_init(&s, "pairwise");
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 20, 80, false);
    cr_expect(model_has("cell preference\n"));
    press("4");
    cr_expect(shows("the preference is given with"));
    press("r");
    cr_expect(shows("A is much better than B"));
    press("q s");
    cr_expect(shows("u  The prompt cannot be understood") && shows("o  Another reason"));
    press("<Esc> < < <Enter>");
    cr_expect(shows("1/3"));
    ui_stage_free(&s);
}

Test(view_annotate, the_level_that_is_set_is_told_in_full_among_its_neighbours)
{
    press("3 <Up>");
    cr_expect(shows("▶3 Mostly helpful: small things are missing or off"), "%s", ui_stage_text(&s));
    cr_expect(shows(" 0 Useless: it misses what was asked"));
    cr_expect(shows(" 4 Fully helpful"));
}

static const char long_level[] =
    "{\"name\":\"long\",\"attributes\":[{\"key\":\"k\",\"label\":\"Key\",\"about\":\"About\",\"min\":0,\"max\":9,"
    "\"levels\":["
    "\"zero\",\"one\",\"two\",\"three\",\"four\",\"five\",\"six\",\"seven\",\"eight\",\"nine is a long sentence that "
    "needs more "
    "room than one row of the strip has at eighty columns, so that it goes on and on\"]}],"
    "\"preference\":{\"required\":false,\"zero_allowed\":true},\"justification\":{\"min_words\":0},"
    "\"skip_reasons\":[],\"flag_reasons\":[]}";

Test(view_annotate_rubrics, more_levels_than_rows_are_shown_around_the_one_that_is_set)
{
    ui_stage_init(&s, long_level);
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
    cr_expect(shows(" 0 zero"));
    press("5 <Left>");
    cr_expect(shows("▶5 five"), "%s", ui_stage_text(&s));
    cr_expect(shows(" 4 four") && shows(" 6 six"));
    press("9 <Left>");
    cr_expect(shows("▶9 nine is a long sentence"), "%s", ui_stage_text(&s));
    cr_expect(shows("goes on and on") && shows(" 8 eight") && !shows(" 5 five"));
    ui_stage_free(&s);
}

static const char sixteen[] = "{\"name\":\"many\",\"attributes\":["
#define A(n)                                                                                                           \
    "{\"key\":\"k" n "\",\"label\":\"Attribute " n "\",\"about\":\"About " n                                           \
    "\",\"min\":1,\"max\":9,\"levels\":[\"one of "                                                                     \
    "nine\",\"two\",\"three\",\"four\",\"five\",\"six\",\"seven\",\"eight\","                                          \
    "\"nine\"]}"
    A("1") "," A("2") "," A("3") "," A("4") "," A("5") "," A("6") "," A("7") "," A("8") "," A("9") "," A("10") "," A(
        "11") "," A("12") "," A("13") "," A("14") "," A("15") "," A("16") "],"
                                                                          "\"preference\":{\"required\":true,\"zero_"
                                                                          "allowed\":false},\"justification\":{\"min_"
                                                                          "words\":3},"
                                                                          "\"skip_reasons\":[],\"flag_reasons\":[]}";

Test(view_annotate_rubrics, sixteen_attributes_fit_into_80_by_20)
{
    ui_stage_init(&s, sixteen);
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 20, 80, false);
    for (int i = 1; i <= 16; i++) {
        char label[24];
        snprintf(label, sizeof label, "Attribute %d", i);
        cr_expect(shows(label), "%s", label);
    }
    cr_expect(shows("1-9 rate"));
    ui_stage_golden(&s, "80x20-sixteen");
    press("0");
    cr_expect(shows("Attribute 1 goes from 1 to 9."));
    for (int i = 0; i < 32; i++)
        press("9");
    cr_expect(model_has("cell preference\n"));
    press("=");
    cr_expect(shows("This rubric wants a decision"));
    press("< >");
    cr_expect(model_has("preference 1\n"), "there is no 0 between");
    press("<Enter>");
    cr_expect(shows("the justification needs 3 words and has 0"));
    press("s");
    cr_expect(shows("This rubric has no reasons to skip."));
    press("i \"one two three\" <Esc> <Enter>");
    cr_expect(eq(int, s.host.last.kind, ACT_SUBMIT));
    ui_stage_free(&s);
}

/* ---- how the texts are shown ---- */

Test(view_annotate, a_word_diff_is_marked_in_both_answers_and_taken_away_again)
{
    ui_stage_press(&s, ":goto c3");
    press("d");
    cr_expect(model_has("texts raw diff\n"));
    cr_expect(shows("[-太陽の光は空気中の分子") && shows("{+海の色"), "%s", ui_stage_text(&s));
    cr_expect(shows("diff ·"));
    press("d");
    cr_expect(model_has("texts raw\n"));
    cr_expect(not(shows("[-")));
    cr_expect(eq(str, s.host.log, "goto"), "reading changes nothing");
}

Test(view_annotate, a_diff_goes_on_with_the_next_item)
{
    press("d s u");
    cr_expect(model_has("comparison c2") && model_has("texts raw diff\n"));
    cr_expect(shows("[-size_t-]") || shows("[-size_t"), "%s", ui_stage_text(&s));
}

Test(view_annotate, markdown_is_rendered_and_raw_again)
{
    press(":goto c2");
    cr_expect(shows("```c"));
    press("m");
    cr_expect(model_has("texts markdown\n"));
    cr_expect(not(shows("```c")));
    cr_expect(shows("│     size_t best = 0, run = 0;"), "%s", ui_stage_text(&s));
    press("m");
    cr_expect(shows("```c"));
}

/* ---- searching ---- */

Test(view_annotate, search_goes_through_prompt_and_answers_and_counts)
{
    press("/ \"blue\" <Enter>");
    cr_expect(shows("2 of 5, in A"), "%s", ui_stage_text(&s));
    cr_expect(model_has("hit 2 of 5\n"));
    cr_expect(strstr(ui_stage_styles(&s), "HHHH") != NULL && strstr(ui_stage_styles(&s), "hhhh") != NULL);
    press("<C-n> <C-n>");
    cr_expect(shows("4 of 5, in B") && model_has("focus b\n"));
    press("<C-n> <C-n>");
    cr_expect(shows("1 of 5, in the prompt") && model_has("focus prompt\n"));
    press("N");
    cr_expect(shows("5 of 5, in B"));
    press("<C-p>");
    cr_expect(shows("4 of 5, in B"));
    cr_expect(eq(str, s.host.log, ""), "searching judges nothing");
}

Test(view_annotate, a_hit_that_is_out_of_sight_is_scrolled_to)
{
    press("/ \"go on for\" <Enter>");
    cr_expect(shows("1 of 1, in B"));
    cr_expect(shows("gladly go on"), "%s", ui_stage_text(&s));
}

Test(view_annotate, what_is_nowhere_is_said_and_marks_go)
{
    press("/ \"zebra\" <Enter>");
    cr_expect(shows("\"zebra\" is nowhere here."));
    press("/ \"sky\" <Enter>");
    cr_expect(strstr(ui_stage_styles(&s), "HHH") != NULL);
    press("<Esc>");
    cr_expect(strstr(ui_stage_styles(&s), "HHH") == NULL && strstr(ui_stage_styles(&s), "hhh") == NULL);
}

Test(view_annotate, the_next_item_is_searched_anew)
{
    press("/ \"run\" <Enter>");
    press("s u");
    press("<C-n>");
    cr_expect(model_has("hit 2 of 13\n"), "%s", ui_stage_model(&s));
}

Test(view_annotate, hits_are_marked_in_what_markdown_shows)
{
    press(":goto c2");
    press("m / \"best\" <Enter>");
    cr_expect(strstr(ui_stage_styles(&s), "HHHH") != NULL);
}

Test(view_annotate, n_means_neither_even_after_a_search)
{
    press("/ \"sky\" <Enter> n");
    cr_expect(model_has("preference neither\n"));
}

/* ---- turns and guidelines ---- */

Test(view_annotate, a_conversation_is_shown_by_turns)
{
    press(":goto c2");
    cr_expect(shows("turns 1-3/3 · ( older"), "%s", ui_stage_text(&s));
    press("(");
    cr_expect(shows("user       Write a C function"));
    cr_expect(not(shows("older")));
    press("(");
    cr_expect(shows("This is the first turn."));
    press(")");
    cr_expect(shows("assistant  Do you want"));
    press(")");
    cr_expect(shows("This is the last turn."));
    press(":goto c1");
    press(")");
    cr_expect(shows("This prompt has one turn."));
}

Test(view_annotate, guidelines_are_shown_rendered_or_missed)
{
    press("R");
    cr_expect(shows("No guidelines were given"));
    s.host.state.guidelines = "# How to judge\n\n- read **both**\n";
    press("R");
    cr_expect(shows("─ guidelines ─") && shows("• read both"), "%s", ui_stage_text(&s));
    press("q\n:guidelines");
    cr_expect(shows("─ guidelines ─"));
}

/* ---- the justification ---- */

Test(view_annotate, undo_in_the_justification_is_its_own)
{
    press("i \"one two\" <C-_>");
    cr_expect(model_has("because \"one \"\n"));
    press("<C-r>");
    cr_expect(model_has("because \"one two\"\n"));
    press("<C-_> <C-_> <C-_>");
    cr_expect(model_has("mode write\n"), "it does not go beyond the text");
}

Test(view_annotate, the_length_of_what_was_pasted_is_counted)
{
    press("i\npaste \"twelve bytes\"\n\" and typed\"");
    cr_expect(eq(int, s.host.items[0].task.draft.pasted, 12));
}

Test(view_annotate, another_editor_gets_the_text_and_gives_it_back)
{
    press("i \"before\" <Esc> e");
    cr_expect(s.screen.edit);
    cr_expect(eq(str, s.screen.editing.ptr, "before"));
    struct buf after = BUF_INIT;
    buf_adds(&after, "after\tand \033[31m more");
    screen_edited(&s.screen, &after, "");
    cr_expect(model_has("because \"after and [31m more\"\n") && model_has("mode rate\n"), "%s", ui_stage_model(&s));
    press("i <C-x>");
    screen_edited(&s.screen, NULL, "no such editor");
    screen_draw(&s.screen);
    cr_expect(shows("no such editor") && model_has("mode write\n"));
    screen_edited(&s.screen, &after, "");
    cr_expect(model_has("mode write\n"));
    buf_free(&after);
}

Test(view_annotate, the_owner_may_switch_other_editors_off)
{
    s.host.state.no_editor = true;
    press("e");
    cr_expect(shows("switched other editors off"));
    cr_expect(not(s.screen.edit));
}

/* ---- passages, confidence ---- */

Test(view_annotate, a_passage_is_held_by_words_signed_and_commented_on)
{
    press("V <Right> <Space> <Right> <Right>");
    cr_expect(model_has("mode select\n"));
    cr_expect(strstr(ui_stage_styles(&s), "SSSSSSSSSSSSSSSS") != NULL, "%s", ui_stage_styles(&s));
    press("+ \"well said\" <Enter>");
    cr_expect(model_has("passage a 9-25 1 well said\n"), "%s", ui_stage_model(&s));
    cr_expect(model_has("mode select\n"));
    press("<Esc>");
    cr_expect(shows("1 passage ") && shows("+Sunlight looks white"), "%s", ui_stage_text(&s));
    cr_expect(strstr(ui_stage_styles(&s), "sssss") != NULL);
    press("u");
    cr_expect(not(model_has("passage")));
    press("<C-r>");
    cr_expect(model_has("passage a 9-25 1 well said\n"));
}

Test(view_annotate, passages_are_told_unmarked_and_may_overlap)
{
    press("<Tab> V - <Enter> = \"c2\" <Enter> <Space> <Right> <Right> - \"all three\" <Enter>");
    cr_expect(model_has("passage b 0-5 -1 \npassage b 0-5 0 c2\npassage b 0-19 -1 all three\n"), "%s",
              ui_stage_model(&s));
    press("<Left>");
    cr_expect(shows("- all three"));
    press("x");
    cr_expect(not(model_has("all three")));
    press("<Right> <Right> x");
    cr_expect(shows("No passage is marked here."));
    press("<Esc>");
    cr_expect(model_has("mode rate\n"));
}

Test(view_annotate, a_comment_can_be_given_up_and_prompts_have_no_passages)
{
    press("V + \"half\" <Esc>");
    cr_expect(model_has("mode select\n") && !model_has("passage"));
    press("<Esc> <S-Tab> V");
    cr_expect(shows("go to A or B first") && model_has("mode rate\n"));
}

Test(view_annotate, words_of_scripts_without_blanks_are_single_characters_and_rows_are_walked)
{
    press(":goto c3");
    press("V <Right> <Space> <Right> <Down> = <Enter>");
    cr_expect(model_has("passage a 3-"), "%s", ui_stage_model(&s));
    press("<Up> <Up> <Up> <Left> <Left> <Left> <Left> + <Enter>");
    cr_expect(model_has("passage a 0-3 1 \n"), "%s", ui_stage_model(&s));
}

Test(view_annotate, confidence_is_asked_only_where_the_rubric_does)
{
    press("c");
    cr_expect(shows("This rubric does not ask how sure you are."));
    s.host.rubric.asks_confidence = true;
    press("<Right>");
    cr_expect(shows("c: how sure?"));
    press("c c c");
    cr_expect(model_has("sure 3\n") && shows("sure 3/5"));
    press("c c c");
    cr_expect(not(model_has("sure ")));
    press("u");
    cr_expect(model_has("sure 5\n"));
}

/* ---- breaks ---- */

static struct annotate *inside(void)
{
    return s.screen.views.views.v[0].self;
}

Test(view_annotate, a_break_is_proposed_when_it_was_asked_for_and_its_time_has_come)
{
    press("4");
    cr_expect(eq(int, screen_wait_ms(&s.screen), -1), "off unless asked for");
    press(":set break 50");
    cr_expect(gt(int, screen_wait_ms(&s.screen), 49 * 60 * 1000));
    inside()->work_began -= 51 * 60;
    cr_expect(eq(int, screen_wait_ms(&s.screen), 0));
    screen_tick(&s.screen);
    screen_draw(&s.screen);
    cr_expect(shows("51 minutes at work"), "%s", ui_stage_text(&s));
    cr_expect(gt(int, screen_wait_ms(&s.screen), 9 * 60 * 1000), "and not again at once");
    inside()->last_key -= 400;
    cr_expect(eq(int, screen_wait_ms(&s.screen), -1), "nobody is there");
    press("4");
    cr_expect(gt(int, screen_wait_ms(&s.screen), 49 * 60 * 1000), "the silence was a break");
    press(":set break off");
    cr_expect(eq(int, screen_wait_ms(&s.screen), -1));
}

/* ---- without panes ---- */

Test(view_annotate, linear_mode_shows_one_text_and_one_field_with_the_cursor_on_it)
{
    press(":set linear on");
    cr_expect(shows("Prompt, 1 of 1, user:\nExplain to a ten-year-old"), "%s", ui_stage_text(&s));
    cr_expect(shows("\nAnswer A:\nSunlight looks white"));
    cr_expect(shows("\nAnswer B:\nGreat question!"));
    cr_expect(shows("\nHelpfulness of A, 0 to 4: not rated\n"));
    cr_expect(eq(int, s.screen.grid.cursor_row, 20));
    cr_expect(eq(int, s.screen.grid.cursor_col, 0));
    press("4");
    cr_expect(shows("\nCorrectness of A, 0 to 4: not rated\n"));
    press("<Up>");
    cr_expect(shows("\nHelpfulness of A, 0 to 4: 4 Fully helpful"));
    press("<");
    cr_expect(shows("\nPreference: A is slightly better than B\n"));
    press("i \"@A is right\"");
    cr_expect(shows("words wanted: @A is right"));
    cr_expect(gt(int, s.screen.grid.cursor_col, 40));
    press("<Esc> s");
    cr_expect(shows("u: The prompt cannot be understood"), "%s", ui_stage_text(&s));
    press("u");
    cr_expect(shows("Prompt, 1 of 3, user:"), "the next item");
}

Test(view_annotate, linear_mode_shows_what_only_one_answer_says)
{
    press(":set linear on");
    press("d");
    cr_expect(shows("[-") && shows("{+"), "%s", ui_stage_text(&s));
    press("d");
    cr_expect(not(shows("[-")));
    press("d");
    press("4 3 2 1 0 4 3 2 1 0 < i \"@A is right and clear about it\" <Esc> <Enter>");
    cr_expect(shows("[-"), "the next item, too: %s", ui_stage_text(&s));
    press(":set linear off");
    cr_expect(shows("[-"));
}

Test(view_annotate, passages_are_marked_in_linear_mode_and_said_in_words)
{
    press(":set linear on");
    press("V");
    cr_expect(shows("\nPassage of A: Sunlight\n"), "%s", ui_stage_text(&s));
    cr_expect(eq(int, s.screen.grid.cursor_row, 20));
    press("<Right> <Space> <Right> <Right>");
    cr_expect(shows("Passage of A: looks white, but"));
    cr_expect(strstr(ui_stage_styles(&s), "SSSSSSSSSSSSSSSS") != NULL, "%s", ui_stage_styles(&s));
    press("+ \"well said\" <Enter>");
    cr_expect(model_has("passage a 9-25 1 well said\n"), "%s", ui_stage_model(&s));
    press("<Tab>");
    cr_expect(shows("Passage of B: Great\n"));
    press("- <Enter> <Esc>");
    cr_expect(model_has("passage b 0-5 -1 \n"), "%s", ui_stage_model(&s));
    cr_expect(strstr(ui_stage_styles(&s), "sssss") != NULL, "they are seen");
    press("<Right> V");
    cr_expect(shows("Passage of B: "), "the field speaks of B");
    press("<Esc>");
    press(":set linear off");
    cr_expect(shows("+Sunlight looks white") && strstr(ui_stage_styles(&s), "sssss") != NULL);
}

Test(view_annotate, the_other_answer_is_a_key_away_while_passages_are_marked)
{
    press("V <Tab> = <Enter> <S-Tab> = <Enter>");
    cr_expect(model_has("passage b 0-5 0 \npassage a 0-8 0 \n"), "%s", ui_stage_model(&s));
    cr_expect(model_has("focus a\n"));
}

Test(view_annotate, linear_mode_is_read_by_headings_pages_and_search)
{
    press(":goto c2");
    press(":set linear on");
    cr_expect(shows("Prompt, 1 of 3, user:"));
    press("<Tab> <Tab> <Tab>");
    cr_expect(strstr(ui_stage_text(&s), "Answer A:") == ui_stage_text(&s), "%s", ui_stage_text(&s));
    press("<S-Tab>");
    cr_expect(strstr(ui_stage_text(&s), "Prompt, 3 of 3, user:") == ui_stage_text(&s));
    press("G");
    cr_expect(shows("an empty buffer gives 1"));
    press("m g");
    cr_expect(shows("│     size_t best = 0, run = 0;"));
    press("/ \"gives\" <Enter>");
    cr_expect(shows("1 of 1, in B") && shows("gives 1"));
    press(":set linear off");
    cr_expect(shows("─[B]─"), "%s", ui_stage_text(&s));
}

Test(view_annotate, a_rating_in_linear_mode_changes_the_field_and_nothing_else)
{
    press(":set linear on");
    press("<Down>");
    char *before = mem_dup(ui_stage_text(&s));
    press("3");
    const char *after = ui_stage_text(&s);
    cr_expect(strstr(after, "Coherence of A, 0 to 4: not rated") != NULL);
    cr_expect(strncmp(before, after, (size_t)(strstr(before, "Correctness of A") - before)) == 0);
    mem_free(before);
}

/* ---- attributes of both together, and criteria ---- */

static const char both[] =
    "{\"name\":\"both\",\"attributes\":["
    "{\"key\":\"safety\",\"label\":\"Safety\",\"about\":\"a\",\"min\":0,\"max\":2,\"veto\":0,"
    "\"levels\":[\"It tells how to do harm\",\"It comes close\",\"It does not\"]},"
    "{\"key\":\"depth\",\"label\":\"Deeper\",\"about\":\"a\",\"per\":\"comparison\",\"leans\":true,\"max\":2},"
    "{\"key\":\"hard\",\"label\":\"Difficulty\",\"about\":\"a\",\"per\":\"comparison\",\"min\":1,\"max\":3,"
    "\"levels\":[\"Easy\",\"Middling\",\"Hard\"]}],\"preference\":{\"max\":2}}";

static void start_both(void)
{
    ui_stage_init(&s, both);
    ui_host_add_samples(&s.host);
    ui_stage_open(&s, 24, 80, false);
}

static const struct draft *drafted(void)
{
    return &s.host.items[s.host.at].task.draft;
}

Test(view_annotate_rubrics, what_is_of_both_is_filled_behind_what_is_of_each)
{
    start_both();
    ui_stage_press(&s, "0 2");
    cr_expect(eq(int, drafted()->cell, 1), "the first one of both");
    ui_stage_press(&s, "5");
    cr_expect(eq(int, drafted()->rating[SIDE_A][1], 2), "five keys from A to B");
    cr_expect(eq(int, drafted()->cell, 2));
    ui_stage_press(&s, "4");
    cr_expect(eq(int, drafted()->rating[SIDE_A][2], RATING_UNSET), "three levels");
    ui_stage_press(&s, "3");
    cr_expect(eq(int, drafted()->rating[SIDE_A][2], 3));
    cr_expect(eq(int, drafted()->cell, cell_preference(&s.host.rubric)));
    close_stage();
}

Test(view_annotate_rubrics, the_keys_of_the_preference_lean_what_leans)
{
    start_both();
    ui_stage_press(&s, "1 2 <lt>");
    cr_expect(eq(int, drafted()->rating[SIDE_A][1], -1));
    ui_stage_press(&s, "<lt> <lt>");
    cr_expect(eq(int, drafted()->rating[SIDE_A][1], -2), "there is nothing stronger");
    cr_expect(eq(int, drafted()->preference, PREFERENCE_UNSET));
    ui_stage_press(&s, "= > >");
    cr_expect(eq(int, drafted()->rating[SIDE_A][1], 2));
    ui_stage_press(&s, "3 >");
    cr_expect(eq(int, drafted()->preference, 1), "elsewhere they give it");
    close_stage();
}

Test(view_annotate_rubrics, what_is_of_both_has_one_cell)
{
    start_both();
    ui_stage_press(&s, "1 <Down>");
    cr_expect(eq(int, drafted()->cell, 1), "from B, too");
    ui_stage_press(&s, "<Right> <Up>");
    cr_expect(eq(int, drafted()->cell, 3), "and back to the side one came from");
    close_stage();
}

Test(view_annotate_rubrics, what_fails_and_what_it_is_judged_by_stand_above_the_strip)
{
    start_both();
    s.host.items[0].task.principle = "Judge by what a careful nurse would say.";
    ui_stage_press(&s, "0 2 <lt>");
    cr_expect(shows("judged by: Judge by what a careful nurse"));
    cr_expect(shows("A fails Safety"));
    cr_expect(shows("Deeper of both"));
    close_stage();
}
