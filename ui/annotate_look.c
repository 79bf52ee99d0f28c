/* How the texts are shown: raw or as markdown means them, with what only one answer says marked or not. */
#include "ui/annotate.h"

void annotate_look(struct annotate *a)
{
    const struct task *t = annotate_state(a)->task;
    if (t->comparison == 0)
        return;
    if (a->tastes->diff)
        word_diff_make(&a->words, t->text[a->answer[0]], t->len[a->answer[0]], t->text[a->answer[1]],
                       t->len[a->answer[1]]);
    static const char signs[] = {'-', '+'};
    struct text_changes line[SIDE_B + 1];
    for (int side = SIDE_A; side <= SIDE_B; side++) {
        struct text_changes c = {0, &a->words.only[side], signs[side]};
        textview_look(&a->text[side], a->tastes->markdown, &c, a->tastes->diff);
        line[side] = c;
        line[side].part = annotate_linear_part(a, (enum pane)side, 0);
    }
    textview_look(&a->text[PANE_PROMPT], a->tastes->markdown, NULL, 0);
    if (a->tastes->linear)
        textview_look(&a->line, a->tastes->markdown, line, a->tastes->diff ? SIDE_B + 1 : 0);
}

void annotate_follow(struct annotate *a)
{
    const struct tastes *now = a->tastes, *was = &a->followed;
    bool texts = now->linear != was->linear || now->markdown != was->markdown || now->diff != was->diff;
    a->maximised = a->maximised && now->arrange == was->arrange;
    if (texts && now->linear)
        annotate_linear_texts(a);
    else if (texts)
        annotate_linear_release(a); /* it would show texts of an item that is gone */
    a->followed = *now;
    if (texts)
        annotate_look(a);
    if (texts && annotate_state(a)->task->comparison != 0)
        annotate_show_passages(a);
}

void annotate_toggle_diff(struct annotate *a, struct screen *s)
{
    a->tastes->diff = !a->tastes->diff;
    annotate_follow(a);
    if (!a->tastes->diff)
        screen_say(s, "The answers as they are.");
    else if (a->words.only[0].at.n + a->words.only[1].at.n == 0)
        screen_say(s, "Both answers have the same words in the same order.");
    else
        screen_say(s, "[-only %s says this-]  {+only %s says this+}", annotate_pane_name(a, PANE_A),
                   annotate_pane_name(a, PANE_B));
}

void annotate_toggle_markdown(struct annotate *a, struct screen *s)
{
    a->tastes->markdown = !a->tastes->markdown;
    annotate_follow(a);
    bool wild = false;
    for (int p = 0; p < PANE_COUNT; p++)
        wild = wild || a->text[p].wild;
    if (wild)
        screen_say(s, "What is too wild to be rendered is shown raw.");
    else
        screen_say(s, a->tastes->markdown ? "Markdown as it is meant to be read." : "The texts as they are written.");
}
