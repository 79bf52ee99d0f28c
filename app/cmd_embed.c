#include "app/cmd.h"
#include "app/data.h"
#include "app/progress.h"
#include "core/base/json_writer.h"
#include "core/lexical.h"
#include "core/linalg.h"
#include "core/safetensors.h"
#include "store/db.h"
#include "store/embedding.h"
#include "store/response.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    {"provider", 0, "NAME", "lexical (features made here, no model needed) or file (a matrix exported elsewhere)",
     false},
    {"embeddings", 'e', "FILE", "file: the matrix, .npy, .safetensors or FILE.safetensors:TENSOR", true},
    {"ids", 0, "FILE", "file: response ids of its rows, as `export --format responses` gave them", true},
    {"name", 0, "NAME", "of the set (default: lexical, or the file's name)", false},
    {"dims", 0, "N", "lexical: dimensions kept (default 256)", false},
    {"threads", 0, "N", "default: one a core", false},
    {"output", 'o', "FILE", "lexical: where the matrix goes (default: beside the workspace)", false},
    {0},
};

/* ---- lexical ---- */

struct corpus {
    struct arena arena;
    VEC(const char *) ids;
    VEC(const char *) texts;
    VEC(size_t) lens;
    VEC(const char *) prompts;
    VEC(size_t) prompt_lens;
};

static bool add_response(void *ctx, const struct response_view *r)
{
    struct corpus *c = ctx;
    vec_push(&c->ids, arena_dup(&c->arena, r->id));
    vec_push(&c->texts, arena_ndup(&c->arena, r->text.ptr, r->text.len));
    vec_push(&c->lens, r->text.len);
    vec_push(&c->prompts, arena_ndup(&c->arena, r->prompt.ptr, r->prompt.len));
    vec_push(&c->prompt_lens, r->prompt.len);
    return true;
}

static void corpus_free(struct corpus *c)
{
    arena_free(&c->arena);
    vec_free(&c->ids);
    vec_free(&c->texts);
    vec_free(&c->lens);
    vec_free(&c->prompts);
    vec_free(&c->prompt_lens);
}

static bool write_matrix(const char *path, const float *X, size_t n, size_t d, const char *recipe, struct err *err)
{
    struct safetensors_out tensor = {.name = "embeddings", .type = TENSOR_F32, .rank = 2, .shape = {n, d}, .data = X};
    struct safetensors_pair meta[] = {{"format", "assay-embeddings-1"}, {"recipe", recipe}};
    return safetensors_write(path, &tensor, 1, meta, 2, err);
}

struct made {
    char *path; /* absolute */
    struct buf recipe;
    size_t n, d;
};

static bool make_lexical(const struct app *app, const struct corpus *c, const struct lexical_opts *o, const char *path,
                         struct made *out, struct err *err)
{
    out->n = c->ids.n;
    out->d = lexical_dim(o, out->n);
    float *X = mem_block(out->n * out->d, sizeof *X);
    if (X == NULL)
        return err_set(err, ERR_MEMORY, "not enough memory for %zu x %zu features", out->n, out->d);
    struct lexical_texts t = {
        .texts = c->texts.v, .lens = c->lens.v, .prompts = c->prompts.v, .prompt_lens = c->prompt_lens.v, .n = out->n};
    struct bar bar;
    bar_start(&bar, app, "making features", "texts");
    bool ok = lexical_features(&t, o, X, &bar.progress, err);
    bar_end(&bar);
    lexical_recipe(o, &out->recipe);
    ok = ok && write_matrix(path, X, out->n, out->d, out->recipe.ptr, err);
    mem_free(X);
    return ok;
}

/* "dir/sample.assay" -> "dir/sample.lexical.safetensors" */
static char *default_path(const char *workspace, const char *name)
{
    struct buf path = BUF_INIT;
    size_t n = strlen(workspace);
    buf_add(&path, workspace, n > 6 && strcmp(workspace + n - 6, ".assay") == 0 ? n - 6 : n);
    buf_addf(&path, ".%s.safetensors", name);
    return buf_take(&path);
}

static bool attach(struct db *db, const char *name, const char *provider, const struct made *m, const char *path,
                   const char *sha256, const char *const *ids, struct embedding_set *set, struct err *err)
{
    *set = (struct embedding_set){.name = name,
                                  .provider = provider,
                                  .recipe = m->recipe.ptr,
                                  .path = path,
                                  .sha256 = sha256,
                                  .n = (int64_t)m->n,
                                  .d = (int64_t)m->d};
    return embedding_set_put(db, set, ids, err);
}

/* Absolute form of FILE or FILE:TENSOR; the caller frees it. */
static char *absolute(const char *path)
{
    struct buf out = BUF_INIT;
    char cwd[4096];
    if (path[0] != '/' && getcwd(cwd, sizeof cwd) != NULL)
        buf_addf(&out, "%s/", cwd);
    buf_adds(&out, path);
    return buf_take(&out);
}

