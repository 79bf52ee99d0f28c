/* Attributes of both together, weights and vetoes: from the rubric through a draft, a judgement and a label to files.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/criteria.h"
#include "store/label.h"
#include "store/merge.h"
#include "store/opinion.h"
#include "store/task.h"
#include "tests/support/store_fixture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEVELS "\"levels\":[\"0\",\"1\",\"2\",\"3\",\"4\"]"
#define ATTRIBUTE(key, more)                                                                                           \
    "{\"key\":\"" key "\",\"label\":\"Its " key "\",\"about\":\"a\",\"min\":0,\"max\":4," LEVELS more "}"

static const char mine[] =
    "{\"name\":\"mine\",\"attributes\":["
    "{\"key\":\"depth\",\"label\":\"Deeper\",\"about\":\"a\",\"per\":\"comparison\",\"leans\":true,\"max\":2}"
    "," ATTRIBUTE("wit", ",\"weight\":3") "," ATTRIBUTE("safety", ",\"weight\":1,\"veto\":1") "," ATTRIBUTE(
        "hard", ",\"per\":\"comparison\"") "],\"preference\":{\"required\":false}}";

static struct fixture f;

static void use_mine(struct fixture *x)
{
    fixture_open(x, "pairwise");
    cr_assert(rubric_parse(mine, sizeof mine - 1, "mine", &x->arena, &x->rubric, &x->err), "%s", x->err.text);
    cr_assert(rubric_save(x->db, &x->rubric, &x->err));
}

static void open_one(void)
{
    use_mine(&f);
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(criteria, .init = open_one, .fini = close_one);

enum { WIT, SAFETY, DEPTH, HARD };

Test(criteria, what_is_of_both_is_asked_behind_what_is_of_each)
{
    same_text(f.rubric.attributes[WIT].key, "wit");
    same_text(f.rubric.attributes[DEPTH].key, "depth");
    cr_expect(eq(sz, f.rubric.n_of_response, 2));
    cr_expect(eq(int, f.rubric.attributes[DEPTH].min, -2));
    same_text(f.rubric.attributes[DEPTH].levels[2], "No difference");
    /* wit and safety of A, of B, depth, hard, preference, justification, and round */
    static const int order[] = {0, 1, 4, 5, 2, 3, 8, 9, 0};
    for (size_t i = 0; i + 1 < sizeof order / sizeof *order; i++)
        cr_expect(eq(int, draft_cell_after(&f.rubric, order[i]), order[i + 1]));
    cr_expect(not(cell_exists(&f.rubric, 6)), "depth has no cell of B");
    cr_expect(eq(int, cell_rating(&f.rubric, SIDE_B, DEPTH), 2));
}

/* wit and safety of A and B, depth, hard, the preference. */
static void fill(struct draft *d, const int *v)
{
    d->rating[SIDE_A][WIT] = v[0];
    d->rating[SIDE_A][SAFETY] = v[1];
    d->rating[SIDE_B][WIT] = v[2];
    d->rating[SIDE_B][SAFETY] = v[3];
    d->rating[SIDE_A][DEPTH] = v[4];
    d->rating[SIDE_A][HARD] = v[5];
    d->preference = v[6];
}

Test(criteria, a_draft_comes_back_from_its_json_and_none_is_missing)
{
    struct draft d, back;
    struct buf text = BUF_INIT;
    char why[DRAFT_WHY_SIZE];
    draft_init(&d);
    draft_init(&back);
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), 0));
    fill(&d, (int[]){4, 3, 2, 2, RATING_UNSET, 3, -1});
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), 2));
    same_text(why, "depth is missing");
    d.rating[SIDE_A][DEPTH] = -1; /* what was unset once */
    cr_expect(eq(int, draft_missing(&d, &f.rubric, why), -1));
    d.cell = 2;
    draft_write(&d, &f.rubric, &text);
    cr_expect(ne(ptr, strstr(text.ptr, "\"both\":{\"depth\":-1,\"hard\":3}"), NULL), "%s", text.ptr);
    cr_expect(ne(ptr, strstr(text.ptr, "\"cell\":\"both.depth\""), NULL), "%s", text.ptr);
    must(draft_read(text.ptr, text.len, &f.rubric, &back, &f.err));
    cr_expect(draft_says_the_same(&d, &back, &f.rubric));
    cr_expect(eq(int, back.cell, 2));
    buf_free(&text);
    draft_free(&d);
    draft_free(&back);
}

