/* The Bradley-Terry family through the command line: what is asked for is recorded in the head, with its thresholds,
 * and eval finds the held-out pairs again. */
#include "core/head.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct json_object *settings_of(const char *folder, const char *name)
{
    char path[512];
    struct head h;
    struct err err = {0};
    struct json_object *o = NULL;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    cr_assert(head_load(path, &h, &err), "%s", err.text);
    const char *settings = head_meta(&h, "settings");
    cr_assert(json_parse(settings, strlen(settings), &o, &err), "%s", err.text);
    head_free(&h);
    return o;
}

static char *demo(void)
{
    char *folder = temp_make();
    cr_assert(eq(int, assay_status(folder, "demo --folder d"), 0));
    return folder;
}

Test(family, every_loss_is_recorded_and_gives_another_head)
{
    static const struct {
        const char *options, *key;
    } table[] = {{"--loss margin", "loss"},
                 {"--loss scaled", "loss"},
                 {"--loss scaled-margin", "loss"},
                 {"--smoothing 0.1", "smoothing"},
                 {"--flip 0.1", "flip"},
                 {"--channel 0.1", "channel"},
                 {"--center 0.01", "center"},
                 {"--loss scaled --normalise weights", "normalise"},
                 {"--ties graded", "thresholds/cuts/1"}};
    enum { ROWS = sizeof table / sizeof *table };
    double objective[ROWS];
    char *folder = demo(), line[256];
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(line, sizeof line, "-w d/demo.assay train %s -o h.safetensors", table[i].options);
        struct json_object *t = assay_json(folder, line), *s = settings_of(folder, "h.safetensors");
        cr_expect(json_at(s, table[i].key) != NULL, "%s is not recorded", table[i].options);
        cr_expect(json_at(t, table[i].key) != NULL, "%s is not told", table[i].options);
        objective[i] = json_number(t, "objective");
        for (size_t k = 0; k < i; k++)
            cr_expect(ne(dbl, objective[i], objective[k]), "%s and %s are the same", table[i].options,
                      table[k].options);
        json_object_put(t);
        json_object_put(s);
        cr_expect(eq(int, assay_status(folder, "-w d/demo.assay eval --model h.safetensors"), 0));
    }
    cr_assert(eq(int, assay_status(folder, "-w d/demo.assay train -o h.safetensors"), 0));
    struct json_object *s = settings_of(folder, "h.safetensors");
    cr_expect(eq(int, json_object_object_length(s), 5), "a plain head records what it always did: %s",
              json_object_to_json_string(s));
    json_object_put(s);
    temp_remove(folder);
}
