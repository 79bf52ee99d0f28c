#include "store/bulk.h"

#include "core/base/asset.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/id_set.h"
#include "core/base/trace.h"
#include "core/base/vec.h"
#include "store/db_internal.h"
#include "store/disk.h"
#include "store/staging.h"
#include "store/tally.h"

#include <string.h>

/* What is known by id; a number among prompts, responses, comparisons and judgements is the row. VOICE: who spoke of
 * which subject, by their rows, but for what struct bulk_comparison knows. */
enum set { PROMPT, RESPONSE, COMPARISON, JUDGEMENT, VOICE, NAMES, SETS = NAMES + 2 };

/* While a new workspace is filled, and as always. The cache only has to hold the ends of tables and indexes. */
#define BULK_SETTINGS                                                                                                  \
    "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = OFF; PRAGMA cache_size = -12288; PRAGMA temp_store = FILE"
#define USUAL_SETTINGS                                                                                                 \
    "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -65536;"      \
    "PRAGMA temp_store = MEMORY; PRAGMA writable_schema = OFF"

/* What a row may hold is settled before it is staged: asking again is a seventh of the time, and `assay check` asks all
 * rows. */
#define CHECKS_OFF "PRAGMA ignore_check_constraints = ON"
#define CHECKS_ON  "PRAGMA ignore_check_constraints = OFF"

enum { KNOWN_MODEL = 1, KNOWN_LANGUAGE = 2, KNOWN_TAGS = 4 };

struct bulk_comparison {
    uint32_t first; /* response */
    uint32_t voice; /* who judged it first; 0: nobody yet */
    bool split;     /* it is in one */
};

/* What a record changed, for when it is given up. */
struct change {
    enum { LEARNT, SPLIT, FIRST_VOICE, SPOKE } what;
    unsigned char before; /* what was known of a response */
    int64_t row;          /* of a response, or a comparison; the number of a voice */
};

struct bulk {
    struct id_set sets[SETS];
    VEC(unsigned char) responses; /* KNOWN_... of each, by row - 1 */
    VEC(struct bulk_comparison) comparisons;
    VEC(uint32_t) spoken;  /* how often each voice did, by number - 1 */
    VEC(int64_t) named[2]; /* rows of names, by number - 1 */
    struct {
        struct buf name;
        int64_t row; /* 0: of none */
    } last[2];       /* that was asked for: most records have those of the one before */
    struct buf json;
    int descriptor; /* of the file */
    int sent;       /* batches so far */
    /* of the record that is being read */
    bool reading, saved; /* saved: there is a savepoint before it, and nothing staged that is older */
    struct staging_mark mark;
    size_t before[SETS]; /* ids in each */
    VEC(struct change) changes;
};

bool bulk_on(const struct db *db)
{
    return db->bulk != NULL;
}

static void give_back(struct db *db)
{
    struct bulk *b = db->bulk;
    staging_close(db->staging);
    for (int s = 0; s < SETS; s++)
        id_set_free(&b->sets[s]);
    vec_free(&b->responses);
    vec_free(&b->comparisons);
    vec_free(&b->spoken);
    for (int w = 0; w < 2; w++) {
        vec_free(&b->named[w]);
        buf_free(&b->last[w].name);
    }
    vec_free(&b->changes);
    buf_free(&b->json);
    mem_free(b);
    db->bulk = NULL;
    db->staging = NULL;
    sqlite3_exec(db->sql, CHECKS_ON, NULL, NULL, NULL);
}

/* ---- records ---- */

static void note(struct bulk *b, struct change c)
{
    if (b->reading)
        vec_push(&b->changes, c);
}

void bulk_record_begin(struct db *db)
{
    struct bulk *b = db->bulk;
    b->reading = true;
    b->saved = false;
    b->mark = staging_now(db->staging);
    for (int s = 0; s < SETS; s++)
        b->before[s] = b->sets[s].n;
    vec_clear(&b->changes);
}

