/* What the readers of all formats do with a record: put content and judgements in, and count them. */
#include "store/import_format.h"

#include "core/base/json_writer.h"
#include "store/annotator.h"
#include "store/criteria.h"
#include "store/stmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool import_has(struct json_object *record, const char *key, enum json_type type)
{
    struct json_object *v = NULL;
    return json_object_object_get_ex(record, key, &v) && json_object_is_type(v, type);
}

bool import_only_fields(struct json_object *o, const char *const *known, const char *where, struct err *err)
{
    json_object_object_foreach(o, key, value)
    {
        const char *const *k = known;
        while (*k != NULL && strcmp(*k, key) != 0)
            k++;
        if (*k == NULL && value != NULL)
            return err_set(err, ERR_SYNTAX, "unknown field \"%.60s\" in %s", key, where);
    }
    return true;
}

static bool read_message(struct json_object *o, struct message *m, struct err *err)
{
    static const char *const known[] = {"role", "content", "name", NULL};
    if (!json_object_is_type(o, json_type_object))
        return err_set(err, ERR_SYNTAX, "must be an object, but is %s", json_type_name(o));
    if (!import_only_fields(o, known, "it", err) || !json_get_text(o, "role", JSON_REQUIRED, &m->role, err) ||
        !json_get_text(o, "content", JSON_REQUIRED, &m->content, err) ||
        !json_get_text(o, "name", JSON_OPTIONAL, &m->name, err))
        return false;
    if (!content_role_known(m->role))
        return err_set(err, ERR_RANGE, "unknown role \"%.40s\"", m->role.ptr);
    return true;
}

