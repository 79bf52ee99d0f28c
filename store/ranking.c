#include "store/ranking.h"

#include "core/base/json_writer.h"
#include "store/audit.h"
#include "store/content.h"
#include "store/handout.h"
#include "store/stmt.h"
#include "store/task_internal.h"

#include <string.h>

/* ---- which comparisons are one ---- */

bool ranking_lead(struct db *db, int64_t annotator, int64_t comparison, int64_t *lead, struct err *err)
{
    *lead = 0;
    return stmt_int(db, STMT_RANKING_LEAD, ARGS(v_int(annotator), v_int(comparison)), lead, err);
}

struct members {
    struct content_row row[ANSWERS_MOST];
    size_t n; /* may be more than there is room for */
};

static bool read_members(struct db *db, int64_t prompt, struct members *m, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_RANKING_MEMBERS, ARGS(v_int(prompt)), err))
        return false;
    for (m->n = 0; rows_next(&q); m->n++)
        if (m->n < ANSWERS_MOST)
            m->row[m->n] = (struct content_row){.row = rows_int(&q, 0), .id = rows_id(&q, 1)};
    return rows_close(&q, err);
}

/* A comparison of each two of them, made where there is none; new ones are of the source and split of the first. */
static bool complete(struct db *db, int64_t prompt, const struct members *m, struct arena *a, struct err *err)
{
    struct rows q;
    int64_t source = 0;
    const char *split = NULL;
    if (!rows_open(&q, db, STMT_RANKING_FIRST, ARGS(v_int(prompt)), err))
        return false;
    if (rows_next(&q)) {
        source = rows_int(&q, 0);
        split = rows_dup(&q, 1, a);
    }
    if (!rows_close(&q, err))
        return false;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = i + 1; k < m->n; k++) {
            struct content_row pair;
            bool swapped;
            if (!content_comparison(db, prompt, &m->row[i], &m->row[k], source, NULL, &pair, &swapped, err) ||
                (pair.made && split != NULL &&
                 !content_comparison(db, prompt, &m->row[i], &m->row[k], source, split, &pair, &swapped, err)) ||
                (pair.made && !stmt_run(db, STMT_RANKING_SET_LEAD, ARGS(v_int(pair.row), v_int(pair.row)), err)))
                return false;
        }
    return true;
}

/* What people began under the one that led before. */
static bool follow(struct db *db, int64_t from, int64_t to, struct err *err)
{
    static const enum stmt_id moves[] = {STMT_RANKING_MOVE_SHUFFLE, STMT_RANKING_MOVE_SHOWN,
                                         STMT_RANKING_MOVE_SIDE,    STMT_RANKING_MOVE_DRAFT,
                                         STMT_RANKING_MOVE_PLACE,   STMT_RANKING_MOVE_ASSIGNMENT};
    for (size_t i = 0; from != to && i < sizeof moves / sizeof *moves; i++)
        if (!stmt_run(db, moves[i], ARGS(v_int(from), v_int(to)), err))
            return false;
    return from == to || stmt_run(db, STMT_RANKING_TURN_SIDE, ARGS(v_int(to)), err);
}

static bool follow_all(struct db *db, int64_t prompt, int64_t lead, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_RANKING_LEADS, ARGS(v_int(prompt)), err))
        return false;
    while (ok && rows_next(&q))
        ok = follow(db, rows_int(&q, 0), lead, err);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool lead_all(struct db *db, int64_t prompt, const struct members *m, struct err *err)
{
    int64_t lead = 0;
    if (!stmt_int(db, STMT_RANKING_LEADER, ARGS(v_int(prompt)), &lead, err))
        return false;
    if (!follow_all(db, prompt, lead, err))
        return false;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = i + 1; k < m->n; k++) {
            struct id id = content_comparison_id(&m->row[i].id, &m->row[k].id);
            int64_t row = 0;
            if (!stmt_int(db, STMT_COMPARISON_FIND, ARGS(v_id(&id)), &row, err) ||
                !stmt_run(db, STMT_RANKING_SET_LEAD, ARGS(v_int(row), v_int(lead)), err))
                return false;
        }
    return true;
}

