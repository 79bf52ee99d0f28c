/* Nectar's shape: a prompt a line with its answers, the best first, each with its rank; what listwise losses read. The
 * order is that of the labels of the comparisons between the answers. A prompt is left out and counted when two of its
 * answers have no label, or when the labels go in a circle: there is no order that they all agree with.
 *
 * The place of an answer is by its labels won less those lost. Where an order agrees with every label, that is it: what
 * stands higher has won against all that stand lower, and answers that are as good as each other have the same sum. */
#include "store/export_format.h"

#include <stdlib.h>
#include <string.h>

/* What the label of a comparison says: -1 the first is better, 0 both are as good, 1 the second. One without a label
 * agrees with no order. */
struct verdict {
    int64_t prompt, first, second;
    size_t at; /* in the order in which they came in */
    bool has;  /* a label */
    int sign;
};

struct placed {
    int64_t response;
    int won; /* less those lost */
};

struct listing {
    VEC(struct verdict) verdicts;
    VEC(struct placed) answers; /* of one prompt */
};

static bool collect(struct export *e, const struct export_item *i, struct err *err)
{
    struct listing *l = e->state;
    const struct label_pair *p = &i->pair;
    int strength = p->label.has ? p->label.strength : 0;
    (void)err;
    e->counts->unlabelled += !p->label.has;
    e->counts->ties += p->label.has && strength == 0;
    vec_push(&l->verdicts, ((struct verdict){p->prompt, p->first, p->second, l->verdicts.n, p->label.has,
                                             (strength > 0) - (strength < 0)}));
    return true;
}

static int by_prompt(const void *a, const void *b)
{
    const struct verdict *x = a, *y = b;
    if (x->prompt != y->prompt)
        return x->prompt < y->prompt ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* The best first; of those that are as good as each other the one that came in first. */
static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->won != y->won)
        return x->won > y->won ? -1 : 1;
    return (x->response > y->response) - (x->response < y->response);
}

static int by_response(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return (x->response > y->response) - (x->response < y->response);
}

/* The answers of n verdicts, rising, each once. */
static void list_answers(struct listing *l, const struct verdict *v, size_t n)
{
    size_t kept = 0;
    vec_clear(&l->answers);
    for (size_t i = 0; i < n; i++) {
        vec_push(&l->answers, ((struct placed){.response = v[i].first}));
        vec_push(&l->answers, ((struct placed){.response = v[i].second}));
    }
    qsort(l->answers.v, l->answers.n, sizeof *l->answers.v, by_response);
    for (size_t i = 0; i < l->answers.n; i++)
        if (i == 0 || l->answers.v[i].response != l->answers.v[kept - 1].response)
            l->answers.v[kept++] = l->answers.v[i];
    l->answers.n = kept;
}

static struct placed *answer_of(struct listing *l, int64_t response)
{
    struct placed wanted = {.response = response};
    return bsearch(&wanted, l->answers.v, l->answers.n, sizeof wanted, by_response);
}

/* Is each compared with every other one, and does the order of their places agree with every label? */
static bool is_order(struct listing *l, const struct verdict *v, size_t n)
{
    size_t answers = l->answers.n;
    if (n != answers * (answers - 1) / 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        int first = answer_of(l, v[i].first)->won, second = answer_of(l, v[i].second)->won;
        if (!v[i].has || (second > first) - (second < first) != v[i].sign)
            return false;
    }
    return true;
}

static bool write_answers(struct export *e, const struct listing *l, struct err *err)
{
    int rank = 0;
    jw_key(&e->w, "answers");
    jw_array(&e->w);
    for (size_t i = 0; i < l->answers.n; i++) {
        const struct placed *a = &l->answers.v[i];
        struct export_response r;
        if (!export_get_response(e, a->response, &r, err))
            return false;
        rank += i == 0 || a->won != a[-1].won;
        jw_object(&e->w);
        jw_kstrn(&e->w, "answer", r.text.ptr, r.text.len);
        if (r.model.ptr != NULL)
            jw_kstrn(&e->w, "model", r.model.ptr, r.model.len);
        jw_kint(&e->w, "rank", rank);
        jw_object_end(&e->w);
    }
    jw_array_end(&e->w);
    return true;
}

/* The verdicts of one prompt. */
static bool write_prompt(struct export *e, const struct verdict *v, size_t n, struct err *err)
{
    struct listing *l = e->state;
    struct json_text messages;
    size_t labels = 0;
    list_answers(l, v, n);
    for (size_t i = 0; i < n; i++) {
        labels += v[i].has;
        answer_of(l, v[i].first)->won -= v[i].sign;
        answer_of(l, v[i].second)->won += v[i].sign;
    }
    if (!is_order(l, v, n)) {
        e->counts->unordered += labels > 0;
        return true;
    }
    qsort(l->answers.v, l->answers.n, sizeof *l->answers.v, by_place);
    export_begin(e);
    if (!export_get_messages(e, v->prompt, &messages, err) || !export_write_prompt(e, "prompt", messages, err) ||
        !write_answers(e, l, err))
        return false;
    export_end(e);
    return true;
}

static bool write_each(struct export *e, struct err *err)
{
    struct listing *l = e->state;
    const struct verdict *v = l->verdicts.v;
    if (l->verdicts.n > 0)
        qsort(l->verdicts.v, l->verdicts.n, sizeof *v, by_prompt);
    for (size_t i = 0, end; i < l->verdicts.n && !export_failed(e); i = end) {
        for (end = i + 1; end < l->verdicts.n && v[end].prompt == v[i].prompt;)
            end++;
        if (!write_prompt(e, &v[i], end - i, err))
            return false;
        arena_reset(&e->arena);
    }
    return true;
}

static bool write_all(struct export *e, struct err *err)
{
    struct listing l = {.verdicts = {0}};
    e->state = &l;
    bool ok = export_each(e, collect, err) && write_each(e, err);
    vec_free(&l.verdicts);
    vec_free(&l.answers);
    e->state = NULL;
    return ok;
}

const struct export_format export_nectar = {.all = write_all};
