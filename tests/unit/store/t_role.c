#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "store/merge.h"
#include "store/role.h"
#include "store/setting.h"
#include "store/workspace.h"
#include "tests/support/store_fixture.h"

#include <stdio.h>
#include <string.h>

static struct fixture f;

static void open_one(void)
{
    fixture_open(&f, "helpsteer2");
}

static void close_one(void)
{
    fixture_close(&f);
}

TestSuite(role, .init = open_one, .fini = close_one);

static const char *of(const char *account)
{
    enum role r;
    must(role_of(f.db, account, &r, &f.err));
    return role_name(r);
}

static void give(const char *name, enum role r, const char *account)
{
    must(role_give(f.db, name, r, account, "maker", "ada", &f.err));
}

Test(role, before_the_first_one_is_given_everybody_may_do_all)
{
    fixture_person(&f, "ada");
    same_text(of("ada"), "owner");
    same_text(of("stranger"), "owner");
    must(role_sign_on(f.db, "stranger", "ada", &f.err));
}

Test(role, who_gives_the_first_one_made_the_workspace_when_nobody_is_known_to)
{
    give("rita", ROLE_REVIEWER, "rita-account");
    same_text(of("maker"), "owner");
    same_text(of("rita-account"), "reviewer");
    same_text(of("stranger"), "annotator");
    give("rita", ROLE_ANNOTATOR, NULL); /* keeps the account */
    same_text(of("rita-account"), "annotator");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'role' AND subject = 'rita'"), 2));
    must(setting_change(f.db, SET_ROLES, "off", "ada", &f.err));
    same_text(of("stranger"), "owner");
}

Test(role, where_the_settings_cannot_be_read_nobody_is_an_owner)
{
    enum role r = ROLE_OWNER;
    give("rita", ROLE_REVIEWER, "rita-account");
    f.faulty = true;
    fixture_sql(&f, "ALTER TABLE setting RENAME TO gone");
    cr_expect(eq(int, role_of(f.db, "stranger", &r, &f.err), 0));
    cr_expect(eq(int, (int)r, (int)ROLE_ANNOTATOR));
}

Test(role, the_account_that_made_the_workspace_owns_it)
{
    struct db *db;
    enum role r;
    must(workspace_create(fixture_path(&f, "n.assay"), &f.rubric, &(struct workspace_options){.account = "mona"}, &db,
                          &f.err));
    must(role_give(db, "bob", ROLE_ANNOTATOR, "bob", "bob", "bob", &f.err));
    must(role_of(db, "mona", &r, &f.err));
    cr_expect(eq(int, (int)r, (int)ROLE_OWNER));
    must(role_of(db, "bob", &r, &f.err));
    cr_expect(eq(int, (int)r, (int)ROLE_ANNOTATOR));
    db_close(db);
}

Test(role, the_last_owner_stays_one)
{
    give("mona", ROLE_OWNER, "maker");
    fails(role_give(f.db, "mona", ROLE_ANNOTATOR, NULL, "maker", "mona", &f.err), ERR_CONFLICT,
          "nobody with an account");
    same_text(of("maker"), "owner");
    give("olga", ROLE_OWNER, NULL); /* without an account nobody can be her */
    fails(role_give(f.db, "mona", ROLE_ANNOTATOR, NULL, "maker", "mona", &f.err), ERR_CONFLICT,
          "nobody with an account");
    give("olga", ROLE_OWNER, "olga");
    give("mona", ROLE_ANNOTATOR, NULL);
    same_text(of("maker"), "annotator");
    same_text(of("olga"), "owner");
}

Test(role, a_name_belongs_to_the_first_account_that_works_under_it_and_an_account_has_one_name)
{
    give("olga", ROLE_OWNER, "maker");
    must(role_sign_on(f.db, "ann", "ann", &f.err));
    must(role_sign_on(f.db, "ann", "ann", &f.err));
    fails(role_sign_on(f.db, "ben", "ann", &f.err), ERR_CONFLICT, "is somebody else's name");
    fails(role_sign_on(f.db, "ann", "second name", &f.err), ERR_CONFLICT, "works under another name");
    fails(role_sign_on(f.db, "maker", "ann", &f.err), ERR_CONFLICT, "is somebody else's name"); /* nor an owner */
    fails(role_give(f.db, "carl", ROLE_ANNOTATOR, "ann", "maker", "olga", &f.err), ERR_CONFLICT,
          "works under another name already");
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM annotator WHERE name = 'carl'"), 0)); /* undone */
}

