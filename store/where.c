#include "store/where_internal.h"

#include "core/base/buf.h"
#include "store/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64, N_NAMED = FIELD_WORDS }; /* fields that have a name */

static const struct {
    const char *name;
    enum where_type type;
    bool judgements;
} fields[] = {
#define X(id, name, type, judgements) {name, type, judgements},
    WHERE_FIELDS(X)
#undef X
};

/* In the order in which they are tried: the longer first. */
static const char *const ops[] = {
    [OP_NE] = "!=", [OP_LE] = "<=", [OP_GE] = ">=", [OP_EQ] = "=", [OP_LT] = "<", [OP_GT] = ">"};
enum { N_OPS = sizeof ops / sizeof *ops };

struct reader {
    const char *what, *text, *at;
    struct arena *a;
    int depth;
    struct err *err;
};

static const char *skip(struct reader *r)
{
    r->at += strspn(r->at, " \t\r\n");
    return r->at;
}

static bool fault(const struct reader *r, const char *wanted)
{
    return err_set(r->err, ERR_USAGE, "%s, column %zu: here should be %s", r->what, (size_t)(r->at - r->text) + 1,
                   wanted);
}

/* A word ends at a colon, too, but for the name that follows "rating:". */
static size_t word_length(const char *at)
{
    return strcspn(at, " \t\r\n()=!<>\"");
}

static size_t name_length(const char *at)
{
    return strcspn(at, " \t\r\n()=!<>\":");
}

static bool word_is(const char *at, const char *word)
{
    size_t n = word_length(at);
    return n == strlen(word) && memcmp(at, word, n) == 0;
}

static bool take_word(struct reader *r, const char *word)
{
    if (!word_is(skip(r), word))
        return false;
    r->at += strlen(word);
    return true;
}

static bool has_attribute(size_t field)
{
    return field == FIELD_RATING || field == FIELD_ASPECT;
}

static bool no_such_field(struct reader *r)
{
    enum { MOST_SHOWN = 40 };
    struct buf list = BUF_INIT;
    size_t n = name_length(r->at);
    buf_adds(&list, "a field");
    if (n > 0 && n <= MOST_SHOWN)
        buf_addf(&list, ", not \"%.*s\"", (int)n, r->at);
    buf_adds(&list, ":");
    for (size_t i = 0; i < N_NAMED; i++)
        buf_addf(&list, "%s %s%s", i > 0 ? "," : "", fields[i].name, has_attribute(i) ? ":NAME" : "");
    fault(r, list.ptr);
    buf_free(&list);
    return false;
}

/* The name of a field and, of a rating or an aspect, of its attribute. */
static bool read_field(struct reader *r, struct where *w)
{
    size_t n = name_length(r->at);
    for (size_t i = 0; i < N_NAMED; i++) {
        if (strlen(fields[i].name) != n || memcmp(fields[i].name, r->at, n) != 0)
            continue;
        w->field = (enum where_field)i;
        if (has_attribute(i)) {
            size_t attribute = r->at[n] == ':' ? name_length(r->at + n + 1) : 0;
            if (attribute == 0)
                return no_such_field(r);
            w->attribute = arena_ndup(r->a, r->at + n + 1, attribute);
            n += 1 + attribute;
        }
        r->at += n;
        return true;
    }
    return no_such_field(r);
}

static bool read_op(struct reader *r, struct where *w)
{
    enum where_type type = fields[w->field].type;
    if (w->field == FIELD_RETIRED)
        return fault(r, "nothing: retired stands alone");
    bool colon = *skip(r) == ':';
    r->at += colon;
    skip(r);
    for (size_t i = 0; i < N_OPS; i++)
        if (strncmp(r->at, ops[i], strlen(ops[i])) == 0) {
            w->op = (enum where_op)i;
            if (type != WHERE_NUMBER && w->op != OP_EQ && w->op != OP_NE)
                return fault(r, "= or !=, because the field is a text");
            r->at += strlen(ops[i]);
            return true;
        }
    w->op = OP_EQ;
    return colon || fault(r, "one of = != < <= > >=");
}

