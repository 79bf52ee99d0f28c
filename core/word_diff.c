#include "core/word_diff.h"

#include "core/base/utf8.h"
#include "core/words.h"

#include <stdint.h>
#include <utf8proc.h>

struct token {
    size_t from, to;
    size_t before;  /* bytes of all tokens before it */
    ptrdiff_t word; /* equal tokens have equal numbers */
};

struct tokens {
    VEC(struct token) v;
    bool *alone; /* by token: it stands in no pair */
};

/* ---- tokens ---- */

enum glue { BLANK, SIGN, LETTER };

/* Scripts that put no blanks between words: each character is one. */
static bool stands_alone(uint32_t c)
{
    return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) || (c >= 0x1100 && c <= 0x11ff) ||
           (c >= 0x1780 && c <= 0x17ff) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7ff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff66 && c <= 0xffdc) || (c >= 0x20000 && c <= 0x3ffff);
}

static enum glue glue_of(uint32_t c)
{
    if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x3000)
        return BLANK;
    if (c == '_' || (c >= '0' && c <= '9') || (c | 32) - 'a' < 26)
        return LETTER;
    if (c < 0x80)
        return SIGN;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
        return stands_alone(c) ? SIGN : LETTER;
    default:
        return SIGN;
    }
}

/* What belongs to the character before it, whatever that is: marks, joiners, selectors, skin tones. */
static bool clings(uint32_t c)
{
    if (c < 0x300)
        return false;
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC || k == UTF8PROC_CATEGORY_ME || c == 0x200d ||
           (c >= 0x1f3fb && c <= 0x1f3ff);
}

static void split_into_tokens(const char *text, size_t n, struct tokens *out)
{
    enum glue before = BLANK;
    bool joined = false; /* a joiner holds the next one, too */
    for (size_t at = 0; at < n;) {
        uint32_t c = 0xfffd;
        int len = utf8_decode(text + at, n - at, &c);
        size_t to = at + (len > 0 ? (size_t)len : 1);
        enum glue now = glue_of(c);
        if (before != BLANK && now != BLANK && (joined || clings(c) || (before == LETTER && now == LETTER)))
            out->v.v[out->v.n - 1].to = to;
        else if (now != BLANK)
            vec_push(&out->v, ((struct token){.from = at, .to = to}));
        joined = c == 0x200d;
        if (!clings(c))
            before = now;
        at = to;
    }
    size_t sum = 0;
    for (size_t i = 0; i < out->v.n; i++) {
        out->v.v[i].before = sum;
        sum += out->v.v[i].to - out->v.v[i].from;
    }
    out->alone = mem_array(out->v.n + 1, sizeof *out->alone);
}

/* ---- equal tokens get equal numbers ---- */

struct words_seen {
    struct entry {
        const char *text;
        size_t len;
    } * slots; /* text NULL: free */
    size_t mask;
};

static uint64_t hash(const char *text, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001b3u;
    return words_mix(h, n);
}

static void number_tokens(struct words_seen *seen, const char *text, struct tokens *t)
{
    for (size_t i = 0; i < t->v.n; i++) {
        struct token *k = &t->v.v[i];
        const char *word = text + k->from;
        size_t len = k->to - k->from, at = (size_t)hash(word, len) & seen->mask;
        while (seen->slots[at].text != NULL &&
               (seen->slots[at].len != len || memcmp(seen->slots[at].text, word, len) != 0))
            at = (at + 1) & seen->mask;
        seen->slots[at] = (struct entry){word, len};
        k->word = (ptrdiff_t)at;
    }
}

static void number_both(const char *a, struct tokens *x, const char *b, struct tokens *y)
{
    struct words_seen seen = {.mask = 63};
    while (seen.mask < 2 * (x->v.n + y->v.n))
        seen.mask = 2 * seen.mask + 1;
    seen.slots = mem_array(seen.mask + 1, sizeof *seen.slots);
    number_tokens(&seen, a, x);
    number_tokens(&seen, b, y);
    mem_free(seen.slots);
}

/* ---- Myers ---- */

/* Tokens [a, a_end) of the first text against [b, b_end) of the second. */
struct box {
    ptrdiff_t a, a_end, b, b_end;
};

