#include "app/grades.h"

#include "app/app.h"
#include "core/base/mem.h"
#include "core/linalg.h"

#include <string.h>

void grades_open(struct grades_side *s, const struct rated *r)
{
    *s = (struct grades_side){.rated = r};
    rated_answers_init(&s->answers, r);
    s->z = mem_array(s->answers.n, sizeof *s->z);
    s->count = mem_array(s->answers.n, ORDINAL_LEVELS * sizeof *s->count);
}

void grades_close(struct grades_side *s)
{
    rated_answers_free(&s->answers);
    mem_free(s->z);
    mem_free(s->count);
}

void grades_count(struct grades_side *s, enum rated_rows rows, size_t j, const struct ordinal *o)
{
    rated_grades(s->rated, &s->answers, rows, j, o, s->count);
}

/* s->z := w . x + b of the answers */
static void margins(struct grades_side *s, const struct embeddings *e, const double *w, double b)
{
    double *row = mem_array(e->d, sizeof *row);
    for (size_t i = 0; i < s->answers.n; i++) {
        embeddings_row_f64(e, s->answers.row[i], row);
        s->z[i] = linalg_dot(w, row, e->d) + b;
    }
    mem_free(row);
}

void grades_measure(struct grades_side *s, const struct embeddings *e, const struct grades_models *m,
                    struct grades *out)
{
    size_t n = s->answers.n;
    margins(s, e, m->ridge_w, m->ridge_b);
    ordinal_measure_values(m->head, s->z, s->count, n, &out->ridge);
    memset(s->z, 0, n * sizeof *s->z);
    ordinal_measure(m->shares, s->z, s->count, n, &out->shares);
    margins(s, e, m->w, m->b);
    ordinal_measure(m->head, s->z, s->count, n, &out->head);
}

static void metric_json(const char *key, const struct ordinal_metric *m, struct json_writer *w)
{
    jw_key(w, key);
    jw_object(w);
    jw_knum(w, "nll", m->nll);
    jw_knum(w, "accuracy", m->accuracy);
    jw_knum(w, "mae", m->mae);
    jw_knum(w, "rmse", m->rmse);
    jw_object_end(w);
}

void grades_json(const char *key, const struct grades *g, struct json_writer *w)
{
    jw_key(w, key);
    if (!(g->head.weight > 0)) {
        jw_null(w);
        return;
    }
    jw_object(w);
    jw_knum(w, "weight", g->head.weight);
    metric_json("head", &g->head, w);
    metric_json("shares", &g->shares, w);
    metric_json("least_squares", &g->ridge, w);
    jw_object_end(w);
}

void grades_table(const struct head *h, const struct grades *fit, const struct grades *held, struct buf *out)
{
    bool left_out = held[0].head.weight > 0;
    buf_addf(out, "\n  %-18s %17s %21s %16s %16s\n", left_out ? "held out" : "train", "log-loss (shares)",
             "grade hit  (by ridge)", "off by   (ridge)", "rmse   (ridge)");
    for (size_t j = 0; j < h->k; j++) {
        const struct grades *g = left_out ? &held[j] : &fit[j];
        buf_adds(out, "  ");
        app_add_column(out, h->objectives[j], 18);
        buf_addf(out, " %8.3f %8.3f %9.1f %% %7.1f %% %7.3f %8.3f %7.3f %8.3f\n", g->head.nll, g->shares.nll,
                 100 * g->head.accuracy, 100 * g->ridge.accuracy, g->head.mae, g->ridge.mae, g->head.rmse,
                 g->ridge.rmse);
    }
}