static bool lexical(const struct app *app, const struct args *args, struct db *db, struct embedding_set *set,
                    struct buf *answer, struct err *err)
{
    int64_t dims = 256, threads = sysconf(_SC_NPROCESSORS_ONLN);
    if (!args_int(args, "dims", 1, 16384, &dims, err) || !args_int(args, "threads", 1, 256, &threads, err))
        return false;
    if (args_has(args, "embeddings") || args_has(args, "ids"))
        return err_set(err, ERR_USAGE, "--embeddings and --ids are for --provider file");
    linalg_threads((int)threads);
    const char *name = args_has(args, "name") ? args_get(args, "name") : "lexical";
    char *path = args_has(args, "output") ? mem_dup(args_get(args, "output")) : default_path(app->workspace, name);
    char *full = absolute(path);
    struct corpus c = {0};
    struct made m = {.recipe = BUF_INIT};
    struct lexical_opts o = {.dims = (size_t)dims};
    char sha256[SHA256_HEX_SIZE];
    bool ok = response_each(db, add_response, &c, err);
    if (ok && c.ids.n == 0)
        ok = err_set(err, ERR_MISSING, "the workspace holds no answers yet; `assay import` brings some");
    ok = ok && make_lexical(app, &c, &o, path, &m, err) && digest_file(path, sha256, err) &&
         attach(db, name, "lexical", &m, full, sha256, c.ids.v, set, err);
    if (ok)
        buf_addf(answer, "%s: %zu answers x %zu features, in %s\n", name, m.n, m.d, path);
    corpus_free(&c);
    buf_free(&m.recipe);
    mem_free(path);
    mem_free(full);
    return ok;
}

/* ---- file ---- */

/* "dir/llama.f16.npy" -> "llama" */
static char *name_of_file(const char *path)
{
    const char *base = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    return mem_ndup(base, strcspn(base, ".:"));
}

static bool from_file(const struct args *args, struct db *db, struct embedding_set *set, struct buf *answer,
                      struct err *err)
{
    const char *file = args_get(args, "embeddings"), *ids_file = args_get(args, "ids");
    if (file == NULL || ids_file == NULL || args_nth(args, "embeddings", 1) != NULL)
        return err_set(err, ERR_USAGE, "--provider file needs one --embeddings and one --ids");
    if (args_has(args, "dims") || args_has(args, "output"))
        return err_set(err, ERR_USAGE, "--dims and --output are for --provider lexical");
    struct embeddings e;
    embeddings_init(&e);
    struct made m = {.recipe = BUF_INIT};
    buf_adds(&m.recipe, "{}");
    char *name = args_has(args, "name") ? mem_dup(args_get(args, "name")) : name_of_file(file);
    char *full = absolute(file);
    bool ok = embeddings_add(&e, file, ids_file, err) && embeddings_check_finite(&e, err);
    if (ok) {
        const char **ids = mem_array(e.n, sizeof *ids);
        for (size_t i = 0; i < e.n; i++)
            ids[i] = embeddings_id(&e, i);
        m.n = e.n;
        m.d = e.d;
        ok = attach(db, name, "file", &m, full, e.parts.v[0].digest, ids, set, err);
        mem_free(ids);
    }
    if (ok)
        buf_addf(answer, "%s: %zu rows x %zu columns in %s; %lld rows are answers of this workspace\n", name, m.n, m.d,
                 file, (long long)set->mapped);
    embeddings_close(&e);
    buf_free(&m.recipe);
    mem_free(name);
    mem_free(full);
    return ok;
}

/* ---- both ---- */

static void as_json(const struct embedding_set *set, struct buf *out)
{
    struct json_writer w;
    buf_reset(out);
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "provider", set->provider);
    jw_kint(&w, "rows", set->n);
    jw_kint(&w, "columns", set->d);
    jw_kint(&w, "mapped", set->mapped);
    jw_object_end(&w);
    buf_addc(out, '\n');
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
    if (!app_open(app, true, &db, err))
        return false;
    struct embedding_set set;
    struct buf answer = BUF_INIT;
    bool ok = provider == 0 ? lexical(app, args, db, &set, &answer, err) : from_file(args, db, &set, &answer, err);
    if (ok && app->json)
        as_json(&set, &answer);
    ok = ok && app_print(app, &answer, err);
    buf_free(&answer);
    db_close(db);
    return ok;
}

const struct command cmd_embed = {
    .name = "embed",
    .summary = "give the answers numbers that a head can be fitted to",
    .synopsis = "--provider lexical [--dims N] | --provider file --embeddings X.npy --ids F",
    .about = "lexical needs no model: hashed words and characters with tf-idf weights, reduced by a truncated SVD, and "
             "a few counts\n"
             "(length, lists, code, ...). It is the default that always works, and a baseline that a language model "
             "should beat.\n"
             "\n"
             "file attaches embeddings that were made elsewhere from `assay export --format responses`: the matrix "
             "stays where it\n"
             "is, its rows are found by the ids.",
    .example = "  assay embed --provider lexical\n"
               "  assay embed --provider file -e llama.npy --ids llama.ids.txt",
    .options = options,
    .max_words = 0,
    .run = run,
};
