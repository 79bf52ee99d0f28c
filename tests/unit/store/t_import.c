#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/outfile.h"
#include "core/base/progress.h"
#include "store/rubric.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(import, .init = open_one, .fini = close_one);

#define PAIR "\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"The Ucayali.\"},{\"text\":\"The Danube.\"}]"

static const struct {
    const char *line, *reason;
} bad_lines[] = {
    {"{\"prompt\":", "not JSON at column"},
    {"[1]", "a record must be an object, but is a list"},
    {"{\"prompt\":\"x\xFF\",\"responses\":[]}", "not UTF-8 at byte 13"},
    {"{\"prompt\":\"x\\u0000y\",\"responses\":[{\"text\":\"a\"}]}", "\"prompt\" holds a NUL character"},
    {"{\"prompt\":\"\\ud800\",\"responses\":[{\"text\":\"\\ud800\"},{\"text\":\"\\udc00\"}]}",
     "both responses are the same text"},
    {"{\"responses\":[{\"text\":\"a\"}]}", "\"prompt\" is missing"},
    {"{\"prompt\":7,\"responses\":[{\"text\":\"a\"}]}",
     "\"prompt\" must be a string or a list of messages, but is an integer"},
    {"{\"prompt\":[],\"responses\":[{\"text\":\"a\"}]}", "\"prompt\" has 0 messages"},
    {"{\"prompt\":[{\"role\":\"robot\",\"content\":\"x\"}],\"responses\":[{\"text\":\"a\"}]}",
     "message 1 of \"prompt\": unknown role \"robot\""},
    {"{\"prompt\":[{\"role\":\"user\"}],\"responses\":[{\"text\":\"a\"}]}",
     "message 1 of \"prompt\": \"content\" is missing"},
    {"{\"prompt\":[{\"role\":\"user\",\"content\":\"x\",\"tool_calls\":[1]}],\"responses\":[{\"text\":\"a\"}]}",
     "unknown field \"tool_calls\""},
    {"{\"prompt\":\"x\"}", "\"responses\" is missing"},
    {"{\"prompt\":\"x\",\"responses\":{}}", "\"responses\" must be a list, but is an object"},
    {"{\"prompt\":\"x\",\"responses\":[]}", "\"responses\" has 0 entries"},
    {"{\"prompt\":\"x\",\"responses\":[1]}", "response 1: must be an object, but is an integer"},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\" \\n\"}]}", "the response is empty"},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"},{\"text\":\"\"}]}", "response 2 is empty"},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"},{\"text\":\"a\"}]}", "both responses are the same text"},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\",\"colour\":1}]}", "response 1: unknown field \"colour\" in it"},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"}],\"note\":\"n\"}", "unknown field \"note\" in the record"},
    {"{" PAIR ",\"source\":\"\"}", "\"source\" is empty"},
    {"{" PAIR ",\"judgement\":{\"preference\":1}}", "judgement: \"annotator\" is missing"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"\",\"preference\":1}}", "the name of the annotator is empty"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\"}}", "judgement: it says nothing"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":4}}",
     "judgement: \"preference\" is 4, outside -3 to 3"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":\"1\"}}",
     "judgement: \"preference\" must be an integer, but is a string"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"neither\":true}}", "exclude each other"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"ratings\":[{}]}}", "\"ratings\" has 1 entries for 2 responses"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"ratings\":[{\"helpfulness\":5},{}]}}",
     "response 1: \"helpfulness\" is 5, outside 0 to 4"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"ratings\":[{},{\"wit\":1}]}}",
     "response 2: \"wit\" is not an attribute of the rubric helpsteer2@1"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"kind\":\"odd\"}}", "\"kind\" is \"odd\""},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"a\":3}}", "\"a\" is 3, outside 1 to 2"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"seconds\":-1}}", "\"seconds\" is less than 0"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"created\":\"today\"}}",
     "\"created\" must look like"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"id\":\"12\"}}", "\"id\" must be 32 hex digits"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"rubric\":\"mine@1\"}}",
     "the rubric \"mine@1\" is not in this workspace"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"extra\":7}}", "\"extra\" must be an object"},
    {"{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"preference\":1,\"mood\":7}}", "unknown field \"mood\""},
    {"{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"}],\"judgement\":{\"annotator\":\"a\",\"preference\":1}}",
     "a preference needs two responses"},
};