bool ranking_mend(struct db *db, int64_t prompt, struct err *err)
{
    struct members m;
    struct arena a = {0};
    if (!read_members(db, prompt, &m, err))
        return false;
    if (m.n < 3 || m.n > ANSWERS_MOST)
        return stmt_run(db, STMT_RANKING_DISSOLVE, ARGS(v_int(prompt)), err);
    bool ok = complete(db, prompt, &m, &a, err) && lead_all(db, prompt, &m, err);
    arena_free(&a);
    return ok;
}

bool ranking_relead(struct db *db, int64_t comparison, struct err *err)
{
    int64_t prompt = 0;
    return stmt_int(db, STMT_RANKING_PROMPT, ARGS(v_int(comparison)), &prompt, err) &&
           (prompt == 0 || ranking_mend(db, prompt, err));
}

bool ranking_asked(struct db *db, bool *ranks, struct err *err)
{
    struct arena a = {0};
    struct rubric r;
    bool ok = rubric_current(db, &a, &r, err);
    *ranks = ok && r.ranks;
    arena_free(&a);
    return ok;
}

/* Make the prompt of a comparison a ranking, if it has as many answers as one needs. */
static bool form(struct db *db, int64_t comparison, struct err *err)
{
    int64_t prompt = 0, answers = 0;
    if (!stmt_int(db, STMT_RANKING_MAY_BE, ARGS(v_int(comparison)), &prompt, err))
        return false;
    if (prompt == 0)
        return true;
    if (!stmt_int(db, STMT_RANKING_ANSWERS_OF, ARGS(v_int(prompt)), &answers, err))
        return false;
    return answers < 3 || answers > ANSWERS_MOST ||
           (stmt_run(db, STMT_RANKING_GATHER, ARGS(v_int(prompt)), err) && ranking_mend(db, prompt, err));
}

bool ranking_item(struct db *db, int64_t annotator, int64_t *comparison, struct err *err)
{
    int64_t lead = -1;
    bool ranks = false;
    struct value who = v_int(annotator);
    if (!stmt_int(db, STMT_RANKING_LEAD, ARGS(who, v_int(*comparison)), &lead, err))
        return false;
    if (lead == 0 && (!ranking_asked(db, &ranks, err) || (ranks && !form(db, *comparison, err)) ||
                      !stmt_int(db, STMT_RANKING_LEAD, ARGS(who, v_int(*comparison)), &lead, err)))
        return false;
    if (lead > 0)
        *comparison = lead;
    return true;
}

bool ranking_whole(struct db *db, int64_t comparison, int64_t out[RANKING_PAIRS_MOST], size_t *n, struct err *err)
{
    struct rows q;
    int64_t lead = 0;
    bool ranks = false;
    out[0] = comparison;
    *n = 1;
    if (!stmt_int(db, STMT_RANKING_OF, ARGS(v_int(comparison)), &lead, err) ||
        (lead == 0 && (!ranking_asked(db, &ranks, err) || (ranks && !form(db, comparison, err)) ||
                       !stmt_int(db, STMT_RANKING_OF, ARGS(v_int(comparison)), &lead, err))))
        return false;
    if (lead == 0)
        return true;
    if (!rows_open(&q, db, STMT_RANKING_PAIRS, ARGS(v_int(lead)), err))
        return false;
    while (*n < RANKING_PAIRS_MOST && rows_next(&q))
        if (rows_int(&q, 0) != comparison)
            out[(*n)++] = rows_int(&q, 0);
    return rows_close(&q, err);
}

/* ---- in which order they are shown ---- */

struct order {
    int64_t response[ANSWERS_MOST]; /* in the order in which they came in */
    size_t n;
    size_t shown[ANSWERS_MOST]; /* which of them stands where */
};

/* Of each block of n draws with n answers the first is random, and the others turn it round by amounts drawn without
 * putting back: each answer, by the order in which they came in, stands in each place once a block. */
