#include "core/base/vec.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(vec, keeps_what_is_pushed)
{
    VEC(int) v = {0};
    for (int i = 0; i < 1000; i++)
        vec_push(&v, i * i);
    cr_expect(eq(sz, v.n, 1000));
    for (int i = 0; i < 1000; i++)
        cr_expect(eq(int, v.v[i], i *i));
    vec_clear(&v);
    cr_expect(eq(sz, v.n, 0));
    cr_expect(ge(sz, v.cap, 1000));
    vec_free(&v);
    cr_expect(eq(sz, v.cap, 0));
    cr_expect(eq(ptr, v.v, NULL));
}

Test(vec, reserve_makes_room_at_once)
{
    VEC(char) v = {0};
    vec_reserve(&v, 77);
    char *before = v.v;
    for (int i = 0; i < 77; i++)
        vec_push(&v, 'x');
    cr_expect(eq(ptr, v.v, before));
    vec_free(&v);
}
