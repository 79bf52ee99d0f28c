#include "core/base/digest.h"

#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* FIPS 180-4 examples. */
Test(digest, sha256_is_the_standard)
{
    char hex[SHA256_HEX_SIZE];
    struct digest d;
    digest_init(&d);
    digest_hex(&d, hex);
    cr_expect(eq(str, hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    digest_init(&d);
    digest_add(&d, "a", 1);
    digest_add(&d, "bc", 2);
    digest_hex(&d, hex);
    cr_expect(eq(str, hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

Test(digest, files_and_memory_agree)
{
    struct core_folder f;
    char path[CORE_PATH], hex[SHA256_HEX_SIZE];
    struct err err;
    core_folder_make(&f);
    core_put_text(&f, "x", "abc");
    cr_expect(digest_file(core_path(&f, "x", path), hex, &err));
    cr_expect(eq(str, hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    cr_expect(not(digest_file(core_path(&f, "absent", path), hex, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
    cr_expect(not(digest_file(f.path, hex, &err)));
    core_folder_remove(&f);
}

Test(digest, strings_keep_their_borders)
{
    struct digest a, b;
    digest_init(&a);
    digest_init(&b);
    digest_add_string(&a, "ab", 2);
    digest_add_string(&a, "c", 1);
    digest_add_string(&b, "a", 1);
    digest_add_string(&b, "bc", 2);
    struct id x = digest_id(&a), y = digest_id(&b);
    cr_expect(ne(int, id_compare(&x, &y), 0));
}

Test(digest, ids_are_printed_and_read)
{
    struct id id, back;
    char hex[ID_HEX_SIZE];
    cr_expect(id_parse("0123456789abcdefFEDCBA9876543210", &id));
    id_hex(&id, hex);
    cr_expect(eq(str, hex, "0123456789abcdeffedcba9876543210"));
    cr_expect(id_parse("01234567-89ab-cdef-fedc-ba9876543210", &back));
    cr_expect(eq(int, id_compare(&id, &back), 0));
    cr_expect(not(id_parse("0123", &id)));
    cr_expect(not(id_parse("0123456789abcdefFEDCBA98765432100", &id)));
    cr_expect(not(id_parse("0123456789abcdefFEDCBA987654321g", &id)));
}

Test(digest, uuids_are_version_seven_and_follow_time)
{
    struct rng r;
    rng_seed(&r, 1);
    struct id before = id_uuid7(1000, &r), after = id_uuid7(1001, &r), same = id_uuid7(1001, &r);
    cr_expect(eq(int, before.b[6] >> 4, 7));
    cr_expect(eq(int, before.b[8] >> 6, 2));
    cr_expect(lt(int, id_compare(&before, &after), 0));
    cr_expect(ne(int, id_compare(&same, &after), 0));
}
