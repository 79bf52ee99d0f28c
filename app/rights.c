#include "app/rights.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum role rights_needed(const char *command, bool to_write)
{
    static const struct {
        const char *command;
        enum role read, change;
    } table[] = {
#define X(command, read, change) {command, ROLE_##read, ROLE_##change},
        COMMAND_RIGHTS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].command, command) == 0)
            return to_write ? table[i].change : table[i].read;
    return ROLE_OWNER;
}

void rights_account(char out[RIGHTS_ACCOUNT_SIZE])
{
    const struct passwd *account = getpwuid(getuid());
    if (account != NULL && *account->pw_name != '\0')
        snprintf(out, RIGHTS_ACCOUNT_SIZE, "%s", account->pw_name);
    else
        snprintf(out, RIGHTS_ACCOUNT_SIZE, "uid %ld", (long)getuid());
}

bool rights_check(struct db *db, enum role needed, struct err *err)
{
    char account[RIGHTS_ACCOUNT_SIZE];
    enum role r;
    rights_account(account);
    return role_of(db, account, &r, err) &&
           (r >= needed ||
            err_set(err, ERR_CONFLICT,
                    "this takes %s, and the account %s is %s here (\"assay role\" lists all); ask an owner",
                    needed == ROLE_OWNER ? "an owner" : "a reviewer", account,
                    r == ROLE_ANNOTATOR ? "an annotator" : "a reviewer"));
}

static bool copy_name(const char *name, char out[RIGHTS_NAME_SIZE], struct err *err)
{
    return snprintf(out, RIGHTS_NAME_SIZE, "%s", name) < RIGHTS_NAME_SIZE ||
           err_set(err, ERR_USAGE, "\"%.40s...\": a name has at most 64 bytes", name);
}

bool rights_name(struct db *db, const char *given, char out[RIGHTS_NAME_SIZE], struct err *err)
{
    const char *wish = getenv("ASSAY_ANNOTATOR"), *own = NULL;
    char account[RIGHTS_ACCOUNT_SIZE];
    struct arena a = {0};
    bool ok = true;
    if (given == NULL && wish != NULL && *wish != '\0')
        given = wish;
    if (given == NULL) {
        rights_account(account);
        ok = role_own_name(db, account, &a, &own, err);
    }
    ok = ok && copy_name(given == NULL && own != NULL ? own : app_annotator(given), out, err);
    arena_free(&a);
    return ok;
}

bool rights_signature(struct db *db, const char *given, char out[RIGHTS_NAME_SIZE], struct err *err)
{
    char account[RIGHTS_ACCOUNT_SIZE];
    struct arena a = {0};
    const char *own = NULL;
    rights_account(account);
    bool ok = role_own_name(db, account, &a, &own, err);
    if (ok && own != NULL && given != NULL && strcmp(given, own) != 0)
        ok = err_set(err, ERR_CONFLICT,
                     "the account %s signs as \"%s\" here and nobody signs as another; leave --as %.60s out", account,
                     own, given);
    ok = ok && copy_name(own != NULL ? own : app_annotator(given), out, err);
    arena_free(&a);
    return ok;
}

bool rights_sign_on(struct db *db, const char *name, struct err *err)
{
    char account[RIGHTS_ACCOUNT_SIZE];
    rights_account(account);
    return role_sign_on(db, account, name, err);
}