Test(criteria, what_fails_cannot_be_preferred)
{
    static const struct {
        int v[7];
        bool allowed;
        const char *why;
    } all[] = {
        {{4, 4, 4, 2, 0, 0, 3}, true, ""},
        {{4, 4, 4, 1, 0, 0, 3}, false, "B fails Its safety: it cannot be the better one"},
        {{4, 4, 4, 1, 0, 0, 0}, false, "B fails Its safety: it cannot be as good as the other"},
        {{4, 0, 4, 4, 0, 0, 0}, false, "A fails Its safety: it cannot be as good as the other"},
        {{4, 4, 4, 1, 0, 0, -1}, true, ""},
        {{4, 0, 4, 4, 0, 0, -1}, false, "A fails Its safety: it cannot be the better one"},
        {{4, 0, 4, 1, 0, 0, -1}, false, "A fails Its safety and B Its safety: neither is valid"},
        {{4, 0, 4, 1, 0, 0, PREFERENCE_NEITHER}, true, ""},
        {{4, 0, 4, 1, 0, 0, PREFERENCE_UNSET}, true, ""},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct draft d;
        char why[CRITERIA_WHY_SIZE], missing[DRAFT_WHY_SIZE];
        draft_init(&d);
        fill(&d, all[i].v);
        cr_expect(eq(int, criteria_allow(&f.rubric, &d, d.preference, why), all[i].allowed), "%zu", i);
        same_text(why, all[i].why);
        cr_expect(eq(int, draft_missing(&d, &f.rubric, missing) < 0, all[i].allowed), "%zu: %s", i, missing);
        same_text(missing, all[i].why);
        draft_free(&d);
    }
}

/* 39 bytes and a character of two. */
Test(criteria, a_long_label_is_cut_at_a_whole_character)
{
    struct draft d;
    char why[CRITERIA_WHY_SIZE];
    int k = rubric_find(&f.rubric, "safety", 6);
    draft_init(&d);
    fill(&d, (const int[]){4, 4, 4, 1, 0, 0, 3});
    f.rubric.attributes[k].label = "123456789 123456789 123456789 123456789\xC3\xA9 and more";
    cr_expect(not(criteria_allow(&f.rubric, &d, d.preference, why)));
    same_text(why, "B fails 123456789 123456789 123456789 123456789: it cannot be the better one");
    draft_free(&d);
}

/* As shown; returns which response stood on side A. */
static int judge(const char *name, int64_t comparison, const int *v)
{
    int64_t who = fixture_person(&f, name), saved;
    struct draft d;
    draft_init(&d);
    fill(&d, v);
    must(task_enter(f.db, who, comparison, &f.rng, &f.err));
    must(task_submit(f.db, who, comparison, &f.rubric, &d, STEP_SUBMIT, NULL, &f.rng, &saved, &f.err));
    draft_free(&d);
    struct task t;
    task_init(&t);
    must(task_load(f.db, who, comparison, &f.rubric, &t, &f.err));
    cr_expect(not(t.changed), "what was submitted is read back as it was");
    cr_expect(eq(int, t.draft.rating[SIDE_A][DEPTH], v[4]));
    int a_is = t.a_is;
    task_release(&t);
    return a_is;
}

Test(criteria, sides_become_stored_order)
{
    bool seen[3] = {false};
    fixture_fill(&f, 16);
    for (int64_t c = 1; c <= 16; c++) {
        int a_is = judge("ada", c, (int[]){4, 3, 2, 0, -2, 3, -1});
        char sql[200];
        seen[a_is] = true;
        snprintf(
            sql, sizeof sql,
            "SELECT value FROM aspect JOIN judgement USING (judgement) WHERE comparison = %d AND attribute = 'depth'",
            (int)c);
        cr_expect(eq(i64, fixture_count(&f, sql), a_is == 1 ? -2 : 2));
        snprintf(sql, sizeof sql, "SELECT failed FROM judgement WHERE comparison = %d", (int)c);
        cr_expect(eq(i64, fixture_count(&f, sql), a_is == 1 ? 2 : 1), "B fails");
    }
    cr_expect(seen[1] && seen[2]);
}

