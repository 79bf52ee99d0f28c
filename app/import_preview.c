#include "app/import_preview.h"

#include "app/app.h"
#include "core/safe.h"
#include "store/content.h"
#include "store/judgement.h"

#include <stdio.h>
#include <string.h>

enum { WHAT = 12, WIDTH = 80 }; /* columns of a line of text */

static void start_list(struct import_preview_list *l)
{
    buf_reset(&l->json);
    jw_start(&l->w, &l->json);
    jw_array(&l->w);
}

static void start(struct import_preview_record *r)
{
    buf_reset(&r->text);
    r->n_responses = 0;
    start_list(&r->prompt);
    start_list(&r->responses);
    start_list(&r->judgements);
}

/* NULL: not among the first. */
static struct import_preview_record *record_of(struct import_preview *p, const struct import_seen *s)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->record[i].line == s->line)
            return &p->record[i];
    if (p->n == IMPORT_PREVIEW_RECORDS)
        return NULL;
    struct import_preview_record *r = &p->record[p->n++];
    *r = (struct import_preview_record){.line = s->line,
                                        .text = BUF_INIT,
                                        .prompt.json = BUF_INIT,
                                        .responses.json = BUF_INIT,
                                        .judgements.json = BUF_INIT};
    return r;
}

static void show(struct buf *out, const char *what, const char *text, size_t n)
{
    buf_adds(out, "    ");
    app_add_column(out, what, WHAT);
    buf_addc(out, ' ');
    safe_text(text, n, out, WIDTH);
    buf_addc(out, '\n');
}

static void take_prompt(struct import_preview_record *r, const struct import_seen *s)
{
    for (size_t i = 0; i < s->n; i++)
        show(&r->text, s->n == 1 ? "prompt" : s->messages[i].role.ptr, s->messages[i].content.ptr,
             s->messages[i].content.len);
    for (size_t i = 0; i < s->n; i++) {
        jw_object(&r->prompt.w);
        jw_kstrn(&r->prompt.w, "role", s->messages[i].role.ptr, s->messages[i].role.len);
        jw_kstrn(&r->prompt.w, "content", s->messages[i].content.ptr, s->messages[i].content.len);
        jw_object_end(&r->prompt.w);
    }
}

static void take_response(struct import_preview_record *r, const struct import_seen *s)
{
    char what[40];
    snprintf(what, sizeof what, "response %zu", ++r->n_responses);
    show(&r->text, what, s->text, s->len);
    jw_object(&r->responses.w);
    jw_kstrn(&r->responses.w, "text", s->text, s->len);
    if (s->model != NULL)
        jw_kstr(&r->responses.w, "model", s->model);
    jw_object_end(&r->responses.w);
}

static void ratings(const struct import_seen *s, struct buf *text, struct json_writer *w)
{
    const struct judgement *j = s->judgement;
    jw_key(w, "ratings");
    jw_array(w);
    for (size_t i = 0; i < j->n_ratings; i++) {
        int which = s->swapped ? 1 - j->ratings[i].which : j->ratings[i].which;
        buf_addf(text, "%s%s of %d: %d", text->len > 0 ? ", " : "", j->ratings[i].attribute, which + 1,
                 j->ratings[i].value);
        jw_object(w);
        jw_kint(w, "response", which + 1);
        jw_kstr(w, "attribute", j->ratings[i].attribute);
        jw_kint(w, "value", j->ratings[i].value);
        jw_object_end(w);
    }
    jw_array_end(w);
}

static void preference(const struct import_seen *s, struct buf *text, struct json_writer *w)
{
    const struct judgement *j = s->judgement;
    int p = s->swapped ? -j->preference : j->preference;
    if (j->neither)
        buf_adds(text, "neither is valid");
    else if (j->has_preference && p == 0)
        buf_adds(text, "neither is better");
    else if (j->has_preference)
        buf_addf(text, "response %d is better, strength %d", p < 0 ? 1 : 2, p < 0 ? -p : p);
    if (j->neither)
        jw_kbool(w, "neither", true);
    if (j->has_preference)
        jw_kint(w, "preference", p);
}

static void take_judgement(struct import_preview_record *r, const struct import_seen *s)
{
    struct buf text = BUF_INIT;
    jw_object(&r->judgements.w);
    jw_kstr(&r->judgements.w, "annotator", s->annotator);
    preference(s, &text, &r->judgements.w);
    ratings(s, &text, &r->judgements.w);
    if (s->judgement->justification.len > 0) {
        buf_addf(&text, "%s\"%.*s\"", text.len > 0 ? ", " : "", (int)s->judgement->justification.len,
                 s->judgement->justification.ptr);
        jw_kstrn(&r->judgements.w, "justification", s->judgement->justification.ptr, s->judgement->justification.len);
    }
    jw_object_end(&r->judgements.w);
    show(&r->text, s->annotator, text.ptr, text.len);
    buf_free(&text);
}

void import_preview_take(struct import_preview *p, const struct import_seen *s)
{
    struct import_preview_record *r = record_of(p, s);
    if (r == NULL)
        return;
    switch (s->what) {
    case SEEN_RECORD:
        start(r);
        break;
    case SEEN_PROMPT:
        take_prompt(r, s);
        break;
    case SEEN_RESPONSE:
        take_response(r, s);
        break;
    case SEEN_JUDGEMENT:
        take_judgement(r, s);
        break;
    }
}

void import_preview_refuse(struct import_preview *p, long line)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->record[i].line == line)
            start(&p->record[i]);
}

void import_preview_text(const struct import_preview *p, struct buf *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct import_preview_record *r = &p->record[i];
        buf_addf(out, "  line %ld%s\n", r->line, r->text.len > 0 ? "" : ": refused");
        buf_add(out, r->text.ptr, r->text.len);
    }
}

static void list_json(const char *key, const struct import_preview_list *l, struct json_writer *w)
{
    struct buf closed = BUF_INIT;
    buf_add(&closed, l->json.ptr, l->json.len);
    buf_addc(&closed, ']');
    jw_key(w, key);
    jw_raw(w, closed.ptr, closed.len);
    buf_free(&closed);
}

void import_preview_json(const struct import_preview *p, struct json_writer *w)
{
    jw_key(w, "preview");
    jw_array(w);
    for (size_t i = 0; i < p->n; i++) {
        const struct import_preview_record *r = &p->record[i];
        jw_object(w);
        jw_kint(w, "line", r->line);
        list_json("prompt", &r->prompt, w);
        list_json("responses", &r->responses, w);
        list_json("judgements", &r->judgements, w);
        jw_object_end(w);
    }
    jw_array_end(w);
}

void import_preview_reset(struct import_preview *p)
{
    for (size_t i = 0; i < p->n; i++) {
        buf_free(&p->record[i].text);
        buf_free(&p->record[i].prompt.json);
        buf_free(&p->record[i].responses.json);
        buf_free(&p->record[i].judgements.json);
    }
    p->n = 0;
}
