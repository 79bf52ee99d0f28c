#include "app/labels.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

TestSuite(labels);

/* Preferences 3, -1, -1, 0: four votes, 2.5 for the first, but the mean leans to the second. */
static const struct label split_vote = {
    .n = 4, .n_stated = 4, .has = true, .mean = 0.25, .strength = 0, .p_first = 0.625};
static const struct label clear = {.n = 3, .n_stated = 3, .has = true, .mean = -2, .strength = -2, .p_first = 1};
static const struct label even = {.n = 2, .n_stated = 2, .has = true, .mean = 0, .strength = 0, .p_first = 0.5};
static const struct label rated = {.n = 1, .has = true, .from_ratings = true, .mean = 1, .strength = 1, .p_first = 0};

static struct labels_pair of(const struct label *l, enum labels_soft soft, bool ties)
{
    struct labels_pair p;
    cr_assert(labels_pair_of(l, &(struct labels_wish){.soft = soft, .ties = ties}, &p));
    return p;
}

Test(labels, probabilities_are_those_of_the_votes)
{
    static const struct {
        const struct label *label;
        enum labels_soft soft;
        bool first;
        double p;
        int strength;
    } table[] = {
        {&clear, LABELS_HARD, true, 1, 2},
        {&clear, LABELS_SHARE, true, 1, 2},
        {&clear, LABELS_SMOOTHED, true, 3.5 / 4, 2},
        {&clear, LABELS_MAGNITUDE, true, 0.5 + 2.0 / 6, 2},
        {&split_vote, LABELS_HARD, false, 1, 1},
        {&split_vote, LABELS_SHARE, false, 0.375, 1},
        {&split_vote, LABELS_SMOOTHED, false, 2.0 / 5, 1},
        {&split_vote, LABELS_MAGNITUDE, false, 0.5 + 0.25 / 6, 1},
        {&even, LABELS_SHARE, false, 0.5, 1},
        {&rated, LABELS_SMOOTHED, false, 0.75, 1},
        {&rated, LABELS_HARD, false, 1, 1},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct labels_pair p = of(table[i].label, table[i].soft, false);
        cr_expect(eq(int, p.first_wins, table[i].first), "row %zu", i);
        cr_expect(epsilon_eq(dbl, p.p, table[i].p, 1e-15), "row %zu", i);
        cr_expect(eq(int, p.strength, table[i].strength), "row %zu", i);
    }
}

Test(labels, what_has_no_side_is_left_out_or_a_tie)
{
    struct labels_pair p;
    cr_expect(not(labels_pair_of(&even, &(struct labels_wish){0}, &p)));
    for (int soft = LABELS_HARD; soft <= LABELS_MAGNITUDE; soft++) {
        p = of(&even, (enum labels_soft)soft, true);
        cr_expect(eq(int, p.strength, 0));
        cr_expect(eq(dbl, p.p, 0.5));
        cr_expect(eq(int, of(&split_vote, (enum labels_soft)soft, true).strength, 0), "its mean rounds to 0");
        cr_expect(eq(int, of(&clear, (enum labels_soft)soft, true).strength, 2));
    }
}

Test(labels, of_a_method_weigh_as_much_as_it_is_sure)
{
    struct label made = {.n = 5, .n_stated = 4, .has = true, .mean = -2, .strength = -2, .p_first = 0.9};
    made.by_method = true;
    made.confidence = 0.8;
    struct labels_pair p = of(&made, LABELS_HARD, false);
    cr_expect(eq(dbl, p.weight, 0.8));
    cr_expect(eq(dbl, p.p, 1));
    p = of(&made, LABELS_SHARE, false);
    cr_expect(eq(dbl, p.weight, 1), "its doubt stands in p already");
    cr_expect(epsilon_eq(dbl, p.p, 0.9, 1e-15));
    cr_expect(eq(dbl, of(&clear, LABELS_HARD, false).weight, 1));
}

Test(labels, a_method_that_chose_no_side_gives_no_hard_label)
{
    struct label made = {.n = 5, .n_stated = 5, .has = true, .mean = 0, .strength = 0, .p_first = 0.6};
    struct labels_pair p;
    made.by_method = true;
    made.confidence = 0.5;
    cr_expect(not(labels_pair_of(&made, &(struct labels_wish){0}, &p)), "although more say the first");
    made.by_method = false;
    cr_expect(labels_pair_of(&made, &(struct labels_wish){0}, &p));
}

Test(labels, a_head_remembers_how_its_labels_were_made)
{
    static const char *const names[] = {"reward"};
    struct head h;
    struct labels_wish wish;
    struct err err;
    head_init(&h, "bt", names, 1, 2);
    cr_expect(labels_of_head(&h, &wish, &err));
    cr_expect(wish.soft == LABELS_HARD && !wish.ties);
    head_set_meta(&h, "settings", "{\"soft\":\"magnitude\",\"ties\":\"graded\"}");
    cr_assert(labels_of_head(&h, &wish, &err), "%s", err.text);
    cr_expect(wish.soft == LABELS_MAGNITUDE && wish.ties);
    head_set_meta(&h, "inputs", "{}");
    cr_assert(labels_of_head(&h, &wish, &err), "%s", err.text);
    cr_expect(eq(str, (char *)wish.aggregate, "none"), "whatever the workspace says by now");
    head_set_meta(&h, "inputs", "{\"aggregation\":{\"method\":\"mace\"}}");
    cr_assert(labels_of_head(&h, &wish, &err), "%s", err.text);
    cr_expect(eq(str, (char *)wish.aggregate, "mace"));
    head_set_meta(&h, "inputs", "{\"aggregation\":{\"method\":\"dice\"}}");
    cr_expect(not(labels_of_head(&h, &wish, &err)));
    head_set_meta(&h, "inputs", "{}");
    head_set_meta(&h, "settings", "{\"soft\":\"velvet\"}");
    cr_expect(not(labels_of_head(&h, &wish, &err)));
    head_free(&h);
}
