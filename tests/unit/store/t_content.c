#include "store/content.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct arena arena;
static struct err err;

static struct json_text text(const char *s)
{
    return (struct json_text){s, strlen(s)};
}

static void expect_text(struct json_text got, struct json_text want)
{
    cr_assert(eq(sz, got.len, want.len));
    cr_expect(memcmp(got.ptr, want.ptr, want.len + 1) == 0, "\"%s\" and not \"%s\"", got.ptr, want.ptr);
}

static void read_back(const struct message *m, size_t n)
{
    struct message *got;
    size_t count;
    struct buf json = BUF_INIT;
    content_write_messages(m, n, &json);
    cr_assert(content_messages((struct json_text){json.ptr, json.len}, &arena, &got, &count, &err), "%s", err.text);
    cr_assert(eq(sz, count, n));
    for (size_t i = 0; i < n; i++) {
        expect_text(got[i].role, m[i].role);
        expect_text(got[i].content, m[i].content);
        cr_expect(eq(int, got[i].name.ptr == NULL, m[i].name.ptr == NULL));
    }
    buf_free(&json);
}

Test(content, messages_come_back_as_they_were_written)
{
    static const char *const contents[] = {"",
                                           "x",
                                           "What is it?",
                                           "\"quoted\" \\ and\nmore",
                                           "a backslash at the end \\",
                                           "a quote at the end \"",
                                           "\"}]",
                                           "x\"},{\"role\":\"user\",\"content\":\"y",
                                           "na\xC3\xAFve \xE6\xBC\xA2 \xF0\x9F\x98\x80 \xE2\x80\xAE",
                                           "\x01\x7F"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        struct message m[] = {{.role = text("user"), .content = text(contents[i])},
                              {.role = text("assistant"), .content = text(contents[i])},
                              {.role = text("user"), .content = text("more"), .name = text("ada")}};
        read_back(m, 1);
        read_back(m, 2);
        read_back(m, 3);
        read_back(m + 1, 1);
        read_back(m + 2, 1);
    }
    arena_free(&arena);
}

/* A workspace that something else wrote to. */
Test(content, messages_that_are_no_json_are_refused)
{
    static const char *const bad[] = {
        "[{\"role\":\"user\",\"content\":\"a\x01\"}]", "[{\"role\":\"user\",\"content\":\"\xFF\"}]",
        "[{\"role\":\"user\",\"content\":\"a\"b\"}]",  "[{\"role\":\"user\",\"content\":\"a\\\"}]",
        "[{\"role\":\"user\",\"content\":\"}]",        "{}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct message *m;
        size_t n;
        cr_expect(not(content_messages(text(bad[i]), &arena, &m, &n, &err)), "%s", bad[i]);
    }
    arena_free(&arena);
}
