#include "app/rights.h"

#include <pwd.h>
#include <stdio.h>
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

bool rights_sign_on(struct db *db, const char *name, struct err *err)
{
    char account[RIGHTS_ACCOUNT_SIZE];
    rights_account(account);
    return role_sign_on(db, account, name, err);
}
