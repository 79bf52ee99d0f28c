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

TestSuite(rubric, .init = open_one, .fini = close_one);

Test(rubric, helpsteer2_has_five_attributes_from_0_to_4_with_a_sentence_each)
{
    const struct rubric *r = &f.rubric;
    static const char *const keys[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
    cr_assert(eq(sz, r->n_attributes, 5));
    for (size_t i = 0; i < 5; i++) {
        same_text(r->attributes[i].key, keys[i]);
        cr_expect(eq(int, r->attributes[i].min, 0));
        cr_expect(eq(int, r->attributes[i].max, 4));
        for (int level = 0; level < 5; level++)
            cr_expect(gt(sz, strlen(r->attributes[i].levels[level]), 4));
    }
    cr_expect(eq(int, r->zero_allowed, 1));
    cr_expect(eq(int, r->preference_required, 1));
    cr_expect(eq(int, r->justification_min_words, 0));
    cr_expect(ne(str, (char *)r->justification_hint, ""));
    cr_expect(eq(chr, r->skip_reasons[0].letter, 'u'));
    cr_expect(eq(chr, r->flag_reasons[0].letter, 'l'));
    cr_expect(eq(int, rubric_find(r, "coherence", 9), 2));
    cr_expect(eq(int, rubric_find(r, "coher", 5), -1));
}

Test(rubric, the_other_built_in_ones_ask_for_a_preference)
{
    struct rubric r;
    must(rubric_builtin("helpsteer3", &f.arena, &r, &f.err));
    cr_expect(eq(sz, r.n_attributes, 0));
    cr_expect(eq(int, r.justification_min_words, 10));
    must(rubric_builtin("pairwise", &f.arena, &r, &f.err));
    cr_expect(eq(int, r.justification_min_words, 0));
    fails(rubric_builtin("nope", &f.arena, &r, &f.err), ERR_MISSING,
          "there are helpsteer2, helpsteer3, multipref, pairwise, ranking, thumbs, ultrafeedback");
}

static const struct {
    const char *json, *says;
} faults[] = {
    {"[]", "must be an object, but is a list"},
    {"{\"name\":\"x\",\"attributes\":[],\"colour\":1}", "unknown field \"colour\" in the rubric"},
    {"{\"name\":\"\",\"attributes\":[]}", "\"name\" is empty"},
    {"{\"name\":\"x@1\",\"attributes\":[]}", "may not hold @"},
    {"{\"attributes\":[]}", "\"name\" is missing"},
    {"{\"name\":\"x\"}", "\"attributes\" is missing"},
    {"{\"name\":\"x\",\"attributes\":[1]}", "attribute 1 must be an object"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"A "
     "b\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":[\"\",\"\"]}]}",
     "small letters, digits"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":1,\"max\":1,\"levels\":["
     "\"\"]}]}",
     "\"min\" must be less than \"max\""},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":12,\"levels\":["
     "\"\"]}]}",
     "outside 0 to 9"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":2,\"levels\":["
     "\"\"]}]}",
     "\"levels\" has 1 sentences, 0 to 2 needs 3"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"hue\":1}]}",
     "unknown field \"hue\" in an attribute"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"]},"
     "{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":[\"\",\"\"]}]}",
     "attribute 2: the attribute \"a\" stands twice"},
    {"{\"name\":\"x\",\"attributes\":[],\"skip_reasons\":[{\"letter\":\"ab\",\"key\":\"k\",\"text\":\"t\"}]}",
     "\"letter\" must be one small letter"},
    {"{\"name\":\"x\",\"attributes\":[],\"flag_reasons\":[{\"letter\":\"a\",\"key\":\"k\",\"text\":\"t\"},"
     "{\"letter\":\"a\",\"key\":\"m\",\"text\":\"t\"}]}",
     "stands twice"},
    {"{\"name\":\"x\",\"attributes\":[],\"preference\":{\"zero\":true}}", "unknown field \"zero\" in \"preference\""},
    {"{\"name\":\"x\",\"attributes\":[],\"justification\":{\"words\":1}}", "unknown field \"words\""},
    {"{\"name\":\"x\",\"attributes\":[],\"justification\":{\"min_words\":5,\"max_words\":4}}", "must not be less than"},
    {"{\"name\":\"x\",\"attributes\":[],\"preference\":{\"max\":4}}", "outside 1 to 3"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"required\":1}]}",
     "\"required\" must be"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"per\":\"prompt\"}]}",
     "\"per\" is \"prompt\"; it may be response or comparison"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"leans\":true}]}",
     "one response leans to no side"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"per\":\"comparison\",\"leans\":"
     "true,\"max\":2,\"min\":0}]}",
     "\"min\" has no place in it"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"per\":\"comparison\",\"leans\":"
     "true,\"max\":4}]}",
     "outside 1 to 3"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"per\":\"comparison\",\"leans\":"
     "true,\"max\":2,\"levels\":[\"a\",\"b\"]}]}",
     "-2 to 2 needs 5"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"per\":\"comparison\",\"min\":0,"
     "\"max\":1,\"levels\":[\"\",\"\"],\"weight\":1}]}",
     "are of single responses"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"weight\":-1}]}",
     "\"weight\" is -1"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"weight\":0}]}",
     "all weights are 0"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":1,\"max\":3,\"levels\":["
     "\"\",\"\",\"\"],\"veto\":3}]}",
     "must be a level from 1 to 2"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":1,\"max\":3,\"levels\":["
     "\"\",\"\",\"\"],\"veto\":0}]}",
     "must be a level from 1 to 2"},
    {"{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":["
     "\"\",\"\"],\"weight\":1},{\"key\":\"b\",\"label\":\"l\",\"about\":\"a\",\"min\":0,\"max\":1,\"levels\":[\"\","
     "\"\"]}]}",
     "\"b\" has no \"weight\", but others have"},
    {"{\"name\":\"x\",\"attributes\":[]", "it ends too early"},
};

Test(rubric, a_faulty_text_is_refused_by_what_is_wrong)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct rubric r;
        fails(rubric_parse(faults[i].json, strlen(faults[i].json), "mine.json", &f.arena, &r, &f.err), f.err.kind,
              faults[i].says);
        cr_expect(eq(int, strncmp(f.err.text, "mine.json: ", 11), 0), "%s", f.err.text);
    }
}

Test(rubric, a_changed_text_is_a_new_version_and_a_known_one_is_not)
{
    static const char one[] = "{\"name\":\"mine\",\"attributes\":[]}", two[] = "{\"name\":\"mine\", \"attributes\":[]}";
    struct rubric r, current;
    must(rubric_parse(one, sizeof one - 1, "one", &f.arena, &r, &f.err));
    must(rubric_save(f.db, &r, &f.err));
    cr_expect(eq(int, r.version, 1));
    int64_t row = r.row;
    must(rubric_parse(two, sizeof two - 1, "two", &f.arena, &r, &f.err));
    must(rubric_save(f.db, &r, &f.err));
    cr_expect(eq(int, r.version, 2));
    must(rubric_parse(one, sizeof one - 1, "one", &f.arena, &r, &f.err));
    must(rubric_save(f.db, &r, &f.err));
    cr_expect(eq(i64, r.row, row));
    must(rubric_current(f.db, &f.arena, &current, &f.err));
    cr_expect(eq(i64, current.row, row));
    same_text(current.name, "mine");
}

Test(rubric, what_is_not_said_is_required_and_goes_to_three)
{
    struct rubric r;
    cr_expect(eq(int, f.rubric.attributes[0].required, 1));
    cr_expect(eq(int, f.rubric.preference_max, 3));
    cr_expect(eq(int, f.rubric.justification_max_words, 0));
    must(rubric_builtin("multipref", &f.arena, &r, &f.err));
    cr_expect(eq(int, r.preference_max, 2));
    static const char optional[] = "{\"name\":\"x\",\"attributes\":[{\"key\":\"a\",\"label\":\"l\",\"about\":\"a\","
                                   "\"min\":0,\"max\":1,\"levels\":[\"\",\"\"],\"required\":false}]}";
    must(rubric_parse(optional, sizeof optional - 1, "x", &f.arena, &r, &f.err));
    cr_expect(eq(int, r.attributes[0].required, 0));
}

static void count(void *ctx, const struct rubric *r)
{
    cr_expect(ne(i64, r->row, 0));
    ++*(int *)ctx;
}

Test(rubric, one_that_is_used_is_current_and_written_down)
{
    struct rubric r, current;
    int n = 0;
    must(rubric_builtin("pairwise", &f.arena, &r, &f.err));
    must(rubric_use(f.db, &r, "ada", &f.err));
    must(rubric_current(f.db, &f.arena, &current, &f.err));
    same_text(current.name, "pairwise");
    must(rubric_use(f.db, &f.rubric, "ada", &f.err));
    must(rubric_each(f.db, count, &n, &f.err));
    cr_expect(eq(int, n, 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'rubric' AND who = 'ada'"), 2));
    must(rubric_held(f.db, "pairwise@1", &f.arena, &r, &f.err));
    fails(rubric_held(f.db, "helpsteer3", &f.arena, &r, &f.err), ERR_MISSING, "is not in this workspace");
}

Test(rubric, one_is_found_by_name_and_version)
{
    struct rubric r;
    must(rubric_named(f.db, "helpsteer2@1", &f.arena, &r, &f.err));
    cr_expect(eq(i64, r.row, f.rubric.row));
    must(rubric_named(f.db, "pairwise", &f.arena, &r, &f.err));
    cr_expect(gt(i64, r.row, f.rubric.row));
    must(rubric_current(f.db, &f.arena, &r, &f.err));
    same_text(r.name, "helpsteer2");
    fails(rubric_named(f.db, "helpsteer2@7", &f.arena, &r, &f.err), ERR_MISSING, "is not in this workspace");
    fails(rubric_named(f.db, "other", &f.arena, &r, &f.err), ERR_MISSING, "is not in this workspace");
    fails(rubric_named(f.db, "x@y", &f.arena, &r, &f.err), ERR_SYNTAX, "write name@version");
}
