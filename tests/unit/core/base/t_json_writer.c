#include "core/base/json_writer.h"

#include "core/base/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct buf b;
static struct json_writer w;

static void set_up(void)
{
    b = BUF_INIT;
    jw_start(&w, &b);
}

static void tear_down(void)
{
    buf_free(&b);
}

TestSuite(json_writer, .init = set_up, .fini = tear_down);

Test(json_writer, commas_and_colons_are_placed)
{
    jw_object(&w);
    jw_kstr(&w, "a", "x");
    jw_key(&w, "b");
    jw_array(&w);
    jw_int(&w, -1);
    jw_null(&w);
    jw_object(&w);
    jw_object_end(&w);
    jw_bool(&w, true);
    jw_array_end(&w);
    jw_kint(&w, "c", 3);
    jw_kbool(&w, "d", false);
    jw_kstrn(&w, "e", "yes", 1);
    jw_key(&w, "f");
    jw_raw(&w, "[1]", 3);
    jw_object_end(&w);
    cr_expect(eq(str, b.ptr, "{\"a\":\"x\",\"b\":[-1,null,{},true],\"c\":3,\"d\":false,\"e\":\"y\",\"f\":[1]}"));
}

Test(json_writer, numbers_come_back_exactly)
{
    static const double values[] = {0, -0.0, 0.1, 1.0 / 3, 1e300, 5e-324, 123456789.123456789};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        buf_reset(&b);
        jw_start(&w, &b);
        jw_num(&w, values[i]);
        cr_expect(eq(dbl, strtod(b.ptr, NULL), values[i]));
    }
    buf_reset(&b);
    jw_start(&w, &b);
    jw_array(&w);
    jw_num(&w, NAN);
    jw_num(&w, INFINITY);
    jw_array_end(&w);
    cr_expect(eq(str, b.ptr, "[null,null]"));
}

Test(json_writer, what_a_terminal_could_act_on_is_escaped)
{
    jw_str(&w, "\x1b[2J\n\t\"\\\x7f\xC2\x85\u202E\u200B\uFEFF\u2028 añ漢😀");
    cr_expect(eq(str, b.ptr, "\"\\u001b[2J\\n\\t\\\"\\\\\\u007f\\u0085\\u202e\\u200b\\ufeff\\u2028 añ漢😀\""));
}

Test(json_writer, strings_come_back_through_the_parser)
{
    static const char text[] = "\x01\x1f\x7f\xC2\x9F \u061C\u2066 \"quoted\" \\ / 漢 😀\u0300";
    struct json_object *o = NULL;
    struct err err;
    jw_strn(&w, text, sizeof text - 1);
    cr_assert(json_parse(b.ptr, b.len, &o, &err), "%s", err.text);
    cr_expect(eq(str, (char *)json_object_get_string(o), (char *)text));
    json_object_put(o);
}

Test(json_writer, stray_bytes_become_replacement_characters)
{
    jw_strn(&w,
            "a\xFF"
            "b\xE2\x82",
            5);
    cr_expect(eq(str, b.ptr, "\"a\uFFFDb\uFFFD\uFFFD\""));
}
