/* Several answers put in order: requests to actions. */
#include "store/places.h"
#include "ui/annotate.h"

static int index_of(const int order[ANSWERS_MOST], int n, int answer)
{
    for (int i = 0; i < n; i++)
        if (order[i] == answer)
            return i;
    return 0;
}

/* The answer under the cursor; below the list, the one that was read last. */
static int answer_here(const struct annotate *a)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    int last = a->answer[PANE_A] < d->n ? a->answer[PANE_A] : 0;
    return d->cell < draft_because(d, st->rubric) ? places_at(st->rubric, d->cell).answer : last;
}

void rank_choose(const struct annotate *a, int answer[2])
{
    const struct draft *d = &annotate_state(a)->task->draft;
    int order[ANSWERS_MOST], here = answer_here(a);
    places_order(d, order);
    int at = index_of(order, d->n, here);
    answer[0] = here;
    answer[1] = order[at > 0 ? at - 1 : 1];
}

bool rank_is_above(const struct annotate *a)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    int order[ANSWERS_MOST];
    places_order(d, order);
    return index_of(order, d->n, a->answer[PANE_B]) < index_of(order, d->n, a->answer[PANE_A]);
}

static void place(struct annotate *a, struct screen *s, int answer, int value, int cursor)
{
    annotate_perform(a, s, (struct action){.kind = ACT_PLACE, .cell = answer, .value = value, .cursor = cursor});
}

/* Where the cursor goes when an answer got its first place: to the next that has none, and nowhere when all have. */
static int after_placing(const struct annotate_state *st, int answer)
{
    struct draft after = st->task->draft; /* read only: the text stays the task's */
    if (after.place[answer] == 0)
        places_put(&after, answer, ANSWERS_MOST);
    int next = draft_next_empty(&after, st->rubric, after.cell);
    return st->task->draft.place[answer] > 0 || next == draft_because(&after, st->rubric) ? after.cell : next;
}

static void put(struct annotate *a, struct screen *s, int value)
{
    const struct annotate_state *st = annotate_state(a);
    struct places_at at = places_at(st->rubric, st->task->draft.cell);
    if (value < 1 || value > st->task->n)
        screen_refuse(s, "Places go from 1, the best, to %d.", st->task->n);
    else
        place(a, s, at.answer, value, after_placing(st, at.answer));
}

static void rate(struct annotate *a, struct screen *s, int value)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct places_at at = places_at(st->rubric, d->cell);
    const struct attribute *attribute = &st->rubric->attributes[at.attribute];
    if (value < attribute->min || value > attribute->max) {
        screen_refuse(s, "%s goes from %d to %d.", attribute->label, attribute->min, attribute->max);
        return;
    }
    struct draft after = *d;
    after.rating[at.answer][at.attribute] = value;
    int next = draft_next_empty(&after, st->rubric, d->cell);
    annotate_perform(a, s, (struct action){.kind = ACT_RATE, .cell = d->cell, .value = value, .cursor = next});
}

static void digit(struct annotate *a, struct screen *s, int value)
{
    const struct annotate_state *st = annotate_state(a);
    char key[KEY_NAME_SIZE];
    if (st->task->draft.cell == draft_because(&st->task->draft, st->rubric))
        screen_refuse(s, "Digits place and rate answers; %s begins to write.",
                      keys_say(s->keys, KEYMAP_RANKING, REQ_WRITE, key));
    else if (places_at(st->rubric, st->task->draft.cell).attribute < 0)
        put(a, s, value);
    else
        rate(a, s, value);
}

static void tie(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    int order[ANSWERS_MOST], here = answer_here(a), count = places_count(d);
    places_order(d, order);
    int at = index_of(order, d->n, here);
    int above = d->place[here] == 0 ? count : at > 0 ? d->place[order[at - 1]] : 0;
    if (above == 0)
        screen_refuse(s, count == 0 ? "No answer has a place yet." : "No answer stands above %c.", 'A' + here);
    else if (above == d->place[here])
        screen_refuse(s, "%c is as good as the one above it already.", 'A' + here);
    else
        place(a, s, here, -above, after_placing(st, here));
}

static void step(struct annotate *a, struct screen *s, int by)
{
    const struct annotate_state *st = annotate_state(a);
    int here = answer_here(a);
    struct draft after = st->task->draft;
    if (after.place[here] == 0 && by < 0)
        place(a, s, here, places_count(&after) + 1, after_placing(st, here));
    else if (after.place[here] == 0)
        screen_refuse(s, "%c has no place yet: a digit gives it one.", 'A' + here);
    else if (!places_step(&after, here, by))
        screen_refuse(s, by < 0 ? "%c is the best already." : "No answer is behind %c.", 'A' + here);
    else
        annotate_perform(a, s,
                         (struct action){.kind = ACT_SHIFT, .cell = here, .value = by, .cursor = st->task->draft.cell});
}

static void clear(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct places_at at = places_at(st->rubric, d->cell);
    bool empty = d->cell == draft_because(d, st->rubric) ? d->because.len == 0
                 : at.attribute < 0                      ? d->place[at.answer] == 0
                                                         : d->rating[at.answer][at.attribute] == RATING_UNSET;
    if (empty)
        screen_refuse(s, "This is empty already.");
    else
        annotate_perform(a, s, (struct action){.kind = ACT_CLEAR, .cell = d->cell, .cursor = d->cell});
}

/* ---- the cursor ---- */

static void move_row(struct annotate *a, struct screen *s, int by)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    int order[ANSWERS_MOST], because = draft_because(d, st->rubric);
    places_order(d, order);
    int row = by + (d->cell == because ? d->n : index_of(order, d->n, places_at(st->rubric, d->cell).answer));
    if (row >= 0 && row <= d->n)
        annotate_move_to(a, s, row == d->n ? because : places_cell(st->rubric, order[row], a->column));
}

static void move_column(struct annotate *a, struct screen *s, int by)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct places_at at = places_at(st->rubric, d->cell);
    if (d->cell == draft_because(d, st->rubric) || at.attribute + by < -1 ||
        at.attribute + by >= (int)st->rubric->n_attributes)
        return;
    a->column = at.attribute + by;
    annotate_move_to(a, s, places_cell(st->rubric, at.answer, a->column));
}

bool rank_request(struct annotate *a, struct screen *s, enum request r)
{
    if (r >= REQ_RATE_0 && r <= REQ_RATE_9)
        return digit(a, s, (int)r - (int)REQ_RATE_0), true;
    switch (r) {
    case REQ_CELL_UP:
        return move_row(a, s, -1), true;
    case REQ_CELL_DOWN:
        return move_row(a, s, 1), true;
    case REQ_CELL_LEFT:
        return move_column(a, s, -1), true;
    case REQ_CELL_RIGHT:
        return move_column(a, s, 1), true;
    case REQ_CLEAR:
        return clear(a, s), true;
    case REQ_PLACE_UP:
        return step(a, s, -1), true;
    case REQ_PLACE_DOWN:
        return step(a, s, 1), true;
    case REQ_PLACE_TIE:
        return tie(a, s), true;
    case REQ_PREFER_A:
    case REQ_PREFER_B:
    case REQ_PREFER_NONE:
    case REQ_PREFER_NEITHER:
        screen_refuse(s, "That is said of two answers; here several are put in order.");
        return true;
    default:
        return false;
    }
}
