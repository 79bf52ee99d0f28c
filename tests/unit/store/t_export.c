#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
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

TestSuite(export, .init = open_one, .fini = close_one);

#define PAIR(n)      "{\"prompt\":\"p" n "\",\"responses\":[{\"text\":\"a" n "\"},{\"text\":\"b" n "\"}],\"source\":\"s\""
#define SAYS(who, p) ",\"judgement\":{\"annotator\":\"" who "\",\"preference\":" p "}}\n"

static const char some[] = PAIR("1") SAYS("source:s", "2") PAIR("2") SAYS("source:s", "0") PAIR("3") "}\n";

static const char *with(const char *format, enum export_ties ties, enum label_by by)
{
    return fixture_export_with(&f, &(struct export_options){.format = format, .ties = ties, .label = {.by = by}});
}

Test(export, trl_puts_the_better_response_first_and_drops_ties_when_told)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    same_text(with("trl", TIES_DROP, LABEL_BY_BEST), "{\"prompt\":\"p1\",\"chosen\":\"b1\",\"rejected\":\"a1\"}\n");
    cr_expect(eq(i64, f.exported.comparisons, 3));
    cr_expect(eq(i64, f.exported.ties, 1));
    cr_expect(eq(i64, f.exported.unlabelled, 1));
    cr_expect(eq(i64, f.exported.lines, 1));
    same_text(
        with("trl-conversational", TIES_BOTH, LABEL_BY_BEST),
        "{\"prompt\":[{\"role\":\"user\",\"content\":\"p1\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"b1\"}],"
        "\"rejected\":[{\"role\":\"assistant\",\"content\":\"a1\"}]}\n"
        "{\"prompt\":[{\"role\":\"user\",\"content\":\"p2\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"a2\"}],"
        "\"rejected\":[{\"role\":\"assistant\",\"content\":\"b2\"}]}\n"
        "{\"prompt\":[{\"role\":\"user\",\"content\":\"p2\"}],\"chosen\":[{\"role\":\"assistant\",\"content\":\"b2\"}],"
        "\"rejected\":[{\"role\":\"assistant\",\"content\":\"a2\"}]}\n");
}

Test(export, ties_can_refuse_the_export_and_then_nothing_is_written)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    struct outfile *out = outfile_open(fixture_path(&f, "t.jsonl"), &f.err);
    fails(export_write(f.db, &(struct export_options){.format = "trl", .ties = TIES_ERROR}, out, &f.exported, &f.err),
          ERR_CONFLICT, "has no better response");
    outfile_abandon(out);
    fails(export_write(f.db, &(struct export_options){.format = "xml"}, NULL, &f.exported, &f.err), ERR_MISSING,
          "there is no export format \"xml\"; there are trl, trl-conversational");
    fails(export_write(f.db, &(struct export_options){.format = "trl", .label = {.source = "none"}}, NULL, &f.exported,
                       &f.err),
          ERR_MISSING, "there is no source \"none\"");
}

Test(export, peoples_judgements_replace_those_that_came_with_the_data)
{
    must(fixture_import(&f, "s.jsonl", NULL, PAIR("1") SAYS("source:s", "2") PAIR("1") SAYS("ada", "-1")));
    same_text(with("trl", TIES_DROP, LABEL_BY_BEST), "{\"prompt\":\"p1\",\"chosen\":\"a1\",\"rejected\":\"b1\"}\n");
    same_text(with("trl", TIES_DROP, LABEL_BY_SOURCES), "{\"prompt\":\"p1\",\"chosen\":\"b1\",\"rejected\":\"a1\"}\n");
}

Test(export, conversations_become_transcripts_in_plain_prompts)
{
    must(fixture_import(&f, "s.jsonl", NULL,
                        "{\"prompt\":[{\"role\":\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":\"U\"},"
                        "{\"role\":\"assistant\",\"content\":\"A\"},{\"role\":\"user\",\"content\":\"V\"}],"
                        "\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}]" SAYS("source:s", "-1")));
    same_text(fixture_export(&f, "trl"),
              "{\"prompt\":\"\\n\\nsystem: S\\n\\nHuman: U\\n\\nAssistant: A\\n\\nHuman: V\\n\\nAssistant: \","
              "\"chosen\":\"a\",\"rejected\":\"b\"}\n");
    same_text(fixture_export(&f, "helpsteer2-preference"), "");
    cr_expect(eq(i64, f.exported.unlabelled, 1));
}

