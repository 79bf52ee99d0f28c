/* Out and in again through every format: the second export has the same bytes as the first, and what is lost on the way
 * is what this table says, no more and no less. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/mem.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct fixture f;

static void tear_down(void)
{
    fixture_close(&f);
}
TestSuite(round_trip, .fini = tear_down);

#define LINE(prompt, a, b, more)                                                                                       \
    "{\"prompt\":" prompt ",\"responses\":[{\"text\":\"" a "\",\"model\":\"m\",\"language\":\"en\",\"tags\":[\"t\"]}," \
    "{\"text\":\"" b "\",\"model\":\"n\",\"language\":\"en\"}]" more "}\n"
#define SAYS(who, what) ",\"source\":\"s\",\"split\":\"train\",\"judgement\":{\"annotator\":\"" who "\"," what "}"
#define TALK                                                                                                           \
    "[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\",\"content\":\"ho\"},{\"role\":\"user\","          \
    "\"content\":\"so?\"}]"
#define RATED                                                                                                          \
    "\"ratings\":[{\"helpfulness\":4,\"correctness\":3,\"coherence\":4,\"complexity\":1,\"verbosity\":0},"             \
    "{\"helpfulness\":1,\"correctness\":0,\"coherence\":2,\"complexity\":1,\"verbosity\":2}],"

/* One of everything that a workspace can hold. */
static const char everything[] =
    LINE("\"q1\"", "a", "b", SAYS("ada", RATED "\"preference\":-3,\"justification\":\"@A is right.\""))
        LINE("\"q1\"", "a", "b", SAYS("bo", RATED "\"preference\":-3,\"justification\":\"yes\""))
            LINE("\"q2\"", "a", "b", SAYS("ada", RATED "\"preference\":0"))
                LINE(TALK, "a", "b", SAYS("ada", RATED "\"preference\":1"))
                    LINE("\"q4\"", "a", "b", SAYS("ada", "\"neither\":true"))
                        LINE("[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"q5\"}]",
                             "a", "b", SAYS("ada", RATED "\"preference\":2")) LINE("\"q6\"", "a", "b", "");

/* A letter each, and the number that says that it is there. */
static const struct {
    char letter;
    const char *what, *sql;
} features[] = {
    {'c', "which two were compared", "SELECT count(*) > 1 FROM comparison"},
    {'u', "comparisons that nobody judged",
     "SELECT count(*) FROM comparison WHERE NOT EXISTS (SELECT 1 FROM judgement j WHERE j.comparison = "
     "comparison.comparison) AND comparison.first IN (SELECT response FROM response WHERE prompt IN (SELECT prompt "
     "FROM prompt WHERE messages LIKE '%q6%'))"},
    {'s', "a message of the system", "SELECT count(*) FROM prompt WHERE messages LIKE '%\"role\":\"system\"%'"},
    {'t', "turns of a conversation", "SELECT count(*) FROM prompt WHERE messages LIKE '%\"role\":\"assistant\"%'"},
    {'p', "which is better", "SELECT count(*) > 1 FROM judgement WHERE preference <> 0"},
    {'3', "how much", "SELECT count(*) FROM judgement WHERE abs(preference) = 3"},
    {'=', "that they are equal", "SELECT count(*) FROM judgement WHERE preference = 0"},
    {'0', "that neither is valid", "SELECT count(*) FROM judgement WHERE neither"},
    {'r', "ratings", "SELECT count(*) > 10 FROM rating"},
    {'w', "words", "SELECT count(*) FROM judgement WHERE justification LIKE '@A is right%'"},
    {'j', "each judgement by itself",
     "SELECT count(*) > 1 FROM judgement j WHERE preference <= -2 AND kind = 'judged' AND annotator IN (SELECT "
     "annotator FROM annotator WHERE kind = 'person' OR name LIKE '%#%')"},
    {'n', "who judged", "SELECT count(*) FROM annotator WHERE name LIKE '%ada'"},
    {'m', "models", "SELECT count(*) FROM response WHERE model = 'm'"},
    {'l', "languages", "SELECT count(*) FROM response WHERE language = 'en'"},
    {'g', "tags", "SELECT count(*) FROM response WHERE tags LIKE '%t%'"},
    {'x', "the split", "SELECT count(*) FROM comparison WHERE split = 'train'"},
    {'o', "the source", "SELECT count(*) FROM source WHERE name = 's'"},
};
enum { N_FEATURES = sizeof features / sizeof *features };

