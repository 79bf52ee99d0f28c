#include "app/cmd.h"
#include "app/data.h"
#include "app/evaluate.h"
#include "app/leader.h"
#include "app/provenance.h"
#include "app/threshold.h"
#include "app/transformed.h"
#include "app/uncertainty.h"
#include "core/base/json_writer.h"
#include "core/base/outfile.h"
#include "core/npy.h"

#include <math.h>
#include <string.h>

static const struct option_spec options[] = {
    {"model", 'm', "FILE", "the head", false},
    {"embeddings", 'e', "FILE", "matrix of the answers to score; may be repeated", true},
    {"ids", 0, "FILE", "ids of the rows of the embeddings file before it", true},
    {"set", 0, "NAME", "embedding set of the workspace (default: the newest)", false},
    TRANSFORMED_OPTIONS,
    {"gates", 0, NULL, "of a gated head: what it weighs the attributes by, a line a prompt", false},
    {"output", 'o', "FILE", "JSONL, or .npy for the bare rewards (default: JSONL on standard output)", false},
    {0},
};

/* "id": that of the row, or its number. */
static void write_id(struct json_writer *w, const struct embeddings *e, size_t row)
{
    jw_key(w, "id");
    if (embeddings_id(e, row) != NULL)
        jw_str(w, embeddings_id(e, row));
    else
        jw_int(w, (int64_t)row);
}

/* Rows that others name as their prompt; the caller frees it. */
static bool *find_prompts(const struct embeddings *e, size_t *n)
{
    bool *is_prompt = mem_array(e->n, sizeof *is_prompt);
    *n = 0;
    for (size_t i = 0; i < e->n; i++) {
        size_t prompt = embeddings_prompt(e, i);
        if (prompt < e->n && !is_prompt[prompt]) {
            is_prompt[prompt] = true;
            ++*n;
        }
    }
    return is_prompt;
}

struct scoring {
    const struct head *h;
    const struct embeddings *e;
    const double *rewards;      /* NULL: the gates are asked for */
    double *transformed;        /* NULL: not asked for */
    struct interval *intervals; /* NULL when the head does not know them */
    enum leader *leads;         /* NULL when the head has no threshold */
    bool *is_prompt;
    size_t prompts;     /* rows that are */
    double *x, *values; /* room for a row, for k values */
};

/* Answers are the rows that are no prompts; prompts are those, or all rows when none says which is its prompt. */
static bool is_asked_for(const struct scoring *s, size_t row)
{
    return s->rewards != NULL ? !s->is_prompt[row] : s->is_prompt[row] || s->prompts == 0;
}

static size_t count_lines(const struct scoring *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->e->n; i++)
        n += is_asked_for(s, i);
    return n;
}

static void write_answer(const struct scoring *s, size_t row, struct json_writer *w)
{
    write_id(w, s->e, row);
    if (embeddings_prompt_id(s->e, row) != NULL)
        jw_kstr(w, "prompt", embeddings_prompt_id(s->e, row));
    jw_knum(w, "reward", s->rewards[row]);
    if (s->transformed != NULL)
        jw_knum(w, "transformed", s->transformed[row]);
    if (s->intervals != NULL) {
        jw_knum(w, "low", s->intervals[row].lo);
        jw_knum(w, "high", s->intervals[row].hi);
    }
    if (s->leads != NULL && s->leads[row] != LEADER_ALONE)
        jw_kbool(w, "leads", s->leads[row] == LEADER_YES);
    if (s->h->k == 1)
        return;
    embeddings_row_f64(s->e, row, s->x);
    head_outputs(s->h, s->x, s->values);
    for (size_t j = 0; j < s->h->k; j++)
        jw_knum(w, s->h->objectives[j], s->values[j]);
}

static void write_gates(const struct scoring *s, size_t row, struct json_writer *w)
{
    write_id(w, s->e, row);
    embeddings_row_f64(s->e, row, s->x);
    gate_weights(s->h->gate, s->x, s->values);
    jw_key(w, "gates");
    jw_object(w);
    for (size_t j = 0; j < s->h->k; j++)
        jw_knum(w, s->h->objectives[j], s->values[j]);
    jw_object_end(w);
}

static bool write_jsonl(const char *path, const struct scoring *s, struct err *err)
{
    struct outfile *out = outfile_open(path, err);
    struct buf line = BUF_INIT;
    if (out == NULL)
        return false;
    for (size_t i = 0; i < s->e->n && !outfile_failed(out); i++) {
        struct json_writer w;
        if (!is_asked_for(s, i))
            continue;
        buf_reset(&line);
        jw_start(&w, &line);
        jw_object(&w);
        (s->rewards != NULL ? write_answer : write_gates)(s, i, &w);
        jw_object_end(&w);
        buf_addc(&line, '\n');
        outfile_write(out, line.ptr, line.len);
    }
    buf_free(&line);
    return outfile_commit(out, err);
}

static bool answer(const struct app *app, const char *path, const struct head *h, const struct transformed_wish *t,
                   size_t rows, struct err *err)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &text);
    jw_object(&w);
    jw_kstr(&w, "output", path);
    jw_kint(&w, "rows", (int64_t)rows);
    jw_kint(&w, "objectives", (int64_t)h->k);
    if (t->wanted)
        jw_kstr(&w, "transform", t->spec);
    jw_object_end(&w);
    buf_addc(&text, '\n');
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool check_gates(const struct head *h, const struct data *d, bool npy, struct err *err)
{
    if (h->gate == NULL)
        return err_set(err, ERR_USAGE, "--gates is for gated heads, and this one is of kind %s", h->kind);
    if (npy)
        return err_set(err, ERR_USAGE, "--gates writes JSONL, not .npy");
    return h->d == d->e.d ||
           err_set(err, ERR_CONFLICT, "the head was fitted to %zu columns, the embeddings have %zu", h->d, d->e.d);
}

