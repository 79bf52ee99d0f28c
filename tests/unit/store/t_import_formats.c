#include <criterion/criterion.h>
#include <criterion/new/assert.h>

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

TestSuite(import_formats, .init = open_one, .fini = close_one);

/* One record a shape; `said` stands in our own export of it. */
static const struct {
    const char *format, *line;
    int comparisons, judgements;
    const char *said;
} shapes[] = {
    {"trl", "{\"prompt\":\"P\",\"completion\":\"c\",\"label\":false}", 0, 1,
     "\"annotator\":\"source:x\",\"kind\":\"judged\",\"ratings\":[{\"thumb\":0}],\"a\":1,\"rubric\":\"thumbs@1\""},
    {"trl",
     "{\"prompt\":[{\"role\":\"user\",\"content\":\"P\"}],\"completion\":[{\"role\":\"assistant\",\"content\":\"c\"}],"
     "\"label\":true}",
     0, 1, "\"responses\":[{\"text\":\"c\"}]"},
    {"trl", "{\"prompt\":\"P\",\"completions\":[\"one\",\"two\"],\"labels\":[true,false]}", 0, 1,
     "\"extra\":{\"completions\":[\"one\",\"two\"],\"labels\":[true,false]}"},
    {"trl", "{\"messages\":[{\"role\":\"user\",\"content\":\"P\"},{\"role\":\"assistant\",\"content\":\"c\"}]}", 0, 0,
     NULL},
    {"trl", "{\"prompt\":\"P\"}", 0, 0, NULL},
    {"helpsteer2",
     "{\"prompt\":\"P\",\"response\":\"r\",\"helpfulness\":[3,1],\"correctness\":[4,4],\"coherence\":[4,3],"
     "\"complexity\":[1,0],\"verbosity\":[1,2]}",
     0, 2,
     "\"annotator\":\"source:x#2\",\"kind\":\"judged\",\"ratings\":[{\"helpfulness\":1,\"correctness\":4,\"coherence\":"
     "3,\"complexity\":0,\"verbosity\":2}]"},
    {"helpsteer3",
     "{\"domain\":\"general\",\"language\":\"english\",\"context\":[{\"role\":\"user\",\"content\":\"P\"}],"
     "\"response1\":\"a\",\"response2\":\"b\",\"overall_preference\":-2,\"individual_preference\":[{\"score\":-3,"
     "\"reasoning\":\"@Response 1 is right.\",\"feedback\":\"f\"}]}",
     1, 2, "\"annotator\":\"source:x#1\",\"kind\":\"judged\",\"preference\":-3,\"justification\":\"@A is right.\""},
    {"ultrafeedback",
     "{\"instruction\":\"P\",\"completions\":[{\"model\":\"m\",\"response\":\"a\",\"annotations\":{\"honesty\":{"
     "\"Rating\":\"5\"},\"helpfulness\":{\"Rating\":\"N/"
     "A\"}}},{\"model\":\"n\",\"response\":\"b\",\"annotations\":{\"honesty\":{\"Rating\":\"2\"}}}]}",
     1, 2, "\"ratings\":[{\"honesty\":5}],\"a\":1,\"rubric\":\"ultrafeedback@1\""},
    {"ultrafeedback-binarized",
     "{\"prompt\":\"P\",\"chosen\":[{\"role\":\"user\",\"content\":\"P\"},{\"role\":\"assistant\",\"content\":\"a\"}],"
     "\"rejected\":[{\"role\":\"user\",\"content\":\"P\"},{\"role\":\"assistant\",\"content\":\"b\"}],\"messages\":[],"
     "\"score_chosen\":8.5,\"score_rejected\":3.0}",
     1, 1, "\"preference\":-1,\"a\":1,\"rubric\":\"helpsteer2@1\""},
    {"openai-dpo",
     "{\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"P\"}],\"tools\":[],\"parallel_tool_calls\":true},"
     "\"preferred_output\":[{\"role\":\"assistant\",\"content\":\"a\"}],\"non_preferred_output\":[{\"role\":"
     "\"assistant\",\"content\":\"b\"}]}",
     1, 1, "\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]"},
    {"llama-factory",
     "{\"instruction\":\"P\",\"input\":\"more\",\"history\":[[\"q\",\"r\"]],\"chosen\":\"a\",\"rejected\":\"b\"}", 1, 1,
     "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"r\"},{\"role\":\"user\",\"content\":"
     "\"P\\nmore\"}]"},
    {"llama-factory",
     "{\"conversations\":[{\"from\":\"human\",\"value\":\"P\"}],\"chosen\":{\"from\":\"gpt\",\"value\":\"a\"},"
     "\"rejected\":{\"from\":\"gpt\",\"value\":\"b\"}}",
     1, 1, "\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]"},
    {"llama-factory",
     "{\"conversations\":[{\"from\":\"human\",\"value\":\"P\"},{\"from\":\"gpt\",\"value\":\"a\"}],\"kto_tag\":true}",
     0, 1, "\"ratings\":[{\"thumb\":1}]"},
    {"axolotl", "{\"system\":\"S\",\"instruction\":\"P\",\"chosen_response\":\"a\",\"rejected_response\":\"b\"}", 1, 1,
     "[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"P\"}]"},
    {"axolotl", "{\"input\":\"P\",\"chosen\":\"a\",\"rejected\":\"b\"}", 1, 1, "\"content\":\"P\""},
    {"axolotl", "{\"question\":\"P\",\"chosen\":\"a\",\"rejected\":\"b\",\"origin\":7}", 1, 1,
     "\"extra\":{\"strength\":\"unknown\",\"origin\":7}"},
    {"axolotl", "{\"system\":\"S\",\"prompt\":\"P\",\"chosen\":\"a\",\"rejected\":\"b\"}", 1, 1, "\"content\":\"S\""},
    {"axolotl",
     "{\"messages\":[{\"role\":\"user\",\"content\":\"P\"}],\"chosen\":{\"role\":\"assistant\",\"content\":\"a\"},"
     "\"rejected\":{\"role\":\"assistant\",\"content\":\"b\"}}",
     1, 1, "\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]"},
    {"nectar",
     "{\"prompt\":\"P\",\"answers\":[{\"answer\":\"a\",\"rank\":2},{\"answer\":\"b\",\"rank\":1},{\"answer\":\"c\","
     "\"rank\":1}]}",
     3, 3, "\"responses\":[{\"text\":\"b\"},{\"text\":\"c\"}],\"source\":\"x\""},
    {"axolotl", "{\"question\":\"P\",\"completion\":\"a\",\"label\":true}", 0, 1, "\"ratings\":[{\"thumb\":1}]"},
    {"steerlm",
     "{\"system\":\"\",\"mask\":\"User\",\"type\":\"VALUE_TO_TEXT\",\"conversations\":[{\"from\":\"User\",\"value\":"
     "\"P\",\"label\":null},{\"from\":\"Assistant\",\"value\":\"a\",\"label\":\"quality:3,helpfulness:4,verbosity:0\"}]"
     "}",
     0, 1, "\"ratings\":[{\"helpfulness\":4,\"verbosity\":0}]"},
    {"arena",
     "{\"id\":1,\"model_a\":\"m\",\"model_b\":\"n\",\"prompt\":\"[\\\"P\\\"]\",\"response_a\":\"[\\\"a\\\"]\","
     "\"response_b\":\"[\\\"b\\\"]\",\"winner_model_a\":0,\"winner_model_b\":1,\"winner_tie\":0}",
     1, 1, "\"responses\":[{\"text\":\"a\",\"model\":\"m\"},{\"text\":\"b\",\"model\":\"n\"}]"},
    {"arena",
     "{\"model_a\":\"m\",\"model_b\":\"n\",\"winner\":\"tie "
     "(bothbad)\",\"conversation_a\":[{\"role\":\"user\",\"content\":\"P\"},{\"role\":\"assistant\",\"content\":\"a\"}]"
     ",\"conversation_b\":[{\"role\":\"user\",\"content\":\"P\"},{\"role\":\"assistant\",\"content\":\"b\"}]}",
     1, 1, "\"neither\":true"},
    {"multipref",
     "{\"text\":\"P\",\"model_a\":\"m\",\"completion_a\":\"a\",\"model_b\":\"n\",\"completion_b\":\"b\",\"normal_"
     "worker_annotations\":[{\"evaluator\":\"w1\",\"overall_pref\":\"B-is-clearly-better\",\"helpful_pref\":\"Tie\"}],"
     "\"expert_worker_annotations\":[{\"overall_pref\":\"Tie\"}]}",
     1, 2, "\"annotator\":\"source:x#w1\",\"kind\":\"judged\",\"aspects\":{\"helpful\":0},\"preference\":2"},
    {"open-instruct",
     "{\"id\":\"i\",\"prompt\":\"P\",\"completions\":[{\"model\":\"m\",\"completion\":\"a\"},{\"model\":\"n\","
     "\"completion\":\"b\"}]}",
     1, 0, "\"responses\":[{\"text\":\"a\",\"model\":\"m\"},{\"text\":\"b\",\"model\":\"n\"}],\"source\":\"x\"}"},
    {"open-instruct", "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\"]}", 3, 0,
     "\"responses\":[{\"text\":\"b\"},{\"text\":\"c\"}],\"source\":\"x\"}"},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

Test(import_formats, each_shape_is_found_out_and_read)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        fixture_close(&f);
        fixture_open(&f, "helpsteer2");
        must(fixture_import(&f, "x.jsonl", NULL, shapes[i].line));
        same_text(f.counts.format, shapes[i].format);
        same_text(f.refusals.ptr, "");
        cr_expect(eq(i64, f.counts.comparisons.made, shapes[i].comparisons), "%s", shapes[i].line);
        cr_expect(eq(i64, f.counts.judgements.made, shapes[i].judgements), "%s", shapes[i].line);
        const char *out = fixture_export(&f, "judgements");
        cr_expect(shapes[i].said == NULL || strstr(out, shapes[i].said) != NULL, "%s: %s", shapes[i].line, out);
    }
}

