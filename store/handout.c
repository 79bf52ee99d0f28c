#include "store/handout.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/setting.h"
#include "store/stmt.h"
#include "store/task.h"

#include <math.h>
#include <string.h>

static const char *const want_keys[] = {
#define X(id, key) key,
    WANTS(X)
#undef X
};

const char *want_key(enum want w)
{
    return want_keys[w];
}

/* ---- what is asked of a person ---- */

/* Names between line ends, which is what the statements look into. */
static bool read_list(struct json_object *o, const char *key, struct arena *a, const char **out, struct err *err)
{
    struct json_object *list = NULL;
    struct buf b = BUF_INIT;
    *out = NULL;
    if (!json_get_array(o, key, JSON_OPTIONAL, &list, err))
        return false;
    if (list == NULL)
        return true;
    bool ok = true;
    buf_addc(&b, '\n');
    for (size_t i = 0; ok && i < json_object_array_length(list); i++) {
        struct json_text t = {0};
        ok = json_as_text(json_object_array_get_idx(list, i), key, &t, err) &&
             (strchr(t.ptr, '\n') == NULL || err_set(err, ERR_RANGE, "\"%s\" holds a line end", key));
        buf_addf(&b, "%s\n", ok ? t.ptr : "");
    }
    *out = arena_ndup(a, b.ptr, b.len);
    buf_free(&b);
    return ok;
}

static bool read_wants(const char *json, struct arena *a, const char *wants[WANT_KINDS], struct err *err)
{
    struct json_object *o = NULL;
    memset(wants, 0, WANT_KINDS * sizeof *wants);
    if (json == NULL)
        return true;
    if (!json_parse(json, strlen(json), &o, err))
        return err_context(err, "what the annotator is to be given");
    bool ok = json_object_is_type(o, json_type_object) || err_set(err, ERR_SYNTAX, "filters must be an object");
    for (int w = 0; ok && w < WANT_KINDS; w++)
        ok = read_list(o, want_keys[w], a, &wants[w], err);
    json_object_put(o);
    return ok;
}

bool limits_get(struct db *db, int64_t annotator, struct arena *a, struct limits *out, struct err *err)
{
    struct rows q;
    *out = (struct limits){.quota = -1};
    if (!rows_open(&q, db, STMT_ANNOTATOR_LIMITS, ARGS(v_int(annotator)), err))
        return false;
    if (rows_next(&q)) {
        out->quota = rows_null(&q, 0) ? -1 : rows_int(&q, 0);
        out->wants = rows_dup(&q, 1, a);
        out->per_day = rows_null(&q, 2) ? 0 : rows_int(&q, 2);
    }
    return rows_close(&q, err);
}

struct limiting {
    int64_t annotator;
    const struct limits *l;
    const char *who;
};

static bool set_limits(struct db *db, void *ctx, struct err *err)
{
    const struct limiting *s = ctx;
    struct value quota = s->l->quota < 0 ? v_null() : v_int(s->l->quota);
    struct arena a = {0};
    struct buf detail = BUF_INIT;
    struct json_writer w;
    struct rows q;
    jw_start(&w, &detail);
    jw_object(&w);
    if (s->l->quota >= 0)
        jw_kint(&w, "quota", s->l->quota);
    if (s->l->per_day > 0)
        jw_kint(&w, "per_day", s->l->per_day);
    if (s->l->wants != NULL) {
        jw_key(&w, "wants");
        jw_raw(&w, s->l->wants, strlen(s->l->wants));
    }
    jw_object_end(&w);
    const char *name = NULL;
    bool ok = rows_open(&q, db, STMT_ANNOTATOR_NAME, ARGS(v_int(s->annotator)), err);
    if (ok) {
        name = rows_next(&q) ? rows_dup(&q, 0, &a) : NULL;
        ok = rows_close(&q, err) &&
             stmt_run(db, STMT_ANNOTATOR_SET_LIMITS,
                      ARGS(v_int(s->annotator), quota, v_str(s->l->wants), v_int_or_null(s->l->per_day)), err) &&
             audit_add(db, s->who, "limits", name, detail.ptr, err);
    }
    buf_free(&detail);
    arena_free(&a);
    return ok;
}

bool limits_set(struct db *db, int64_t annotator, const struct limits *l, const char *who, struct err *err)
{
    struct arena a = {0};
    const char *wants[WANT_KINDS];
    bool ok =
        read_wants(l->wants, &a, wants, err) && db_write(db, set_limits, &(struct limiting){annotator, l, who}, err);
    arena_free(&a);
    return ok;
}

