#include "store/words.h"

#include "core/base/utf8.h"
#include "store/content.h"
#include "store/stmt.h"

#include <string.h>

struct reached {
    int64_t comparison, judgement;
};

static bool read_reached(struct db *db, struct reached *r, struct err *err)
{
    struct rows q;
    *r = (struct reached){0};
    if (!rows_open(&q, db, STMT_WORDS_REACHED, NO_ARGS, err))
        return false;
    if (rows_next(&q))
        *r = (struct reached){rows_int(&q, 0), rows_int(&q, 1)};
    return rows_close(&q, err);
}

static bool left_behind(struct db *db, const struct reached *r, int64_t *left, struct err *err)
{
    return stmt_int(db, STMT_WORDS_LEFT, ARGS(v_int(r->comparison), v_int(r->judgement)), left, err);
}

bool words_left(struct db *db, int64_t *left, struct err *err)
{
    struct reached r;
    *left = 0;
    return read_reached(db, &r, err) && left_behind(db, &r, left, err);
}

/* ---- words of scripts that put no blanks between them ---- */

static bool stands_alone(uint32_t c)
{
    static const uint32_t ranges[][2] = {{0x3041, 0x30FF}, {0x31F0, 0x31FF},   {0x3400, 0x9FFF},  {0xF900, 0xFAFF},
                                         {0xFF66, 0xFF9F}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFF}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

/* The same text, with blanks around such characters. */
static void add_apart(const char *text, size_t n, struct buf *out)
{
    for (size_t i = 0, len; i < n; i += len) {
        uint32_t c = 0;
        int decoded = utf8_decode(text + i, n - i, &c);
        bool alone = decoded > 0 && stands_alone(c);
        len = decoded > 0 ? (size_t)decoded : 1;
        if (alone)
            buf_addc(out, ' ');
        buf_add(out, text + i, len);
        if (alone)
            buf_addc(out, ' ');
    }
}

/* ---- catching up ---- */

struct slice {
    struct reached from, to;
    int64_t size, left;
    struct arena arena;
    struct buf text[3];
};

static struct value apart(struct buf *to, struct json_text text)
{
    bool plain = true;
    for (size_t i = 0; plain && i < text.len; i++)
        plain = (unsigned char)text.ptr[i] < 0xE3; /* the lead bytes of those scripts begin there */
    if (plain)
        return v_text(text.ptr, text.len);
    buf_reset(to);
    add_apart(text.ptr, text.len, to);
    return v_text(to->ptr, to->len);
}

static bool flatten(struct slice *s, struct json_text json, struct buf *out, struct err *err)
{
    struct message *m;
    size_t n;
    buf_reset(out);
    if (!content_messages(json, &s->arena, &m, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        add_apart(m[i].content.ptr, m[i].content.len, out);
        buf_addc(out, '\n');
    }
    return true;
}

static bool take_texts(struct db *db, struct slice *s, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_WORDS_TEXTS_EACH, ARGS(v_int(s->from.comparison), v_int(s->to.comparison)), err))
        return false;
    while (ok && rows_next(&q)) {
        ok = flatten(s, rows_text(&q, 1), &s->text[0], err) &&
             stmt_run(db, STMT_WORDS_TEXTS_ADD,
                      ARGS(v_int(rows_int(&q, 0)), v_text(s->text[0].ptr, s->text[0].len),
                           apart(&s->text[1], rows_text(&q, 2)), apart(&s->text[2], rows_text(&q, 3))),
                      err);
        arena_reset(&s->arena);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static bool take_said(struct db *db, struct slice *s, struct err *err)
{
    struct rows q;
    bool ok = true;
    if (!rows_open(&q, db, STMT_WORDS_SAID_EACH, ARGS(v_int(s->from.judgement), v_int(s->to.judgement)), err))
        return false;
    while (ok && rows_next(&q)) {
        int64_t document = rows_int(&q, 0) * WORDS_PER + rows_int(&q, 1);
        ok = rows_int(&q, 1) >= WORDS_PER ||
             stmt_run(db, STMT_WORDS_SAID_ADD, ARGS(v_int(document), apart(&s->text[0], rows_text(&q, 2))), err);
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

static int64_t at_most(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Keys are given in ascending order and rows are never taken away: a slice is a range of keys. */
static bool take_slice(struct db *db, void *ctx, struct err *err)
{
    struct slice *s = ctx;
    int64_t comparisons = 0, judgements = 0, none = INT64_MAX;
    if (!read_reached(db, &s->from, err) ||
        !left_behind(db, &(struct reached){s->from.comparison, none}, &comparisons, err) ||
        !left_behind(db, &(struct reached){none, s->from.judgement}, &judgements, err))
        return false;
    int64_t more[2] = {at_most(comparisons, s->size), at_most(judgements, s->size)};
    s->to = (struct reached){s->from.comparison + more[0], s->from.judgement + more[1]};
    s->left = comparisons + judgements - more[0] - more[1];
    return take_texts(db, s, err) && take_said(db, s, err) &&
           stmt_run(db, STMT_WORDS_REACH, ARGS(v_int(s->to.comparison), v_int(s->to.judgement)), err);
}

bool words_catch_up(struct db *db, int64_t slice, int64_t *left, struct err *err)
{
    struct slice s = {.size = slice, .text = {BUF_INIT, BUF_INIT, BUF_INIT}};
    bool ok = words_left(db, left, err); /* without a lock when there is nothing to do */
    if (ok && *left > 0) {
        ok = db_write(db, take_slice, &s, err) || err_context(err, "bringing the index of words up to date");
        *left = s.left;
    }
    for (size_t i = 0; i < 3; i++)
        buf_free(&s.text[i]);
    arena_free(&s.arena);
    return ok;
}

/* ---- finding ---- */

void words_phrase(const char *text, size_t n, struct buf *out)
{
    bool beginning = n > 1 && text[n - 1] == '*';
    struct buf word = BUF_INIT;
    add_apart(text, n - beginning, &word);
    buf_adds(out, out->len > 0 && out->ptr[out->len - 1] != ' ' ? " \"" : "\"");
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, word.ptr[i]);
    }
    buf_adds(out, beginning ? "\" *" : "\"");
    buf_free(&word);
}

static bool said_counts(struct db *db, int64_t document, bool *yes, struct err *err)
{
    int64_t one = 0;
    bool ok = stmt_int(db, STMT_WORDS_SAID_COUNTS, ARGS(v_int(document >> WORDS_SHIFT), v_int(document % WORDS_PER)),
                       &one, err);
    *yes = one != 0;
    return ok;
}

bool words_match(struct db *db, int64_t comparison, const char *in_texts, const char *in_said, bool *yes,
                 struct err *err)
{
    int64_t one = 0, first = comparison * WORDS_PER;
    struct rows q;
    if (in_texts != NULL && !stmt_int(db, STMT_WORDS_IN_TEXTS, ARGS(v_str(in_texts), v_int(comparison)), &one, err))
        return false;
    *yes = one != 0;
    if (*yes || in_said == NULL)
        return true;
    if (!rows_open(&q, db, STMT_WORDS_IN_SAID, ARGS(v_str(in_said), v_int(first), v_int(first + WORDS_PER - 1)), err))
        return false;
    bool ok = true;
    while (ok && !*yes && rows_next(&q))
        ok = said_counts(db, rows_int(&q, 0), yes, err);
    if (ok && !*yes)
        return rows_close(&q, err);
    rows_abandon(&q);
    return ok;
}
