/* The session is driven as the screen drives it, on a workspace in a temporary folder. */
#include "app/session.h"

#include "core/base/mem.h"
#include "store/db.h"
#include "store/import.h"
#include "store/judgement.h"
#include "store/workspace.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_ITEMS = 4 };

struct desk {
    char *folder;
    struct db *db;
    struct session s;
};

static void sit_down(struct desk *d)
{
    struct err err = {0};
    cr_assert(session_open(&d->s, d->db, "ada", "test", ORDER_GIVEN, &err), "%s", err.text);
    cr_assert(session_next(&d->s, &err), "%s", err.text);
}

static void open_desk(struct desk *d)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    struct arena arena = {0};
    struct rubric rubric;
    struct workspace_options options = {0};
    struct import_options import = {.source = "test"};
    struct import_counts counts;
    struct err err = {0};
    setenv("ASSAY_SEED", "5", 1);
    d->folder = temp_make();
    for (int i = 0; i < N_ITEMS; i++)
        buf_addf(&text,
                 "{\"prompt\":[{\"role\":\"user\",\"content\":\"question %d\"}],\"responses\":[{\"text\":\"first %d\"},"
                 "{\"text\":\"second %d\"}]}\n",
                 i, i, i);
    buf_addf(&path, "%s/items.jsonl", d->folder);
    file_write(path.ptr, text.ptr);
    struct buf file = BUF_INIT;
    buf_addf(&file, "%s/t.assay", d->folder);
    cr_assert(rubric_builtin("helpsteer2", &arena, &rubric, &err), "%s", err.text);
    cr_assert(workspace_create(file.ptr, &rubric, &options, &d->db, &err), "%s", err.text);
    cr_assert(import_file(d->db, path.ptr, &import, &counts, &err), "%s", err.text);
    arena_free(&arena);
    buf_free(&path);
    buf_free(&file);
    buf_free(&text);
    sit_down(d);
}

static void close_desk(struct desk *d)
{
    session_close(&d->s);
    db_close(d->db);
    temp_remove(d->folder);
}

static struct reaction act(struct desk *d, struct action a)
{
    struct reaction r = {0};
    struct err err = {0};
    if (a.kind != ACT_MOVE)
        a.cursor = d->s.task.draft.cell;
    cr_assert(session_perform(&d->s, &a, &r, &err), "%s", err.text);
    return r;
}

static void rate(struct desk *d, int cell, int value)
{
    struct reaction r = act(d, (struct action){.kind = ACT_RATE, .cell = cell, .value = value});
    cr_assert(not(r.refused), "%s", r.message);
}

static void fill(struct desk *d)
{
    for (int i = 0; i < 2 * (int)d->s.rubric.n_attributes; i++)
        rate(d, i, i % 5);
    act(d, (struct action){.kind = ACT_PREFER, .value = -2});
}

Test(session, a_whole_item_is_submitted_and_the_next_one_comes)
{
    struct desk d;
    open_desk(&d);
    int64_t first = d.s.task.comparison;
    cr_assert(ne(i64, first, 0));
    struct reaction r = act(&d, (struct action){.kind = ACT_SUBMIT});
    cr_expect(r.refused, "an empty item must not be submitted");
    fill(&d);
    r = act(&d, (struct action){.kind = ACT_SUBMIT});
    cr_expect(not(r.refused), "%s", r.message);
    cr_expect(ne(i64, d.s.task.comparison, first));
    cr_expect(eq(i64, d.s.progress.done, 1));
    close_desk(&d);
}

Test(session, a_submit_is_taken_back_and_made_again)
{
    struct desk d;
    open_desk(&d);
    int64_t first = d.s.task.comparison;
    fill(&d);
    act(&d, (struct action){.kind = ACT_SUBMIT});
    struct reaction r = act(&d, (struct action){.kind = ACT_UNDO});
    cr_expect(not(r.refused));
    cr_expect(eq(i64, d.s.task.comparison, first));
    cr_expect(eq(i64, d.s.progress.done, 0));
    cr_expect(eq(int, d.s.task.draft.preference, -2));
    cr_expect(eq(int, d.s.task.draft.rating[SIDE_A][3], 3));
    act(&d, (struct action){.kind = ACT_REDO});
    cr_expect(eq(i64, d.s.progress.done, 1));
    cr_expect(ne(i64, d.s.task.comparison, first));
    close_desk(&d);
}

