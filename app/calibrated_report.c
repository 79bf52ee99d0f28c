#include "app/calibrated.h"

#include "core/safe.h"

#include <math.h>
#include <string.h>

enum { NAME_COLUMNS = 20, SHOWN = 30 }; /* the latter: groups in the text; all are in the JSON */

void calibrated_map_json(const struct calibrated *c, const struct data *d, const struct calibrated_opts *o,
                         struct json_writer *w)
{
    jw_kstr(w, "map", calibration_name(c->map.kind));
    if (c->map.kind == CALIBRATION_TEMPERATURE) {
        jw_knum(w, "temperature", c->map.temperature);
        if (c->has_interval)
            evaluation_interval_json(w, "temperature_interval", c->temperature);
        jw_kbool(w, "capped", c->map.capped);
    }
    if (c->map.kind == CALIBRATION_BETA) {
        jw_knum(w, "a", c->map.a);
        jw_knum(w, "b", c->map.b);
    }
    if (c->map.kind == CALIBRATION_ISOTONIC)
        jw_kint(w, "knots", (int64_t)c->map.knots);
    jw_kstr(w, "split", c->split);
    jw_kint(w, "n_pairs", (int64_t)c->n);
    jw_kstr(w, "pairs", d->pairs_sha256);
    jw_kint(w, "folds", (int64_t)o->folds);
    jw_kint(w, "seed", (int64_t)o->e.seed);
    jw_key(w, "nll_left_out");
    jw_object(w);
    for (int k = 0; k < CALIBRATION_KINDS; k++)
        jw_knum(w, calibration_name((enum calibration_kind)k), c->loss[k]);
    if (c->groups.by != NULL)
        jw_knum(w, "by_group", c->groups_loss);
    jw_object_end(w);
    if (c->groups.by != NULL) {
        jw_kstr(w, "by", c->groups.by);
        jw_knum(w, "tau", c->groups.tau);
    }
}

static void figures_json(const struct evaluation *before, const struct evaluation *after, struct json_writer *w)
{
    jw_key(w, "before");
    jw_object(w);
    evaluation_json(before, w);
    jw_object_end(w);
    jw_key(w, "after");
    jw_object(w);
    evaluation_json(after, w);
    jw_object_end(w);
}

static void group_json(const struct calibrated *c, const struct calibrated_group *g, struct json_writer *w)
{
    jw_object(w);
    if (g->group != NULL)
        jw_kstr(w, "name", g->group->name);
    else
        jw_kint(w, "small_groups", (int64_t)c->small);
    jw_knum(w, "temperature", g->group != NULL ? g->group->T : c->groups.T);
    if (g->group != NULL && isfinite(g->group->own))
        jw_knum(w, "temperature_alone", g->group->own);
    figures_json(&g->before, &g->after, w);
    jw_object_end(w);
}

void calibrated_figures_json(const struct calibrated *c, struct json_writer *w)
{
    figures_json(&c->before, &c->after, w);
    if (c->has_sides)
        sides_json(&c->sides, w);
    if (c->groups.by == NULL)
        return;
    jw_key(w, "groups");
    jw_array(w);
    for (size_t i = 0; i < c->rows; i++)
        group_json(c, &c->by_group[i], w);
    jw_array_end(w);
}

/* ---- text ---- */

/* Why a temperature is at its limit. */
static const char *capped_text(double T)
{
    return T < 1   ? "nearly all of these pairs are right, and how sure it may be of others they cannot tell"
           : T > 1 ? "its rewards say as much against the better answers of these pairs as for them"
                   : "it gives both answers of every pair the same reward";
}

static void map_text(const struct calibrated *c, struct buf *out)
{
    const struct calibration *m = &c->map;
    char a[EVALUATION_NUMBER], b[EVALUATION_NUMBER];
    if (m->kind == CALIBRATION_NONE)
        buf_addf(out, "no map: the head does best as it is on %zu pair%s (%s)", c->n, PLURAL(c->n), c->split);
    else
        buf_addf(out, "%s map from %zu pair%s (%s)", calibration_name(m->kind), c->n, PLURAL(c->n), c->split);
    if (m->kind == CALIBRATION_TEMPERATURE)
        buf_addf(out, ", T = %s", evaluation_number(m->temperature, false, a));
    if (m->kind == CALIBRATION_TEMPERATURE && m->capped)
        buf_addf(out, ", the limit:\n%s", capped_text(m->temperature));
    else if (c->has_interval)
        buf_addf(out, " (95 %%: %s to %s)", evaluation_number(c->temperature.lo, false, a),
                 evaluation_number(c->temperature.hi, false, b));
    else if (m->kind == CALIBRATION_TEMPERATURE)
        buf_adds(out, " (no interval: all pairs are of one prompt)");
    if (m->kind == CALIBRATION_BETA)
        buf_addf(out, ", a = %s, b = %s", evaluation_number(m->a, false, a), evaluation_number(m->b, false, b));
    if (m->kind == CALIBRATION_ISOTONIC)
        buf_addf(out, ", %zu knots", m->knots);
    buf_adds(out, "\n\n");
}

