#include "core/base/hasher.h"

#include "core/base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* FIPS 180-4 examples; a block over several looks at whether to give up. */
Test(hasher, equals_the_digest_of_each_block)
{
    enum { LARGE = (3 << 20) + 5 };
    unsigned char *large = mem_alloc(LARGE);
    char want[SHA256_HEX_SIZE];
    struct digest d;
    for (size_t i = 0; i < LARGE; i++)
        large[i] = (unsigned char)(i * i >> 7);
    digest_init(&d);
    digest_add(&d, large, LARGE);
    digest_hex(&d, want);
    struct hasher_block b[] = {{"abc", 3, ""}, {NULL, 0, ""}, {large, LARGE, ""}};
    struct hasher *h = hasher_open(b, 3);
    hasher_wait(h);
    cr_expect(eq(str, b[0].hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    cr_expect(eq(str, b[1].hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    cr_expect(eq(str, b[2].hex, want));
    hasher_wait(h); /* once more does nothing */
    cr_expect(eq(str, b[2].hex, want));
    hasher_close(h);
    mem_free(large);
}

Test(hasher, may_be_given_up_at_any_time)
{
    enum { LARGE = 64 << 20 };
    unsigned char *large = mem_alloc(LARGE);
    struct hasher_block b = {large, LARGE, ""};
    struct hasher *h = hasher_open(&b, 1);
    hasher_close(h);
    mem_free(large); /* nobody reads it any more: the sanitizer would tell */
    hasher_close(NULL);
}
