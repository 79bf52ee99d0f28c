#include "app/part.h"
#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { PROMPTS = 20, EACH = 3, N = PROMPTS * EACH };

static struct data d;
static struct part pairs, ratings, thumbs;

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
    part_free(&thumbs);
    vec_free(&d.thumbs.thumbs);
    mem_free(d.thumb_keys);
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

/* Ratings pile up on some prompts, so a share of them is another set of prompts; some prompts have no pair. */
Test(part, ratings_follow_the_pairs_of_their_prompt)
{
    size_t together[3] = {0};
    for (size_t i = 0; i < N; i++)
        d.rating_keys[i] = 1000 + i * i / 97 % (PROMPTS + 4);
    for (uint64_t seed = 0; seed < 20; seed++) {
        bool held[PROMPTS + 4] = {false};
        part_pairs(&d, NULL, 0.25, seed, &pairs);
        part_ratings(&d, NULL, 0.25, seed, &ratings);
        together[0] += ratings.n_held;
        part_align(&d, &pairs, &ratings);
        together[1] += ratings.n_held;
        cr_expect(eq(sz, ratings.n_fit + ratings.n_held, N));
        for (size_t i = 0; i < pairs.n_held; i++)
            held[pairs.held[i] % PROMPTS] = true;
        for (size_t i = 0; i < ratings.n_fit; i++)
            cr_expect(not(held[d.rating_keys[ratings.fit[i]] - 1000]));
        for (size_t i = 0; i < ratings.n_held; i++) {
            size_t prompt = d.rating_keys[ratings.held[i]] - 1000;
            together[2] += prompt >= PROMPTS;
            cr_expect(prompt >= PROMPTS || held[prompt]);
        }
        part_free(&pairs);
        part_free(&ratings);
    }
    cr_expect(ne(sz, together[0], together[1]), "there was something to put right");
    cr_expect(gt(sz, together[2], 0), "a prompt without pairs is held out by itself");
}

Test(part, a_prompt_stands_in_one_fold_in_pairs_and_in_ratings)
{
    size_t of_prompt[PROMPTS];
    struct part rest;
    part_pairs(&d, NULL, 0.25, 7, &pairs);
    part_ratings(&d, NULL, 0.25, 7, &ratings);
    size_t *fold = part_folds(&d, &pairs, &ratings, 4, 3), total = 0;
    for (size_t i = 0; i < pairs.n_fit; i++)
        of_prompt[pairs.fit[i] % PROMPTS] = fold[i];
    for (size_t i = 0; i < ratings.n_fit; i++)
        cr_expect(eq(sz, fold[pairs.n_fit + i], of_prompt[ratings.fit[i] % PROMPTS]));
    for (size_t f = 0; f < 4; f++) {
        part_without(&ratings, fold + pairs.n_fit, f, &rest);
        for (size_t i = 0; i < rest.n_fit; i++)
            cr_expect(ne(sz, of_prompt[rest.fit[i] % PROMPTS], f));
        total += ratings.n_fit - rest.n_fit;
        cr_expect(lt(sz, rest.n_fit, ratings.n_fit));
        cr_expect(eq(sz, rest.n_held, 0));
        part_free(&rest);
    }
    cr_expect(eq(sz, total, ratings.n_fit), "each is left out once");
    mem_free(fold);
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

/* Thumbs of the pairs' prompts and of as many prompts more. */
static void add_thumbs(void)
{
    d.thumb_keys = mem_array(2 * N, sizeof *d.thumb_keys);
    for (size_t i = 0; i < 2 * N; i++) {
        vec_push(&d.thumbs.thumbs, ((struct thumb){.row = i, .up = i % 2 == 0}));
        d.thumb_keys[i] = 1000 + i % (2 * PROMPTS);
    }
}

Test(part, thumbs_go_where_the_pairs_of_their_prompt_go)
{
    bool held[2 * PROMPTS] = {false};
    add_thumbs();
    part_pairs(&d, NULL, 0.25, 7, &pairs);
    part_thumbs(&d, NULL, 0.25, 7, &pairs, &thumbs);
    cr_expect(eq(sz, thumbs.n_fit + thumbs.n_held, 2 * N));
    cr_expect(eq(sz, thumbs.n_held, N / 2));
    for (size_t i = 0; i < pairs.n_held; i++)
        held[pairs.held[i] % PROMPTS] = true;
    for (size_t i = 0; i < thumbs.n_held; i++) {
        size_t prompt = thumbs.held[i] % (2 * PROMPTS);
        cr_expect(prompt >= PROMPTS || held[prompt]);
        held[prompt] = true;
    }
    for (size_t i = 0; i < thumbs.n_fit; i++)
        cr_expect(not(held[thumbs.fit[i] % (2 * PROMPTS)]));
}

Test(part, thumbs_are_parted_without_pairs_too_and_by_marks)
{
    const struct part none = {0};
    add_thumbs();
    part_thumbs(&d, NULL, 0.25, 7, &none, &thumbs);
    cr_expect(eq(sz, thumbs.n_held, N / 2));
    part_free(&thumbs);
    d.thumbs.thumbs.v[5].split = SPLIT_TEST;
    cr_expect(eq(dbl, part_share(&d, -1), 0));
    part_thumbs(&d, "test", 0, 7, &none, &thumbs);
    cr_assert(eq(sz, thumbs.n_fit, 1));
    cr_expect(eq(sz, thumbs.fit[0], 5));
}

/* Beside a part of the pairs that somebody chose. */
Test(part, ratings_go_with_the_pairs_of_their_prompt)
{
    for (size_t i = 0; i < 4 * EACH; i++) /* prompts 16 to 19 have no pair any more */
        d.pair_keys[N - 1 - i] = d.pair_keys[0];
    d.ratings.rows.v[5].split = SPLIT_TEST;
    part_pairs(&d, NULL, 0.25, 7, &pairs);
    part_ratings_beside(&d, &pairs, &ratings);
    cr_expect(eq(sz, ratings.n_fit + ratings.n_held, N - 1), "what is marked test is neither");
    bool held[PROMPTS] = {false};
    for (size_t i = 0; i < pairs.n_held; i++)
        held[d.pair_keys[pairs.held[i]] - 1000] = true;
    for (size_t i = 0; i < ratings.n_held; i++)
        cr_expect(held[d.rating_keys[ratings.held[i]] - 1000]);
    for (size_t i = 0; i < ratings.n_fit; i++)
        cr_expect(not(held[d.rating_keys[ratings.fit[i]] - 1000]), "also a prompt without pairs is fitted");
    cr_expect(gt(sz, ratings.n_held, 0));
}
