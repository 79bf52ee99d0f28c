#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/store_fixture.h"

#include "ui/run_table.h"

#include <math.h>

static struct fixture f;
static struct run_table t;

static void add(const char *kind, const char *settings, const char *results, const char *model)
{
    struct run r = {.kind = kind, .settings = settings, .inputs = "{}", .results = results, .model = model};
    must(run_insert(f.db, &r, &f.err));
}

static void set_up(void)
{
    fixture_open(&f, "pairwise");
    add("train", "{\"head\":\"bt\",\"l2\":0.01}",
        "{\"train\":{},\"holdout\":{\"n\":480,\"accuracy\":0.713,\"nll\":0.557,\"ece\":0.021,\"intervals\":"
        "{\"accuracy\":[0.671,0.752]}}}",
        "a.safetensors");
    add("train", "{\"head\":\"regression\",\"l2\":1}",
        "{\"train\":{},\"holdout\":{\"n\":480,\"accuracy\":0.698,\"nll\":0.571,\"ece\":0.058,\"intervals\":{}}}",
        "b.safetensors");
    add("compare", "{\"folds\":5}", "{}", NULL);
    add("eval", "{}", "{\"head\":\"bt\",\"n\":10,\"accuracy\":0.9,\"nll\":null,\"ece\":\"wrong\"}", "a.safetensors");
    must(run_table_read(&t, f.db, &f.err));
}

static void tear_down(void)
{
    run_table_free(&t);
    fixture_close(&f);
}

TestSuite(run_table, .init = set_up, .fini = tear_down);

static void order(const char *wanted)
{
    struct buf said = BUF_INIT;
    for (size_t i = 0; i < t.n; i++)
        buf_addf(&said, "%lld", (long long)t.row[i].run->row);
    same_text(said.ptr, wanted);
    buf_free(&said);
}

static void cell(size_t row, enum run_column c, const char *wanted)
{
    struct buf said = BUF_INIT;
    run_table_cell(&t.row[row], c, &said);
    same_text(said.ptr, wanted);
    buf_free(&said);
}

Test(run_table, the_newest_comes_first_with_its_figures)
{
    order("4321");
    cell(3, RUN_KIND, "fit");
    cell(3, RUN_HEAD, "bt");
    cell(3, RUN_L2, "0.01");
    cell(3, RUN_ACCURACY, "71.3 (67.1-75.2)");
    cell(3, RUN_NLL, "0.557");
    cell(2, RUN_ACCURACY, "69.8");
    cell(1, RUN_HEAD, "-");
    cell(1, RUN_ACCURACY, "-");
    cell(0, RUN_KIND, "eval");
    cell(0, RUN_ACCURACY, "90.0");
    cell(0, RUN_NLL, "-");
    cell(0, RUN_ECE, "-");
}

Test(run_table, every_column_sorts_and_what_has_no_value_comes_last)
{
    run_table_sort(&t, RUN_ACCURACY, false);
    order("4123");
    run_table_sort(&t, RUN_ACCURACY, true);
    order("2143");
    run_table_sort(&t, RUN_ECE, false);
    order("1243");
    run_table_sort(&t, RUN_HEAD, false);
    order("3412");
    run_table_sort(&t, RUN_NUMBER, true);
    order("1234");
}

Test(run_table, marks_stay_on_their_runs_and_name_each_head_once)
{
    const char *path[8];
    t.row[0].marked = t.row[2].marked = t.row[3].marked = true;
    cr_expect(eq(sz, run_table_marked(&t, path, 8), 2));
    same_text(path[0], "a.safetensors");
    same_text(path[1], "b.safetensors");
    cr_expect(eq(sz, run_table_marked(&t, path, 1), 1));
    add("train", "{}", "{}", "c.safetensors");
    run_table_sort(&t, RUN_ECE, false);
    must(run_table_read(&t, f.db, &f.err));
    cr_expect(eq(sz, t.n, 5));
    cr_expect(eq(int, (int)t.by, RUN_ECE), "it stays sorted as it was");
    for (size_t i = 0; i < t.n; i++) {
        int64_t row = t.row[i].run->row;
        cr_expect(eq(int, t.row[i].marked, row == 4 || row == 2 || row == 1));
    }
}

Test(run_table, records_that_are_no_json_are_rows_without_figures)
{
    fixture_sql(&f, "INSERT INTO run (kind, settings, inputs, results, created, seed) VALUES ('train', '[1]', '{}', "
                    "'[{\"n\": 3}]', 1, 1)");
    must(run_table_read(&t, f.db, &f.err));
    cr_expect(eq(sz, t.n, 5));
    cr_expect(isnan(t.row[0].accuracy));
}
