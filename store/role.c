#include "store/role.h"

#include "core/base/arena.h"
#include "core/base/json_writer.h"
#include "store/annotator.h"
#include "store/audit.h"
#include "store/setting.h"
#include "store/stmt.h"
#include "store/task.h"

#include <string.h>

static const char *const names[] = {
#define X(id, name) name,
    ROLES(X)
#undef X
};

const char *role_name(enum role r)
{
    return names[r];
}

static bool find(const char *name, enum role *r)
{
    for (int i = 0; i < N_ROLES; i++)
        if (strcmp(names[i], name) == 0) {
            *r = (enum role)i;
            return true;
        }
    return false;
}

bool role_parse(const char *name, enum role *r, struct err *err)
{
    return find(name, r) ||
           err_set(err, ERR_USAGE, "there is no role \"%.40s\"; there are annotator, reviewer and owner", name);
}

static bool in_force(struct db *db, bool *yes, struct err *err)
{
    double on = 0;
    bool ok = setting_number(db, SET_ROLES, &on, err);
    *yes = on != 0;
    return ok;
}

/* The role of the person who works from this account; *row 0: there is none. */
static bool person_of(struct db *db, const char *account, int64_t *row, enum role *r, struct err *err)
{
    struct rows q;
    *row = 0;
    if (!rows_open(&q, db, STMT_ROLE_OF_ACCOUNT, ARGS(v_str(account)), err))
        return false;
    if (rows_next(&q)) {
        *row = rows_int(&q, 0);
        if (!find(rows_text(&q, 1).ptr, r))
            *r = ROLE_ANNOTATOR;
    }
    return rows_close(&q, err);
}

static bool made_it(struct db *db, const char *account, bool *yes, struct err *err)
{
    struct arena a = {0};
    const char *maker = NULL;
    bool ok = setting_get(db, ROLE_MAKER, &a, &maker, err);
    *yes = maker != NULL && strcmp(maker, account) == 0;
    arena_free(&a);
    return ok;
}

bool role_of(struct db *db, const char *account, enum role *r, struct err *err)
{
    bool forced, maker;
    int64_t row;
    *r = ROLE_ANNOTATOR;
    if (!in_force(db, &forced, err))
        return false;
    if (forced && (!person_of(db, account, &row, r, err) || !made_it(db, account, &maker, err)))
        return false;
    if (!forced || (row == 0 && maker))
        *r = ROLE_OWNER;
    return true;
}

/* ---- giving roles ---- */

struct giving {
    const char *name, *account, *by, *who;
    enum role role;
};

/* In a workspace of before there were roles, whoever gives the first one made it. */
static bool begin(struct db *db, const struct giving *g, struct err *err)
{
    struct arena a = {0};
    const char *maker = NULL;
    bool ok = setting_get(db, ROLE_MAKER, &a, &maker, err) &&
              (maker != NULL || setting_set(db, ROLE_MAKER, g->by, err)) &&
              setting_set(db, setting_spec(SET_ROLES)->key, "on", err);
    arena_free(&a);
    return ok;
}

static bool account_is_free(struct db *db, const struct giving *g, int64_t person, struct err *err)
{
    int64_t row = 0;
    enum role ignored;
    if (g->account == NULL)
        return true;
    if (*g->account == '\0')
        return err_set(err, ERR_USAGE, "the account is empty");
    return person_of(db, g->account, &row, &ignored, err) &&
           (row == 0 || row == person ||
            err_set(err, ERR_CONFLICT, "the account \"%.60s\" works under another name already", g->account));
}

/* Somebody with an account is an owner: a person, or who made the workspace and has no name in it. */
static bool an_owner_is_left(struct db *db, struct err *err)
{
    int64_t owners = 0, row = 0;
    enum role ignored;
    struct arena a = {0};
    const char *maker = NULL;
    bool ok = stmt_int(db, STMT_ROLE_OWNERS, NO_ARGS, &owners, err) && setting_get(db, ROLE_MAKER, &a, &maker, err) &&
              (maker == NULL || person_of(db, maker, &row, &ignored, err));
    if (ok && owners == 0 && (maker == NULL || row != 0))
        ok = err_set(err, ERR_CONFLICT, "nobody with an account would be owner; make somebody else one first");
    arena_free(&a);
    return ok;
}

static bool write_down(struct db *db, const struct giving *g, struct err *err)
{
    struct buf detail = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_kstr(&w, "role", names[g->role]);
    if (g->account != NULL)
        jw_kstr(&w, "account", g->account);
    jw_object_end(&w);
    bool ok = audit_add(db, g->who, "role", g->name, detail.ptr, err);
    buf_free(&detail);
    return ok;
}

static bool give(struct db *db, void *ctx, struct err *err)
{
    const struct giving *g = ctx;
    int64_t person;
    return begin(db, g, err) && annotator_person(db, g->name, &person, err) && account_is_free(db, g, person, err) &&
           stmt_run(db, STMT_ROLE_SET, ARGS(v_int(person), v_str(names[g->role]), v_str(g->account)), err) &&
           an_owner_is_left(db, err) && write_down(db, g, err);
}

bool role_give(struct db *db, const char *name, enum role r, const char *account, const char *by, const char *who,
               struct err *err)
{
    struct giving g = {.name = name, .account = account, .by = by, .who = who, .role = r};
    return db_write(db, give, &g, err);
}

/* ---- signing on ---- */

struct signing {
    const char *account, *name;
};

