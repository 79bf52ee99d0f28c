/* The agreement view on a real workspace whose judgements are made by a rule. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/workbench_stage.h"

#include "core/base/clock.h"

#include <stdlib.h>

static struct workbench_stage s;

static void open_stage(void)
{
    setenv("ASSAY_NOW", "1795435327", 1); /* 2026-11-23T12:02:07Z: the moment that the figures are of */
    workbench_stage_init(&s, "helpsteer2");
}

static void close_stage(void)
{
    workbench_stage_free(&s);
}

TestSuite(view_agreement, .init = open_stage, .fini = close_stage, .timeout = 120);

enum { ITEMS = 40 };
static const char *const people[] = {"ada", "bo", "cy", "d\033[2Jee\u202e"};

/* The fourth person is of another mind in every other item, and ever faster; the third skips some. */
static int said(int k, int i)
{
    int side = i % 3 == 0 ? -1 : 1, strength = 1 + (i + (k == 1)) % 3;
    return k == 3 && i % 2 == 0 ? -side * strength : side * strength;
}

static void add_judgement(struct buf *out, int k, int i)
{
    char created[CLOCK_ISO_SIZE];
    int better = said(k, i) > 0;
    clock_iso(1788768000000 + (int64_t)i * 36 * 3600 * 1000 + k * 60000, created); /* from 2026-09-07 on */
    buf_addf(out,
             "{\"prompt\":[{\"role\":\"user\",\"content\":\"question %d\"}],\"responses\":[{\"text\":\"one answer to "
             "%d\"},{\"text\":\"a longer answer to %d\"}],\"judgement\":{\"annotator\":",
             i, i, i);
    buf_addf(out, k == 3 ? "\"d\\u001b[2Jee\\u202e\"" : "\"%s\"", people[k]);
    buf_addf(out,
             ",\"preference\":%d,\"a\":%d,\"ratings\":[{\"helpfulness\":%d,\"correctness\":%d},{\"helpfulness\":%d,"
             "\"correctness\":3}],\"seconds\":%d,\"created\":\"%s\"}}\n",
             said(k, i), 1 + i % 2, 3 - better, (i + k) % 5, 2 + better, k == 3 ? 100 - 2 * i : 60, created);
}

static void everybody_judges(void)
{
    struct buf text = BUF_INIT;
    for (int i = 0; i < ITEMS; i++)
        for (int k = 0; k < 4; k++)
            if (k != 2 || i % 4 != 0)
                add_judgement(&text, k, i);
    cr_assert(fixture_import(&s.f, "said.jsonl", "judgements", text.ptr), "%s", s.f.err.text);
    cr_assert(eq(i64, s.f.counts.refused, 0), "%s", s.f.refusals.ptr);
    buf_free(&text);
}

static void open_view(int rows, int cols, bool ascii)
{
    workbench_stage_open(&s, WORKBENCH_AGREEMENT, rows, cols, ascii);
}

static bool model(const char *line)
{
    return strstr(workbench_stage_model(&s), line) != NULL;
}

static bool shows(const char *text)
{
    return strstr(workbench_stage_text(&s), text) != NULL;
}

Test(view_agreement, at_80_by_24)
{
    everybody_judges();
    open_view(24, 80, false);
    workbench_stage_golden(&s, "80x24-agreement");
    workbench_stage_press(&s, "<Tab> j l l");
    workbench_stage_golden(&s, "80x24-agreement-rating");
    workbench_stage_press(&s, "G <Enter>");
    workbench_stage_golden(&s, "80x24-agreement-person");
}

Test(view_agreement, at_120_by_40_and_in_ascii)
{
    everybody_judges();
    open_view(40, 120, true);
    workbench_stage_golden(&s, "120x40-agreement-ascii");
}

Test(view_agreement, at_200_by_50)
{
    everybody_judges();
    open_view(50, 200, false);
    workbench_stage_golden(&s, "200x50-agreement");
}

Test(view_agreement, an_empty_workspace_is_told_what_to_do)
{
    open_view(24, 80, false);
    cr_expect(shows("Nobody has judged anything here yet."));
    cr_expect(shows("assay set overlap 2"));
    workbench_stage_press(&s, "l <Tab> <S-Tab> <Enter> j r");
    cr_expect(model("sheet none"));
}

Test(view_agreement, keys_move_through_people_and_attributes)
{
    everybody_judges();
    open_view(24, 80, false);
    cr_expect(model("sheet preference\n"));
    cr_expect(model("row ada\n") && model("column bo\n"));
    workbench_stage_press(&s, "l");
    cr_expect(not(model("column bo\n")));
    workbench_stage_press(&s, "h j");
    cr_expect(model("row bo\n") && model("column bo\n"));
    cr_expect(shows("choose two different people"));
    workbench_stage_press(&s, "h h");
    cr_expect(model("column ada\n"));
    cr_expect(shows("This is the first."));
    workbench_stage_press(&s, "<Tab>");
    cr_expect(model("sheet helpfulness\n") && model("row bo\n"), "the same person");
    workbench_stage_press(&s, "<S-Tab> <S-Tab>");
    cr_expect(model("sheet correctness\n"), "round the end");
    workbench_stage_press(&s, "/ \"cy\" <Enter>");
    cr_expect(model("row cy\n"));
}

Test(view_agreement, a_person_is_opened_and_left_again)
{
    everybody_judges();
    open_view(24, 80, false);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(shows("ada") && shows("40 judgements") && shows("for side A"));
    workbench_stage_press(&s, "q");
    cr_expect(model("view agreement"));
    workbench_stage_press(&s, "q");
    cr_expect(s.screen.left);
}

Test(view_agreement, refresh_sees_what_has_come_in)
{
    everybody_judges();
    open_view(24, 80, false);
    cr_expect(model("people 4\n"));
    struct buf more = BUF_INIT;
    add_judgement(&more, 0, ITEMS + 1);
    char *line = strstr(more.ptr, "\"ada\"");
    memcpy(line, "\"eve\"", 5);
    cr_assert(fixture_import(&s.f, "more.jsonl", "judgements", more.ptr), "%s", s.f.err.text);
    buf_free(&more);
    cr_expect(model("people 4\n"), "until it is asked for");
    workbench_stage_press(&s, "r G");
    cr_expect(model("people 5\n") && model("row eve\n"));
    cr_expect(shows("is not in the matrix"));
}

Test(view_agreement, names_of_people_are_made_safe)
{
    everybody_judges();
    open_view(24, 80, false);
    workbench_stage_press(&s, "G");
    cr_expect(strchr(workbench_stage_text(&s), '\033') == NULL);
    cr_expect(strstr(workbench_stage_text(&s), "\u202e") == NULL);
    workbench_stage_press(&s, "<Enter>");
    cr_expect(strchr(workbench_stage_text(&s), '\033') == NULL);
}

Test(view_agreement, every_size_down_to_the_smallest_holds)
{
    everybody_judges();
    open_view(24, 80, false);
    for (int rows = 20; rows < 60; rows += 3)
        for (int cols = 80; cols < 220; cols += 7) {
            screen_resize(&s.screen, rows, cols);
            workbench_stage_press(&s, "j l <Tab>");
        }
    cr_expect(model("view agreement"));
}