Test(export, ratings_of_several_people_are_averaged_and_rounded_half_away_from_zero)
{
#define RATES(who, h)                                                                                                  \
    PAIR("1")                                                                                                          \
    ",\"judgement\":{\"annotator\":\"" who "\",\"ratings\":[{\"helpfulness\":" h                                       \
    ",\"correctness\":4,\"coherence\":4,\"complexity\":0,\"verbosity\":1},{\"helpfulness\":0}]}}\n"
    must(fixture_import(&f, "s.jsonl", NULL, RATES("ada", "2") RATES("bob", "3") RATES("source:s", "0")));
    same_text(fixture_export(&f, "helpsteer2"),
              "{\"prompt\":\"p1\",\"response\":\"a1\",\"helpfulness\":3,\"correctness\":4,"
              "\"coherence\":4,\"complexity\":0,\"verbosity\":1}\n");
    cr_expect(eq(i64, f.exported.unlabelled, 1));
}

Test(export, preferences_of_people_name_the_responses_in_stored_order)
{
    must(fixture_import(
        &f, "s.jsonl", NULL,
        PAIR("1") ",\"split\":\"test\",\"judgement\":{\"annotator\":\"ada\",\"preference\":-2,\"justification\":\"@"
                  "A loses to @B\",\"a\":2}}\n" PAIR("1") ",\"judgement\":{\"annotator\":\"bob\",\"preference\":-1}"
                                                          "}\n" PAIR("1") ",\"judgement\":{\"annotator\":\"cem\","
                                                                          "\"preference\":3}}\n" PAIR(
                                                                              "1") ",\"judgement\":{\"annotator\":"
                                                                                   "\"dee\",\"preference\":-1}}"
                                                                                   "\n" PAIR("1") ",\"judgement\":{"
                                                                                                  "\"annotator\":"
                                                                                                  "\"eve\","
                                                                                                  "\"neither\":"
                                                                                                  "true}}\n"));
    same_text(
        fixture_export(&f, "helpsteer2-preference"),
        "{\"split\":\"test\",\"prompt\":\"p1\",\"response_1\":\"a1\",\"response_2\":\"b1\",\"preference_strength\":0,"
        "\"preference_statement\":\"Response 1 is about as good as Response 2\",\"preference_elaboration\":\"\","
        "\"three_most_similar_preferences\":["
        "{\"statement\":\"Response 1 is better than Response 2\",\"elaboration\":\"@Response 2 loses to @Response "
        "1\",\"strength\":-2},"
        "{\"statement\":\"Response 1 is slightly better than Response 2\",\"elaboration\":\"\",\"strength\":-1},"
        "{\"statement\":\"Response 1 is slightly better than Response 2\",\"elaboration\":\"\",\"strength\":-1}],"
        "\"all_preferences_unprocessed\":[{\"strength\":-2,\"justification\":\"@Response 2 loses to @Response 1\"},"
        "{\"strength\":-1,\"justification\":\"\"},{\"strength\":3,\"justification\":\"\"},{\"strength\":-1,"
        "\"justification\":\"\"},"
        "{\"strength\":-100,\"justification\":\"\"}]}\n");
    cr_expect(eq(i64, f.exported.ties, 1));
}

Test(export, retired_comparisons_and_other_sources_are_left_out)
{
    must(fixture_import(&f, "s.jsonl", NULL, some));
    must(content_retire(f.db, 1, true, NULL, NULL, &f.err));
    same_text(with("trl", TIES_DROP, LABEL_BY_BEST), "");
    must(fixture_import(
        &f, "t.jsonl", NULL,
        "{\"prompt\":\"q\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"source\":\"t\"" SAYS("ada", "1")));
    const char *text =
        fixture_export_with(&f, &(struct export_options){.format = "judgements", .label = {.source = "t"}});
    cr_expect(eq(i64, f.exported.lines, 1));
    cr_expect(ne(ptr, strstr(text, "\"source\":\"t\""), NULL));
}

Test(export, every_revision_is_in_our_own_lines_and_comes_back)
{
    fixture_fill(&f, 3);
    int64_t ada = fixture_person(&f, "ada"), c;
    enum step_kind kind;
    fixture_judge(&f, ada, 1, -2);
    fixture_judge(&f, ada, 1, 3);
    fixture_judge(&f, ada, 2, PREFERENCE_NEITHER);
    must(task_undo(f.db, ada, &f.rubric, &f.rng, &c, &kind, &f.err));
    const char *text = fixture_export(&f, "judgements");
    cr_expect(eq(i64, f.exported.lines, 5));

    struct fixture g;
    fixture_open(&g, "helpsteer2");
    cr_assert(eq(int, fixture_import(&g, "back.jsonl", NULL, text), 1), "%s", g.err.text);
    same_text(g.refusals.ptr, "");
    same_text(fixture_export(&g, "judgements"), text);
    cr_expect(eq(i64, fixture_count(&g, "SELECT people FROM comparison WHERE comparison = 1"), 1));
    cr_expect(eq(i64, fixture_count(&g, "SELECT people FROM comparison WHERE comparison = 2"), 0));
    fixture_close(&g);
}

