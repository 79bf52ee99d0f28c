#include "ui/find.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(find, case_matters_only_when_a_capital_is_sought)
{
    cr_expect(find_in("The River", "river"));
    cr_expect(find_in("ÜBER Größe", "über"));
    cr_expect(find_in("ÜBER Größe", "größe"));
    cr_expect(not(find_in("the river", "River")));
    cr_expect(find_in("the River", "River"));
}

Test(find, the_place_of_each_hit_is_told)
{
    const char text[] = "ab AB ab";
    cr_expect(eq(sz, find_text(text, 8, 0, "ab"), 0));
    cr_expect(eq(sz, find_text(text, 8, 1, "ab"), 3));
    cr_expect(eq(sz, find_text(text, 8, 4, "ab"), 6));
    cr_expect(eq(sz, find_text(text, 8, 7, "ab"), 8), "nowhere any more");
    cr_expect(eq(sz, find_text(text, 7, 4, "ab"), 7), "what is cut off is no hit");
}

Test(find, nothing_is_nowhere_and_odd_bytes_do_no_harm)
{
    cr_expect(not(find_in("abc", "")));
    cr_expect(not(find_in("", "a")));
    cr_expect(find_in("\xff\xfe"
                      "abc\xc3",
                      "abc"));
    cr_expect(not(find_in("\xc3", "\xc3\xa4")));
}
