#include "ui/said.h"

#include "store/mention.h"
#include "ui/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void said_strength(int preference, int a_is, bool ascii, struct buf *out)
{
    int shown = a_is == 2 ? -preference : preference;
    buf_adds(out, shown < 0 ? "A " : shown > 0 ? "B " : "=");
    for (int i = abs(shown); i > 0; i--)
        buf_adds(out, mark_text(shown < 0 ? MARK_LESS : MARK_MORE, ascii));
}

void said_preference(const struct judgement *j, int a_is, bool ascii, struct buf *out)
{
    if (j->kind != KIND_JUDGED)
        buf_adds(out, judgement_kind_name(j->kind));
    else if (j->neither)
        buf_adds(out, "neither");
    else if (j->has_preference)
        said_strength(j->preference, a_is, ascii, out);
    else
        buf_adds(out, mark_text(MARK_DOT, ascii));
}

int said_rating(const struct judgement *j, int a_is, int side, const char *attribute)
{
    int which = a_is == 2 ? 1 - side : side;
    for (size_t i = 0; i < j->n_ratings; i++)
        if (j->ratings[i].which == which && strcmp(j->ratings[i].attribute, attribute) == 0)
            return j->ratings[i].value;
    return -1;
}

void said_aspect(const struct aspect *x, int a_is, bool ascii, struct buf *out)
{
    if (x->leans)
        said_strength(x->value, a_is, ascii, out);
    else
        buf_addf(out, "%d", x->value);
}

void said_because(const struct judgement *j, int a_is, struct buf *out)
{
    if (j->kind == KIND_SKIPPED || j->kind == KIND_FLAGGED) {
        buf_adds(out, j->reason);
    } else if (j->a_is == a_is) {
        buf_add(out, j->justification.ptr, j->justification.len);
    } else {
        struct buf turned = BUF_INIT;
        mention_swap(j->justification, &turned);
        buf_add(out, turned.ptr, turned.len);
        buf_free(&turned);
    }
}

static void add_value(struct buf *out, int value)
{
    if (value < 0)
        buf_addc(out, '.');
    else
        buf_addf(out, "%d", value);
}

/* "helpfulness 4 1" of each attribute, once. */
static void add_ratings(const struct judgement *j, int a_is, bool ascii, struct buf *out)
{
    for (size_t i = 0; i < j->n_ratings; i++) {
        const char *name = j->ratings[i].attribute;
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before = before || strcmp(j->ratings[k].attribute, name) == 0;
        if (before)
            continue;
        buf_addf(out, ", %s ", name);
        add_value(out, said_rating(j, a_is, 0, name));
        buf_addc(out, ' ');
        add_value(out, said_rating(j, a_is, 1, name));
    }
    for (size_t i = 0; i < j->n_aspects; i++) {
        buf_addf(out, ", %s ", j->aspects[i].attribute);
        said_aspect(&j->aspects[i], a_is, ascii, out);
    }
    for (unsigned which = 1; which <= 2; which++)
        if ((j->failed & which) != 0)
            buf_addf(out, ", %c fails", "AB"[(which == 2) != (a_is == 2)]);
}

void said_all(const struct judgement *j, int a_is, bool ascii, struct buf *out)
{
    said_preference(j, a_is, ascii, out);
    add_ratings(j, a_is, ascii, out);
    if (!isnan(j->seconds))
        buf_addf(out, ", %.0f s", j->seconds);
    size_t before = out->len;
    buf_adds(out, ": ");
    said_because(j, a_is, out);
    if (out->len == before + 2)
        buf_truncate(out, before);
}
