#include "core/thumbs_fit.h"

#include "core/base/json.h"
#include "core/base/rng.h"
#include "core/linalg.h"
#include "core/pairs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N = 400, D = 8, P = 50 };

static struct err err;
static double values[(N + P) * D];
static struct thumb thumbs[N];
static size_t all[N];
static struct embeddings e;

/* More thumbs down than up, a mean far from 0, P prompts in rows N and after, which differ between the classes. */
static void set_up(void)
{
    struct rng r;
    struct tensor t;
    rng_seed(&r, 3);
    linalg_threads(1);
    for (size_t i = 0; i < (N + P) * D; i++)
        values[i] = rng_normal(&r) + (i % D == 0 ? 1.5 : 0);
    for (size_t i = 0; i < N; i++) {
        const double *x = values + i * D;
        double z = 1.2 * x[1] - 0.8 * x[2] + 0.5 * x[0] - 1.7;
        bool up = rng_uniform(&r) < bt_sigma(z);
        size_t prompt = N + rng_below(&r, up ? P : P / 2);
        thumbs[i] = (struct thumb){.row = i, .prompt = prompt, .weight = 1 + (double)(i % 3) / 2, .up = up};
        all[i] = i;
    }
    embeddings_init(&e);
    tensor_borrow(&t, TENSOR_F64, values, N + P, D);
    cr_assert(embeddings_add_tensor(&e, &t, "memory", NULL, &err));
}

static void tear_down(void)
{
    embeddings_close(&e);
}

TestSuite(thumbs_fit, .init = set_up, .fini = tear_down);

static struct thumbs_info fit(const struct thumbs_opts *o, double *w, double *bias)
{
    struct thumbs_info info;
    bool ok = thumbs_fit(&e, thumbs, all, N, o, w, bias, &info, NULL, &err);
    cr_assert(ok, "%s", err.text);
    return info;
}

/* Rewards by hand. */
static double reward(const double *w, size_t row)
{
    double sum = 0;
    for (size_t j = 0; j < D; j++)
        sum += w[j] * values[row * D + j];
    return sum;
}

/* The objective of the header, slowly; q may be NULL. */
static double objective(const struct thumbs_opts *o, const double *w, double shift, const double *q)
{
    double sum = 0, weights = 0, ww = 0, own[2] = {0};
    for (size_t i = 0; i < N; i++)
        own[thumbs[i].up] += thumbs[i].weight;
    for (size_t i = 0; i < N; i++) {
        double c = thumbs[i].up ? o->up_weight : o->down_weight;
        c *= o->balance ? (own[0] + own[1]) / (2 * own[thumbs[i].up]) : 1;
        sum += thumbs[i].weight * c * (q != NULL ? q[i] : 1) *
               thumbs_loss_at(o->kind, o->beta, thumbs[i].up, reward(w, thumbs[i].row) - shift).value;
        weights += thumbs[i].weight;
    }
    for (size_t j = 0; j < D; j++)
        ww += w[j] * w[j];
    return sum / weights + o->l2 / 2 * ww;
}

/* No direction goes down when the shift is held. */
static void expect_stationary(const struct thumbs_opts *o, const double *w, double shift, const double *q)
{
    static const double eps = 1e-4;
    double at[D];
    for (size_t j = 0; j < D; j++) {
        memcpy(at, w, sizeof at);
        at[j] += eps;
        double above = objective(o, at, shift, q);
        at[j] -= 2 * eps;
        cr_expect(lt(dbl, fabs(above - objective(o, at, shift, q)) / (2 * eps), 2e-7), "%zu", j);
    }
}

static double tied(const struct thumbs_opts *o, const double *w)
{
    double sum[2] = {0}, count[2] = {0};
    for (size_t i = 0; i < N; i++) {
        sum[thumbs[i].up] += thumbs[i].weight * reward(w, thumbs[i].row);
        count[thumbs[i].up] += thumbs[i].weight;
    }
    double mean = (sum[0] + sum[1]) / (count[0] + count[1]);
    if (o->kind == THUMBS_KTO)
        return fmax(0, mean);
    return o->delta == THUMBS_RUNNING ? mean : (sum[0] / count[0] + sum[1] / count[1]) / 2;
}

Test(thumbs_fit, logistic_ends_at_a_certified_optimum)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_LOGISTIC, 1e-3);
    double w[D], bias;
    struct thumbs_info info = fit(&o, w, &bias);
    cr_expect(info.converged);
    cr_expect(le(dbl, info.grad_norm, 1e-6));
    cr_expect(eq(sz, info.n_up + info.n_down, N));
    cr_expect(epsilon_eq(dbl, info.objective, objective(&o, w, -bias, NULL), 1e-12));
    expect_stationary(&o, w, -bias, NULL);
    cr_expect(ge(dbl, objective(&o, w, -bias + 1e-3, NULL), info.objective));
    cr_expect(ge(dbl, objective(&o, w, -bias - 1e-3, NULL), info.objective));
}