Test(criteria, the_score_is_the_weighted_mean_and_the_floor_where_it_fails)
{
    /* first: (3 * 4/4 + 1 * 2/4) / 4 = 0.875; second: (3 * 1/4 + 1 * 4/4) / 4 = 0.4375 */
    struct judgement j = {
        .comparison = 1, .n_ratings = 4, .ratings = {{0, "wit", 4}, {0, "safety", 2}, {1, "wit", 1}, {1, "safety", 4}}};
    criteria_apply(&f.rubric, &j);
    cr_expect(epsilon_eq(dbl, j.lean, 3 * (0.4375 - 0.875), 1e-15));
    cr_expect(eq(uint, j.failed, 0));
    j.ratings[1].value = 1;
    criteria_apply(&f.rubric, &j);
    cr_expect(epsilon_eq(dbl, j.lean, 3 * 0.4375, 1e-15));
    cr_expect(eq(uint, j.failed, 1));
    struct judgement other = j;
    judgement_swap(&other);
    criteria_apply(&f.rubric, &other);
    cr_expect(epsilon_eq(dbl, other.lean, -j.lean, 1e-15));
    cr_expect(eq(uint, other.failed, 2));
    j.n_ratings = 2; /* nothing of the second */
    criteria_apply(&f.rubric, &j);
    cr_expect(not(j.has_lean));
}

static bool take(void *ctx, const struct label_pair *p)
{
    *(struct label *)ctx = p->label;
    return true;
}

static struct label the_label(void)
{
    struct label l = {.n = -1};
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_PEOPLE}, take, &l, &f.err));
    return l;
}

Test(criteria, a_label_without_a_stated_preference_goes_by_the_weights)
{
    fixture_fill(&f, 1);
    int a_is = judge("ada", 1, (int[]){4, 4, 0, 4, 0, 0, PREFERENCE_UNSET});
    struct label l = the_label();
    cr_expect(l.has && l.from_ratings);
    cr_expect(epsilon_eq(dbl, l.mean, a_is == 1 ? -2.25 : 2.25, 1e-12)); /* 3 * 3/4 */
}

/* Three people of one comparison, in stored order. */
static void say(const char *ada, const char *bo, const char *cy)
{
    const char *said[] = {ada, bo, cy}, *who[] = {"ada", "bo", "cy"};
    struct buf text = BUF_INIT;
    for (size_t i = 0; i < 3; i++)
        buf_addf(&text,
                 "{\"prompt\":\"p\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"judgement\":"
                 "{\"annotator\":\"%s\",%s}}\n",
                 who[i], said[i]);
    must(fixture_import(&f, "x.jsonl", "judgements", text.ptr));
    cr_expect(eq(i64, f.counts.refused, 0), "%s", f.refusals.ptr);
    buf_free(&text);
}

#define RATED(first, second) "\"ratings\":[{\"wit\":4,\"safety\":" first "},{\"wit\":2,\"safety\":" second "}]"

Test(criteria, what_most_say_fails_is_not_preferred)
{
    say(RATED("1", "4") ",\"preference\":1", RATED("0", "4") ",\"preference\":1", RATED("2", "4") ",\"preference\":-3");
    struct label l = the_label();
    cr_expect(eq(uint, l.failed, 1));
    cr_expect(l.has && l.strength == 0);
    cr_expect(eq(dbl, l.mean, 0), "the mean alone is -1/3");
    cr_expect(eq(dbl, l.p_first, 0.5));
}

Test(criteria, what_few_say_fails_may_be_preferred)
{
    say(RATED("1", "4") ",\"preference\":1", RATED("3", "4") ",\"preference\":-2",
        RATED("2", "4") ",\"preference\":-3");
    struct label l = the_label();
    cr_expect(eq(uint, l.failed, 0));
    cr_expect(eq(int, l.strength, -1));
}

Test(criteria, of_two_that_fail_none_is_preferred)
{
    say(RATED("1", "0") ",\"neither\":true", RATED("0", "1") ",\"neither\":true", RATED("2", "4") ",\"preference\":-3");
    struct label l = {.n = -1};
    must(label_each_pair(f.db, &(struct label_options){.by = LABEL_BY_PEOPLE}, take, &l, &f.err));
    cr_expect(eq(int, l.n, -1), "there is no label");
}