static bool read_quoted(struct reader *r, struct where *w)
{
    char *to = arena_alloc(r->a, strlen(r->at) + 1);
    w->text = to;
    for (r->at++; *r->at != '"'; r->at++) {
        if (*r->at == '\\' && (r->at[1] == '"' || r->at[1] == '\\'))
            r->at++;
        if (*r->at == '\0')
            return fault(r, "the closing quote");
        *to++ = *r->at;
    }
    *to = '\0';
    r->at++;
    return true;
}

static bool read_text(struct reader *r, struct where *w)
{
    if (*r->at == '"')
        return read_quoted(r, w);
    size_t n = word_length(r->at);
    if (n == 0)
        return fault(r, "a value");
    w->text = arena_ndup(r->a, r->at, n);
    r->at += n;
    return true;
}

/* What the index of words is asked for one phrase in a field. */
static void set_phrase(struct reader *r, struct where *w)
{
    struct buf e = BUF_INIT;
    buf_adds(&e, w->field == FIELD_PROMPT ? "prompt : " : w->field == FIELD_ANSWER ? "{first second} : " : "");
    words_phrase(w->text, strlen(w->text), &e);
    const char *expression = arena_ndup(r->a, e.ptr, e.len);
    w->in_texts = w->field != FIELD_BECAUSE ? expression : NULL;
    w->in_said = w->field == FIELD_BECAUSE || w->field == FIELD_WORDS ? expression : NULL;
    buf_free(&e);
}

static bool read_value(struct reader *r, struct where *w)
{
    const char *start = skip(r);
    char *end;
    if (!read_text(r, w))
        return false;
    if (fields[w->field].type == WHERE_PHRASE)
        set_phrase(r, w);
    if (fields[w->field].type != WHERE_NUMBER)
        return true;
    w->number = strtod(w->text, &end);
    if (end != w->text && *end == '\0' && isfinite(w->number))
        return true;
    r->at = start;
    return fault(r, "a number");
}

/* Does a test of a field begin here? Else it is a word to be found. */
static bool at_test(const char *at)
{
    const char *behind = at + name_length(at);
    if (behind == at)
        return *at != '\0' && strchr("=!<>:", *at) != NULL;
    behind += strspn(behind, " \t\r\n");
    return *behind != '\0' && strchr("=!<>:", *behind) != NULL;
}

static bool read_state(struct reader *r, struct where *w)
{
    for (size_t i = 0; i < N_NAMED; i++)
        if (fields[i].type == WHERE_STATE && take_word(r, fields[i].name)) {
            w->field = (enum where_field)i;
            w->op = OP_EQ;
            return true;
        }
    return false;
}

static const struct where *read_test(struct reader *r)
{
    struct where *w = arena_alloc(r->a, sizeof *w);
    w->kind = WHERE_TEST;
    w->field = FIELD_WORDS;
    w->op = OP_EQ;
    if (at_test(skip(r)))
        return read_field(r, w) && read_op(r, w) && read_value(r, w) ? w : NULL;
    if (read_state(r, w))
        return w;
    if (*r->at == '\0' || strchr("()", *r->at) != NULL) {
        fault(r, "a field, such as source:NAME, or a word to be found");
        return NULL;
    }
    return read_value(r, w) ? w : NULL;
}

static const struct where *read_any(struct reader *r);

static const struct where *join(struct reader *r, int kind, const struct where *left, const struct where *right)
{
    struct where *w = arena_alloc(r->a, sizeof *w);
    w->kind = kind == WHERE_ALL ? WHERE_ALL : kind == WHERE_ANY ? WHERE_ANY : WHERE_NOT;
    w->left = left;
    w->right = right;
    return w;
}

