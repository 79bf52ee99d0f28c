#include "ui/editor.h"

#include "core/base/rng.h"
#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <locale.h>

static void utf8(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}

TestSuite(editor, .init = utf8);

static struct editor with(const char *text)
{
    struct editor e;
    editor_init(&e, 1000, false);
    editor_set(&e, text, strlen(text));
    return e;
}

/* "|" marks the caret. */
static void expect_text(const struct editor *e, const char *expected)
{
    struct buf b = BUF_INIT;
    buf_add(&b, e->text.ptr, e->at);
    buf_addc(&b, '|');
    buf_add(&b, e->text.ptr + e->at, e->text.len - e->at);
    cr_expect(eq(str, b.ptr, (char *)expected));
    buf_free(&b);
}

static void ask(struct editor *e, enum request r)
{
    cr_expect(editor_request(e, r, 20), "%s", request_name(r));
}

Test(editor, deletes_whole_clusters)
{
    struct editor e = with("ae\u0301👩‍👩‍👧");
    ask(&e, REQ_DELETE_LEFT);
    expect_text(&e, "ae\u0301|");
    ask(&e, REQ_DELETE_LEFT);
    expect_text(&e, "a|");
    ask(&e, REQ_DELETE_LEFT);
    ask(&e, REQ_DELETE_LEFT);
    expect_text(&e, "|");
    editor_release(&e);
}

Test(editor, moves_over_clusters)
{
    struct editor e = with("空e\u0301x");
    ask(&e, REQ_LEFT);
    ask(&e, REQ_LEFT);
    expect_text(&e, "空|e\u0301x");
    ask(&e, REQ_RIGHT);
    expect_text(&e, "空e\u0301|x");
    ask(&e, REQ_DELETE_RIGHT);
    expect_text(&e, "空e\u0301|");
    editor_release(&e);
}

Test(editor, a_mark_typed_behind_a_letter_joins_it)
{
    struct editor e = with("e");
    editor_insert(&e, "\u0301", 2);
    expect_text(&e, "e\u0301|");
    ask(&e, REQ_LEFT);
    expect_text(&e, "|e\u0301");
    editor_release(&e);
}

Test(editor, words)
{
    struct editor e = with("one two  three");
    ask(&e, REQ_WORD_LEFT);
    expect_text(&e, "one two  |three");
    ask(&e, REQ_WORD_LEFT);
    expect_text(&e, "one |two  three");
    ask(&e, REQ_WORD_RIGHT);
    expect_text(&e, "one two|  three");
    ask(&e, REQ_DELETE_WORD);
    expect_text(&e, "one |  three");
    editor_release(&e);
}

Test(editor, lines)
{
    struct editor e = with("one\ntwo three");
    ask(&e, REQ_WORD_LEFT);
    ask(&e, REQ_DELETE_LINE);
    expect_text(&e, "one\n|three");
    ask(&e, REQ_LINE_END);
    ask(&e, REQ_LINE_START);
    ask(&e, REQ_DELETE_REST);
    expect_text(&e, "one\n|");
    ask(&e, REQ_DELETE_LEFT);
    ask(&e, REQ_NEWLINE);
    expect_text(&e, "one\n|");
    editor_release(&e);
}

Test(editor, up_and_down_keep_the_column_they_aim_for)
{
    struct editor e = with("long first line\nx\nanother line");
    ask(&e, REQ_UP);
    expect_text(&e, "long first line\nx|\nanother line");
    ask(&e, REQ_UP);
    expect_text(&e, "long first l|ine\nx\nanother line");
    cr_expect(not(editor_request(&e, REQ_UP, 20)));
    ask(&e, REQ_DOWN);
    ask(&e, REQ_DOWN);
    expect_text(&e, "long first line\nx\nanother line|");
    cr_expect(not(editor_request(&e, REQ_DOWN, 20)));
    editor_release(&e);
}

Test(editor, up_and_down_go_through_wrapped_rows)
{
    struct editor e = with("aaaa bbbb cccc");
    cr_expect(editor_request(&e, REQ_UP, 6));
    expect_text(&e, "aaaa bbbb| cccc");
    cr_expect(editor_request(&e, REQ_UP, 6));
    expect_text(&e, "aaaa| bbbb cccc");
    editor_release(&e);
}

Test(editor, a_paste_is_cleaned)
{
    struct editor e = with("");
    cr_expect(editor_insert(&e,
                            "a\r\nb\rc\td\033[31m\x7f\xff"
                            "e",
                            16));
    expect_text(&e, "a\nb\nc d[31m\uFFFDe|");
    editor_release(&e);
}

