#include "core/base/trace.h"

#include "core/base/mem.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct err err;

Test(trace, chosen_components_are_written_to_the_file)
{
    struct core_folder f;
    char path[CORE_PATH], value[CORE_PATH + 32];
    size_t n;
    core_folder_make(&f);
    snprintf(value, sizeof value, "sql,fit:%s", core_path(&f, "trace", path));
    setenv("ASSAY_TRACE", value, 1);
    cr_assert(trace_open(&err), "%s", err.text);
    cr_expect(trace_on(TRACE_FIT));
    cr_expect(not(trace_on(TRACE_KEY)));
    trace(TRACE_FIT, "step %d", 3);
    trace(TRACE_KEY, "never");
    trace_close();
    char *text = core_get(path, &n);
    cr_expect(ne(ptr, strstr(text, "step 3"), NULL), "%s", text);
    cr_expect(eq(ptr, strstr(text, "never"), NULL));
    mem_free(text);
    core_folder_remove(&f);
}

Test(trace, unknown_components_are_refused_with_the_list)
{
    setenv("ASSAY_TRACE", "sqll", 1);
    cr_expect(not(trace_open(&err)));
    cr_expect(ne(ptr, strstr(err.text, "import"), NULL), "%s", err.text);
}

Test(trace, nothing_is_traced_by_default)
{
    unsetenv("ASSAY_TRACE");
    cr_assert(trace_open(&err));
    cr_expect(not(trace_on(TRACE_SQL)));
    trace_close();
}
