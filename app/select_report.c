#include "app/select.h"

void select_settings_json(const struct select *s, struct json_writer *w)
{
    if (s->l2 != NULL) {
        jw_key(w, "l2_path");
        jw_array(w);
        for (size_t j = 0; j < s->n_l2; j++)
            jw_num(w, s->l2[j]);
        jw_array_end(w);
        jw_kint(w, "folds", (int64_t)s->folds);
        jw_kstr(w, "rule", choose_rule_name(s->rule));
    }
    if (s->draws > 0)
        jw_kint(w, "bootstrap", (int64_t)s->draws);
}

static void path_json(const struct selection *x, struct json_writer *w)
{
    jw_key(w, "cross_validation");
    jw_object(w);
    jw_kint(w, "folds", (int64_t)x->folds);
    jw_knum(w, "chosen", x->rows[x->chosen].l2);
    jw_knum(w, "best", x->rows[x->choice.best].l2);
    jw_knum(w, "1se", x->rows[x->choice.one_se].l2);
    jw_kint(w, "fits", (int64_t)x->fits);
    jw_kint(w, "converged", (int64_t)x->converged);
    jw_kint(w, "passes", (int64_t)x->passes);
    jw_key(w, "path");
    jw_array(w);
    for (size_t j = 0; j < x->n_rows; j++) {
        const struct select_row *r = &x->rows[j];
        jw_object(w);
        jw_knum(w, "l2", r->l2);
        jw_knum(w, "nll", r->nll.mean);
        jw_knum(w, "se", r->nll.se);
        jw_knum(w, "accuracy", r->accuracy);
        jw_knum(w, "ece", r->ece);
        jw_object_end(w);
    }
    jw_array_end(w);
    jw_object_end(w);
}

void selection_json(const struct selection *x, struct json_writer *w)
{
    if (x->rows != NULL)
        path_json(x, w);
    if (x->draws == 0)
        return;
    jw_key(w, "ensemble");
    jw_object(w);
    jw_kint(w, "heads", (int64_t)x->draws);
    jw_kint(w, "converged", (int64_t)x->draws_converged);
    jw_kint(w, "passes", (int64_t)x->draw_passes);
    jw_object_end(w);
}

void selection_describe(const struct selection *x, struct head *h)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    if (x->rows == NULL && x->draws == 0)
        return;
    jw_start(&w, &text);
    jw_object(&w);
    selection_json(x, &w);
    jw_object_end(&w);
    head_set_meta(h, "selection", text.ptr);
    buf_free(&text);
}

static const char *mark_of(const struct selection *x, size_t j)
{
    if (x->choice.best == x->choice.one_se)
        return j == x->choice.best ? "best, 1se" : "";
    return j == x->choice.best ? "best" : j == x->choice.one_se ? "1se" : "";
}

static void path_text(const struct select *s, const struct selection *x, struct buf *out)
{
    buf_addf(out, "\nCross-validation, %zu folds of whole prompts, rule %s:\n\n", x->folds, choose_rule_name(s->rule));
    buf_addf(out, "  %12s   %-20s %9s %7s\n", "lambda", "log-loss +- error", "accuracy", "ECE");
    for (size_t j = 0; j < x->n_rows; j++) {
        const struct select_row *r = &x->rows[j];
        buf_addf(out, "%c %12.4g   %-8.4f +- %-8.4f %7.1f %% %7.3f", j == x->chosen ? '>' : ' ', r->l2, r->nll.mean,
                 r->nll.se, 100 * r->accuracy, r->ece);
        if (mark_of(x, j)[0] != '\0')
            buf_addf(out, "  %s", mark_of(x, j));
        buf_addc(out, '\n');
    }
    if (x->choice.best == 0 || x->choice.best + 1 == x->n_rows)
        buf_adds(out, "  (the best one is an end of the path: there may be a better one beyond)\n");
    if (x->ties)
        buf_adds(out, "  (log-loss of wins, losses and ties by the thresholds of heads of the other folds)\n");
    buf_addf(out, "  (%zu fits%s, %zu of them certified, from %zu readings of the pairs)\n", x->fits,
             x->singly ? " one after the other" : "", x->converged, x->passes);
}

void selection_text(const struct select *s, const struct selection *x, struct buf *out)
{
    if (x->rows != NULL)
        path_text(s, x, out);
    if (x->draws > 0)
        buf_addf(out,
                 "\nBootstrap over prompts: %zu heads%s, %zu of them certified,\nfrom %zu readings of the pairs; "
                 "\"score\" and \"eval\" give intervals by them.\n",
                 x->draws, x->draws_singly ? " one after the other" : "", x->draws_converged, x->draw_passes);
}