struct search {
    const struct token *x, *y;
    bool *x_alone, *y_alone;
    ptrdiff_t *forward, *backward; /* by diagonal a - b: the furthest a reached */
};

static bool same(const struct search *s, ptrdiff_t a, ptrdiff_t b)
{
    return s->x[a].word == s->y[b].word;
}

/* Where one of the searches is: diagonals [low, high], every second. */
struct front {
    ptrdiff_t low, high;
};

static void widen(struct front *f, ptrdiff_t *reached, ptrdiff_t least, ptrdiff_t most, ptrdiff_t nowhere)
{
    if (f->low > least)
        reached[--f->low - 1] = nowhere;
    else
        ++f->low;
    if (f->high < most)
        reached[++f->high + 1] = nowhere;
    else
        --f->high;
}

/* The place reached that covers most of the box, when the middle is too far to be found. */
static void best_reached(const struct search *s, const struct box *box, struct front f, struct front r, ptrdiff_t *a,
                         ptrdiff_t *b)
{
    ptrdiff_t most = -1, a_f = box->a, a_r = box->a_end, b_f = box->b, b_r = box->b_end, least = PTRDIFF_MAX;
    for (ptrdiff_t d = f.high; d >= f.low; d -= 2) {
        ptrdiff_t i = s->forward[d] < box->a_end ? s->forward[d] : box->a_end;
        i = i - d > box->b_end ? box->b_end + d : i;
        if (i + i - d > most)
            most = i + i - d, a_f = i, b_f = i - d;
    }
    for (ptrdiff_t d = r.high; d >= r.low; d -= 2) {
        ptrdiff_t i = s->backward[d] > box->a ? s->backward[d] : box->a;
        i = i - d < box->b ? box->b + d : i;
        if (i + i - d < least)
            least = i + i - d, a_r = i, b_r = i - d;
    }
    bool forward = most - (box->a + box->b) > box->a_end + box->b_end - least;
    *a = forward ? a_f : a_r;
    *b = forward ? b_f : b_r;
}

/* A point in the middle of a shortest path through the box, neither of whose sides is empty. */
static void find_middle(const struct search *s, const struct box *box, ptrdiff_t *a, ptrdiff_t *b)
{
    ptrdiff_t least = box->a - box->b_end, most = box->a_end - box->b;
    ptrdiff_t start = box->a - box->b, end = box->a_end - box->b_end;
    struct front f = {start, start}, r = {end, end};
    bool odd = (start - end) % 2 != 0;
    s->forward[start] = box->a;
    s->backward[end] = box->a_end;
    for (int effort = 0; effort < WORD_DIFF_EFFORT; effort++) {
        widen(&f, s->forward, least, most, -1);
        for (ptrdiff_t d = f.high; d >= f.low; d -= 2) {
            ptrdiff_t left = s->forward[d - 1], right = s->forward[d + 1], i = left >= right ? left + 1 : right;
            while (i < box->a_end && i - d < box->b_end && same(s, i, i - d))
                i++;
            s->forward[d] = i;
            if (odd && d >= r.low && d <= r.high && s->backward[d] <= i) {
                *a = i, *b = i - d;
                return;
            }
        }
        widen(&r, s->backward, least, most, PTRDIFF_MAX);
        for (ptrdiff_t d = r.high; d >= r.low; d -= 2) {
            ptrdiff_t left = s->backward[d - 1], right = s->backward[d + 1], i = left < right ? left : right - 1;
            while (i > box->a && i - d > box->b && same(s, i - 1, i - d - 1))
                i--;
            s->backward[d] = i;
            if (!odd && d >= f.low && d <= f.high && i <= s->forward[d]) {
                *a = i, *b = i - d;
                return;
            }
        }
    }
    best_reached(s, box, f, r, a, b);
}

