#include "store/history.h"

#include "core/base/vec.h"
#include "store/label_internal.h"
#include "store/stmt.h"

#include <string.h>

static const struct {
    const char *word, *meaning;
} standings[] = {
#define X(id, word, meaning) {word, meaning},
    HISTORY_STANDINGS(X)
#undef X
};

const char *history_standing_word(enum history_standing s)
{
    return standings[s].word;
}

const char *history_standing_meaning(enum history_standing s)
{
    return standings[s].meaning;
}

/* Entries that are in the order of time among themselves: how it came in, the audit trail, the judgements of the
 * comparison and of either response alone. */
enum { RUN_IMPORT, RUN_AUDIT, RUN_JUDGED, N_RUNS = RUN_JUDGED + 3 };

struct run {
    struct history_entry *v;
    size_t n, at;
};

struct loading {
    int64_t comparison, responses[2];
    struct arena *a;
    struct history *out;
    struct run runs[N_RUNS];
};

static void hex_of(struct rows *q, int column, char out[ID_HEX_SIZE])
{
    struct id id = rows_id(q, column);
    id_hex(&id, out);
}

static bool load_subject(struct db *db, struct loading *l, struct err *err)
{
    struct history *h = l->out;
    struct rows q;
    if (!rows_open(&q, db, STMT_HISTORY_SUBJECT, ARGS(v_int(l->comparison)), err))
        return false;
    if (rows_next(&q)) {
        h->comparison = l->comparison;
        hex_of(&q, 0, h->id);
        for (int k = 0; k < 2; k++) {
            l->responses[k] = rows_int(&q, 1 + k);
            hex_of(&q, 3 + k, h->response_id[k]);
        }
        h->source = rows_dup(&q, 5, l->a);
        h->split = rows_dup(&q, 6, l->a);
        h->subset = rows_dup(&q, 7, l->a);
        h->principle = rows_dup(&q, 8, l->a);
        h->created = rows_int(&q, 9);
        h->retired = rows_int(&q, 10);
        h->people = rows_int(&q, 11);
        h->wanted = rows_null(&q, 12) ? -1 : rows_int(&q, 12);
        if (!rows_null(&q, 13))
            hex_of(&q, 13, h->repeats);
        h->reserved = rows_dup(&q, 14, l->a);
    }
    return rows_close(&q, err);
}

static bool load_audit(struct db *db, struct loading *l, struct err *err)
{
    VEC(struct history_entry) found = {0};
    struct rows q;
    if (!rows_open(&q, db, STMT_HISTORY_AUDIT, ARGS(v_str(l->out->id)), err))
        return false;
    while (rows_next(&q)) {
        struct history_entry e = {.at = rows_int(&q, 0),
                                  .who = rows_dup(&q, 1, l->a),
                                  .what = rows_dup(&q, 2, l->a),
                                  .detail = rows_dup(&q, 3, l->a)};
        vec_push(&found, e);
    }
    vec_to_arena(&found, l->a, l->runs[RUN_AUDIT].v, l->runs[RUN_AUDIT].n);
    return rows_close(&q, err);
}

/* `latest` are those that stand; j may be one of them or an earlier revision. */
static enum history_standing standing_of(const struct judgement *j, const struct judgement *latest, size_t n)
{
    size_t i = 0;
    while (i < n && latest[i].row != j->row)
        i++;
    if (i == n)
        return HISTORY_REPLACED;
    if (j->kind != KIND_JUDGED)
        return HISTORY_SILENT;
    if (label_counts(latest, n, LABEL_BY_BEST, i))
        return HISTORY_COUNTS;
    /* Without regard to rank only the parts of aggregates are left out. */
    return label_counts(latest, n, LABEL_BY_ALL, i) ? HISTORY_OUTRANKED : HISTORY_PART;
}

static bool load_judgements(struct db *db, struct loading *l, struct err *err)
{
    struct judgement *latest, *all[3];
    size_t n_latest, n[3];
    if (!label_judgements(db, l->comparison, l->responses, l->a, &latest, &n_latest, err) ||
        !judgement_list(db, l->comparison, JUDGEMENTS_ALL, l->a, &all[0], &n[0], err) ||
        !judgement_list_response(db, l->responses[0], JUDGEMENTS_ALL, l->a, &all[1], &n[1], err) ||
        !judgement_list_response(db, l->responses[1], JUDGEMENTS_ALL, l->a, &all[2], &n[2], err))
        return false;
    l->out->label = label_of(latest, n_latest, LABEL_BY_BEST);
    for (int of = 0; of < 3; of++) {
        struct history_entry *e = arena_array(l->a, n[of] + 1, sizeof *e);
        for (size_t i = 0; i < n[of]; i++)
            e[i] = (struct history_entry){.at = all[of][i].created,
                                          .who = all[of][i].annotator_name,
                                          .what = judgement_kind_name(all[of][i].kind),
                                          .said = &all[of][i],
                                          .standing = standing_of(&all[of][i], latest, n_latest),
                                          .of = of};
        l->runs[RUN_JUDGED + of].v = e;
        l->runs[RUN_JUDGED + of].n = n[of];
    }
    return true;
}

/* At one moment in the order of the runs: a side is drawn before it is judged by. */
static void merge_runs(struct loading *l)
{
    size_t n = 0;
    for (int r = 0; r < N_RUNS; r++)
        n += l->runs[r].n;
    struct history_entry *all = arena_array(l->a, n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++) {
        struct run *first = NULL;
        for (struct run *r = l->runs; r < l->runs + N_RUNS; r++)
            if (r->at < r->n && (first == NULL || r->v[r->at].at < first->v[first->at].at))
                first = r;
        if (first != NULL)
            all[i] = first->v[first->at++];
    }
    l->out->entries = all;
    l->out->n = n;
}

/* What was said when it was last taken out of work. */
static void find_why(struct loading *l)
{
    struct json_object *o = NULL;
    struct json_text why = {0};
    struct err ignored;
    for (size_t i = l->out->retired != 0 ? l->runs[RUN_AUDIT].n : 0; i-- > 0;) {
        const struct history_entry *e = &l->runs[RUN_AUDIT].v[i];
        if (strcmp(e->what, "retire") != 0)
            continue;
        if (e->detail != NULL && json_parse(e->detail, strlen(e->detail), &o, &ignored) &&
            json_object_is_type(o, json_type_object) && json_get_text(o, "reason", JSON_OPTIONAL, &why, &ignored) &&
            why.ptr != NULL)
            l->out->retired_why = arena_ndup(l->a, why.ptr, why.len);
        json_object_put(o);
        return;
    }
}

static bool load(struct db *db, void *ctx, struct err *err)
{
    struct loading *l = ctx;
    if (!load_subject(db, l, err))
        return false;
    if (l->out->comparison == 0)
        return true;
    l->runs[RUN_IMPORT].n = 1;
    l->runs[RUN_IMPORT].v = arena_alloc(l->a, sizeof(struct history_entry));
    *l->runs[RUN_IMPORT].v = (struct history_entry){.at = l->out->created, .who = l->out->source, .what = "import"};
    if (!load_audit(db, l, err) || !load_judgements(db, l, err))
        return false;
    find_why(l);
    merge_runs(l);
    return true;
}

bool history_load(struct db *db, int64_t comparison, struct arena *a, struct history *out, struct err *err)
{
    struct loading l = {.comparison = comparison, .a = a, .out = out};
    *out = (struct history){0};
    return db_snapshot(db, load, &l, err);
}
