#include "core/guard.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words of what is found, "e-mail phone". */
static const char *found(const char *text, size_t n, enum guard_part part)
{
    static char out[200];
    struct guard_finding f[GUARD_N_REASONS];
    size_t k = guard_text(text, n, part, f);
    out[0] = '\0';
    for (size_t i = 0; i < k; i++) {
        cr_expect(le(sz, f[i].at + f[i].n, n));
        cr_expect(gt(sz, f[i].n, 0));
        snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", i > 0 ? " " : "", guard_word(f[i].reason));
    }
    return out;
}

struct example {
    const char *text, *wanted;
};

static void all(const struct example *e, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect(eq(str, (char *)(uintptr_t)found(e[i].text, strlen(e[i].text), GUARD_RESPONSE),
                     (char *)(uintptr_t)e[i].wanted),
                  "%s", e[i].text);
}
#define ALL(list) all(list, sizeof(list) / sizeof *(list))

Test(guard, a_model_that_says_its_name_or_maker_is_found)
{
    static const struct example list[] = {
        {"I am ChatGPT, at your service.", "self-naming"},
        {"Sure. I'm GPT-4 and can help.", "self-naming"},
        {"As an AI language model trained by OpenAI, I cannot do this.", "self-naming"},
        {"As ChatGPT, I have no opinions.", "self-naming"},
        {"Hello! My name is Claude, an AI assistant.", "self-naming"},
        {"I am Claude, made by Anthropic.", "self-naming"},
        {"I was created by a team at Anthropic to be helpful.", "self-naming"},
        {"I was created by Anthropic.", "self-naming"},
        {"I'm a large language model developed by Google AI.", "self-naming"},
        {"As an AI made by Meta, I try to be fair.", "self-naming"},
        {"Well,\nI am Open Assistant.\nI'm a chatbot built by LAION.", "self-naming"},
    };
    ALL(list);
}

Test(guard, a_name_that_others_bear_a_denial_and_talk_about_models_are_not)
{
    static const struct example list[] = {
        {"As an AI language model, I cannot do this.", ""},
        {"My name is Claude Monet and I paint.", ""},
        {"I am a Gemini, born in June.", ""},
        {"I am not ChatGPT.", ""},
        {"ChatGPT is a model made by OpenAI.", ""},
        {"I read that GPT-4 was trained by OpenAI.", ""},
        {"You can use tools such as ChatGPT.", ""},
        {"I like models such as ChatGPT.", ""},
        {"I am a fan of cars made by Google.", ""},
        {"As Google explains, the model was built by engineers.", ""},
    };
    ALL(list);
}

#define LONG_TEXT                                                                                                      \
    "The tide rises and falls twice a day in most places, and how far it goes depends on the moon, on the sun, and "   \
    "on "                                                                                                              \
    "the shape of the coast, which is why two harbours that lie close to each other may see tides that differ a lot, "

Test(guard, a_text_that_ends_in_the_middle_is_found)
{
    static const struct example list[] = {
        {LONG_TEXT "as in the", "truncated"},
        {LONG_TEXT "as in Bristol,", "truncated"},
        {LONG_TEXT "as in Bristol (", "truncated"},
        {LONG_TEXT "as in Bristol.", ""},
        {LONG_TEXT "as in Bristol", ""},
        {"Two rivers:\n1. the Elbe\n2.", "truncated"},
        {"Two rivers:\n- the Elbe\n-", "truncated"},
        {"```c\nint main(void)\n{\n", "truncated"},
        {"```c\nint x;\n```", ""},
        {"The answer is a", ""}, /* short: a letter may be the answer */
        {"-", ""},
        {"2.", ""},
    };
    ALL(list);
    cr_expect(eq(str, (char *)(uintptr_t)found("```c", 4, GUARD_PROMPT), ""));
}

Test(guard, garbled_characters_are_found_and_capitals_before_marks_are_not)
{
    static const struct example list[] = {
        {"It\xC3\xA2\xE2\x82\xAC\xE2\x84\xA2s", "mojibake"}, /* it's through Windows-1252 */
        {"caf\xC3\x83\xC2\xA9", "mojibake"},                 /* café through Latin-1 */
        {"20\xC3\x82\xC2\xB0", "mojibake"},                  /* 20° */
        {"broken \xEF\xBF\xBD here", "mojibake"},
        {"caf\xC3\xA9, na\xC3\xAFve, S\xC3\x83O PAULO", ""},
        {"\xE2\x80\x9C"
         "CAF\xC3\x89\xE2\x80\x9D",
         ""}, /* a quoted CAFÉ */
        {"IRM\xC3\x83\xE2\x80\x94", ""},
        {"\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82, \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x99\x82", ""},
        {"\xC3\xA2ge, ch\xC3\xA2teau, \xE2\x82\xAC"
         "5",
         ""},
    };
    ALL(list);
}

Test(guard, control_characters_and_overrides_are_found_and_blanks_are_not)
{
    static const struct example list[] = {
        {"a\tb\r\nc", ""},
        {"a\x1B[31mb", "control"},
        {"a\x7F", "control"},
        {"\xC2\x85", "control"},
        {"abc\xE2\x80\xAE"
         "def",
         "control"},
        {"\xE2\x80\x8F\xD7\xA9", ""}, /* a mark of right-to-left text */
    };
    ALL(list);
    cr_expect(eq(str, (char *)(uintptr_t)found("a\0b", 3, GUARD_PROMPT), "control"));
}

