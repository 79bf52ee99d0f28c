/* The man page names every command and every option that the tables have. */
#include "app/cmd.h"
#include "core/base/mem.h"
#include "tests/support/program.h"
#include "ui/manual.h"

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

Test(manual, the_keys_it_is_made_with_are_those_of_the_program)
{
    struct keys *keys = keys_new();
    struct err err;
    struct buf text = BUF_INIT, label = BUF_INIT;
    cr_assert(keys_default(keys, &err), "%s", err.text);
    manual_keys(keys, &text);
    for (int r = REQ_NONE + 1; r < REQ_COUNT; r++) {
        buf_reset(&label);
        buf_addf(&label, ".Pq Cm %s\n", request_name((enum request)r));
        cr_expect(strstr(text.ptr, label.ptr) != NULL, "%s", request_name((enum request)r));
    }
    for (int m = 0; m < KEYMAP_COUNT; m++) {
        buf_reset(&label);
        buf_addf(&label, ".Ss %s\n", keymap_name((enum keymap)m));
        cr_expect(strstr(text.ptr, label.ptr) != NULL, "%s", keymap_name((enum keymap)m));
    }
    cr_expect(strstr(text.ptr, ".It Ic \"\\&u\"\n\\&take back the last thing") != NULL, "a key beside its meaning");
    keys_free(keys);
    buf_free(&text);
    buf_free(&label);
}

Test(manual, has_the_place_where_the_keys_are_put)
{
    struct buf path = BUF_INIT, page = BUF_INIT;
    buf_addf(&path, "%s/../assets/man/assay.1", program_tests());
    cr_assert(file_read(path.ptr, &page));
    cr_expect(strstr(page.ptr, "\n.\\\" The keys of every view") != NULL);
    buf_free(&path);
    buf_free(&page);
}