static size_t ids(const struct bulk *b)
{
    size_t n = 0;
    for (int s = 0; s < SETS; s++)
        n += b->sets[s].n;
    return n;
}

/* A savepoint is rare, and left through the connection that it is of. */
static bool leave_savepoint(struct db *db, const char *how, struct err *err)
{
    struct bulk *b = db->bulk;
    bool saved = b->saved;
    b->reading = b->saved = false;
    return !saved || db_exec(db, how, err);
}

/* A batch on its way to the file; every so often that goes on to the disk. */
static bool send(struct db *db, struct err *err)
{
    enum { SENDS = 8 };
    struct bulk *b = db->bulk;
    if (++b->sent % SENDS == 0)
        disk_write_ahead(b->descriptor);
    return staging_send(db->staging, err);
}

bool bulk_record_end(struct db *db, struct err *err)
{
    if (!leave_savepoint(db, "RELEASE record", err))
        return false;
    if (ids(db->bulk) > BULK_MOST)
        return bulk_finish(db, err);
    return !staging_is_full(db->staging) || send(db, err);
}

static void take_back(struct bulk *b, const struct change *c)
{
    switch (c->what) {
    case LEARNT:
        b->responses.v[c->row - 1] = c->before;
        break;
    case SPLIT:
        b->comparisons.v[c->row - 1].split = false;
        break;
    case FIRST_VOICE:
        b->comparisons.v[c->row - 1].voice = 0;
        break;
    case SPOKE:
        b->spoken.v[c->row - 1]--;
        break;
    }
}

bool bulk_record_undo(struct db *db, struct err *err)
{
    struct bulk *b = db->bulk;
    while (b->changes.n > 0)
        take_back(b, &b->changes.v[--b->changes.n]);
    staging_forget(db->staging, &b->mark);
    for (int s = 0; s < SETS; s++)
        id_set_truncate(&b->sets[s], b->before[s]);
    b->responses.n = b->before[RESPONSE];
    b->comparisons.n = b->before[COMPARISON];
    b->spoken.n = b->before[VOICE];
    for (int w = 0; w < 2; w++) {
        b->named[w].n = b->before[NAMES + w];
        b->last[w].row = 0;
    }
    return leave_savepoint(db, "ROLLBACK TO record; RELEASE record", err);
}

bool bulk_settle(struct db *db, struct err *err)
{
    struct bulk *b = db->bulk;
    if (b->reading && !b->saved) {
        if (!staging_settle(db->staging, &b->mark, err))
            return false;
        b->saved = true;
        int rc = sqlite3_exec(db->sql, "SAVEPOINT record", NULL, NULL, NULL); /* db_exec would come here */
        if (rc != SQLITE_OK)
            return db_error(db, rc, "savepoint", err);
    }
    if (!staging_settle(db->staging, NULL, err))
        return false;
    if (b->reading)
        b->mark = staging_now(db->staging);
    return true;
}

/* ---- content ---- */

static struct value v_maybe(struct json_text t)
{
    return v_text(t.ptr, t.len);
}

static struct id id_of_name(struct json_text name)
{
    struct digest d;
    digest_init(&d);
    digest_add(&d, name.ptr, name.len);
    return digest_id(&d);
}

int64_t bulk_named(const struct db *db, enum bulk_names which, struct json_text name)
{
    struct bulk *b = db->bulk;
    if (b->last[which].row != 0 && b->last[which].name.len == name.len &&
        memcmp(b->last[which].name.ptr, name.ptr, name.len) == 0)
        return b->last[which].row;
    struct id id = id_of_name(name);
    uint32_t number = id_set_find(&b->sets[NAMES + which], &id);
    if (number == 0)
        return 0;
    buf_reset(&b->last[which].name);
    buf_add(&b->last[which].name, name.ptr, name.len);
    return b->last[which].row = b->named[which].v[number - 1];
}

void bulk_name(struct db *db, enum bulk_names which, struct json_text name, int64_t row)
{
    struct id id = id_of_name(name);
    bool made;
    id_set_put(&db->bulk->sets[NAMES + which], &id, &made);
    if (made)
        vec_push(&db->bulk->named[which], row);
}

