#include "app/cmd.h"
#include "app/rights.h"
#include "core/base/json_writer.h"
#include "store/setting.h"

static const struct option_spec options[] = {
    {"account", 0, "LOGIN", "the account of the system that works under the name", false},
    {0},
};

struct listing {
    struct buf text;
    struct json_writer w;
};

static void line(void *ctx, const struct role_row *r)
{
    struct listing *l = ctx;
    app_add_column(&l->text, r->name != NULL ? r->name : "-", 24);
    buf_addf(&l->text, " %-10s ", role_name(r->role));
    app_add_name(&l->text, r->account != NULL ? r->account : "-");
    buf_addc(&l->text, '\n');
}

static void kstr_or_null(struct json_writer *w, const char *key, const char *value)
{
    jw_key(w, key);
    if (value != NULL)
        jw_str(w, value);
    else
        jw_null(w);
}

static void object(void *ctx, const struct role_row *r)
{
    struct listing *l = ctx;
    jw_object(&l->w);
    kstr_or_null(&l->w, "name", r->name);
    jw_kstr(&l->w, "role", role_name(r->role));
    kstr_or_null(&l->w, "account", r->account);
    jw_object_end(&l->w);
}

static bool show(const struct app *app, struct db *db, struct err *err)
{
    struct listing l = {.text = BUF_INIT};
    double on = 0;
    bool ok = setting_number(db, SET_ROLES, &on, err);
    if (app->json) {
        jw_start(&l.w, &l.text);
        jw_object(&l.w);
        jw_kbool(&l.w, "in_force", on != 0);
        jw_key(&l.w, "people");
        jw_array(&l.w);
        ok = ok && role_each(db, object, &l, err);
        jw_array_end(&l.w);
        jw_object_end(&l.w);
        buf_addc(&l.text, '\n');
    } else {
        ok = ok && role_each(db, line, &l, err);
        buf_adds(&l.text, on != 0 ? "in force\n" : "not in force: everybody who can open the file may do all\n");
    }
    ok = ok && app_print(app, &l.text, err);
    buf_free(&l.text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    char account[RIGHTS_ACCOUNT_SIZE], who[RIGHTS_NAME_SIZE];
    enum role r = ROLE_ANNOTATOR;
    struct db *db = NULL;
    size_t n = args->words.n;
    if (n == 1 || (n == 0 && args_has(args, "account")))
        return err_set(err, ERR_USAGE, "role takes NAME and annotator, reviewer or owner, or nothing");
    if ((n == 2 && !role_parse(args->words.v[1], &r, err)) || !app_open(app, n == 2, &db, err))
        return false;
    rights_account(account);
    bool ok = (n == 0 || (rights_signature(db, NULL, who, err) &&
                          role_give(db, args->words.v[0], r, args_get(args, "account"), account, who, err))) &&
              show(app, db, err);
    db_close(db);
    return ok;
}

const struct command cmd_role = {
    .name = "role",
    .summary = "who may do what",
    .synopsis = "[NAME annotator|reviewer|owner [--account LOGIN]]",
    .about =
        "An annotator judges what is handed out. A reviewer also sees what others said, and decides. An owner also\n"
        "imports, exports, fits, sets and gives roles. Who somebody is, the account says under which the program\n"
        "runs: the name of an annotator belongs to the first account that works under it, or to the one given here;\n"
        "that of a reviewer or an owner only to the one given. The audit trail is signed by the account's own name, "
        "and\n"
        "--as changes nothing about that; an owner may judge under a name that belongs to nobody, which the trail "
        "tells.\n"
        "Whoever made the workspace is its owner. Roles are in force once the first one was given; `assay set roles "
        "off`\n"
        "ends that. They are no lock: whoever may write the file can change it with other programs (`assay init "
        "--group`\n"
        "sets permissions).",
    .example = "  assay role ada reviewer --account ada\n  assay role",
    .options = options,
    .max_words = 2,
    .run = run,
};