static void losses_text(const struct calibrated *c, struct buf *out)
{
    char loss[EVALUATION_NUMBER];
    if (isnan(c->loss[CALIBRATION_NONE])) {
        buf_adds(out, "  all pairs are of one prompt: there is nothing to compare maps on\n");
        return;
    }
    buf_adds(out, "  log-loss on pairs left out, by prompt:\n   ");
    for (int k = 0; k < CALIBRATION_KINDS; k++)
        buf_addf(out, "%s %s %s", k > 0 ? "," : "", calibration_name((enum calibration_kind)k),
                 evaluation_number(c->loss[k], false, loss));
    buf_addc(out, '\n');
    if (c->groups.by != NULL)
        buf_addf(out, "  with temperatures by %s: %s\n", c->groups.by, evaluation_number(c->groups_loss, false, loss));
}

static void name_text(const char *name, struct buf *out)
{
    buf_adds(out, "  ");
    size_t used = safe_text(name, strlen(name), out, NAME_COLUMNS);
    for (; used < NAME_COLUMNS; used++)
        buf_addc(out, ' ');
}

static void group_text(const struct calibrated *c, const struct calibrated_group *g, struct buf *out)
{
    char T[EVALUATION_NUMBER];
    name_text(g->group != NULL ? g->group->name : "(others)", out);
    buf_addf(out, " %7zu", g->before.m.n);
    if (g->group != NULL && isfinite(g->group->own))
        buf_addf(out, "  %9s", evaluation_number(g->group->own, false, T));
    else
        buf_adds(out, "          -");
    buf_addf(out, "  %9s", evaluation_number(g->group != NULL ? g->group->T : c->groups.T, false, T));
    buf_adds(out, "  ");
    size_t from = out->len;
    evaluation_cell(g->before.m.ece, g->before.interval.ece, false, out);
    while (out->len - from < EVALUATION_CELL + 2)
        buf_addc(out, ' ');
    evaluation_cell(g->after.m.ece, g->after.interval.ece, false, out);
    buf_addc(out, '\n');
}

static void groups_text(const struct calibrated *c, struct buf *out)
{
    const struct calibration_groups *g = &c->groups;
    char T[EVALUATION_NUMBER];
    if (g->tau > 0)
        buf_addf(out, "\nBy %s: log T is spread about log %s with a standard deviation of %.3f\n\n", g->by,
                 evaluation_number(g->T, false, T), g->tau);
    else
        buf_addf(out, "\nBy %s: no more spread of T than chance makes; all have T = %s\n\n", g->by,
                 evaluation_number(g->T, false, T));
    buf_addf(out, "  %-*s %7s  %9s  %9s  %-*s%s\n", NAME_COLUMNS, "", "pairs", "alone", "T", EVALUATION_CELL + 2,
             "ECE before", "after");
    size_t shown = c->rows <= SHOWN ? c->rows : SHOWN - 1;
    for (size_t i = 0; i < shown; i++)
        group_text(c, &c->by_group[i], out);
    if (shown < c->rows)
        buf_addf(out, "  and %zu more; --json tells all\n", c->rows - shown);
    buf_addf(out, "  (alone: of its own pairs, - when they have none; groups under %d pairs have the T of all",
             CALIBRATION_GROUP_LEAST);
    buf_addf(out, ": %zu)\n", c->small);
}

void calibrated_text(const struct calibrated *c, struct buf *out)
{
    map_text(c, out);
    evaluation_heading(out);
    evaluation_row("before", &c->before, out);
    evaluation_row("after", &c->after, out);
    buf_adds(out, c->map.kind == CALIBRATION_NONE ? "\n" : "  (after: on the very pairs the map was fitted to)\n\n");
    losses_text(c, out);
    if (c->groups.by != NULL)
        groups_text(c, out);
    if (c->has_sides)
        sides_text(&c->sides, out);
}