/* What came in by any format goes out and in again by our own, whole. */
Test(import_formats, judgements_hold_what_each_shape_brought)
{
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < N_SHAPES; i++)
        must(fixture_import(&f, "x.jsonl", NULL, shapes[i].line));
    buf_adds(&out, fixture_export(&f, "judgements"));
    fixture_close(&f);
    fixture_open(&f, "helpsteer2");
    must(fixture_import(&f, "y.jsonl", "judgements", out.ptr));
    same_text(f.refusals.ptr, "");
    same_text(fixture_export(&f, "judgements"), out.ptr);
    buf_free(&out);
}

Test(import_formats, the_same_record_twice_changes_nothing)
{
    for (size_t i = 0; i < N_SHAPES; i++) {
        must(fixture_import(&f, "x.jsonl", NULL, shapes[i].line));
        must(fixture_import(&f, "x.jsonl", NULL, shapes[i].line));
        cr_expect(eq(i64, f.counts.prompts.made + f.counts.responses.made + f.counts.comparisons.made, 0), "%s",
                  shapes[i].line);
        cr_expect(eq(i64, f.counts.judgements.made, 0), "%s", shapes[i].line);
    }
}

static const struct {
    const char *format, *line, *reason;
} bad[] = {
    {"trl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"labels\":[]}", "1 \"completions\" and 0 \"labels\""},
    {"trl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"labels\":[1]}",
     "label 1 must be true or false, but is an integer"},
    {"trl", "{\"prompt\":\"P\",\"completion\":\"c\",\"label\":\"no\"}", "\"label\" must be"},
    {"trl", "{\"completion\":\"c\",\"label\":true}", "\"chosen\" is missing"},
    {"helpsteer2",
     "{\"prompt\":\"P\",\"response\":\"r\",\"helpfulness\":[3,1],\"correctness\":[4],\"coherence\":[4,3],"
     "\"complexity\":[1,0],\"verbosity\":[1,2]}",
     "\"correctness\" is not a list of 2 levels"},
    {"helpsteer3", "{\"context\":\"P\",\"response1\":\"a\",\"response2\":\"b\"}", "neither \"overall_preference\" nor"},
    {"helpsteer3", "{\"context\":\"P\",\"response1\":\"a\",\"response2\":\"b\",\"overall_preference\":-4}",
     "is -4, outside -3 to 3"},
    {"ultrafeedback",
     "{\"instruction\":\"P\",\"completions\":[{\"response\":\"a\",\"annotations\":{\"honesty\":{\"Rating\":\"6\"}}}]}",
     "is \"6\", not \"1\" to \"5\""},
    {"ultrafeedback", "{\"instruction\":\"P\",\"completions\":[7]}", "entry 1 of \"completions\" must be an object"},
    {"openai-dpo",
     "{\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"P\"}],\"tools\":[{}]},\"preferred_output\":[],\"non_"
     "preferred_output\":[]}",
     "cannot be kept"},
    {"openai-dpo",
     "{\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"P\"}]},\"preferred_output\":[],\"non_preferred_"
     "output\":[]}",
     "has 0 messages"},
    {"llama-factory", "{\"conversations\":[{\"from\":\"robot\",\"value\":\"P\"}],\"chosen\":\"a\",\"rejected\":\"b\"}",
     "unknown speaker \"robot\""},
    {"llama-factory", "{\"instruction\":\"P\",\"history\":[[\"q\"]],\"chosen\":\"a\",\"rejected\":\"b\"}",
     "turn 1 of \"history\" must be a list of two texts"},
    {"llama-factory", "{\"conversations\":[{\"from\":\"human\",\"value\":\"P\"}],\"kto_tag\":true}",
     "there is no answer of the assistant"},
    {"nectar", "{\"prompt\":\"P\",\"answers\":[{\"answer\":\"a\",\"rank\":0}]}", "is 0, outside 1 to"},
    {"axolotl", "{\"prompt\":\"P\",\"answers\":[{\"answer\":\"a\",\"rank\":0}]}", "is 0, outside 1 to"},
    {"open-instruct", "{\"prompt\":\"P\",\"completions\":[\"a\",7]}",
     "entry 2 of \"completions\" must be an object or a text"},
    {"open-instruct", "{\"prompt\":\"P\",\"completions\":[\"a\",\"\"]}", "entry 2 of \"completions\": "},
    {NULL, "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"labels\":[1,0]}", "label 1 must be true or false"},
    {"axolotl", "{\"prompt\":\"P\"}", "the fields of a prompt and of two answers are not there"},
    {"steerlm",
     "{\"mask\":\"User\",\"conversations\":[{\"from\":\"User\",\"value\":\"P\"},{\"from\":\"Assistant\",\"value\":"
     "\"a\",\"label\":\"helpfulness:5\"}]}",
     "is not a level from 0 to 4"},
    {"steerlm",
     "{\"mask\":\"User\",\"conversations\":[{\"from\":\"User\",\"value\":\"P\"},{\"from\":\"Assistant\",\"value\":"
     "\"a\",\"label\":\"verbosity:1,verbosity:1\"}]}",
     "twice"},
    {"steerlm",
     "{\"mask\":\"User\",\"conversations\":[{\"from\":\"User\",\"value\":\"P\"},{\"from\":\"Assistant\",\"value\":"
     "\"a\"}]}",
     "no turn of the assistant has a label"},
    {"arena",
     "{\"model_a\":\"m\",\"model_b\":\"n\",\"prompt\":\"[\\\"P\\\",\\\"Q\\\"]\",\"response_a\":\"[\\\"a\\\",\\\"c\\\"]"
     "\",\"response_b\":\"[\\\"b\\\",\\\"d\\\"]\",\"winner_model_a\":1}",
     "differ before the last answer, in turn 1"},
    {"arena",
     "{\"model_a\":\"m\",\"model_b\":\"n\",\"prompt\":\"[\\\"P\\\"]\",\"response_a\":\"[null]\",\"response_b\":\"b\","
     "\"winner_model_a\":1}",
     "\"response_a\" must be"},
    {"arena",
     "{\"model_a\":\"m\",\"model_b\":\"n\",\"prompt\":\"P\",\"response_a\":\"a\",\"response_b\":\"b\",\"winner_model_"
     "a\":1,\"winner_tie\":1}",
     "not one of the winner columns"},
    {"arena",
     "{\"model_a\":\"m\",\"model_b\":\"n\",\"prompt\":\"P\",\"response_a\":\"a\",\"response_b\":\"b\",\"winner\":"
     "\"me\"}",
     "\"winner\" is \"me\""},
    {"multipref",
     "{\"text\":\"P\",\"completion_a\":\"a\",\"completion_b\":\"b\",\"normal_worker_annotations\":[{\"overall_pref\":"
     "\"A\"}]}",
     "\"overall_pref\" is \"A\""},
    {"open-instruct", "{\"prompt\":\"P\",\"completions\":[]}", "has 0 entries"},
};

