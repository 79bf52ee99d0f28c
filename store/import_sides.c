#include "store/import_sides.h"

#include "core/base/json_writer.h"

#include <string.h>

/* ---- conversations ---- */

static const struct {
    const char *from, *role;
} speakers[] = {{"human", "user"},          {"user", "user"},           {"User", "user"},     {"gpt", "assistant"},
                {"assistant", "assistant"}, {"Assistant", "assistant"}, {"system", "system"}, {"System", "system"},
                {"tool", "tool"},           {"observation", "tool"}};

/* {"from", "value"}; a "label" is the business of the reader. */
static bool read_turn(struct json_object *o, struct message *m, struct err *err)
{
    static const char *const known[] = {"from", "value", "label", NULL};
    struct json_text from;
    if (!import_only_fields(o, known, "it", err) || !json_get_text(o, "from", JSON_REQUIRED, &from, err) ||
        !json_get_text(o, "value", JSON_REQUIRED, &m->content, err))
        return false;
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++)
        if (strcmp(speakers[i].from, from.ptr) == 0) {
            m->role = (struct json_text){speakers[i].role, strlen(speakers[i].role)};
            return true;
        }
    return err_set(err, ERR_RANGE, "unknown speaker \"%.40s\"", from.ptr);
}

static bool read_turns(struct import *im, struct json_object *list, const char *what, struct message **out, size_t *n,
                       struct err *err)
{
    *n = json_object_array_length(list);
    if (*n > CONTENT_MAX_MESSAGES)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu messages; 1 to %d are possible", what, *n, CONTENT_MAX_MESSAGES);
    *out = arena_array(&im->record, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++) {
        struct json_object *turn = json_object_array_get_idx(list, i);
        if (!json_object_is_type(turn, json_type_object))
            return err_set(err, ERR_SYNTAX, "message %zu of \"%s\" must be an object, but is %s", i + 1, what,
                           json_type_name(turn));
        if (!read_turn(turn, &(*out)[i], err))
            return err_context(err, "message %zu of \"%s\"", i + 1, what);
    }
    return true;
}

static bool is_turn(struct json_object *v)
{
    return json_object_is_type(v, json_type_object) && json_has(v, "from");
}

bool import_talk(struct import *im, struct json_object *v, const char *what, struct message **out, size_t *n,
                 struct err *err)
{
    if (json_object_is_type(v, json_type_array) && json_object_array_length(v) > 0 &&
        is_turn(json_object_array_get_idx(v, 0)))
        return read_turns(im, v, what, out, n, err);
    if (!json_object_is_type(v, json_type_object))
        return import_messages(im, v, what, out, n, err);
    struct json_object *list = json_object_new_array();
    json_object_array_add(list, json_object_get(v));
    bool ok = import_talk(im, list, what, out, n, err);
    json_object_put(list); /* the message itself belongs to the record */
    return ok;
}

