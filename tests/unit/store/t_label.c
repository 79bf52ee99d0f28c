#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/content.h"
#include "store/label.h"
#include "tests/support/store_fixture.h"

#include <math.h>
#include <stdio.h>
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

TestSuite(label, .init = open_one, .fini = close_one);

static struct judgement prefers(const char *who, int preference)
{
    bool person = strncmp(who, "source:", 7) != 0;
    return (struct judgement){.annotator_name = who,
                              .by_person = person,
                              .kind = KIND_JUDGED,
                              .has_preference = true,
                              .preference = preference,
                              .comparison = 1};
}

static struct judgement neither(const char *who)
{
    struct judgement j = prefers(who, 0);
    j.has_preference = false;
    j.neither = true;
    return j;
}

static struct judgement rates(const char *who, int first, int second)
{
    struct judgement j = prefers(who, 0);
    j.has_preference = false;
    j.n_ratings = 2;
    j.ratings[0] = (struct rating){0, "helpfulness", first};
    j.ratings[1] = (struct rating){1, "helpfulness", second};
    return j;
}

Test(label, the_mean_is_rounded_half_away_from_zero_and_votes_are_shared)
{
    struct judgement j[] = {prefers("ada", -2), prefers("bob", -1)};
    struct label l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(eq(int, l.strength, -2));
    cr_expect(epsilon_eq(dbl, l.mean, -1.5, 1e-12));
    cr_expect(epsilon_eq(dbl, l.p_first, 1, 1e-12));
    j[1].preference = 3;
    l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(eq(int, l.strength, 1));
    cr_expect(epsilon_eq(dbl, l.p_first, 0.5, 1e-12));
    j[1].preference = 0;
    l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(epsilon_eq(dbl, l.p_first, 0.75, 1e-12));
}

Test(label, neither_is_no_number)
{
    struct judgement j[] = {prefers("ada", 2), neither("bob")};
    struct label l = label_of(j, 2, LABEL_BY_BEST);
    cr_expect(eq(int, l.strength, 2));
    cr_expect(eq(int, l.n_neither, 1));
    l = label_of(j + 1, 1, LABEL_BY_BEST);
    cr_expect(eq(int, l.has, 0));
}

Test(label, people_come_before_sources_unless_told)
{
    struct judgement j[] = {prefers("source:x", 3), prefers("ada", -1)};
    cr_expect(eq(int, label_of(j, 2, LABEL_BY_BEST).strength, -1));
    cr_expect(eq(int, label_of(j, 2, LABEL_BY_SOURCES).strength, 3));
    cr_expect(eq(int, label_of(j, 2, LABEL_BY_ALL).strength, 1));
    cr_expect(eq(int, label_of(j, 1, LABEL_BY_BEST).strength, 3));
    cr_expect(eq(int, label_of(j, 1, LABEL_BY_PEOPLE).has, 0));
    j[1].kind = KIND_WITHDRAWN;
    cr_expect(eq(int, label_of(j, 2, LABEL_BY_BEST).strength, 3));
}

Test(label, the_parts_of_an_aggregate_are_not_counted_beside_it)
{
    struct judgement j[] = {prefers("source:x", -1), prefers("source:x#1", 3), prefers("source:x#2", 3)};
    cr_expect(eq(int, label_of(j, 3, LABEL_BY_BEST).strength, -1));
    cr_expect(eq(int, label_of(j + 1, 2, LABEL_BY_BEST).strength, 3));
}

Test(label, helpfulness_decides_where_no_preference_is_stated)
{
    struct judgement j[] = {rates("source:x", 4, 0), prefers("source:y", 1)};
    struct label l = label_of(j, 1, LABEL_BY_BEST);
    cr_expect(eq(int, l.from_ratings, 1));
    cr_expect(eq(int, l.strength, -3));
    cr_expect(epsilon_eq(dbl, l.p_first, 1, 1e-12));
    cr_expect(eq(int, label_of(j, 2, LABEL_BY_BEST).strength, 1));
    struct judgement small[] = {rates("a", 2, 2), rates("b", 2, 2), rates("c", 2, 3)};
    cr_expect(eq(int, label_of(small, 3, LABEL_BY_BEST).strength, 1));
    cr_expect(eq(int, label_of(small, 2, LABEL_BY_BEST).strength, 0));
    small[0].neither = true;
    cr_expect(eq(int, label_of(small, 3, LABEL_BY_BEST).has, 0));
}