Test(session, undo_goes_back_to_the_very_beginning_and_redo_to_the_end)
{
    struct desk d;
    open_desk(&d);
    int64_t first = d.s.task.comparison;
    fill(&d);
    act(&d, (struct action){.kind = ACT_SUBMIT});
    act(&d, (struct action){.kind = ACT_SKIP, .text = d.s.rubric.skip_reasons[0].key});
    rate(&d, 0, 4);
    int steps = 0;
    while (!act(&d, (struct action){.kind = ACT_UNDO}).refused)
        cr_assert(lt(int, steps++, 100));
    cr_expect(eq(int, steps, 14)); /* 10 ratings, preference, submit, skip, 1 rating */
    cr_expect(eq(i64, d.s.task.comparison, first));
    cr_expect(draft_is_empty(&d.s.task.draft, &d.s.rubric));
    while (!act(&d, (struct action){.kind = ACT_REDO}).refused)
        steps--;
    cr_expect(eq(int, steps, 0));
    cr_expect(eq(i64, d.s.progress.done, 2));
    cr_expect(eq(int, d.s.task.draft.rating[SIDE_A][0], 4));
    close_desk(&d);
}

Test(session, leaving_and_coming_back_shows_the_same_item_cell_and_text)
{
    struct desk d;
    open_desk(&d);
    rate(&d, 7, 3);
    const char *text = "@B r\xC3\xA9pond mieux";
    act(&d, (struct action){.kind = ACT_TEXT, .text = text, .len = strlen(text)});
    act(&d, (struct action){.kind = ACT_MOVE, .cursor = 9});
    int64_t comparison = d.s.task.comparison;
    int a_is = d.s.task.a_is;
    session_close(&d.s);
    sit_down(&d);
    cr_expect(eq(i64, d.s.task.comparison, comparison));
    cr_expect(eq(int, d.s.task.a_is, a_is));
    cr_expect(eq(int, d.s.task.draft.cell, 9));
    cr_expect(eq(int, d.s.task.draft.rating[SIDE_B][2], 3));
    cr_expect(eq(str, d.s.task.draft.because.ptr, (char *)(uintptr_t)text));
    close_desk(&d);
}