Test(editor, one_line_stays_one_line)
{
    struct editor e;
    editor_init(&e, 100, true);
    editor_insert(&e, "a\nb\r\nc", 6);
    expect_text(&e, "a b c|");
    editor_release(&e);
}

Test(editor, what_does_not_fit_is_refused_at_a_whole_character)
{
    struct editor e;
    editor_init(&e, 4, false);
    cr_expect(not(editor_insert(&e, "a空空", 7)));
    expect_text(&e, "a空|");
    editor_release(&e);
}

Test(editor, a_text_that_is_there_already_is_never_cut)
{
    struct editor e;
    editor_init(&e, 2, false);
    editor_set(&e, "longer", 6);
    expect_text(&e, "longer|");
    cr_expect(not(editor_insert(&e, "x", 1)));
    ask(&e, REQ_DELETE_LEFT);
    expect_text(&e, "longe|");
    editor_release(&e);
}

Test(editor, the_caret_is_found_in_the_wrapped_rows)
{
    struct editor e = with("aaaa bbbb");
    struct wrap_rows rows = {0};
    int row, col;
    editor_wrap(&e, 6, &rows, &row, &col);
    cr_expect(eq(int, row, 1));
    cr_expect(eq(int, col, 4));
    ask(&e, REQ_LINE_START);
    vec_clear(&rows.rows);
    editor_wrap(&e, 6, &rows, &row, &col);
    cr_expect(eq(int, row, 0));
    cr_expect(eq(int, col, 0));
    vec_free(&rows.rows);
    editor_release(&e);
}

Test(editor, random_editing_keeps_the_caret_on_a_cluster_boundary)
{
    static const char *const pieces[] = {"a", " ", "空", "\u0301", "👩", "\u200d", "\n", "🇩", "\u202e", "word "};
    struct rng rng;
    struct editor e;
    rng_seed(&rng, 3);
    editor_init(&e, 300, false);
    for (int i = 0; i < 20000; i++) {
        if (rng_below(&rng, 2) == 0) {
            const char *p = pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)];
            editor_insert(&e, p, strlen(p));
        } else {
            editor_request(&e, (enum request)(REQ_NEWLINE + rng_below(&rng, REQ_COUNT - REQ_NEWLINE)),
                           1 + (int)rng_below(&rng, 30));
        }
        size_t bad;
        cr_assert(utf8_valid(e.text.ptr, e.text.len, &bad));
        cr_assert(le(sz, e.text.len, 300));
        cr_assert(e.at <= e.text.len && (e.at == 0 || editor_next(&e, editor_previous(&e, e.at)) == e.at),
                  "the caret is at %zu after step %d", e.at, i);
    }
    editor_release(&e);
}

static void type(struct editor *e, const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        editor_type(e, p, 1);
}

Test(editor, undo_takes_back_a_word_and_redo_writes_it_again)
{
    struct editor e = with("");
    type(&e, "one two three");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "one two |");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "one |");
    ask(&e, REQ_TEXT_REDO);
    expect_text(&e, "one two |");
    type(&e, "x");
    cr_expect(not(editor_request(&e, REQ_TEXT_REDO, 20)), "what was written since is not overwritten");
    for (int i = 0; i < 3; i++)
        ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "|");
    cr_expect(not(editor_request(&e, REQ_TEXT_UNDO, 20)));
    editor_release(&e);
}

Test(editor, undo_brings_back_what_was_deleted_pasted_over_or_replaced)
{
    struct editor e = with("one two");
    ask(&e, REQ_DELETE_WORD);
    editor_insert(&e, "pasted\nlines", 12);
    editor_replace(&e, "other", 5);
    expect_text(&e, "other|");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "one pasted\nlines|");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "one |");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "one two|");
    editor_set(&e, "new", 3);
    cr_expect(not(editor_request(&e, REQ_TEXT_UNDO, 20)), "another text has no past");
    editor_release(&e);
}

Test(editor, a_move_parts_what_is_typed_before_and_after_it)
{
    struct editor e = with("");
    type(&e, "ab");
    ask(&e, REQ_LEFT);
    type(&e, "c");
    ask(&e, REQ_TEXT_UNDO);
    expect_text(&e, "a|b");
    editor_release(&e);
}

Test(editor, the_oldest_changes_are_forgotten)
{
    struct editor e = with("");
    for (int i = 0; i < EDITOR_UNDO + 50; i++)
        editor_insert(&e, "x", 1);
    int n = 0;
    while (editor_request(&e, REQ_TEXT_UNDO, 20))
        n++;
    cr_expect(eq(int, n, EDITOR_UNDO));
    cr_expect(eq(sz, e.text.len, 50));
    editor_release(&e);
}