Test(export, the_model_is_only_in_lines_whose_format_names_it)
{
    must(fixture_import(
        &f, "s.jsonl", NULL,
        "{\"prompt\":\"p\",\"responses\":[{\"text\":\"a\",\"model\":\"secret-1\"},{\"text\":\"b\"}]" SAYS("source:s",
                                                                                                          "1")));
    for (const char *const *name = export_formats; *name != NULL; name++) {
        bool own = strcmp(*name, "judgements") == 0 || strcmp(*name, "multipref") == 0 ||
                   strcmp(*name, "open-instruct") == 0 || strcmp(*name, "nectar") == 0;
        cr_expect(eq(int, strstr(fixture_export(&f, *name), "secret-1") != NULL, own), "%s", *name);
    }
}

/* Two people who lean the same way, by 2 and by 1; ada alone rates. */
static const char lean[] =
    PAIR("1") ",\"judgement\":{\"annotator\":\"ada\",\"preference\":2,\"ratings\":[{\"helpfulness\":1},"
              "{\"helpfulness\":4}]}}\n" PAIR("1") SAYS("bob", "1");

Test(export, a_margin_is_the_mean_strength)
{
    must(fixture_import(&f, "s.jsonl", NULL, lean));
    same_text(fixture_export_with(&f, &(struct export_options){.format = "trl", .margin = true}),
              "{\"prompt\":\"p1\",\"chosen\":\"b1\",\"rejected\":\"a1\",\"margin\":1.5}\n");
}

Test(export, thumbs_come_from_preferences_and_neither_is_down_twice)
{
#define THUMB(p, text, label)                                                                                          \
    "{\"prompt\":[{\"role\":\"user\",\"content\":\"" p                                                                 \
    "\"}],\"completion\":[{\"role\":\"assistant\",\"content\":\"" text "\"}],\"label\":" label "}\n"
    must(fixture_import(&f, "s.jsonl", NULL, lean));
    must(fixture_import(&f, "t.jsonl", NULL, PAIR("2") ",\"judgement\":{\"annotator\":\"ada\",\"neither\":true}}\n"));
    same_text(fixture_export(&f, "trl-unpaired"), THUMB("p1", "a1", "false") THUMB("p1", "b1", "true")
                                                      THUMB("p2", "a2", "false") THUMB("p2", "b2", "false"));
}

Test(export, thumbs_come_from_ratings_with_a_threshold)
{
    struct export_options o = {.format = "trl-unpaired", .thumb_attribute = "helpfulness", .thumb_level = 4};
    must(fixture_import(&f, "s.jsonl", NULL, lean));
    same_text(fixture_export_with(&f, &o), THUMB("p1", "a1", "false") THUMB("p1", "b1", "true"));
    o.thumb_level = 1;
    same_text(fixture_export_with(&f, &o), THUMB("p1", "a1", "true") THUMB("p1", "b1", "true"));
    o.thumb_attribute = "verbosity";
    same_text(fixture_export_with(&f, &o), "");
    cr_expect(eq(i64, f.exported.unlabelled, 2));
}

Test(export, the_files_of_other_trainers_have_their_shapes)
{
#define USER(p) "{\"role\":\"user\",\"content\":\"" p "\"}"
#define BOT(t)  "{\"role\":\"assistant\",\"content\":\"" t "\"}"
    must(fixture_import(&f, "s.jsonl", NULL, lean));
    same_text(fixture_export(&f, "openai-dpo"),
              "{\"input\":{\"messages\":[" USER("p1") "],\"tools\":[],\"parallel_tool_calls\":true},"
                                                      "\"preferred_output\":[" BOT(
                                                          "b1") "],\"non_preferred_output\":[" BOT("a1") "]}\n");
    same_text(
        fixture_export(&f, "llama-factory"),
        "{\"conversations\":[{\"from\":\"human\",\"value\":\"p1\"}],\"chosen\":{\"from\":\"gpt\",\"value\":\"b1\"},"
        "\"rejected\":{\"from\":\"gpt\",\"value\":\"a1\"}}\n");
    same_text(fixture_export(&f, "axolotl"),
              "{\"messages\":[" USER("p1") "],\"chosen\":" BOT("b1") ",\"rejected\":" BOT("a1") "}\n");
    const char *text = fixture_export(&f, "ultrafeedback-binarized");
    cr_expect(ne(ptr,
                 strstr(text, "\"chosen\":[" USER("p1") "," BOT("b1") "],\"rejected\":[" USER("p1") "," BOT("a1") "]"),
                 NULL),
              "%s", text);
    cr_expect(ne(ptr, strstr(text, "\"score_chosen\":4,\"score_rejected\":1}\n"), NULL), "%s", text);
}