static bool draw_in_block(struct db *db, int64_t annotator, int64_t ordinal, struct rng *rng, struct order *o,
                          struct err *err)
{
    struct rows q;
    size_t first[ANSWERS_MOST] = {0}, turns[ANSWERS_MOST], left = 0, at = 0;
    bool used[ANSWERS_MOST] = {false};
    int64_t begin = ordinal - ordinal % (int64_t)o->n;
    if (!rows_open(&q, db, STMT_SHUFFLE_BLOCK, ARGS(v_int(annotator), v_int((int64_t)o->n), v_int(begin)), err))
        return false;
    for (; rows_next(&q); at++) {
        size_t which = (size_t)rows_int(&q, 0) % o->n;
        if (at < o->n)
            first[at] = which;
        if (at == 0)
            used[0] = true;
        else if (at % o->n == 0) /* by how much this draw turned the first one */
            for (size_t turn = 1; turn < o->n; turn++)
                used[turn] = used[turn] || first[turn] == which;
    }
    if (!rows_close(&q, err))
        return false;
    for (size_t i = 0; i < o->n; i++) {
        o->shown[i] = i;
        if (!used[i])
            turns[left++] = i;
    }
    if (at < o->n || left == 0) {
        rng_shuffle(rng, o->shown, o->n);
        return true;
    }
    size_t turn = turns[rng_below(rng, left)];
    for (size_t i = 0; i < o->n; i++)
        o->shown[i] = first[(i + turn) % o->n];
    return true;
}

static bool keep_order(struct db *db, int64_t annotator, int64_t lead, const struct order *o, size_t there,
                       struct err *err)
{
    for (size_t i = there; i < o->n; i++)
        if (!stmt_run(db, STMT_SHOWN_ADD,
                      ARGS(v_int(annotator), v_int(lead), v_int((int64_t)i), v_int(o->response[o->shown[i]])), err))
            return false;
    return true;
}

