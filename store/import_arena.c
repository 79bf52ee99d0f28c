/* Arena battles: {"model_a", "model_b", "prompt", "response_a", "response_b", "winner_model_a", "winner_model_b",
 * "winner_tie"}, whose texts are JSON lists of turns inside strings; and {"conversation_a", "conversation_b",
 * "winner"}.
 */
#include "store/import_sides.h"

#include <string.h>

static const char *const placed[] = {"prompt",         "response_a",     "response_b", "model_a", "model_b",
                                     "winner_model_a", "winner_model_b", "winner_tie", "winner",  "split",
                                     "conversation_a", "conversation_b", "language",   NULL};

static bool sniff(struct json_object *o)
{
    return json_has(o, "model_a") && json_has(o, "model_b") &&
           (json_has(o, "conversation_a") || (json_has(o, "prompt") && json_has(o, "response_a")));
}

struct turns {
    struct json_object *list; /* owned when it was read from a string; NULL: the text is the one turn */
    struct json_text text;
    size_t n;
};

static bool read_turns(struct json_object *o, const char *key, struct turns *t, struct err *err)
{
    struct json_object *v = json_object_object_get(o, key);
    struct err ignored;
    if (v == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", key);
    if (json_object_is_type(v, json_type_array)) {
        t->list = json_object_get(v);
    } else if (!json_as_text(v, key, &t->text, err)) {
        return false;
    } else if (!(t->text.len > 0 && t->text.ptr[0] == '[' && json_parse(t->text.ptr, t->text.len, &t->list, &ignored) &&
                 json_object_is_type(t->list, json_type_array))) {
        json_object_put(t->list);
        t->list = NULL;
    }
    t->n = t->list != NULL ? json_object_array_length(t->list) : 1;
    if (t->n < 1 || t->n > CONTENT_MAX_MESSAGES / 2)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu turns; 1 to %d are possible", key, t->n,
                       CONTENT_MAX_MESSAGES / 2);
    return true;
}

static bool turn(struct import *im, const struct turns *t, size_t i, const char *key, struct json_text *out,
                 struct err *err)
{
    struct json_text text = t->text;
    if (t->list != NULL && !json_as_text(json_object_array_get_idx(t->list, i), key, &text, err))
        return false;
    *out = (struct json_text){arena_ndup(&im->record, text.ptr, text.len), text.len};
    return true;
}

/* Turns of the user and of each side, in parallel lists: all answers but the last must be the same. */
static bool weave(struct import *im, const struct turns t[3], struct import_sides *s, struct err *err)
{
    size_t n = t[0].n;
    if (t[1].n != n || t[2].n != n)
        return err_set(err, ERR_CONFLICT, "there are %zu turns of the prompt and %zu and %zu answers", n, t[1].n,
                       t[2].n);
    s->n = 2 * n - 1;
    s->prompt = arena_array(&im->record, s->n, sizeof *s->prompt);
    for (size_t i = 0; i < n; i++) {
        struct message *m = &s->prompt[2 * i];
        m->role = (struct json_text){"user", 4};
        if (!turn(im, &t[0], i, "prompt", &m->content, err) || !turn(im, &t[1], i, "response_a", &s->text[0], err) ||
            !turn(im, &t[2], i, "response_b", &s->text[1], err))
            return false;
        if (i + 1 == n)
            return true;
        if (s->text[0].len != s->text[1].len || memcmp(s->text[0].ptr, s->text[1].ptr, s->text[0].len) != 0)
            return err_set(err, ERR_CONFLICT, "the conversations differ before the last answer, in turn %zu", i + 1);
        m[1] = (struct message){.role = {"assistant", 9}, .content = s->text[0]};
    }
    return true;
}

static bool read_lists(struct import *im, struct json_object *o, struct import_sides *s, struct err *err)
{
    struct turns t[3] = {0};
    bool ok = read_turns(o, "prompt", &t[0], err) && read_turns(o, "response_a", &t[1], err) &&
              read_turns(o, "response_b", &t[2], err) && weave(im, t, s, err);
    for (int i = 0; i < 3; i++)
        json_object_put(t[i].list);
    return ok;
}

static bool is_one(struct json_object *o, const char *key)
{
    struct json_object *v = json_object_object_get(o, key);
    const char *text = v != NULL ? json_object_get_string(v) : "";
    return strcmp(text, "1") == 0 || strcmp(text, "true") == 0 || strcmp(text, "1.0") == 0;
}

static bool read_winner(struct json_object *o, struct judgement *j, struct err *err)
{
    static const struct {
        const char *name, *column;
        int preference;
        bool neither;
    } winners[] = {{"model_a", "winner_model_a", -1, false},
                   {"model_b", "winner_model_b", 1, false},
                   {"tie", "winner_tie", 0, false},
                   {"tie (bothbad)", "", 0, true}};
    struct json_text winner = {0};
    int found = 0;
    if (!json_get_text(o, "winner", JSON_OPTIONAL, &winner, err))
        return false;
    for (size_t i = 0; i < sizeof winners / sizeof *winners; i++)
        if (winner.ptr != NULL ? strcmp(winner.ptr, winners[i].name) == 0 : is_one(o, winners[i].column)) {
            found++;
            j->has_preference = !winners[i].neither;
            j->neither = winners[i].neither;
            j->preference = winners[i].preference;
        }
    return found == 1 || err_set(err, ERR_RANGE,
                                 winner.ptr != NULL ? "\"winner\" is \"%.40s\"; model_a, model_b, tie "
                                                      "and tie (bothbad) are known"
                                                    : "not one of the winner columns is 1%.0s",
                                 winner.ptr != NULL ? winner.ptr : "");
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct import_sides s = {.name = {"response_a", "response_b"}};
    struct import_pair pair;
    struct judgement j = import_blank(im);
    struct json_object *talk[2] = {json_object_object_get(o, "conversation_a"),
                                   json_object_object_get(o, "conversation_b")};
    bool whole = talk[0] != NULL;
    if (whole)
        s.name[0] = "conversation_a", s.name[1] = "conversation_b";
    if (!read_winner(o, &j, err) || !(whole ? import_sides_take(im, talk, &s, err) : read_lists(im, o, &s, err)) ||
        !json_get_text(o, "model_a", JSON_OPTIONAL, &s.model[0], err) ||
        !json_get_text(o, "model_b", JSON_OPTIONAL, &s.model[1], err) ||
        !json_get_text(o, "language", JSON_OPTIONAL, &s.language, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &s.split, err))
        return false;
    if (s.n == 0)
        return err_set(err, ERR_MISSING, "the conversations hold no prompt");
    if (!import_sides_put(im, &s, &pair, err))
        return false;
    j.extra = j.preference != 0 ? import_extra_unknown(im, o, placed) : import_rest(im, o, placed);
    return import_judge_pair(im, &pair, &j, im->by, NULL, err);
}

const struct import_format import_arena = {.name = "arena", .sniff = sniff, .read = read_record, .tables = true};