Test(guard, addresses_are_found_and_placeholders_are_not)
{
    static const struct example list[] = {
        {"Write to ada.l@analytical-engine.co.uk.", "e-mail"},
        {"<bob+lists@post.dk>", "e-mail"},
        {"Write to ada@example.com or user@site.org or you@yourdomain.com", ""},
        {"git@github.com:x/y.git", ""},
        {"icon@2x.png, @home, a @ b, x@y, me@host.local", ""},
        {"@@@@ a@ @b.com", ""},
        {"ada@home. ada@home", ""},
    };
    ALL(list);
}

Test(guard, phone_numbers_are_found_and_other_numbers_are_not)
{
    static const struct example list[] = {
        {"Call (647) 321-1199 now", "phone"},
        {"Call 650-636-4884.", "phone"},
        {"Call +44 20 7946 0958", "phone"},
        {"Call +16503214884", "phone"},
        {"Call (555) 321-1199 or 212-555-0142", ""},
        {"Call 1-800-273-8255 or 800-273-8255", ""},
        {"Call 123-456-7890 or +1 234 567 8901", ""},
        {"pi is 3.14159265358979, 2020-11-23, 192.168.100.1000", ""},
        {"ISBN 978-3-16-148410-0, x+16503214884, 1 000 000 000", ""},
        {"650-636-48845 and 650-636.4884 and 6506364884", ""},
        {"+999999999 and +12", ""},
    };
    ALL(list);
}

Test(guard, a_line_that_nobody_reads_is_found)
{
    char *text = malloc(60001);
    cr_assert(ne(ptr, text, NULL));
    memset(text, 'a', 60000);
    cr_expect(eq(str, (char *)(uintptr_t)found(text, 2001, GUARD_PROMPT), "long-line"));
    cr_expect(eq(str, (char *)(uintptr_t)found(text, 2000, GUARD_PROMPT), ""));
    for (size_t i = 0; i < 60000; i += 7)
        text[i] = ' ';
    cr_expect(eq(str, (char *)(uintptr_t)found(text, 50001, GUARD_PROMPT), "long-line"));
    cr_expect(eq(str, (char *)(uintptr_t)found(text, 50000, GUARD_PROMPT), ""));
    text[100] = '\n';
    cr_expect(eq(str, (char *)(uintptr_t)found(text, 50101, GUARD_PROMPT), ""));
    free(text);
}

Test(guard, near_identical_is_symmetric_and_means_blanks_case_and_the_last_stop_alone)
{
    static const struct {
        const char *a, *b;
        bool alike;
    } list[] = {
        {"You're welcome!", "You're welcome.", true},
        {"a b\n", "A  b", true},
        {"True", "True.", true},
        {"", "", true},
        {"...", "", true},
        {"a + b", "a - b", false},
        {"The answer is 42.", "The answer is 43.", false},
        {"a", "", false},
        {"ab", "abc", false},
        {"\xC3\xA9", "e", false},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        const char *a = list[i].a, *b = list[i].b;
        cr_expect(eq(int, guard_alike(a, strlen(a), b, strlen(b)), list[i].alike), "%s | %s", a, b);
        cr_expect(eq(int, guard_alike(b, strlen(b), a, strlen(a)), list[i].alike), "%s | %s", b, a);
    }
}

/* A NUL is no full stop, no bracket and no marker of a list: it is a control character, and all else is as without. */
Test(guard, a_nul_is_nothing_but_a_control_character)
{
    static const char list[] = "Two things:\n- one\n\0", phone[] = "\0+4930901820\0";
    cr_expect(eq(str, (char *)(uintptr_t)found(list, sizeof list - 1, GUARD_RESPONSE), "control"));
    cr_expect(eq(str, (char *)(uintptr_t)found(phone, sizeof phone - 1, GUARD_RESPONSE),
                 (char *)(uintptr_t)found("\001+4930901820\001", sizeof phone - 1, GUARD_RESPONSE)));
    cr_expect(not(guard_alike("yes\0", 4, "yes", 3)));
}

/* No text of any bytes makes it read outside (the sanitizers watch) or name a place outside. */
Test(guard, any_bytes_are_read_and_places_lie_inside)
{
    unsigned state = 1;
    for (int round = 0; round < 3000; round++) {
        static const char likely[] = "@.+-()0123456789 \n`,aI\xC3\xA2\xE2\x82\xAC\xEF\xBF\xBD";
        size_t n = (state = state * 1664525u + 1013904223u) >> 26;
        char *text = malloc(n + 1);
        cr_assert(ne(ptr, text, NULL));
        for (size_t i = 0; i < n; i++) {
            state = state * 1664525u + 1013904223u;
            text[i] = (state & 0x800000) != 0 ? (char)(state >> 24) : likely[(state >> 24) % (sizeof likely - 1)];
        }
        found(text, n, GUARD_RESPONSE);
        free(text);
    }
}