Test(import, each_kind_of_bad_record_is_refused_with_its_reason_and_the_rest_goes_in)
{
    for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++) {
        struct buf text = BUF_INIT, wanted = BUF_INIT;
        buf_addf(&text, "%s\n{\"prompt\":\"good %zu\",\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]}\n",
                 bad_lines[i].line, i);
        must(fixture_import(&f, "bad.jsonl", "judgements", text.ptr));
        cr_expect(eq(i64, f.counts.records, 2), "%s", bad_lines[i].line);
        cr_expect(eq(i64, f.counts.refused, 1), "%s", bad_lines[i].line);
        cr_expect(eq(i64, f.counts.comparisons.made, 1), "%s", bad_lines[i].line);
        cr_expect(eq(int, strncmp(f.refusals.ptr, "1: ", 3), 0));
        cr_expect(ne(ptr, strstr(f.refusals.ptr, bad_lines[i].reason), NULL), "%s: %s", bad_lines[i].line,
                  f.refusals.ptr);
        buf_free(&text);
        buf_free(&wanted);
    }
    /* nothing of a refused record stays behind */
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt WHERE messages NOT LIKE '%good %'"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement"), 0));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM annotator"), 0));
}

static const char every_field[] =
    "{\"prompt\":[{\"role\":\"system\",\"content\":\"Be "
    "brief.\"},{\"role\":\"user\",\"content\":\"Hi\",\"name\":\"Bo\"}],"
    "\"responses\":[{\"text\":\"One.\",\"model\":\"m1\",\"language\":\"en\",\"tags\":{\"k\":[1,2.50]}},{\"text\":\"Two."
    "\\n\"}],"
    "\"source\":\"mine\",\"split\":\"train\",\"judgement\":{\"id\":\"0192f0c0000070008000000000000001\",\"annotator\":"
    "\"ada\","
    "\"kind\":\"judged\",\"ratings\":[{\"verbosity\":1,\"helpfulness\":4},{\"helpfulness\":0}],\"preference\":-2,"
    "\"justification\":\"@B is \\u202ewrong\",\"a\":2,\"seconds\":12.5,\"rubric\":\"helpsteer2@1\","
    "\"created\":\"2026-01-31T14:02:07.123Z\",\"revision\":1,\"extra\":{\"from\":\"x\"}}}\n"
    "{\"prompt\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"responses\":[{\"text\":\"alone\"}],\"judgement\":"
    "{\"id\":\"0192f0c0000070008000000000000002\",\"annotator\":\"source:mine\",\"kind\":\"judged\",\"ratings\":"
    "[{\"coherence\":3}],\"a\":1,\"rubric\":\"helpsteer2@1\",\"created\":\"2026-01-31T14:02:07.124Z\",\"revision\":1}}"
    "\n";

Test(import, our_own_lines_come_back_byte_for_byte)
{
    must(fixture_import(&f, "all.jsonl", NULL, every_field));
    same_text(f.refusals.ptr, "");
    same_text(f.counts.format, "judgements");
    same_text(fixture_export(&f, "judgements"), every_field);
}

Test(import, the_same_file_twice_changes_nothing)
{
    must(fixture_import(&f, "all.jsonl", NULL, every_field));
    const char *before = fixture_export(&f, "judgements");
    must(fixture_import(&f, "all.jsonl", NULL, every_field));
    cr_expect(eq(i64,
                 f.counts.prompts.made + f.counts.responses.made + f.counts.comparisons.made + f.counts.judgements.made,
                 0));
    cr_expect(eq(i64, f.counts.judgements.known, 2));
    same_text(fixture_export(&f, "judgements"), before);
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'import'"), 2));
}

