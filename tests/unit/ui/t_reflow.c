#include "ui/reflow.h"

#include "core/base/buf.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static const char *flow(const char *text, int width)
{
    buf_reset(&out);
    reflow(text, width, &out);
    return out.ptr;
}

Test(reflow, sentences_are_wrapped_below_their_first_word)
{
    cr_expect(eq(str, (char *)flow("one two three", 20), "one two three"));
    cr_expect(eq(str, (char *)flow("  one two three\n\nx\n", 9), "  one two\n  three\n\nx\n"));
    cr_expect(eq(str, (char *)flow("  accuracy  it takes more pairs to tell", 24),
                 "  accuracy  it takes\n            more pairs\n            to tell"));
    buf_free(&out);
}

Test(reflow, rows_of_tables_stay_whole_and_tell_how_wide_they_are)
{
    static const char table[] = "head   accuracy   ECE\nbt     60.0 %     0.08\nsomething to be read";
    cr_expect(eq(str, (char *)flow(table, 12), "head   accuracy   ECE\nbt     60.0 %     0.08\nsomething to\nbe read"));
    buf_reset(&out);
    cr_expect(eq(int, reflow(table, 12, &out), 22));
    buf_reset(&out);
    cr_expect(eq(int, reflow("", 12, &out), 0));
    buf_free(&out);
}

Test(reflow, a_word_that_is_too_wide_stands_alone)
{
    cr_expect(eq(str, (char *)flow("a incomprehensible b", 6), "a\nincomprehensible\nb"));
    cr_expect(
        eq(str, (char *)flow("\xe7\xa9\xba\xe7\xa9\xba \xe7\xa9\xba", 5), "\xe7\xa9\xba\xe7\xa9\xba\n\xe7\xa9\xba"));
    buf_free(&out);
}

Test(reflow, every_word_is_found_again_at_another_width)
{
    static const char text[] = "  a line of several words, and more\nname   with what is to be said of it\n1   2   3\n";
    for (int width = 1; width < 50; width++) {
        char *before = strdup(flow(text, width));
        flow(text, 60 - width);
        for (size_t at = 0; before[at] != '\0'; at++)
            if (before[at] != ' ' && before[at] != '\n') {
                size_t to = reflow_place(before, at, out.ptr);
                cr_assert(eq(chr, out.ptr[to], before[at]), "width %d, byte %zu", width, at);
            }
        free(before);
    }
    buf_free(&out);
}