Test(export, a_transcript_holds_what_is_read_as_the_same_turns)
{
#define ASKED(prompt, a)                                                                                               \
    "{\"prompt\":[" prompt "],\"responses\":[{\"text\":\"" a "\"},{\"text\":\"b\"}]" SAYS("source:s", "-1")
    static const char *const unheld[] = {
        ASKED("{\"role\":\"system\",\"content\":\"S\"}," USER("u"), "a"),
        ASKED("{\"role\":\"user\",\"name\":\"Ann\",\"content\":\"u\"}", "a"),
        ASKED(USER("u\\n\\nHuman: v"), "a"),
        ASKED(USER("u"), "a\\n\\nAssistant:"),
    };
    must(fixture_import(&f, "s.jsonl", NULL,
                        ASKED(USER("u"), "a") ASKED(USER(" u\\n") "," BOT("\\nHuman: v") "," USER("w"), " a\\n")));
    same_text(fixture_export(&f, "hh-rlhf"),
              "{\"chosen\":\"\\n\\nHuman: u\\n\\nAssistant: a\",\"rejected\":\"\\n\\nHuman: u\\n\\nAssistant: b\"}\n"
              "{\"chosen\":\"\\n\\nHuman:  u\\n\\n\\nAssistant: \\nHuman: v\\n\\nHuman: w\\n\\nAssistant:  a\\n\","
              "\"rejected\":\"\\n\\nHuman:  u\\n\\n\\nAssistant: \\nHuman: v\\n\\nHuman: w\\n\\nAssistant: b\"}\n");
    cr_expect(eq(i64, f.exported.unheld, 0));
    for (size_t i = 0; i < sizeof unheld / sizeof *unheld; i++) {
        must(fixture_import(&f, "u.jsonl", NULL, unheld[i]));
        fixture_export(&f, "hh-rlhf");
        cr_expect(eq(i64, f.exported.lines, 2), "%s", unheld[i]);
        cr_expect(eq(i64, f.exported.unheld, (int64_t)i + 1), "%s", unheld[i]);
    }
}

Test(export, a_conversation_without_turns_is_counted_where_it_cannot_be_held)
{
    must(fixture_import(&f, "s.jsonl", NULL,
                        "{\"prompt\":[{\"role\":\"system\",\"content\":\"S\"}," USER(
                            "U") "],\"responses\":[{\"text\":\"a\"},"
                                 "{\"text\":\"b\"}]" SAYS("source:s", "-1") "{\"prompt\":[" USER("U") "," USER(
                                     "V") "],\"responses\":[{\"text\":\"a\"},"
                                          "{\"text\":\"b\"}]" SAYS("source:s", "-1")));
    const char *text = fixture_export(&f, "llama-factory");
    cr_expect(eq(i64, f.exported.lines, 1));
    cr_expect(eq(i64, f.exported.unheld, 1));
    cr_expect(ne(ptr, strstr(text, "\"system\":\"S\"}"), NULL), "%s", text);
}

Test(export, the_digest_is_that_of_the_file)
{
    char wanted[SHA256_HEX_SIZE];
    must(fixture_import(&f, "s.jsonl", NULL, some));
    for (const char *const *name = export_formats; *name != NULL; name++) {
        size_t n = strlen(fixture_export(&f, *name));
        must(digest_file(fixture_path(&f, "export.out"), wanted, &f.err));
        same_text(f.exported.sha256, wanted);
        cr_expect(eq(i64, f.exported.bytes, (int64_t)n), "%s", *name);
    }
}

Test(export, names_of_choices_are_checked)
{
    enum export_ties ties;
    must(export_ties_parse("both", &ties, &f.err));
    cr_expect(eq(int, (int)ties, TIES_BOTH));
    fails(export_ties_parse("maybe", &ties, &f.err), ERR_USAGE, "drop, both or error");
}

