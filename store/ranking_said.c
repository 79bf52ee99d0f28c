/* Between the draft of a ranking and the judgements of its comparisons. */
#include "core/base/json_writer.h"
#include "store/mention.h"
#include "store/ranking.h"
#include "store/task_internal.h"

#include <math.h>
#include <string.h>

/* ---- what a draft says of one pair ---- */

/* The ratings and the marked passages of an answer stand with the two that came in first, or with the first of all and
 * itself. */
static bool carries(const struct ranking *k, const struct ranked_pair *p, int answer)
{
    int64_t own = k->answer[answer].row, first = INT64_MAX, second = INT64_MAX;
    for (int i = 0; i < k->n; i++) {
        int64_t row = k->answer[i].row;
        if (row < first) {
            second = first;
            first = row;
        } else if (row < second) {
            second = row;
        }
    }
    int64_t other = p->rows[0] == own ? p->rows[1] : p->rows[0];
    return own == first ? other == second : other == first;
}

static void because_of_pair(const struct ranked_pair *p, const struct draft *d, struct buf *out)
{
    const char *becomes[ANSWERS_MOST];
    for (int i = 0; i < ANSWERS_MOST; i++)
        becomes[i] = i == p->first ? "@A" : i == p->second ? "@B" : "another answer";
    mention_letters((struct json_text){d->because.ptr, d->because.len}, becomes, (size_t)d->n, out);
}

static void write_words(struct json_writer *w, const struct ranking *k, const struct draft *d)
{
    char hex[ID_HEX_SIZE];
    jw_kstrn(w, "because", d->because.ptr, d->because.len);
    jw_key(w, "letters");
    jw_array(w);
    for (int i = 0; i < k->n; i++) {
        id_hex(&k->answer[i].id, hex);
        jw_str(w, hex);
    }
    jw_array_end(w);
}

static void write_extra(const struct ranking *k, size_t pair, const struct draft *d, struct buf *out)
{
    const struct ranked_pair *p = &k->pair[pair];
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_key(&w, "ranking");
    jw_object(&w);
    jw_kint(&w, "answers", k->n);
    jw_key(&w, "places");
    jw_array(&w);
    jw_int(&w, d->place[p->a_is == 1 ? p->first : p->second]);
    jw_int(&w, d->place[p->a_is == 1 ? p->second : p->first]);
    jw_array_end(&w);
    if (pair == 0 && d->because.len > 0)
        write_words(&w, k, d);
    jw_object_end(&w);
    if (pair == 0 && d->pasted > 0)
        jw_kint(&w, "pasted", d->pasted);
    jw_object_end(&w);
}

void ranking_pair_draft(const struct ranking *k, size_t pair, const struct draft *d, const struct rubric *r,
                        struct draft *out, struct buf *extra)
{
    const struct ranked_pair *p = &k->pair[pair];
    draft_init(out);
    for (size_t i = 0; i < r->n_attributes; i++) {
        out->rating[SIDE_A][i] = carries(k, p, p->first) ? d->rating[p->first][i] : RATING_UNSET;
        out->rating[SIDE_B][i] = carries(k, p, p->second) ? d->rating[p->second][i] : RATING_UNSET;
    }
    for (size_t i = 0; i < d->spans.n; i++) {
        const struct span *s = &d->spans.v[i];
        if ((s->side == p->first || s->side == p->second) && carries(k, p, s->side))
            draft_add_span(out, s->side == p->first ? SIDE_A : SIDE_B, s->from, s->to, s->sign, s->comment,
                           strlen(s->comment));
    }
    if (!places_preference(d, r, p->first, p->second, &out->preference))
        out->preference = PREFERENCE_UNSET;
    because_of_pair(p, d, &out->because);
    out->confidence = d->confidence;
    out->seconds = d->seconds / k->n_pairs;
    write_extra(k, pair, d, extra);
}

/* ---- and back ---- */

static int letter_of(const struct ranking *k, const char *hex)
{
    char own[ID_HEX_SIZE];
    for (int i = 0; i < k->n; i++) {
        id_hex(&k->answer[i].id, own);
        if (strcmp(own, hex) == 0)
            return i;
    }
    return -1;
}