bool limits_each(struct db *db, int64_t annotator, void (*each)(void *ctx, const struct limits_row *row), void *ctx,
                 struct err *err)
{
    struct rows q;
    struct arena a = {0};
    bool ok = rows_open(&q, db, STMT_ANNOTATOR_LIMITS_EACH, ARGS(v_int_or_null(annotator)), err);
    if (!ok)
        return false;
    while (ok && rows_next(&q)) {
        struct limits_row r = {.name = rows_text(&q, 0).ptr};
        struct value who = v_int(rows_int(&q, 1)), midnight = v_int(clock_midnight(clock_now_ms()));
        ok = limits_get(db, rows_int(&q, 1), &a, &r.limits, err) && read_wants(r.limits.wants, &a, r.wants, err) &&
             stmt_int(db, STMT_ANNOTATOR_HANDLED, ARGS(who), &r.handled, err) &&
             stmt_int(db, STMT_ANNOTATOR_HANDLED_SINCE, ARGS(who, midnight), &r.today, err);
        if (ok)
            each(ctx, &r);
        arena_reset(&a);
    }
    arena_free(&a);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

/* ---- the rules ---- */

/* The id that a share of all ids is below; longer than an id when all of them are. */
static size_t control_bound(double share, unsigned char bound[17])
{
    memset(bound, 0xFF, 17);
    if (share <= 0)
        return 0;
    if (share >= 1)
        return 17;
    uint64_t top = (uint64_t)(share * 0x1p32);
    for (int i = 0; i < 4; i++)
        bound[i] = (unsigned char)(top >> (24 - 8 * i));
    return 4;
}

bool handout_read(struct db *db, int64_t annotator, struct arena *a, struct handout *h, struct err *err)
{
    struct limits l;
    double overlap = 1, lease = 0, share = 0;
    *h = (struct handout){.annotator = annotator, .now = clock_now_ms()};
    if (!setting_number(db, SET_OVERLAP, &overlap, err) || !setting_number(db, SET_LEASE, &lease, err) ||
        !setting_number(db, SET_CONTROL_SHARE, &share, err) || !limits_get(db, annotator, a, &l, err) ||
        !read_wants(l.wants, a, h->wants, err))
        return false;
    h->overlap = (int64_t)overlap;
    h->lease_ms = (int64_t)lease * 60 * 1000;
    h->control_n = control_bound(share, h->control);
    h->quota = l.quota;
    h->per_day = l.per_day;
    return true;
}

/* ---- how many people a comparison waits for ---- */

struct stand {
    int low[2], high[2]; /* of helpfulness */
    bool first, second;  /* somebody prefers it */
};

static void take_in(struct stand *s, const struct judgement *j)
{
    for (size_t k = 0; k < j->n_ratings; k++)
        if (strcmp(j->ratings[k].attribute, "helpfulness") == 0) {
            int which = j->ratings[k].which, value = j->ratings[k].value;
            s->low[which] = value < s->low[which] ? value : s->low[which];
            s->high[which] = value > s->high[which] ? value : s->high[which];
        }
    s->first = s->first || (j->has_preference && j->preference < 0);
    s->second = s->second || (j->has_preference && j->preference > 0);
}

static bool agree(const struct judgement *const *who, size_t n)
{
    enum { NONE = 1000, SPREAD = 2 };
    struct stand s = {.low = {NONE, NONE}, .high = {-NONE, -NONE}};
    for (size_t i = 0; i < n; i++)
        take_in(&s, who[i]);
    return s.high[0] - s.low[0] <= SPREAD && s.high[1] - s.low[1] <= SPREAD && !(s.first && s.second);
}

bool handout_disagree(const struct judgement *j, size_t n)
{
    enum { MOST = 16 }; /* far more than are ever called */
    const struct judgement *said[MOST];
    size_t m = 0;
    for (size_t i = 0; i < n && m < MOST; i++)
        if (j[i].by_person && j[i].kind == KIND_JUDGED)
            said[m++] = &j[i];
    if (m <= 3)
        return !agree(said, m);
    for (size_t a = 0; a < m; a++)
        for (size_t b = a + 1; b < m; b++)
            for (size_t c = b + 1; c < m; c++)
                if (agree((const struct judgement *[]){said[a], said[b], said[c]}, 3))
                    return false;
    return true;
}

/* -1: as many as the overlap says. */
static int64_t people_wanted(const struct judgement *j, size_t n, int64_t overlap, bool escalate, int64_t quorum)
{
    int64_t judged = 0, passed = 0;
    for (size_t i = 0; i < n; i++)
        if (j[i].by_person) {
            judged += j[i].kind == KIND_JUDGED;
            passed += j[i].kind == KIND_SKIPPED || j[i].kind == KIND_FLAGGED;
        }
    if (quorum > 0 && passed >= quorum)
        return 0;
    if (!escalate || judged < overlap || judged < 2 || !handout_disagree(j, n))
        return -1;
    int64_t most = overlap + 2, next = judged + passed + 1;
    return next < most ? next : most;
}

/* Nobody any more, when enough passed; else as many as somebody asked for by hand, when that is more. */
static bool as_asked(struct db *db, int64_t comparison, int64_t overlap, int64_t *wanted, struct err *err)
{
    char hex[ID_HEX_SIZE];
    int64_t asked = 0;
    if (*wanted == 0)
        return true;
    if (!content_comparison_hex(db, comparison, hex, err) ||
        !stmt_int(db, STMT_COMPARISON_ASKED, ARGS(v_str(hex)), &asked, err))
        return false;
    if (asked > (*wanted < 0 ? overlap : *wanted))
        *wanted = asked;
    return true;
}

bool handout_settle(struct db *db, int64_t comparison, struct err *err)
{
    double overlap = 1, escalate = 0, quorum = 0;
    int64_t before = -2, wanted = -1;
    if (!setting_number(db, SET_OVERLAP, &overlap, err) || !setting_number(db, SET_ESCALATE, &escalate, err) ||
        !setting_number(db, SET_SKIP_QUORUM, &quorum, err) ||
        !stmt_int(db, STMT_COMPARISON_WANTED, ARGS(v_int(comparison)), &before, err))
        return false;
    /* -2: a repeat, which waits for one person */
    if (before == -2 || (before == -1 && escalate == 0 && quorum == 0))
        return true;
    struct arena a = {0};
    struct judgement *j;
    size_t n;
    bool ok = judgement_list(db, comparison, JUDGEMENTS_LATEST, &a, &j, &n, err);
    if (ok)
        wanted = people_wanted(j, n, (int64_t)overlap, escalate != 0, (int64_t)quorum);
    arena_free(&a);
    return ok && as_asked(db, comparison, (int64_t)overlap, &wanted, err) &&
           stmt_run(db, STMT_COMPARISON_WANT, ARGS(v_int(comparison), wanted < 0 ? v_null() : v_int(wanted)), err);
}

/* ---- repeats ---- */

struct id handout_repeat_id(const struct id *original, const char *name)
{
    struct digest d;
    digest_init(&d);
    digest_add_string(&d, "assay:repeat:1", 14);
    digest_add_string(&d, (const char *)original->b, sizeof original->b);
    digest_add_string(&d, name, strlen(name));
    return digest_id(&d);
}

static bool is_due(struct db *db, const struct handout *h, bool *due, struct err *err)
{
    double share = 0;
    struct rows q;
    *due = false;
    if (!setting_number(db, SET_REPEAT_SHARE, &share, err))
        return false;
    if (share <= 0)
        return true;
    if (!rows_open(&q, db, STMT_REPEAT_COUNTS, ARGS(v_int(h->annotator)), err))
        return false;
    if (rows_next(&q))
        *due = (double)(rows_int(&q, 0) + 1) <= share * (double)rows_int(&q, 1);
    return rows_close(&q, err);
}

/* Of the draws that are old enough, the first from a random one on. */
static bool choose(struct db *db, const struct handout *h, struct rng *rng, int64_t *original, struct err *err)
{
    double gap = 0;
    int64_t draws = 0;
    *original = 0;
    if (!setting_number(db, SET_REPEAT_GAP, &gap, err) ||
        !stmt_int(db, STMT_SIDE_NEXT_ORDINAL, ARGS(v_int(h->annotator)), &draws, err))
        return false;
    int64_t last = draws - (int64_t)gap;
    if (last < 0)
        return true;
    int64_t start = (int64_t)rng_below(rng, (uint64_t)last + 1);
    struct value who = v_int(h->annotator);
    return stmt_int(db, STMT_REPEAT_CANDIDATE, ARGS(who, v_int(start), v_int(last)), original, err) &&
           (*original != 0 || stmt_int(db, STMT_REPEAT_CANDIDATE, ARGS(who, v_int(0), v_int(start)), original, err));
}

bool handout_repeat(struct db *db, const struct handout *h, struct rng *rng, int64_t *comparison, struct err *err)
{
    bool due;
    int64_t original = 0;
    struct id id = {{0}};
    struct rows q;
    *comparison = 0;
    if (!is_due(db, h, &due, err) || (due && !choose(db, h, rng, &original, err)))
        return false;
    if (original == 0)
        return true;
    if (!rows_open(&q, db, STMT_REPEAT_SOURCE, ARGS(v_int(original), v_int(h->annotator)), err))
        return false;
    if (rows_next(&q)) {
        struct id of = rows_id(&q, 0);
        id = handout_repeat_id(&of, rows_text(&q, 1).ptr);
    }
    return rows_close(&q, err) &&
           stmt_insert(db, STMT_REPEAT_ADD, ARGS(v_id(&id), v_int(h->now), v_int(original), v_int(h->annotator)),
                       comparison, err);
}
