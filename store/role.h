/* Who may do what, by account of the system. An owner decides about data and people, a reviewer sees what others said
 * and decides, an annotator judges. The workspace knows who made it: that account is its owner until somebody else is.
 *
 * Roles are in force once one was given (setting "roles"); before, everybody who can open the file may do all, as in a
 * file of one person. They keep honest people from slips. Whoever may write the file can change it with other programs:
 * against them there are only the permissions of the file. */
#ifndef ASSAY_STORE_ROLE_H
#define ASSAY_STORE_ROLE_H

#include "core/base/arena.h"
#include "store/db.h"

/* The least first: each may do what those before it may. */
#define ROLES(X) X(ANNOTATOR, "annotator") X(REVIEWER, "reviewer") X(OWNER, "owner")
/* Setting that holds the account that made the workspace. */
#define ROLE_MAKER "made-by"

enum role {
#define X(id, name) ROLE_##id,
    ROLES(X)
#undef X
        N_ROLES
};
const char *role_name(enum role r);
/* ERR_USAGE with the list. */
MUST_CHECK bool role_parse(const char *name, enum role *r, struct err *err);

/* What this account may do; an owner where roles are not in force. An account that nobody was given is an annotator. */
MUST_CHECK bool role_of(struct db *db, const char *account, enum role *r, struct err *err);

/* Give a person (made when new) a role and, unless NULL, the account that works under the name, which nobody else may
 * have. Roles are in force from then on. `by` is the account that does it, `who` the name for the audit trail.
 * ERR_CONFLICT when nobody would be left who is an owner. */
MUST_CHECK bool role_give(struct db *db, const char *name, enum role r, const char *account, const char *by,
                          const char *who, struct err *err);

/* The name of this account where roles are in force: the one that belongs to it, else that of the account itself (with
 * "account:" before it where that is the name of somebody with another account). NULL where they are not in force.
 * Lives in `a`. */
MUST_CHECK bool role_own_name(struct db *db, const char *account, struct arena *a, const char **name, struct err *err);

/* May this account work under this name? With roles in force a name belongs to the first account that uses it, but that
 * of a reviewer or an owner only to the account that it was given. An owner may also judge under a name that belongs to
 * no account, which does not become theirs unless it is role_own_name: the audit trail says so. ERR_CONFLICT says whose
 * it is. */
MUST_CHECK bool role_sign_on(struct db *db, const char *account, const char *name, struct err *err);

struct role_row {
    const char *name; /* NULL: the account that made the workspace, without a name yet */
    enum role role;
    const char *account; /* NULL: whoever says so */
};
/* By name; the row is borrowed for the call. */
MUST_CHECK bool role_each(struct db *db, void (*each)(void *ctx, const struct role_row *row), void *ctx,
                          struct err *err);

#endif
