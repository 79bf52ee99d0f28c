#include "store/browse.h"

#include "core/base/mem.h"
#include "store/content.h"
#include "store/label_internal.h"
#include "store/where_internal.h"
#include "store/words.h"

#include <string.h>

/* Where candidates come from: a statement that gives keys behind one, in their order. */
struct origin {
    enum stmt_id stmt;
    const char *of; /* a name, an expression, or NULL */
};
enum { MAX_ORIGINS = 2 };

struct browse {
    const struct where *where; /* NULL: all */
    struct origin origins[MAX_ORIGINS];
    size_t n_origins; /* their union */
    bool judgements, retired;
};

/* ---- choosing an index ---- */

/* How well an index narrows the search, the best first; what it does not settle is tried afterwards. */
static int worth(const struct where *t)
{
    if (t->op != OP_EQ)
        return 0;
    switch (t->field) {
    case FIELD_WORDS:
    case FIELD_PROMPT:
    case FIELD_ANSWER:
    case FIELD_BECAUSE:
        return 5;
    case FIELD_SKIPPED:
    case FIELD_FLAGGED:
        return 4;
    case FIELD_RETIRED:
        return 3;
    case FIELD_ANNOTATOR:
        return 2;
    case FIELD_SOURCE:
        return 1;
    default:
        return 0;
    }
}

/* The best of the tests that all comparisons found must pass; NULL when no index helps. */
static const struct where *best_test(const struct where *w)
{
    if (w->kind == WHERE_TEST)
        return worth(w) > 0 ? w : NULL;
    if (w->kind != WHERE_ALL)
        return NULL;
    const struct where *a = best_test(w->left), *b = best_test(w->right);
    return a == NULL ? b : b == NULL || worth(a) >= worth(b) ? a : b;
}

static void add_origin(struct browse *b, enum stmt_id stmt, const char *of)
{
    b->origins[b->n_origins++] = (struct origin){stmt, of};
}

static void choose(struct browse *b)
{
    const struct where *t = b->where != NULL ? best_test(b->where) : NULL;
    if (t == NULL) {
        add_origin(b, STMT_BROWSE_ALL, NULL);
        return;
    }
    if (t->in_texts != NULL)
        add_origin(b, STMT_BROWSE_TEXTS, t->in_texts);
    if (t->in_said != NULL)
        add_origin(b, STMT_BROWSE_SAID, t->in_said);
    if (b->n_origins > 0)
        return;
    switch (t->field) {
    case FIELD_SKIPPED:
        add_origin(b, STMT_BROWSE_SKIPPED, NULL);
        break;
    case FIELD_FLAGGED:
        add_origin(b, STMT_BROWSE_FLAGGED, NULL);
        break;
    case FIELD_RETIRED:
        add_origin(b, STMT_BROWSE_RETIRED, NULL);
        break;
    case FIELD_ANNOTATOR:
        add_origin(b, STMT_BROWSE_ANNOTATOR, t->text);
        add_origin(b, STMT_BROWSE_ANNOTATOR_ALONE, t->text);
        break;
    default:
        add_origin(b, STMT_BROWSE_SOURCE, t->text);
        break;
    }
}

bool browse_parse(const char *query, struct arena *a, struct browse **out, struct err *err)
{
    struct browse *b = arena_alloc(a, sizeof *b);
    *out = b;
    if (query[strspn(query, " \t\r\n")] != '\0') {
        if (!where_parse("the query", query, a, &b->where, err))
            return false;
        b->judgements = where_needs_judgements(b->where);
        b->retired = where_mentions(b->where, FIELD_RETIRED);
    }
    choose(b);
    return true;
}

bool browse_check(struct db *db, const struct browse *b, struct err *err)
{
    return b->where == NULL || where_check(db, "the query", b->where, err);
}

bool browse_has_words(const struct browse *b)
{
    return b->where != NULL && where_has_words(b->where);
}

/* ---- candidates ---- */

/* Keys of one origin, read in portions. */
struct stream {
    struct origin origin;
    int64_t *keys;
    size_t n, at, size;
    int64_t after;
    bool end;
};

static bool refill(struct db *db, struct stream *s, struct err *err)
{
    bool said = s->origin.stmt == STMT_BROWSE_SAID;
    struct rows q;
    s->n = s->at = 0;
    int64_t after = said ? s->after * WORDS_PER + WORDS_PER - 1 : s->after;
    if (!rows_open(&q, db, s->origin.stmt, ARGS(v_int(after), v_int((int64_t)s->size), v_str(s->origin.of)), err))
        return false;
    size_t read = 0;
    for (; rows_next(&q); read++) {
        int64_t key = said ? rows_int(&q, 0) >> WORDS_SHIFT : rows_int(&q, 0);
        if (key > s->after)
            s->keys[s->n++] = s->after = key;
    }
    s->end = read < s->size;
    return rows_close(&q, err);
}

/* The next key of all streams; 0 at the end. */
static bool next_key(struct db *db, struct stream *s, size_t n, int64_t *key, struct err *err)
{
    *key = 0;
    for (size_t i = 0; i < n; i++) {
        while (s[i].at == s[i].n && !s[i].end)
            if (!refill(db, &s[i], err))
                return false;
        if (s[i].at < s[i].n && (*key == 0 || s[i].keys[s[i].at] < *key))
            *key = s[i].keys[s[i].at];
    }
    for (size_t i = 0; i < n; i++)
        s[i].at += s[i].at < s[i].n && s[i].keys[s[i].at] == *key;
    return true;
}

struct subject {
    struct where_subject s;
    struct label_pair pair;
    bool there;
};

