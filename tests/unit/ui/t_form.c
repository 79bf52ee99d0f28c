#include "ui/form.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct train_choice heads[] = {{"bt", "pairs"}, {"regression", "ratings"}};
static const struct train_choice paths[] = {{"1:2:3", "searched"}, {"", "given"}};
static const struct train_field fields[] = {
    {.option = "head", .label = "head", .choice = heads, .n = 2, .initial = "bt", .heads = 3},
    {.option = "loss", .label = "loss", .typed = true, .initial = "plain", .heads = 1},
    {.option = "l2-path", .label = "search", .choice = paths, .n = 2, .typed = true, .initial = "1:2:3", .heads = 3},
    {.option = "folds", .label = "folds", .typed = true, .initial = "5", .heads = 3, .needs = "l2-path"},
    {.option = "l2", .label = "lambda", .typed = true, .initial = "0.1", .heads = 3, .bars = "l2-path"},
    {.label = "more", .typed = true, .initial = "", .heads = 3},
};
static const struct train_form what = {.field = fields, .n = 6};
static struct form f;

static void set_up(void)
{
    form_init(&f);
    form_set(&f, &what);
}

static void tear_down(void)
{
    form_release(&f);
}

TestSuite(form, .init = set_up, .fini = tear_down);

static void expect(const char *wanted)
{
    struct form_words w = {0};
    struct buf said = BUF_INIT;
    form_words(&f, &w);
    for (size_t i = 0; i < w.v.n; i++)
        buf_addf(&said, "%s%s", i > 0 ? " " : "", w.v.v[i]);
    cr_expect(eq(str, said.ptr, (char *)wanted));
    form_words_free(&w);
    buf_free(&said);
}

static void type(size_t row, const char *text)
{
    list_go(&f.list, row);
    cr_assert(form_type(&f));
    editor_set(&f.editor, text, strlen(text));
    form_typed(&f, true);
}

Test(form, it_begins_with_what_is_right)
{
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5");
}

Test(form, fields_come_and_go_with_what_they_need)
{
    list_go(&f.list, 2);
    cr_expect(form_step(&f, 1));
    expect("--head=bt --loss=plain --l2=0.1");
    cr_expect(eq(str, (char *)form_field(&f)->label, "search"), "the selected one stays selected");
    cr_expect(form_step(&f, 1));
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5");
}

Test(form, fields_of_other_heads_are_left_out_and_keep_their_values)
{
    type(1, "scaled");
    list_go(&f.list, 0);
    form_step(&f, -1);
    expect("--head=regression --l2-path=1:2:3 --folds=5");
    form_step(&f, 1);
    expect("--head=bt --loss=scaled --l2-path=1:2:3 --folds=5");
}

Test(form, what_is_typed_loses_the_blanks_around_it)
{
    type(2, "  0.1,0.2 ");
    expect("--head=bt --loss=plain --l2-path=0.1,0.2 --folds=5");
    list_go(&f.list, 2);
    cr_expect(form_step(&f, 1));
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5");
}

Test(form, typing_can_be_given_up)
{
    list_go(&f.list, 1);
    cr_assert(form_type(&f));
    editor_insert(&f.editor, "x", 1);
    form_typed(&f, false);
    cr_expect(not(f.typing));
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5");
}

Test(form, more_options_are_parted_at_blanks)
{
    type(4, "--ties davidson  --center 0.01");
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5 --ties davidson --center 0.01");
}

Test(form, a_field_with_choices_alone_is_not_typed_and_one_without_not_chosen)
{
    list_go(&f.list, 0);
    cr_expect(not(form_type(&f)));
    list_go(&f.list, 1);
    cr_expect(not(form_step(&f, 1)));
}

Test(form, reset_brings_back_what_it_was)
{
    type(1, "scaled");
    list_go(&f.list, 1);
    form_reset_field(&f);
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5");
}

Test(form, read_anew_it_keeps_what_is_still_to_be_had)
{
    static const struct train_choice fewer[] = {{"bt", "pairs"}};
    struct train_field others[6];
    memcpy(others, fields, sizeof others);
    others[0].choice = fewer;
    others[0].n = 1;
    others[0].heads = 1;
    const struct train_form other = {.field = others, .n = 6};
    list_go(&f.list, 0);
    form_step(&f, 1);
    list_go(&f.list, 1);
    type(3, "x");
    form_set(&f, &other);
    expect("--head=bt --loss=plain --l2-path=1:2:3 --folds=5 x");
}
