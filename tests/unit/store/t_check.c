#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/support/store_fixture.h"

#include "store/db.h"

#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada");
    fixture_judge(&f, ada, 1, -1);
    fixture_judge(&f, ada, 1, 2);
    fixture_judge(&f, ada, 2, 1);
    f.faulty = true;
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(check, .init = open_one, .fini = close_one);

static void note(void *ctx, const char *text)
{
    buf_addf(ctx, "%s\n", text);
}

Test(check, a_sound_workspace_has_no_faults)
{
    int faults = -1;
    must(db_check(f.db, NULL, NULL, &faults, &f.err));
    cr_expect(eq(int, faults, 0));
}

/* Something is done to a table behind the back of one of its indexes. */
#define WITHOUT(index, sql)                                                                                            \
    "CREATE TEMP TABLE kept AS SELECT * FROM sqlite_schema WHERE name = '" index "'; PRAGMA writable_schema = ON;"     \
    "DELETE FROM sqlite_schema WHERE name = '" index "'; PRAGMA writable_schema = RESET;" sql                          \
    "; PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM temp.kept; PRAGMA writable_schema = "      \
    "RESET;"

#define NO_TRIGGERS                                                                                                    \
    "DROP TRIGGER judgement_append_only_update; DROP TRIGGER rating_append_only_update; DROP TRIGGER "                 \
    "judgement_append_only_delete;"

static const struct {
    const char *sql, *says;
} faults[] = {
    {"DELETE FROM latest WHERE comparison = 1", "but not the one that counts"},
    {"UPDATE tally SET n = n + 1 WHERE people = 0",
     "the counts say 2 comparisons handled by 0 people, and there are 1"},
    {"UPDATE latest SET kind = 'skipped' WHERE comparison = 2", "but not the one that counts"},
    {NO_TRIGGERS "UPDATE judgement SET revision = 5 WHERE revision = 2", "ada has revisions up to 5, but 2 of them"},
    {NO_TRIGGERS "UPDATE rating SET value = 9 WHERE judgement = 1 AND attribute = 'coherence' AND response = 1",
     "coherence is 9, which the rubric helpsteer2@1 does not have"},
    {NO_TRIGGERS "UPDATE rating SET attribute = 'wit' WHERE judgement = 1 AND attribute = 'coherence' AND response = 1",
     "wit is "},
    {NO_TRIGGERS "UPDATE rating SET response = 6 WHERE judgement = 1 AND response = 1",
     "rates a response that it is not about"},
    {NO_TRIGGERS "UPDATE judgement SET a_is = 3 - a_is WHERE judgement = 3", "stood on side A, but it was response"},
    {NO_TRIGGERS "PRAGMA ignore_check_constraints = ON; UPDATE judgement SET neither = 1 WHERE judgement = 3",
     "CHECK constraint failed in judgement"},
    {"UPDATE comparison SET people = 7 WHERE comparison = 3", "counts 7 people"},
    {"UPDATE comparison SET prompt = 1 WHERE comparison = 3", "holds a response to another prompt"},
    {"INSERT INTO draft VALUES (1, 3, '{', 0)", "the draft of ada for comparison"},
    {"UPDATE annotator SET kind = 'source'", "annotator ada is marked as a source"},
    {"INSERT INTO embedding_set VALUES (1, 'e', 'file', '{}', '/x', '', 2, 4, 0); INSERT INTO embedding_row VALUES (1, "
     "1, 2)",
     "embedding set e has 2 rows, but row 2 is asked for"},
    {"INSERT INTO embedding_row VALUES (9, 1, 0)",
     "a row of \"embedding_row\" refers to a row of \"embedding_set\" that is not there"},
    {"UPDATE setting SET value = '77' WHERE key = 'rubric'", "the current rubric is not in the workspace"},
    {"UPDATE setting SET value = '0' WHERE key = 'overlap'", "the setting overlap is 0"},
    {"UPDATE response SET text = text || '!' WHERE response = 5", "its id is not that of its content"},
    {"UPDATE prompt SET messages = '[{\"role\":\"user\",\"content\":\"other\"}]' WHERE prompt = 3",
     "its id is not that of its content"},
    {"UPDATE prompt SET messages = 'nonsense' WHERE prompt = 3", "its id is not that of its content"},
    {"UPDATE response SET tags = '{' WHERE response = 1", "tags of response"},
    {WITHOUT("comparison_by_source", "INSERT INTO source (source, name, created) VALUES (7, 'x', 0); UPDATE comparison "
                                     "SET source = 7 WHERE comparison = 2"),
     "missing from index comparison_by_source"},
    {WITHOUT("prompt_by_id", "INSERT INTO prompt SELECT 9, id, messages FROM prompt WHERE prompt = 1"),
     "missing from index prompt_by_id"},
    {WITHOUT("comparison_out_of_work", "UPDATE comparison SET retired = 1 WHERE comparison = 2"),
     "missing from index comparison_out_of_work"},
    {WITHOUT("rating_by_response",
             "DROP TRIGGER rating_append_only_delete; DELETE FROM rating WHERE judgement = 1 AND response = 1"),
     "entries in index rating_by_response"},
    {"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX comparison_by_source ON "
     "comparison (source)' WHERE name = 'comparison_by_source'; PRAGMA writable_schema = RESET",
     "non-unique entry in index comparison_by_source"},
    {"DROP INDEX latest_by_annotator; PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = "
     "'rating_by_response'",
     ""},
};

Test(check, each_planted_fault_is_found)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct buf found = BUF_INIT;
        int n = 0;
        fixture_close(&f);
        open_one();
        fixture_sql(&f, faults[i].sql);
        fixture_reopen(&f);
        must(db_check(f.db, note, &found, &n, &f.err));
        cr_expect(ge(int, n, 1), "%s", faults[i].sql);
        cr_expect(ne(ptr, strstr(found.ptr, faults[i].says), NULL), "%s: %s", faults[i].sql, found.ptr);
        buf_free(&found);
    }
}
