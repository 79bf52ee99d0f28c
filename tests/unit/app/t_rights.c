#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "app/cmd.h"
#include "app/rights.h"

#include <string.h>

Test(rights, changing_never_takes_less_than_reading)
{
    for (const struct command *const *c = commands; *c != NULL; c++)
        cr_expect(rights_needed((*c)->name, true) >= rights_needed((*c)->name, false), "%s", (*c)->name);
}

Test(rights, annotators_judge_and_do_not_see_what_others_said)
{
    static const char *const open[] = {"annotate", "judge", "status", "check"};
    static const char *const closed[] = {"export", "log", "agreement", "report", "gold", "queue", "score", "anonymise"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        cr_expect(eq(int, (int)rights_needed(open[i], true), (int)ROLE_ANNOTATOR), "%s", open[i]);
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        cr_expect(rights_needed(closed[i], false) > ROLE_ANNOTATOR, "%s", closed[i]);
}

Test(rights, what_is_not_in_the_table_takes_an_owner)
{
    cr_expect(eq(int, (int)rights_needed("import", true), (int)ROLE_OWNER));
    cr_expect(eq(int, (int)rights_needed("set", false), (int)ROLE_ANNOTATOR));
    cr_expect(eq(int, (int)rights_needed("set", true), (int)ROLE_OWNER));
}