Test(session, values_outside_the_rubric_are_refused_and_change_nothing)
{
    struct desk d;
    open_desk(&d);
    static const struct action bad[] = {
        {.kind = ACT_RATE, .cell = 0, .value = 5},
        {.kind = ACT_RATE, .cell = 0, .value = -1},
        {.kind = ACT_RATE, .cell = 10, .value = 1},
        {.kind = ACT_PREFER, .value = 4},
        {.kind = ACT_PREFER, .value = -4},
        {.kind = ACT_GOTO, .text = "ffff"},
        {.kind = ACT_SURE, .value = 3},
        {.kind = ACT_UNMARK, .value = 0},
        {.kind = ACT_MARK, .cell = SIDE_A, .to = 1 << 20, .text = ""},
        {.kind = ACT_MARK, .cell = SIDE_B, .from = 3, .to = 3, .text = ""},
        {.kind = ACT_MARK, .cell = 2, .to = 1, .text = ""},
        {.kind = ACT_MARK, .cell = SIDE_A, .to = 1, .value = 2, .text = ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct reaction r = act(&d, bad[i]);
        cr_expect(r.refused && r.message[0] != '\0', "action %zu", i);
    }
    cr_expect(draft_is_empty(&d.s.task.draft, &d.s.rubric));
    close_desk(&d);
}

Test(session, history_goes_back_and_forth_and_says_where_it_ends)
{
    struct desk d;
    open_desk(&d);
    int64_t seen[N_ITEMS];
    for (int i = 0; i < 2; i++) {
        seen[i] = d.s.task.comparison;
        fill(&d);
        act(&d, (struct action){.kind = ACT_SUBMIT});
    }
    seen[2] = d.s.task.comparison;
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(eq(i64, d.s.task.comparison, seen[1]));
    cr_expect(eq(int, (int)d.s.task.state, TASK_JUDGED));
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(eq(i64, d.s.task.comparison, seen[0]));
    cr_expect(act(&d, (struct action){.kind = ACT_OLDER}).refused);
    act(&d, (struct action){.kind = ACT_NEWER});
    act(&d, (struct action){.kind = ACT_NEWER});
    cr_expect(eq(i64, d.s.task.comparison, seen[2]));
    cr_expect(act(&d, (struct action){.kind = ACT_NEWER}).refused);
    close_desk(&d);
}

Test(session, a_changed_judgement_is_a_new_revision)
{
    struct desk d;
    open_desk(&d);
    fill(&d);
    act(&d, (struct action){.kind = ACT_SUBMIT});
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(not(d.s.task.changed));
    rate(&d, 0, 4);
    cr_expect(d.s.task.changed);
    act(&d, (struct action){.kind = ACT_SUBMIT});
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(eq(int, d.s.task.draft.rating[SIDE_A][0], 4));
    cr_expect(eq(i64, d.s.progress.done, 1));
    close_desk(&d);
}

Test(session, going_away_from_a_change_that_is_not_submitted_says_so)
{
    struct desk d;
    open_desk(&d);
    fill(&d);
    act(&d, (struct action){.kind = ACT_SUBMIT});
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(eq(str, act(&d, (struct action){.kind = ACT_NEWER}).message, ""));
    act(&d, (struct action){.kind = ACT_OLDER});
    rate(&d, 0, 4);
    struct reaction r = act(&d, (struct action){.kind = ACT_NEWER});
    cr_expect(not(r.refused));
    cr_expect(strstr(r.message, "not submitted") != NULL, "%s", r.message);
    close_desk(&d);
}

Test(session, the_end_of_the_work_shows_no_item_and_undo_still_works)
{
    struct desk d;
    open_desk(&d);
    for (int i = 0; i < N_ITEMS; i++) {
        fill(&d);
        act(&d, (struct action){.kind = ACT_SUBMIT});
    }
    cr_expect(eq(i64, d.s.task.comparison, 0));
    cr_expect(act(&d, (struct action){.kind = ACT_RATE, .cell = 0, .value = 1}).refused);
    act(&d, (struct action){.kind = ACT_OLDER});
    cr_expect(ne(i64, d.s.task.comparison, 0));
    act(&d, (struct action){.kind = ACT_UNDO});
    cr_expect(eq(i64, d.s.progress.done, N_ITEMS - 1));
    close_desk(&d);
}

Test(session, passages_and_confidence_are_changes_like_others)
{
    struct desk d;
    open_desk(&d);
    d.s.rubric.asks_confidence = true;
    cr_expect(not(act(&d, (struct action){.kind = ACT_SURE, .value = 4}).refused));
    cr_expect(
        not(act(&d, (struct action){.kind = ACT_MARK, .cell = SIDE_B, .to = 3, .value = -1, .text = "no", .len = 2})
                .refused));
    cr_assert(eq(sz, d.s.task.draft.spans.n, 1));
    cr_expect(eq(str, d.s.task.draft.spans.v[0].comment, "no"));
    act(&d, (struct action){.kind = ACT_UNDO});
    cr_expect(eq(sz, d.s.task.draft.spans.n, 0));
    cr_expect(eq(int, d.s.task.draft.confidence, 4));
    act(&d, (struct action){.kind = ACT_REDO});
    act(&d, (struct action){.kind = ACT_UNMARK, .value = 0});
    cr_expect(eq(sz, d.s.task.draft.spans.n, 0));
    close_desk(&d);
}
