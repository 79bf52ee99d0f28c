/* HelpSteer and HelpSteer2: one rated response a row; rows of one prompt stand together and form comparisons. */
#include "store/import_format.h"

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

/* The current rubric when it asks the same, else our own of this name. */
static bool find_rubric(struct import *im, const struct rubric **out, struct err *err)
{
    *out = &im->rubric;
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        int k = rubric_find(&im->rubric, attributes[i], strlen(attributes[i]));
        if (k < 0 || im->rubric.attributes[k].min > 0 || im->rubric.attributes[k].max < MAX_LEVEL)
            return import_rubric(im, "helpsteer2", out, err);
    }
    return true;
}

/* Compare the response with those of the rows before it. */
static bool join_group(struct import *im, const struct content_row *prompt, const struct content_row *response,
                       const char *split, struct err *err)
{
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

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct json_text prompt, split = {0};
    struct new_response r = {0};
    struct judgement j = import_blank(im);
    const struct rubric *rubric;
    if (!json_get_text(o, "prompt", JSON_REQUIRED, &prompt, err) ||
        !json_get_text(o, "response", JSON_REQUIRED, &r.text, err) ||
        !json_get_text(o, "split", JSON_OPTIONAL, &split, err) || !find_rubric(im, &rubric, err))
        return false;
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        int64_t v = 0;
        if (!json_get_int(o, attributes[i], JSON_REQUIRED, 0, MAX_LEVEL, &v, err))
            return false;
        j.ratings[j.n_ratings++] = (struct rating){0, attributes[i], (int)v};
    }
    j.rubric = rubric->row;
    struct message *m;
    size_t n;
    struct content_row p, response;
    import_helpsteer_prompt(im, prompt, &m, &n);
    return import_prompt(im, m, n, &p, err) && import_response(im, &p, &r, "the response", &response, err) &&
           import_judge_response(im, &response, &j, im->by, NULL, err) && join_group(im, &p, &response, split.ptr, err);
}

const struct import_format import_helpsteer2 = {"helpsteer2", sniff, read_record};
