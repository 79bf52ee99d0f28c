#include "app/cmd.h"
#include "app/data.h"
#include "app/evaluate.h"
#include "app/uncertainty.h"
#include "core/base/json_writer.h"
#include "core/base/outfile.h"
#include "core/npy.h"

#include <string.h>

static const struct option_spec options[] = {
    {"model", 'm', "FILE", "the head", false},
    {"embeddings", 'e', "FILE", "matrix of the answers to score; may be repeated", true},
    {"ids", 0, "FILE", "ids of the rows of the embeddings file before it", true},
    {"set", 0, "NAME", "embedding set of the workspace (default: the newest)", false},
    {"output", 'o', "FILE", "JSONL, or .npy for the bare rewards (default: JSONL on standard output)", false},
    {0},
};

/* intervals: NULL when the head does not know them. */
static bool write_jsonl(const char *path, const struct head *h, const struct embeddings *e, const double *rewards,
                        const struct interval *intervals, struct err *err)
{
    struct outfile *out = outfile_open(path, err);
    if (out == NULL)
        return false;
    double *x = mem_array(e->d, sizeof *x), *outputs = mem_array(h->k, sizeof *outputs);
    struct buf line = BUF_INIT;
    for (size_t i = 0; i < e->n && !outfile_failed(out); i++) {
        struct json_writer w;
        buf_reset(&line);
        jw_start(&w, &line);
        jw_object(&w);
        jw_key(&w, "id");
        if (embeddings_id(e, i) != NULL)
            jw_str(&w, embeddings_id(e, i));
        else
            jw_int(&w, (int64_t)i);
        jw_knum(&w, "reward", rewards[i]);
        if (intervals != NULL) {
            jw_knum(&w, "low", intervals[i].lo);
            jw_knum(&w, "high", intervals[i].hi);
        }
        if (h->k > 1) {
            embeddings_row_f64(e, i, x);
            head_outputs(h, x, outputs);
            for (size_t j = 0; j < h->k; j++)
                jw_knum(&w, h->objectives[j], outputs[j]);
        }
        jw_object_end(&w);
        buf_addc(&line, '\n');
        outfile_write(out, line.ptr, line.len);
    }
    buf_free(&line);
    mem_free(x);
    mem_free(outputs);
    return outfile_commit(out, err);
}

static bool answer(const struct app *app, const char *path, const struct head *h, size_t rows, struct err *err)
{
    struct buf text = BUF_INIT;
    struct json_writer w;
    jw_start(&w, &text);
    jw_object(&w);
    jw_kstr(&w, "output", path);
    jw_kint(&w, "rows", (int64_t)rows);
    jw_kint(&w, "objectives", (int64_t)h->k);
    jw_object_end(&w);
    buf_addc(&text, '\n');
    bool ok = app_print(app, &text, err);
    buf_free(&text);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    const char *model = args_get(args, "model"), *path = args_get(args, "output");
    struct head h;
    struct data d;
    if (model == NULL)
        return err_set(err, ERR_USAGE, "--model is missing");
    if (!app_data_apart(app, path, err) || !head_load(model, &h, err))
        return false;
    bool ok = data_load_embeddings(app, args, &d, err);
    double *rewards = ok ? evaluate_rewards(&h, &d.e, err) : NULL;
    size_t n = path != NULL ? strlen(path) : 0;
    bool npy = n > 4 && strcmp(path + n - 4, ".npy") == 0;
    struct interval *intervals = NULL;
    ok = rewards != NULL && (npy || uncertainty_of_rows(&h, &d.e, rewards, &intervals, err)) &&
         (!d.from_workspace || data_settle(&d, err)) && (!app->json || answer(app, path, &h, d.e.n, err)) &&
         (npy ? npy_write_f64(path, rewards, d.e.n, 0, err) : write_jsonl(path, &h, &d.e, rewards, intervals, err));
    mem_free(intervals);
    mem_free(rewards);
    data_free(&d);
    head_free(&h);
    return ok;
}

const struct command cmd_score = {
    .name = "score",
    .summary = "rewards of answers",
    .synopsis = "--model HEAD [--embeddings X.npy --ids F] [-o FILE]",
    .about = "One line an answer: {\"id\", \"reward\"}, and for a head of several objectives each of them. Rewards of "
             "one prompt are to be\n"
             "compared with one another: the difference of two is the log-odds that the first is better. A head that "
             "knows its own uncertainty\n(train --bootstrap or --laplace) adds a 95 % interval: \"low\" and \"high\".",
    .example = "  assay score -m workspace.bt.safetensors | jq -s 'sort_by(-.reward)[0]'\n"
               "  assay score -m head.safetensors -e new.npy -o rewards.npy",
    .options = options,
    .max_words = 0,
    .run = run,
};
