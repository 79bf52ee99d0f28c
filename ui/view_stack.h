/* Which views are open; the top one is seen. */
#ifndef ASSAY_UI_VIEW_STACK_H
#define ASSAY_UI_VIEW_STACK_H

#include "core/base/vec.h"
#include "ui/view.h"

/* Zero-initialised is empty. */
struct view_stack {
    VEC(struct view) views;
};

void view_stack_push(struct view_stack *s, struct view v);
/* Close the top view; the stack must not be empty. */
void view_stack_pop(struct view_stack *s);
/* NULL when empty. */
const struct view *view_stack_top(const struct view_stack *s);
/* The one that is `depth` below the top; NULL when there are not so many. */
const struct view *view_stack_below(const struct view_stack *s, size_t depth);
/* Close all. */
void view_stack_release(struct view_stack *s);

#endif
