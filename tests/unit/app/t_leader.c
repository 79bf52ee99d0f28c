#include "app/leader.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

TestSuite(leader);

static struct err err;

enum { ROWS = 8 };

/* Prompt a: rows 0 to 2; b: 3 and 4; c: 5 alone; 6 of none; d: 7 and nobody known. */
static void expect_named(const char *const *ids, const double *rewards, double margin, const enum leader *wanted)
{
    static const char *const prompts[ROWS] = {"a", "a", "a", "b", "b", "c", NULL, "d"};
    static const double X[ROWS];
    struct embeddings e;
    struct tensor t;
    embeddings_init(&e);
    e.keeps_prompt_ids = true;
    tensor_borrow(&t, TENSOR_F64, X, ROWS, 1);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", ids, &err), "%s", err.text);
    for (size_t i = 0; i < ROWS; i++)
        if (prompts[i] != NULL)
            embeddings_set_prompt_id(&e, i, prompts[i]);
    enum leader *got = leaders_of(&e, rewards, margin);
    for (size_t i = 0; i < ROWS; i++)
        cr_expect(eq(int, (int)got[i], (int)wanted[i]), "row %zu", i);
    mem_free(got);
    embeddings_close(&e);
}

static void expect_leaders(const double *rewards, double margin, const enum leader *wanted)
{
    expect_named(NULL, rewards, margin, wanted);
}

Test(leader, is_ahead_of_every_other_answer_by_more_than_the_margin)
{
    const double rewards[ROWS] = {1, 3, 2.5, -1, 4, 9, 9, 9};
    const enum leader near[ROWS] = {LEADER_NO, LEADER_YES, LEADER_NO, LEADER_NO, LEADER_YES},
                      far[ROWS] = {LEADER_NO, LEADER_NO, LEADER_NO, LEADER_NO, LEADER_YES};
    expect_leaders(rewards, 0.4, near);
    expect_leaders(rewards, 0.5, far);
}

Test(leader, equal_ones_do_not_lead_and_unknown_ones_do_not_take_part)
{
    const double rewards[ROWS] = {3, 3, NAN, NAN, 4, 9, 9, 9};
    const enum leader wanted[ROWS] = {LEADER_NO, LEADER_NO};
    expect_leaders(rewards, 0, wanted);
}

/* Row 1 has the highest reward of its prompt, row 3 is all that row 4 is held against. */
Test(leader, a_probe_neither_leads_nor_stands_in_the_way)
{
    static const char *const ids[ROWS] = {"r0", "probe:empty:a", "r2", "probe:dot:b", "r4", "r5", "r6", "r7"};
    const double rewards[ROWS] = {1, 3, 2.5, 9, 4, 9, 9, 9};
    const enum leader wanted[ROWS] = {LEADER_NO, LEADER_ALONE, LEADER_YES, LEADER_ALONE, LEADER_ALONE};
    expect_named(ids, rewards, 0, wanted);
}