/* The account of a person (NULL: none) and their role. */
static bool account_of(struct db *db, int64_t person, struct arena *a, const char **account, enum role *r,
                       struct err *err)
{
    struct rows q;
    *account = NULL;
    if (!rows_open(&q, db, STMT_ROLE_ACCOUNT, ARGS(v_int(person)), err))
        return false;
    if (rows_next(&q)) {
        *account = rows_dup(&q, 0, a);
        (void)find(rows_text(&q, 1).ptr, r);
    }
    return rows_close(&q, err);
}

/* Is the name that of a person with another account? */
static bool is_of_another(struct db *db, const char *name, const char *account, struct arena *a, bool *yes,
                          struct err *err)
{
    int64_t person = 0;
    enum role ignored;
    const char *whose = NULL;
    bool ok = stmt_int(db, STMT_ANNOTATOR_FIND, ARGS(v_str(name)), &person, err) &&
              (person == 0 || account_of(db, person, a, &whose, &ignored, err));
    *yes = whose != NULL && strcmp(whose, account) != 0;
    return ok;
}

bool role_own_name(struct db *db, const char *account, struct arena *a, const char **name, struct err *err)
{
    bool forced, other = false;
    int64_t row = 0;
    enum role ignored;
    struct rows q;
    *name = NULL;
    if (!in_force(db, &forced, err) || !forced)
        return !forced;
    if (!person_of(db, account, &row, &ignored, err))
        return false;
    if (row == 0) {
        struct buf own = BUF_INIT;
        bool ok = is_of_another(db, account, account, a, &other, err);
        buf_addf(&own, "%s%s", other ? "account:" : "", account);
        *name = arena_dup(a, own.ptr);
        buf_free(&own);
        return ok;
    }
    if (!rows_open(&q, db, STMT_ANNOTATOR_NAME, ARGS(v_int(row)), err))
        return false;
    if (rows_next(&q))
        *name = rows_dup(&q, 0, a);
    return rows_close(&q, err);
}

/* An owner under a name that is nobody's: their own one becomes theirs, or somebody else could claim what they said. */
static bool owner_signs_on(struct db *db, const struct signing *s, int64_t person, struct arena *a, struct err *err)
{
    const char *own;
    if (!role_own_name(db, s->account, a, &own, err))
        return false;
    if (own != NULL && strcmp(own, s->name) == 0)
        return stmt_run(db, STMT_ROLE_SET, ARGS(v_int(person), v_str(names[ROLE_OWNER]), v_str(s->account)), err);
    return own == NULL || audit_add(db, own, "work-as", s->name, NULL, err);
}

static bool take_name(struct db *db, const struct signing *s, struct arena *a, struct err *err)
{
    int64_t person, mine = 0;
    enum role r, of_name = ROLE_ANNOTATOR;
    const char *whose;
    if (!role_of(db, s->account, &r, err) || !annotator_person(db, s->name, &person, err) ||
        !account_of(db, person, a, &whose, &of_name, err))
        return false;
    bool owner = r == ROLE_OWNER, taken = whose != NULL, ok = true;
    if (owner && !taken)
        return owner_signs_on(db, s, person, a, err);
    if (!person_of(db, s->account, &mine, &r, err))
        return false;
    if (!taken && mine == 0 && of_name > ROLE_ANNOTATOR) /* who claims a name must not get rights by it */
        ok = err_set(err, ERR_CONFLICT,
                     "\"%.60s\" is the name of %s; an owner says whose it is: role NAME %s --account %s", s->name,
                     of_name == ROLE_OWNER ? "an owner" : "a reviewer", role_name(of_name), s->account);
    else if (!taken && mine == 0)
        ok = stmt_run(db, STMT_ROLE_SET, ARGS(v_int(person), v_str(NULL), v_str(s->account)), err);
    else if (mine != person)
        ok = err_set(err, ERR_CONFLICT,
                     mine != 0 && !owner ? "your account works under another name than \"%.60s\"; leave --as out"
                                         : "\"%.60s\" is somebody else's name; choose another one with --as",
                     s->name);
    return ok;
}

static bool sign_on(struct db *db, void *ctx, struct err *err)
{
    struct arena a = {0};
    bool ok = take_name(db, ctx, &a, err);
    arena_free(&a);
    return ok;
}

bool role_sign_on(struct db *db, const char *account, const char *name, struct err *err)
{
    bool forced;
    if (!in_force(db, &forced, err))
        return false;
    return !forced || db_write(db, sign_on, &(struct signing){account, name}, err);
}

bool role_each(struct db *db, void (*each)(void *ctx, const struct role_row *row), void *ctx, struct err *err)
{
    struct arena a = {0};
    const char *maker = NULL;
    struct rows q;
    bool named = false;
    if (!setting_get(db, ROLE_MAKER, &a, &maker, err) || !rows_open(&q, db, STMT_ROLE_EACH, NO_ARGS, err)) {
        arena_free(&a);
        return false;
    }
    while (rows_next(&q)) {
        struct role_row row = {.name = rows_text(&q, 0).ptr, .account = rows_text(&q, 2).ptr};
        if (!find(rows_text(&q, 1).ptr, &row.role))
            row.role = ROLE_ANNOTATOR;
        named = named || (maker != NULL && row.account != NULL && strcmp(maker, row.account) == 0);
        each(ctx, &row);
    }
    bool ok = rows_close(&q, err);
    if (ok && maker != NULL && !named)
        each(ctx, &(struct role_row){.role = ROLE_OWNER, .account = maker});
    arena_free(&a);
    return ok;
}