Test(thumbs_fit, bco_is_a_fixed_point_whose_inner_problem_is_solved)
{
    for (int rule = THUMBS_MIDPOINT; rule <= THUMBS_RUNNING; rule++)
        for (double l2 = 1; l2 > 1e-7; l2 /= 100) {
            struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, l2);
            o.delta = (enum thumbs_delta)rule;
            o.beta = 0.5;
            o.up_weight = 1.5;
            o.balance = l2 > 1e-3;
            double w[D], bias;
            struct thumbs_info info = fit(&o, w, &bias);
            cr_expect(info.converged, "l2 %g: %s, gap %g", l2, bt_stop_text(info.stop), info.gap);
            cr_expect(epsilon_eq(dbl, tied(&o, w), -bias, 1e-6 * (1 + fabs(bias))), "l2 %g", l2);
            cr_expect(epsilon_eq(dbl, info.objective, objective(&o, w, -bias, NULL), 1e-12));
            expect_stationary(&o, w, -bias, NULL);
            cr_expect(lt(sz, info.rounds, 30), "%zu rounds", info.rounds);
        }
}

/* What the trainers do: a step of w, then the shift of the new rewards, many times. */
Test(thumbs_fit, bco_ends_where_plain_iteration_ends)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, 0.05);
    o.balance = false;
    double w[D], slow[D] = {0}, bias, shift = 0, weights = 0;
    struct thumbs_info info = fit(&o, w, &bias);
    for (size_t i = 0; i < N; i++)
        weights += thumbs[i].weight;
    for (int step = 0; step < 4000; step++) {
        double g[D];
        for (size_t j = 0; j < D; j++)
            g[j] = o.l2 * slow[j];
        for (size_t i = 0; i < N; i++) {
            double slope = thumbs_loss_at(THUMBS_BCO, 1, thumbs[i].up, reward(slow, i) - shift).slope;
            for (size_t j = 0; j < D; j++)
                g[j] += thumbs[i].weight / weights * slope * values[i * D + j];
        }
        for (size_t j = 0; j < D; j++)
            slow[j] -= 0.5 * g[j];
        shift = tied(&o, slow);
    }
    cr_expect(epsilon_eq(dbl, -bias, shift, 1e-6));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[j], slow[j], 1e-6));
    cr_expect(info.converged);
}

/* The loss of the paper is the mean of both classes' means, however many there are of each. */
Test(thumbs_fit, balanced_classes_weigh_the_same)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, 1e-2);
    double w[D], bias, sum[2] = {0}, own[2] = {0};
    struct thumbs_info info = fit(&o, w, &bias);
    cr_expect(epsilon_eq(dbl, info.weight_up, info.weight_down, 1e-9));
    cr_expect(epsilon_eq(dbl, info.at_zero, log(2), 1e-12));
    for (size_t i = 0; i < N; i++) {
        double value = thumbs_loss_at(THUMBS_BCO, 1, thumbs[i].up, reward(w, i) + bias).value;
        sum[thumbs[i].up] += thumbs[i].weight * value;
        own[thumbs[i].up] += thumbs[i].weight;
    }
    double want = (sum[0] / own[0] + sum[1] / own[1]) / 2 + o.l2 / 2 * linalg_dot(w, w, D);
    cr_expect(epsilon_eq(dbl, info.objective, want, 1e-12));
}

Test(thumbs_fit, kto_ends_at_a_stationary_point_and_says_so)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_KTO, 1e-3);
    double w[D], more[D], bias, other;
    o.down_weight = 0.8;
    struct thumbs_info info = fit(&o, w, &bias);
    cr_expect(eq(int, (int)info.stop, (int)BT_STATIONARY), "%s", bt_stop_text(info.stop));
    cr_expect(not(info.converged));
    cr_expect(epsilon_eq(dbl, tied(&o, w), -bias, 1e-6));
    expect_stationary(&o, w, -bias, NULL);
    o.starts = 4;
    struct thumbs_info best = fit(&o, more, &other);
    cr_expect(le(dbl, best.objective, info.objective + 1e-12));
    cr_expect(epsilon_eq(dbl, best.objective, objective(&o, more, -other, NULL), 1e-12));
    cr_expect(gt(sz, best.rounds, info.rounds));
}