Test(import_formats, each_kind_of_bad_record_is_refused_with_its_reason)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        must(fixture_import(&f, "x.jsonl", bad[i].format, bad[i].line));
        cr_expect(eq(i64, f.counts.refused, 1), "%s", bad[i].line);
        cr_expect(ne(ptr, strstr(f.refusals.ptr, bad[i].reason), NULL), "%s: %s", bad[i].line, f.refusals.ptr);
    }
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM prompt"), 0));
}

/* Values of every wrong type in every field: an answer or a refusal, never more. */
Test(import_formats, fields_of_wrong_types_are_refused_or_read)
{
    static const char *const values[] = {"null", "7", "true", "\"\"", "[]", "{}", "[[]]", "[{}]", "[null]"};
    for (size_t i = 0; i < N_SHAPES; i++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            struct json_object *o = NULL;
            cr_assert(json_parse(shapes[i].line, strlen(shapes[i].line), &o, &f.err));
            json_object_object_foreach(o, key, old)
            {
                struct json_object *changed = NULL, *value = NULL;
                (void)old;
                cr_assert(json_parse(shapes[i].line, strlen(shapes[i].line), &changed, &f.err));
                cr_assert(json_parse(values[v], strlen(values[v]), &value, &f.err));
                json_object_object_add(changed, key, value);
                must(fixture_import(&f, "x.jsonl", shapes[i].format, json_object_to_json_string(changed)));
                cr_expect(eq(i64, f.counts.records, 1));
                json_object_put(changed);
            }
            json_object_put(o);
        }
}
