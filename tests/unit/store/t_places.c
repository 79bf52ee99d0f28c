#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/rng.h"
#include "store/places.h"
#include "tests/support/store_fixture.h"

#include <string.h>

static struct draft d;
static struct rubric r = {.preference_max = 3, .zero_allowed = true, .preference_required = true};

static void begin(void)
{
    draft_init(&d);
    d.n = 4;
}

static void end(void)
{
    draft_free(&d);
}

TestSuite(places, .init = begin, .fini = end);

/* "b a=c (d)": best first, those without a place in brackets. */
static const char *order(void)
{
    static char text[64];
    int by[ANSWERS_MOST];
    size_t at = 0;
    places_order(&d, by);
    for (int i = 0; i < d.n; i++) {
        int place = d.place[by[i]], before = i > 0 ? d.place[by[i - 1]] : -1;
        if (i > 0)
            text[at++] = place > 0 && place == before ? '=' : ' ';
        if (place == 0)
            text[at++] = '(';
        text[at++] = (char)('a' + by[i]);
        if (place == 0)
            text[at++] = ')';
    }
    text[at] = '\0';
    return text;
}

Test(places, an_answer_put_on_a_place_pushes_the_others_down)
{
    same_text(order(), "(a) (b) (c) (d)");
    places_put(&d, 0, 1);
    places_put(&d, 1, 1);
    same_text(order(), "b a (c) (d)");
    places_put(&d, 2, 2);
    same_text(order(), "b c a (d)");
    places_put(&d, 3, 9);
    same_text(order(), "b c a d");
    places_put(&d, 3, 1);
    same_text(order(), "d b c a");
    places_put(&d, 3, 4);
    same_text(order(), "b c a d");
}

Test(places, those_beside_each_other_are_as_good_as_each_other)
{
    places_put(&d, 0, 1);
    places_put(&d, 1, 2);
    places_join(&d, 2, 1);
    same_text(order(), "a=c b (d)");
    places_join(&d, 1, 1);
    same_text(order(), "a=b=c (d)");
    places_take(&d, 1);
    same_text(order(), "a=c (b) (d)");
    cr_expect(eq(int, places_count(&d), 1));
}

Test(places, a_step_leaves_a_tie_or_goes_past_the_next_place)
{
    for (int i = 0; i < 4; i++)
        places_put(&d, i, i + 1);
    places_join(&d, 2, 2); /* a b=c d */
    cr_expect(eq(int, places_step(&d, 2, -1), 1));
    same_text(order(), "a c b d");
    cr_expect(eq(int, places_step(&d, 2, -1), 1));
    same_text(order(), "c a b d");
    cr_expect(eq(int, places_step(&d, 2, -1), 0));
    cr_expect(eq(int, places_step(&d, 3, 1), 0));
    places_join(&d, 1, 2);
    same_text(order(), "c a=b d");
    cr_expect(eq(int, places_step(&d, 0, 1), 1));
    same_text(order(), "c b a d");
    places_take(&d, 0);
    cr_expect(eq(int, places_step(&d, 0, 1), 0));
}

Test(places, the_strength_is_how_far_apart_they_are_and_no_more_than_the_rubric_has)
{
    int p = 9;
    for (int i = 0; i < 3; i++)
        places_put(&d, i, i + 1);
    cr_expect(eq(int, places_preference(&d, &r, 0, 2, &p), 1));
    cr_expect(eq(int, p, -2));
    cr_expect(eq(int, places_preference(&d, &r, 2, 0, &p), 1));
    cr_expect(eq(int, p, 2));
    struct rubric sign = r;
    sign.preference_max = 1;
    cr_expect(eq(int, places_preference(&d, &sign, 0, 2, &p), 1));
    cr_expect(eq(int, p, -1));
    places_join(&d, 2, 1);
    cr_expect(eq(int, places_preference(&d, &r, 0, 2, &p), 1));
    cr_expect(eq(int, p, 0));
    cr_expect(eq(int, places_preference(&d, &r, 0, 3, &p), 0));
}

Test(places, a_ranking_is_whole_when_each_answer_has_a_place)
{
    char why[DRAFT_WHY_SIZE];
    for (int i = 0; i < 3; i++)
        places_put(&d, i, 1);
    cr_expect(eq(int, draft_missing(&d, &r, why), places_cell(&r, 3, -1)));
    same_text(why, "D has no place yet");
    places_join(&d, 3, 1);
    cr_expect(eq(int, draft_missing(&d, &r, why), -1));
    struct rubric decide = r;
    decide.zero_allowed = false;
    cr_expect(eq(int, draft_missing(&d, &decide, why), places_cell(&r, 2, -1)));
    same_text(why, "C is as good as another one, and this rubric wants a decision");
}

Test(places, a_draft_of_a_ranking_survives_being_written)
{
    struct draft back;
    struct buf text = BUF_INIT;
    struct err err = {0};
    draft_init(&back);
    places_put(&d, 2, 1);
    places_put(&d, 0, 2);
    places_join(&d, 3, 2);
    d.cell = places_cell(&r, 1, -1);
    buf_adds(&d.because, "@C says it");
    draft_write(&d, &r, &text);
    cr_expect(eq(int, draft_read(text.ptr, text.len, &r, &back, &err), 1), "%s", err.text);
    cr_expect(eq(int, draft_says_the_same(&d, &back, &r), 1));
    cr_expect(eq(int, back.cell, d.cell));
    cr_expect(eq(int, back.n, 4));
    cr_expect(eq(int, draft_is_empty(&back, &r), 0));
    buf_free(&text);
    draft_free(&back);
}

/* Whatever is done, the places given are 1, 2, ... without a gap. */
Test(places, no_gap_arises_from_any_steps)
{
    struct rng rng;
    rng_seed(&rng, 7);
    d.n = 7;
    for (int k = 0; k < 20000; k++) {
        int answer = (int)rng_below(&rng, 7), other = (int)rng_below(&rng, 7);
        switch (rng_below(&rng, 4)) {
        case 0:
            places_put(&d, answer, 1 + (int)rng_below(&rng, 9));
            break;
        case 1:
            if (other != answer && d.place[other] > 0)
                places_join(&d, answer, d.place[other]);
            break;
        case 2:
            places_step(&d, answer, rng_below(&rng, 2) == 0 ? -1 : 1);
            break;
        default:
            places_take(&d, answer);
        }
        int most = places_count(&d);
        for (int place = 1; place <= most; place++)
            cr_assert(ne(int, places_at_place(&d, place), 0));
    }
}