/* A few wrong labels far out pull the logistic head round; the saturating one gives them up. */
Test(thumbs_fit, kto_bears_wrong_labels_far_out)
{
    double moved[2];
    for (int kind = 0; kind < 2; kind++) {
        struct thumbs_opts o = thumbs_opts_of(kind == 0 ? THUMBS_KTO : THUMBS_LOGISTIC, 1e-3);
        double w[2][D], bias;
        for (int wrong = 0; wrong < 2; wrong++) {
            for (size_t i = 0; i < N && wrong == 1; i += 40) {
                for (size_t j = 0; j < D; j++)
                    values[i * D + j] *= 8;
                thumbs[i].up = 1.2 * values[i * D + 1] < 0.8 * values[i * D + 2];
            }
            fit(&o, w[wrong], &bias);
        }
        moved[kind] = 1 - linalg_dot(w[0], w[1], D) / linalg_nrm2(w[0], D) / linalg_nrm2(w[1], D);
        tear_down();
        set_up();
    }
    cr_expect(lt(dbl, moved[0], 0.5 * moved[1]), "%g %g", moved[0], moved[1]);
}

/* Mirror images: every thumb turned turns the head. The reference point of kto is not mirrored, as it is at least 0. */
Test(thumbs_fit, turning_all_thumbs_turns_the_head)
{
    for (int kind = THUMBS_LOGISTIC; kind <= THUMBS_BCO; kind++) {
        struct thumbs_opts o = thumbs_opts_of((enum thumbs_kind)kind, 1e-2);
        double w[2][D], bias[2];
        o.delta = THUMBS_RUNNING;
        for (int side = 0; side < 2; side++) {
            o.up_weight = side == 0 ? 2 : 1;
            o.down_weight = side == 0 ? 1 : 2;
            fit(&o, w[side], &bias[side]);
            for (size_t i = 0; i < N; i++)
                thumbs[i].up = !thumbs[i].up;
        }
        cr_expect(epsilon_eq(dbl, bias[0], -bias[1], 1e-5));
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, w[0][j], -w[1][j], 1e-5));
    }
}

Test(thumbs_fit, order_and_doubled_examples_do_not_matter)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, 1e-2);
    double w[2][D], bias[2];
    struct thumbs_info info = fit(&o, w[0], &bias[0]);
    size_t shuffled[2 * N];
    struct rng r;
    rng_seed(&r, 1);
    for (size_t i = 0; i < 2 * N; i++)
        shuffled[i] = i % N;
    rng_shuffle(&r, shuffled, 2 * N);
    struct thumbs_info other;
    cr_assert(thumbs_fit(&e, thumbs, shuffled, 2 * N, &o, w[1], &bias[1], &other, NULL, &err));
    cr_expect(epsilon_eq(dbl, info.objective, other.objective, 1e-9));
    for (size_t j = 0; j < D; j++)
        cr_expect(epsilon_eq(dbl, w[0][j], w[1][j], 1e-6));
}

Test(thumbs_fit, bits_do_not_depend_on_threads)
{
    for (int kind = 0; kind <= THUMBS_KTO; kind++) {
        struct thumbs_opts o = thumbs_opts_of((enum thumbs_kind)kind, 1e-2);
        double w[2][D], bias[2];
        o.starts = 2;
        for (int t = 0; t < 2; t++) {
            o.threads = 1 + 2 * t;
            fit(&o, w[t], &bias[t]);
        }
        cr_expect(memcmp(w[0], w[1], sizeof w[0]) == 0 && memcmp(&bias[0], &bias[1], sizeof bias[0]) == 0);
    }
}

Test(thumbs_fit, a_warm_start_ends_at_the_same_head_with_fewer_steps)
{
    for (int kind = THUMBS_LOGISTIC; kind <= THUMBS_BCO; kind++) {
        struct thumbs_opts o = thumbs_opts_of((enum thumbs_kind)kind, 1e-2);
        double w[D], cold[D], bias;
        struct thumbs_info first = fit(&o, w, &bias);
        memcpy(cold, w, sizeof w);
        o.warm = true;
        struct thumbs_info second = fit(&o, w, &bias);
        cr_expect(second.converged);
        cr_expect(lt(sz, second.iterations, first.iterations));
        cr_expect(epsilon_eq(dbl, first.objective, second.objective, 1e-9));
        for (size_t j = 0; j < D; j++)
            cr_expect(epsilon_eq(dbl, w[j], cold[j], 1e-4));
    }
}