static struct json_text copy(struct rows *q, int column, struct arena *a)
{
    struct json_text t = rows_text(q, column);
    return t.ptr == NULL ? t : (struct json_text){arena_ndup(a, t.ptr, t.len), t.len};
}

static void keep(struct label_pair *p, struct arena *a)
{
    p->source = arena_dup(a, p->source);
    p->split = p->split != NULL ? arena_dup(a, p->split) : NULL;
    p->subset = p->subset != NULL ? arena_dup(a, p->subset) : NULL;
}

/* `people`, and whether it repeats another one, go to the caller. */
static bool load(struct db *db, int64_t comparison, bool judgements, enum label_by by, struct arena *a,
                 struct subject *out, int64_t *people, struct err *err)
{
    struct rows q;
    struct judgement *j = NULL;
    *out = (struct subject){.s = {.db = db, .pair = &out->pair, .by = by}};
    if (!rows_open(&q, db, STMT_BROWSE_ROW, ARGS(v_int(comparison)), err))
        return false;
    if (rows_next(&q)) {
        label_pair_row(&q, &out->pair);
        keep(&out->pair, a);
        out->s.retired = !rows_null(&q, 11);
        out->there = rows_int(&q, 12) == 0;
        *people = rows_int(&q, 13);
        out->s.language[0] = copy(&q, 15, a);
        out->s.language[1] = copy(&q, 16, a);
    }
    if (!rows_close(&q, err))
        return false;
    if (!out->there || !judgements)
        return true;
    const int64_t rows[2] = {out->pair.first, out->pair.second};
    if (!label_judgements(db, comparison, rows, a, &j, &out->s.n, err))
        return false;
    out->s.judgements = j;
    out->pair.label = label_of(j, out->s.n, by);
    return true;
}

static bool passes(struct db *db, const struct browse *b, int64_t comparison, struct arena *a, bool *yes,
                   struct err *err)
{
    struct subject s;
    int64_t people;
    if (!load(db, comparison, b->judgements, LABEL_BY_ALL, a, &s, &people, err))
        return false;
    *yes = s.there && (b->retired || !s.s.retired);
    return !*yes || b->where == NULL || where_passes(b->where, &s.s, yes, err);
}

struct search {
    const struct browse *b;
    int64_t after;
    size_t limit, tries;
    struct browse_page *page;
};

static bool search(struct db *db, void *ctx, struct err *err)
{
    const struct search *s = ctx;
    struct browse_page *p = s->page;
    struct arena a = {0};
    struct stream streams[MAX_ORIGINS] = {0};
    bool ok = true;
    for (size_t i = 0; i < s->b->n_origins; i++)
        streams[i] = (struct stream){.origin = s->b->origins[i],
                                     .after = s->after,
                                     .size = s->limit + 1,
                                     .keys = mem_array(s->limit + 1, sizeof(int64_t))};
    for (size_t tried = 0; ok && !p->end && p->n < s->limit && tried < s->tries; tried++) {
        int64_t key;
        bool yes = false;
        ok = next_key(db, streams, s->b->n_origins, &key, err);
        p->end = ok && key == 0;
        ok = ok && (p->end || passes(db, s->b, key, &a, &yes, err));
        if (ok && !p->end)
            p->reached = key;
        if (ok && yes)
            p->comparisons[p->n++] = key;
        arena_reset(&a);
    }
    for (size_t i = 0; i < s->b->n_origins; i++)
        mem_free(streams[i].keys);
    arena_free(&a);
    return ok;
}

bool browse_next(struct db *db, const struct browse *b, int64_t after, size_t limit, size_t tries,
                 struct browse_page *page, struct err *err)
{
    page->n = 0;
    page->reached = after;
    page->end = false;
    struct search s = {b, after, limit, tries, page};
    return db_snapshot(db, search, &s, err);
}

/* ---- rows ---- */

static bool read_asked(struct db *db, int64_t prompt, struct arena *a, const char **asked, struct err *err)
{
    struct rows q;
    struct message *m;
    size_t n = 0;
    *asked = "";
    if (!rows_open(&q, db, STMT_PROMPT_GET, ARGS(v_int(prompt)), err))
        return false;
    bool ok = !rows_next(&q) || content_messages(rows_text(&q, 0), a, &m, &n, err);
    for (size_t i = 0; ok && i < n; i++)
        if (i == 0 || (m[i].role.len == 4 && memcmp(m[i].role.ptr, "user", 4) == 0))
            *asked = arena_ndup(a, m[i].content.ptr, m[i].content.len);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

bool browse_get(struct db *db, int64_t comparison, struct arena *a, struct browse_row *out, struct err *err)
{
    struct subject s;
    *out = (struct browse_row){0};
    if (!load(db, comparison, true, LABEL_BY_BEST, a, &s, &out->people, err))
        return false;
    if (!s.there)
        return true;
    out->comparison = comparison;
    out->source = s.pair.source;
    out->retired = s.s.retired;
    out->label = s.pair.label;
    memcpy(out->id, s.pair.comparison_id, sizeof out->id);
    for (size_t i = 0; i < s.s.n; i++) {
        const struct judgement *j = &s.s.judgements[i];
        out->judged += j->kind == KIND_JUDGED;
        out->skipped += j->kind == KIND_SKIPPED;
        out->flagged += j->kind == KIND_FLAGGED;
        out->reviewed = out->reviewed || (j->kind == KIND_JUDGED && j->by_reviewer);
    }
    return read_asked(db, s.pair.prompt, a, &out->asked, err);
}

const char *browse_state(const struct browse_row *r)
{
    return r->retired       ? "retired"
           : r->reviewed    ? "reviewed"
           : r->flagged > 0 ? "flagged"
           : r->skipped > 0 ? "skipped"
           : r->judged > 0  ? "judged"
                            : "open";
}