struct seen {
    int n;
    char text[400];
};

static bool see_pair(void *ctx, const struct label_pair *p)
{
    struct seen *s = ctx;
    size_t used = strlen(s->text);
    snprintf(s->text + used, sizeof s->text - used, "%lld:%d:%s:%s ", (long long)p->comparison, p->label.strength,
             p->source, p->split != NULL ? p->split : "-");
    cr_expect(eq(sz, strlen(p->comparison_id), 32));
    return ++s->n < 3;
}

#define LINE(n, source, split, j)                                                                                      \
    "{\"prompt\":\"p" n "\",\"responses\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"source\":\"" source "\"" split j "}\n"
#define SAYS(p) ",\"judgement\":{\"annotator\":\"source:x\",\"preference\":" p "}"

static const char four[] = LINE("1", "x", "", SAYS("-2")) LINE("2", "x", ",\"split\":\"test\"", SAYS("1"))
    LINE("3", "y", "", "") LINE("4", "y", "", SAYS("3")) LINE("5", "y", "", SAYS("0"));

Test(label, pairs_come_in_order_filtered_by_source_and_split)
{
    struct seen s = {0};
    must(fixture_import(&f, "four.jsonl", NULL, four));
    must(label_each_pair(f.db, &(struct label_options){0}, see_pair, &s, &f.err));
    same_text(s.text, "1:-2:x:- 2:1:x:test 4:3:y:- ");
    s = (struct seen){0};
    must(label_each_pair(f.db, &(struct label_options){.source = "x", .split = "test"}, see_pair, &s, &f.err));
    same_text(s.text, "2:1:x:test ");
    fails(label_each_pair(f.db, &(struct label_options){.source = "z"}, see_pair, &s, &f.err), ERR_MISSING,
          "there is no source \"z\"; there are x, y");
}

static bool see_rating(void *ctx, const struct label_rating *r)
{
    struct seen *s = ctx;
    size_t used = strlen(s->text);
    snprintf(s->text + used, sizeof s->text - used, "%lld:%.2f,%.2f/%d:%s ", (long long)r->response, r->values[0],
             isnan(r->values[1]) ? -1.0 : r->values[1], r->n, r->source);
    s->n++;
    return true;
}

Test(label, ratings_are_means_over_those_who_count)
{
    static const char *const attributes[] = {"helpfulness", "wit"};
    struct seen s = {0};
    must(fixture_import(
        &f, "x.jsonl", NULL,
        LINE("1", "x", "",
             ",\"judgement\":{\"annotator\":\"source:x\",\"ratings\":[{\"helpfulness\":1},{\"helpfulness\":2}]}")
            LINE("1", "x", "", ",\"judgement\":{\"annotator\":\"ada\",\"ratings\":[{\"helpfulness\":3},{}]}")
                LINE("1", "x", "", ",\"judgement\":{\"annotator\":\"bob\",\"ratings\":[{\"helpfulness\":4},{}]}")));
    must(label_each_rating(f.db, &(struct label_options){0}, attributes, 2, see_rating, &s, &f.err));
    same_text(s.text, "1:3.50,-1.00/2:x 2:2.00,-1.00/1:x ");
    s = (struct seen){0};
    must(label_each_rating(f.db, &(struct label_options){.by = LABEL_BY_ALL}, attributes, 2, see_rating, &s, &f.err));
    same_text(s.text, "1:2.67,-1.00/3:x 2:2.00,-1.00/1:x ");
    s = (struct seen){0};
    must(label_each_rating(f.db, &(struct label_options){.single = true}, attributes, 2, see_rating, &s, &f.err));
    same_text(s.text, "1:3.00,-1.00/1:x 1:4.00,-1.00/1:x 2:2.00,-1.00/1:x ");
    s = (struct seen){0};
    must(label_each_rating(f.db, &(struct label_options){.by = LABEL_BY_ALL, .single = true}, attributes, 2, see_rating,
                           &s, &f.err));
    same_text(s.text, "1:1.00,-1.00/1:x 1:3.00,-1.00/1:x 1:4.00,-1.00/1:x 2:2.00,-1.00/1:x ");
}

