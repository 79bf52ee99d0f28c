#include "ui/rendering.h"

#include <stdint.h>

void rendering_start(struct rendering *r)
{
    rendering_free(r);
    r->there = true;
    r->text = BUF_INIT;
}

void rendering_free(struct rendering *r)
{
    if (r->there)
        buf_free(&r->text);
    vec_free(&r->runs);
    *r = (struct rendering){0};
}

void rendering_copy(struct rendering *r, const char *bytes, size_t n, size_t raw, enum style style)
{
    if (n == 0)
        return;
    struct stretch *last = r->runs.n > 0 ? &r->runs.v[r->runs.n - 1] : NULL;
    if (last != NULL && last->copied && last->style == style && last->raw_end == raw)
        last->raw_end = raw + n;
    else
        vec_push(&r->runs, ((struct stretch){r->text.len, raw, raw + n, true, style}));
    buf_add(&r->text, bytes, n);
}

void rendering_make(struct rendering *r, const char *bytes, size_t n, size_t raw, size_t raw_end, enum style style)
{
    struct stretch *last = r->runs.n > 0 ? &r->runs.v[r->runs.n - 1] : NULL;
    bool same = last != NULL && !last->copied && last->style == style && last->raw == raw && last->raw_end == raw;
    if (n > 0 && !(same && raw_end == raw))
        vec_push(&r->runs, ((struct stretch){r->text.len, raw, raw_end, false, style}));
    buf_add(&r->text, bytes, n);
}

void rendering_append(struct rendering *r, const struct rendering *other)
{
    for (size_t i = 0; i < other->runs.n; i++) {
        struct stretch run = other->runs.v[i];
        run.shown += r->text.len;
        vec_push(&r->runs, run);
    }
    buf_add(&r->text, other->text.ptr, other->text.len);
}

size_t rendering_run(const struct rendering *r, size_t shown)
{
    size_t lo = 0, hi = r->runs.n;
    while (lo + 1 < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->runs.v[mid].shown <= shown)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

size_t rendering_raw(const struct rendering *r, size_t shown)
{
    if (r->runs.n == 0)
        return 0;
    const struct stretch *run = &r->runs.v[rendering_run(r, shown)];
    if (!run->copied)
        return run->raw;
    size_t raw = run->raw + (shown - run->shown);
    return raw < run->raw_end ? raw : run->raw_end;
}

size_t rendering_shown(const struct rendering *r, size_t raw)
{
    size_t lo = 0, hi = r->runs.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct stretch *run = &r->runs.v[mid];
        if (run->raw_end > raw || run->raw >= raw)
            hi = mid;
        else
            lo = mid + 1;
    }
    if (lo == r->runs.n)
        return r->text.len;
    const struct stretch *run = &r->runs.v[lo];
    return run->copied && run->raw < raw ? run->shown + (raw - run->raw) : run->shown;
}

/* ---- signs ---- */

struct marking {
    const struct word_ranges *ranges;
    size_t next; /* the range that is open, or comes next */
    bool open;
    size_t at; /* the raw place that is written */
    const char *opens, *closes;
    enum style style;
    struct rendering *out;
};

/* Signs that stand at or before this raw place; none around what is not shown. */
static void sign_up_to(struct marking *m, size_t raw)
{
    while (m->next < m->ranges->at.n) {
        const struct word_range *range = &m->ranges->at.v[m->next];
        size_t at = m->open ? range->to : range->from;
        if (at > raw)
            return;
        if (!m->open && range->to <= raw) {
            m->next++;
            continue;
        }
        m->at = at > m->at ? at : m->at;
        rendering_make(m->out, m->open ? m->closes : m->opens, 2, m->at, m->at, m->style);
        m->next += m->open;
        m->open = !m->open;
    }
}

/* The next raw place that a sign stands at. */
static size_t next_sign(const struct marking *m)
{
    if (m->next >= m->ranges->at.n)
        return SIZE_MAX;
    return m->open ? m->ranges->at.v[m->next].to : m->ranges->at.v[m->next].from;
}

static void mark_copied(struct marking *m, const struct stretch *run, const char *bytes)
{
    for (size_t raw = run->raw; raw < run->raw_end;) {
        sign_up_to(m, raw);
        size_t end = next_sign(m) < run->raw_end ? next_sign(m) : run->raw_end;
        rendering_copy(m->out, bytes + (raw - run->raw), end - raw, raw, m->open ? m->style : run->style);
        raw = m->at = end;
    }
}

/* A line break, and what hangs before it, ends what is marked: signs stand beside the words. */
static void mark_made(struct marking *m, const struct stretch *run, const char *bytes, size_t n)
{
    bool stands = run->raw_end > run->raw;
    if (stands || (m->open && next_sign(m) <= run->raw))
        sign_up_to(m, run->raw);
    rendering_make(m->out, bytes, n, run->raw, run->raw_end, stands && m->open ? m->style : run->style);
    m->at = run->raw;
}

void rendering_mark(const struct rendering *r, const char *raw, size_t n, const struct word_ranges *ranges, char sign,
                    enum style style, struct rendering *out)
{
    struct marking m = {.ranges = ranges,
                        .opens = sign == '+' ? "{+" : "[-",
                        .closes = sign == '+' ? "+}" : "-]",
                        .style = style,
                        .out = out};
    rendering_start(out);
    if (!r->there && n > 0)
        mark_copied(&m, &(struct stretch){0, 0, n, true, STYLE_TEXT}, raw);
    for (size_t i = 0; i < r->runs.n; i++) {
        const struct stretch *run = &r->runs.v[i];
        size_t end = i + 1 < r->runs.n ? r->runs.v[i + 1].shown : r->text.len;
        if (run->copied)
            mark_copied(&m, run, r->text.ptr + run->shown);
        else
            mark_made(&m, run, r->text.ptr + run->shown, end - run->shown);
    }
    sign_up_to(&m, SIZE_MAX - 1);
}
