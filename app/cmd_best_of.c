#include "app/cmd.h"
#include "app/evaluate.h"
#include "core/base/mem.h"
#include "core/bestof.h"
#include "core/plot.h"
#include "core/resample.h"
#include "core/safe.h"
#include "core/samples.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    {"n", 'n', "N,...", "of how many the best is taken (default: 1, 2, 4, ... as far as nine prompts in ten go)",
     false},
    {"field", 0, "NAME", "the number that is compared (default: reward)", false},
    {"resamples", 0, "N", "of the bootstrap over prompts (default 1000)", false},
    {"seed", 0, "N", "of the bootstrap (default 1)", false},
    {"ascii", 0, NULL, "plot with plain ASCII", false},
    {0},
};

enum { MOST_POINTS = 64 };

struct request {
    const char *path, *field;
    size_t N[MOST_POINTS], k; /* k = 0: not said */
    size_t resamples;
    uint64_t seed;
    bool ascii;
};

/* Ascending numbers with commas between them. */
static bool read_list(const char *text, struct request *r, struct err *err)
{
    for (const char *at = text; at != NULL; at = strchr(at, ',') != NULL ? strchr(at, ',') + 1 : NULL) {
        char *end;
        long long v = *at >= '0' && *at <= '9' ? strtoll(at, &end, 10) : 0;
        if (v < 1 || v > INT32_MAX || (*end != ',' && *end != '\0'))
            return err_set(err, ERR_USAGE, "--n \"%.60s\": numbers from 1 with commas between them are needed", text);
        if (r->k == MOST_POINTS || (r->k > 0 && (size_t)v <= r->N[r->k - 1]))
            return err_set(err, ERR_USAGE, "--n \"%.60s\": at most %d numbers, each larger than the one before", text,
                           MOST_POINTS);
        r->N[r->k++] = (size_t)v;
    }
    return true;
}

static bool read_options(const struct args *args, struct request *r, struct err *err)
{
    int64_t resamples = RESAMPLE_COUNT, seed = 1;
    *r = (struct request){.path = args->words.v[0],
                          .field = args_has(args, "field") ? args_get(args, "field") : "reward",
                          .ascii = args_has(args, "ascii") || app_ascii()};
    if ((args_has(args, "n") && !read_list(args_get(args, "n"), r, err)) ||
        !args_int(args, "resamples", 10, 1000000, &resamples, err) || !args_int(args, "seed", 0, INT64_MAX, &seed, err))
        return false;
    r->resamples = (size_t)resamples;
    r->seed = (uint64_t)seed;
    return true;
}

/* Powers of two, up to what nine prompts in ten have. */
static void usual_list(const size_t *first, size_t groups, struct request *r)
{
    double *count = mem_array(groups, sizeof *count);
    for (size_t g = 0; g < groups; g++)
        count[g] = (double)(first[g + 1] - first[g]);
    resample_sort(count, groups);
    double most = count[groups / 10];
    mem_free(count);
    for (size_t n = 1; (double)n <= most && r->k < MOST_POINTS; n *= 2)
        r->N[r->k++] = n;
}

/* ---- results ---- */

static void point_json(const struct bestof_point *p, struct json_writer *w)
{
    jw_object(w);
    jw_kint(w, "n", (int64_t)p->N);
    jw_knum(w, "kl", p->kl);
    jw_knum(w, "win_rate", (double)p->N / ((double)p->N + 1));
    jw_knum(w, "reward", p->reward);
    evaluation_interval_json(w, "reward_interval", p->interval);
    if (p->has_tilt) {
        jw_knum(w, "t", p->t);
        jw_knum(w, "tilt", p->tilt);
        evaluation_interval_json(w, "tilt_interval", p->tilt_interval);
        jw_kbool(w, "tilt_short", p->is_short);
    }
    jw_object_end(w);
}

static void as_json(const struct request *r, const struct bestof *b, struct buf *out)
{
    struct json_writer w;
    jw_start(&w, out);
    jw_object(&w);
    jw_kstr(&w, "file", r->path);
    jw_kstr(&w, "field", r->field);
    jw_kint(&w, "prompts", (int64_t)b->prompts);
    jw_kint(&w, "left_out", (int64_t)b->left_out);
    jw_kint(&w, "samples", (int64_t)b->samples);
    jw_kint(&w, "resamples", (int64_t)r->resamples);
    jw_kint(&w, "seed", (int64_t)r->seed);
    jw_key(&w, "points");
    jw_array(&w);
    for (size_t j = 0; j < b->k; j++)
        point_json(&b->point[j], &w);
    jw_array_end(&w);
    jw_key(&w, "tilt");
    jw_array(&w);
    for (size_t i = 0; i < b->n_curve; i++) {
        jw_array(&w);
        jw_num(&w, b->curve_kl[i]);
        jw_num(&w, b->curve_reward[i]);
        jw_array_end(&w);
    }
    jw_array_end(&w);
    jw_object_end(&w);
    buf_addc(out, '\n');
}

