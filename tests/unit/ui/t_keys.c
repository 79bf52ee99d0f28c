#include "ui/keys.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct keys *with(const char *text)
{
    struct keys *k = keys_new();
    struct err err;
    bool ok = keys_parse(k, text, strlen(text), "test.keys", &err);
    cr_assert(ok, "%s", err.text);
    return k;
}

static enum request look(const struct keys *k, enum keymap map, const char *name)
{
    struct key key;
    cr_assert(key_parse(name, strlen(name), &key));
    return keys_lookup(k, map, key);
}

static void expect_error(const char *text, const char *part)
{
    struct keys *k = keys_new();
    struct err err = {0};
    cr_expect(not(keys_parse(k, text, strlen(text), "test.keys", &err)), "%s", text);
    cr_expect(eq(int, err.kind, ERR_SYNTAX));
    cr_expect(strstr(err.text, part) != NULL, "\"%s\" should say \"%s\"", err.text, part);
    keys_free(k);
}

Test(keys, a_view_falls_back_to_generic)
{
    struct keys *k = with("generic j line-down\nannotate x clear\n");
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "j"), REQ_LINE_DOWN));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "x"), REQ_CLEAR));
    cr_expect(eq(int, look(k, KEYMAP_PAGER, "x"), REQ_NONE));
    keys_free(k);
}

Test(keys, writing_does_not_fall_back_so_that_letters_can_be_typed)
{
    struct keys *k = with("generic j line-down\n");
    cr_expect(eq(int, look(k, KEYMAP_WRITING, "j"), REQ_NONE));
    cr_expect(eq(int, look(k, KEYMAP_LINE, "j"), REQ_NONE));
    cr_expect(eq(int, look(k, KEYMAP_REASON, "j"), REQ_NONE));
    keys_free(k);
}

Test(keys, a_later_line_replaces_an_earlier_one)
{
    struct keys *k = with("annotate x clear\nannotate x skip\n");
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "x"), REQ_SKIP));
    keys_free(k);
}

Test(keys, none_unbinds_and_hides_generic)
{
    struct keys *k = with("generic q leave\nannotate q none\n");
    char label[KEY_NAME_SIZE];
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "q"), REQ_NONE));
    cr_expect(eq(int, look(k, KEYMAP_PAGER, "q"), REQ_LEAVE));
    cr_expect(not(keys_label(k, KEYMAP_ANNOTATE, REQ_LEAVE, label)));
    keys_free(k);
}

Test(keys, the_first_key_bound_is_the_label)
{
    struct keys *k = with("annotate < prefer-a\nannotate , prefer-a\n");
    char label[KEY_NAME_SIZE];
    struct buf all = BUF_INIT;
    cr_expect(keys_label(k, KEYMAP_ANNOTATE, REQ_PREFER_A, label));
    cr_expect(eq(str, label, "<"));
    cr_expect(eq(int, keys_labels(k, KEYMAP_ANNOTATE, REQ_PREFER_A, &all), 2));
    cr_expect(eq(str, all.ptr, "< ,"));
    buf_free(&all);
    keys_free(k);
}

Test(keys, comments_blank_lines_and_windows_line_ends_are_fine)
{
    struct keys *k = with("# all\r\n\r\n  \t\nannotate\t<Enter>  submit\r\n   # more");
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "<Enter>"), REQ_SUBMIT));
    keys_free(k);
}

Test(keys, mistakes_are_named_with_their_line)
{
    expect_error("annotate x clear\nanotate y skip\n", "test.keys:2: there is no view \"anotate\"");
    expect_error("\n\nannotate <Entr> submit", "test.keys:3: \"<Entr>\" is no key");
    expect_error("annotate x explode", "there is no request \"explode\"");
    expect_error("annotate x", "three words");
    expect_error("annotate x clear now", "(here are 4)");
}

