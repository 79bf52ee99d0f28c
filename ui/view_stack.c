#include "ui/view_stack.h"

void view_stack_push(struct view_stack *s, struct view v)
{
    vec_push(&s->views, v);
}

void view_stack_pop(struct view_stack *s)
{
    if (s->views.n == 0)
        BUG("there is no view to close");
    struct view v = s->views.v[--s->views.n];
    v.ops->close(v.self);
}

const struct view *view_stack_top(const struct view_stack *s)
{
    return view_stack_below(s, 0);
}

const struct view *view_stack_below(const struct view_stack *s, size_t depth)
{
    return depth < s->views.n ? &s->views.v[s->views.n - 1 - depth] : NULL;
}

void view_stack_release(struct view_stack *s)
{
    while (s->views.n > 0)
        view_stack_pop(s);
    vec_free(&s->views);
}
