#include "app/guard.h"

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/guard.h"
#include "core/safe.h"
#include "store/content.h"
#include "store/setting.h"

#include <stdio.h>
#include <string.h>

enum { EXCERPT = 80 };

bool guard_wanted(struct db *db, const char *given, bool *wanted, struct err *err)
{
    double set = 0;
    if (given == NULL && !setting_number(db, SET_GUARD, &set, err))
        return false;
    *wanted = given != NULL ? strcmp(given, "on") == 0 : set != 0;
    return true;
}

static void begin(struct guard *g)
{
    buf_reset(&g->reasons);
    jw_start(&g->w, &g->reasons);
    jw_array(&g->w);
    g->findings = g->messages = g->responses = 0;
}

static const char *end(void *ctx)
{
    struct guard *g = ctx;
    jw_array_end(&g->w);
    return g->findings > 0 ? g->reasons.ptr : NULL;
}

static void add(struct guard *g, enum guard_reason reason, const char *where, size_t at, const char *text, size_t n)
{
    size_t whole = n;
    if (n > EXCERPT)
        for (n = EXCERPT; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80;)
            n--;
    g->findings++;
    jw_object(&g->w);
    jw_kstr(&g->w, "reason", guard_word(reason));
    jw_kstr(&g->w, "where", where);
    jw_kint(&g->w, "at", (int64_t)at);
    jw_kint(&g->w, "bytes", (int64_t)whole);
    jw_kstrn(&g->w, "text", text, n);
    jw_object_end(&g->w);
}

static void look(struct guard *g, struct json_text t, enum guard_part part, const char *where)
{
    struct guard_finding found[GUARD_N_REASONS];
    size_t n = guard_text(t.ptr, t.len, part, found);
    for (size_t i = 0; i < n; i++)
        add(g, found[i].reason, where, found[i].at, t.ptr + found[i].at, found[i].n);
}

static void prompt(struct guard *g, const struct message *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char where[32];
        snprintf(where, sizeof where, "message %d", ++g->messages);
        look(g, m[i].content, GUARD_PROMPT, where);
    }
}

static void response(struct guard *g, int64_t row, struct json_text text)
{
    char where[32];
    snprintf(where, sizeof where, "response %d", ++g->responses);
    look(g, text, GUARD_RESPONSE, where);
    int kept = g->responses <= GUARD_RESPONSES ? g->responses - 1 : GUARD_RESPONSES;
    for (int i = 0; i < kept; i++)
        if (g->seen[i].prompt == row && guard_alike(g->seen[i].text.ptr, g->seen[i].text.len, text.ptr, text.len)) {
            add(g, GUARD_ALIKE, where, 0, text.ptr, text.len);
            break;
        }
    if (kept < GUARD_RESPONSES) {
        g->seen[kept].prompt = row;
        g->seen[kept].text = text;
    }
}

static void seen(void *ctx, const struct import_seen *s)
{
    struct guard *g = ctx;
    switch (s->what) {
    case SEEN_RECORD:
        begin(g);
        break;
    case SEEN_PROMPT:
        prompt(g, s->messages, s->n);
        break;
    case SEEN_RESPONSE:
        response(g, s->prompt, (struct json_text){s->text, s->len});
        break;
    case SEEN_JUDGEMENT:
        break; /* people say what they like */
    }
}

void guard_init(struct guard *g)
{
    *g = (struct guard){.on = {.seen = seen, .end = end}};
    g->on.ctx = g;
}

void guard_free(struct guard *g)
{
    buf_free(&g->reasons);
}

/* One finding: {"reason", "where", "at", "text"}; what cannot be read is left out. */
static void tell_one(struct json_object *o, bool first, struct buf *out)
{
    struct json_text reason = {0}, where = {0}, text = {0};
    struct err ignored;
    if (!json_object_is_type(o, json_type_object) || !json_get_text(o, "reason", JSON_REQUIRED, &reason, &ignored) ||
        !json_get_text(o, "where", JSON_REQUIRED, &where, &ignored) ||
        !json_get_text(o, "text", JSON_REQUIRED, &text, &ignored))
        return;
    if (!first)
        buf_adds(out, "; ");
    safe_text(reason.ptr, reason.len, out, SIZE_MAX);
    buf_adds(out, " in ");
    safe_text(where.ptr, where.len, out, SIZE_MAX);
    buf_adds(out, ": ");
    safe_text(text.ptr, text.len, out, EXCERPT / 2);
}

void guard_tell(const char *reasons, struct buf *out)
{
    struct json_object *list = NULL;
    struct err ignored;
    if (!json_parse(reasons, strlen(reasons), &list, &ignored))
        return;
    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++)
        tell_one(json_object_array_get_idx(list, i), i == 0, out);
    json_object_put(list);
}
