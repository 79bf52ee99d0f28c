#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "core/base/buf.h"
#include "core/base/json_quick.h"
#include "core/base/rng.h"
#include "core/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* What json-c makes of it, strictly; NULL: nothing. */
static struct json_object *slowly(const char *text, size_t n)
{
    struct json_tokener *t = json_tokener_new_ex(64);
    json_tokener_set_flags(t, JSON_TOKENER_STRICT);
    struct json_object *v = json_tokener_parse_ex(t, text, (int)n);
    if (json_tokener_get_error(t) == json_tokener_continue)
        v = json_tokener_parse_ex(t, "", 1);
    json_tokener_free(t);
    return v;
}

static void same(const char *text, size_t n)
{
    struct json_object *quick = NULL;
    if (!json_quick(text, n, &quick))
        return;
    struct json_object *slow = slowly(text, n);
    const char *b = json_object_to_json_string(slow);
    if (strstr(b, "\xEF\xBF\xBD") != NULL) { /* json-c has taken U+1D8xx for half of a pair */
        json_object_put(quick);
        json_object_put(slow);
        return;
    }
    char *a = strdup(json_object_to_json_string(quick));
    cr_expect(eq(str, a, (char *)(uintptr_t)b), "%.*s", (int)n, text);
    free(a);
    json_object_put(quick);
    json_object_put(slow);
}

static const char *const plain[] = {
    "{}",
    "[]",
    "[ ]",
    " { \"a\" : 1 , \"b\" : [ true , false , null , -7 , 0 , 2.50 ] } ",
    "\"\"",
    "null",
    "12",
    "-0.5",
    "{\"a\":1,\"a\":2}",
    "\"a\\n\\t\\r\\b\\f\\/\\\\\\\"\\u00e9\\ud83d\\ude00 \xC3\xA9\"",
    "{\"prompt\":\"What?\",\"chosen\":\"This, which is longer than eight bytes.\",\"rejected\":\"x\\\"y\"}",
    "999999999999999999",
    "\"ends in an escape\\\\\""};

Test(json_quick, plain_texts_are_read_as_json_c_reads_them)
{
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        struct json_object *v = NULL;
        cr_expect(eq(int, json_quick(plain[i], strlen(plain[i]), &v), 1), "%s", plain[i]);
        json_object_put(v);
        same(plain[i], strlen(plain[i]));
    }
}

static const char *const odd[] = {"",
                                  " ",
                                  "{",
                                  "[1,]",
                                  "[1 2]",
                                  "{\"a\"}",
                                  "{a:1}",
                                  "{'a':1}",
                                  "\"a",
                                  "\"a\nb\"",
                                  "01",
                                  "-",
                                  "1.",
                                  ".5",
                                  "+1",
                                  "1e5",
                                  "NaN",
                                  "-0",
                                  "\"\\ud800\"",
                                  "\"\\udc00\"",
                                  "\"\\u12g4\"",
                                  "\"\\x\"",
                                  "\"\\u0000\"",
                                  "nul",
                                  "truef",
                                  "{} {}",
                                  "1234567890123456789",
                                  "\"a\\",
                                  "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"};

Test(json_quick, what_is_not_plain_is_left_to_json_c)
{
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct json_object *v = NULL;
        cr_expect(eq(int, json_quick(odd[i], strlen(odd[i]), &v), 0), "%s", odd[i]);
    }
}

/* Bytes of plain texts put together and broken at random: what is accepted is what json-c accepts, and the same. */
Test(json_quick, it_never_differs_from_json_c)
{
    enum { STEPS = 60000 };
    static const char bytes[] = "{}[]\",:\\untf0123456789.-eE \t\xC3\xA9\x01'";
    struct rng r;
    int accepted = 0;
    rng_seed(&r, 7);
    for (int i = 0; i < STEPS; i++) {
        struct buf b = BUF_INIT;
        struct json_object *v = NULL;
        size_t bad;
        buf_adds(&b, plain[rng_below(&r, sizeof plain / sizeof *plain)]);
        for (uint64_t k = rng_below(&r, 3); k > 0; k--)
            b.ptr[rng_below(&r, b.len)] = bytes[rng_below(&r, sizeof bytes - 1)];
        if (utf8_valid(b.ptr, b.len, &bad)) {
            same(b.ptr, b.len);
            if (json_quick(b.ptr, b.len, &v))
                accepted++;
            json_object_put(v);
        }
        buf_free(&b);
    }
    cr_expect(gt(int, accepted, STEPS / 10));
}
