#include "app/cmd.h"
#include "app/data.h"
#include "app/place.h"
#include "app/probing.h"
#include "app/progress.h"
#include "core/base/json_writer.h"
#include "core/base/team.h"
#include "core/lexical.h"
#include "core/linalg.h"
#include "core/safetensors.h"
#include "store/db.h"
#include "store/embedding.h"
#include "store/response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"provider", 0, "NAME", "lexical (features made here, no model needed) or file (a matrix exported elsewhere)",
     false},
    {"embeddings", 'e', "FILE", "file: the matrix, .npy, .safetensors or FILE.safetensors:TENSOR", true},
    {"ids", 0, "FILE", "file: ids of its rows, as `export --format responses` gave them", true},
    {"name", 0, "NAME", "of the set (default: lexical, or the file's name)", false},
    {"dims", 0, "N", "lexical: dimensions kept (default 256)", false},
    {"of", 0, "WHAT", "lexical: responses, or both: prompts, too, for gated heads (default responses)", false},
    PROBING_OPTIONS("lexical: answers without content, too,"),
    {"threads", 0, "N", "default: one a core", false},
    {"output", 'o', "FILE", "lexical: where the matrix goes (default: beside the workspace)", false},
    {0},
};

/* ---- both ---- */

/* A set that is to be entered into the workspace. */
struct entry {
    const struct app *app;
    struct embedding_set set;
    const char *file; /* as the person calls it */
    const float *X;   /* to be written there; NULL: it is there */
    const char *const *ids;
};

static bool write_matrix(const char *path, const float *X, size_t n, size_t d, const char *recipe, struct err *err)
{
    struct safetensors_out tensor = {.name = "embeddings", .type = TENSOR_F32, .rank = 2, .shape = {n, d}, .data = X};
    struct safetensors_pair meta[] = {{"format", "assay-embeddings-1"}, {"recipe", recipe}};
    return safetensors_write(path, &tensor, 1, meta, 2, err);
}

static void as_json(const struct embedding_set *set, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "name", set->name);
    jw_kstr(&w, "provider", set->provider);
    jw_kint(&w, "rows", set->n);
    jw_kint(&w, "columns", set->d);
    jw_kint(&w, "mapped", set->mapped);
    jw_kint(&w, "prompts", set->prompts);
    jw_kint(&w, "probes", set->probes);
    jw_object_end(&w);
}

static void as_text(const struct entry *e, struct buf *out)
{
    const struct embedding_set *s = &e->set;
    char prompts[64] = "", probes[64] = "";
    if (s->prompts > 0)
        snprintf(prompts, sizeof prompts, " and %lld prompts", (long long)s->prompts);
    if (s->probes > 0)
        snprintf(probes, sizeof probes, " and %lld probes", (long long)s->probes);
    app_add_name(out, s->name);
    if (e->X != NULL)
        buf_addf(out, ": %lld answers%s%s x %lld features, in ", (long long)s->mapped, prompts, probes,
                 (long long)s->d);
    else
        buf_addf(out, ": %lld rows x %lld columns in ", (long long)s->n, (long long)s->d);
    app_add_name(out, e->file);
    if (e->X == NULL)
        buf_addf(out, "; %lld rows are answers%s%s of this workspace", (long long)s->mapped, prompts, probes);
}

static bool answer(const struct entry *e, struct err *err)
{
    struct buf text = BUF_INIT;
    if (e->app->json)
        as_json(&e->set, &text);
    else
        as_text(e, &text);
    buf_addc(&text, '\n');
    bool ok = app_print(e->app, &text, err);
    buf_free(&text);
    return ok;
}

/* The matrix is written beside its place and takes it as the last thing in the transaction: a failed command leaves the
 * one that an older set speaks of. */
static bool enter_new(struct db *db, struct entry *e, const char *part, struct err *err)
{
    char sha256[SHA256_HEX_SIZE];
    e->set.sha256 = sha256;
    bool ok = write_matrix(part, e->X, (size_t)e->set.n, (size_t)e->set.d, e->set.recipe, err) &&
              digest_file(part, sha256, err) && embedding_set_put(db, &e->set, e->ids, err) && db_flush(db, err) &&
              answer(e, err);
    e->set.sha256 = NULL;
    if (ok && rename(part, e->file) != 0)
        ok = err_errno(err, "cannot write %s", e->file);
    if (!ok)
        unlink(part);
    return ok;
}

static bool enter(struct db *db, void *ctx, struct err *err)
{
    struct entry *e = ctx;
    if (e->X == NULL)
        return embedding_set_put(db, &e->set, e->ids, err) && db_flush(db, err) && answer(e, err);
    struct buf part = BUF_INIT;
    buf_addf(&part, "%s.part", e->file);
    bool ok = enter_new(db, e, part.ptr, err);
    buf_free(&part);
    return ok;
}

/* ---- lexical ---- */