static const struct where *read_bracket(struct reader *r)
{
    r->at++;
    const struct where *w = read_any(r);
    if (w == NULL)
        return NULL;
    if (*skip(r) != ')')
        return fault(r, "and, or, or a closing bracket"), NULL;
    r->at++;
    return w;
}

static const struct where *read_one(struct reader *r)
{
    bool negated = take_word(r, "not"), bracket = !negated && *skip(r) == '(';
    if (!negated && !bracket)
        return read_test(r);
    if (++r->depth > MAX_DEPTH)
        return fault(r, "less nesting"), NULL;
    const struct where *w = negated ? read_one(r) : read_bracket(r);
    r->depth--;
    return w == NULL || !negated ? w : join(r, WHERE_NOT, w, NULL);
}

/* Phrases that stand side by side are one test. */
static const struct where *beside(struct reader *r, const struct where *left, const struct where *right)
{
    if (left->kind != WHERE_TEST || right->kind != WHERE_TEST || left->field != FIELD_WORDS ||
        right->field != FIELD_WORDS)
        return NULL;
    struct where *w = arena_alloc(r->a, sizeof *w);
    struct buf e = BUF_INIT;
    *w = *left;
    buf_addf(&e, "%s %s", left->in_texts, right->in_texts);
    w->in_texts = w->in_said = arena_ndup(r->a, e.ptr, e.len);
    buf_free(&e);
    return w;
}

static bool at_end(struct reader *r)
{
    return *skip(r) == '\0' || *r->at == ')' || word_is(r->at, "or");
}

static const struct where *read_all(struct reader *r)
{
    const struct where *done = NULL, *last = read_one(r), *next, *both;
    while (last != NULL && !at_end(r)) {
        bool apart = take_word(r, "and");
        if ((next = read_one(r)) == NULL)
            return NULL;
        if (!apart && (both = beside(r, last, next)) != NULL) {
            last = both;
            continue;
        }
        done = done != NULL ? join(r, WHERE_ALL, done, last) : last;
        last = next;
    }
    return done != NULL && last != NULL ? join(r, WHERE_ALL, done, last) : last;
}

static const struct where *read_any(struct reader *r)
{
    const struct where *w = read_all(r), *next;
    while (w != NULL && take_word(r, "or"))
        w = (next = read_all(r)) != NULL ? join(r, WHERE_ANY, w, next) : NULL;
    return w;
}

bool where_parse(const char *what, const char *text, struct arena *a, const struct where **out, struct err *err)
{
    struct reader r = {.what = what, .text = text, .at = text, .a = a, .err = err};
    *out = read_any(&r);
    if (*out != NULL && *skip(&r) != '\0')
        return fault(&r, "and, or, or the end");
    return *out != NULL;
}

/* ---- what is asked for ---- */

static bool some_test(const struct where *w, bool (*holds)(const struct where *test, const void *ctx), const void *ctx)
{
    if (w->kind == WHERE_TEST)
        return holds(w, ctx);
    return some_test(w->left, holds, ctx) || (w->right != NULL && some_test(w->right, holds, ctx));
}

static bool looks_at_judgements(const struct where *test, const void *ctx)
{
    (void)ctx;
    return fields[test->field].judgements;
}

static bool is_phrase(const struct where *test, const void *ctx)
{
    (void)ctx;
    return fields[test->field].type == WHERE_PHRASE;
}

static bool is_of(const struct where *test, const void *ctx)
{
    return test->field == *(const enum where_field *)ctx;
}

bool where_needs_judgements(const struct where *w)
{
    return some_test(w, looks_at_judgements, NULL);
}

bool where_has_words(const struct where *w)
{
    return some_test(w, is_phrase, NULL);
}

bool where_mentions(const struct where *w, enum where_field field)
{
    return some_test(w, is_of, &field);
}

const char *const *where_names(void)
{
    static const char *const names[] = {
#define X(id, name, type, judgements) name[0] != '\0' ? name : NULL,
        WHERE_FIELDS(X)
#undef X
            NULL};
    return names;
}
