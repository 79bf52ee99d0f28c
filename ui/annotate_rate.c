/* What is said of an item with two answers: cells gone to, rated, emptied; the preference; the submit. Requests become
 * actions here. */
#include "store/places.h"
#include "ui/annotate.h"
#include "ui/view_rubric.h"

void annotate_move_to(struct annotate *a, struct screen *s, int cell)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, cell);
    if (place.attribute >= 0 && !annotate_ranks(a) && !st->rubric->attributes[place.attribute].of_comparison)
        a->side = place.side;
    if (cell != st->task->draft.cell)
        annotate_perform(a, s, (struct action){.kind = ACT_MOVE, .cursor = cell});
}

static void move_row(struct annotate *a, struct screen *s, int by)
{
    const struct annotate_state *st = annotate_state(a);
    int n = (int)st->rubric->n_attributes, cell = st->task->draft.cell;
    struct cell_place place = annotate_place(st->rubric, cell);
    int row = place.attribute >= 0 ? place.attribute : n + (cell - cell_preference(st->rubric));
    row += by;
    if (row < 0 || row > n + 1)
        return;
    bool single = place.attribute >= 0 && !st->rubric->attributes[place.attribute].of_comparison;
    int side = single ? place.side : a->side;
    annotate_move_to(a, s, row < n ? cell_rating(st->rubric, side, row) : cell_preference(st->rubric) + row - n);
}

static void move_side(struct annotate *a, struct screen *s, int side)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (place.attribute >= 0)
        annotate_move_to(a, s, cell_rating(st->rubric, side, place.attribute));
}

/* A digit too many must not change a preference: it has keys of its own. */
static void refuse_digit(struct screen *s, const struct rubric *r, int cell)
{
    char a[KEY_NAME_SIZE], b[KEY_NAME_SIZE];
    if (cell == cell_preference(r))
        screen_refuse(s, "Digits rate attributes; the preference is given with %s and %s.",
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_PREFER_A, a),
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_PREFER_B, b));
    else
        screen_refuse(s, "Digits rate attributes; %s begins to write.",
                      keys_say(s->keys, KEYMAP_ANNOTATE, REQ_WRITE, a));
}

static void rate(struct annotate *a, struct screen *s, int value)
{
    const struct annotate_state *st = annotate_state(a);
    const struct draft *d = &st->task->draft;
    struct cell_place place = annotate_place(st->rubric, d->cell);
    if (place.attribute < 0) {
        refuse_digit(s, st->rubric, d->cell);
        return;
    }
    const struct attribute *attribute = &st->rubric->attributes[place.attribute];
    int first = attribute->leans ? 1 : attribute->min, last = first + attribute->max - attribute->min;
    if (value < first || value > last) {
        screen_refuse(s, "%s goes from %d to %d.", attribute->label, first, last);
        return;
    }
    value += attribute->min - first; /* keys of what leans are numbered from A to B */
    struct draft after = *d;         /* read only: the text stays the task's */
    after.rating[place.side][place.attribute] = value;
    int next = draft_next_empty(&after, st->rubric, d->cell);
    struct action action = {.kind = ACT_RATE, .cell = d->cell, .value = value, .cursor = next};
    if (annotate_perform(a, s, action))
        a->side = annotate_place(annotate_state(a)->rubric, next).attribute >= 0
                      ? annotate_place(annotate_state(a)->rubric, next).side
                      : SIDE_B;
}

/* Where the cursor stands on what leans, the keys of the preference lean it. */
static const struct attribute *leaning_here(const struct annotate *a, int *now)
{
    const struct annotate_state *st = annotate_state(a);
    struct cell_place place = annotate_place(st->rubric, st->task->draft.cell);
    if (place.attribute < 0 || !st->rubric->attributes[place.attribute].leans)
        return NULL;
    *now = st->task->draft.rating[place.side][place.attribute];
    return &st->rubric->attributes[place.attribute];
}

static void lean(struct annotate *a, struct screen *s, const struct attribute *t, int value)
{
    int cell = annotate_state(a)->task->draft.cell;
    if (value < t->min || value > t->max)
        screen_refuse(s, "%s: there is nothing stronger.", t->levels[value < t->min ? 0 : t->max - t->min]);
    else
        annotate_perform(a, s, (struct action){.kind = ACT_RATE, .cell = cell, .value = value, .cursor = cell});
}

static void prefer_value(struct annotate *a, struct screen *s, int value)
{
    int cell = cell_preference(annotate_state(a)->rubric);
    annotate_perform(a, s, (struct action){.kind = ACT_PREFER, .cell = cell, .value = value, .cursor = cell});
}

