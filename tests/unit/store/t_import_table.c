#include "core/base/json_writer.h"
#include "store/import_table.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/store_fixture.h"

static struct fixture f;

static void set_up(void)
{
    fixture_open(&f, "helpsteer2");
}

static void tear_down(void)
{
    fixture_close(&f);
}
TestSuite(import_table, .init = set_up, .fini = tear_down);

static bool import_mapped(const char *name, const char *map, const char *text)
{
    const struct import_options o = {.map = map};
    return fixture_import_file(&f, fixture_file(&f, name, text), &o);
}

/* What came in, without ids and times. */
static const char *says(void)
{
    return fixture_export(&f, "csv");
}

Test(import_table, columns_are_found_by_their_names)
{
    must(fixture_import(&f, "x.csv", NULL,
                        "Question,Response A,response-b,Winner,split,helpfulness_2\nq,one,two,B,test,3\n"));
    cr_expect(ne(ptr, strstr(says(), ",x,test,,,q,one,two,1,1,0,,3\n"), NULL), "%s", says());
    same_text(f.counts.format, "csv");
    same_text(f.counts.columns,
              "Question as prompt, Response A as response_1, response-b as response_2, Winner as winner, "
              "split, helpfulness_2");
}

Test(import_table, semicolons_part_cells_as_well)
{
    must(fixture_import(&f, "x.csv", NULL, "prompt;chosen;rejected\n\"q; r\";a,b;c\n"));
    must(fixture_import(&f, "y.csv", "csv", "chosen;prompt;rejected\nd;q2;e\n"));
    cr_expect(ne(ptr, strstr(says(), ",\"q; r\",\"a,b\",c,-1,"), NULL), "%s", says());
    cr_expect(ne(ptr, strstr(says(), ",q2,d,e,-1,"), NULL), "%s", says());
}

Test(import_table, a_map_goes_before_names)
{
    must(import_mapped("x.tsv", "c=prompt,prompt=chosen,b=rejected,wit=-", "prompt\tb\tc\twit\ngood\tbad\task\tx\n"));
    same_text(f.counts.format, "tsv");
    same_text(f.counts.columns, "prompt as chosen, b as rejected, c as prompt; not read: wit");
    cr_expect(ne(ptr, strstr(says(), ",ask,good,bad,-1,1,0\n"), NULL), "%s", says());
}

Test(import_table, what_cannot_be_told_is_asked_for)
{
    fails(import_mapped("x.csv", NULL, "a,b\n1,2\n"), ERR_USAGE, "here are the columns \"a\", \"b\"");
    fails(import_mapped("x.csv", "z=prompt", "prompt,chosen,rejected\n"), ERR_USAGE, "no column \"z\"");
    fails(import_mapped("x.csv", "prompt=soup", "prompt,chosen,rejected\n"), ERR_USAGE, "no field \"soup\"");
    fails(import_mapped("x.csv", "prompt", "prompt,chosen,rejected\n"), ERR_USAGE, "COLUMN=FIELD");
    fails(import_mapped("x.csv", NULL, "prompt,question,chosen,rejected\n"), ERR_USAGE, "are both prompt");
    fails(import_mapped("x.csv", NULL, "prompt,prompt,chosen\n"), ERR_SYNTAX, "two columns are called");
    fails(import_mapped("x.csv", NULL, "prompt,chosen,rejected,response_1,response_2\n"), ERR_USAGE, "a table has");
    must(import_mapped("x.csv", "question=-", "prompt,question,chosen,rejected\n"));
}

Test(import_table, a_row_is_refused_by_itself_and_says_why)
{
    must(fixture_import(&f, "x.csv", NULL,
                        "prompt,response_1,response_2,preference,helpfulness_1\n"
                        "q1,a,b,2.5,\nq2,a,b,4,\nq3,a\nq4,a,b,,2.5\nq5,a,b,,9\nq6,,b,1,\nq7,a,b,-3.0,4\n,a,b,1,\n"));
    same_text(f.refusals.ptr, "2: \"preference\" is \"2.5\" and no whole number\n"
                              "3: judgement: \"preference\" is 4, outside -3 to 3\n"
                              "4: the row has 2 cells and the head line 5\n"
                              "5: \"helpfulness_1\" is \"2.5\" and no whole number\n"
                              "6: judgement: response 1: \"helpfulness\" is 9, outside 0 to 4\n"
                              "7: response 1 is empty\n"
                              "9: \"prompt\" is missing\n");
    cr_expect(ne(ptr, strstr(says(), ",q7,a,b,-3,1,0,4,\n"), NULL), "%s", says());
}