struct corpus {
    struct arena arena;
    struct names seen; /* ids of prompts */
    VEC(struct json_text) seen_texts;
    VEC(const char *) ids;
    VEC(const char *) texts;
    VEC(size_t) lens;
    VEC(const char *) prompts;
    VEC(size_t) prompt_lens;
    size_t real; /* texts that are no probes */
};

static void add_text(struct corpus *c, const char *id, struct json_text text, struct json_text prompt)
{
    vec_push(&c->ids, arena_dup(&c->arena, id));
    vec_push(&c->texts, text.ptr);
    vec_push(&c->lens, text.len);
    vec_push(&c->prompts, prompt.ptr);
    vec_push(&c->prompt_lens, prompt.len);
}

static struct json_text keep(struct corpus *c, struct json_text t)
{
    return (struct json_text){arena_ndup(&c->arena, t.ptr, t.len), t.len};
}

static bool add_response(void *ctx, const struct response_view *r)
{
    struct corpus *c = ctx;
    bool first;
    size_t at = names_add(&c->seen, r->prompt_id, strlen(r->prompt_id), &first);
    if (first)
        vec_push(&c->seen_texts, keep(c, r->prompt));
    add_text(c, r->id, keep(c, r->text), c->seen_texts.v[at]);
    return true;
}

/* Prompts as texts of their own: what they answer is nothing. */
static void add_prompts(struct corpus *c)
{
    for (size_t i = 0; i < names_count(&c->seen); i++)
        add_text(c, names_text(&c->seen, i), c->seen_texts.v[i], (struct json_text){0});
}

static void add_probe(void *ctx, const struct probing_row *r)
{
    struct corpus *c = ctx;
    add_text(c, r->id, keep(c, r->text), c->seen_texts.v[names_find(&c->seen, r->prompt_id, strlen(r->prompt_id))]);
}

static bool collect(struct db *db, bool prompts, const struct probing *p, struct corpus *c, struct err *err)
{
    if (!response_each(db, add_response, c, err))
        return false;
    if (prompts)
        add_prompts(c);
    c->real = c->ids.n;
    return p->n == 0 || probing_each(db, p, add_probe, c, err);
}

static void corpus_free(struct corpus *c)
{
    arena_free(&c->arena);
    names_free(&c->seen);
    vec_free(&c->seen_texts);
    vec_free(&c->ids);
    vec_free(&c->texts);
    vec_free(&c->lens);
    vec_free(&c->prompts);
    vec_free(&c->prompt_lens);
}

/* "dir/sample.assay" -> "dir/sample.lexical.safetensors" */
static char *default_path(const char *workspace, const char *name)
{
    struct buf path = BUF_INIT;
    buf_add(&path, workspace, app_stem(workspace));
    buf_addf(&path, ".%s.safetensors", name);
    return buf_take(&path);
}

/* n x dim features; NULL and err when they cannot be made. The caller frees them. */
static float *make_features(const struct corpus *c, const struct lexical_opts *o, struct bar *bar, struct err *err)
{
    size_t n = c->ids.n;
    if (n == 0) {
        err_set(err, ERR_MISSING, "the workspace holds no answers yet; `assay import` brings some");
        return NULL;
    }
    float *X = mem_block(n * lexical_dim(o, c->real), sizeof *X);
    if (X == NULL) {
        err_set(err, ERR_MEMORY, "not enough memory for %zu x %zu features", n, lexical_dim(o, c->real));
        return NULL;
    }
    struct lexical_texts t = {.texts = c->texts.v,
                              .lens = c->lens.v,
                              .prompts = c->prompts.v,
                              .prompt_lens = c->prompt_lens.v,
                              .n = n,
                              .fit = c->real};
    if (lexical_features(&t, o, X, &bar->progress, err))
        return X;
    mem_free(X);
    return NULL;
}

static bool enter_lexical(const struct app *app, const struct args *args, struct db *db, const struct corpus *c,
                          const struct lexical_opts *o, const float *X, struct err *err)
{
    const char *name = args_has(args, "name") ? args_get(args, "name") : "lexical";
    char *path = args_has(args, "output") ? mem_dup(args_get(args, "output")) : default_path(app->workspace, name);
    char *full = place_absolute(path);
    struct buf recipe = BUF_INIT;
    lexical_recipe(o, &recipe);
    struct entry e = {.app = app, .file = path, .X = X, .ids = c->ids.v};
    e.set = (struct embedding_set){.name = name,
                                   .provider = "lexical",
                                   .recipe = recipe.ptr,
                                   .path = full,
                                   .n = (int64_t)c->ids.n,
                                   .d = (int64_t)lexical_dim(o, c->real)};
    bool ok = db_write(db, enter, &e, err);
    buf_free(&recipe);
    mem_free(path);
    mem_free(full);
    return ok;
}

