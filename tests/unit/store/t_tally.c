#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "store/status.h"
#include "store/stmt.h"
#include "store/tally.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f); /* and `check` counts anew */
}

TestSuite(tally, .init = open_one, .fini = close_one);

static int64_t people(int n)
{
    struct buf sql = BUF_INIT;
    buf_addf(&sql, "SELECT total(n) FROM tally WHERE people = %d", n);
    int64_t found = fixture_count(&f, sql.ptr);
    buf_free(&sql);
    return found;
}

Test(tally, a_judgement_moves_its_comparison_and_taking_it_back_moves_it_back)
{
    int64_t comparison;
    enum step_kind kind;
    fixture_fill(&f, 4);
    int64_t ada = fixture_person(&f, "ada"), bo = fixture_person(&f, "bo");
    cr_expect(eq(i64, people(0), 4));
    fixture_judge(&f, ada, 1, 1);
    fixture_judge(&f, bo, 1, -1);
    fixture_judge(&f, bo, 2, -1);
    fixture_judge(&f, bo, 2, 3);
    cr_expect(eq(i64, people(0), 2));
    cr_expect(eq(i64, people(1), 1));
    cr_expect(eq(i64, people(2), 1));
    must(task_undo(f.db, ada, &f.rubric, &f.rng, &comparison, &kind, &f.err));
    cr_expect(eq(i64, people(1), 2));
    must(task_redo(f.db, ada, &f.rubric, &f.rng, &comparison, &kind, &f.err));
    cr_expect(eq(i64, people(2), 1));
}

Test(tally, a_retired_comparison_counts_nowhere_until_it_comes_back)
{
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada");
    fixture_judge(&f, ada, 1, 1);
    must(content_retire(f.db, 1, true, "ada", NULL, &f.err));
    cr_expect(eq(i64, people(1), 0));
    fixture_judge(&f, fixture_person(&f, "bo"), 1, 1);
    must(content_retire(f.db, 1, true, "ada", NULL, &f.err)); /* twice is once */
    cr_expect(eq(i64, people(0), 2));
    must(content_retire(f.db, 1, false, "ada", NULL, &f.err));
    cr_expect(eq(i64, people(2), 1));
}

Test(tally, a_split_learned_later_moves_the_comparison_there)
{
    static const char *const record = "{\"prompt\":\"q\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}]%s}\n";
    struct buf with = BUF_INIT, without = BUF_INIT;
    buf_addf(&without, record, "");
    buf_addf(&with, record, ",\"split\":\"test\"");
    must(fixture_import(&f, "y.jsonl", NULL, without.ptr));
    must(fixture_import(&f, "y.jsonl", NULL, with.ptr));
    cr_expect(eq(i64, fixture_count(&f, "SELECT n FROM tally WHERE split = 'test'"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT n FROM tally WHERE split = ''"), 0));
    struct status s;
    must(status_read(f.db, &f.arena, &s, &f.err));
    cr_assert(eq(sz, s.n_splits, 1));
    same_text(s.splits[0].name, "test");
    cr_expect(eq(i64, s.splits[0].comparisons, 1));
    buf_free(&with);
    buf_free(&without);
}

Test(tally, what_is_left_follows_from_the_overlap)
{
    struct status s;
    fixture_fill(&f, 3);
    fixture_sql(&f, "UPDATE setting SET value = '3' WHERE key = 'overlap'; INSERT INTO setting SELECT 'overlap', '3' "
                    "WHERE NOT EXISTS (SELECT 1 FROM setting WHERE key = 'overlap')");
    fixture_judge(&f, fixture_person(&f, "ada"), 1, 1);
    fixture_judge(&f, fixture_person(&f, "bo"), 1, 1);
    must(status_read(f.db, &f.arena, &s, &f.err));
    cr_expect(eq(i64, s.wanted, 1 + 3 + 3));
    cr_expect(eq(i64, s.recent, 2));
    cr_assert(eq(sz, s.n_handled, 2));
    cr_expect(eq(i64, s.handled[0].people, 0));
    cr_expect(eq(i64, s.handled[0].comparisons, 2));
    cr_expect(eq(i64, s.handled[1].people, 2));
}

Test(tally, counted_anew_it_is_what_was_kept_from_change_to_change)
{
    fixture_fill(&f, 6);
    int64_t ada = fixture_person(&f, "ada");
    for (int64_t c = 1; c <= 3; c++)
        fixture_judge(&f, ada, c, 1);
    fixture_judge(&f, fixture_person(&f, "bo"), 2, -1);
    must(content_retire(f.db, 5, true, "owner", NULL, &f.err));
    must(stmt_run(f.db, STMT_TALLY_PUT, ARGS(v_int(1), v_str("nowhere"), v_int(0), v_int(9)), &f.err));
    cr_expect(eq(i64, people(0), 11));
    must(tally_anew(f.db, &f.err));
    cr_expect(eq(i64, people(0), 2));
    cr_expect(eq(i64, people(1), 2));
    cr_expect(eq(i64, people(2), 1));
}