Test(label, ratings_of_retired_comparisons_do_not_count)
{
    static const char *const attributes[] = {"helpfulness", "wit"};
    struct seen s = {0};
    must(fixture_import(
        &f, "x.jsonl", NULL,
        LINE("1", "x", "", ",\"judgement\":{\"annotator\":\"ada\",\"ratings\":[{\"helpfulness\":3},{}]}")
            LINE("2", "x", "", ",\"judgement\":{\"annotator\":\"ada\",\"ratings\":[{\"helpfulness\":4},{}]}")));
    must(content_retire(f.db, 1, true, "ada", NULL, &f.err));
    must(label_each_rating(f.db, &(struct label_options){0}, attributes, 2, see_rating, &s, &f.err));
    cr_expect(eq(int, s.n, 1), "%s", s.text);
    must(content_retire(f.db, 1, false, "ada", NULL, &f.err));
    s = (struct seen){0};
    must(label_each_rating(f.db, &(struct label_options){0}, attributes, 2, see_rating, &s, &f.err));
    cr_expect(eq(int, s.n, 2), "%s", s.text);
}

/* A book that knows the first comparison's people and the first answer's correctness. */
static bool says_two(const struct label_book *b, bool people, const char *comparison_id, struct label *l)
{
    (void)b;
    (void)comparison_id;
    if (!people)
        return false;
    *l = (struct label){.n = l->n, .has = true, .said_by = l->said_by, .mean = 2, .strength = 2, .confidence = 0.5};
    return true;
}

static bool says_correctness(const struct label_book *b, bool people, const char *response_id, const char *attribute,
                             double *value)
{
    (void)b;
    (void)response_id;
    *value = strcmp(attribute, "correctness") == 0 ? 7 : (double)NAN;
    return people;
}

Test(label, a_book_stands_in_place_of_means_but_not_of_review_or_imported_labels)
{
    static const struct label_book book = {says_two, says_correctness};
    static const char *const attributes[] = {"helpfulness", "correctness"};
    const struct label_options by_book = {.book = &book};
    struct seen s = {0};
    must(fixture_import(
        &f, "x.jsonl", NULL,
        LINE("1", "x", "", ",\"judgement\":{\"annotator\":\"ada\",\"preference\":-1}") LINE("2", "x", "", SAYS("-1"))
            LINE("3", "x", "", ",\"judgement\":{\"annotator\":\"bo\",\"preference\":-1}")
                LINE("4", "x", "",
                     ",\"judgement\":{\"annotator\":\"bo\",\"ratings\":[{\"helpfulness\":4,\"correctness\":1},{"
                     "\"correctness\":2}]}")
                    LINE("5", "x", "",
                         ",\"judgement\":{\"annotator\":\"source:x\",\"ratings\":[{\"helpfulness\":4},{}]}")));
    fixture_sql(&f, "UPDATE annotator SET kind = 'reviewer' WHERE name = 'bo'");
    must(label_each_pair(f.db, &by_book, see_pair, &s, &f.err));
    same_text(s.text, "1:2:x:- 2:-1:x:- 3:-1:x:- ");
    fixture_sql(&f, "UPDATE annotator SET kind = 'person' WHERE name = 'bo'");
    s = (struct seen){0};
    must(label_each_rating(f.db, &by_book, attributes, 2, see_rating, &s, &f.err));
    cr_expect(ne(ptr, strstr(s.text, ":nan,7.00/1:x"), NULL), "%s", s.text);
    cr_expect(ne(ptr, strstr(s.text, ":4.00,-1.00/1:x"), NULL), "the source's stays: %s", s.text);
}

Test(label, attributes_come_in_the_order_of_the_rubric)
{
    const char **names;
    size_t n;
    must(fixture_import(
        &f, "x.jsonl", NULL,
        LINE("1", "x", "",
             ",\"judgement\":{\"annotator\":\"ada\",\"ratings\":[{\"verbosity\":1,\"correctness\":3},{}]}")));
    must(label_attributes(f.db, &f.arena, &names, &n, &f.err));
    cr_assert(eq(sz, n, 2));
    same_text(names[0], "correctness");
    same_text(names[1], "verbosity");
}

Test(label, names_of_choices_are_checked)
{
    enum label_by by;
    must(label_by_parse("sources", &by, &f.err));
    cr_expect(eq(int, (int)by, LABEL_BY_SOURCES));
    fails(label_by_parse("me", &by, &f.err), ERR_USAGE, "best, review, people, sources or all");
}
