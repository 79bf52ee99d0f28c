#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/status.h"
#include "tests/support/store_fixture.h"

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(status, .init = open_one, .fini = close_one);

static int64_t labelled(size_t source)
{
    struct status s;
    must(status_read(f.db, &f.arena, &s, &f.err));
    cr_assert(gt(sz, s.n_sources, source));
    return s.sources[source].by_sources;
}

#define PAIR_1 "{\"prompt\":\"p1\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n"
#define PAIR_2 "{\"prompt\":\"p2\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n"
#define PAIR_3 "{\"prompt\":\"p3\",\"chosen\":\"yes\",\"rejected\":\"no\"}\n"

/* The source that brought a comparison first has it; a label from another one does not count it twice. */
Test(status, what_several_sources_labelled_counts_once)
{
    must(fixture_import(&f, "a.jsonl", NULL, PAIR_1 PAIR_2));
    must(fixture_import(&f, "b.jsonl", NULL, PAIR_2 PAIR_3));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest"), 4));
    cr_expect(eq(i64, labelled(0), 2));
    cr_expect(eq(i64, labelled(1), 1));
    fixture_sql(&f, "UPDATE latest SET kind = 'skipped' WHERE annotator = 1 AND comparison = 2");
    cr_expect(eq(i64, labelled(0), 2), "the other source's label is left");
    fixture_sql(&f, "UPDATE latest SET kind = 'judged'");
}
