#include "store/annotator.h"

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "store/bulk.h"
#include "store/stmt.h"

#include <ctype.h>
#include <string.h>

static bool find_annotator(struct db *db, struct json_text name, int64_t *row, struct err *err)
{
    static const struct {
        const char *prefix, *kind;
    } kinds[] = {{"source:", "source"}, {"review:", "reviewer"}};
    const char *kind = "person";
    *row = 0;
    if (name.len == 0)
        return err_set(err, ERR_RANGE, "the name of the annotator is empty");
    if (!stmt_int(db, STMT_ANNOTATOR_FIND, ARGS(v_text(name.ptr, name.len)), row, err) || *row != 0)
        return *row != 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (name.len >= strlen(kinds[i].prefix) && memcmp(name.ptr, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            kind = kinds[i].kind;
    return stmt_insert(db, STMT_ANNOTATOR_ADD, ARGS(v_text(name.ptr, name.len), v_str(kind), v_int(clock_now_ms())),
                       row, err);
}

bool annotator_row(struct db *db, struct json_text name, int64_t *row, struct err *err)
{
    *row = bulk_on(db) ? bulk_named(db, BULK_ANNOTATORS, name) : 0;
    if (*row != 0)
        return true;
    if (!find_annotator(db, name, row, err))
        return false;
    if (bulk_on(db))
        bulk_name(db, BULK_ANNOTATORS, name, *row);
    return true;
}

/* "source:" and "review:" tell kinds apart; "account:NAME" signs for an account without a name (store/role.h). */
static bool check_name(const char *name, struct err *err)
{
    size_t n = strlen(name), bad;
    if (n == 0)
        return err_set(err, ERR_USAGE, "the name of the annotator is empty");
    if (strncmp(name, "source:", 7) == 0)
        return err_set(err, ERR_USAGE, "\"%.60s\": names that begin with \"source:\" are those of imported data", name);
    if (strncmp(name, "review:", 7) == 0)
        return err_set(err, ERR_USAGE, "\"%.60s\": give the name alone; --review says that it is a review", name);
    if (strncmp(name, "account:", 8) == 0)
        return err_set(err, ERR_USAGE, "\"%.60s\": names that begin with \"account:\" are those of accounts", name);
    if (n > 64 || isspace((unsigned char)name[0]) || isspace((unsigned char)name[n - 1]))
        return err_set(err, ERR_USAGE, "\"%.60s\": a name has at most 64 bytes and no blank at its ends", name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7F)
            return err_set(err, ERR_USAGE, "the name of the annotator holds a control character");
    return utf8_valid(name, n, &bad) || err_set(err, ERR_USAGE, "the name of the annotator is not UTF-8");
}

struct naming {
    const char *name;
    int64_t row;
};

static bool name_person(struct db *db, void *ctx, struct err *err)
{
    struct naming *n = ctx;
    return annotator_row(db, (struct json_text){n->name, strlen(n->name)}, &n->row, err);
}

bool annotator_known(struct db *db, const char *name, int64_t *annotator, struct err *err)
{
    *annotator = 0;
    return check_name(name, err) && stmt_int(db, STMT_ANNOTATOR_FIND, ARGS(v_str(name)), annotator, err) &&
           (*annotator != 0 ||
            err_set(err, ERR_MISSING,
                    "nobody is called \"%.64s\" here (\"assay status\" lists all); who is new signs on first", name));
}

bool annotator_person(struct db *db, const char *name, int64_t *annotator, struct err *err)
{
    struct naming n = {.name = name};
    if (!check_name(name, err) || !stmt_int(db, STMT_ANNOTATOR_FIND, ARGS(v_str(name)), &n.row, err))
        return false;
    if (n.row == 0 && !db_write(db, name_person, &n, err))
        return false;
    *annotator = n.row;
    return true;
}

bool annotator_reviewer(struct db *db, const char *name, int64_t *annotator, struct err *err)
{
    struct buf full = BUF_INIT;
    struct naming n = {0};
    if (!check_name(name, err))
        return false;
    buf_addf(&full, "review:%s", name);
    n.name = full.ptr;
    bool ok = stmt_int(db, STMT_ANNOTATOR_FIND, ARGS(v_str(n.name)), &n.row, err) &&
              (n.row != 0 || db_write(db, name_person, &n, err));
    *annotator = n.row;
    buf_free(&full);
    return ok;
}
