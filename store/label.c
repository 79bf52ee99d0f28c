#include "store/label.h"

#include "core/base/buf.h"
#include "core/base/vec.h"
#include "store/label_internal.h"
#include "store/stmt.h"

#include <math.h>
#include <string.h>

static const char *const by_names[] = {
#define X(id, name) name,
    LABEL_BY(X)
#undef X
};

const char *label_by_name(enum label_by by)
{
    return by_names[by];
}

bool label_by_parse(const char *name, enum label_by *by, struct err *err)
{
    for (size_t i = 0; i < sizeof by_names / sizeof *by_names; i++)
        if (strcmp(name, by_names[i]) == 0) {
            *by = (enum label_by)i;
            return true;
        }
    return err_set(err, ERR_USAGE, "\"%.40s\": labels may come from best, review, people, sources or all", name);
}

int label_round(double x)
{
    int n = (int)round(x); /* half away from zero */
    return n > PREFERENCE_MAX ? PREFERENCE_MAX : n < -PREFERENCE_MAX ? -PREFERENCE_MAX : n;
}

/* Is this the aggregate of which "name#1", "name#2" are the parts? */
static bool is_aggregate_of(const struct judgement *whole, const struct judgement *part, size_t n)
{
    return strncmp(whole->annotator_name, part->annotator_name, n) == 0 && whole->annotator_name[n] == '\0' &&
           (whole->has_preference || whole->neither) && whole->kind == KIND_JUDGED;
}

static bool is_part(const struct judgement *j, size_t n, size_t i)
{
    const char *mark = strrchr(j[i].annotator_name, '#');
    if (!judgement_by_source(&j[i]) || mark == NULL)
        return false;
    for (size_t k = 0; k < n; k++)
        if (is_aggregate_of(&j[k], &j[i], (size_t)(mark - j[i].annotator_name)))
            return true;
    return false;
}

static enum label_rank rank_of(const struct judgement *j)
{
    return j->by_reviewer ? RANK_REVIEWER : j->by_person ? RANK_PERSON : RANK_SOURCE;
}

bool label_rank_counts(enum label_rank rank, enum label_rank highest, enum label_by by)
{
    switch (by) {
    case LABEL_BY_REVIEW:
        return rank == RANK_REVIEWER;
    case LABEL_BY_PEOPLE:
        return rank == RANK_PERSON;
    case LABEL_BY_SOURCES:
        return rank == RANK_SOURCE;
    case LABEL_BY_BEST:
        return rank == highest;
    case LABEL_BY_ALL:
        break;
    }
    return true;
}

static enum label_rank highest_rank(const struct judgement *j, size_t n)
{
    enum label_rank highest = RANK_SOURCE;
    for (size_t k = 0; k < n; k++)
        if (j[k].kind == KIND_JUDGED && rank_of(&j[k]) > highest)
            highest = rank_of(&j[k]);
    return highest;
}

bool label_counts(const struct judgement *j, size_t n, enum label_by by, size_t i)
{
    return j[i].kind == KIND_JUDGED && label_rank_counts(rank_of(&j[i]), highest_rank(j, n), by) && !is_part(j, n, i);
}

double label_mean_rating(const struct judgement *j, size_t n, enum label_by by, int which, const char *attribute)
{
    double sum = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; j[i].kind == KIND_JUDGED && r < j[i].n_ratings; r++)
            if (j[i].ratings[r].which == which && strcmp(j[i].ratings[r].attribute, attribute) == 0 &&
                label_counts(j, n, by, i)) {
                sum += j[i].ratings[r].value;
                count++;
            }
    return count > 0 ? sum / count : (double)NAN;
}

double label_mean_aspect(const struct judgement *j, size_t n, enum label_by by, const char *attribute)
{
    double sum = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; j[i].kind == KIND_JUDGED && k < j[i].n_aspects; k++)
            if (strcmp(j[i].aspects[k].attribute, attribute) == 0 && label_counts(j, n, by, i)) {
                sum += j[i].aspects[k].value;
                count++;
            }
    return count > 0 ? sum / count : (double)NAN;
}

struct sums {
    double preference, first, lean;
    int n_lean, failed[2], spoke[2]; /* spoke: of this response */
    double rating[2];
    int rated[2];
};

