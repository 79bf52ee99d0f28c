#include "app/deeds.h"

#include "app/rights.h"
#include "app/session.h"

#include "store/content.h"
#include "store/ranking.h"

#include <stdio.h>

bool deeds_open(struct deed_context *c, struct session *s, const char *person, struct err *err)
{
    *c = (struct deed_context){.db = s->db, .person = person, .annotator = s->annotator, .session = s};
    return task_last_step(c->db, c->annotator, &c->began, err);
}

static void forget(struct done *d)
{
    mem_free(d->to);
    vec_free(&d->comparisons);
    vec_free(&d->handed);
    *d = (struct done){0};
}

void deeds_forget_last(struct deed_context *c)
{
    forget(&c->done.v[--c->done.n]);
}

void deeds_close(struct deed_context *c)
{
    for (size_t i = 0; i < c->done.n; i++)
        forget(&c->done.v[i]);
    vec_free(&c->done);
    forget(&c->doing);
}

static bool retire(struct deed_context *c, const struct deed *deed, bool retired, struct reaction *out, struct err *err)
{
    int64_t whole[RANKING_PAIRS_MOST];
    size_t n = 1;
    if (!content_retire(c->db, deed->row, retired, c->person, deed->text, err) ||
        !ranking_whole(c->db, deed->row, whole, &n, err))
        return false;
    const char *all = n > 1 ? " with its whole ranking" : "";
    snprintf(out->message, sizeof out->message,
             retired ? "retired%s: given to nobody, left out of everything" : "restored%s", all);
    return true;
}

bool deed_retire(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    return retire(c, deed, true, out, err);
}

bool deed_restore(struct deed_context *c, const struct deed *deed, struct reaction *out, struct err *err)
{
    return retire(c, deed, false, out, err);
}

enum role deed_role(enum deed_kind kind)
{
    return kind == DEED_ASSIGN ? ROLE_OWNER : kind == DEED_TAKE_BACK ? ROLE_ANNOTATOR : ROLE_REVIEWER;
}

bool deed_answer(bool ok, struct reaction *out, const char *done, struct err *reason, struct err *err)
{
    if (!ok && reason->kind != ERR_RANGE && reason->kind != ERR_CONFLICT && reason->kind != ERR_MISSING) {
        *err = *reason;
        return false;
    }
    snprintf(out->message, sizeof out->message, "%.190s", ok ? done : reason->text);
    out->refused = !ok;
    return true;
}

/* It can be taken back. */
static void remember(struct deed_context *c, const struct deed *deed, int64_t step)
{
    c->doing.kind = deed->kind;
    c->doing.row = deed->row;
    c->doing.step = step;
    vec_push(&c->done, c->doing);
    c->doing = (struct done){0};
}

bool deeds_perform(void *context, const struct deed *deed, struct reaction *out, struct err *err)
{
    static bool (*const functions[])(struct deed_context *, const struct deed *, struct reaction *, struct err *) = {
#define X(id, name) [DEED_##id] = deed_##name,
        DEEDS(X)
#undef X
    };
    struct deed_context *c = context;
    int64_t step = 0;
    forget(&c->doing);
    if (!rights_check(c->db, deed_role(deed->kind), err) || !task_last_step(c->db, c->annotator, &step, err) ||
        !functions[deed->kind](c, deed, out, err))
        return false;
    if (!out->refused && deed->kind != DEED_TAKE_BACK)
        remember(c, deed, step);
    return true;
}