bool import_talk_of(struct import *im, struct json_object *o, const char *key, struct message **out, size_t *n,
                    struct err *err)
{
    struct json_object *v = NULL;
    if (!json_object_object_get_ex(o, key, &v) || v == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", key);
    return import_talk(im, v, key, out, n, err);
}

void import_system(struct import *im, struct json_text text, struct message **m, size_t *n)
{
    if (text.len == 0)
        return;
    struct message *all = arena_array(&im->record, *n + 1, sizeof *all);
    all[0] = (struct message){.role = {"system", 6}, .content = text};
    if (*n > 0)
        memcpy(all + 1, *m, *n * sizeof *all);
    *m = all;
    (*n)++;
}

/* ---- two answers ---- */

static bool same_text(struct json_text x, struct json_text y)
{
    return x.len == y.len && (x.len == 0 || memcmp(x.ptr, y.ptr, x.len) == 0);
}

/* The last message is the answer; what stands before it must be the same on both sides. */
static bool take_talks(struct import *im, struct json_object *const v[2], struct import_sides *s, struct err *err)
{
    struct message *m[2];
    size_t n[2];
    for (int i = 0; i < 2; i++) {
        if (!import_talk(im, v[i], s->name[i], &m[i], &n[i], err))
            return false;
        const struct message *last = &m[i][n[i] - 1];
        if (!same_text(last->role, (struct json_text){"assistant", 9}))
            return err_set(err, ERR_SYNTAX, "\"%s\" does not end with a message of the assistant", s->name[i]);
        s->text[i] = last->content;
    }
    if (n[0] != n[1])
        return err_set(err, ERR_CONFLICT, "\"%s\" has %zu messages and \"%s\" %zu", s->name[0], n[0], s->name[1], n[1]);
    for (size_t k = 0; k + 1 < n[0]; k++)
        if (!same_text(m[0][k].role, m[1][k].role) || !same_text(m[0][k].content, m[1][k].content))
            return err_set(err, ERR_CONFLICT, "the prompts of \"%s\" and \"%s\" differ in message %zu", s->name[0],
                           s->name[1], k + 1);
    if (n[0] == 1)
        return s->n > 0 || err_set(err, ERR_MISSING, "\"prompt\" is missing and the messages hold none");
    s->prompt = m[0]; /* said in full: it counts, not the one beside it */
    s->n = n[0] - 1;
    return true;
}

static bool is_talk(struct json_object *v)
{
    return json_object_is_type(v, json_type_array) || json_object_is_type(v, json_type_object);
}

bool import_sides_take(struct import *im, struct json_object *const v[2], struct import_sides *s, struct err *err)
{
    for (int i = 0; i < 2; i++)
        if (v[i] == NULL)
            return err_set(err, ERR_MISSING, "\"%s\" is missing", s->name[i]);
    if (is_talk(v[0]) && is_talk(v[1]))
        return take_talks(im, v, s, err);
    return json_as_text(v[0], s->name[0], &s->text[0], err) && json_as_text(v[1], s->name[1], &s->text[1], err);
}

bool import_sides_put(struct import *im, const struct import_sides *s, struct import_pair *pair, struct err *err)
{
    *pair = (struct import_pair){0};
    if (!import_prompt(im, s->prompt, s->n, &pair->prompt, err))
        return false;
    for (int i = 0; i < 2; i++) {
        struct new_response r = {.text = s->text[i], .model = s->model[i], .language = s->language};
        struct buf what = BUF_INIT;
        buf_addc(&what, '"');
        buf_adds(&what, s->name[i]);
        buf_addc(&what, '"');
        bool ok = import_response(im, &pair->prompt, &r, what.ptr, &pair->responses[i], err);
        buf_free(&what);
        if (!ok)
            return false;
    }
    return import_comparison(im, pair, (struct json_text){0}, s->split.ptr, err);
}

/* ---- any number of answers ---- */

bool import_answer_list(struct json_object *o, const char *key, bool texts, struct json_object **list, size_t *n,
                        struct err *err)
{
    if (!json_get_array(o, key, JSON_REQUIRED, list, err))
        return false;
    *n = json_object_array_length(*list);
    if (*n < 1 || *n > IMPORT_GROUP_MAX)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu entries; 1 to %d are possible", key, *n, IMPORT_GROUP_MAX);
    for (size_t i = 0; i < *n; i++) {
        struct json_object *entry = json_object_array_get_idx(*list, i);
        if (!json_object_is_type(entry, json_type_object) && !(texts && json_object_is_type(entry, json_type_string)))
            return err_set(err, ERR_SYNTAX, "entry %zu of \"%s\" must be an object%s, but is %s", i + 1, key,
                           texts ? " or a text" : "", json_type_name(entry));
    }
    return true;
}

static bool judge_ranks(struct import *im, const struct import_pair *pair, int64_t first, int64_t second,
                        struct err *err)
{
    struct judgement j = import_blank(im);
    if (first == 0 || second == 0)
        return true;
    j.has_preference = true;
    j.preference = first < second ? -1 : first > second ? 1 : 0;
    j.extra = (struct json_text){"{\"strength\":\"unknown\"}", 22};
    return import_judge_pair(im, pair, &j, im->by, NULL, err);
}

bool import_answers_compare(struct import *im, const struct import_answers *a, const char *split, struct err *err)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t k = i + 1; k < a->n; k++) {
            struct import_pair pair = {.prompt = a->prompt, .responses = {a->rows[i], a->rows[k]}};
            if (a->rows[i].row == a->rows[k].row) /* the same text of two models */
                continue;
            if (!import_comparison(im, &pair, (struct json_text){0}, split, err) ||
                !judge_ranks(im, &pair, a->rank[i], a->rank[k], err))
                return false;
        }
    return true;
}

/* ---- judgements ---- */

bool import_thumb(struct import *im, const struct content_row *response, bool up, struct json_text extra,
                  struct err *err)
{
    struct judgement j = import_blank(im);
    const struct rubric *rubric;
    if (!import_rubric(im, "thumbs", &rubric, err))
        return false;
    j.rubric = rubric->row;
    j.ratings[j.n_ratings++] = (struct rating){0, "thumb", up ? 1 : 0};
    j.extra = extra;
    return import_judge_response(im, response, &j, im->by, NULL, err);
}

struct json_text import_extra_unknown(struct import *im, struct json_object *o, const char *const *placed)
{
    struct buf b = BUF_INIT;
    struct json_writer w;
    struct json_text rest = import_rest(im, o, placed);
    jw_start(&w, &b);
    jw_object(&w);
    jw_kstr(&w, "strength", "unknown");
    if (rest.ptr != NULL)
        jw_members(&w, rest.ptr, rest.len);
    jw_object_end(&w);
    rest = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return rest;
}

struct json_text import_part_name(struct import *im, struct json_text part)
{
    struct buf b = BUF_INIT;
    buf_addf(&b, "%s#%s", im->by.ptr, part.ptr);
    struct json_text name = {arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return name;
}