static void add(struct label *l, struct sums *s, const struct judgement *j)
{
    l->n++;
    l->n_neither += j->neither;
    if (j->has_preference) {
        l->n_stated++;
        s->preference += j->preference;
        s->first += j->preference < 0 ? 1 : j->preference == 0 ? 0.5 : 0;
    }
    for (unsigned which = 0; which < 2; which++) {
        s->failed[which] += (j->failed & 1u << which) != 0;
        s->spoke[which] += j->response == 0 || (j->n_ratings > 0 && j->ratings[0].which == (int)which);
    }
    if (j->has_lean) {
        s->lean += j->lean;
        s->n_lean++;
    }
    for (size_t k = 0; k < j->n_ratings; k++)
        if (strcmp(j->ratings[k].attribute, "helpfulness") == 0) {
            s->rating[j->ratings[k].which] += j->ratings[k].value;
            s->rated[j->ratings[k].which]++;
        }
}

/* Whoever said that neither is valid has not said which is better: ratings do not say it for them. */
static void from_ratings(struct label *l, const struct sums *s)
{
    if (l->n_neither > 0 || (s->n_lean == 0 && (s->rated[0] == 0 || s->rated[1] == 0)))
        return;
    double difference = s->n_lean > 0 ? s->lean / s->n_lean : s->rating[1] / s->rated[1] - s->rating[0] / s->rated[0];
    l->has = l->from_ratings = true;
    l->mean = fmax(-PREFERENCE_MAX, fmin(PREFERENCE_MAX, difference));
    l->strength = label_round(difference);
    if (l->strength == 0 && difference != 0) /* a small difference is still one */
        l->strength = difference < 0 ? -1 : 1;
    l->p_first = difference < 0 ? 1 : difference > 0 ? 0 : 0.5;
}

/* What fails a criterion is not preferred, and of two that fail neither is valid (store/criteria.h). */
static void apply_veto(struct label *l)
{
    bool wrong_way = (l->failed == 1 && l->mean < 0) || (l->failed == 2 && l->mean > 0);
    if (l->failed == 3)
        l->has = false;
    if (l->failed == 3 || wrong_way) {
        l->mean = 0;
        l->strength = 0;
        l->p_first = 0.5;
    }
}

/* As most of those say who spoke of it. */
static unsigned what_fails(const struct sums *s)
{
    unsigned failed = 0;
    for (unsigned which = 0; which < 2; which++)
        failed |= 2 * s->failed[which] > s->spoke[which] ? 1u << which : 0;
    return failed;
}

static const char *const ranks[] = {"sources", "people", "review"};

struct label label_of(const struct judgement *j, size_t n, enum label_by by)
{
    struct label l = {.p_first = 0.5, .said_by = "", .confidence = 1};
    struct sums s = {0};
    for (size_t i = 0; i < n; i++)
        if (label_counts(j, n, by, i)) {
            add(&l, &s, &j[i]);
            l.said_by = by == LABEL_BY_ALL ? by_names[by] : ranks[rank_of(&j[i])];
        }
    if (l.n_stated > 0) {
        l.has = true;
        l.mean = s.preference / l.n_stated;
        l.strength = label_round(l.mean);
        l.p_first = s.first / l.n_stated;
    } else {
        from_ratings(&l, &s);
    }
    l.failed = what_fails(&s);
    apply_veto(&l);
    return l;
}

struct label label_decide(const struct label_pair *pair, const struct judgement *j, size_t n,
                          const struct label_options *o)
{
    struct label l = label_of(j, n, o->by);
    if (o->book != NULL && l.n > 0 && strcmp(l.said_by, ranks[RANK_REVIEWER]) != 0)
        l.by_method = o->book->preference(o->book, strcmp(l.said_by, ranks[RANK_PERSON]) == 0, pair->comparison_id, &l);
    apply_veto(&l);
    return l;
}

double label_rating_of(const struct label_pair *pair, const struct judgement *j, size_t n,
                       const struct label_options *o, int which, const char *attribute)
{
    double value;
    const char *response = which == 0 ? pair->first_id : pair->second_id;
    enum label_rank highest = highest_rank(j, n);
    bool people = o->by == LABEL_BY_PEOPLE || (o->by == LABEL_BY_BEST && highest == RANK_PERSON);
    bool reviewed = o->by == LABEL_BY_BEST && highest == RANK_REVIEWER;
    if (o->book != NULL && !reviewed && o->book->rating(o->book, people, response, attribute, &value))
        return value;
    return label_mean_rating(j, n, o->by, which, attribute);
}