/* The transformed rewards of the answers; a matrix has no way to say that a row has none. */
static bool transform(const struct transformed_wish *t, bool npy, struct scoring *s, struct err *err)
{
    if (!t->wanted)
        return true;
    bool *asked = mem_array(s->e->n, sizeof *asked);
    size_t missing = 0;
    for (size_t i = 0; i < s->e->n; i++)
        asked[i] = is_asked_for(s, i);
    const struct transformed_input in = {s->h, s->e, s->rewards, asked};
    s->transformed = transformed_of(t, &in, err);
    for (size_t i = 0; s->transformed != NULL && i < s->e->n; i++)
        missing += isnan(s->transformed[i]) ? 1 : 0;
    mem_free(asked);
    return s->transformed != NULL &&
           (!npy || missing == 0 ||
            err_set(err, ERR_USAGE, "%zu rows are prompts or have no reward, which .npy cannot say; write JSONL",
                    missing));
}

static bool find_leaders(struct scoring *s, struct err *err)
{
    struct threshold t;
    if (!threshold_of_head(s->h, &t, err))
        return false;
    if (t.known)
        s->leads = leaders_of(s->e, s->rewards, fmax(t.margin, 0));
    return true;
}

static bool write_out(const struct app *app, const char *path, bool npy, const struct transformed_wish *t,
                      const struct scoring *s, struct err *err)
{
    const double *v = s->transformed != NULL ? s->transformed : s->rewards;
    return (!app->json || answer(app, path, s->h, t, npy ? s->e->n : count_lines(s), err)) &&
           (npy ? npy_write_f64(path, v, s->e->n, 0, err) : write_jsonl(path, s, err));
}

static bool score(const struct app *app, const struct args *args, const struct transformed_wish *t,
                  const struct head *h, struct data *d, struct err *err)
{
    const char *path = args_get(args, "output");
    size_t n = path != NULL ? strlen(path) : 0;
    bool npy = n > 4 && strcmp(path + n - 4, ".npy") == 0, gates = args_has(args, "gates");
    if (gates && !check_gates(h, d, npy, err))
        return false;
    if (gates && t->wanted)
        return err_set(err, ERR_USAGE, "--gates and --transform exclude one another");
    double *rewards = gates ? NULL : evaluate_rewards(h, &d->e, err);
    struct scoring s = {.h = h, .e = &d->e, .rewards = rewards};
    s.is_prompt = find_prompts(s.e, &s.prompts);
    s.x = mem_array(h->d, sizeof *s.x);
    s.values = mem_array(h->k, sizeof *s.values);
    bool ok = (gates || (rewards != NULL && (npy || uncertainty_of_rows(h, &d->e, rewards, &s.intervals, err)) &&
                         find_leaders(&s, err) && transform(t, npy, &s, err))) &&
              (!d->from_workspace || data_settle(d, err)) && write_out(app, path, npy, t, &s, err);
    mem_free(rewards);
    mem_free(s.transformed);
    mem_free(s.intervals);
    mem_free(s.leads);
    mem_free(s.is_prompt);
    mem_free(s.x);
    mem_free(s.values);
    return ok;
}

static bool list_transforms(const struct app *app, struct err *err)
{
    struct buf text = BUF_INIT;
    transform_list(&text);
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    const char *model = args_get(args, "model");
    struct transformed_wish t;
    struct head h;
    struct data d;
    if (args_has(args, "list-transforms"))
        return list_transforms(app, err);
    if (model == NULL)
        return err_set(err, ERR_USAGE, "--model is missing");
    if (!transformed_wish_read(args, &t, err) || !app_data_apart(app, args_get(args, "output"), err) ||
        !head_load(model, &h, err))
        return false;
    if (provenance_note(&h) != NULL)
        app_note(app, "%s", provenance_note(&h));
    bool ok = data_load_embeddings(app, args, &d, err) && score(app, args, &t, &h, &d, err);
    data_free(&d);
    head_free(&h);
    return ok;
}

const struct command cmd_score = {
    .name = "score",
    .summary = "rewards of answers",
    .synopsis = "--model HEAD [--embeddings X.npy --ids F] [--transform SPEC] [-o FILE]",
    .about = "One line an answer: {\"id\", \"reward\"}, and for a head of several objectives each of them. Rewards of "
             "one prompt are to be\n"
             "compared with one another: the difference of two is the log-odds that the first is better. A head that "
             "knows its own uncertainty\n(train --bootstrap or --laplace) adds a 95 % interval: \"low\" and \"high\".\n"
             "Where the prompt of an answer is known its id stands there as \"prompt\". --transform adds "
             "\"transformed\"; of .npy it is what\nis written.\n"
             "\n"
             "A head with a threshold (calibrate --error-rate) adds whether an answer \"leads\": is it ahead of every "
             "other one to its prompt by\nmore than that? Where none leads, the head abstains.\n"
             "\n"
             "A gated head looks at the prompt of an answer: the row that the workspace knows as such, or whose id "
             "stands in the ids file\n"
             "(JSONL) as \"prompt_id\" or \"prompt\". Rows that are prompts get no line; answers without one get null.",
    .example = "  assay score -m workspace.bt.safetensors | jq -s 'sort_by(-.reward)[0]'\n"
               "  assay score -m head.safetensors -e new.npy -o rewards.npy\n"
               "  assay score -m head.safetensors -e new.npy --ids new.jsonl --transform log-sigmoid:quantile=0.85 \\\n"
               "      --reference samples.jsonl",
    .options = options,
    .max_words = 0,
    .only_reads = true,
    .run = run,
};
