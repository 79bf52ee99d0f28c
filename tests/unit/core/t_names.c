#include "core/names.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

Test(names, are_numbered_in_order_of_appearance)
{
    struct names n = {0};
    bool added = false;
    cr_expect(eq(sz, names_add(&n, "a", 1, &added), 0));
    cr_expect(added);
    cr_expect(eq(sz, names_add(&n, "b", 1, NULL), 1));
    cr_expect(eq(sz, names_add(&n, "a", 1, &added), 0));
    cr_expect(not(added));
    cr_expect(eq(sz, names_count(&n), 2));
    cr_expect(eq(str, (char *)names_text(&n, 1), "b"));
    names_free(&n);
}

Test(names, compare_length_and_bytes_with_nul)
{
    struct names n = {0};
    cr_expect(eq(sz, names_find(&n, "a", 1), NAMES_NONE));
    names_add(&n, "a", 1, NULL);
    names_add(&n, "a\0b", 3, NULL);
    names_add(&n, "", 0, NULL);
    cr_expect(eq(sz, names_count(&n), 3));
    cr_expect(eq(sz, names_find(&n, "a\0c", 3), NAMES_NONE));
    cr_expect(eq(sz, names_find(&n, "a\0b", 3), 1));
    cr_expect(eq(sz, names_find(&n, "", 0), 2));
    names_free(&n);
}

Test(names, are_found_again_after_growing)
{
    struct names n = {0};
    char text[32];
    for (size_t i = 0; i < 20000; i++)
        names_add(&n, text, (size_t)snprintf(text, sizeof text, "row-%zu", i), NULL);
    for (size_t i = 0; i < 20000; i++) {
        size_t len = (size_t)snprintf(text, sizeof text, "row-%zu", i);
        if (names_find(&n, text, len) != i)
            cr_assert(eq(sz, names_find(&n, text, len), i));
    }
    cr_expect(eq(sz, names_find(&n, "row-20000", 9), NAMES_NONE));
    names_free(&n);
}
