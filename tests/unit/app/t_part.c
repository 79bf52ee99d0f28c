#include "app/part.h"
#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { PROMPTS = 20, EACH = 3, N = PROMPTS * EACH };

static struct data d;
static struct part pairs, ratings;

/* Three pairs and three rated answers a prompt, in turns. */
static void set_up(void)
{
    d = (struct data){.pair_keys = mem_array(N, sizeof *d.pair_keys),
                      .rating_keys = mem_array(N, sizeof *d.rating_keys)};
    for (size_t i = 0; i < N; i++) {
        vec_push(&d.pairs.pairs, ((struct pair){.chosen = 2 * i, .rejected = 2 * i + 1}));
        vec_push(&d.ratings.rows, ((struct rating_row){.row = i}));
        d.pair_keys[i] = d.rating_keys[i] = 1000 + i % PROMPTS;
    }
}

static void tear_down(void)
{
    part_free(&pairs);
    part_free(&ratings);
    vec_free(&d.pairs.pairs);
    vec_free(&d.ratings.rows);
    mem_free(d.pair_keys);
    mem_free(d.rating_keys);
}

TestSuite(part, .init = set_up, .fini = tear_down);

Test(part, a_prompt_stands_on_one_side_in_pairs_and_in_ratings)
{
    bool held[PROMPTS] = {false};
    part_pairs(&d, NULL, 0.25, 7, &pairs);
    part_ratings(&d, NULL, 0.25, 7, &ratings);
    cr_expect(eq(sz, pairs.n_fit + pairs.n_held, N));
    cr_expect(eq(sz, pairs.n_held, N / 4));
    for (size_t i = 0; i < pairs.n_held; i++)
        held[pairs.held[i] % PROMPTS] = true;
    for (size_t i = 0; i < pairs.n_fit; i++)
        cr_expect(not(held[pairs.fit[i] % PROMPTS]));
    for (size_t i = 0; i < ratings.n_held; i++)
        cr_expect(held[ratings.held[i] % PROMPTS]);
    for (size_t i = 0; i < ratings.n_fit; i++)
        cr_expect(not(held[ratings.fit[i] % PROMPTS]));
}

Test(part, train_means_marked_train_or_not_marked)
{
    d.pairs.pairs.v[0].split = SPLIT_TRAIN;
    d.pairs.pairs.v[1].split = SPLIT_TEST;
    part_pairs(&d, NULL, 0, 1, &pairs);
    cr_expect(eq(sz, pairs.n_fit, N - 1));
    cr_expect(eq(sz, pairs.n_held, 0));
    part_free(&pairs);
    part_pairs(&d, "test", 0, 1, &pairs);
    cr_assert(eq(sz, pairs.n_fit, 1));
    cr_expect(eq(sz, pairs.fit[0], 1));
}

Test(part, nothing_is_held_out_by_default_of_data_that_is_marked)
{
    cr_expect(eq(dbl, part_share(&d, -1), PART_HOLDOUT));
    cr_expect(eq(dbl, part_share(&d, 0.4), 0.4));
    d.ratings.rows.v[3].split = SPLIT_TEST;
    cr_expect(eq(dbl, part_share(&d, -1), 0));
    cr_expect(eq(dbl, part_share(&d, 0.4), 0.4));
}
