#include "ui/begun.h"

#include "store/draft.h"

void begun_free(struct begun_list *l)
{
    for (size_t i = 0; i < l->of.n; i++)
        buf_free(&l->of.v[i].because);
    vec_free(&l->of);
}

static size_t find(const struct begun_list *l, int64_t comparison)
{
    size_t i = 0;
    while (i < l->of.n && l->of.v[i].item.comparison != comparison)
        i++;
    return i;
}

const struct begun *begun_of(const struct begun_list *l, int64_t comparison)
{
    size_t i = find(l, comparison);
    return i < l->of.n ? &l->of.v[i] : NULL;
}

static void forget(struct begun_list *l, size_t at)
{
    buf_free(&l->of.v[at].because);
    for (size_t i = at + 1; i < l->of.n; i++)
        l->of.v[i - 1] = l->of.v[i];
    l->of.n--;
}

void begun_keep(struct begun_list *l, const struct waiting_item *item, int preference, const struct buf *because)
{
    size_t at = find(l, item->comparison);
    if (at < l->of.n && preference == PREFERENCE_UNSET && because->len == 0)
        forget(l, at);
    if (preference == PREFERENCE_UNSET && because->len == 0)
        return;
    if (at == l->of.n)
        vec_push(&l->of, (struct begun){.because = BUF_INIT});
    struct begun *b = &l->of.v[at];
    b->item = *item;
    b->preference = preference;
    buf_reset(&b->because);
    buf_add(&b->because, because->ptr, because->len);
}