/* One person, who rated the answers one by one: nobody denies that the first fails. */
Test(criteria, an_answer_that_fails_by_itself_is_not_preferred)
{
    struct judgement j[2] = {{.kind = KIND_JUDGED, .response = 1, .annotator_name = "ada", .by_person = true},
                             {.kind = KIND_JUDGED, .response = 2, .annotator_name = "ada", .by_person = true}};
    for (int i = 0; i < 2; i++)
        j[i].ratings[j[i].n_ratings++] = (struct rating){i, "helpfulness", i == 0 ? 4 : 1};
    j[0].failed = 1;
    struct label l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(eq(uint, l.failed, 1));
    cr_expect(eq(int, l.strength, 0));
    j[0].failed = 0;
    l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(eq(int, l.strength, -3));
}

static bool prefers_first(const struct label_book *b, bool people, const char *comparison, struct label *l)
{
    (void)b, (void)people, (void)comparison;
    l->has = true;
    l->mean = l->strength = -2;
    l->p_first = 0.9;
    return true;
}

Test(criteria, a_method_does_not_lift_a_veto)
{
    static const struct label_book book = {.preference = prefers_first};
    const struct label_options by_book = {.by = LABEL_BY_BEST, .book = &book};
    struct judgement j = {.kind = KIND_JUDGED, .comparison = 1, .annotator_name = "ada", .by_person = true};
    struct label_pair pair = {.comparison = 1};
    j.neither = true;
    for (j.failed = 0; j.failed <= 3; j.failed++) {
        struct label l = label_decide(&pair, &j, 1, &by_book);
        cr_expect(eq(int, l.has, j.failed != 3));
        cr_expect(eq(int, l.strength, j.failed == 1 || j.failed == 3 ? 0 : -2));
    }
}

Test(criteria, lines_of_judgements_hold_all_of_it)
{
    struct fixture other;
    fixture_fill(&f, 8);
    for (int64_t c = 1; c <= 8; c++)
        judge("ada", c, (int[]){4, 3, 2, 0, -2, 3, -1});
    const char *lines = fixture_export(&f, "judgements");
    cr_expect(ne(ptr, strstr(lines, "\"aspects\":{\"depth\":-2,\"hard\":3},\"failed\":[2]"), NULL), "%s", lines);
    use_mine(&other);
    cr_assert(fixture_import(&other, "lines.jsonl", "judgements", lines), "%s", other.err.text);
    same_text(fixture_export(&other, "judgements"), lines);
    cr_expect(eq(i64, fixture_count(&other, "SELECT sum(failed > 0) FROM judgement"), 8));
    fixture_close(&other);
}

static const char line[] = "{\"prompt\":\"p\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"judgement\":"
                           "{\"annotator\":\"ada\",%s}}\n";

Test(criteria, lines_that_contradict_the_rubric_are_refused)
{
    static const struct {
        const char *said, *why;
    } all[] = {
        {"\"ratings\":[{\"depth\":1},{}]", "belongs to \"aspects\""},
        {"\"aspects\":{\"wit\":1}", "is not an attribute of the comparison"},
        {"\"aspects\":{\"depth\":3}", "outside -2 to 2"},
        {"\"ratings\":[{\"safety\":1},{}],\"preference\":-1", "response 1 fails a criterion"},
        {"\"ratings\":[{},{\"safety\":0}],\"preference\":0", "response 2 fails a criterion"},
        {"\"ratings\":[{\"safety\":1},{\"safety\":0}],\"preference\":2", "\"neither\" is the answer"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[400];
        snprintf(text, sizeof text, line, all[i].said);
        must(fixture_import(&f, "x.jsonl", "judgements", text));
        cr_expect(eq(i64, f.counts.refused, 1), "%s", all[i].said);
        cr_expect(ne(ptr, strstr(f.refusals.ptr, all[i].why), NULL), "%s: %s", all[i].said, f.refusals.ptr);
    }
}

Test(criteria, merging_turns_what_leans_where_the_responses_stand_the_other_way_round)
{
    struct fixture other;
    struct merge_counts counts;
    must(fixture_import(&f, "a.jsonl", "judgements",
                        "{\"prompt\":\"p\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}]}\n"));
    use_mine(&other);
    cr_assert(fixture_import(&other, "b.jsonl", "judgements",
                             "{\"prompt\":\"p\",\"responses\":[{\"text\":\"y\"},{\"text\":\"x\"}],\"judgement\":"
                             "{\"annotator\":\"ada\",\"ratings\":[{\"wit\":4,\"safety\":4},{\"wit\":1,\"safety\":0}],"
                             "\"aspects\":{\"depth\":-2,\"hard\":3},\"preference\":-3}}\n"));
    must(merge_from(f.db, other.db, "ada", NULL, &counts, &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT value FROM aspect WHERE attribute = 'depth'"), 2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT value FROM aspect WHERE attribute = 'hard'"), 3));
    cr_expect(eq(i64, fixture_count(&f, "SELECT failed FROM judgement"), 1));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT value FROM rating r JOIN comparison c ON r.response = c.second"
                                   " WHERE attribute = 'wit'"),
                 4));
    fixture_close(&other);
}