Test(import, another_opinion_of_the_same_source_is_a_new_revision)
{
    must(fixture_import(&f, "x.jsonl", NULL,
                        "{" PAIR ",\"judgement\":{\"annotator\":\"source:x\",\"preference\":1}}\n"));
    must(fixture_import(&f, "x.jsonl", NULL,
                        "{" PAIR ",\"judgement\":{\"annotator\":\"source:x\",\"preference\":-1}}\n"));
    cr_expect(eq(i64, fixture_count(&f, "SELECT max(revision) FROM judgement"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT preference FROM latest JOIN judgement USING (judgement)"), -1));
}

Test(import, a_pair_known_the_other_way_round_keeps_its_order_and_turns_the_judgement)
{
    must(fixture_import(&f, "x.jsonl", NULL, "{" PAIR "}\n"));
    must(fixture_import(
        &f, "y.jsonl", NULL,
        "{\"prompt\":\"Name a river.\",\"responses\":[{\"text\":\"The Danube.\"},{\"text\":\"The Ucayali.\"}],"
        "\"judgement\":{\"annotator\":\"ada\",\"preference\":3,\"ratings\":[{\"helpfulness\":1},{\"helpfulness\":4}],"
        "\"justification\":\"@A is in Europe\"}}\n"));
    cr_expect(eq(i64, f.counts.comparisons.known, 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT preference FROM judgement"), -3));
    cr_expect(eq(i64, fixture_count(&f, "SELECT a_is FROM judgement"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT value FROM rating JOIN comparison ON response = first"), 4));
}

Test(import, the_source_is_the_files_name_unless_told)
{
    must(fixture_import(&f, "my.set.jsonl", NULL, "{" PAIR "}\n"));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM source WHERE name = 'my.set'"), 1));
    must(fixture_import_file(
        &f, fixture_file(&f, "b.jsonl", "{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]}\n"),
        &(struct import_options){.source = "named"}));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM source WHERE name = 'named'"), 1));
}

#define LICENCE_OF(name) "SELECT count(*) FROM source WHERE name = '" name "' AND licence = "

Test(import, a_licence_is_kept_with_the_sources_of_the_records_and_the_first_one_stays)
{
    const char *path = fixture_file(&f, "a.jsonl",
                                    "{" PAIR "}\nno record\n"
                                    "{\"prompt\":\"x\",\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}],"
                                    "\"source\":\"theirs\"}\n");
    must(fixture_import_file(&f, path, NULL));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM source WHERE licence IS NULL"), 2));
    must(fixture_import_file(&f, path, &(struct import_options){.licence = "CC-BY-4.0"}));
    cr_expect(eq(i64, fixture_count(&f, LICENCE_OF("a") "'CC-BY-4.0'"), 1));
    cr_expect(eq(i64, fixture_count(&f, LICENCE_OF("theirs") "'CC-BY-4.0'"), 1));
    same_text(f.counts.licence_kept, "");
    must(fixture_import_file(&f, path, &(struct import_options){.licence = "MIT"}));
    cr_expect(eq(i64, fixture_count(&f, LICENCE_OF("a") "'CC-BY-4.0'"), 1));
    same_text(f.counts.licence_kept, "CC-BY-4.0");
}

Test(import, a_licence_is_a_short_text)
{
    char text[IMPORT_LICENCE_MAX + 2];
    const char *path = fixture_file(&f, "a.jsonl", "{" PAIR "}\n");
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    fails(fixture_import_file(&f, path, &(struct import_options){.licence = text}), ERR_USAGE, "1 to 200 bytes");
    fails(fixture_import_file(&f, path, &(struct import_options){.licence = ""}), ERR_USAGE, "1 to 200 bytes");
    fails(fixture_import_file(&f, path, &(struct import_options){.licence = "\xFF"}), ERR_USAGE, "not UTF-8");
    text[sizeof text - 2] = '\0';
    must(fixture_import_file(&f, path, &(struct import_options){.licence = text}));
}

Test(import, refused_lines_are_kept_as_they_stand)
{
    const char *path = fixture_path(&f, "rejects.jsonl");
    struct outfile *out = outfile_open(path, &f.err);
    cr_assert(ne(ptr, out, NULL));
    must(fixture_import_file(
        &f, fixture_file(&f, "b.jsonl", "{\"prompt\": 1,   \"responses\":[]}\nnot json\n\n{" PAIR "}\n"),
        &(struct import_options){.rejects = out}));
    must(outfile_commit(out, &f.err));
    same_text(fixture_read(&f, path), "{\"prompt\": 1,   \"responses\":[]}\nnot json\n");
    cr_expect(eq(i64, f.counts.records, 3));
    cr_expect(ne(ptr, strstr(f.refusals.ptr, "2: not JSON"), NULL));
}

Test(import, gzip_and_carriage_returns_are_read)
{
    const char *path = fixture_path(&f, "zip.jsonl.gz");
    gzFile gz = gzopen(path, "wb");
    gzprintf(gz, "%s", "{" PAIR "}\r\n\r\n");
    gzclose(gz);
    must(fixture_import_file(&f, path, NULL));
    cr_expect(eq(i64, f.counts.comparisons.made, 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM source WHERE name = 'zip'"), 1));
}

Test(import, files_that_are_nothing_we_know_say_what_they_are)
{
    fails(fixture_import(&f, "x.jsonl", NULL, "{\"text\":\"a\",\"label\":1}\n"), ERR_SYNTAX,
          "no format fits: the first record has the fields \"text\" \"label\"; the formats are judgements, hh-rlhf");
    fails(fixture_import(&f, "x.jsonl", NULL, "a,b\n1,2\n"), ERR_SYNTAX, "line 1 is no record: not JSON");
    fails(fixture_import(&f, "x.jsonl", NULL, ""), ERR_SYNTAX, "holds no records");
    fails(fixture_import(&f, "x.jsonl", "parquet", "{}"), ERR_MISSING,
          "there is no import format \"parquet\"; there are judgements");
    fails(fixture_import_file(&f, "/nonexistent/x.jsonl", NULL), ERR_MISSING, "/nonexistent/x.jsonl");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'import'"), 0));
}

/* One broken record at the front looks like another format. */
Test(import, most_lines_decide_what_a_file_is)
{
    must(fixture_import(
        &f, "x.jsonl", NULL,
        "{\"chosen\":\"\",\"rejected\":\"\"}\nnoise\n"
        "{\"chosen\":\"\\n\\nHuman: a\\n\\nAssistant: b\",\"rejected\":\"\\n\\nHuman: a\\n\\nAssistant: c\"}\n"
        "{\"chosen\":\"\\n\\nHuman: d\\n\\nAssistant: e\",\"rejected\":\"\\n\\nHuman: d\\n\\nAssistant: f\"}\n"));
    cr_expect(eq(str, (char *)(uintptr_t)f.counts.format, "hh-rlhf"));
    cr_expect(eq(i64, f.counts.refused, 2));
    cr_expect(eq(i64, f.counts.comparisons.made, 2));
}

/* Records go in by batches; refused ones, wherever they stand, take nothing with them and are told in order. */
Test(import, a_refused_record_costs_its_batch_nothing)
{
    enum { LINES = 1200 }; /* the first batch has 64 lines, the others 512 */
    struct buf text = BUF_INIT, wanted = BUF_INIT;
    int good = 0;
    for (int i = 1; i <= LINES; i++) {
        bool bad = i == 1 || i == 64 || i == 65 || i == 576 || i == 577 || (i > 130 && i < 140) || i == LINES;
        buf_addf(&text, "{\"prompt\":\"q %d\",\"chosen\":\"yes\",\"rejected\":\"%s\"}\n", i, bad ? "yes" : "no");
        if (bad)
            buf_addf(&wanted, "%d: both responses are the same text\n", i);
        good += !bad;
    }
    must(fixture_import(&f, "x.jsonl", NULL, text.ptr));
    same_text(f.refusals.ptr, wanted.ptr);
    cr_expect(eq(i64, f.counts.records, LINES));
    cr_expect(eq(i64, f.counts.refused, LINES - good));
    cr_expect(eq(i64, f.counts.prompts.made, good));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), good));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM response"), 2 * good));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM latest"), good));
    buf_free(&text);
    buf_free(&wanted);
}

/* A built-in rubric that a record brings in goes again when the record is refused; the next one brings it anew. */
Test(import, a_rubric_goes_with_the_record_that_brought_it)
{
    must(fixture_import(&f, "x.jsonl", NULL,
                        "{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"rubric\":\"pairwise\",\"preference\":9}}\n"
                        "{" PAIR ",\"judgement\":{\"annotator\":\"a\",\"rubric\":\"pairwise\",\"preference\":1}}\n"));
    same_text(f.refusals.ptr, "1: judgement: \"preference\" is 9, outside -3 to 3\n");
    cr_expect(eq(i64, f.counts.judgements.made, 1));
}

static bool stop_now(void *ctx, double done, double total)
{
    (void)ctx;
    (void)done;
    (void)total;
    return false;
}

Test(import, stopping_leaves_nothing)
{
    struct progress p = {.tick = stop_now};
    const char *path = fixture_file(&f, "x.jsonl", "{" PAIR "}\n");
    fails(fixture_import_file(&f, path, &(struct import_options){.progress = &p}), ERR_STOPPED, "nothing was imported");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
}

/* ---- other formats ---- */

Test(import, hh_transcripts_are_split_into_prompt_and_answers)
{
    must(fixture_import(
        &f, "hh.jsonl", NULL,
        "{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: Two\\n\\nHuman: Three\\n\\nAssistant:  Yes.\\n\","
        "\"rejected\":\"\\n\\nHuman: One\\n\\nAssistant: Two\\n\\nHuman: Three\\n\\nAssistant: No.\"}\n"));
    same_text(f.counts.format, "hh-rlhf");
    /* ids computed apart from this program, as store/content.h describes them */
    same_text(fixture_export(&f, "responses"),
              "{\"id\":\"20178d441125d6185af7d94d11acc8d3\",\"prompt_id\":\"551adff6da2f7e18561a2150a063e428\","
              "\"prompt\":[{\"role\":\"user\",\"content\":\"One\"},{"
              "\"role\":\"assistant\",\"content\":\"Two\"},{\"role\":\"user\",\"content\":\"Three\"}],"
              "\"response\":\" Yes.\\n\"}\n"
              "{\"id\":\"73485920f217047cad9e62ec90f6beda\",\"prompt_id\":\"551adff6da2f7e18561a2150a063e428\","
              "\"prompt\":[{\"role\":\"user\",\"content\":\"One\"},{"
              "\"role\":\"assistant\",\"content\":\"Two\"},{\"role\":\"user\",\"content\":\"Three\"}],"
              "\"response\":\"No.\"}\n");
}

static const struct {
    const char *line, *reason;
} bad_hh[] = {
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant:\",\"rejected\":\"\\n\\nHuman: One\\n\\nAssistant: No.\"}",
     "the final answer of \"chosen\" is empty"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\",\"rejected\":\"\\n\\nHuman: Two\\n\\nAssistant: b\"}",
     "differ in turn 1"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\\n\\nHuman: b\\n\\nAssistant: c\",\"rejected\":\"\\n\\nHuman: "
     "One\\n\\nAssistant: b\"}",
     "differ: 3 and 1 turns"},
    {"{\"chosen\":\"Hello\",\"rejected\":\"\\n\\nHuman: One\\n\\nAssistant: b\"}",
     "\"chosen\" does not begin with a turn"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\",\"rejected\":\"\\n\\nHuman: One\"}",
     "\"rejected\" has one turn only"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\\n\\nHuman: b\",\"rejected\":\"\\n\\nHuman: One\\n\\nAssistant: "
     "b\"}",
     "\"chosen\" does not end with an answer"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\",\"rejected\":\"\\n\\nHuman: One\\n\\nAssistant: a\"}",
     "both responses are the same text"},
    {"{\"chosen\":\"\\n\\nHuman: One\\n\\nAssistant: a\"}", "\"rejected\" is missing"},
};

Test(import, hh_pairs_that_make_no_comparison_are_refused)
{
    for (size_t i = 0; i < sizeof bad_hh / sizeof *bad_hh; i++) {
        must(fixture_import(&f, "hh.jsonl", "hh-rlhf", bad_hh[i].line));
        cr_expect(eq(i64, f.counts.refused, 1));
        cr_expect(ne(ptr, strstr(f.refusals.ptr, bad_hh[i].reason), NULL), "%s", f.refusals.ptr);
    }
}

#define RATED(p, r, h)                                                                                                 \
    "{\"prompt\":\"" p "\",\"response\":\"" r "\",\"helpfulness\":" h                                                  \
    ",\"correctness\":4,\"coherence\":4,\"complexity\":1,\"verbosity\":1}\n"

Test(import, helpsteer2_rows_of_one_prompt_are_compared_with_each_other)
{
    static const char rows[] = RATED("P", "a", "3") RATED("P", "b", "1") RATED("P", "c", "4") RATED("P", "a", "3")
        RATED("Q", "a", "0") RATED("P", "d", "2");
    must(fixture_import(&f, "hs.jsonl", NULL, rows));
    same_text(f.counts.format, "helpsteer2");
    cr_expect(eq(i64, f.counts.comparisons.made, 3));
    cr_expect(eq(i64, f.counts.judgements.made, 5));
    cr_expect(eq(i64, f.counts.judgements.known, 1));
    same_text(fixture_export(&f, "helpsteer2"),
              RATED("P", "a", "3") RATED("P", "b", "1") RATED("P", "c", "4") RATED("P", "d", "2") RATED("Q", "a", "0"));
    must(fixture_import(&f, "bad.jsonl", "helpsteer2",
                        RATED("P", "e", "5") RATED("P", "f", "\"3\"") RATED("P", "", "3")));
    same_text(f.refusals.ptr, "1: \"helpfulness\" is 5, outside 0 to 4\n"
                              "2: \"helpfulness\" must be an integer, but is a string\n"
                              "3: the response is empty\n");
}

Test(import, helpsteer2_turn_marks_become_turns_and_come_back)
{
    static const char row[] = RATED("One\\n<extra_id_1>Assistant\\nTwo\\n<extra_id_1>User\\nThree", "a", "3");
    must(fixture_import(&f, "hs.jsonl", NULL, row));
    cr_expect(eq(i64, fixture_count(&f, "SELECT json_array_length(messages) FROM prompt"), 3));
    same_text(fixture_export(&f, "helpsteer2"), row);
}

Test(import, ratings_go_under_a_rubric_that_has_them_whatever_the_current_one_is)
{
    struct rubric r;
    must(rubric_builtin("pairwise", &f.arena, &r, &f.err));
    must(rubric_save(f.db, &r, &f.err));
    must(fixture_import(&f, "hs.jsonl", NULL, RATED("P", "a", "3")));
    cr_expect(eq(
        i64, fixture_count(&f, "SELECT count(*) FROM judgement JOIN rubric USING (rubric) WHERE name = 'helpsteer2'"),
        1));
}

static const char preference_line[] =
    "{\"split\":\"train\",\"prompt\":\"Explain tides.\",\"response_1\":\"The Moon.\",\"response_2\":\"Wind.\","
    "\"preference_strength\":-3,\"preference_statement\":\"Response 1 is much better than Response 2\","
    "\"preference_elaboration\":\"@Response 1 is right; @Response 2 is wrong.\",\"three_most_similar_preferences\":"
    "[{\"statement\":\"Response 1 is much better than Response 2\",\"elaboration\":\"@Response 1 names "
    "it.\",\"strength\":-3}],"
    "\"all_preferences_unprocessed\":[{\"strength\":-3,\"justification\":\"@Response 2 blames the wind.\"},"
    "{\"strength\":-100,\"justification\":\"Neither.\"},{\"strength\":1,\"justification\":\"\"}]}\n";

Test(import, helpsteer2_preference_comes_back_byte_for_byte)
{
    must(fixture_import(&f, "hp.jsonl", NULL, preference_line));
    same_text(f.refusals.ptr, "");
    cr_expect(eq(i64, f.counts.judgements.made, 4));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE neither = 1"), 1));
    cr_expect(
        eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE justification = '@B blames the wind.'"), 1));
    same_text(fixture_export(&f, "helpsteer2-preference"), preference_line);
    must(fixture_import(&f, "hp.jsonl", NULL, preference_line));
    cr_expect(eq(i64, f.counts.judgements.known, 4));
}

Test(import, helpsteer2_preference_needs_a_strength_of_someone)
{
    must(fixture_import(&f, "hp.jsonl", "helpsteer2-preference",
                        "{\"prompt\":\"P\",\"response_1\":\"a\",\"response_2\":\"b\"}\n"
                        "{\"prompt\":\"P\",\"response_1\":\"a\",\"response_2\":\"b\",\"preference_strength\":-4}\n"
                        "{\"prompt\":\"P\",\"response_1\":\"a\",\"response_2\":\"b\",\"all_preferences_unprocessed\":[{"
                        "\"strength\":2},{}]}\n"));
    same_text(f.refusals.ptr, "1: neither \"preference_strength\" nor \"all_preferences_unprocessed\" is there\n"
                              "2: \"preference_strength\" is -4, outside -3 to 3\n"
                              "3: preference 2 of \"all_preferences_unprocessed\": \"strength\" is missing\n");
}

static const struct {
    const char *line, *prompt, *chosen, *rejected;
} trl_shapes[] = {
    {"{\"prompt\":\"Name a river.\",\"chosen\":\" The Ucayali.\",\"rejected\":\" The Danube.\"}", "Name a river.",
     " The Ucayali.", " The Danube."},
    {"{\"chosen\":\"Name a river. The Ucayali.\",\"rejected\":\"Name a river. The Danube.\"}", "Name a river. The",
     " Ucayali.", " Danube."},
    {"{\"prompt\":[{\"role\":\"user\",\"content\":\"Q\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"a\"}],"
     "\"rejected\":[{\"role\":\"assistant\",\"content\":\"b\"}]}",
     "Q", "a", "b"},
    {"{\"chosen\":[{\"role\":\"user\",\"content\":\"Q2\"},{\"role\":\"assistant\",\"content\":\"a\"}],"
     "\"rejected\":[{\"role\":\"user\",\"content\":\"Q2\"},{\"role\":\"assistant\",\"content\":\"b\"}]}",
     "Q2", "a", "b"},
    {"{\"prompt\":\"told\",\"chosen\":[{\"role\":\"user\",\"content\":\"Q3\"},{\"role\":\"assistant\",\"content\":"
     "\"a\"}],"
     "\"rejected\":[{\"role\":\"user\",\"content\":\"Q3\"},{\"role\":\"assistant\",\"content\":\"b\"}],\"margin\":2.0}",
     "Q3", "a", "b"},
};

Test(import, all_shapes_of_trl_preferences_are_read)
{
    for (size_t i = 0; i < sizeof trl_shapes / sizeof *trl_shapes; i++) {
        must(fixture_import(&f, "trl.jsonl", NULL, trl_shapes[i].line));
        same_text(f.counts.format, "trl");
        cr_expect(eq(i64, f.counts.comparisons.made, 1), "%s", trl_shapes[i].line);
        struct buf line = BUF_INIT;
        buf_addf(&line, "{\"prompt\":\"%s\",\"chosen\":\"%s\",\"rejected\":\"%s\"}\n", trl_shapes[i].prompt,
                 trl_shapes[i].chosen, trl_shapes[i].rejected);
        const char *all = fixture_export(&f, "trl");
        cr_expect(ne(ptr, strstr(all, line.ptr), NULL), "%s is not in %s", line.ptr, all);
        buf_free(&line);
    }
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM judgement WHERE preference = -2 AND extra = '{\"margin\":2}'"),
                 1));
    cr_expect(
        eq(i64,
           fixture_count(
               &f, "SELECT count(*) FROM judgement WHERE preference = -1 AND extra = '{\"strength\":\"unknown\"}'"),
           4));
}

Test(import, trl_records_without_a_common_prompt_are_refused)
{
    must(fixture_import(
        &f, "trl.jsonl", "trl",
        "{\"chosen\":\"abc\",\"rejected\":\"abd\"}\n"
        "{\"chosen\":\"same text\",\"rejected\":\"same text\"}\n"
        "{\"prompt\":\"p\",\"chosen\":\"a\"}\n"
        "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":[{\"role\":\"assistant\",\"content\":\"b\"}]}\n"
        "{\"chosen\":[{\"role\":\"user\",\"content\":\"Q\"}],\"rejected\":[{\"role\":\"user\",\"content\":\"Q\"}]}\n"
        "{\"chosen\":[{\"role\":\"assistant\",\"content\":\"a\"}],\"rejected\":[{\"role\":\"assistant\",\"content\":"
        "\"b\"}]}\n"
        "{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\",\"margin\":\"big\"}\n"));
    same_text(f.refusals.ptr, "1: there is no \"prompt\", and \"chosen\" and \"rejected\" do not begin alike\n"
                              "2: both responses are the same text\n"
                              "3: \"rejected\" is missing\n"
                              "4: \"rejected\" must be a string, but is a list\n"
                              "5: \"chosen\" does not end with a message of the assistant\n"
                              "6: \"prompt\" is missing and the messages hold none\n"
                              "7: \"margin\" must be a number, but is a string\n");
}