/* The words as they were written, mentions by the letters that the answers have now. */
static void read_words(struct json_object *o, const struct ranking *k, struct draft *out)
{
    struct json_object *letters = NULL;
    struct json_text because = {0};
    struct err ignored;
    static const char *const names[ANSWERS_MOST] = {"@A", "@B", "@C", "@D", "@E", "@F", "@G", "@H", "@I"};
    const char *becomes[ANSWERS_MOST];
    if (!json_get_text(o, "because", JSON_REQUIRED, &because, &ignored) ||
        !json_get_array(o, "letters", JSON_REQUIRED, &letters, &ignored))
        return;
    size_t n = json_object_array_length(letters);
    for (size_t i = 0; i < ANSWERS_MOST; i++) {
        const char *id = i < n ? json_object_get_string(json_object_array_get_idx(letters, i)) : NULL;
        int now = id != NULL ? letter_of(k, id) : -1;
        becomes[i] = now >= 0 ? names[now] : "another answer";
    }
    buf_reset(&out->because);
    mention_letters(because, becomes, n < ANSWERS_MOST ? n : ANSWERS_MOST, &out->because);
}

static void read_extra(const struct judgement *j, const struct ranking *k, const struct ranked_pair *p,
                       struct draft *out)
{
    struct json_object *o = NULL, *ranking = NULL, *places = NULL;
    struct err ignored;
    int64_t pasted = 0;
    if (j->extra.ptr == NULL || !json_parse(j->extra.ptr, j->extra.len, &o, &ignored))
        return;
    if (json_object_is_type(o, json_type_object) && json_get_object(o, "ranking", JSON_REQUIRED, &ranking, &ignored)) {
        if (j->kind == KIND_JUDGED && json_get_array(ranking, "places", JSON_REQUIRED, &places, &ignored) &&
            json_object_array_length(places) == 2)
            for (int i = 0; i < 2; i++) {
                int64_t place = 0;
                if (json_as_int(json_object_array_get_idx(places, (size_t)i), "places", 0, ANSWERS_MOST, &place,
                                &ignored))
                    out->place[(i == 0) == (p->a_is == 1) ? p->first : p->second] = (int)place;
            }
        read_words(ranking, k, out);
        if (json_get_int(o, "pasted", JSON_OPTIONAL, 0, INT32_MAX, &pasted, &ignored))
            out->pasted += (int)pasted;
    }
    json_object_put(o);
}

static void read_ratings(const struct judgement *j, const struct ranked_pair *p, const struct rubric *r,
                         struct draft *out)
{
    for (size_t i = 0; i < j->n_ratings; i++) {
        int a = rubric_find(r, j->ratings[i].attribute, strlen(j->ratings[i].attribute)), v = j->ratings[i].value;
        int answer = j->ratings[i].which + 1 == p->a_is ? p->first : p->second;
        if (a >= 0 && v >= r->attributes[a].min && v <= r->attributes[a].max)
            out->rating[answer][a] = v;
    }
}

static void read_spans(const struct judgement *j, const struct ranked_pair *p, struct draft *out)
{
    for (size_t i = 0; i < j->n_spans; i++) {
        const struct judged_span *s = &j->spans[i];
        int answer = s->which + 1 == p->a_is ? p->first : p->second;
        draft_add_span(out, answer, s->start, s->stop, s->sign, s->comment, strlen(s->comment));
    }
}

bool ranking_said(struct db *db, int64_t annotator, const struct ranking *k, const struct rubric *r, struct draft *out,
                  struct err *err)
{
    struct arena a = {0};
    struct judgement j;
    bool ok = true;
    draft_free(out);
    draft_init(out);
    out->n = k->n;
    for (int i = 0; ok && i < k->n_pairs; i++) {
        ok = task_latest(db, annotator, k->pair[i].comparison, &a, &j, err);
        if (!ok || j.row == 0 || j.kind == KIND_WITHDRAWN)
            continue;
        read_extra(&j, k, &k->pair[i], out);
        read_ratings(&j, &k->pair[i], r, out);
        read_spans(&j, &k->pair[i], out);
        out->confidence = i == 0 ? j.confidence : out->confidence;
        out->seconds += isnan(j.seconds) ? 0 : j.seconds;
    }
    places_close_up(out);
    arena_free(&a);
    return ok;
}
