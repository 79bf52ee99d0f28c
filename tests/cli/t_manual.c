/* The man page names every command and every option that the tables have. */
#include "app/cmd.h"
#include "core/base/mem.h"
#include "tests/support/program.h"
#include "ui/manual.h"
#include "ui/views.h"

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

/* How often `line` stands in the text at the beginning of a line. */
static size_t lines_that_begin(const char *text, const char *line)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, line)) != NULL; at++)
        n += at == text || at[-1] == '\n';
    return n;
}

Test(manual, has_every_command_once)
{
    struct buf path = BUF_INIT, page = BUF_INIT, wanted = BUF_INIT;
    buf_addf(&path, "%s/../assets/man/assay.1", program_tests());
    cr_assert(file_read(path.ptr, &page));
    for (const struct command *const *c = commands; *c != NULL; c++) {
        const bool two_ways = strcmp((*c)->name, "aggregate") == 0; /* --method, or --use */
        buf_reset(&wanted);
        buf_addf(&wanted, ".It Cm %s", (*c)->name);
        cr_expect(eq(sz, lines_that_begin(page.ptr, wanted.ptr), two_ways ? 2 : 1), "%s", (*c)->name);
    }
    buf_free(&path);
    buf_free(&page);
    buf_free(&wanted);
}

Test(manual, the_readme_names_every_command_and_the_screens_every_view)
{
    struct buf path = BUF_INIT, readme = BUF_INIT, screens = BUF_INIT, wanted = BUF_INIT;
    buf_addf(&path, "%s/../README.md", program_tests());
    cr_assert(file_read(path.ptr, &readme));
    buf_reset(&path);
    buf_addf(&path, "%s/../assets/doc/screens.md", program_tests());
    cr_assert(file_read(path.ptr, &screens));
    for (const struct command *const *c = commands; *c != NULL; c++) {
        buf_reset(&wanted);
        buf_addf(&wanted, "assay %s", (*c)->name);
        cr_expect(strstr(readme.ptr, wanted.ptr) != NULL, "README.md lacks %s", wanted.ptr);
    }
    static const char *const views[] = {
#define X(id, name, help, opener) name,
        WORKBENCH_VIEWS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        buf_reset(&wanted);
        buf_addf(&wanted, "\n## %s\n", views[i]);
        cr_expect(strstr(screens.ptr, wanted.ptr) != NULL, "screens.md lacks %s", views[i]);
        buf_reset(&wanted);
        buf_addf(&wanted, "[%s](assets/doc/screens.md#%s)", views[i], views[i]);
        cr_expect(strstr(readme.ptr, wanted.ptr) != NULL, "README.md lacks %s", wanted.ptr);
    }
    buf_free(&path);
    buf_free(&readme);
    buf_free(&screens);
    buf_free(&wanted);
}

Test(manual, help_fits_100_columns_and_no_line_ends_in_a_blank)
{
    struct buf text = BUF_INIT;
    for (const struct command *const *c = commands; *c != NULL; c++) {
        buf_reset(&text);
        command_help(*c, &text);
        char *rest = NULL;
        for (char *line = strtok_r(text.ptr, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
            const size_t n = strlen(line);
            cr_expect(n <= 100 && line[n - 1] != ' ', "%s: %s", (*c)->name, line);
        }
    }
    buf_free(&text);
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