static void count_aspects(void *ctx, const struct opinion_row *r)
{
    size_t *n = ctx;
    *n += r->n_aspects;
    cr_expect(eq(sz, r->n_ratings, 4));
}

Test(criteria, opinions_hold_them_apart)
{
    size_t n = 0;
    fixture_fill(&f, 2);
    judge("ada", 1, (int[]){4, 3, 2, 3, -2, 3, -1});
    judge("bo", 2, (int[]){4, 3, 2, 3, 1, 3, -1});
    must(opinion_each(f.db, true, count_aspects, &n, &f.err));
    cr_expect(eq(sz, n, 4));
}

Test(criteria, a_table_has_a_column_of_each_and_of_what_fails)
{
    fixture_fill(&f, 1);
    int a_is = judge("ada", 1, (int[]){4, 3, 2, 0, -2, 3, -1});
    const char *table = fixture_export(&f, "csv");
    cr_expect(ne(ptr, strstr(table, ",depth,hard,failed\n"), NULL), "%s", table);
    cr_expect(ne(ptr, strstr(table, a_is == 1 ? ",-2,3,response_2\n" : ",2,3,response_1\n"), NULL), "%s", table);
}

Test(criteria, multipref_keeps_its_aspects)
{
    static const char record[] =
        "{\"text\":\"p\",\"model_a\":\"m\",\"completion_a\":\"x\",\"model_b\":\"n\",\"completion_b\":\"y\","
        "\"normal_worker_annotations\":[{\"evaluator\":\"normal1\",\"helpful_pref\":\"A-is-clearly-better\","
        "\"truthful_pref\":\"Tie\",\"harmless_pref\":\"B-is-slightly-better\",\"overall_pref\":\"A-is-slightly-"
        "better\","
        "\"helpful_confidence\":\"fairly-confident\"}],\"expert_worker_annotations\":[]}\n";
    must(fixture_import(&f, "m.jsonl", "multipref", record));
    cr_expect(eq(i64, fixture_count(&f, "SELECT value FROM aspect WHERE attribute = 'helpful' AND leans"), -2));
    cr_expect(eq(i64, fixture_count(&f, "SELECT value FROM aspect WHERE attribute = 'harmless'"), 1));
    cr_expect(eq(i64, fixture_count(&f, "SELECT instr(extra, 'truthful_pref') FROM judgement"), 0));
    const char *out = fixture_export(&f, "multipref");
    cr_expect(ne(ptr,
                 strstr(out, "\"helpful_pref\":\"A-is-clearly-better\",\"truthful_pref\":\"Tie\","
                             "\"harmless_pref\":\"B-is-slightly-better\",\"overall_pref\":\"A-is-slightly-better\","
                             "\"helpful_confidence\":\"fairly-confident\""),
                 NULL),
              "%s", out);
}

static void note(void *ctx, const char *text)
{
    buf_addf(ctx, "%s\n", text);
}

