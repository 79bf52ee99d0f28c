/* The penalty of every attribute by cross-validation: each is the one that a fit of its own would be given. */
#include "core/head.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
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

TestSuite(select_ridge, .init = set_up, .fini = tear_down);

static struct json_object *train(const char *options)
{
    char line[256];
    snprintf(line, sizeof line, "-w d/demo.assay train --head regression -o r.safetensors %s", options);
    return assay_json(folder, line);
}

static double of(struct json_object *t, const char *attribute, const char *what)
{
    char path[128];
    snprintf(path, sizeof path, "cross_validation/attributes/%s/%s", attribute, what);
    return json_number(t, path);
}

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { ATTRIBUTES = 5, PATH = 9 };

Test(select_ridge, every_attribute_is_fitted_at_its_own_penalty)
{
    struct json_object *t = train("--l2-path 0.001:10:9 --folds 4");
    cr_expect(eq(dbl, json_number(t, "cross_validation/folds"), 4));
    for (size_t j = 0; j < ATTRIBUTES; j++) {
        char options[128], path[64];
        snprintf(options, sizeof options, "--attributes %s --l2 %.17g", attributes[j], of(t, attributes[j], "chosen"));
        snprintf(path, sizeof path, "objectives/%s", attributes[j]);
        struct json_object *alone = train(options);
        cr_expect(epsilon_eq(dbl, json_number(t, path), json_number(alone, "objective"), 1e-9), "%s", attributes[j]);
        json_object_put(alone);
    }
    cr_expect(eq(dbl, json_number(t, "l2"), of(t, "helpfulness", "chosen")), "that of the reward is the head's");
    json_object_put(t);
}

Test(select_ridge, the_best_has_the_least_error_and_the_rule_may_take_a_larger_one)
{
    struct json_object *best = train("--l2-path 0.001:10:9"), *larger = train("--l2-path 0.001:10:9 --rule 1se");
    for (size_t j = 0; j < ATTRIBUTES; j++) {
        double chosen = of(best, attributes[j], "chosen"), least = INFINITY, found = NAN, limit = NAN;
        for (int i = 0; i < PATH; i++) {
            char mse[32], se[32], l2[32];
            snprintf(mse, sizeof mse, "path/%d/mse", i);
            snprintf(se, sizeof se, "path/%d/se", i);
            snprintf(l2, sizeof l2, "path/%d/l2", i);
            if (of(best, attributes[j], mse) <= least) {
                least = of(best, attributes[j], mse);
                limit = least + of(best, attributes[j], se);
                found = of(best, attributes[j], l2);
            }
        }
        cr_expect(eq(dbl, chosen, found));
        cr_expect(ge(dbl, of(larger, attributes[j], "chosen"), chosen));
        cr_expect(eq(dbl, of(larger, attributes[j], "chosen"), of(best, attributes[j], "1se")));
        cr_expect(ge(dbl, limit, least));
    }
    json_object_put(best);
    json_object_put(larger);
}

Test(select_ridge, the_choice_stands_in_the_head)
{
    char path[512];
    struct head h;
    struct err err = {0};
    json_object_put(train("--l2-path 0.01,0.1,1 --attributes helpfulness"));
    snprintf(path, sizeof path, "%s/r.safetensors", folder);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    cr_assert(head_meta(&h, "selection") != NULL);
    cr_expect(strstr(head_meta(&h, "selection"), "\"helpfulness\":{\"chosen\":") != NULL, "%s",
              head_meta(&h, "selection"));
    cr_expect(strstr(head_meta(&h, "settings"), "\"rule\":\"best\"") != NULL);
    head_free(&h);
}
