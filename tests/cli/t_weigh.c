/* Weights of pairs through the command line: recorded, told, and refused where they make no sense. */
#include "core/base/mem.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static char *folder;

static void set_up(void)
{
    folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
}

static void tear_down(void)
{
    temp_remove(folder);
}

TestSuite(weigh, .init = set_up, .fini = tear_down);

Test(weigh, a_clearer_pair_counts_more)
{
    struct json_object *plain = assay_json(folder, "-w d/demo.assay train -o p.safetensors");
    struct json_object *t = assay_json(folder, "-w d/demo.assay train --weigh gap -o h.safetensors");
    cr_expect(eq(str, (char *)json_string(t, "weigh"), "gap"));
    cr_expect(epsilon_eq(dbl, json_number(t, "weights/least"), 1 + (1 - exp(-0.5)) / 2, 1e-12));
    cr_expect(epsilon_eq(dbl, json_number(t, "weights/most"), 1 + (1 - exp(-1.5)) / 2, 1e-12));
    cr_expect(ne(dbl, json_number(t, "objective"), json_number(plain, "objective")));
    json_object_put(plain);
    json_object_put(t);
}

Test(weigh, gaps_may_be_margins_of_another_head)
{
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o p.safetensors"), 0));
    struct json_object *t =
        assay_json(folder, "-w d/demo.assay train --weigh gap --weigh-by p.safetensors -o h.safetensors");
    cr_expect(ge(dbl, json_number(t, "weights/least"), 1));
    cr_expect(lt(dbl, json_number(t, "weights/least"), 1 + (1 - exp(-0.5)) / 2));
    cr_expect(eq(sz, strlen(json_string(t, "weigh_by")), 64));
    json_object_put(t);
}

Test(weigh, what_a_head_is_unsure_of_counts_less)
{
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train --laplace -o p.safetensors"), 0));
    struct json_object *t =
        assay_json(folder, "-w d/demo.assay train --weigh uncertainty --weigh-by p.safetensors -o h.safetensors");
    cr_expect(gt(dbl, json_number(t, "weights/least"), 0));
    cr_expect(lt(dbl, json_number(t, "weights/most"), 1));
    json_object_put(t);
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o q.safetensors"), 0));
    cr_expect(
        eq(int,
           assay_status(folder, "-w d/demo.assay train --weigh uncertainty --weigh-by q.safetensors -o h.safetensors"),
           1));
}

Test(weigh, reliability_is_found_for_every_group_and_goes_with_other_options)
{
    struct json_object *t =
        assay_json(folder, "-w d/demo.assay train --weigh reliability --laplace --bootstrap 4 -o h.safetensors");
    struct json_object *groups = json_at(t, "reliability");
    double pairs = 0;
    cr_assert(groups != NULL && json_object_object_length(groups) > 0);
    json_object_object_foreach(groups, name, group)
    {
        cr_expect(gt(dbl, json_number(group, "eta"), 0.5), "%s", name);
        cr_expect(lt(dbl, json_number(group, "eta"), 1), "%s", name);
        pairs += json_number(group, "n_pairs");
    }
    cr_expect(eq(dbl, pairs, json_number(t, "n_pairs")));
    json_object_put(t);
}

Test(weigh, wishes_that_make_no_sense_are_refused)
{
    static const char *const lines[] = {
        "-w d/demo.assay train --weigh uncertainty",
        "-w d/demo.assay train --weigh-by x.safetensors",
        "-w d/demo.assay train --weigh reliability --loss scaled",
        "-w d/demo.assay train --weigh reliability --ties davidson",
        "-w d/demo.assay train --head regression --weigh gap",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect(ne(int, assay_status(folder, lines[i]), 0), "%s", lines[i]);
}
