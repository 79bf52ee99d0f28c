/* The guard on data that nobody in this project wrote: every record that it holds there was read, and has the fault. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "app/guard.h"
#include "store/setting.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(guard, .init = open_one, .fini = close_one);

static void expect_held(const char *file, int64_t records, int64_t held)
{
    struct guard g;
    struct buf path = BUF_INIT;
    if (fixture_data() == NULL)
        cr_skip_test("the third-party data are not here");
    buf_addf(&path, "%s/%s", fixture_data(), file);
    guard_init(&g);
    struct import_options o = {.guard = &g.on};
    must(fixture_import_file(&f, path.ptr, &o));
    cr_expect(eq(i64, f.counts.records, records));
    cr_expect(eq(i64, f.counts.held, held));
    guard_free(&g);
    buf_free(&path);
}

/* 23 end in the middle, 4 e-mail addresses, 3 phone numbers, 3 pairs of "You're welcome" and "You're welcome." */
Test(guard, holds_32_of_1600_records_of_hh_rlhf)
{
    expect_held("hh-harmless/source.jsonl", 1600, 32);
}

/* "The Steppe is one of the" */
Test(guard, holds_1_of_301_records_of_helpsteer)
{
    expect_held("helpsteer/source.jsonl", 301, 1);
}

Test(guard, holds_none_of_the_records_of_helpsteer2_preference)
{
    expect_held("helpsteer2-preference/sample.jsonl", 2, 0);
}

Test(guard, the_command_line_stands_above_the_setting_and_off_is_the_default)
{
    bool wanted = true;
    must(guard_wanted(f.db, NULL, &wanted, &f.err));
    cr_expect(eq(int, wanted, 0));
    must(guard_wanted(f.db, "on", &wanted, &f.err));
    cr_expect(eq(int, wanted, 1));
    must(setting_change(f.db, SET_GUARD, "on", "ada", &f.err));
    must(guard_wanted(f.db, NULL, &wanted, &f.err));
    cr_expect(eq(int, wanted, 1));
    must(guard_wanted(f.db, "off", &wanted, &f.err));
    cr_expect(eq(int, wanted, 0));
}

Test(guard, reasons_are_told_safely)
{
    struct buf out = BUF_INIT;
    guard_tell("[{\"reason\":\"e-mail\",\"where\":\"response 1\",\"at\":3,\"text\":\"\\u001b[31mx@y.org\"},"
               "{\"reason\":\"phone\",\"where\":\"message 2\",\"text\":\"+1\"},{\"odd\":1}]",
               &out);
    cr_expect(eq(str, out.ptr, "e-mail in response 1: ^[[31mx@y.org; phone in message 2: +1"));
    buf_reset(&out);
    guard_tell("not JSON", &out);
    cr_expect(eq(sz, out.len, 0));
    buf_free(&out);
}
