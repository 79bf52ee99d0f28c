#include "core/base/err.h"

#include "core/base/utf8.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

Test(err, set_fills_kind_and_text_and_is_false)
{
    struct err e = {.code = 7};
    cr_expect(not(err_set(&e, ERR_RANGE, "%d is too %s", 9, "large")));
    cr_expect(eq(int, (int)e.kind, (int)ERR_RANGE));
    cr_expect(eq(int, e.code, 0));
    cr_expect(eq(str, e.text, "9 is too large"));
}

Test(err, context_goes_in_front_and_keeps_the_kind)
{
    struct err e;
    err_set(&e, ERR_SYNTAX, "bad");
    cr_expect(not(err_context(&e, "file %d", 3)));
    cr_expect(eq(str, e.text, "file 3: bad"));
    cr_expect(eq(int, (int)e.kind, (int)ERR_SYNTAX));
}

Test(err, an_error_can_be_made_of_its_own_text)
{
    struct err e;
    err_set(&e, ERR_IO, "inner");
    err_set(&e, ERR_IO, "outer %s", e.text);
    cr_expect(eq(str, e.text, "outer inner"));
}

Test(err, errno_chooses_the_kind)
{
    struct err e;
    errno = ENOENT;
    cr_expect(not(err_errno(&e, "x.npy")));
    cr_expect(eq(int, (int)e.kind, (int)ERR_MISSING));
    cr_expect(eq(int, e.code, ENOENT));
    cr_expect(eq(str, e.text, "x.npy: No such file or directory"));
    errno = EACCES;
    err_errno(&e, "x");
    cr_expect(eq(int, (int)e.kind, (int)ERR_IO));
}

Test(err, long_texts_are_cut_at_a_whole_character)
{
    struct err e;
    char text[1000];
    size_t bad;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 3 < sizeof text; i += 4)
            memcpy(text + i, "😀", 4);
        text[sizeof text - 1] = '\0';
        err_set(&e, ERR_IO, "%s", text);
        cr_expect(utf8_valid(e.text, strlen(e.text), &bad));
        cr_expect(gt(sz, strlen(e.text), sizeof e.text - 6));
        err_context(&e, "in front");
        cr_expect(utf8_valid(e.text, strlen(e.text), &bad));
        cr_expect(eq(int, strncmp(e.text, "in front: ", 10), 0));
    }
}

Test(err, no_error_wanted_is_fine)
{
    cr_expect(not(err_set(NULL, ERR_IO, "x")));
    cr_expect(not(err_context(NULL, "x")));
    cr_expect(not(err_errno(NULL, "x")));
}

Test(err, kinds_have_names_and_exit_statuses)
{
    cr_expect(eq(str, (char *)err_name(ERR_NUMERIC), "numeric"));
    cr_expect(eq(int, err_exit_status(ERR_NONE), 0));
    cr_expect(eq(int, err_exit_status(ERR_IO), 1));
    cr_expect(eq(int, err_exit_status(ERR_USAGE), 2));
}

Test(err, a_bug_aborts, .signal = SIGABRT)
{
    cr_assert(ne(ptr, freopen("/dev/null", "w", stderr), NULL));
    BUG("on purpose");
}
