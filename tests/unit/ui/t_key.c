#include "ui/key.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct key parsed(const char *name)
{
    struct key k;
    cr_assert(key_parse(name, strlen(name), &k), "%s is a key", name);
    return k;
}

Test(key, every_name_is_read_back_as_the_same_key)
{
    char name[KEY_NAME_SIZE];
    for (uint32_t code = K_FIRST + 1; code < K_END_OF_LIST; code++) {
        for (int ctrl = 0; ctrl < 2; ctrl++) {
            struct key k = {code, ctrl != 0};
            key_spell(k, name);
            cr_expect(key_equal(parsed(name), k), "%s", name);
        }
    }
    for (uint32_t c = ' '; c < 0x7f; c++) {
        key_spell((struct key){c, false}, name);
        cr_expect(eq(u32, parsed(name).code, c), "%s", name);
    }
}

Test(key, a_character_stands_for_itself_even_when_it_is_a_bracket)
{
    cr_expect(eq(u32, parsed("a").code, 'a'));
    cr_expect(eq(u32, parsed("<").code, '<'));
    cr_expect(eq(u32, parsed("é").code, 0xe9));
    cr_expect(eq(u32, parsed("空").code, 0x7a7a));
    cr_expect(eq(u32, parsed("<lt>").code, '<'));
    cr_expect(eq(u32, parsed("<Space>").code, ' '));
}

Test(key, names_do_not_care_for_case)
{
    cr_expect(eq(u32, parsed("<enter>").code, K_ENTER));
    cr_expect(eq(u32, parsed("<PGDN>").code, K_PAGE_DOWN));
}

Test(key, ctrl_letters_that_terminals_send_for_other_keys_become_those)
{
    cr_expect(eq(u32, parsed("<C-m>").code, K_ENTER));
    cr_expect(eq(u32, parsed("<C-j>").code, K_ENTER));
    cr_expect(eq(u32, parsed("<C-i>").code, K_TAB));
    cr_expect(eq(u32, parsed("<C-h>").code, K_BACKSPACE));
    cr_expect(eq(u32, parsed("<C-[>").code, K_ESC));
    cr_expect(eq(u32, parsed("<C-R>").code, 'r'));
    cr_expect(parsed("<C-R>").ctrl);
}

Test(key, what_is_no_key_is_refused)
{
    static const char *const wrong[] = {"", "ab", "<>", "<Foo>", "<C->", "<C-Foo>", "\033", "\x7f", "\xff", "<Enter"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct key k;
        cr_expect(not(key_parse(wrong[i], strlen(wrong[i]), &k)), "%s", wrong[i]);
    }
}

Test(key, labels_are_for_people)
{
    char label[KEY_NAME_SIZE];
    key_label(parsed("<C-r>"), label);
    cr_expect(eq(str, label, "Ctrl-R"));
    key_label(parsed("<Enter>"), label);
    cr_expect(eq(str, label, "Enter"));
    key_label(parsed("<C-Left>"), label);
    cr_expect(eq(str, label, "Ctrl-Left"));
}