/* The number of something that belongs to `owner`: when that came with this record, so did all that belong to it. */
static uint32_t number_of(struct bulk *b, enum set of, enum set owners, int64_t owner, struct content_row *out)
{
    enum { FEW = 32 };
    if (b->reading && owner > (int64_t)b->before[owners] && b->sets[of].n - b->before[of] < FEW)
        return id_set_put_since(&b->sets[of], b->before[of], &out->id, &out->made);
    return id_set_put(&b->sets[of], &out->id, &out->made);
}

void bulk_prompt(struct db *db, const struct message *m, size_t n, struct content_row *out)
{
    struct bulk *b = db->bulk;
    out->row = id_set_put(&b->sets[PROMPT], &out->id, &out->made);
    if (!out->made)
        return;
    buf_reset(&b->json);
    content_write_messages(m, n, &b->json);
    staging_put(db->staging, STAGE_PROMPT,
                (const struct value[]){v_int(out->row), v_id(&out->id), v_text(b->json.ptr, b->json.len)});
}

static unsigned char what_is_known(const struct new_response *r)
{
    return (unsigned char)((r->model.ptr != NULL ? KNOWN_MODEL : 0) | (r->language.ptr != NULL ? KNOWN_LANGUAGE : 0) |
                           (r->tags.ptr != NULL ? KNOWN_TAGS : 0));
}

bool bulk_response(struct db *db, const struct content_row *prompt, const struct new_response *r,
                   struct content_row *out, struct err *err)
{
    struct bulk *b = db->bulk;
    unsigned char known = what_is_known(r);
    out->row = number_of(b, RESPONSE, PROMPT, prompt->row, out);
    if (out->made) {
        vec_push(&b->responses, known);
        staging_put(db->staging, STAGE_RESPONSE,
                    (const struct value[]){v_int(out->row), v_id(&out->id), v_int(prompt->row), v_maybe(r->text),
                                           v_maybe(r->model), v_maybe(r->language), v_maybe(r->tags)});
        return true;
    }
    unsigned char *there = &b->responses.v[out->row - 1];
    if ((known & ~*there) == 0)
        return true;
    note(b, (struct change){.what = LEARNT, .before = *there, .row = out->row});
    *there |= known;
    return stmt_run(db, STMT_RESPONSE_LEARN,
                    ARGS(v_int(out->row), v_maybe(r->model), v_maybe(r->language), v_maybe(r->tags)), err);
}

bool bulk_comparison(struct db *db, int64_t prompt, const struct content_row *first, const struct content_row *second,
                     int64_t source, const char *split, struct content_row *out, bool *swapped, struct err *err)
{
    struct bulk *b = db->bulk;
    *swapped = false;
    out->row = number_of(b, COMPARISON, RESPONSE, first->row > second->row ? first->row : second->row, out);
    if (out->made) {
        vec_push(&b->comparisons, ((struct bulk_comparison){.first = (uint32_t)first->row, .split = split != NULL}));
        staging_put(db->staging, STAGE_COMPARISON,
                    (const struct value[]){v_int(out->row), v_id(&out->id), v_int(prompt), v_int(first->row),
                                           v_int(second->row), v_int(source), v_str(split), v_int(clock_now_ms())});
        return true;
    }
    *swapped = b->comparisons.v[out->row - 1].first != first->row;
    if (split == NULL || b->comparisons.v[out->row - 1].split)
        return true;
    note(b, (struct change){.what = SPLIT, .row = out->row});
    b->comparisons.v[out->row - 1].split = true;
    return stmt_run(db, STMT_COMPARISON_LEARN, ARGS(v_int(out->row), v_str(split)), err);
}

/* ---- judgements ---- */

/* How many this annotator gave to the subject, with this one. Most comparisons have one voice: it needs no place in the
 * map. */
