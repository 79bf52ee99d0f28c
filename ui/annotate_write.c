/* Writing the justification, and answering why something is skipped or flagged. */
#include "ui/annotate.h"

void annotate_write_begin(struct annotate *a)
{
    const struct draft *d = &annotate_state(a)->task->draft;
    editor_set(&a->editor, d->because.ptr, d->because.len);
    a->mode = MODE_WRITE;
    a->give_up = false;
}

static bool is_kept(const struct annotate *a)
{
    const struct buf *kept = &annotate_state(a)->task->draft.because, *now = &a->editor.text;
    return kept->len == now->len && memcmp(kept->ptr, now->ptr, now->len) == 0;
}

bool annotate_write_keep(struct annotate *a, struct screen *s)
{
    const struct buf *now = &a->editor.text;
    if (is_kept(a))
        return true;
    bool ok = annotate_perform(
        a, s,
        (struct action){.kind = ACT_TEXT,
                        .cursor = draft_because(&annotate_state(a)->task->draft, annotate_state(a)->rubric),
                        .text = now->ptr,
                        .len = now->len,
                        .pasted = a->pasted});
    if (ok)
        a->pasted = 0;
    return ok;
}

/* Words that cannot be saved are not thrown away by the key that usually loses nothing: only its second press does. */
static void end_writing(struct annotate *a, struct screen *s)
{
    bool asked = a->give_up;
    if (annotate_write_keep(a, s) || asked) {
        a->mode = MODE_RATE;
        return;
    }
    a->give_up = true;
    char why[sizeof s->message];
    memcpy(why, s->message, sizeof why);
    screen_refuse(s, "Not saved. Again gives up the last words (%.150s).", why);
}

void annotate_write_request(struct annotate *a, struct screen *s, enum request r)
{
    if (r == REQ_DONE) {
        end_writing(a, s);
        return;
    }
    a->give_up = false;
    if (r == REQ_EXTERNAL)
        annotate_write_outside(a, s);
    else if (!editor_request(&a->editor, r, annotate_because_cols(s->grid.cols)))
        s->beep = true;
    else
        annotate_write_keep(a, s);
}

static void keep_all(struct annotate *a, struct screen *s, bool all)
{
    a->give_up = false;
    annotate_write_keep(a, s);
    if (!all)
        screen_refuse(s, "The justification is full: %d characters are the most it holds.", JUSTIFICATION_MAX_BYTES);
}

bool annotate_write_text(struct annotate *a, struct screen *s, const char *text, size_t n, bool pasted)
{
    size_t before = a->editor.text.len;
    bool all = pasted ? editor_insert(&a->editor, text, n) : editor_type(&a->editor, text, n);
    if (pasted)
        a->pasted += (int)(a->editor.text.len - before);
    keep_all(a, s, all);
    return true;
}

void annotate_write_outside(struct annotate *a, struct screen *s)
{
    const struct annotate_state *st = annotate_state(a);
    const struct buf *text = a->mode == MODE_WRITE ? &a->editor.text : &st->task->draft.because;
    if (st->no_editor)
        screen_refuse(s, "The owner of this workspace has switched other editors off.");
    else
        screen_edit(s, text->ptr, text->len);
}

void annotate_edited(void *view, struct screen *s, const char *text, size_t n)
{
    struct annotate *a = view;
    bool was_writing = a->mode == MODE_WRITE;
    if (!was_writing)
        annotate_write_begin(a);
    keep_all(a, s, editor_replace(&a->editor, text, n));
    if (!was_writing && is_kept(a))
        a->mode = MODE_RATE;
}

const struct reason *annotate_reasons(const struct annotate *a, size_t *n)
{
    const struct rubric *r = annotate_state(a)->rubric;
    *n = a->mode == MODE_SKIP ? r->n_skip_reasons : r->n_flag_reasons;
    return a->mode == MODE_SKIP ? r->skip_reasons : r->flag_reasons;
}

void annotate_reason_begin(struct annotate *a, struct screen *s, enum annotate_mode mode)
{
    size_t n;
    a->mode = mode;
    annotate_reasons(a, &n);
    if (n > 0)
        return;
    a->mode = MODE_RATE;
    screen_refuse(s, "This rubric has no reasons to %s.", mode == MODE_SKIP ? "skip" : "flag");
}

void annotate_reason_request(struct annotate *a, struct screen *s, enum request r)
{
    if (r == REQ_DONE)
        a->mode = MODE_RATE;
    else
        s->beep = true;
}

bool annotate_reason_text(struct annotate *a, struct screen *s, const char *text, size_t n)
{
    size_t count;
    const struct reason *reasons = annotate_reasons(a, &count);
    for (size_t i = 0; i < count; i++) {
        if (n != 1 || reasons[i].letter != text[0])
            continue;
        enum action_kind kind = a->mode == MODE_SKIP ? ACT_SKIP : ACT_FLAG;
        a->mode = MODE_RATE;
        annotate_perform(a, s, (struct action){.kind = kind, .text = reasons[i].key, .len = strlen(reasons[i].key)});
        return true;
    }
    char back[KEY_NAME_SIZE];
    screen_refuse(s, "No reason has that letter; %s goes back.", keys_say(s->keys, KEYMAP_REASON, REQ_DONE, back));
    return true;
}
