/* The man page names every command and every option that the tables have. */
#include "app/cmd.h"
#include "core/base/mem.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(manual, names_every_command_and_option)
{
    struct buf path = BUF_INIT, page = BUF_INIT;
    buf_addf(&path, "%s/../assets/man/assay.1", program_tests());
    cr_assert(file_read(path.ptr, &page));
    for (const struct command *const *c = commands; *c != NULL; c++) {
        struct buf wanted = BUF_INIT;
        buf_addf(&wanted, "Cm %s", (*c)->name);
        cr_expect(strstr(page.ptr, wanted.ptr) != NULL, "no %s", wanted.ptr);
        for (const struct option_spec *o = (*c)->options; o->name != NULL; o++) {
            buf_reset(&wanted);
            buf_addf(&wanted, "Fl -%s", o->name);
            bool named = strstr(page.ptr, wanted.ptr) != NULL;
            buf_reset(&wanted);
            buf_addf(&wanted, ", -%s", o->name); /* in a list behind one Fl */
            cr_expect(named || strstr(page.ptr, wanted.ptr) != NULL, "no --%s of %s", o->name, (*c)->name);
        }
        buf_free(&wanted);
    }
    buf_free(&path);
    buf_free(&page);
}