static uint32_t revision(struct bulk *b, const struct judgement *j)
{
    struct bulk_comparison *c = j->comparison != 0 ? &b->comparisons.v[j->comparison - 1] : NULL;
    if (c != NULL && c->voice == 0) {
        note(b, (struct change){.what = FIRST_VOICE, .row = j->comparison});
        c->voice = (uint32_t)j->annotator;
        return 1;
    }
    struct id voice = {{0}};
    uint64_t subject = j->comparison != 0 ? 2 * (uint64_t)j->comparison : 2 * (uint64_t)j->response + 1;
    uint32_t who = (uint32_t)j->annotator;
    memcpy(voice.b, &subject, sizeof subject);
    memcpy(voice.b + sizeof subject, &who, sizeof who);
    bool made;
    uint32_t number = id_set_put(&b->sets[VOICE], &voice, &made);
    if (made)
        vec_push(&b->spoken, 0);
    note(b, (struct change){.what = SPOKE, .row = number});
    return ++b->spoken.v[number - 1] + (c != NULL && c->voice == who);
}

void bulk_judgement(struct db *db, struct judgement *j, const int64_t rows[2], bool *made)
{
    struct bulk *b = db->bulk;
    j->row = id_set_put(&b->sets[JUDGEMENT], &j->id, made);
    if (!*made)
        return;
    if (j->n_spans > 0)
        BUG("passages of a judgement cannot be staged");
    uint32_t nth = revision(b, j);
    struct value kind = v_str(judgement_kind_name(j->kind)), row = v_int(j->row), who = v_int(j->annotator),
                 comparison = v_int_or_null(j->comparison), response = v_int_or_null(j->response);
    staging_put(db->staging, STAGE_JUDGEMENT,
                (const struct value[]){
                    row, v_id(&j->id), comparison, response, who, v_int(nth), kind,
                    j->has_preference && !j->neither ? v_int(j->preference) : v_null(), v_int(j->neither),
                    v_text(j->justification.ptr != NULL ? j->justification.ptr : "", j->justification.len),
                    v_str(j->reason != NULL ? j->reason : ""), v_int(j->a_is), v_real(j->seconds), v_int(j->rubric),
                    v_text(j->extra.ptr, j->extra.len), v_int(j->created), v_int_or_null(j->confidence),
                    v_int((int64_t)j->failed), j->has_lean ? v_real(j->lean) : v_null()});
    staging_put(db->staging, nth == 1 ? STAGE_LATEST : STAGE_LATER,
                (const struct value[]){comparison, response, who, row, kind});
    for (size_t i = 0; i < j->n_ratings; i++)
        staging_put(db->staging, STAGE_RATING,
                    (const struct value[]){row, v_int(rows[j->ratings[i].which]), v_str(j->ratings[i].attribute),
                                           v_int(j->ratings[i].value), v_int((int64_t)i)});
    for (size_t i = 0; i < j->n_aspects; i++)
        staging_put(db->staging, STAGE_ASPECT,
                    (const struct value[]){row, v_str(j->aspects[i].attribute), v_int(j->aspects[i].value),
                                           v_int(j->aspects[i].leans), v_int((int64_t)i)});
}

/* ---- beginning and end ---- */

static bool run_asset(struct db *db, const char *name, struct err *err)
{
    const struct asset *a = asset_find(name);
    if (a != NULL)
        return db_exec(db, (const char *)a->data, err);
    BUG("%s is not built in", name);
}

static bool start(struct db *db, struct err *err)
{
    int64_t new = 0;
    if (!stmt_int(db, STMT_BULK_IS_NEW, NO_ARGS, &new, err))
        return false;
    if (new == 0)
        return true;
    if (!run_asset(db, "sql/bulk/begin.sql", err) || !db_exec(db, CHECKS_OFF, err))
        return false;
    db->filling = true;
    db->bulk = mem_alloc(sizeof *db->bulk);
    db->bulk->json = db->bulk->last[0].name = db->bulk->last[1].name = BUF_INIT;
    db->bulk->descriptor = disk_descriptor(db->path);
    db->staging = staging_open(db);
    return true;
}

