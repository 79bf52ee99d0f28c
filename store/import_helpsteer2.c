/* HelpSteer and HelpSteer2: one rated response a row, by one voice or ("disagreements/") by several in lists; rows of
 * one prompt stand together and form comparisons. */
#include "store/import_sides.h"
#include "store/stmt.h"

#include <stdio.h>
#include <string.h>

static const char *const attributes[] = {"helpfulness", "correctness", "coherence", "complexity", "verbosity"};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes, MAX_LEVEL = 4 };

static bool sniff(struct json_object *o)
{
    return import_has(o, "prompt", json_type_string) && import_has(o, "response", json_type_string) &&
           json_has(o, "helpfulness");
}

static const struct {
    const char *mark, *role;
} turns[] = {{HELPSTEER_MARK "User\n", "user"}, {HELPSTEER_MARK "Assistant\n", "assistant"}};

/* Next turn mark at or after `at`: its place, or t.len. */
static size_t find_mark(struct json_text t, size_t at, int *which)
{
    for (; at < t.len; at++)
        for (int i = 0; i < 2; i++)
            if (t.ptr[at] == '\n' && t.len - at >= strlen(turns[i].mark) &&
                memcmp(t.ptr + at, turns[i].mark, strlen(turns[i].mark)) == 0) {
                *which = i;
                return at;
            }
    return t.len;
}

void import_helpsteer_prompt(struct import *im, struct json_text text, struct message **out, size_t *n)
{
    size_t count = 1;
    int who = 0;
    for (size_t at = find_mark(text, 0, &who); at < text.len; at = find_mark(text, at + 1, &who))
        count++;
    if (count > CONTENT_MAX_MESSAGES)
        count = 1;
    struct message *m = arena_array(&im->record, count, sizeof *m);
    size_t from = 0;
    who = 0;
    for (size_t i = 0; i < count; i++) {
        int next = 0;
        size_t end = count == 1 ? text.len : find_mark(text, from, &next);
        m[i] = (struct message){.role = {turns[who].role, strlen(turns[who].role)},
                                .content = {text.ptr + from, end - from}};
        from = end + strlen(turns[next].mark);
        who = next;
    }
    *out = m;
    *n = count;
}

bool import_helpsteer_rubric(struct import *im, const struct rubric **out, struct err *err)
{
    *out = &im->rubric;
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        int k = rubric_find(&im->rubric, attributes[i], strlen(attributes[i]));
        if (k < 0 || im->rubric.attributes[k].min > 0 || im->rubric.attributes[k].max < MAX_LEVEL)
            return import_rubric(im, "helpsteer2", out, err);
    }
    return true;
}

/* The other answers to the prompt that this source rated: of a record that comes alone they are its group. */
static bool find_group(struct import *im, const struct content_row *prompt, const struct content_row *response,
                       struct err *err)
{
    struct rows q;
    im->group.prompt = prompt->row;
    im->group.n = 0;
    if (!rows_open(&q, im->db, STMT_QUARANTINE_NEIGHBOURS,
                   ARGS(v_int(prompt->row), v_int(response->row), v_text(im->by.ptr, im->by.len)), err))
        return false;
    while (im->group.n < IMPORT_GROUP_MAX && rows_next(&q))
        im->group.responses[im->group.n++] = (struct content_row){.row = rows_int(&q, 0), .id = rows_id(&q, 1)};
    return rows_close(&q, err);
}

bool import_join_group(struct import *im, const struct content_row *prompt, const struct content_row *response,
                       const char *split, struct err *err)
{
    if (im->alone && !find_group(im, prompt, response, err))
        return false;
    bool same = im->group.prompt == prompt->row;
    size_t n = same ? im->group.n : 0;
    for (size_t i = 0; i < n; i++)
        if (im->group.responses[i].row == response->row)
            return true;
    for (size_t i = 0; i < n; i++) {
        struct import_pair pair = {.prompt = *prompt, .responses = {im->group.responses[i], *response}};
        if (!import_comparison(im, &pair, (struct json_text){0}, split, err))
            return false;
    }
    im->group.prompt = prompt->row;
    if (n < IMPORT_GROUP_MAX)
        im->group.responses[n++] = *response;
    im->group.n = n;
    return true;
}

/* The level that annotator k (from 0) gave; one that everybody stands for when the file has no lists. */
static bool read_level(struct json_object *o, size_t i, size_t k, struct judgement *j, struct err *err)
{
    struct json_object *v = json_object_object_get(o, attributes[i]);
    int64_t level = 0;
    if (v == NULL)
        return err_set(err, ERR_MISSING, "\"%s\" is missing", attributes[i]);
    if (k > 0 || json_object_is_type(v, json_type_array))
        v = json_object_array_get_idx(v, k);
    if (!json_as_int(v, attributes[i], 0, MAX_LEVEL, &level, err))
        return false;
    j->ratings[j->n_ratings++] = (struct rating){0, attributes[i], (int)level};
    return true;
}

static bool rate(struct import *im, struct json_object *o, size_t k, const struct rubric *rubric,
                 const struct content_row *response, struct json_text who, struct err *err)
{
    struct judgement j = import_blank(im);
    j.rubric = rubric->row;
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        if (!read_level(o, i, k, &j, err))
            return false;
    return import_judge_response(im, response, &j, who, NULL, err);
}

/* How many annotators the lists of "disagreements/" hold; 0: they are no lists. */
static bool count_annotators(struct json_object *o, size_t *n, struct err *err)
{
    *n = import_has(o, attributes[0], json_type_array)
             ? json_object_array_length(json_object_object_get(o, attributes[0]))
             : 0;
    if (*n == 0)
        return true;
    for (size_t i = 0; i < N_ATTRIBUTES; i++)
        if (!import_has(o, attributes[i], json_type_array) ||
            json_object_array_length(json_object_object_get(o, attributes[i])) != *n)
            return err_set(err, ERR_CONFLICT, "\"%s\" is not a list of %zu levels as \"%s\" is", attributes[i], *n,
                           attributes[0]);
    return *n <= IMPORT_GROUP_MAX ||
           err_set(err, ERR_RANGE, "there are %zu annotators; 1 to %d are possible", *n, IMPORT_GROUP_MAX);
}

static bool rate_all(struct import *im, struct json_object *o, const struct rubric *rubric,
                     const struct content_row *response, struct err *err)
{
    size_t n;
    if (!count_annotators(o, &n, err))
        return false;
    for (size_t k = 0; k < n; k++) {
        char place[24];
        int len = snprintf(place, sizeof place, "%zu", k + 1);
        struct json_text who = import_part_name(im, (struct json_text){place, (size_t)len});
        if (!rate(im, o, k, rubric, response, who, err))
            return err_context(err, "annotator %zu", k + 1);
    }
    return n > 0 || rate(im, o, 0, rubric, response, im->by, err);
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct json_text prompt, split = {0};
    struct new_response r = {0};
    const struct rubric *rubric;
    struct message *m;
    size_t n;
    struct content_row p, response;
    if (!json_get_text(o, "prompt", JSON_REQUIRED, &prompt, err) ||
        !json_get_text(o, "response", JSON_REQUIRED, &r.text, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &split, err) || !import_helpsteer_rubric(im, &rubric, err))
        return false;
    import_helpsteer_prompt(im, prompt, &m, &n);
    return import_prompt(im, m, n, &p, err) && import_response(im, &p, &r, "the response", &response, err) &&
           rate_all(im, o, rubric, &response, err) && import_join_group(im, &p, &response, split.ptr, err);
}

const struct import_format import_helpsteer2 = {.name = "helpsteer2", .sniff = sniff, .read = read_record};
