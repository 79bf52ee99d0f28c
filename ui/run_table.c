#include "ui/run_table.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct run_column_info columns[] = {
#define X(id, title, columns, down) {title, columns, down},
    RUN_COLUMNS(X)
#undef X
};

const struct run_column_info *run_column(enum run_column c)
{
    return &columns[c];
}

/* ---- what the records say ---- */

static struct json_object *inside(struct json_object *o, const char *key)
{
    struct json_object *v = NULL;
    return json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, key, &v) ? v : NULL;
}

static double number(struct json_object *v)
{
    bool is = json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int);
    return v != NULL && is ? json_object_get_double(v) : (double)NAN;
}

static struct json_object *parse(const char *text)
{
    struct json_object *o = NULL;
    struct err ignored;
    return text != NULL && json_parse(text, strlen(text), &o, &ignored) ? o : NULL;
}

static void read_figures(struct json_object *figures, struct run_row *r)
{
    struct json_object *pair = inside(inside(figures, "intervals"), "accuracy");
    double n = number(inside(figures, "n"));
    r->pairs = n > 0 && n < 1e15 ? (size_t)n : 0;
    if (r->pairs == 0)
        return;
    r->accuracy = number(inside(figures, "accuracy"));
    r->nll = number(inside(figures, "nll"));
    r->ece = number(inside(figures, "ece"));
    if (json_object_is_type(pair, json_type_array) && json_object_array_length(pair) == 2)
        r->interval = (struct metric_interval){number(json_object_array_get_idx(pair, 0)),
                                               number(json_object_array_get_idx(pair, 1))};
}

struct run_row run_row_of(const struct run *run, struct arena *a)
{
    const double none = (double)NAN;
    struct run_row r = {.run = run, .head = "", .l2 = none, .accuracy = none, .nll = none, .ece = none};
    struct json_object *settings = parse(run->settings), *results = parse(run->results);
    struct json_object *held = inside(results, "holdout"), *figures = held != NULL ? held : results;
    struct json_object *head = inside(settings, "head") != NULL ? inside(settings, "head") : inside(results, "head");
    r.interval = (struct metric_interval){none, none};
    if (json_object_is_type(head, json_type_string))
        r.head = arena_dup(a, json_object_get_string(head));
    r.l2 = number(inside(settings, "l2"));
    read_figures(figures, &r);
    json_object_put(settings);
    json_object_put(results);
    return r;
}

static bool was_marked(const struct run_table *t, int64_t run)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->row[i].run->row == run)
            return t->row[i].marked;
    return false;
}

bool run_table_read(struct run_table *t, struct db *db, struct err *err)
{
    struct run_table now = {.by = t->by, .backwards = t->backwards};
    struct run *runs;
    if (!run_list(db, 0, &now.arena, &runs, &now.n, err)) {
        arena_free(&now.arena);
        return false;
    }
    now.row = arena_array(&now.arena, now.n + 1, sizeof *now.row);
    for (size_t i = 0; i < now.n; i++) {
        now.row[i] = run_row_of(&runs[i], &now.arena);
        now.row[i].marked = was_marked(t, runs[i].row);
    }
    run_table_sort(&now, now.by, now.backwards);
    run_table_free(t);
    *t = now;
    return true;
}

void run_table_free(struct run_table *t)
{
    arena_free(&t->arena);
    *t = (struct run_table){0};
}

/* ---- order ---- */

static double value_of(const struct run_row *r, enum run_column c)
{
    switch (c) {
    case RUN_L2:
        return r->l2;
    case RUN_ACCURACY:
        return r->accuracy;
    case RUN_NLL:
        return r->nll;
    case RUN_ECE:
        return r->ece;
    case RUN_DATE:
        return (double)r->run->created;
    default:
        return (double)r->run->row;
    }
}

/* A row with what it is sorted by. */
struct sorted {
    struct run_row row;
    const char *text; /* NULL: by the number */
    double number;
    int sign;
};

static int by_key(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    int order = 0;
    if (a->text != NULL)
        order = a->sign * strcmp(a->text, b->text);
    else if (isnan(a->number) || isnan(b->number))
        order = (isnan(a->number) ? 1 : 0) - (isnan(b->number) ? 1 : 0);
    else
        order = a->sign * ((a->number > b->number) - (a->number < b->number));
    return order != 0 ? order : (a->row.run->row < b->row.run->row) - (a->row.run->row > b->row.run->row);
}

void run_table_sort(struct run_table *t, enum run_column by, bool backwards)
{
    struct sorted *v = mem_array(t->n + 1, sizeof *v);
    t->by = by;
    t->backwards = backwards;
    for (size_t i = 0; i < t->n; i++) {
        const struct run_row *r = &t->row[i];
        v[i] = (struct sorted){.row = *r,
                               .text = by == RUN_KIND   ? r->run->kind
                                       : by == RUN_HEAD ? r->head
                                                        : NULL,
                               .number = value_of(r, by),
                               .sign = columns[by].down != backwards ? -1 : 1};
    }
    qsort(v, t->n, sizeof *v, by_key);
    for (size_t i = 0; i < t->n; i++)
        t->row[i] = v[i].row;
    mem_free(v);
}

/* ---- cells ---- */

static void add_number(struct buf *out, const char *fmt, double v)
{
    if (isnan(v))
        buf_addc(out, '-');
    else
        buf_addf(out, fmt, v);
}

void run_table_cell(const struct run_row *r, enum run_column c, struct buf *out)
{
    char iso[CLOCK_ISO_SIZE];
    switch (c) {
    case RUN_NUMBER:
        buf_addf(out, "%lld", (long long)r->run->row);
        break;
    case RUN_KIND:
        buf_adds(out, strcmp(r->run->kind, "train") == 0 ? "fit" : r->run->kind);
        break;
    case RUN_HEAD:
        buf_adds(out, *r->head != '\0' ? r->head : "-");
        break;
    case RUN_L2:
        add_number(out, "%.2g", r->l2);
        break;
    case RUN_ACCURACY:
        add_number(out, "%.1f", 100 * r->accuracy);
        if (!isnan(r->interval.lo) && !isnan(r->interval.hi))
            buf_addf(out, " (%.1f-%.1f)", 100 * r->interval.lo, 100 * r->interval.hi);
        break;
    case RUN_NLL:
        add_number(out, "%.3f", r->nll);
        break;
    case RUN_ECE:
        add_number(out, "%.3f", r->ece);
        break;
    default:
        clock_iso(r->run->created, iso);
        buf_addf(out, "%.10s %.5s", iso, iso + 11);
    }
}

size_t run_table_marked(const struct run_table *t, const char **path, size_t most)
{
    size_t n = 0;
    for (size_t i = t->n; i-- > 0;) {
        const char *model = t->row[i].run->model;
        bool known = !t->row[i].marked || model == NULL;
        for (size_t k = 0; k < n && !known; k++)
            known = strcmp(path[k], model) == 0;
        if (!known && n < most)
            path[n++] = model;
    }
    return n;
}