bool label_walk(struct judgement_walk *w, int64_t comparison, const int64_t responses[2], struct arena *a,
                struct judgement **out, size_t *n, struct err *err)
{
    struct judgement *part[3];
    size_t count[3];
    if (!judgement_walk_to(w, comparison, a, &part[0], &count[0], err) ||
        !judgement_list_response(w->db, responses[0], JUDGEMENTS_LATEST, a, &part[1], &count[1], err) ||
        !judgement_list_response(w->db, responses[1], JUDGEMENTS_LATEST, a, &part[2], &count[2], err))
        return false;
    *n = count[0] + count[1] + count[2];
    *out = part[0];
    if (*n == count[0])
        return true;
    *out = arena_array(a, *n + 1, sizeof **out);
    size_t at = 0;
    for (int p = 0; p < 3; p++)
        for (size_t i = 0; i < count[p]; i++) {
            struct judgement *j = &(*out)[at++];
            *j = part[p][i];
            for (size_t k = 0; p == 2 && k < j->n_ratings; k++)
                j->ratings[k].which = 1;
            if (p == 2)
                j->failed <<= 1;
        }
    return true;
}

bool label_judgements(struct db *db, int64_t comparison, const int64_t responses[2], struct arena *a,
                      struct judgement **out, size_t *n, struct err *err)
{
    struct judgement_walk single;
    return judgement_walk_open(&single, db, false, err) && label_walk(&single, comparison, responses, a, out, n, err);
}

bool label_check_source(struct db *db, const struct label_options *o, struct err *err)
{
    int64_t row = 0;
    if (o->source == NULL)
        return true;
    if (!stmt_int(db, STMT_SOURCE_FIND, ARGS(v_str(o->source)), &row, err))
        return false;
    if (row != 0)
        return true;
    struct buf list = BUF_INIT;
    list.max = 300;
    struct rows q;
    bool ok = rows_open(&q, db, STMT_SOURCE_LIST, NO_ARGS, err);
    while (ok && rows_next(&q))
        buf_addf(&list, "%s%s", list.len > 0 ? ", " : "", rows_text(&q, 0).ptr);
    if (ok && rows_close(&q, err))
        err_set(err, ERR_MISSING, "there is no source \"%.60s\"; %s%s", o->source,
                list.len > 0 ? "there are " : "nothing was imported yet", list.ptr);
    buf_free(&list);
    return false;
}

void label_hex_column(struct rows *q, int column, char out[ID_HEX_SIZE])
{
    struct id id = rows_id(q, column);
    id_hex(&id, out);
}

void label_pair_row(struct rows *q, struct label_pair *p)
{
    *p = (struct label_pair){.comparison = rows_int(q, 0),
                             .first = rows_int(q, 2),
                             .second = rows_int(q, 4),
                             .prompt = rows_int(q, 6),
                             .source = rows_text(q, 8).ptr,
                             .split = rows_text(q, 9).ptr,
                             .subset = rows_text(q, 10).ptr};
    label_hex_column(q, 1, p->comparison_id);
    label_hex_column(q, 3, p->first_id);
    label_hex_column(q, 5, p->second_id);
    label_hex_column(q, 7, p->prompt_id);
}

static void take_votes(struct label_pair *p, const struct judgement *j, size_t n, enum label_by by, struct arena *a)
{
    struct label_vote *votes = arena_array(a, n + 1, sizeof *votes);
    for (size_t i = 0; i < n; i++) {
        struct label one = label_of(&j[i], 1, LABEL_BY_ALL);
        if (label_counts(j, n, by, i) && one.has)
            votes[p->n_votes++] = (struct label_vote){j[i].annotator_name, j[i].by_person, one.strength, j[i].a_is};
    }
    p->votes = votes;
}

bool label_wants_all(const struct label_options *o)
{
    return o->source == NULL && o->split == NULL;
}

bool label_each_pair(struct db *db, const struct label_options *options,
                     bool (*each)(void *ctx, const struct label_pair *pair), void *ctx, struct err *err)
{
    struct rows q;
    struct judgement_walk walk;
    struct arena a = {0};
    if (!label_check_source(db, options, err) || !judgement_walk_open(&walk, db, label_wants_all(options), err))
        return false;
    bool ok = rows_open(&q, db, STMT_COMPARISON_EACH, ARGS(v_str(options->source), v_str(options->split)), err),
         more = true;
    while (ok && more && rows_next(&q)) {
        struct label_pair p;
        struct judgement *j;
        size_t n;
        label_pair_row(&q, &p);
        ok = label_walk(&walk, p.comparison, (const int64_t[]){p.first, p.second}, &a, &j, &n, err);
        if (ok) {
            p.label = label_decide(&p, j, n, options);
            if (options->votes)
                take_votes(&p, j, n, options->by, &a);
            more = !p.label.has || each(ctx, &p);
        }
        arena_reset(&a);
    }
    arena_free(&a);
    judgement_walk_close(&walk);
    if (ok && more)
        return rows_close(&q, err);
    rows_abandon(&q);
    return ok;
}