/* One step towards a side: -1 A, +1 B. */
static void prefer_step(struct annotate *a, struct screen *s, int step)
{
    const struct annotate_state *st = annotate_state(a);
    int now, most = st->rubric->preference_max;
    const struct attribute *t = leaning_here(a, &now);
    if (t != NULL) {
        lean(a, s, t, now == RATING_UNSET ? step : now + step);
        return;
    }
    now = st->task->draft.preference;
    bool given = now >= -PREFERENCE_MAX && now <= PREFERENCE_MAX;
    int next = given ? now + step : step;
    if (next == 0 && !st->rubric->zero_allowed)
        next = step;
    if (next < -most || next > most) {
        screen_refuse(s, "%s: there is nothing stronger.", preference_words(now));
        return;
    }
    prefer_value(a, s, next);
}

static void prefer_none(struct annotate *a, struct screen *s)
{
    int now;
    const struct attribute *t = leaning_here(a, &now);
    if (t != NULL)
        lean(a, s, t, 0);
    else if (annotate_state(a)->rubric->zero_allowed)
        prefer_value(a, s, 0);
    else
        screen_refuse(s, "This rubric wants a decision: lean to A or B, or say that neither is valid.");
}

static void sure(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    if (!st->rubric->asks_confidence) {
        screen_refuse(s, "This rubric does not ask how sure you are.");
        return;
    }
    int next = (st->task->draft.confidence + 1) % (CONFIDENCE_MAX + 1);
    annotate_perform(a, s, (struct action){.kind = ACT_SURE, .value = next, .cursor = st->task->draft.cell});
}

static bool cell_is_empty(const struct annotate_state *st, int cell)
{
    const struct draft *d = &st->task->draft;
    struct cell_place place = annotate_place(st->rubric, cell);
    if (place.attribute >= 0)
        return d->rating[place.side][place.attribute] == RATING_UNSET;
    return cell == cell_preference(st->rubric) ? d->preference == PREFERENCE_UNSET : d->because.len == 0;
}

static void clear(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    int cell = st->task->draft.cell;
    if (cell_is_empty(st, cell))
        screen_refuse(s, "This is empty already.");
    else
        annotate_perform(a, s, (struct action){.kind = ACT_CLEAR, .cell = cell, .cursor = cell});
}

static void submit(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    char why[DRAFT_WHY_SIZE];
    int missing = draft_missing(&st->task->draft, st->rubric, why);
    if (missing >= 0) {
        struct cell_place place = annotate_place(st->rubric, missing);
        annotate_move_to(a, s, missing);
        a->show_missing = true;
        if (!s->error && place.attribute >= 0 && !annotate_ranks(a))
            screen_refuse(s, "Not yet: %s of %c is missing.", st->rubric->attributes[place.attribute].label,
                          "AB"[place.side]);
        else if (!s->error)
            screen_refuse(s, "Not yet: %s.", why);
    } else if (st->task->state == TASK_JUDGED && !st->task->changed) {
        annotate_perform(a, s, (struct action){.kind = ACT_NEWER});
    } else {
        annotate_perform(a, s, (struct action){.kind = ACT_SUBMIT});
    }
}

void annotate_rate_request(struct annotate *a, struct screen *s, enum request r)
{
    if (r >= REQ_RATE_0 && r <= REQ_RATE_9) {
        rate(a, s, (int)r - (int)REQ_RATE_0);
        return;
    }
    switch (r) {
    case REQ_CELL_LEFT:
        move_side(a, s, SIDE_A);
        break;
    case REQ_CELL_RIGHT:
        move_side(a, s, SIDE_B);
        break;
    case REQ_CELL_UP:
        move_row(a, s, -1);
        break;
    case REQ_CELL_DOWN:
        move_row(a, s, 1);
        break;
    case REQ_CLEAR:
        clear(a, s);
        break;
    case REQ_PREFER_A:
        prefer_step(a, s, -1);
        break;
    case REQ_PREFER_B:
        prefer_step(a, s, 1);
        break;
    case REQ_PREFER_NONE:
        prefer_none(a, s);
        break;
    case REQ_PREFER_NEITHER:
        prefer_value(a, s, PREFERENCE_NEITHER);
        break;
    case REQ_SURE:
        sure(a, s);
        break;
    case REQ_SELECT:
        annotate_select_begin(a, s);
        break;
    case REQ_WRITE:
        annotate_move_to(a, s, draft_because(&annotate_state(a)->task->draft, annotate_state(a)->rubric));
        annotate_write_begin(a);
        break;
    case REQ_EXTERNAL:
        annotate_write_outside(a, s);
        break;
    case REQ_SUBMIT:
        submit(a, s);
        break;
    case REQ_SKIP:
        annotate_reason_begin(a, s, MODE_SKIP);
        break;
    case REQ_FLAG:
        annotate_reason_begin(a, s, MODE_FLAG);
        break;
    default:
        screen_refuse(s, "\"%s\" means nothing here.", request_name(r));
    }
}
