/* The cases of a review: which there are, which is on the screen, what was said of it. */
#include "core/words.h"
#include "ui/review.h"

#include <stdio.h>
#include <string.h>

static int rank(const struct judgement *j)
{
    return j->by_person ? 0 : j->by_reviewer ? 2 : 1;
}

static bool has_column(const struct judgement *j)
{
    return j->comparison != 0 && j->kind != KIND_WITHDRAWN;
}

const struct judgement *review_judge(const struct reviewing *r, size_t i)
{
    for (int wanted = 0; wanted <= 2; wanted++)
        for (size_t k = 0; k < r->reading.c.n; k++) {
            const struct judgement *j = &r->reading.c.judgements[k];
            if (has_column(j) && rank(j) == wanted && i-- == 0)
                return j;
        }
    return NULL;
}

size_t review_judges(const struct reviewing *r)
{
    size_t n = 0;
    while (review_judge(r, n) != NULL)
        n++;
    return n;
}

static int count_words(const char *text, size_t len)
{
    struct words w = {0};
    int n = 0;
    words_init(&w, text, len);
    while (words_next(&w))
        n++;
    words_free(&w);
    return n;
}

int review_words(const struct reviewing *r)
{
    const struct comparison *c = &r->reading.c;
    int n = count_words(c->text[0].ptr, c->text[0].len) + count_words(c->text[1].ptr, c->text[1].len);
    for (size_t i = 0; i < c->n_turns; i++)
        n += count_words(c->turns[i].content.ptr, c->turns[i].content.len);
    return n;
}

void review_show_case(struct reviewing *r, struct screen *s, bool again)
{
    struct err err;
    int64_t row = r->at < r->cases.n ? r->cases.v[r->at].comparison : 0;
    const struct begun *begun = begun_of(&r->begun, row);
    bool same = row == r->reading.row;
    if (!reading_set(&r->reading, r->workbench->db, row, 1, s->grid.ascii, again, &err))
        screen_refuse(s, "%s", err.text);
    if (same)
        return;
    r->judge = 0;
    r->reads = false;
    r->mode = REVIEW_LOOK;
    r->preference = begun != NULL ? begun->preference : PREFERENCE_UNSET;
    editor_set(&r->because, begun != NULL ? begun->because.ptr : "", begun != NULL ? begun->because.len : 0);
}

void review_remember(struct reviewing *r)
{
    if (r->at < r->cases.n)
        begun_keep(&r->begun, &r->cases.v[r->at], r->preference, &r->because.text);
}

void review_look(struct reviewing *r)
{
    worker_drop(r->looking);
    r->looking =
        waiting_start(r->workbench->path, BACKLOG_DISAGREEMENT, &r->filter, r->workbench->host, &r->workbench->wake);
}

size_t review_place_of(const struct reviewing *r, int64_t comparison)
{
    size_t i = 0;
    while (i < r->cases.n && r->cases.v[i].comparison != comparison)
        i++;
    return i;
}

/* It stands in the list, in front when it was not found there. */
static void put_in(struct reviewing *r, const struct waiting_item *item)
{
    if (review_place_of(r, item->comparison) < r->cases.n)
        return;
    vec_push(&r->cases, *item);
    for (size_t i = r->cases.n - 1; i > 0; i--)
        r->cases.v[i] = r->cases.v[i - 1];
    r->cases.v[0] = *item;
}

void review_take_over(struct reviewing *r, const struct waiting *found)
{
    struct waiting_item here = {0};
    if (r->at < r->cases.n)
        here = r->cases.v[r->at];
    int64_t wanted = r->wanted != 0 && r->mode == REVIEW_LOOK ? r->wanted : here.comparison;
    review_remember(r);
    vec_clear(&r->cases);
    for (size_t i = 0; i < found->items.n; i++)
        vec_push(&r->cases, found->items.v[i]);
    for (size_t i = r->begun.of.n; i > 0; i--)
        put_in(r, &r->begun.of.v[i - 1].item);
    if (r->mode != REVIEW_LOOK && here.comparison != 0)
        put_in(r, &here);
    size_t at = review_place_of(r, wanted);
    r->at = at < r->cases.n ? at : 0;
    r->wanted = 0;
}