Test(thumbs_fit, mismatched_answers_set_the_reference_point_and_are_no_examples)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_KTO, 1e-3);
    double w[D], bias, sum = 0, weights = 0;
    for (size_t i = 0; i < N; i += 4)
        thumbs[i].mismatched = true;
    struct thumbs_info info = fit(&o, w, &bias);
    cr_expect(eq(sz, info.n_mismatched, N / 4));
    cr_expect(eq(sz, info.n_up + info.n_down, N - N / 4));
    for (size_t i = 0; i < N; i += 4) {
        sum += thumbs[i].weight * reward(w, i);
        weights += thumbs[i].weight;
    }
    cr_expect(epsilon_eq(dbl, -bias, fmax(0, sum / weights), 1e-6));
}

Test(thumbs_fit, prompts_are_matched_by_clipped_ratios)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, 1e-2);
    static double q[N];
    struct thumbs_info info = {0};
    double w[D], bias, sum = 0;
    o.ratio_least = 0.7;
    o.ratio_most = 1.4;
    o.match_prompts = true;
    cr_assert(thumbs_prompt_ratios(&e, thumbs, all, N, &o, q, &info, &err), "%s", err.text);
    size_t clipped = 0, down = 0;
    for (size_t i = 0; i < N; i++) {
        cr_expect(thumbs[i].up ? q[i] == 1 : (q[i] >= 0.7 && q[i] <= 1.4));
        clipped += !thumbs[i].up && (q[i] == 0.7 || q[i] == 1.4);
        down += !thumbs[i].up;
        sum += thumbs[i].up ? 0 : q[i];
    }
    cr_expect(eq(sz, info.ratio_clipped, clipped));
    cr_expect(gt(sz, clipped, 0));
    cr_expect(epsilon_eq(dbl, info.ratio_mean, sum / (double)down, 1e-12));
    cr_expect(gt(dbl, info.prompt_accuracy, 0.55));
    struct thumbs_info fitted = fit(&o, w, &bias);
    cr_expect(fitted.converged);
    cr_expect(epsilon_eq(dbl, fitted.objective, objective(&o, w, -bias, q), 1e-12));
    expect_stationary(&o, w, -bias, q);
    thumbs[7].prompt = THUMBS_NO_PROMPT;
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &fitted, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_MISSING));
}

/* Prompts that do not differ weigh 1: a constant row has no direction to tell them apart by. */
Test(thumbs_fit, equal_prompts_have_ratio_one)
{
    struct thumbs_opts o = thumbs_opts_of(THUMBS_BCO, 1e-2);
    static double q[N];
    struct thumbs_info info = {0};
    for (size_t i = 0; i < N; i++)
        thumbs[i].prompt = N;
    cr_assert(thumbs_prompt_ratios(&e, thumbs, all, N, &o, q, &info, &err));
    for (size_t i = 0; i < N; i++)
        cr_expect(epsilon_eq(dbl, q[i], 1, 1e-5));
    cr_expect(eq(dbl, info.prompt_accuracy, 0.5));
}

static bool stop_at(void *ctx, double done, double total)
{
    cr_expect(done >= 0 && done <= total);
    return --*(int *)ctx > 0;
}

Test(thumbs_fit, is_interrupted_with_a_finite_head_marked_so)
{
    for (int kind = 0; kind <= THUMBS_KTO; kind++)
        for (int ticks = 1; ticks < 12; ticks += 3) {
            struct thumbs_opts o = thumbs_opts_of((enum thumbs_kind)kind, 1e-5);
            struct thumbs_info info;
            int left = ticks;
            struct progress progress = {.tick = stop_at, .ctx = &left};
            double w[D], bias;
            o.starts = 3;
            cr_assert(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, &progress, &err));
            if (left > 0)
                continue; /* it was quicker */
            cr_expect(eq(int, (int)info.stop, (int)BT_INTERRUPTED));
            cr_expect(not(info.converged));
            cr_expect(isfinite(linalg_nrm2(w, D)) && isfinite(bias) && isfinite(info.objective));
        }
}

Test(thumbs_fit, what_cannot_be_fitted_is_refused_with_a_word)
{
    struct thumbs_info info;
    double w[D], bias;
    struct thumbs_opts o = thumbs_opts_of(THUMBS_LOGISTIC, 0);
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "l2 is 0"), NULL), "%s", err.text);
    o.l2 = 1;
    o.beta = NAN;
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, NULL, &err)));
    o.beta = 1;
    cr_expect(not(thumbs_fit(&e, thumbs, all, 0, &o, w, &bias, &info, NULL, &err)));
    thumbs[4].weight = -1;
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, NULL, &err)));
    thumbs[4].weight = 1;
    for (size_t i = 0; i < N; i++)
        thumbs[i].weight = thumbs[i].up ? 0 : 1;
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, NULL, &err)));
    cr_expect(ne(ptr, strstr(err.text, "a head needs both"), NULL), "%s", err.text);
    thumbs[0].weight = thumbs[1].weight = thumbs[2].weight = thumbs[3].weight = thumbs[5].weight = 1;
    values[5] = NAN;
    cr_expect(not(thumbs_fit(&e, thumbs, all, N, &o, w, &bias, &info, NULL, &err)));
    cr_expect(eq(int, (int)err.kind, (int)ERR_NUMERIC));
}

