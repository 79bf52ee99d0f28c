/* Searching prompt and answers, and going through the turns of a prompt. */
#include "core/base/utf8.h"
#include "ui/annotate.h"
#include "ui/find.h"

enum { MOST_HITS = 100000 };

/* Panes in the order in which they are read. */
static const enum pane order[PANE_COUNT] = {PANE_PROMPT, PANE_A, PANE_B};

static size_t behind_hit(const char *text, size_t n, size_t at, const char *what)
{
    uint32_t c;
    for (size_t i = 0, len = strlen(what); i < len && at < n;) {
        int sought = utf8_decode(what + i, len - i, &c), there = utf8_decode(text + at, n - at, &c);
        i += sought > 0 ? (size_t)sought : 1;
        at += there > 0 ? (size_t)there : 1;
    }
    return at;
}

static void find_in_part(struct annotate *a, enum pane pane, size_t part, const char *what)
{
    const struct text_part *p = &a->text[pane].parts.v[part];
    for (size_t at = 0; a->hits.n < MOST_HITS && (at = find_text(p->text, p->len, at, what)) < p->len;) {
        size_t to = behind_hit(p->text, p->len, at, what);
        vec_push(&a->hits, ((struct annotate_hit){pane, part, at, to}));
        at = to;
    }
}

static void find_all(struct annotate *a, const char *what)
{
    char *copy = mem_dup(what);
    annotate_search_end(a);
    a->sought = copy;
    bool hidden = annotate_ranks(a) && a->layout.arrange == ARRANGE_SINGLE; /* the second text */
    for (int i = 0; i < PANE_COUNT - hidden; i++)
        for (size_t part = 0; part < a->text[order[i]].parts.n; part++)
            find_in_part(a, order[i], part, what);
}

static void mark_hits(struct annotate *a)
{
    VEC(struct text_mark) marks = {0};
    for (int pane = 0; pane < PANE_COUNT; pane++) {
        vec_clear(&marks);
        for (size_t i = 0; i < a->hits.n; i++) {
            const struct annotate_hit *h = &a->hits.v[i];
            enum style style = i == a->hit ? STYLE_HIT_NOW : STYLE_HIT;
            if ((int)h->pane == pane)
                vec_push(&marks, ((struct text_mark){h->part, h->from, h->to, style, 0}));
        }
        textview_set_marks(&a->text[pane], LAYER_HITS, marks.v, marks.n);
    }
    vec_free(&marks);
}

void annotate_search_end(struct annotate *a)
{
    mem_free(a->sought);
    a->sought = NULL;
    vec_clear(&a->hits);
    a->hit = 0;
    mark_hits(a);
}

/* The first hit that is to be seen from here on: in the focused text and those behind it. */
static size_t first_from_here(const struct annotate *a)
{
    size_t part = 0, at = 0;
    bool reached = false;
    const struct textview *v = &a->text[a->focus];
    if (textview_rows(v) > 0)
        textview_place(v, textview_top(v), &part, &at);
    for (size_t i = 0; i < a->hits.n; i++) {
        const struct annotate_hit *h = &a->hits.v[i];
        bool behind = h->pane == a->focus && (h->part > part || (h->part == part && h->to > at));
        reached =
            reached || (a->focus == PANE_PROMPT ? h->pane != PANE_PROMPT : h->pane == PANE_B && a->focus == PANE_A);
        if (behind || reached)
            return i;
    }
    return 0;
}

bool annotate_find(void *view, struct screen *s, const char *what, int direction)
{
    struct annotate *a = view;
    bool again = a->sought != NULL && strcmp(a->sought, what) == 0;
    if (annotate_state(a)->task->comparison == 0)
        return false;
    if (!again)
        find_all(a, what);
    size_t n = a->hits.n;
    if (n == 0)
        return false;
    if (again)
        a->hit = direction > 0 ? (a->hit + 1) % n : (a->hit + n - 1) % n;
    else
        a->hit = first_from_here(a);
    mark_hits(a);
    const struct annotate_hit *h = &a->hits.v[a->hit];
    a->focus = h->pane;
    if (a->tastes->linear)
        textview_reveal(&a->line, annotate_linear_part(a, h->pane, h->part), h->from);
    annotate_arrange(a, &s->grid);
    textview_reveal(&a->text[h->pane], h->part, h->from);
    screen_say(s, "%zu of %zu%s, in %s", a->hit + 1, n, n == MOST_HITS ? " or more" : "",
               annotate_pane_name(a, h->pane));
    return true;
}

/* ---- turns ---- */

void annotate_turns(const struct annotate *a, size_t *first, size_t *last)
{
    const struct textview *v = &a->text[PANE_PROMPT];
    size_t at;
    *first = *last = 0;
    if (textview_rows(v) == 0)
        return;
    textview_place(v, textview_top(v), first, &at);
    textview_place(v, textview_bottom(v) > 0 ? textview_bottom(v) - 1 : 0, last, &at);
}

void annotate_go_turn(struct annotate *a, struct screen *s, int by)
{
    struct textview *v = &a->text[PANE_PROMPT];
    size_t part = 0, at = 0, n = v->parts.n;
    int top = textview_top(v);
    if (n < 2) {
        screen_refuse(s, "This prompt has one turn.");
        return;
    }
    textview_place(v, top, &part, &at);
    /* Back first goes to where this turn begins. */
    size_t to = by > 0 ? part + 1 : at > 0 ? part : part - 1;
    if ((by < 0 && part == 0 && at == 0) || to >= n || (by > 0 && textview_bottom(v) == textview_rows(v))) {
        screen_say(s, by < 0 ? "This is the first turn." : "This is the last turn.");
        return;
    }
    textview_go(v, to, 0);
}
