#include "app/agreement.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static struct opinions o;
static struct err err;

static void tear_down(void)
{
    opinions_free(&o);
    o = (struct opinions){0};
}
TestSuite(agreement, .fini = tear_down);

static size_t number(struct names *n, const char *text)
{
    return names_add(n, text, strlen(text), NULL);
}

static void say(const char *who, const char *item, double value)
{
    bool added;
    size_t i = names_add(&o.items, item, strlen(item), &added);
    if (added) {
        vec_push(&o.first, SIZE_MAX);
        vec_push(&o.second, SIZE_MAX);
    }
    number(&o.attributes, "clear");
    vec_push(&o.v, ((struct opinion){.item = i, .rater = number(&o.people, who), .value = value}));
}

static void answer_gold(const char *who, const char *right)
{
    for (; *right != '\0'; right++)
        vec_push(&o.gold, ((struct opinions_gold){number(&o.people, who), *right == '1'}));
}

Test(agreement, drift_is_the_second_half_of_gold_beside_the_first)
{
    answer_gold("ada", "11110");
    answer_gold("bo", "1111111111111111");
    answer_gold("bo", "0000000000000000");
    answer_gold("cy", "1");
    struct agreement_person *p = agreement_people(&o);
    cr_expect(eq(sz, p[0].gold.n, 4));
    cr_expect(eq(sz, p[0].gold_before.of, 2), "the middle one belongs to the second half");
    cr_expect(eq(sz, p[0].gold_after.of, 3));
    cr_expect(epsilon_eq(dbl, p[0].drift.change, 2.0 / 3 - 1, 1e-15));
    cr_expect(not(p[0].drift.certain), "five answers prove nothing");
    cr_expect(epsilon_eq(dbl, p[1].drift.change, -1, 1e-15));
    cr_expect(p[1].drift.certain);
    cr_expect(isnan(p[2].drift.change), "one answer has no halves");
    mem_free(p);
}

/* Who is first stands down the side. */
Test(agreement, tables_of_two_count_what_each_said_of_the_same_items)
{
    struct agreement_part p;
    const struct opinions_filter all = {0};
    const struct agreement_opts few = {.resamples = 10, .seed = 1};
    say("ada", "x", 1);
    say("bo", "x", 3);
    say("ada", "y", 1);
    say("bo", "y", 1);
    say("cy", "y", 3);
    say("ada", "z", 3);
    cr_assert(agreement_part_of(&o, &all, &few, true, &p, &err), "%s", err.text);
    cr_assert(eq(sz, p.levels, 2));
    const size_t place[] = {0, 1, 2};
    double t[9 * 4] = {0}, pooled[4] = {0};
    agreement_tables(&o, &p, place, 3, t);
    const double ada_bo[] = {1, 1, 0, 0}, bo_ada[] = {1, 0, 1, 0}, ada_cy[] = {0, 1, 0, 0};
    for (size_t k = 0; k < 4; k++) {
        cr_expect(eq(dbl, t[1 * 4 + k], ada_bo[k]), "ada, bo: %zu", k);
        cr_expect(eq(dbl, t[3 * 4 + k], bo_ada[k]), "bo, ada: %zu", k);
        cr_expect(eq(dbl, t[2 * 4 + k], ada_cy[k]), "ada, cy: %zu", k);
        for (size_t i = 0; i < 9; i++)
            pooled[k] += t[i * 4 + k];
        cr_expect(eq(dbl, pooled[k], p.confusion[k]), "all together are the pooled table: %zu", k);
    }
    const size_t two[] = {NAMES_NONE, 0, 1};
    double of_two[4 * 4] = {0};
    agreement_tables(&o, &p, two, 2, of_two);
    cr_expect(eq(dbl, of_two[1 * 4 + 1], 1), "bo said 1 where cy said 3");
    agreement_part_free(&p);
}

Test(agreement, alarms_are_words_for_what_is_no_chance)
{
    const char *words[AGREEMENT_ALARMS];
    struct agreement_person p = {.side_a = {4, 5}, .longer = {3, 6}, .straight = {1, 2}};
    cr_expect(eq(sz, agreement_alarms(&p, words), 0), "so few may be chance");
    p = (struct agreement_person){
        .side_a = {2, 40}, .longer = {39, 40}, .straight = {38, 40}, .drift = drift_of(20, 20, 5, 20)};
    cr_assert(eq(sz, agreement_alarms(&p, words), AGREEMENT_ALARMS));
    cr_expect(eq(str, (char *)words[0], "leans to side B"));
    cr_expect(eq(str, (char *)words[1], "leans to the longer answer"));
    cr_expect(eq(str, (char *)words[2], "mostly gives all ratings the same"));
    cr_expect(eq(str, (char *)words[3], "is right on gold less often than at first"));
    p = (struct agreement_person){.straight = {1, 40}};
    cr_expect(eq(sz, agreement_alarms(&p, words), 0), "that ratings differ is no alarm");
}
