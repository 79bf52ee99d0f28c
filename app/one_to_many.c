#include "app/one_to_many.h"

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/split.h"

#include <stdlib.h>

/* What a pair says of one of its answers. */
struct side {
    size_t prompt, row;
    bool wins;
};

static int by_prompt_and_row(const void *a, const void *b)
{
    const struct side *x = a, *y = b;
    if (x->prompt != y->prompt)
        return x->prompt < y->prompt ? -1 : 1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->wins - y->wins;
}

/* Two a pair that has a winner, in the order of prompts and rows. */
static struct side *sides_of(const struct judged *j, size_t *n)
{
    struct side *sides = mem_array(2 * j->n + 1, sizeof *sides);
    size_t *prompt = mem_array(j->n + 1, sizeof *prompt);
    split_groups(j->key, j->n, prompt);
    *n = 0;
    for (size_t i = 0; i < j->n; i++) {
        const struct pair *p = &j->d->pairs.pairs.v[j->which[i]];
        if (j->p[i] == 0.5)
            continue;
        sides[(*n)++] = (struct side){prompt[i], p->chosen, j->p[i] > 0.5};
        sides[(*n)++] = (struct side){prompt[i], p->rejected, j->p[i] < 0.5};
    }
    qsort(sides, *n, sizeof *sides, by_prompt_and_row);
    mem_free(prompt);
    return sides;
}

/* The item of sides [0, n) of one prompt; false: an answer both wins and loses. */
static bool item_of(const struct judged *j, const struct side *s, size_t n, struct arena *a, struct suite_item *out)
{
    double *score = arena_array(a, n, sizeof *score);
    *out = (struct suite_item){.name = "", .subset = "", .section = "", .language = "", .prompt = s->prompt};
    for (int wins = 1; wins >= 0; wins--)
        for (size_t i = 0; i < n; i++) {
            bool again = i > 0 && s[i].row == s[i - 1].row;
            if (again && s[i].wins != s[i - 1].wins)
                return false;
            if (again || s[i].wins != (wins == 1))
                continue;
            score[out->right + out->wrong] = j->rewards[s[i].row];
            *(wins == 1 ? &out->right : &out->wrong) += 1;
        }
    out->score = score;
    return true;
}

bool one_to_many_of(const struct judged *j, struct one_to_many *out, struct err *err)
{
    VEC(struct suite_item) items = {0};
    size_t n, end;
    bool several = false;
    struct side *sides = sides_of(j, &n);
    for (size_t i = 0; i < n; i = end) {
        struct suite_item item;
        for (end = i; end < n && sides[end].prompt == sides[i].prompt;)
            end++;
        if (!item_of(j, sides + i, end - i, &out->report.arena, &item)) {
            out->mixed++;
            continue;
        }
        several = several || item.right + item.wrong > 2;
        vec_push(&items, item);
    }
    if (!several)
        out->absent = out->mixed > 0 ? "of no prompt can right and wrong answers be told apart"
                                     : "no prompt has more than one pair";
    bool ok = !several ||
              suite_score(SUITE_REWARD_MATH, items.v, items.n, j->o.e.resamples, j->o.e.seed, &out->report.result, err);
    vec_free(&items);
    mem_free(sides);
    return ok;
}

void one_to_many_json(const struct one_to_many *x, struct json_writer *w)
{
    const struct suite_result *r = &x->report.result;
    jw_key(w, "one_to_many");
    jw_object(w);
    jw_kint(w, "prompts", (int64_t)r->items);
    jw_kint(w, "mixed", (int64_t)x->mixed);
    suite_figures_json(r, &r->rows.v[0], w);
    jw_object_end(w);
}

void one_to_many_text(const struct one_to_many *x, const struct judged *j, struct buf *out)
{
    (void)j;
    buf_adds(out, "Do all right answers to a prompt stand above all wrong ones?\n");
    suite_report_text(&x->report, out);
    if (x->mixed > 0)
        buf_addf(out, "  (%zu prompt%s left out: an answer both wins and loses)\n", x->mixed, PLURAL(x->mixed));
}

void one_to_many_free(struct one_to_many *x)
{
    suite_report_free(&x->report);
}
