#include "store/draft.h"

#include "core/base/utf8.h"
#include "store/criteria.h"
#include "store/places.h"

#include <stdio.h>
#include <string.h>

/* More than two answers: their cells and what may be missing are those of store/places.h. */
static bool is_ranked(const struct draft *d)
{
    return d->n > 2;
}

void draft_init(struct draft *d)
{
    *d = (struct draft){.n = 2, .preference = PREFERENCE_UNSET, .because = BUF_INIT};
    d->because.max = JUSTIFICATION_MAX_BYTES;
    for (int side = 0; side < ANSWERS_MOST; side++)
        for (int i = 0; i < RUBRIC_MAX_ATTRIBUTES; i++)
            d->rating[side][i] = RATING_UNSET;
}

static void clear_spans(struct draft *d)
{
    for (size_t i = 0; i < d->spans.n; i++)
        mem_free(d->spans.v[i].comment);
    vec_clear(&d->spans);
}

void draft_free(struct draft *d)
{
    clear_spans(d);
    vec_free(&d->spans);
    buf_free(&d->because);
}

void draft_add_span(struct draft *d, int side, size_t from, size_t to, int sign, const char *comment, size_t len)
{
    vec_push(&d->spans, ((struct span){side, from, to, sign, mem_ndup(comment, len)}));
}

void draft_remove_span(struct draft *d, size_t i)
{
    mem_free(d->spans.v[i].comment);
    memmove(d->spans.v + i, d->spans.v + i + 1, (--d->spans.n - i) * sizeof *d->spans.v);
}

void draft_copy(struct draft *to, const struct draft *from)
{
    if (to == from)
        return;
    struct draft kept = *to;
    *to = *from;
    to->because = kept.because;
    to->spans = kept.spans;
    clear_spans(to);
    for (size_t i = 0; i < from->spans.n; i++) {
        const struct span *s = &from->spans.v[i];
        draft_add_span(to, s->side, s->from, s->to, s->sign, s->comment, strlen(s->comment));
    }
    to->because.max = JUSTIFICATION_MAX_BYTES;
    buf_reset(&to->because);
    buf_add(&to->because, from->because.ptr, from->because.len);
}

bool draft_is_empty(const struct draft *d, const struct rubric *r)
{
    for (int side = 0; side < d->n; side++)
        for (size_t i = 0; i < r->n_attributes; i++)
            if (d->rating[side][i] != RATING_UNSET)
                return false;
    return !places_any(d) && d->preference == PREFERENCE_UNSET && d->because.len == 0 && d->confidence == 0 &&
           d->spans.n == 0;
}

static size_t times(const struct draft *d, const struct span *of)
{
    size_t n = 0;
    for (size_t i = 0; i < d->spans.n; i++) {
        const struct span *s = &d->spans.v[i];
        n += s->side == of->side && s->from == of->from && s->to == of->to && s->sign == of->sign &&
             strcmp(s->comment, of->comment) == 0;
    }
    return n;
}

/* In whatever order: those of a ranking come back answer by answer. */
static bool same_spans(const struct draft *x, const struct draft *y)
{
    bool same = x->spans.n == y->spans.n;
    for (size_t i = 0; same && i < x->spans.n; i++)
        same = times(x, &x->spans.v[i]) == times(y, &x->spans.v[i]);
    return same;
}

bool draft_says_the_same(const struct draft *x, const struct draft *y, const struct rubric *r)
{
    if (x->n != y->n)
        return false;
    for (int side = 0; side < x->n; side++)
        for (size_t i = 0; i < r->n_attributes; i++)
            if (x->rating[side][i] != y->rating[side][i])
                return false;
    return x->preference == y->preference && x->confidence == y->confidence && x->because.len == y->because.len &&
           memcmp(x->because.ptr, y->because.ptr, x->because.len) == 0 && same_spans(x, y) &&
           memcmp(x->place, y->place, sizeof x->place) == 0;
}

int draft_because(const struct draft *d, const struct rubric *r)
{
    return is_ranked(d) ? d->n * ((int)r->n_attributes + 1) : cell_because(r);
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x3000;
}

/* Scripts written without blanks between words: there each character counts. */
static bool is_word_by_itself(uint32_t c)
{
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0x20000 && c <= 0x3FFFF);
}

int draft_words(const struct draft *d)
{
    int words = 0;
    bool inside = false;
    for (size_t at = 0; at < d->because.len;) {
        uint32_t c = 0;
        int n = utf8_decode(d->because.ptr + at, d->because.len - at, &c);
        at += n > 0 ? (size_t)n : 1;
        bool alone = is_word_by_itself(c);
        words += alone || (!inside && !is_blank(c));
        inside = !alone && !is_blank(c);
    }
    return words;
}

static bool is_on_scale(int preference, const struct rubric *r)
{
    if (preference == PREFERENCE_NEITHER)
        return true;
    return preference >= -r->preference_max && preference <= r->preference_max && (preference != 0 || r->zero_allowed);
}

