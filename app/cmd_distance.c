#include "app/cmd.h"
#include "app/data.h"
#include "app/evaluate.h"
#include "core/base/mem.h"
#include "core/distance.h"
#include "core/resample.h"
#include "core/safe.h"

#include <math.h>
#include <string.h>

static const struct option_spec options[] = {
    {"embeddings", 'e', "FILE", "matrix of answers; may be repeated", true},
    {"ids", 0, "FILE", "ids of the rows of the embeddings file before it, and of their prompts", true},
    {"set", 0, "NAME", "embedding set of the workspace (default: the newest)", false},
    {"resamples", 0, "N", "of the bootstrap over prompts (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {0},
};

enum { MOST_HEADS = 12 }; /* as many as a line of the matrix holds */

/* Rewards of all heads for the answers whose prompt is known. */
struct matrix {
    const struct args *args; /* words: the heads */
    size_t heads, n;
    double *r[MOST_HEADS];
    uint64_t *key;
    size_t without_prompt, without_reward; /* answers left out */
    bool one;                              /* no prompt is known: all are taken for answers to one */
};

static bool read_rewards(const char *path, const struct data *d, double **out, struct err *err)
{
    struct head h;
    if (!head_load(path, &h, err))
        return false;
    *out = evaluate_rewards(&h, &d->e, err);
    head_free(&h);
    return *out != NULL || err_context(err, "%s", path);
}

/* The prompt of each row as a number, SIZE_MAX: not known. Rows that are prompts have none. */
static void find_prompts(const struct embeddings *e, struct matrix *m, size_t *prompt)
{
    struct names names = {0};
    m->one = true;
    for (size_t i = 0; i < e->n; i++) {
        const char *id = embeddings_prompt_id(e, i);
        prompt[i] = id != NULL ? names_add(&names, id, strlen(id), NULL) : SIZE_MAX;
        m->one = m->one && id == NULL;
    }
    for (size_t i = 0; i < e->n && m->one; i++)
        prompt[i] = 0;
    names_free(&names);
}

static bool is_complete(const struct matrix *m, size_t row)
{
    for (size_t h = 0; h < m->heads; h++)
        if (isnan(m->r[h][row]))
            return false;
    return true;
}

/* Rows without a prompt or a reward go. */
static void keep_answers(const struct embeddings *e, struct matrix *m)
{
    size_t *prompt = mem_array(e->n, sizeof *prompt);
    find_prompts(e, m, prompt);
    m->key = mem_array(e->n, sizeof *m->key);
    for (size_t i = 0; i < e->n; i++) {
        bool complete = is_complete(m, i);
        m->without_prompt += prompt[i] == SIZE_MAX;
        m->without_reward += prompt[i] != SIZE_MAX && !complete;
        if (prompt[i] == SIZE_MAX || !complete)
            continue;
        for (size_t h = 0; h < m->heads; h++)
            m->r[h][m->n] = m->r[h][i];
        m->key[m->n++] = prompt[i];
    }
    mem_free(prompt);
}

/* ---- results ---- */

static void pair_json(const struct matrix *m, const struct distances *d, size_t a, size_t b, struct json_writer *w)
{
    const struct distance_pair *p = &d->pair[a * d->judges + b];
    jw_object(w);
    jw_kstr(w, "a", m->args->words.v[a]);
    jw_kstr(w, "b", m->args->words.v[b]);
    jw_knum(w, "distance", p->distance);
    evaluation_interval_json(w, "distance_interval", p->interval);
    jw_knum(w, "tau", p->tau);
    jw_knum(w, "consistency", (p->tau + 1) / 2);
    evaluation_interval_json(w, "tau_interval", p->taus);
    jw_kint(w, "tau_prompts", (int64_t)p->prompts);
    if (isnan(p->tau))
        jw_kstr(w, "tau_undefined", "one of the two gives all answers of every prompt the same");
    jw_object_end(w);
}

static void as_json(const struct matrix *m, const struct distances *d, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_key(&w, "heads");
    jw_array(&w);
    for (size_t i = 0; i < d->judges; i++)
        jw_str(&w, m->args->words.v[d->order[i]]);
    jw_array_end(&w);
    jw_kint(&w, "prompts", (int64_t)d->prompts);
    jw_kint(&w, "answers", (int64_t)d->answers);
    jw_kint(&w, "without_prompt", (int64_t)m->without_prompt);
    jw_kint(&w, "without_reward", (int64_t)m->without_reward);
    jw_key(&w, "pairs");
    jw_array(&w);
    for (size_t i = 0; i < d->judges; i++)
        for (size_t j = i + 1; j < d->judges; j++)
            pair_json(m, d, d->order[i], d->order[j], &w);
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

static void grid(const struct distances *d, bool taus, struct buf *out)
{
    buf_adds(out, taus ? "\n  Kendall's tau of the answers of a prompt\n\n     " : "\n  distance\n\n     ");
    for (size_t j = 0; j < d->judges; j++)
        buf_addf(out, "  %5c", (int)('A' + j));
    buf_addc(out, '\n');
    for (size_t i = 0; i < d->judges; i++) {
        buf_addf(out, "    %c", (int)('A' + i));
        for (size_t j = 0; j < d->judges; j++) {
            const struct distance_pair *p = &d->pair[d->order[i] * d->judges + d->order[j]];
            double v = taus ? p->tau : p->distance;
            if (isnan(v))
                buf_adds(out, "      -");
            else
                buf_addf(out, "  %5.3f", v);
        }
        buf_addc(out, '\n');
    }
}

static void intervals(const struct distances *d, struct buf *out)
{
    buf_adds(out, "\n         distance               tau                    prompts\n");
    for (size_t i = 0; i < d->judges; i++)
        for (size_t j = i + 1; j < d->judges; j++) {
            const struct distance_pair *p = &d->pair[d->order[i] * d->judges + d->order[j]];
            size_t from = out->len;
            buf_addf(out, "    %c %c  ", (int)('A' + i), (int)('A' + j));
            evaluation_cell(p->distance, p->interval, false, out);
            while (out->len - from < 32)
                buf_addc(out, ' ');
            evaluation_cell(p->tau, p->taus, false, out);
            while (out->len - from < 55)
                buf_addc(out, ' ');
            buf_addf(out, "%zu\n", p->prompts);
        }
    buf_adds(out, d->prompts > 1 ? "  (95 % intervals: bootstrap over prompts)\n" : "");
}

static void as_text(const struct matrix *m, const struct distances *d, struct buf *out)
{
    buf_addf(out, "%zu heads on %zu answers to %zu %s%s\n", d->judges, d->answers, d->prompts,
             d->prompts == 1 ? "prompt" : "prompts", m->one ? ", for no prompt is known" : "");
    if (m->without_prompt + m->without_reward > 0)
        buf_addf(out, "  left out: %zu rows without a prompt, %zu without a reward of every head\n", m->without_prompt,
                 m->without_reward);
    buf_addc(out, '\n');
    for (size_t i = 0; i < d->judges; i++) {
        const char *name = m->args->words.v[d->order[i]];
        buf_addf(out, "    %c  ", (int)('A' + i));
        safe_text(name, strlen(name), out, 90);
        buf_addc(out, '\n');
    }
    grid(d, false, out);
    buf_adds(out,
             "\n  0: the same up to a factor and an offset a prompt; 0.707: unrelated; 1: opposite. Near ones stand\n"
             "  together.\n");
    grid(d, true, out);
    intervals(d, out);
}

static bool measure(const struct app *app, const struct args *args, struct matrix *m, struct data *d, struct err *err)
{
    int64_t resamples = RESAMPLE_COUNT, seed = 1;
    struct distances x = {0};
    struct buf text = BUF_INIT;
    bool ok =
        args_int(args, "resamples", 10, 1000000, &resamples, err) && args_int(args, "seed", 0, INT64_MAX, &seed, err);
    for (; ok && m->heads < args->words.n; m->heads++)
        ok = read_rewards(args->words.v[m->heads], d, &m->r[m->heads], err);
    if (ok) {
        keep_answers(&d->e, m);
        const struct distance_input in = {.judges = m->heads,
                                          .n = m->n,
                                          .r = (const double *const *)m->r,
                                          .key = m->key,
                                          .resamples = (size_t)resamples,
                                          .seed = (uint64_t)seed};
        ok = distances_of(&in, &x, err) && (!d->from_workspace || data_settle(d, err));
    }
    if (ok) {
        (app->json ? as_json : as_text)(m, &x, &text);
        ok = app_print(app, &text, err);
    }
    distances_free(&x);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct matrix m = {.args = args};
    struct data d;
    if (args->words.n > MOST_HEADS)
        return err_set(err, ERR_USAGE, "%zu heads; at most %d stand beside one another", args->words.n, MOST_HEADS);
    bool ok = data_load_embeddings(app, args, &d, err) && measure(app, args, &m, &d, err);
    for (size_t h = 0; h < MOST_HEADS; h++)
        mem_free(m.r[h]);
    mem_free(m.key);
    data_free(&d);
    return ok;
}

const struct command cmd_distance = {
    .name = "distance",
    .summary = "how alike heads rank the same answers",
    .synopsis = "HEAD HEAD... [--embeddings X.npy --ids F]",
    .about = "Rewards of the same answers, two heads at a time: the distance that is left when offsets a prompt and "
             "scale are taken away, and\n"
             "Kendall's tau of the answers of each prompt, averaged. Heads that are near stand together. Prompts are "
             "those of the workspace, or\n"
             "\"prompt_id\" in the JSONL file of --ids; without any all rows are taken for answers to one.",
    .example = "  assay distance a.safetensors b.safetensors c.safetensors\n"
               "  assay --json distance seed1.safetensors seed2.safetensors -e x.npy --ids x.ids.jsonl | jq .pairs",
    .options = options,
    .min_words = 2,
    .max_words = MOST_HEADS + 1,
    .only_reads = true,
    .run = run,
};
