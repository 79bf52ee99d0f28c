#include "app/data_parts.h"
#include "app/place.h"
#include "core/base/team.h"
#include "store/db.h"
#include "store/embedding.h"

struct id_list {
    const char **ids;
    struct arena arena;
};

static bool note_id(void *ctx, int64_t of, const char *id, int64_t row)
{
    (void)of;
    struct id_list *l = ctx;
    l->ids[row] = arena_dup(&l->arena, id);
    return true;
}

/* Rows that are no response, prompt or probe here get a name that no id can have. */
static void name_the_rest(struct id_list *l, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l->ids[i] == NULL) {
            struct buf name = BUF_INIT;
            buf_addf(&name, "row %zu", i);
            l->ids[i] = arena_dup(&l->arena, name.ptr);
            buf_free(&name);
        }
}

static bool note_link(void *ctx, int64_t row, int64_t prompt_row)
{
    embeddings_set_prompt(ctx, (size_t)row, (size_t)prompt_row);
    return true;
}

static bool note_asked(void *ctx, int64_t prompt, const char *id, int64_t row)
{
    (void)prompt;
    embeddings_set_prompt_id(ctx, (size_t)row, id);
    return true;
}

static bool name_rows(struct db *db, const struct embedding_set *set, struct data *d, struct err *err)
{
    struct id_list l = {.ids = mem_array(d->e.n, sizeof *l.ids)};
    bool ok = embedding_set_each(db, set->row, note_id, &l, err) &&
              embedding_set_each_prompt(db, set->row, note_id, &l, err) &&
              embedding_set_each_probe(db, set->row, note_id, &l, err) &&
              embedding_set_each_link(db, set->row, note_link, &d->e, err) &&
              (!d->e.keeps_prompt_ids || embedding_set_each_asked(db, set->row, note_asked, &d->e, err));
    if (ok) {
        name_the_rest(&l, d->e.n);
        ok = embeddings_set_ids(&d->e, 0, l.ids, err);
    }
    mem_free(l.ids);
    arena_free(&l.arena);
    return ok;
}

bool data_set_changed(const struct data *d, struct err *err)
{
    return err_set(err, ERR_CONFLICT,
                   "%s is no longer the file that was attached as \"%s\"; attach it anew with `assay embed`",
                   d->set_path, d->set_name);
}

static bool map_set(struct db *db, const struct embedding_set *set, struct data *d, struct err *err)
{
    d->set_name = mem_dup(set->name);
    d->set_path = mem_dup(set->path);
    d->set_sha256 = mem_dup(set->sha256);
    char *path = place_find(db_path(db), set->path);
    bool ok = embeddings_add(&d->e, path != NULL ? path : set->path, NULL, err);
    mem_free(path);
    if (!ok)
        return false;
    if (d->e.n != (size_t)set->n || d->e.d != (size_t)set->d)
        return data_set_changed(d, err);
    embeddings_hash(&d->e);
    return (d->unchecked || embeddings_check_finite(&d->e, team_cores(), err)) && name_rows(db, set, d, err);
}

bool data_set_open(struct db *db, const char *name, struct data *d, int64_t *row, struct err *err)
{
    struct arena arena = {0};
    struct embedding_set set;
    bool found;
    bool ok = embedding_set_get(db, name, &arena, &set, &found, err);
    if (ok && !found)
        ok = name != NULL ? err_set(err, ERR_MISSING, "the workspace has no embedding set \"%s\"", name)
                          : err_set(err, ERR_MISSING,
                                    "the workspace has no embeddings yet; `assay embed --provider lexical` makes some");
    ok = ok && map_set(db, &set, d, err);
    *row = ok ? set.row : 0;
    arena_free(&arena);
    return ok;
}
