#include "core/base/clock.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <time.h>

Test(clock, iso_is_written_and_read_back)
{
    static const struct {
        int64_t ms;
        const char *text;
    } table[] = {{0, "1970-01-01T00:00:00.000Z"},
                 {-1, "1969-12-31T23:59:59.999Z"},
                 {1582934400123, "2020-02-29T00:00:00.123Z"},
                 {1795442527042, "2026-11-23T14:02:07.042Z"},
                 {4102444800000, "2100-01-01T00:00:00.000Z"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char out[CLOCK_ISO_SIZE];
        clock_iso(table[i].ms, out);
        cr_expect(eq(str, out, (char *)table[i].text));
        cr_expect(eq(i64, clock_parse_iso(table[i].text), table[i].ms));
    }
    cr_expect(eq(i64, clock_parse_iso("2026-11-23T14:02:07Z"), 1795442527000));
}

Test(clock, other_texts_are_no_times)
{
    static const char *const bad[] = {"",
                                      "now",
                                      "2026-11-23",
                                      "2026-13-01T00:00:00Z",
                                      "2026-01-01T24:00:00Z",
                                      "2026-01-01T00:00:00",
                                      "2026-01-01T00:00:00.1Z",
                                      "2026-01-01T00:00:00Zx"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect(eq(i64, clock_parse_iso(bad[i]), -1), "%s", bad[i]);
}

Test(clock, a_fixed_clock_steps_by_a_millisecond)
{
    setenv("ASSAY_NOW", "1000", 1);
    int64_t a = clock_now_ms(), b = clock_now_ms();
    cr_expect(eq(i64, a / 1000, 1000));
    cr_expect(eq(i64, b, a + 1));
    unsetenv("ASSAY_NOW");
    cr_expect(gt(i64, clock_now_ms(), 1700000000000));
}

Test(clock, monotonic_time_does_not_go_back)
{
    double a = clock_monotonic();
    cr_expect(ge(dbl, clock_monotonic(), a));
}

Test(clock, days_begin_at_local_midnight)
{
    char out[CLOCK_HMS_SIZE];
    setenv("TZ", "UTC-2", 1); /* two hours ahead of UTC */
    tzset();
    int64_t t = clock_parse_iso("2026-11-23T14:02:07Z");
    cr_expect(eq(i64, clock_midnight(t), clock_parse_iso("2026-11-22T22:00:00Z")));
    clock_hms(t, out);
    cr_expect(eq(str, out, "16:02:07"));
}