/* Returns whether some tilt is that of too few samples. */
static bool table(const struct bestof *b, struct buf *out)
{
    bool any = false;
    buf_adds(out, "         N       KL   wins   best of N                   tilt at this KL\n");
    for (size_t j = 0; j < b->k; j++) {
        const struct bestof_point *p = &b->point[j];
        size_t from = out->len;
        buf_addf(out, "  %8zu  %7.4f  %.3f   ", p->N, p->kl, (double)p->N / ((double)p->N + 1));
        evaluation_cell(p->reward, p->interval, false, out);
        while (out->len - from < 56)
            buf_addc(out, ' ');
        buf_addc(out, p->has_tilt && p->is_short ? '~' : ' ');
        any = any || (p->has_tilt && p->is_short);
        if (p->has_tilt)
            evaluation_cell(p->tilt, p->tilt_interval, false, out);
        else
            buf_adds(out, "- (the samples do not reach it)");
        buf_addc(out, '\n');
    }
    return any;
}

static void plot(const struct request *r, const struct bestof *b, struct buf *out)
{
    double *kl = mem_array(2 * b->k, sizeof *kl), *reward = kl + b->k;
    for (size_t j = 0; j < b->k; j++) {
        kl[j] = b->point[j].kl;
        reward[j] = b->point[j].reward;
    }
    const struct chart_series series[] = {
        {.name = "best of N", .x = kl, .y = reward, .n = b->k},
        {.name = "tilt, the most at a KL", .x = b->curve_kl, .y = b->curve_reward, .n = b->n_curve},
    };
    struct chart_curve c = {
        .x = {.label = "KL from the model (nats)"}, .y = {.label = r->field}, .series = series, .n = 2};
    plot_curve(&c, PLOT_COLUMNS, PLOT_LINES, r->ascii ? PLOT_ASCII : PLOT_UNICODE, out);
    mem_free(kl);
}

static void as_text(const struct request *r, const struct bestof *b, struct buf *out)
{
    buf_addf(out, "the best of N of %zu samples for %zu %s", b->samples, b->prompts,
             b->prompts == 1 ? "prompt" : "prompts");
    if (b->left_out > 0)
        buf_addf(out, "; %zu with fewer than %zu left out", b->left_out, b->point[b->k - 1].N);
    buf_adds(out, "\n\n");
    bool any_short = table(b, out);
    buf_adds(out, "\n  KL: log N - (N - 1)/N, less where rewards tie. Wins: against one sample, by the same reward.\n"
                  "  tilt: p(y) e^(t reward), which no policy exceeds at its KL, on these samples.\n");
    if (any_short)
        buf_adds(out, "  ~: N is more than a quarter of a prompt's samples, whose tilt lies below the model's then.\n");
    buf_adds(out, b->prompts > 1 ? "  (95 % intervals: bootstrap over prompts)\n\n"
                                 : "  (no intervals: there is one prompt)\n\n");
    plot(r, b, out);
}

static bool best_of(const struct app *app, struct request *r, const struct samples *s, struct err *err)
{
    size_t *order, *first, groups;
    struct bestof b;
    struct buf text = BUF_INIT;
    samples_by_group(s, &order, &first, &groups);
    double *reward = mem_array(s->n, sizeof *reward);
    for (size_t i = 0; i < s->n; i++)
        reward[i] = s->value.v[order[i]];
    if (r->k == 0)
        usual_list(first, groups, r);
    bool ok = bestof_of(reward, first, groups, r->N, r->k, r->resamples, r->seed, &b, err);
    if (ok) {
        (app->json ? as_json : as_text)(r, &b, &text);
        ok = app_print(app, &text, err);
        bestof_free(&b);
    }
    buf_free(&text);
    mem_free(order);
    mem_free(first);
    mem_free(reward);
    return ok;
}

static bool run(struct app *app, const struct args *args, struct err *err)
{
    struct request r;
    struct samples s;
    if (!read_options(args, &r, err))
        return false;
    const struct samples_wish wish = {.group = "prompt", .number = &r.field, .k = 1};
    if (!samples_read(r.path, &wish, &s, err))
        return false;
    bool ok = best_of(app, &r, &s, err);
    samples_free(&s);
    return ok;
}

const struct command cmd_best_of = {
    .name = "best-of",
    .summary = "what taking the best of N samples gains, and how far it moves",
    .synopsis = "FILE [--n N,...] [--field NAME]",
    .about = "FILE holds rewards of several samples of each prompt, as `score` writes them: {\"prompt\", \"reward\"}. "
             "For each N: the expected\n"
             "reward of the best of N, without bias, and the KL divergence from the model that made the samples; "
             "beside it the most that any\npolicy gains at that divergence, the exponential tilt.",
    .example = "  assay score -m head.safetensors -e samples.npy --ids samples.jsonl -o scored.jsonl\n"
               "  assay best-of scored.jsonl --n 1,2,4,8,16",
    .options = options,
    .min_words = 1,
    .max_words = 1,
    .only_reads = true,
    .run = run,
};