Test(keys, a_file_that_is_not_there_is_an_error_with_its_name)
{
    struct keys *k = keys_new();
    struct err err;
    cr_expect(not(keys_read(k, "/nowhere/at/all.keys", &err)));
    cr_expect(strstr(err.text, "/nowhere/at/all.keys") != NULL);
    keys_free(k);
}

Test(keys, a_users_file_is_read_on_top)
{
    char path[] = "/tmp/assay-keys-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs("annotate & rate-1\nannotate 1 none\n", f);
    fclose(f);
    struct keys *k = keys_new();
    struct err err;
    cr_expect(keys_default(k, &err));
    cr_expect(keys_read(k, path, &err));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "&"), REQ_RATE_1));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "1"), REQ_NONE));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "2"), REQ_RATE_2));
    keys_free(k);
    unlink(path);
}

Test(keys, every_request_has_a_key_by_default)
{
    struct keys *k = keys_new();
    struct err err;
    cr_assert(keys_default(k, &err), "%s", err.text);
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        char label[KEY_NAME_SIZE];
        bool bound = false;
        for (int m = 0; m < KEYMAP_COUNT; m++)
            bound = bound || keys_label(k, (enum keymap)m, (enum request)r, label);
        cr_expect(bound, "%s", request_name((enum request)r));
    }
    keys_free(k);
}

Test(keys, the_traps_of_terminals_are_not_bound)
{
    static const char *const traps[] = {"<C-s>", "<C-q>", "<C-b>", "<C-a>", "~", "!"};
    struct keys *k = keys_new();
    struct err err;
    cr_assert(keys_default(k, &err));
    for (size_t i = 0; i < sizeof traps / sizeof *traps; i++)
        for (int m = 0; m < KEYMAP_COUNT; m++)
            cr_expect(eq(int, look(k, (enum keymap)m, traps[i]), REQ_NONE), "%s", traps[i]);
    keys_free(k);
}

Test(keys, request_names_are_found_and_differ)
{
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        const char *name = request_name((enum request)r);
        cr_expect(eq(int, request_find(name, strlen(name)), r), "%s", name);
    }
    cr_expect(eq(int, request_find("rate", 4), REQ_NONE));
}

Test(keys, every_keymap_that_is_carried_can_be_read_on_top_of_the_default)
{
    static const char *const names[] = {"azerty", "numpad"};
    struct err err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct keys *k = keys_new();
        cr_assert(keys_default(k, &err), "%s", err.text);
        cr_expect(keys_carried(k, names[i], &err), "%s", err.text);
        cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "3"), REQ_RATE_3), "digits rate as ever");
        keys_free(k);
    }
}

Test(keys, azerty_rates_without_shift_and_numpad_with_one_hand)
{
    struct keys *k = keys_new();
    struct err err;
    cr_assert(keys_default(k, &err) && keys_carried(k, "azerty", &err), "%s", err.text);
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "&"), REQ_RATE_1));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "à"), REQ_RATE_0));
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "-"), REQ_PAGE_UP), "a page up is more wanted than a six");
    cr_assert(keys_carried(k, "numpad", &err), "%s", err.text);
    cr_expect(eq(int, look(k, KEYMAP_ANNOTATE, "-"), REQ_PREFER_A));
    cr_expect(eq(int, look(k, KEYMAP_PAGER, "-"), REQ_PAGE_UP), "elsewhere as ever");
    keys_free(k);
}

Test(keys, a_keymap_that_is_not_carried_names_those_that_are)
{
    struct keys *k = keys_new();
    struct err err;
    cr_expect(not(keys_carried(k, "dvorak", &err)));
    cr_expect(eq(int, err.kind, ERR_USAGE));
    cr_expect(eq(str, err.text, "there is no keymap \"dvorak\"; there are azerty, default, numpad"));
    keys_free(k);
}

Test(keys, an_unknown_view_names_all_that_there_are)
{
    for (int m = 0; m < KEYMAP_COUNT; m++)
        expect_error("nowhere x clear", keymap_name((enum keymap)m));
}