bool import_messages(struct import *im, struct json_object *v, const char *what, struct message **out, size_t *n,
                     struct err *err)
{
    if (json_object_is_type(v, json_type_string)) {
        *out = arena_array(&im->record, 1, sizeof **out);
        **out = (struct message){.role = {"user", 4}};
        *n = 1;
        return json_as_text(v, what, &(*out)->content, err);
    }
    if (!json_object_is_type(v, json_type_array))
        return err_set(err, ERR_SYNTAX, "\"%s\" must be a string or a list of messages, but is %s", what,
                       json_type_name(v));
    *n = json_object_array_length(v);
    if (*n == 0 || *n > CONTENT_MAX_MESSAGES)
        return err_set(err, ERR_RANGE, "\"%s\" has %zu messages; 1 to %d are possible", what, *n, CONTENT_MAX_MESSAGES);
    *out = arena_array(&im->record, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        if (!read_message(json_object_array_get_idx(v, i), &(*out)[i], err))
            return err_context(err, "message %zu of \"%s\"", i + 1, what);
    return true;
}

void import_show(const struct import *im, struct import_seen s)
{
    s.line = im->line;
    if (im->guard != NULL)
        im->guard->seen(im->guard->ctx, &s);
    if (im->options->seen != NULL)
        im->options->seen(im->options->ctx, &s);
}

void import_count(struct import_tally *t, bool made)
{
    if (made)
        t->made++;
    else
        t->known++;
}

bool import_prompt(struct import *im, const struct message *m, size_t n, struct content_row *out, struct err *err)
{
    if (!content_prompt(im->db, m, n, out, err))
        return false;
    import_count(&im->counts->prompts, out->made);
    import_show(im, (struct import_seen){.what = SEEN_PROMPT, .messages = m, .n = n});
    return true;
}

static bool is_blank(struct json_text t)
{
    size_t i = 0;
    while (i < t.len && strchr(" \t\r\n", t.ptr[i]) != NULL)
        i++;
    return i == t.len;
}

bool import_response(struct import *im, const struct content_row *prompt, const struct new_response *r,
                     const char *what, struct content_row *out, struct err *err)
{
    if (is_blank(r->text))
        return err_set(err, ERR_RANGE, "%s is empty", what);
    if (!content_response(im->db, prompt, r, out, err))
        return false;
    import_count(&im->counts->responses, out->made);
    import_show(im, (struct import_seen){.what = SEEN_RESPONSE,
                                         .text = r->text.ptr,
                                         .len = r->text.len,
                                         .model = r->model.ptr,
                                         .prompt = prompt->row});
    return true;
}

bool import_source(struct import *im, struct json_text name, int64_t *row, struct err *err)
{
    const char *licence = im->options->licence, *kept;
    if (!content_source(im->db, name.ptr != NULL ? name : im->source, row, err))
        return false;
    if (licence == NULL || *row == im->licensed)
        return true;
    if (!content_licence(im->db, *row, licence, &im->record, &kept, err))
        return false;
    if (kept != NULL)
        snprintf(im->counts->licence_kept, sizeof im->counts->licence_kept, "%s", kept);
    im->licensed = *row;
    return true;
}

bool import_comparison(struct import *im, struct import_pair *pair, struct json_text source, const char *split,
                       struct err *err)
{
    int64_t row;
    if (pair->responses[0].row == pair->responses[1].row)
        return err_set(err, ERR_CONFLICT, "both responses are the same text");
    if (!import_source(im, source, &row, err) ||
        !content_comparison(im->db, pair->prompt.row, &pair->responses[0], &pair->responses[1], row, split,
                            &pair->comparison, &pair->swapped, err))
        return false;
    import_count(&im->counts->comparisons, pair->comparison.made);
    return true;
}

struct judgement import_blank(const struct import *im)
{
    return (struct judgement){.kind = KIND_JUDGED,
                              .justification = {"", 0},
                              .reason = "",
                              .a_is = 1,
                              .seconds = NAN,
                              .rubric = im->rubric.row,
                              .created = im->now};
}

static bool append(struct import *im, struct judgement *j, struct json_text annotator, const struct id *id,
                   const struct id *subject, const int64_t rows[2], bool swapped, struct err *err)
{
    bool made;
    if (j->rubric == im->rubric.row)
        criteria_apply(&im->rubric, j);
    else if (j->rubric == im->other.row)
        criteria_apply(&im->other, j);
    j->id = id != NULL ? *id : judgement_content_id(j, annotator.ptr, subject);
    if (!annotator_row(im->db, annotator, &j->annotator, err) || !judgement_append_once(im->db, j, rows, &made, err))
        return false;
    import_count(&im->counts->judgements, made);
    import_show(im, (struct import_seen){
                        .what = SEEN_JUDGEMENT, .judgement = j, .annotator = annotator.ptr, .swapped = swapped});
    return true;
}

bool import_judge_pair(struct import *im, const struct import_pair *pair, struct judgement *j,
                       struct json_text annotator, const struct id *id, struct err *err)
{
    int first = pair->swapped ? 1 : 0;
    const int64_t rows[2] = {pair->responses[first].row, pair->responses[1 - first].row};
    j->comparison = pair->comparison.row;
    if (pair->swapped)
        judgement_swap(j);
    return append(im, j, annotator, id, &pair->comparison.id, rows, pair->swapped, err);
}

bool import_judge_response(struct import *im, const struct content_row *response, struct judgement *j,
                           struct json_text annotator, const struct id *id, struct err *err)
{
    const int64_t rows[2] = {response->row, response->row};
    j->response = response->row;
    return append(im, j, annotator, id, &response->id, rows, false, err);
}

bool import_judge_chosen(struct import *im, const struct import_pair *pair, int strength, const char *extra,
                         struct err *err)
{
    struct judgement j = import_blank(im);
    j.has_preference = true;
    j.preference = -strength;
    j.extra = (struct json_text){extra, extra != NULL ? strlen(extra) : 0};
    return import_judge_pair(im, pair, &j, im->by, NULL, err);
}

bool import_rubric(struct import *im, const char *name, const struct rubric **out, struct err *err)
{
    if (im->other_name == NULL || strcmp(im->other_name, name) != 0) {
        im->other_name = NULL;
        arena_reset(&im->other_arena);
        if (!rubric_named(im->db, name, &im->other_arena, &im->other, err))
            return false;
        im->other_name = arena_dup(&im->other_arena, name);
    }
    *out = &im->other;
    return true;
}

struct json_text import_json(struct import *im, struct json_object *v)
{
    size_t n;
    const char *text =
        json_object_to_json_string_length(v, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    return (struct json_text){arena_ndup(&im->record, text, n), n};
}

static bool is_placed(const char *const *placed, const char *key)
{
    while (*placed != NULL && strcmp(*placed, key) != 0)
        placed++;
    return *placed != NULL;
}

struct json_text import_rest(struct import *im, struct json_object *o, const char *const *placed)
{
    struct buf b = BUF_INIT;
    struct json_writer w;
    struct json_text rest = {0};
    jw_start(&w, &b);
    jw_object(&w);
    json_object_object_foreach(o, key, value)
    {
        struct json_text v;
        if (is_placed(placed, key))
            continue;
        v = import_json(im, value);
        jw_key(&w, key);
        jw_raw(&w, v.ptr, v.len);
    }
    jw_object_end(&w);
    if (b.len > 2)
        rest = (struct json_text){arena_ndup(&im->record, b.ptr, b.len), b.len};
    buf_free(&b);
    return rest;
}
