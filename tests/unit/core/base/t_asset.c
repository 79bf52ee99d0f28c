#include "core/base/asset.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(asset, schema_is_carried_and_terminated)
{
    const struct asset *a = asset_find("sql/schema/0001_workspace.sql");
    cr_assert(ne(ptr, (void *)a, NULL));
    cr_expect(ne(ptr, strstr((const char *)a->data, "CREATE TABLE"), NULL));
    cr_expect(eq(sz, strlen((const char *)a->data), a->size));
    cr_expect(eq(ptr, (void *)asset_find("sql/none"), NULL));
}
