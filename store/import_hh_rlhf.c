/* HH-RLHF: {"chosen", "rejected"}, two whole transcripts whose turns begin with two newlines and "Human:" or
 * "Assistant:". The prompt is what stands before the last turn, which is the response. */
#include "store/import_format.h"

#include "core/base/vec.h"
#include "store/transcript.h"

#include <string.h>

static bool sniff(struct json_object *o)
{
    struct json_text t;
    struct err ignored;
    return json_get_text(o, "chosen", JSON_REQUIRED, &t, &ignored) && transcript_mark_at(t.ptr, t.len) >= 0 &&
           import_has(o, "rejected", json_type_string);
}

struct transcript {
    VEC(struct message) turns;
};

/* The blank after a mark belongs to it; all else is the turn's, to the byte. */
static bool split(struct json_text t, const char *what, struct transcript *out, struct err *err)
{
    int who = transcript_mark_at(t.ptr, t.len);
    if (who < 0)
        return err_set(err, ERR_SYNTAX, "\"%s\" does not begin with a turn of Human or Assistant", what);
    for (size_t at = 0; at < t.len;) {
        at += strlen(transcript_speakers[who].mark);
        if (at < t.len && t.ptr[at] == ' ')
            at++;
        size_t from = at;
        int next = -1;
        while (at < t.len && (next = transcript_mark_at(t.ptr + at, t.len - at)) < 0)
            at++;
        struct message m = {.role = {transcript_speakers[who].role, strlen(transcript_speakers[who].role)},
                            .content = {t.ptr + from, at - from}};
        vec_push(&out->turns, m);
        who = next;
    }
    if (out->turns.n < 2)
        return err_set(err, ERR_SYNTAX, "\"%s\" has one turn only; a prompt and an answer are needed", what);
    const struct message *last = &out->turns.v[out->turns.n - 1];
    if (strcmp(last->role.ptr, "assistant") != 0)
        return err_set(err, ERR_SYNTAX, "\"%s\" does not end with an answer of the assistant", what);
    return true;
}

static bool same_turn(const struct message *x, const struct message *y)
{
    return x->role.ptr == y->role.ptr && x->content.len == y->content.len &&
           memcmp(x->content.ptr, y->content.ptr, x->content.len) == 0;
}

static bool same_prompt(const struct transcript *x, const struct transcript *y, struct err *err)
{
    size_t n = x->turns.n < y->turns.n ? x->turns.n : y->turns.n;
    for (size_t i = 0; i + 1 < n; i++)
        if (!same_turn(&x->turns.v[i], &y->turns.v[i]))
            return err_set(err, ERR_CONFLICT, "the prompts of \"chosen\" and \"rejected\" differ in turn %zu", i + 1);
    if (x->turns.n != y->turns.n)
        return err_set(err, ERR_CONFLICT, "the prompts of \"chosen\" and \"rejected\" differ: %zu and %zu turns",
                       x->turns.n - 1, y->turns.n - 1);
    return true;
}

static bool put_in(struct import *im, const struct transcript t[2], struct err *err)
{
    static const char *const what[] = {"the final answer of \"chosen\"", "the final answer of \"rejected\""};
    struct import_pair pair = {0};
    size_t n = t[0].turns.n - 1;
    if (!same_prompt(&t[0], &t[1], err) || !import_prompt(im, t[0].turns.v, n, &pair.prompt, err))
        return false;
    for (int i = 0; i < 2; i++) {
        struct new_response r = {.text = t[i].turns.v[n].content};
        if (!import_response(im, &pair.prompt, &r, what[i], &pair.responses[i], err))
            return false;
    }
    return import_comparison(im, &pair, (struct json_text){0}, NULL, err) &&
           import_judge_chosen(im, &pair, 1, "{\"strength\":\"unknown\"}", err);
}

static bool read_record(struct import *im, struct json_object *o, struct err *err)
{
    struct json_text chosen, rejected;
    struct transcript t[2] = {0};
    bool ok = json_get_text(o, "chosen", JSON_REQUIRED, &chosen, err) &&
              json_get_text(o, "rejected", JSON_REQUIRED, &rejected, err) && split(chosen, "chosen", &t[0], err) &&
              split(rejected, "rejected", &t[1], err) && put_in(im, t, err);
    vec_free(&t[0].turns);
    vec_free(&t[1].turns);
    return ok;
}

const struct import_format import_hh_rlhf = {.name = "hh-rlhf", .sniff = sniff, .read = read_record};