static bool is_justified(const struct draft *d, const struct rubric *r)
{
    int words = draft_words(d);
    return d->because.len > 0 && words >= r->justification_min_words &&
           (r->justification_max_words == 0 || words <= r->justification_max_words);
}

static bool is_filled(const struct draft *d, const struct rubric *r, int cell)
{
    int n = (int)r->n_attributes;
    char why[CRITERIA_WHY_SIZE];
    if (cell == draft_because(d, r))
        return is_justified(d, r);
    if (is_ranked(d))
        return places_filled(d, r, cell);
    if (cell < 2 * n)
        return d->rating[cell / n][cell % n] != RATING_UNSET;
    return d->preference != PREFERENCE_UNSET && is_on_scale(d->preference, r) &&
           criteria_allow(r, d, d->preference, why);
}

static bool is_required(const struct draft *d, const struct rubric *r, int cell)
{
    if (cell == draft_because(d, r))
        return r->justification_min_words > 0;
    if (is_ranked(d))
        return places_required(r, cell);
    if (cell == cell_preference(r))
        return r->preference_required;
    return r->attributes[cell % (int)r->n_attributes].required;
}

static void say_why(const struct draft *d, const struct rubric *r, int cell, char why[DRAFT_WHY_SIZE])
{
    int n = (int)r->n_attributes;
    if (cell == draft_because(d, r) && draft_words(d) > r->justification_min_words)
        snprintf(why, DRAFT_WHY_SIZE, "the justification may have %d words and has %d", r->justification_max_words,
                 draft_words(d));
    else if (cell == draft_because(d, r))
        snprintf(why, DRAFT_WHY_SIZE, "the justification needs %d words and has %d", r->justification_min_words,
                 draft_words(d));
    else if (is_ranked(d))
        places_say_why(d, r, cell, why);
    else if (cell < 2 * n && r->attributes[cell % n].of_comparison)
        snprintf(why, DRAFT_WHY_SIZE, "%s is missing", r->attributes[cell % n].key);
    else if (cell < 2 * n)
        snprintf(why, DRAFT_WHY_SIZE, "%s of %c is missing", r->attributes[cell % n].key, "AB"[cell / n]);
    else if (is_on_scale(d->preference, r))
        (void)criteria_allow(r, d, d->preference, why);
    else if (d->preference == 0)
        snprintf(why, DRAFT_WHY_SIZE, "the preference must lean to one side");
    else if (d->preference != PREFERENCE_UNSET)
        snprintf(why, DRAFT_WHY_SIZE, "the preference goes to %d", r->preference_max);
    else
        snprintf(why, DRAFT_WHY_SIZE, "the preference is missing");
}

int draft_cell_after(const struct rubric *r, int cell)
{
    int n = (int)r->n_attributes, single = (int)r->n_of_response;
    if (cell >= 2 * n)
        return cell == cell_because(r) ? 0 : cell_because(r);
    if (cell < single) /* of A */
        return cell + 1 < single ? cell + 1 : n;
    if (cell < n) /* of both */
        return cell + 1 < n ? cell + 1 : cell_preference(r);
    return cell + 1 < n + single ? cell + 1 : single < n ? single : cell_preference(r);
}

static int first_cell(const struct draft *d, const struct rubric *r)
{
    return is_ranked(d) || r->n_attributes > 0 ? 0 : cell_preference(r);
}

/* Those of a ranking are filled in the order of their numbers. */
static int cell_after(const struct draft *d, const struct rubric *r, int cell)
{
    if (!is_ranked(d))
        return draft_cell_after(r, cell);
    return cell >= draft_because(d, r) ? 0 : cell + 1;
}

/* What the rubric does not know is wrong even where nothing is required. */
static bool is_said(const struct draft *d, const struct rubric *r, int cell)
{
    if (cell == draft_because(d, r))
        return d->because.len > 0;
    return is_ranked(d) ? places_given(d, r, cell) : cell == cell_preference(r) && d->preference != PREFERENCE_UNSET;
}

int draft_missing(const struct draft *d, const struct rubric *r, char why[DRAFT_WHY_SIZE])
{
    why[0] = '\0';
    for (int cell = first_cell(d, r);; cell = cell_after(d, r, cell)) {
        if ((is_required(d, r, cell) || is_said(d, r, cell)) && !is_filled(d, r, cell)) {
            say_why(d, r, cell, why);
            return cell;
        }
        if (cell == draft_because(d, r))
            return -1;
    }
}

int draft_next_empty(const struct draft *d, const struct rubric *r, int cell)
{
    int at = cell, n = draft_because(d, r); /* all others come before it */
    for (int k = 0; k < n; k++) {
        at = cell_after(d, r, at);
        if (at == n)
            at = first_cell(d, r);
        if (!is_filled(d, r, at))
            return at;
    }
    return is_filled(d, r, n) ? cell : n;
}