static const struct {
    const char *format, *as, *holds; /* as: the format it is read as; NULL: it is not read */
    const char *why;                 /* then why */
    const char *other;               /* why the second export may differ from the first; NULL: it must not */
} table[] = {
    {"judgements", "judgements", "custp3=0rwjnmlgxo", NULL, NULL},
    {"csv", "csv", "cup3=0rlxo", NULL, "several people are one, and a conversation is a text"},
    {"tsv", "tsv", "cup3=0rlxo", NULL, "several people are one, and a conversation is a text"},
    {"helpsteer2-preference", "helpsteer2-preference", "ctp3=wjx", NULL, NULL},
    {"helpsteer3", "helpsteer3", "cstp3=wjlx", NULL, NULL},
    {"helpsteer2", "helpsteer2", "ctr", NULL, NULL},
    {"steerlm", "steerlm", "cstr", NULL, NULL},
    {"multipref", "multipref", "cp=jnmx", NULL, "the source is that of the file"},
    {"open-instruct", "open-instruct", "custm", NULL, NULL},
    {"nectar", "nectar", "cstp=m", NULL, NULL},
    {"trl", "trl", "cp", NULL, NULL},
    {"trl-conversational", "trl", "cstp", NULL, NULL},
    {"trl-unpaired", "trl", "st", NULL, "thumbs are no comparisons"},
    {"openai-dpo", "openai-dpo", "cstp", NULL, NULL},
    {"llama-factory", "llama-factory", "cstp", NULL, NULL},
    {"axolotl", "axolotl", "cstp", NULL, NULL},
    {"hh-rlhf", "hh-rlhf", "ctp", NULL, NULL},
    {"ultrafeedback-binarized", "ultrafeedback-binarized", "cstp", NULL, NULL},
    {"responses", NULL, NULL, "what an embedder reads; nothing is said of them", NULL},
    {"reward-bench", NULL, NULL, "items of a benchmark: tests/unit/store/t_item.c", NULL},
    {"m-reward-bench", NULL, NULL, "items", NULL},
    {"reward-bench-2", NULL, NULL, "items", NULL},
    {"reward-math", NULL, NULL, "items", NULL},
};
enum { N_FORMATS = sizeof table / sizeof *table };

static void fill(const char *format, const char *text)
{
    fixture_open(&f, "helpsteer2");
    must(fixture_import(&f, "back.jsonl", format, text));
    same_text(f.refusals.ptr, "");
}

static void letters(char out[N_FEATURES + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < N_FEATURES; i++)
        if (fixture_count(&f, features[i].sql) > 0)
            out[n++] = features[i].letter;
    out[n] = '\0';
}

Test(round_trip, every_format_stands_in_the_table)
{
    fixture_open(&f, "helpsteer2");
    for (const char *const *format = export_formats; *format != NULL; format++) {
        size_t i = 0;
        while (i < N_FORMATS && strcmp(table[i].format, *format) != 0)
            i++;
        cr_expect(lt(sz, i, N_FORMATS), "%s does not", *format);
    }
}

Test(round_trip, what_a_format_cannot_hold_is_what_the_table_says)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        char held[N_FEATURES + 1];
        if (table[i].as == NULL)
            continue;
        fill("judgements", everything);
        char *out = mem_dup(fixture_export(&f, table[i].format));
        fixture_close(&f);
        fill(table[i].as, out);
        letters(held);
        cr_expect(eq(str, held, (char *)table[i].holds), "%s", table[i].format);
        mem_free(out);
        fixture_close(&f);
    }
    fixture_open(&f, "helpsteer2");
}

/* Ids and times of our own lines are those of the first import: they come back, too. */
Test(round_trip, the_second_time_gives_the_same_bytes)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (table[i].as == NULL)
            continue;
        fill("judgements", everything);
        char *out = mem_dup(fixture_export(&f, table[i].format));
        fixture_close(&f);
        fill(table[i].as, out);
        char *again = mem_dup(fixture_export(&f, table[i].format));
        fixture_close(&f);
        fill(table[i].as, again);
        cr_expect(eq(str, again, (char *)fixture_export(&f, table[i].format)), "%s: a third time", table[i].format);
        cr_expect(eq(int, strcmp(out, again) == 0, table[i].other == NULL), "%s", table[i].format);
        fixture_close(&f);
        mem_free(out);
        mem_free(again);
    }
    fixture_open(&f, "helpsteer2");
}

Test(round_trip, with_margins_trl_holds_how_much_better)
{
    static const char *const names[] = {"trl", "trl-conversational"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct export_options o = {.format = names[i], .margin = true};
        fill("judgements", everything);
        char *out = mem_dup(fixture_export_with(&f, &o));
        fixture_close(&f);
        fill("trl", out);
        same_text(fixture_export_with(&f, &o), out);
        cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM judgement WHERE preference = -3"), 1));
        mem_free(out);
        fixture_close(&f);
    }
    fixture_open(&f, "helpsteer2");
}
