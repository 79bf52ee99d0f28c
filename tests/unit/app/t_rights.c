#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "app/cmd.h"
#include "app/rights.h"
#include "store/annotator.h"
#include "tests/support/store_fixture.h"

#include <stdlib.h>
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

/* ---- signing ---- */

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "pairwise");
    unsetenv("ASSAY_ANNOTATOR");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(signing, .init = open_one, .fini = close_one);

static void bind_own_account(const char *name)
{
    char account[RIGHTS_ACCOUNT_SIZE];
    rights_account(account);
    must(role_give(f.db, name, ROLE_OWNER, account, account, name, &f.err));
}

Test(signing, without_roles_whoever_says_so)
{
    char who[RIGHTS_NAME_SIZE];
    must(rights_signature(f.db, "anyone", who, &f.err));
    same_text(who, "anyone");
    setenv("ASSAY_ANNOTATOR", "eve", 1);
    must(rights_signature(f.db, NULL, who, &f.err));
    same_text(who, "eve");
}

Test(signing, with_roles_nobody_signs_as_another)
{
    char who[RIGHTS_NAME_SIZE];
    bind_own_account("olga");
    must(rights_signature(f.db, NULL, who, &f.err));
    same_text(who, "olga");
    must(rights_signature(f.db, "olga", who, &f.err));
    fails(rights_signature(f.db, "ada", who, &f.err), ERR_CONFLICT, "signs as \"olga\" here");
    setenv("ASSAY_ANNOTATOR", "ada", 1);
    must(rights_signature(f.db, NULL, who, &f.err));
    same_text(who, "olga");
}

Test(signing, the_name_to_work_under_is_the_accounts_own_unless_another_is_given)
{
    char who[RIGHTS_NAME_SIZE];
    bind_own_account("olga");
    must(rights_name(f.db, NULL, who, &f.err));
    same_text(who, "olga");
    must(rights_name(f.db, "paper", who, &f.err));
    same_text(who, "paper");
    setenv("ASSAY_ANNOTATOR", "ada", 1);
    must(rights_name(f.db, NULL, who, &f.err));
    same_text(who, "ada");
}