Test(import_table, who_is_better_is_said_in_several_ways)
{
    static const struct {
        const char *winner, *wanted;
    } table[] = {{"1", "-1,1,0"},           {"b", "1,1,0"},      {"model_a", "-1,1,0"}, {"tie", "0,1,0"},
                 {"tie (bothbad)", ",1,1"}, {"neither", ",1,1"}, {"", ",0,0"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[120], wanted[60];
        snprintf(text, sizeof text, "prompt,response_1,response_2,winner\nw%zu,a,b,%s\n", i, table[i].winner);
        snprintf(wanted, sizeof wanted, ",w%zu,a,b,%s\n", i, table[i].wanted);
        must(fixture_import(&f, "x.csv", NULL, text));
        cr_expect(ne(ptr, strstr(says(), wanted), NULL), "%s: %s", wanted, says());
    }
    must(fixture_import(&f, "x.csv", NULL, "prompt,chosen,rejected,strength\nc,good,bad,3\n"));
    cr_expect(ne(ptr, strstr(says(), ",c,good,bad,-3,1,0\n"), NULL), "%s", says());
}

Test(import_table, a_single_answer_has_its_ratings)
{
    must(fixture_import(&f, "x.csv", NULL, "prompt,response,helpfulness,annotator\nq,a,4,ada\nq,b,1,ada\n"));
    cr_expect(eq(i64, f.counts.judgements.made, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT sum(value) FROM rating"), 5));
}

Test(import_table, of_an_arena_is_read_as_that)
{
    must(fixture_import(&f, "x.csv", NULL,
                        "id,model_a,model_b,prompt,response_a,response_b,winner_model_a,winner_model_b,winner_tie\n"
                        "1,m,n,\"[\"\"q\"\"]\",\"[\"\"a\"\"]\",\"[\"\"b\"\"]\",0,1,0\n"));
    same_text(f.counts.format, "arena");
    cr_expect(ne(ptr, strstr(says(), ",q,a,b,1,1,0\n"), NULL), "%s", says());
}

Test(import_table, is_known_by_its_first_line_too)
{
    must(fixture_import(&f, "noname", NULL, "prompt\tchosen\trejected\nq\ta\tb\n"));
    same_text(f.counts.format, "tsv");
    fails(fixture_import(&f, "noname", NULL, "once upon a time\n"), ERR_SYNTAX, "no format fits");
    must(fixture_import(&f, "lines.csv", NULL, "{\"prompt\":\"q\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"));
    same_text(f.counts.format, "trl");
    must(fixture_import(&f, "x", "csv", "prompt,chosen,rejected\nq3,a,b\n"));
    cr_expect(eq(i64, f.counts.comparisons.made, 1));
}

/* Every text that a cell can hold comes back as it was. */
Test(import_table, our_own_tables_come_back_as_they_were)
{
    static const char *const texts[] = {"plain",
                                        "a,b",
                                        "say \"hi\"",
                                        "two\nlines",
                                        "two\r\nlines",
                                        "=1+1",
                                        "'=1+1",
                                        "''-2",
                                        "'tis",
                                        "-5",
                                        "+",
                                        "@x",
                                        "\ttab",
                                        "end\t",
                                        " space ",
                                        "\"",
                                        "\"\"",
                                        "\xC3\xA9\xF0\x9F\x99\x82",
                                        "a;b",
                                        "\r",
                                        "x\r"};
    struct buf in = BUF_INIT;
    struct json_writer w;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char prompt[80];
        jw_start(&w, &in);
        jw_object(&w);
        snprintf(prompt, sizeof prompt, "%s%zu", texts[i], i);
        jw_kstr(&w, "prompt", prompt);
        jw_key(&w, "responses");
        jw_array(&w);
        for (int k = 0; k < 2; k++) {
            char text[80];
            snprintf(text, sizeof text, "%s%d", texts[i], k);
            jw_object(&w);
            jw_kstr(&w, "text", k == 0 ? text : texts[i]);
            jw_object_end(&w);
        }
        jw_array_end(&w);
        jw_object_end(&w);
        buf_addc(&in, '\n');
    }
    must(fixture_import(&f, "x.jsonl", NULL, in.ptr));
    int64_t n = f.counts.comparisons.made;
    cr_expect(ge(i64, n, 18));
    static const char *const formats[] = {"csv", "tsv"};
    for (int i = 0; i < 2; i++) {
        must(fixture_import(&f, "y", formats[i], fixture_export(&f, formats[i])));
        same_text(f.refusals.ptr, "");
        cr_expect(eq(i64, f.counts.comparisons.made, 0), "%s", formats[i]);
        cr_expect(eq(i64, f.counts.comparisons.known, n), "%s", formats[i]);
    }
    buf_free(&in);
}
