/* What a role may do: one table, of commands. Commands that only read may be open to more people than the same ones
 * when they change something. What opens no workspace (demo, init, figures from files) needs no right. */
#ifndef ASSAY_APP_RIGHTS_H
#define ASSAY_APP_RIGHTS_H

#include "app/app.h"
#include "store/role.h"

/* command, least role to read, least role to change; annotators do not see what others said */
#define COMMAND_RIGHTS(X)                                                                                              \
    X("annotate", ANNOTATOR, ANNOTATOR)                                                                                \
    X("judge", ANNOTATOR, ANNOTATOR) /* --review: a reviewer */                                                        \
    X("status", ANNOTATOR, ANNOTATOR)                                                                                  \
    X("check", ANNOTATOR, ANNOTATOR)                                                                                   \
    X("backup", ANNOTATOR, ANNOTATOR) /* whoever may read the file may copy it */                                      \
    X("set", ANNOTATOR, OWNER)                                                                                         \
    X("rubric", ANNOTATOR, OWNER)                                                                                      \
    X("role", ANNOTATOR, OWNER)                                                                                        \
    X("log", REVIEWER, REVIEWER)                                                                                       \
    X("queue", REVIEWER, REVIEWER)                                                                                     \
    X("review", REVIEWER, REVIEWER)                                                                                    \
    X("browse", REVIEWER, REVIEWER)                                                                                    \
    X("find", REVIEWER, REVIEWER)                                                                                      \
    X("plan", REVIEWER, REVIEWER)                                                                                      \
    X("agreement", REVIEWER, REVIEWER)                                                                                 \
    X("aggregate", REVIEWER, OWNER)                                                                                    \
    X("gold", REVIEWER, OWNER)                                                                                         \
    X("assign", OWNER, OWNER)                                                                                          \
    X("quota", REVIEWER, OWNER)                                                                                        \
    X("quarantine", REVIEWER, OWNER)                                                                                   \
    X("retire", REVIEWER, REVIEWER)

/* The role that a command needs; an owner for one that is not in the table. */
enum role rights_needed(const char *command, bool to_write);
/* The account that runs the program, by the uid of the process: its name, or "uid N" when it has none. */
enum { RIGHTS_ACCOUNT_SIZE = 64 };
void rights_account(char out[RIGHTS_ACCOUNT_SIZE]);
/* May whoever runs the program do what takes this role? ERR_CONFLICT says so. */
MUST_CHECK bool rights_check(struct db *db, enum role needed, struct err *err);
/* The name to work under: `given` (--as), $ASSAY_ANNOTATOR, the one that belongs to the account (store/role.h), or that
 * of the account. Whether they may, rights_sign_on says. */
enum { RIGHTS_NAME_SIZE = 80 };
MUST_CHECK bool rights_name(struct db *db, const char *given, char out[RIGHTS_NAME_SIZE], struct err *err);
/* Who does it, for the audit trail. With roles in force nobody signs as another: it is the account's own name, and
 * ERR_CONFLICT when another one is given. */
MUST_CHECK bool rights_signature(struct db *db, const char *given, char out[RIGHTS_NAME_SIZE], struct err *err);
/* May they work under this name, which becomes theirs (store/role.h)? */
MUST_CHECK bool rights_sign_on(struct db *db, const char *name, struct err *err);

#endif