Test(thumbs_fit, one_thumb_each_way_and_one_column_are_enough)
{
    const size_t two[] = {0, 1};
    thumbs[0].up = true;
    thumbs[1].up = false;
    for (int kind = 0; kind <= THUMBS_KTO; kind++) {
        struct thumbs_opts o = thumbs_opts_of((enum thumbs_kind)kind, 1e-4);
        struct thumbs_info info;
        double w[D], bias;
        cr_assert(thumbs_fit(&e, thumbs, two, 2, &o, w, &bias, &info, NULL, &err), "%s", err.text);
        cr_expect(kind == THUMBS_KTO ? info.stop == BT_STATIONARY : info.converged, "%s", bt_stop_text(info.stop));
        cr_expect(gt(dbl, reward(w, 0), reward(w, 1)));
    }
}

/* ---- third-party figures ---- */

static void add(struct embeddings *into, const char *data, const char *name)
{
    char matrix[512], ids[512];
    snprintf(matrix, sizeof matrix, "%s/hh-harmless/%s.f32.npy", data, name);
    snprintf(ids, sizeof ids, "%s/hh-harmless/%s.ids.txt", data, name);
    bool ok = embeddings_add(into, matrix, ids, &err);
    cr_assert(ok, "%s", err.text);
}

Test(thumbs_fit, pointwise_logistic_regression_agrees_with_scikit_learn)
{
    const char *data = getenv("ASSAY_DATA");
    char path[512];
    data = data != NULL ? data : "../shared/data";
    snprintf(path, sizeof path, "%s/reference.json", data);
    if (access(path, R_OK) != 0)
        cr_skip_test("no third-party data at %s", path);
    struct json_object *reference = json_object_from_file(path), *hh, *want, *value;
    cr_assert(json_object_object_get_ex(reference, "hh-harmless", &hh) &&
              json_object_object_get_ex(hh, "pointwise_logistic_lambda_1e-3", &want));
    struct embeddings real;
    struct pair_set set = {0};
    embeddings_init(&real);
    add(&real, data, "chosen");
    add(&real, data, "rejected");
    snprintf(path, sizeof path, "%s/hh-harmless/pairs.jsonl", data);
    cr_assert(pairs_read(path, &real, &set, &err), "%s", err.text);
    struct thumb *liked = mem_array(2 * set.pairs.n, sizeof *liked);
    size_t *which = mem_array(2 * set.pairs.n, sizeof *which), n = 0;
    for (size_t i = 0; i < set.pairs.n; i++) {
        if (set.pairs.v[i].split != SPLIT_TRAIN)
            continue;
        liked[n++] = (struct thumb){.row = set.pairs.v[i].chosen, .weight = 1, .up = true};
        liked[n++] = (struct thumb){.row = set.pairs.v[i].rejected, .weight = 1};
    }
    for (size_t i = 0; i < n; i++)
        which[i] = i;
    struct thumbs_opts o = thumbs_opts_of(THUMBS_LOGISTIC, 1e-3);
    struct thumbs_info info;
    double *w = mem_array(real.d, sizeof *w), bias, theirs;
    cr_assert(thumbs_fit(&real, liked, which, n, &o, w, &bias, &info, NULL, &err), "%s", err.text);
    json_object_object_get_ex(want, "objective", &value);
    theirs = json_object_get_double(value);
    cr_expect(info.converged);
    cr_expect(epsilon_eq(dbl, info.objective, theirs, 1e-6 * theirs));
    json_object_object_get_ex(want, "intercept", &value);
    cr_expect(epsilon_eq(dbl, bias, json_object_get_double(value), 1e-4));
    json_object_object_get_ex(want, "weight_norm", &value);
    cr_expect(epsilon_eq(dbl, linalg_nrm2(w, real.d), json_object_get_double(value), 1e-4));
    pairs_free(&set);
    mem_free(liked);
    mem_free(which);
    mem_free(w);
    embeddings_close(&real);
    json_object_put(reference);
}