static bool audit_order(struct db *db, int64_t annotator, const struct ranking *k, struct err *err)
{
    char hex[ID_HEX_SIZE], lead[ID_HEX_SIZE];
    struct buf detail = BUF_INIT;
    struct json_writer w;
    struct arena a = {0};
    struct rows q;
    const char *name = NULL;
    jw_start(&w, &detail);
    jw_object(&w);
    jw_key(&w, "answers");
    jw_array(&w);
    for (int i = 0; i < k->n; i++) {
        id_hex(&k->answer[i].id, hex);
        jw_str(&w, hex);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    bool ok = content_comparison_hex(db, k->lead, lead, err) &&
              rows_open(&q, db, STMT_ANNOTATOR_NAME, ARGS(v_int(annotator)), err);
    if (ok) {
        name = rows_next(&q) ? rows_dup(&q, 0, &a) : NULL;
        ok = rows_close(&q, err) && audit_add(db, name, "order", lead, detail.ptr, err);
    }
    buf_free(&detail);
    arena_free(&a);
    return ok;
}

/* What was drawn before; *there is how many, and those come first. */
static bool read_order(struct db *db, int64_t annotator, int64_t lead, struct order *o, size_t *there, struct err *err)
{
    struct rows q;
    *there = 0;
    if (!rows_open(&q, db, STMT_RANKING_ANSWERS, ARGS(v_int(lead)), err))
        return false;
    for (o->n = 0; o->n < ANSWERS_MOST && rows_next(&q);)
        o->response[o->n++] = rows_int(&q, 0);
    if (!rows_close(&q, err) || !rows_open(&q, db, STMT_SHOWN_LIST, ARGS(v_int(annotator), v_int(lead)), err))
        return false;
    bool known[ANSWERS_MOST] = {false};
    while (rows_next(&q))
        for (size_t i = 0; i < o->n; i++)
            if (o->response[i] == rows_int(&q, 0)) {
                o->shown[(*there)++] = i;
                known[i] = true;
            }
    size_t at = *there;
    for (size_t i = 0; i < o->n; i++)
        if (!known[i])
            o->shown[at++] = i;
    return rows_close(&q, err);
}

/* The side of the one that leads, which is how it stands in the annotator's history. */
static bool add_side(struct db *db, int64_t annotator, const struct ranking *k, struct err *err)
{
    int a_is = 0;
    int64_t ordinal = 0;
    return task_side(db, annotator, k->lead, &a_is, err) &&
           (a_is != 0 || (stmt_int(db, STMT_SIDE_NEXT_ORDINAL, ARGS(v_int(annotator)), &ordinal, err) &&
                          task_set_side(db, annotator, k->lead, k->pair[0].a_is, ordinal, err)));
}

bool ranking_draw(struct db *db, int64_t annotator, int64_t lead, struct rng *rng, struct err *err)
{
    struct order o;
    struct ranking k;
    struct arena a = {0};
    size_t there;
    int64_t ordinal = 0;
    struct value who = v_int(annotator);
    if (!read_order(db, annotator, lead, &o, &there, err))
        return false;
    if (there == o.n)
        return true;
    bool ok =
        there > 0 || (stmt_int(db, STMT_SHUFFLE_NEXT_ORDINAL, ARGS(who, v_int((int64_t)o.n)), &ordinal, err) &&
                      draw_in_block(db, annotator, ordinal, rng, &o, err) &&
                      stmt_run(db, STMT_SHUFFLE_ADD, ARGS(who, v_int(lead), v_int((int64_t)o.n), v_int(ordinal)), err));
    ok = ok && keep_order(db, annotator, lead, &o, there, err) && ranking_read(db, annotator, lead, &a, &k, err) &&
         add_side(db, annotator, &k, err) && audit_order(db, annotator, &k, err);
    arena_free(&a);
    return ok;
}

static int letter_of(const struct ranking *k, int64_t response)
{
    for (int i = 0; i < k->n; i++)
        if (k->answer[i].row == response)
            return i;
    return -1;
}

static bool read_pairs(struct db *db, struct ranking *k, struct err *err)
{
    struct rows q;
    if (!rows_open(&q, db, STMT_RANKING_PAIRS, ARGS(v_int(k->lead)), err))
        return false;
    while (k->n_pairs < RANKING_PAIRS_MOST && rows_next(&q)) {
        struct ranked_pair p = {.comparison = rows_int(&q, 0), .rows = {rows_int(&q, 1), rows_int(&q, 2)}, .a_is = 1};
        int x = letter_of(k, p.rows[0]), y = letter_of(k, p.rows[1]);
        if (x < 0 || y < 0)
            continue;
        p.a_is = x < y ? 1 : 2;
        p.first = x < y ? x : y;
        p.second = x < y ? y : x;
        k->pair[k->n_pairs++] = p;
    }
    return rows_close(&q, err);
}

bool ranking_read(struct db *db, int64_t annotator, int64_t lead, struct arena *a, struct ranking *out, struct err *err)
{
    struct rows q;
    *out = (struct ranking){.lead = lead};
    if (!rows_open(&q, db, STMT_SHOWN_LIST, ARGS(v_int(annotator), v_int(lead)), err))
        return false;
    while (out->n < ANSWERS_MOST && rows_next(&q)) {
        struct json_text t = rows_text(&q, 2);
        t.ptr = arena_ndup(a, t.ptr, t.len);
        out->answer[out->n++] = (struct ranked_answer){rows_int(&q, 0), rows_id(&q, 1), t};
    }
    if (!rows_close(&q, err))
        return false;
    if (out->n == 0)
        return err_set(err, ERR_MISSING, "this comparison was not opened by this annotator before");
    return read_pairs(db, out, err) &&
           (out->n_pairs > 0 || err_set(err, ERR_SCHEMA, "a ranking has no comparisons; \"assay check\" tells more"));
}

bool ranking_settle(struct db *db, int64_t lead, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_RANKING_PAIRS, ARGS(v_int(lead)), err))
        return false;
    while (ok && rows_next(&q))
        ok = handout_settle(db, rows_int(&q, 0), err);
    return (ok ? rows_close(&q, err) : rows_abandon(&q)) && stmt_run(db, STMT_RANKING_LEVEL, ARGS(v_int(lead)), err);
}