static bool derive(struct db *db, struct err *err)
{
    return run_asset(db, "sql/bulk/end.sql", err) && tally_anew(db, err);
}

/* Ids in order, and the rows that have them: what their indexes are made of. */
static bool stage_ids(struct db *db, enum set which, enum staging_table to, struct err *err)
{
    const struct id_set *s = &db->bulk->sets[which];
    uint32_t *order = id_set_sorted(s);
    bool ok = true;
    for (size_t i = 0; ok && i < s->n; i++) {
        staging_put(db->staging, to, (const struct value[]){v_id(&s->ids[order[i] - 1]), v_int(order[i])});
        ok = !staging_is_full(db->staging) || staging_send(db->staging, err);
    }
    mem_free(order);
    return ok;
}

bool bulk_finish(struct db *db, struct err *err)
{
    if (db->bulk == NULL)
        return true;
    bool ok = run_asset(db, "sql/bulk/ids.sql", err);
    for (int s = PROMPT; ok && s <= JUDGEMENT; s++)
        ok = stage_ids(db, (enum set)s, (enum staging_table)(STAGE_PROMPT_ID + s), err);
    if (!ok || !bulk_settle(db, err))
        return false;
    give_back(db);
    return run_asset(db, "sql/bulk/ids_end.sql", err) && derive(db, err);
}

void bulk_abandon(struct db *db)
{
    if (db->bulk != NULL)
        give_back(db);
}

bool bulk_mend(struct db *db)
{
    int64_t whole = 0;
    return !db->filling || (stmt_int(db, STMT_BULK_IS_WHOLE, NO_ARGS, &whole, NULL) &&
                            (whole != 0 || (run_asset(db, "sql/bulk/ids_anew.sql", NULL) && derive(db, NULL))));
}

struct filling {
    bool (*fn)(struct db *db, void *ctx, struct err *err);
    void *ctx;
};

static bool fill(struct db *db, void *ctx, struct err *err)
{
    const struct filling *f = ctx;
    return start(db, err) && f->fn(db, f->ctx, err) && bulk_finish(db, err);
}

/* Others who have the workspace open need the log: then it stays. */
static void leave_log(struct db *db)
{
    struct err ignored;
    if (!db_exec(db, "PRAGMA journal_mode = DELETE", &ignored))
        trace(TRACE_SQL, "the log stays: %s", ignored.text);
}

/* The settings that are usual. That they fail does not undo what was committed. */
static bool settle_down(struct db *db, const char *settings, bool ok, struct err *err)
{
    if (db_exec(db, settings, ok ? err : NULL) || !ok)
        return ok;
    return err_context(err, "everything was put in and is kept, but then");
}

/* To what is there already. What a savepoint keeps goes to a file: in memory SQLite has it as a list of kilobytes,
 * which it walks from the start for every statement that changes several rows. */
static bool add(struct db *db, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx, struct err *err)
{
    if (!db_exec(db, "PRAGMA temp_store = FILE", err))
        return false;
    bool ok = db_write(db, fn, ctx, err);
    return settle_down(db, "PRAGMA temp_store = MEMORY", ok, err);
}

bool bulk_write(struct db *db, double bytes, bool (*fn)(struct db *db, void *ctx, struct err *err), void *ctx,
                struct err *err)
{
    int64_t new = 0;
    if (bytes > 0 && bytes < BULK_LEAST_BYTES)
        return db_write(db, fn, ctx, err);
    if (!stmt_int(db, STMT_BULK_IS_NEW, NO_ARGS, &new, err))
        return false;
    if (new == 0)
        return add(db, fn, ctx, err);
    leave_log(db);
    if (!db_exec(db, BULK_SETTINGS, err))
        return false;
    bool ok = db_write(db, fill, &(struct filling){fn, ctx}, err);
    db->filling = false;
    return settle_down(db, USUAL_SETTINGS, ok, err);
}