Test(role, nobody_comes_by_rights_by_claiming_a_name)
{
    give("rita", ROLE_REVIEWER, NULL);
    fails(role_sign_on(f.db, "mallory", "rita", &f.err), ERR_CONFLICT, "is the name of a reviewer");
    same_text(of("mallory"), "annotator");
    give("rita", ROLE_REVIEWER, "rita-account");
    must(role_sign_on(f.db, "rita-account", "rita", &f.err));
}

static const char *own_name(const char *account)
{
    const char *name = "unset";
    must(role_own_name(f.db, account, &f.arena, &name, &f.err));
    return name;
}

Test(role, an_account_signs_by_the_name_that_is_its_own)
{
    cr_expect(own_name("ann-account") == NULL, "roles are not in force");
    give("ann", ROLE_ANNOTATOR, "ann-account");
    same_text(own_name("ann-account"), "ann");
    same_text(own_name("maker"), "maker");
    same_text(own_name("ann"), "account:ann"); /* the account ann is not the person ann */
    fails(role_sign_on(f.db, "stranger", "account:ann", &f.err), ERR_USAGE, "those of accounts");
}

Test(role, an_owner_judges_under_names_that_are_nobodys_and_the_audit_trail_says_who)
{
    give("olga", ROLE_OWNER, "maker");
    fixture_person(&f, "paper");
    must(role_sign_on(f.db, "maker", "olga", &f.err));
    cr_expect(eq(i64, fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'work-as'"), 0));
    must(role_sign_on(f.db, "maker", "paper", &f.err));
    cr_expect(eq(i64,
                 fixture_count(&f, "SELECT count(*) FROM audit WHERE what = 'work-as' AND who = 'olga'"
                                   " AND subject = 'paper'"),
                 1));
    same_text(of("maker"), "owner");
    must(role_sign_on(f.db, "pia", "paper", &f.err)); /* it has become nobody's by that */
}

Test(role, an_owner_who_works_under_the_name_of_the_account_keeps_it)
{
    give("ann", ROLE_ANNOTATOR, "ann-account");
    must(role_sign_on(f.db, "maker", "maker", &f.err));
    same_text(of("maker"), "owner");
    cr_expect(
        eq(i64, fixture_count(&f, "SELECT count(*) FROM annotator WHERE name = 'maker' AND account = 'maker'"), 1));
    fails(role_sign_on(f.db, "mallory", "maker", &f.err), ERR_CONFLICT, "somebody else's name");
}

struct list {
    char text[300];
};

static void add(void *ctx, const struct role_row *r)
{
    struct list *l = ctx;
    size_t n = strlen(l->text);
    snprintf(l->text + n, sizeof l->text - n, "%s/%s/%s ", r->name != NULL ? r->name : "-", role_name(r->role),
             r->account != NULL ? r->account : "-");
}

Test(role, all_are_listed_and_who_made_it_too)
{
    struct list l = {""};
    fixture_person(&f, "zoe");
    give("ann", ROLE_REVIEWER, "ann");
    must(role_each(f.db, add, &l, &f.err));
    same_text(l.text, "ann/reviewer/ann zoe/annotator/- -/owner/maker ");
}

Test(role, who_comes_with_another_copy_brings_no_rights)
{
    struct db *other;
    struct merge_counts counts;
    give("olga", ROLE_OWNER, "maker");
    must(workspace_create(fixture_path(&f, "n.assay"), &f.rubric, NULL, &other, &f.err));
    must(role_give(other, "bob", ROLE_OWNER, "bob", "bob", "bob", &f.err));
    must(merge_from(f.db, other, "olga", NULL, &counts, &f.err));
    db_close(other);
    same_text(of("bob"), "annotator");
}

Test(role, unknown_roles_are_refused_with_the_list)
{
    enum role r;
    fails(role_parse("boss", &r, &f.err), ERR_USAGE, "annotator, reviewer and owner");
    fails(role_give(f.db, "x", ROLE_OWNER, "", "maker", "x", &f.err), ERR_USAGE, "the account is empty");
}