/* Of safety 4 and 0 the second fails; wit 4 and 1: (3 * 1 + 1 * 1) / 4 and the floor. */
static const struct {
    const char *sql, *says;
} planted[] = {
    {"UPDATE aspect SET value = 3 WHERE attribute = 'depth'",
     "depth of both is 3, which the rubric mine@1 does not have"},
    {"UPDATE aspect SET value = -3 WHERE attribute = 'depth'", "depth of both is -3"},
    {"UPDATE aspect SET value = 5 WHERE attribute = 'hard'", "hard of both is 5"},
    {"UPDATE aspect SET value = -1 WHERE attribute = 'hard'", "hard of both is -1"},
    {"UPDATE aspect SET leans = 1 WHERE attribute = 'hard'", "hard of both is 3"},
    {"UPDATE aspect SET attribute = 'wit' WHERE attribute = 'hard'", "wit of both is 3"},
    {"UPDATE rating SET attribute = 'hard' WHERE attribute = 'wit'", "hard is 4"},
    {"UPDATE judgement SET failed = 0", "says that neither of the responses fails, but by its ratings and the rubric "
                                        "mine@1 the second does"},
    {"UPDATE judgement SET failed = 3", "says that both of the responses fails, but"},
    {"UPDATE judgement SET lean = lean + 0.1", "does not lean as its ratings do by the weights of the rubric mine@1"},
    {"UPDATE judgement SET lean = NULL", "does not lean as its ratings do"},
    {"UPDATE rating SET value = 3 WHERE attribute = 'wit' AND value = 4", "does not lean as its ratings do"},
};

Test(criteria, check_finds_what_does_not_follow_from_the_ratings)
{
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        struct buf found = BUF_INIT;
        int n = -1;
        fixture_close(&f);
        use_mine(&f);
        must(fixture_import(&f, "x.jsonl", "judgements",
                            "{\"prompt\":\"p\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"judgement\":"
                            "{\"annotator\":\"ada\",\"ratings\":[{\"wit\":4,\"safety\":4},{\"wit\":1,\"safety\":0}],"
                            "\"aspects\":{\"depth\":-2,\"hard\":3},\"preference\":-3}}\n"));
        must(db_check(f.db, note, &found, &n, &f.err));
        cr_expect(eq(int, n, 0), "%s", found.ptr);
        f.faulty = true;
        fixture_sql(&f, "DROP TRIGGER judgement_append_only_update; DROP TRIGGER rating_append_only_update;"
                        "DROP TRIGGER aspect_append_only_update");
        fixture_sql(&f, planted[i].sql);
        fixture_reopen(&f);
        must(db_check(f.db, note, &found, &n, &f.err));
        cr_expect(ge(int, n, 1), "%s: %s", planted[i].sql, found.ptr);
        cr_expect(ne(ptr, strstr(found.ptr, planted[i].says), NULL), "%s: %s", planted[i].sql, found.ptr);
        buf_free(&found);
    }
}

/* p: ada says that the second fails and that the first is deeper; q: bo says neither. */
static const struct {
    const char *where;
    int64_t lines;
} found_by[] = {
    {"failed", 1},          {"failed:ada", 1},       {"failed:bo", 0},         {"failed != ada", 1},
    {"not failed", 1},      {"aspect:depth < 0", 1}, {"aspect:depth:-2", 1},   {"aspect:depth >= 0", 1},
    {"aspect:hard = 3", 2}, {"aspect:wit > 0", 0},   {"rating:depth <= 9", 0},
};

Test(criteria, what_fails_and_what_is_of_both_can_be_looked_for)
{
#define OF_TWO(p, said)                                                                                                \
    "{\"prompt\":\"" p "\",\"responses\":[{\"text\":\"x\"},{\"text\":\"y\"}],\"judgement\":{" said "}}\n"
    must(fixture_import(&f, "x.jsonl", "judgements",
                        OF_TWO("p",
                               "\"annotator\":\"ada\",\"ratings\":[{\"wit\":4,\"safety\":4},{\"wit\":1,\"safety\":0}],"
                               "\"aspects\":{\"depth\":-2,\"hard\":3},\"preference\":-3")
                            OF_TWO("q", "\"annotator\":\"bo\",\"aspects\":{\"depth\":1,\"hard\":3}")));
    for (size_t i = 0; i < sizeof found_by / sizeof *found_by; i++) {
        fixture_export_with(&f, &(struct export_options){.format = "csv", .where = found_by[i].where});
        cr_expect(eq(i64, f.exported.comparisons, found_by[i].lines), "%s", found_by[i].where);
    }
}
