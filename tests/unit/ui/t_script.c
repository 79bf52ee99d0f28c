#include "ui/script.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct script *parsed(const char *text)
{
    struct err err;
    struct script *s = script_parse(text, strlen(text), "test", &err);
    cr_assert(s != NULL, "%s", err.text);
    return s;
}

static void expect_key(struct script *s, const char *name)
{
    struct key expected;
    struct script_step step = script_next(s);
    cr_assert(key_parse(name, strlen(name), &expected));
    cr_expect(eq(int, step.kind, SCRIPT_KEY));
    cr_expect(key_equal(step.key, expected), "%s", name);
}

Test(script, keys_are_separated_by_blanks)
{
    struct script *s = parsed("4 <Enter>\t<C-r>\n< :\n");
    expect_key(s, "4");
    expect_key(s, "<Enter>");
    expect_key(s, "<C-r>");
    expect_key(s, "<");
    expect_key(s, ":");
    cr_expect(eq(int, script_next(s).kind, SCRIPT_END));
    cr_expect(eq(int, script_next(s).kind, SCRIPT_END));
    script_free(s);
}

Test(script, quoted_text_is_typed_letter_by_letter)
{
    struct script *s = parsed("i \"a é\\n\\\"\" <Esc>");
    static const char *const keys[] = {"i", "a", "<Space>", "é", "<Enter>", "\"", "<Esc>"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        expect_key(s, keys[i]);
    script_free(s);
}

Test(script, a_paste_comes_whole)
{
    struct script *s = parsed("paste \"one\\ntwo\"");
    struct script_step step = script_next(s);
    cr_expect(eq(int, step.kind, SCRIPT_PASTE));
    cr_expect(eq(str, (char *)step.text, "one\ntwo"));
    script_free(s);
}

Test(script, commands_and_comments)
{
    struct script *s = parsed("# nothing\n\n  :goto ab cd  \n");
    struct script_step step = script_next(s);
    cr_expect(eq(int, step.kind, SCRIPT_COMMAND));
    cr_expect(eq(str, (char *)step.text, "goto ab cd"));
    cr_expect(eq(long, step.line, 3));
    cr_expect(eq(int, script_next(s).kind, SCRIPT_END));
    script_free(s);
}

static void expect_error(const char *text, const char *part)
{
    struct err err = {0};
    cr_expect(script_parse(text, strlen(text), "test", &err) == NULL, "%s", text);
    cr_expect(eq(int, err.kind, ERR_SYNTAX));
    cr_expect(strstr(err.text, part) != NULL, "\"%s\" should say \"%s\"", err.text, part);
}

Test(script, mistakes_are_named_with_their_line)
{
    expect_error("4\n44\n", "test:2: \"44\" is no key");
    expect_error("\"abc", "test:1: the quoted text does not end");
    expect_error("\"a\\x\"", "\\x means nothing");
    expect_error("\"\xff\"", "not UTF-8");
}

Test(script, a_file_that_is_not_there_is_an_error)
{
    struct err err;
    cr_expect(script_open("/nowhere/script", &err) == NULL);
    cr_expect(strstr(err.text, "/nowhere/script") != NULL);
}
