#include "core/base/buf.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct buf b;

static void set_up(void)
{
    b = BUF_INIT;
}

static void tear_down(void)
{
    buf_free(&b);
}

TestSuite(buf, .init = set_up, .fini = tear_down);

static void expect(const char *want)
{
    cr_expect(eq(sz, b.len, strlen(want)));
    cr_expect(eq(str, b.ptr, (char *)want));
}

Test(buf, starts_as_an_empty_string)
{
    expect("");
    buf_add(&b, "", 0);
    expect("");
    buf_reset(&b);
    buf_truncate(&b, 0);
    expect("");
}

Test(buf, grows_by_what_is_added)
{
    buf_adds(&b, "ab");
    buf_addc(&b, 'c');
    buf_addf(&b, "%d-%s", 5, "x");
    buf_add(&b, "y\0z", 3);
    cr_expect(eq(sz, b.len, 9));
    cr_expect(eq(int, memcmp(b.ptr, "abc5-xy\0z", 10), 0));
}

Test(buf, long_formats_fit)
{
    buf_addf(&b, "%01000d", 7);
    cr_expect(eq(sz, b.len, 1000));
    cr_expect(eq(chr, b.ptr[999], '7'));
}

Test(buf, splice_replaces_in_the_middle)
{
    buf_adds(&b, "hello world");
    buf_splice(&b, 6, 5, "there", 5);
    expect("hello there");
    buf_splice(&b, 0, 6, "", 0);
    expect("there");
    buf_splice(&b, 5, 0, "!", 1);
    expect("there!");
}

Test(buf, truncate_never_lengthens)
{
    buf_adds(&b, "abc");
    buf_truncate(&b, 10);
    expect("abc");
    buf_truncate(&b, 1);
    expect("a");
}

Test(buf, what_is_taken_is_the_callers)
{
    char *p = buf_take(&b);
    cr_expect(eq(str, p, ""));
    mem_free(p);
    buf_adds(&b, "abc");
    p = buf_take(&b);
    cr_expect(eq(str, p, "abc"));
    mem_free(p);
    expect("");
}

Test(buf, nothing_is_added_beyond_the_ceiling)
{
    b.max = 5;
    buf_adds(&b, "abc");
    cr_expect(not(b.cut));
    buf_adds(&b, "def");
    cr_expect(b.cut);
    buf_addc(&b, 'x');
    expect("abc");
    buf_reset(&b);
    buf_adds(&b, "12345");
    cr_expect(not(b.cut));
    expect("12345");
}
