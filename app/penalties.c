#include "app/penalties.h"

#include "app/app.h"
#include "core/base/mem.h"
#include "core/split.h"

#include <string.h>

static const char *const figure_keys[] = {
#define X(id, key, text) key,
    PENALTY_FIGURES(X)
#undef X
};
static const char *const figure_texts[] = {
#define X(id, key, text) text,
    PENALTY_FIGURES(X)
#undef X
};

void penalties_init(struct penalties *x, enum penalty_figure figure, const struct select *s, size_t k, size_t folds)
{
    *x = (struct penalties){.figure = figure, .k = k, .n_l2 = s->n_l2, .folds = folds};
    x->l2 = mem_array(x->n_l2, sizeof *x->l2);
    x->score = mem_array(k * x->n_l2, sizeof *x->score);
    x->choice = mem_array(k, sizeof *x->choice);
    x->chosen = mem_array(k, sizeof *x->chosen);
    memcpy(x->l2, s->l2, x->n_l2 * sizeof *x->l2);
}

void penalties_choose(struct penalties *x, const struct select *s, size_t j)
{
    x->choice[j] = choose_among(x->score + j * x->n_l2, x->n_l2);
    x->chosen[j] = choose_by(&x->choice[j], s->rule);
}

void penalties_free(struct penalties *x)
{
    mem_free(x->l2);
    mem_free(x->score);
    mem_free(x->choice);
    mem_free(x->chosen);
    *x = (struct penalties){0};
}

double penalties_of(const struct penalties *x, size_t j, double otherwise)
{
    return x->l2 != NULL ? x->l2[x->chosen[j]] : otherwise;
}

/* ---- folds ---- */

uint64_t *penalties_keys(const struct data *d, const size_t *row, size_t n)
{
    uint64_t *of_row = mem_array(d->e.n, sizeof *of_row), *keys = mem_array(n, sizeof *keys);
    for (size_t i = 0; i < d->ratings.rows.n; i++)
        of_row[d->ratings.rows.v[i].row] = d->rating_keys[i];
    for (size_t i = 0; i < n; i++)
        keys[i] = of_row[row[i]];
    mem_free(of_row);
    return keys;
}

bool penalties_folds(const struct data *d, const size_t *row, size_t n, uint64_t seed, size_t *folds, size_t **fold,
                     struct err *err)
{
    size_t used = 0;
    uint64_t *keys = penalties_keys(d, row, n);
    *fold = mem_array(n, sizeof **fold);
    split_folds(keys, n, *folds, seed, *fold);
    for (size_t i = 0; i < n; i++) /* they are filled from the first on */
        used = (*fold)[i] >= used ? (*fold)[i] + 1 : used;
    *folds = used;
    mem_free(keys);
    return used > 1 ||
           err_set(err, ERR_MISSING, "the ratings to train on are all of one prompt: there is nothing to leave out");
}

/* ---- told ---- */

static void attribute_json(const struct penalties *x, size_t j, struct json_writer *w)
{
    jw_object(w);
    jw_knum(w, "chosen", x->l2[x->chosen[j]]);
    jw_knum(w, "best", x->l2[x->choice[j].best]);
    jw_knum(w, "1se", x->l2[x->choice[j].one_se]);
    jw_key(w, "path");
    jw_array(w);
    for (size_t i = 0; i < x->n_l2; i++) {
        jw_object(w);
        jw_knum(w, "l2", x->l2[i]);
        jw_knum(w, figure_keys[x->figure], x->score[j * x->n_l2 + i].mean);
        jw_knum(w, "se", x->score[j * x->n_l2 + i].se);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

void penalties_json(const struct penalties *x, const struct head *h, struct json_writer *w)
{
    if (x->l2 == NULL)
        return;
    jw_key(w, "cross_validation");
    jw_object(w);
    jw_kint(w, "folds", (int64_t)x->folds);
    jw_key(w, "attributes");
    jw_object(w);
    for (size_t j = 0; j < x->k; j++) {
        jw_key(w, h->objectives[j]);
        attribute_json(x, j, w);
    }
    jw_object_end(w);
    jw_object_end(w);
}

void penalties_describe(const struct penalties *x, struct head *h)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    if (x->l2 == NULL)
        return;
    jw_start(&w, &text);
    jw_object(&w);
    penalties_json(x, h, &w);
    jw_object_end(&w);
    head_set_meta(h, "selection", text.ptr);
    buf_free(&text);
}

void penalties_text(const struct penalties *x, const struct select *s, const struct head *h, struct buf *out)
{
    bool end = false;
    if (x->l2 == NULL)
        return;
    buf_addf(out, "\nCross-validation, %zu folds of whole prompts, %zu penalties, rule %s:\n\n", x->folds, x->n_l2,
             choose_rule_name(s->rule));
    buf_addf(out, "  %-18s %10s   %-20s %10s %10s\n", "", "lambda", "error left out", "best", "1se");
    for (size_t j = 0; j < x->k; j++) {
        const struct choose_score *score = &x->score[j * x->n_l2 + x->chosen[j]];
        size_t best = x->choice[j].best;
        end = end || best == 0 || best + 1 == x->n_l2;
        buf_adds(out, "  ");
        app_add_column(out, h->objectives[j], 18);
        buf_addf(out, " %10.4g   %-8.4f +- %-8.4f %10.4g %10.4g\n", x->l2[x->chosen[j]], score->mean, score->se,
                 x->l2[best], x->l2[x->choice[j].one_se]);
    }
    buf_addf(out, "  (%s of prompts that were left out, with its standard error)\n", figure_texts[x->figure]);
    if (end)
        buf_adds(out, "  (a best one is an end of the path: there may be a better one beyond)\n");
}