static bool lexical(const struct app *app, const struct args *args, struct db *db, struct err *err)
{
    static const char *const subjects[] = {"responses", "both", NULL};
    int64_t dims = 256, threads = sysconf(_SC_NPROCESSORS_ONLN);
    struct probing probing;
    int of = 0;
    if (!probing_read(args, &probing, err) || !args_choice(args, "of", subjects, &of, err) ||
        !args_int(args, "dims", 1, 16384, &dims, err) || !args_int(args, "threads", 1, 256, &threads, err))
        return false;
    if (args_has(args, "embeddings") || args_has(args, "ids"))
        return err_set(err, ERR_USAGE, "--embeddings and --ids are for --provider file");
    linalg_threads((int)threads);
    struct corpus c = {0};
    struct lexical_opts o = {.dims = (size_t)dims};
    struct bar bar;
    bar_start(&bar, app, "making features", "texts");
    bool collected = collect(db, of == 1, &probing, &c, err);
    float *X = collected ? make_features(&c, &o, &bar, err) : NULL;
    bar_hide(&bar);
    bool ok = X != NULL && enter_lexical(app, args, db, &c, &o, X, err);
    bar_end(&bar);
    mem_free(X);
    corpus_free(&c);
    return ok;
}

/* ---- file ---- */

/* "dir/llama.f16.npy" -> "llama" */
static char *name_of_file(const char *path)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    return mem_ndup(base, strcspn(base, ".:"));
}

static bool enter_file(const struct app *app, const struct args *args, struct db *db, struct embeddings *m,
                       struct err *err)
{
    const char *file = args_get(args, "embeddings");
    char *name = args_has(args, "name") ? mem_dup(args_get(args, "name")) : name_of_file(file);
    char *full = place_absolute(file);
    const char **ids = mem_array(m->n, sizeof *ids);
    for (size_t i = 0; i < m->n; i++)
        ids[i] = embeddings_id(m, i);
    struct entry e = {.app = app, .file = file, .ids = ids};
    e.set = (struct embedding_set){.name = name,
                                   .provider = "file",
                                   .recipe = "{}",
                                   .path = full,
                                   .sha256 = embeddings_part_digest(m, 0),
                                   .n = (int64_t)m->n,
                                   .d = (int64_t)m->d};
    bool ok = db_write(db, enter, &e, err);
    mem_free(ids);
    mem_free(name);
    mem_free(full);
    return ok;
}

static bool from_file(const struct app *app, const struct args *args, struct db *db, struct err *err)
{
    const char *file = args_get(args, "embeddings"), *ids_file = args_get(args, "ids");
    if (file == NULL || ids_file == NULL || args_nth(args, "embeddings", 1) != NULL)
        return err_set(err, ERR_USAGE, "--provider file needs one --embeddings and one --ids");
    if (args_has(args, "dims") || args_has(args, "of") || args_has(args, "output"))
        return err_set(err, ERR_USAGE, "--dims, --of and --output are for --provider lexical");
    if (args_has(args, "probes") || args_has(args, "seed"))
        return err_set(err, ERR_USAGE,
                       "--probes and --seed are for --provider lexical; for a matrix made elsewhere, "
                       "embed what `assay export --format responses --probes N` adds");
    struct embeddings m;
    embeddings_init(&m);
    bool ok = embeddings_add(&m, file, ids_file, err);
    if (ok)
        embeddings_hash(&m); /* beside the check */
    ok = ok && embeddings_check_finite(&m, team_cores(), err) && enter_file(app, args, db, &m, err);
    embeddings_close(&m);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    static const char *const providers[] = {"lexical", "file", NULL};
    int provider = -1;
    struct db *db = NULL;
    if (!args_choice(args, "provider", providers, &provider, err))
        return false;
    if (provider < 0)
        return err_set(err, ERR_USAGE, "--provider is missing; it is lexical or file");
    if (args_has(args, "name") && *args_get(args, "name") == '\0')
        return err_set(err, ERR_USAGE, "--name is empty");
    if (!app_open(app, true, &db, err))
        return false;
    bool ok = provider == 0 ? lexical(app, args, db, err) : from_file(app, args, db, err);
    db_close(db);
    return ok;
}

const struct command cmd_embed = {
    .name = "embed",
    .summary = "give the answers numbers that a head can be fitted to",
    .synopsis = "--provider lexical [--dims N] [--of both] | --provider file --embeddings X.npy --ids F",
    .about = "lexical needs no model: hashed words and characters with tf-idf weights, reduced by a truncated SVD, and "
             "a few counts\n"
             "(length, lists, code, ...). It is the default that always works, and a baseline that a language model "
             "should beat.\n"
             "\n"
             "--probes adds answers without content, such as a full stop, for so many prompts. The features of the "
             "answers stay what\n"
             "they are; `assay eval --show probes` tells whether a head prefers one of them.\n"
             "\n"
             "file attaches embeddings that were made elsewhere from `assay export --format responses`: the matrix "
             "stays where it\n"
             "is, its rows are found by the ids. A row with the id of a prompt (prompt_id of the export) is that "
             "prompt, for gated heads.",
    .example = "  assay embed --provider lexical\n"
               "  assay embed --provider file -e llama.npy --ids llama.ids.txt",
    .options = options,
    .max_words = 0,
    .run = run,
};