Test(export, csv_has_a_head_and_guards_formulas)
{
    must(fixture_import(
        &f, "s.jsonl", NULL,
        "{\"prompt\":\"=1+1\",\"responses\":[{\"text\":\"a,b\"},{\"text\":\"say \\\"c\\\"\\nd\"}],\"source\":\"s\","
        "\"judgement\":{\"annotator\":\"ada\",\"preference\":-2,\"ratings\":[{\"helpfulness\":3},{}]}}\n"));
    const char *text = fixture_export(&f, "csv");
    cr_expect(eq(int,
                 strncmp(text,
                         "id,source,split,subset,language,prompt,response_1,response_2,preference_strength,"
                         "judgements,neither,helpfulness_1,helpfulness_2\n",
                         128),
                 0),
              "%s", text);
    cr_expect(ne(ptr, strstr(text, ",s,,,,\"'=1+1\",\"a,b\",\"say \"\"c\"\"\nd\",-2,1,0,3,\n"), NULL), "%s", text);
    cr_expect(eq(i64, f.exported.lines, 1));
    cr_expect(eq(int, strncmp(fixture_export(&f, "tsv"), "id\tsource\t", 10), 0));
}

/* ---- nectar ---- */

#define OF(a, b, said) "{\"prompt\":\"p\",\"responses\":[{\"text\":\"" a "\"},{\"text\":\"" b "\"}]" SAYS("ada", said)
#define NOBODY(a, b)   "{\"prompt\":\"p\",\"responses\":[{\"text\":\"" a "\"},{\"text\":\"" b "\"}]}\n"

Test(export, an_order_of_all_answers_is_one_line)
{
    must(fixture_import(&f, "s.jsonl", NULL,
                        OF("a", "b", "2") OF("a", "c", "1") OF("b", "c", "0") OF("a", "d", "-1") OF("b", "d", "-3")
                            OF("c", "d", "-1")));
    const char *line = "{\"prompt\":\"p\",\"answers\":[{\"answer\":\"b\",\"rank\":1},{\"answer\":\"c\",\"rank\":1},"
                       "{\"answer\":\"a\",\"rank\":2},{\"answer\":\"d\",\"rank\":3}]}\n";
    same_text(fixture_export(&f, "nectar"), line);
    cr_expect(eq(i64, f.exported.ties, 1));
    cr_expect(eq(i64, f.exported.unordered, 0));
    struct fixture g;
    fixture_open(&g, "pairwise");
    cr_assert(eq(int, fixture_import(&g, "back.jsonl", NULL, line), 1), "%s", g.err.text);
    same_text(fixture_export(&g, "nectar"), line);
    fixture_close(&g);
}

/* In each the pairs of one prompt; the whole is not written, and is counted. */
static const char *const no_order[] = {
    OF("a", "b", "-1") OF("b", "c", "-1") OF("a", "c", "1"),                    /* a circle */
    OF("a", "b", "0") OF("b", "c", "0") OF("a", "c", "1"),                      /* as good as each other, and not */
    OF("a", "b", "-1") OF("b", "c", "-1"),                                      /* two that nobody compared */
    OF("a", "b", "-1") OF("c", "d", "-1"),                                      /* and two orders beside each other */
    OF("a", "b", "-1") NOBODY("b", "c"),                                        /* an answer that no label places */
    OF("a", "b", "-1") OF("a", "c", "-1") OF("a", "d", "-1") OF("b", "c", "-1") /* the same sums by chance */
    OF("b", "d", "1") OF("c", "d", "-1"),
};

Test(export, what_has_no_order_is_left_out_and_counted)
{
    for (size_t i = 0; i < sizeof no_order / sizeof *no_order; i++) {
        fixture_close(&f);
        fixture_open(&f, "pairwise");
        must(fixture_import(&f, "s.jsonl", NULL, no_order[i]));
        same_text(fixture_export(&f, "nectar"), "");
        cr_expect(eq(i64, f.exported.unordered, 1), "%zu", i);
    }
}

Test(export, a_prompt_without_any_label_has_nothing_to_be_put_in_order)
{
    must(fixture_import(&f, "s.jsonl", NULL, NOBODY("a", "b") NOBODY("a", "c") NOBODY("b", "c")));
    same_text(fixture_export(&f, "nectar"), "");
    cr_expect(eq(i64, f.exported.unlabelled, 3));
    cr_expect(eq(i64, f.exported.unordered, 0));
}
