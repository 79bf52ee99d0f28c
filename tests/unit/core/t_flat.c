#include "core/flat.h"

#include "core/base/json.h"
#include "core/base/rng.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool scan(const char *line, struct flat *f)
{
    return flat_scan(line, strlen(line), f);
}

static void expect_text(const struct flat *f, const char *key, const char *want)
{
    const struct flat_member *m = flat_get(f, key);
    cr_assert(m != NULL && m->kind == FLAT_TEXT, "%s", key);
    cr_expect(m->len == strlen(want) && memcmp(m->text, want, m->len) == 0, "%s", key);
}

Test(flat, members_of_every_kind_are_found)
{
    struct flat f;
    cr_assert(scan(" { \"a\" : \"x y\",\t\"b\":-12, \"c\": 0.25 ,\"d\":true,\"\":\"\",\"e\":1e2}\r\n", &f));
    cr_expect(eq(sz, f.n, 6));
    expect_text(&f, "a", "x y");
    expect_text(&f, "", "");
    cr_expect(eq(i64, flat_get(&f, "b")->i, -12));
    cr_expect(eq(dbl, flat_get(&f, "b")->number, -12));
    cr_expect(eq(int, (int)flat_get(&f, "c")->kind, (int)FLAT_NUMBER));
    cr_expect(eq(dbl, flat_get(&f, "c")->number, 0.25));
    cr_expect(eq(int, (int)flat_get(&f, "d")->kind, (int)FLAT_WORD));
    cr_expect(eq(dbl, flat_get(&f, "e")->number, 100));
    cr_expect(eq(ptr, (void *)(uintptr_t)flat_get(&f, "absent"), NULL));
}

/* Valid or not: they are for somebody else to judge. */
Test(flat, all_other_lines_are_left_alone)
{
    static const char *const lines[] = {"",
                                        "{}",
                                        "[]",
                                        "1",
                                        "{\"a\":1",
                                        "{\"a\":1}x",
                                        "{\"a\":1,}",
                                        "{\"a\" 1}",
                                        "{\"a\":}",
                                        "{a:1}",
                                        "{'a':1}",
                                        "{\"a\":[1]}",
                                        "{\"a\":{\"b\":1}}",
                                        "{\"a\":\"\\u0041\"}",
                                        "{\"a\":\"\xC3\xA9\"}",
                                        "{\"a\":\"\x01\"}",
                                        "{\"a\":\"b}",
                                        "{\"a\":1,\"a\":1}",
                                        "{\"a\":01}",
                                        "{\"a\":-0}",
                                        "{\"a\":-}",
                                        "{\"a\":+1}",
                                        "{\"a\":1.}",
                                        "{\"a\":.5}",
                                        "{\"a\":1e}",
                                        "{\"a\":1e+}",
                                        "{\"a\":1e400}",
                                        "{\"a\":1234567890123456789}",
                                        "{\"a\":1.2345678901234567890}",
                                        "{\"a\":1234567890123456789.5}",
                                        "{\"a\":9e999}",
                                        "{\"a\":NaN}",
                                        "{\"a\":nul}",
                                        "{\"a\":truer}"};
    struct flat f;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect(not(scan(lines[i], &f)), "%s", lines[i]);
}

Test(flat, more_members_than_there_is_room_for_are_left_alone)
{
    struct flat f;
    char line[1024] = "{";
    for (int i = 0; i <= FLAT_MAX; i++) {
        cr_expect(eq(int, scan(line, &f), 0));
        sprintf(line + strlen(line), "%s\"k%d\":%d", i > 0 ? "," : "", i, i);
        char whole[1100];
        sprintf(whole, "%s}", line);
        cr_expect(eq(int, scan(whole, &f), i < FLAT_MAX), "%d members", i + 1);
    }
}

/* The library rounds to nearest; so must the short cut, to the bit. */
Test(flat, numbers_are_the_nearest_doubles)
{
    struct rng r;
    rng_seed(&r, 8);
    size_t taken = 0;
    for (int i = 0; i < 20000; i++) {
        char text[64], line[80];
        struct flat f;
        int fraction = 1 + (int)rng_below(&r, 17);
        snprintf(text, sizeof text, "%s%llu.%0*llu%s%d", rng_below(&r, 2) ? "-" : "",
                 (unsigned long long)rng_below(&r, rng_below(&r, 2) ? 1000 : 900000000000000000), fraction,
                 (unsigned long long)rng_below(&r, 10), rng_below(&r, 2) ? "e-" : "E+", (int)rng_below(&r, 330));
        snprintf(line, sizeof line, "{\"a\":%s}", text);
        if (!scan(line, &f))
            continue;
        taken++;
        if (f.members[0].number != strtod(text, NULL))
            cr_assert(eq(dbl, f.members[0].number, strtod(text, NULL)), "%s", text);
    }
    cr_expect(gt(sz, taken, 10000));
}

/* Damage lines at random: whatever is taken, the strict parser takes too, and finds the same. */
Test(flat, takes_nothing_that_the_strict_parser_refuses)
{
    static const char good[] = "{\"id\": \"p12\", \"chosen\": 12, \"rejected\": 7, \"weight\": 0.5, \"tie\": false}";
    static const char likely[] = "0129-+.eE{}[],:'\"\\ \t\ntrufalsn";
    struct rng r;
    size_t taken = 0;
    rng_seed(&r, 4);
    for (int i = 0; i < 20000; i++) {
        char line[sizeof good];
        struct flat f;
        struct json_object *o = NULL;
        struct err err;
        memcpy(line, good, sizeof good);
        for (uint64_t k = 1 + rng_below(&r, 3); k > 0; k--)
            line[rng_below(&r, sizeof good - 1)] = likely[rng_below(&r, sizeof likely - 1)];
        if (!scan(line, &f))
            continue;
        taken++;
        cr_assert(json_parse(line, strlen(line), &o, &err), "%s: %s", line, err.text);
        cr_expect(eq(sz, (size_t)json_object_object_length(o), f.n), "%s", line);
        for (size_t m = 0; m < f.n; m++) {
            char key[sizeof good];
            struct json_object *v = NULL;
            snprintf(key, sizeof key, "%.*s", (int)f.members[m].key_len, f.members[m].key);
            cr_assert(json_object_object_get_ex(o, key, &v), "%s", line);
            if (f.members[m].kind == FLAT_INT)
                cr_expect(eq(i64, f.members[m].i, json_object_get_int64(v)), "%s", line);
            if (f.members[m].kind == FLAT_NUMBER)
                cr_expect(eq(dbl, f.members[m].number, json_object_get_double(v)), "%s", line);
        }
        json_object_put(o);
    }
    cr_expect(gt(sz, taken, 100));
}