static void compare(const struct search *s, struct box box)
{
    for (;;) {
        while (box.a < box.a_end && box.b < box.b_end && same(s, box.a, box.b))
            box.a++, box.b++;
        while (box.a < box.a_end && box.b < box.b_end && same(s, box.a_end - 1, box.b_end - 1))
            box.a_end--, box.b_end--;
        if (box.a == box.a_end || box.b == box.b_end)
            break;
        ptrdiff_t a, b;
        find_middle(s, &box, &a, &b);
        compare(s, (struct box){box.a, a, box.b, b});
        box.a = a;
        box.b = b;
    }
    for (ptrdiff_t i = box.a; i < box.a_end; i++)
        s->x_alone[i] = true;
    for (ptrdiff_t i = box.b; i < box.b_end; i++)
        s->y_alone[i] = true;
}

static void compare_all(struct tokens *x, struct tokens *y)
{
    size_t diagonals = x->v.n + y->v.n + 3;
    ptrdiff_t *room = mem_array(2 * diagonals, sizeof *room);
    struct search s = {.x = x->v.v,
                       .y = y->v.v,
                       .x_alone = x->alone,
                       .y_alone = y->alone,
                       .forward = room + y->v.n + 1,
                       .backward = room + diagonals + y->v.n + 1};
    compare(&s, (struct box){0, (ptrdiff_t)x->v.n, 0, (ptrdiff_t)y->v.n});
    mem_free(room);
}

/* ---- what is told ---- */

struct hunks {
    VEC(struct box) v;
};

static size_t bytes(const struct tokens *t, ptrdiff_t from, ptrdiff_t to)
{
    if (from == to)
        return 0;
    const struct token *last = &t->v.v[to - 1];
    return last->before + last->to - last->from - t->v.v[from].before;
}

static size_t size(const struct tokens *x, const struct tokens *y, const struct box *h)
{
    size_t a = bytes(x, h->a, h->a_end), b = bytes(y, h->b, h->b_end);
    return a > b ? a : b;
}

/* Add a difference; those before it that it has nothing of weight between are made one with it. */
static void add_hunk(struct hunks *out, const struct tokens *x, const struct tokens *y, struct box h)
{
    while (out->v.n > 0) {
        struct box *last = &out->v.v[out->v.n - 1];
        size_t between = bytes(x, last->a_end, h.a);
        if (between > size(x, y, last) || between > size(x, y, &h))
            break;
        h.a = last->a;
        h.b = last->b;
        out->v.n--;
    }
    vec_push(&out->v, h);
}

static void find_hunks(const struct tokens *x, const struct tokens *y, struct hunks *out)
{
    ptrdiff_t a = 0, b = 0, n = (ptrdiff_t)x->v.n, m = (ptrdiff_t)y->v.n;
    while (a < n || b < m) {
        struct box h = {a, a, b, b};
        while (h.a_end < n && x->alone[h.a_end])
            h.a_end++;
        while (h.b_end < m && y->alone[h.b_end])
            h.b_end++;
        bool differs = h.a_end > a || h.b_end > b;
        if (differs)
            add_hunk(out, x, y, h);
        a = differs ? h.a_end : a + 1;
        b = differs ? h.b_end : b + 1;
    }
}

static void add_range(struct word_ranges *out, const struct tokens *t, ptrdiff_t from, ptrdiff_t to)
{
    if (from < to)
        vec_push(&out->at, ((struct word_range){t->v.v[from].from, t->v.v[to - 1].to}));
}

void word_diff_make(struct word_diff *d, const char *a, size_t a_len, const char *b, size_t b_len)
{
    struct tokens x = {0}, y = {0};
    struct hunks hunks = {0};
    vec_clear(&d->only[0].at);
    vec_clear(&d->only[1].at);
    split_into_tokens(a, a_len, &x);
    split_into_tokens(b, b_len, &y);
    number_both(a, &x, b, &y);
    compare_all(&x, &y);
    find_hunks(&x, &y, &hunks);
    for (size_t i = 0; i < hunks.v.n; i++) {
        add_range(&d->only[0], &x, hunks.v.v[i].a, hunks.v.v[i].a_end);
        add_range(&d->only[1], &y, hunks.v.v[i].b, hunks.v.v[i].b_end);
    }
    vec_free(&hunks.v);
    mem_free(x.alone);
    mem_free(y.alone);
    vec_free(&x.v);
    vec_free(&y.v);
}

void word_diff_free(struct word_diff *d)
{
    vec_free(&d->only[0].at);
    vec_free(&d->only[1].at);
}
