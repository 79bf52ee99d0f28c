/* Our numbers against those of other tools on real data (third-party data beside the checkout: $ASSAY_DATA or
 * ../shared/data). */
#include "core/auroc.h"
#include "core/base/json.h"
#include "core/bt.h"
#include "core/calibration.h"
#include "core/laplace.h"
#include "core/linalg.h"
#include "core/many.h"
#include "core/metric.h"
#include "core/metric_ratings.h"
#include "core/metric_thumbs.h"
#include "core/ratings.h"
#include "core/ridge.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 512 };

static const char *path_of(const char *name, char out[PATH])
{
    const char *data = getenv("ASSAY_DATA");
    snprintf(out, PATH, "%s/%s", data != NULL ? data : "../shared/data", name);
    return out;
}

static struct json_object *reference;
static struct err err;

static void set_up(void)
{
    char path[PATH];
    linalg_threads(1);
    if (access(path_of("reference.json", path), R_OK) != 0)
        cr_skip_test("no third-party data at %s", path);
    reference = json_object_from_file(path);
    cr_assert(ne(ptr, reference, NULL));
}

static void tear_down(void)
{
    json_object_put(reference);
}

TestSuite(reference, .init = set_up, .fini = tear_down);

/* Walk "a/b/2/c" from o; list positions are numbers. */
static struct json_object *at(struct json_object *o, const char *keys)
{
    char key[128];
    while (*keys != '\0') {
        size_t n = strcspn(keys, "/");
        snprintf(key, sizeof key, "%.*s", (int)n, keys);
        struct json_object *next = NULL;
        if (json_object_is_type(o, json_type_array))
            next = json_object_array_get_idx(o, (size_t)strtoul(key, NULL, 10));
        else
            json_object_object_get_ex(o, key, &next);
        cr_assert(ne(ptr, next, NULL), "reference.json has no %s", key);
        o = next;
        keys += n + (keys[n] == '/');
    }
    return o;
}

static double number(struct json_object *o, const char *keys)
{
    return json_object_get_double(at(o, keys));
}

static void add(struct embeddings *e, const char *matrix, const char *ids)
{
    char path[PATH], ids_path[PATH];
    bool ok = embeddings_add(e, path_of(matrix, path), path_of(ids, ids_path), &err);
    cr_assert(ok, "%s", err.text);
}

static void read_pairs(const struct embeddings *e, const char *file, struct pair_set *set)
{
    char path[PATH];
    bool ok = pairs_read(path_of(file, path), e, set, &err);
    cr_assert(ok, "%s", err.text);
}

/* Margins of the pairs of one split, as the reference computes them: float64 differences. */
static size_t margins(const struct embeddings *e, const struct pair_set *set, enum split split, const double *w,
                      double *z)
{
    double *a = mem_array(e->d, sizeof *a), *b = mem_array(e->d, sizeof *b);
    size_t n = 0;
    for (size_t i = 0; i < set->pairs.n; i++) {
        if (set->pairs.v[i].split != split)
            continue;
        embeddings_row_f64(e, set->pairs.v[i].chosen, a);
        embeddings_row_f64(e, set->pairs.v[i].rejected, b);
        linalg_axpy(-1, b, a, e->d);
        z[n++] = linalg_dot(w, a, e->d);
    }
    mem_free(a);
    mem_free(b);
    return n;
}

/* One orientation: how often is what is said with sigma(z) so? */
static double ece_once(const double *z, const bool *so, size_t n, size_t bins)
{
    struct metric_thumbs m;
    cr_assert(metric_thumbs_of(&(struct metric_thumbs_data){.z = z, .up = so, .n = n}, bins, &m, &err));
    return m.ece;
}

/* By confidence, in bins over [0, 1] and over [1/2, 1], which are the upper half of twice as many. */
static void check_confidence(struct json_object *want, const double *z, size_t n)
{
    double *size = mem_array(n + 1, sizeof *size);
    bool *right = mem_array(n + 1, sizeof *right);
    for (size_t i = 0; i < n; i++) {
        size[i] = fabs(z[i]);
        right[i] = z[i] > 0;
    }
    cr_expect(epsilon_eq(dbl, ece_once(size, right, n, 10), number(want, "ece10_conf"), 1e-4));
    cr_expect(epsilon_eq(dbl, ece_once(size, right, n, 15), number(want, "ece15_conf"), 1e-4));
    cr_expect(epsilon_eq(dbl, ece_once(size, right, n, 20), number(want, "ece10_half"), 1e-4));
    cr_expect(epsilon_eq(dbl, ece_once(size, right, n, 30), number(want, "ece15_half"), 1e-4));
    mem_free(size);
    mem_free(right);
}

/* The area under the curve of both orientations of every pair. */
static void check_area(struct json_object *want, const double *z, size_t n)
{
    double *both = mem_array(2 * n + 1, sizeof *both), *first = mem_array(2 * n + 1, sizeof *first);
    for (size_t i = 0; i < n; i++) {
        both[i] = z[i];
        both[n + i] = -z[i];
        first[i] = 1;
    }
    cr_expect(epsilon_eq(dbl, auroc_of(both, first, 2 * n, NULL), number(want, "auc"), 1e-4));
    mem_free(both);
    mem_free(first);
}

static void check_metrics(struct json_object *want, const double *z, size_t n)
{
    check_confidence(want, z, n);
    check_area(want, z, n);
    struct metric m;
    const struct metric_pairs pairs = {.z = z, .n = n};
    cr_assert(metric_pairs_of(&pairs, 10, &m, &err));
    cr_expect(eq(sz, m.n, (size_t)number(want, "n")));
    cr_expect(epsilon_eq(dbl, m.accuracy, number(want, "accuracy"), 1e-12));
    cr_expect(epsilon_eq(dbl, m.nll, number(want, "nll"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.brier, number(want, "brier"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.ece, number(want, "ece10"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.mean_margin, number(want, "mean_margin"), 1e-4));
    if (json_has(want, "margins_equal_to_zero")) {
        cr_expect(eq(sz, m.zeros, (size_t)number(want, "margins_equal_to_zero")));
        cr_expect(epsilon_eq(dbl, m.accuracy_half, number(want, "accuracy_zero_as_half"), 1e-12));
    }
    cr_assert(metric_pairs_of(&pairs, 15, &m, &err));
    cr_expect(epsilon_eq(dbl, m.ece, number(want, "ece15"), 1e-4));
}

/* Fit on the train pairs and compare everything with one entry of the reference. */
static void check_fit(const struct embeddings *e, const struct pair_set *set, struct json_object *want)
{
    size_t *train = mem_array(set->pairs.n + 1, sizeof *train), n = 0;
    double *w = mem_array(e->d, sizeof *w), *z = mem_array(set->pairs.n + 1, sizeof *z);
    for (size_t i = 0; i < set->pairs.n; i++)
        if (set->pairs.v[i].split == SPLIT_TRAIN)
            train[n++] = i;
    struct bt_problem b;
    struct bt_info info;
    bool ok = bt_init(&b, e, set->pairs.v, train, n, BT_AUTO, &err) &&
              bt_fit(&b, number(want, "lambda"), NULL, w, &info, NULL, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(info.converged, "%s: |g| = %g after %zu steps", bt_stop_text(info.stop), info.grad_norm, info.iterations);
    double objective = number(want, "objective"), norm = number(want, "weight_norm");
    cr_expect(epsilon_eq(dbl, info.objective, objective, 1e-6 * objective));
    cr_expect(epsilon_eq(dbl, linalg_nrm2(w, e->d), norm, 1e-4 * norm));
    for (size_t i = 0; i < 5; i++) {
        char key[32];
        snprintf(key, sizeof key, "weights_first5/%zu", i);
        cr_expect(epsilon_eq(dbl, w[i], number(want, key), 2e-4 * norm));
    }
    check_metrics(at(want, "train"), z, margins(e, set, SPLIT_TRAIN, w, z));
    check_metrics(at(want, "test"), z, margins(e, set, SPLIT_TEST, w, z));
    bt_free(&b);
    mem_free(train);
    mem_free(w);
    mem_free(z);
}

struct hh {
    struct embeddings e;
    struct pair_set set;
};

static void open_hh(struct hh *h)
{
    *h = (struct hh){0};
    add(&h->e, "hh-harmless/chosen.f32.npy", "hh-harmless/chosen.ids.txt");
    add(&h->e, "hh-harmless/rejected.f32.npy", "hh-harmless/rejected.ids.txt");
    read_pairs(&h->e, "hh-harmless/pairs.jsonl", &h->set);
}

/* The sides that the winners of the test pairs were shown on, at most `n`: true for A. */
static size_t shown_sides(bool *side, size_t n)
{
    char path[PATH], line[256];
    FILE *f = fopen(path_of("hh-harmless/index.csv", path), "r");
    size_t found = 0;
    cr_assert(ne(ptr, f, NULL), "%s", path);
    while (fgets(line, sizeof line, f) != NULL) { /* pair, line, split, side, ... */
        const char *split = strstr(line, ",test,");
        if (split != NULL && found < n)
            side[found++] = split[6] == 'A';
    }
    fclose(f);
    return found;
}

/* P(the side shown as A) against what stood there. */
static void check_shown_order(const struct hh *h, const double *w, struct json_object *want)
{
    double z[300];
    bool winner[300];
    size_t n = margins(&h->e, &h->set, SPLIT_TEST, w, z);
    cr_assert(eq(sz, shown_sides(winner, 300), n));
    for (size_t i = 0; i < n; i++)
        z[i] = winner[i] ? z[i] : -z[i];
    cr_expect(epsilon_eq(dbl, ece_once(z, winner, n, 10), number(want, "ece10_order"), 1e-4));
    cr_expect(epsilon_eq(dbl, ece_once(z, winner, n, 15), number(want, "ece15_order"), 1e-4));
}

static void close_hh(struct hh *h)
{
    pairs_free(&h->set);
    embeddings_close(&h->e);
}

Test(reference, bradley_terry_on_hh)
{
    struct hh h;
    open_hh(&h);
    for (size_t i = 0; i < 3; i++)
        check_fit(&h.e, &h.set, json_object_array_get_idx(at(reference, "hh-harmless/bradley_terry"), i));
    close_hh(&h);
}

static size_t split_of(const struct pair_set *set, enum split split, size_t *which)
{
    size_t n = 0;
    for (size_t i = 0; i < set->pairs.n; i++)
        if (set->pairs.v[i].split == split)
            which[n++] = i;
    return n;
}

/* Fit, then the ECE in the order of showing, and the variances of the margins of the test pairs. */
static void check_laplace(const struct hh *h, struct json_object *want)
{
    size_t train[1100], test[300], n = split_of(&h->set, SPLIT_TRAIN, train), m = split_of(&h->set, SPLIT_TEST, test);
    double w[512], l2 = number(want, "lambda"), *D = mem_array(m * 512, sizeof *D), other[512], v[300], mean = 0;
    struct bt_problem b;
    struct bt_info info;
    struct laplace l;
    const struct bt_model plain = {0};
    cr_assert(bt_init(&b, &h->e, h->set.pairs.v, train, n, BT_AUTO, &err));
    cr_assert(bt_fit(&b, l2, NULL, w, &info, NULL, &err));
    check_shown_order(h, w, at(want, "test"));
    cr_assert(laplace_of_pairs(&h->e, h->set.pairs.v, train, n, &plain, l2, w, LAPLACE_AUTO, 2, &l, &err), "%s",
              err.text);
    for (size_t i = 0; i < m; i++) {
        embeddings_row_f64(&h->e, h->set.pairs.v[test[i]].chosen, D + i * 512);
        embeddings_row_f64(&h->e, h->set.pairs.v[test[i]].rejected, other);
        linalg_axpy(-1, other, D + i * 512, 512);
    }
    cr_assert(laplace_variances(&l, D, m, v, &err));
    double least = v[0], largest = v[0];
    for (size_t i = 0; i < m; i++) {
        mean += v[i] / (double)m;
        least = fmin(least, v[i]);
        largest = fmax(largest, v[i]);
    }
    cr_expect(epsilon_eq(dbl, l.log_det, number(want, "laplace/logdet_H"), 1e-3));
    const double got[] = {mean, least, largest, v[0], v[1], v[2]};
    static const char *const keys[] = {"mean", "min", "max", "first3/0", "first3/1", "first3/2"};
    for (size_t i = 0; i < 6; i++) {
        char key[64];
        snprintf(key, sizeof key, "laplace/margin_var_%s", keys[i]);
        cr_expect(epsilon_eq(dbl, got[i], number(want, key), 1e-4 * number(want, key)));
    }
    laplace_free(&l);
    bt_free(&b);
    mem_free(D);
}

Test(reference, laplace_on_hh)
{
    struct hh h;
    open_hh(&h);
    for (size_t i = 0; i < 3; i++)
        check_laplace(&h, json_object_array_get_idx(at(reference, "hh-harmless/bradley_terry"), i));
    close_hh(&h);
}

Test(reference, zero_weights_on_hh)
{
    struct hh h;
    open_hh(&h);
    size_t which[1100], n = 0;
    for (size_t i = 0; i < h.set.pairs.n; i++)
        if (h.set.pairs.v[i].split == SPLIT_TRAIN)
            which[n++] = i;
    struct bt_problem b;
    cr_assert(bt_init(&b, &h.e, h.set.pairs.v, which, n, BT_F64, &err));
    double w[512] = {0}, g[512], z[1100];
    bt_margins(&b, w, z);
    bt_gradient(&b, 0, w, z, g);
    struct json_object *want = at(reference, "hh-harmless/at_zero_weights");
    cr_expect(epsilon_eq(dbl, bt_value(&b, 0, w, z), number(want, "objective"), 1e-12));
    cr_expect(epsilon_eq(dbl, linalg_nrm2(g, 512), number(want, "gradient_norm"), 1e-12));
    cr_expect(epsilon_eq(dbl, g[0], number(want, "gradient_first3/0"), 1e-12));
    bt_free(&b);
    close_hh(&h);
}

/* Seven penalties, five folds: 35 heads in common readings of the data, each judged on the fold it has not seen. */
Test(reference, cross_validation_on_hh)
{
    enum { FOLDS = 5, PATH_LENGTH = 7, COLUMNS = FOLDS * PATH_LENGTH };
    struct json_object *want = at(reference, "hh-harmless/cv5_on_train_fold_is_position_mod_5");
    struct hh h;
    struct many_column columns[COLUMNS];
    struct bt_info info[COLUMNS];
    open_hh(&h);
    size_t total = h.set.pairs.n, n = 0;
    size_t *train = mem_array(total, sizeof *train), *fold = mem_array(total, sizeof *fold);
    for (size_t i = 0; i < total; i++)
        if (h.set.pairs.v[i].split == SPLIT_TRAIN) {
            fold[n] = n % FOLDS;
            train[n++] = i;
        }
    for (size_t j = 0; j < COLUMNS; j++) {
        char key[32];
        snprintf(key, sizeof key, "%zu/lambda", j / FOLDS);
        columns[j] = (struct many_column){number(want, key), j % FOLDS, MANY_NONE, -1};
    }
    size_t width = many_held_width(columns, COLUMNS);
    double *W = mem_array(COLUMNS * h.e.d, sizeof *W), *held = mem_array(n * width, sizeof *held),
           *z = mem_array(n, sizeof *z);
    const struct many_problem p = {.e = &h.e, .pairs = h.set.pairs.v, .which = train, .n = n, .fold = fold};
    const struct many_opts o = {.memory = (size_t)1 << 30};
    cr_assert(many_fit(&p, columns, COLUMNS, &o, W, info, held, NULL, NULL, &err), "%s", err.text);
    cr_assert(eq(sz, width, (size_t)PATH_LENGTH));
    for (size_t k = 0; k < PATH_LENGTH; k++) {
        for (size_t i = 0; i < n; i++)
            z[i] = held[i * width + many_held_place(columns, k * FOLDS + fold[i])];
        struct json_object *row = json_object_array_get_idx(want, k);
        struct metric m;
        cr_assert(metric_pairs_of(&(struct metric_pairs){.z = z, .n = n}, 10, &m, &err));
        cr_expect(epsilon_eq(dbl, m.nll, number(row, "nll"), 1e-5), "penalty %zu", k);
        cr_expect(epsilon_eq(dbl, m.accuracy, number(row, "accuracy"), 1e-12), "penalty %zu", k);
        cr_expect(epsilon_eq(dbl, m.ece, number(row, "ece10"), 1e-4), "penalty %zu", k);
    }
    for (size_t j = 0; j < COLUMNS; j++)
        cr_expect(info[j].converged, "column %zu", j);
    mem_free(train);
    mem_free(fold);
    mem_free(W);
    mem_free(held);
    mem_free(z);
    close_hh(&h);
}

Test(reference, label_smoothing_on_hh)
{
    struct hh h;
    open_hh(&h);
    for (size_t i = 0; i < h.set.pairs.n; i++)
        h.set.pairs.v[i].p = 0.9;
    check_fit(&h.e, &h.set, at(reference, "hh-harmless/bradley_terry_label_smoothing_0.1"));
    close_hh(&h);
}

/* The weight of a pair follows from its position in index.csv, which is the position of its row in chosen.f32.npy. */
Test(reference, weights_on_hh)
{
    struct hh h;
    open_hh(&h);
    for (size_t i = 0; i < h.set.pairs.n; i++) {
        int number_in_id = 0;
        cr_assert(eq(int, sscanf(embeddings_id(&h.e, h.set.pairs.v[i].chosen), "hh-%d/", &number_in_id), 1));
        h.set.pairs.v[i].weight = 1 + (number_in_id - 1) % 3;
    }
    check_fit(&h.e, &h.set, at(reference, "hh-harmless/bradley_terry_weights_1_2_3_by_row_modulo_3"));
    close_hh(&h);
}

static void check_half(const char *matrix, const char *key)
{
    struct embeddings e = {0};
    struct pair_set set = {0};
    add(&e, matrix, "hh-harmless/all.ids.txt");
    read_pairs(&e, "hh-harmless/pairs.jsonl", &set);
    check_fit(&e, &set, at(reference, key));
    pairs_free(&set);
    embeddings_close(&e);
}

Test(reference, half_precision_on_hh)
{
    check_half("hh-harmless/all.f16.npy", "hh-harmless/bradley_terry_from_f16");
    check_half("hh-harmless/all.f16.safetensors", "hh-harmless/bradley_terry_from_f16");
    check_half("hh-harmless/all.bf16.safetensors", "hh-harmless/bradley_terry_from_bf16");
}

Test(reference, reliability_table_on_hh)
{
    struct hh h;
    struct tensor t;
    char path[PATH];
    double w[512], z[300];
    struct metric m;
    open_hh(&h);
    cr_assert(tensor_open(path_of("hh-harmless/weights.lambda-1e-3.f64.npy", path), &t, &err));
    for (size_t i = 0; i < t.rows; i++)
        tensor_row_f64(&t, i, w + i);
    tensor_close(&t);
    size_t n = margins(&h.e, &h.set, SPLIT_TEST, w, z);
    cr_assert(metric_pairs_of(&(struct metric_pairs){.z = z, .n = n}, 10, &m, &err));
    struct json_object *want = at(reference, "hh-harmless/bradley_terry/1/reliability10_test");
    for (size_t i = 0; i < json_object_array_length(want); i++) {
        struct json_object *bin = json_object_array_get_idx(want, i);
        const struct metric_bin *b = &m.bins[(size_t)number(bin, "bin")];
        cr_expect(epsilon_eq(dbl, b->count, number(bin, "count"), 1e-9));
        cr_expect(epsilon_eq(dbl, b->confidence, number(bin, "mean_p"), 1e-9));
        cr_expect(epsilon_eq(dbl, b->accuracy, number(bin, "mean_y"), 1e-9));
    }
    close_hh(&h);
}

/* Fitted values of the isotonic map at both orientations of the pairs, by size, in blocks of one value. */
static void check_isotonic(struct json_object *want, const double *z, size_t n)
{
    struct calibration c;
    const struct metric_pairs pairs = {.z = z, .n = n};
    double floor = 1 / (2 * (double)n), residual = 0;
    cr_assert(calibration_fit(&c, CALIBRATION_ISOTONIC, &pairs, &err), "%s", err.text);
    struct json_object *blocks = at(want, "block_values_and_sizes");
    for (size_t b = 0, knot = 0; b < json_object_array_length(blocks); b++) {
        struct json_object *block = json_object_array_get_idx(blocks, b);
        double value = fmin(1 - floor, fmax(floor, number(block, "0")));
        cr_assert(lt(sz, knot, c.knots));
        cr_expect(epsilon_eq(dbl, c.p[knot], value, 1e-9));
        while (knot < c.knots && fabs(c.p[knot] - value) < 1e-9)
            knot++;
        cr_expect(eq(sz, knot < c.knots, b + 1 < json_object_array_length(blocks)));
    }
    for (size_t i = 0; i < n; i++)
        residual += 2 * pow(1 - calibration_probability(&c, z[i]), 2);
    /* the first and the last block are kept off 0 and 1 here, and all of them are right there */
    double kept = number(blocks, "0/1") * floor * floor * 2;
    cr_expect(epsilon_eq(dbl, residual, number(want, "sum_of_squared_residuals") + kept, 1e-6));
    calibration_free(&c);
}

Test(reference, calibration_on_hh)
{
    struct hh h;
    struct tensor t;
    struct calibration c;
    char path[PATH];
    double w[512], z[300];
    open_hh(&h);
    cr_assert(tensor_open(path_of("hh-harmless/weights.lambda-1e-3.f64.npy", path), &t, &err));
    for (size_t i = 0; i < t.rows; i++)
        tensor_row_f64(&t, i, w + i);
    tensor_close(&t);
    struct pair_set set = {0};
    read_pairs(&h.e, "hh-harmless/pairs.calibration.jsonl", &set);
    size_t n = margins(&h.e, &set, SPLIT_NONE, w, z);
    pairs_free(&set);
    struct json_object *want = at(reference, "hh-harmless/bradley_terry/1/calibration");
    cr_assert(calibration_fit(&c, CALIBRATION_TEMPERATURE, &(struct metric_pairs){.z = z, .n = n}, &err),
              "%zu pairs: %s", n, err.text);
    cr_expect(epsilon_eq(dbl, c.temperature, number(want, "temperature"), 1e-6));
    check_isotonic(at(want, "isotonic_on_valid"), z, n);
    close_hh(&h);
}

Test(reference, soft_labels_on_pandalm)
{
    struct embeddings e = {0};
    struct pair_set set = {0};
    add(&e, "pandalm/responses.f32.npy", "pandalm/responses.ids.txt");
    read_pairs(&e, "pandalm/pairs.jsonl", &set);
    for (size_t i = 0; i < 3; i++)
        check_fit(&e, &set, json_object_array_get_idx(at(reference, "pandalm/head_soft_labels/fits"), i));
    pairs_free(&set);
    embeddings_close(&e);
}

Test(reference, hard_labels_on_pandalm)
{
    struct embeddings e = {0};
    struct pair_set set = {0};
    add(&e, "pandalm/responses.f32.npy", "pandalm/responses.ids.txt");
    read_pairs(&e, "pandalm/pairs.jsonl", &set);
    size_t n = 0;
    for (size_t i = 0; i < set.pairs.n; i++) {
        if (fabs(set.pairs.v[i].p - 0.5) < 1e-9)
            continue;
        set.pairs.v[n] = set.pairs.v[i];
        set.pairs.v[n++].p = 1;
    }
    set.pairs.n = n;
    for (size_t i = 0; i < 3; i++)
        check_fit(&e, &set,
                  json_object_array_get_idx(at(reference, "pandalm/head_hard_labels_without_even_pairs/fits"), i));
    pairs_free(&set);
    embeddings_close(&e);
}

Test(reference, bradley_terry_on_helpsteer)
{
    struct embeddings e = {0};
    struct pair_set set = {0};
    add(&e, "helpsteer/responses.f32.npy", "helpsteer/responses.ids.txt");
    read_pairs(&e, "helpsteer/pairs.jsonl", &set);
    for (size_t i = 0; i < 3; i++)
        check_fit(&e, &set, json_object_array_get_idx(at(reference, "helpsteer/bradley_terry"), i));
    for (size_t i = 0; i < set.pairs.n; i++)
        set.pairs.v[i].weight = set.pairs.v[i].strength;
    for (size_t i = 0; i < 3; i++)
        check_fit(&e, &set,
                  json_object_array_get_idx(at(reference, "helpsteer/bradley_terry_weighted_by_strength"), i));
    pairs_free(&set);
    embeddings_close(&e);
}

/* Five language models, each against each: one column a model, -1 and 1 for who met, weighted by how often; a tie has
 * strength 0 and p = 1/2. The likelihood does not say what may be added to all of w: it is compared with its mean taken
 * away. */
enum { MODELS = 5, MEETINGS = MODELS * (MODELS - 1) * 3 / 2 };

static void fit_models(const struct bt_model *model, struct bt_problem *b, double *w, struct bt_info *info)
{
    struct json_object *want = at(reference, "pandalm/model_strengths");
    double X[MEETINGS * MODELS] = {0}, weight[MEETINGS], p[MEETINGS], strength[MEETINGS], mean = 0;
    size_t n = 0;
    for (size_t i = 0; i < MODELS; i++)
        for (size_t j = 0; j < MODELS; j++)
            for (int tie = 0; tie < 2; tie++) {
                if (i == j || (tie && i > j))
                    continue;
                char key[32];
                snprintf(key, sizeof key, "%s/%zu/%zu", tie ? "ties" : "wins", i, j);
                X[n * MODELS + i] = 1;
                X[n * MODELS + j] = -1;
                weight[n] = number(want, key);
                p[n] = tie ? 0.5 : 1;
                strength[n++] = !tie;
            }
    cr_assert(eq(sz, n, MEETINGS));
    bool ok = bt_init_rows_model(b, model, &(struct bt_rows){X, n, MODELS, weight, p, strength}, BT_F64, &err) &&
              bt_fit(b, 0, NULL, w, info, NULL, &err);
    cr_assert(ok, "%s", err.text);
    cr_expect(info->converged, "%s", bt_stop_text(info->stop));
    for (size_t i = 0; i < MODELS; i++)
        mean += w[i] / MODELS;
    for (size_t i = 0; i < MODELS; i++)
        w[i] -= mean;
}

static void check_strengths(struct json_object *want, const double *w)
{
    for (size_t i = 0; i < MODELS; i++) {
        char key[48];
        snprintf(key, sizeof key, "strength_sum_zero/%zu", i);
        cr_expect(epsilon_eq(dbl, w[i], number(want, key), 1e-5));
    }
}

Test(reference, davidson_on_pandalm)
{
    struct json_object *want = at(reference, "pandalm/model_strengths/davidson");
    const struct bt_model model = {.ties = TIES_DAVIDSON};
    struct bt_problem b;
    struct bt_info info;
    double w[MODELS];
    fit_models(&model, &b, w, &info);
    cr_expect(epsilon_eq(dbl, info.objective * b.sum_weight, -number(want, "log_likelihood"), 1e-6));
    cr_expect(epsilon_eq(dbl, exp(b.ties.t[0]), number(want, "nu"), 1e-6));
    check_strengths(want, w);
    bt_free(&b);
}

/* A tie is half a win for each. Standard errors: of the inverse of H where the strengths sum to 0; adding a matrix of
 * 1/5 makes H definite and adds 1/5 to the diagonal of its inverse. */
Test(reference, bradley_terry_with_ties_halved_on_pandalm)
{
    struct json_object *want = at(reference, "pandalm/model_strengths/bradley_terry_ties_half");
    const struct bt_model model = {0};
    struct bt_problem b;
    struct bt_info info;
    double w[MODELS], z[MEETINGS], H[MODELS * MODELS], inverse[MODELS * MODELS] = {0};
    fit_models(&model, &b, w, &info);
    cr_expect(epsilon_eq(dbl, info.objective * b.sum_weight, -number(want, "log_likelihood"), 1e-6));
    check_strengths(want, w);
    bt_margins(&b, w, z);
    for (size_t i = 0; i < MODELS; i++) {
        inverse[i * MODELS + i] = 1;
        bt_hessian_times(&b, 0, z, inverse + i * MODELS, H + i * MODELS);
        for (size_t j = 0; j < MODELS; j++)
            H[i * MODELS + j] = H[i * MODELS + j] * b.sum_weight + 1.0 / MODELS;
    }
    cr_assert(linalg_solve_spd(H, MODELS, inverse, MODELS, 1e-12, &err), "%s", err.text);
    for (size_t i = 0; i < MODELS; i++) {
        char key[48];
        snprintf(key, sizeof key, "standard_errors/%zu", i);
        cr_expect(epsilon_eq(dbl, sqrt(inverse[i * MODELS + i] - 1.0 / MODELS), number(want, key), 1e-6));
    }
    bt_free(&b);
}

/* A regression data set: rows of X with k targets, split. */
struct task {
    double *X, *Y;
    enum split *split;
    size_t n, d, k;
    struct names names;
};

static void check_prediction(struct json_object *want, const struct task *t, enum split split, const double *W,
                             const double *b, size_t target)
{
    double *y = mem_array(t->n, sizeof *y), *f = mem_array(t->n, sizeof *f);
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->split[i] == split) {
            y[n] = t->Y[i * t->k + target];
            f[n++] = linalg_dot(W + target * t->d, t->X + i * t->d, t->d) + b[target];
        }
    struct metric_ratings m;
    metric_ratings_of(y, f, n, 1, &m);
    cr_expect(eq(sz, m.n, (size_t)number(want, "n")));
    cr_expect(epsilon_eq(dbl, m.rmse * m.rmse, number(want, "mse"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.mae, number(want, "mae"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.r2, number(want, "r2"), 1e-4));
    cr_expect(epsilon_eq(dbl, m.pearson, number(want, "pearson"), 1e-4));
    mem_free(y);
    mem_free(f);
}

static void check_ridge(const struct task *t, struct json_object *want)
{
    size_t n = 0, k = t->k, d = t->d;
    double *X = mem_array(t->n * d, sizeof *X), *Y = mem_array(t->n * k, sizeof *Y);
    for (size_t i = 0; i < t->n; i++)
        if (t->split[i] == SPLIT_TRAIN) {
            memcpy(X + n * d, t->X + i * d, d * sizeof *X);
            memcpy(Y + n++ * k, t->Y + i * k, k * sizeof *Y);
        }
    double *W = mem_array(k * d, sizeof *W), b[8];
    struct ridge_info info[8];
    const struct ridge_matrix matrix = {X, d};
    const struct ridge_rows rows = ridge_rows_of(&matrix, n);
    bool ok = ridge_fit(&rows, Y, k, number(want, "lambda"), W, b, info, NULL, &err);
    cr_assert(ok, "%s", err.text);
    for (size_t j = 0; j < k; j++) {
        struct json_object *target = at(at(want, "targets"), names_text(&t->names, j));
        double objective = number(target, "objective"), norm = number(target, "weight_norm");
        cr_expect(epsilon_eq(dbl, info[j].objective, objective, 1e-6 * objective));
        cr_expect(le(dbl, info[j].grad_norm, 1e-9));
        cr_expect(epsilon_eq(dbl, linalg_nrm2(W + j * d, d), norm, 1e-6 * norm));
        cr_expect(epsilon_eq(dbl, b[j], number(target, "intercept"), 1e-6));
        check_prediction(at(target, "train"), t, SPLIT_TRAIN, W, b, j);
        check_prediction(at(target, "test"), t, SPLIT_TEST, W, b, j);
    }
    mem_free(X);
    mem_free(Y);
    mem_free(W);
}

static void free_task(struct task *t)
{
    mem_free(t->X);
    mem_free(t->Y);
    mem_free(t->split);
    names_free(&t->names);
}

Test(reference, ridge_on_helpsteer)
{
    struct embeddings e = {0};
    struct rating_set set = {0};
    char path[PATH];
    add(&e, "helpsteer/responses.f32.npy", "helpsteer/responses.ids.txt");
    cr_assert(ratings_read(path_of("helpsteer/ratings.jsonl", path), &e, &set, &err), "%s", err.text);
    struct task t = {.n = set.rows.n, .d = e.d, .k = names_count(&set.attributes), .Y = set.values};
    t.names = set.attributes;
    t.X = mem_array(t.n * t.d, sizeof *t.X);
    t.split = mem_array(t.n, sizeof *t.split);
    for (size_t i = 0; i < t.n; i++) {
        embeddings_row_f64(&e, set.rows.v[i].row, t.X + i * t.d);
        t.split[i] = set.rows.v[i].split;
    }
    for (size_t i = 0; i < 3; i++)
        check_ridge(&t, json_object_array_get_idx(at(reference, "helpsteer/ridge"), i));
    set.values = NULL;
    set.attributes = (struct names){0};
    free_task(&t);
    ratings_free(&set);
    embeddings_close(&e);
}

/* Three ratings a story: their mean is the target. */
static void mean_ratings(const struct rating_set *set, struct task *t)
{
    double *count = mem_array(t->n, sizeof *count);
    for (size_t i = 0; i < set->rows.n; i++) {
        size_t row = set->rows.v[i].row;
        count[row]++;
        t->split[row] = set->rows.v[i].split;
        linalg_axpy(1, set->values + i * t->k, t->Y + row * t->k, t->k);
    }
    for (size_t i = 0; i < t->n; i++)
        linalg_scale(1 / count[i], t->Y + i * t->k, t->k);
    mem_free(count);
}

static void standardise(struct task *t)
{
    double *train = mem_array(t->n * t->d, sizeof *train), mean[128], sd[128];
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        if (t->split[i] == SPLIT_TRAIN)
            memcpy(train + n++ * t->d, t->X + i * t->d, t->d * sizeof *train);
    const struct ridge_matrix matrix = {train, t->d};
    const struct ridge_rows rows = ridge_rows_of(&matrix, n);
    cr_assert(le(sz, t->d, 128));
    ridge_standardise(&rows, mean, sd);
    for (size_t i = 0; i < t->n * t->d; i++)
        t->X[i] = (t->X[i] - mean[i % t->d]) / sd[i % t->d];
    mem_free(train);
}

Test(reference, ridge_on_hanna)
{
    struct embeddings e = {0};
    struct rating_set set = {0};
    char path[PATH];
    add(&e, "hanna/features.f64.npy", "hanna/features.ids.txt");
    cr_assert(ratings_read(path_of("hanna/ratings.jsonl", path), &e, &set, &err), "%s", err.text);
    struct task t = {.n = e.n, .d = e.d, .k = names_count(&set.attributes), .names = set.attributes};
    t.X = mem_array(t.n * t.d, sizeof *t.X);
    t.Y = mem_array(t.n * t.k, sizeof *t.Y);
    t.split = mem_array(t.n, sizeof *t.split);
    for (size_t i = 0; i < t.n; i++)
        embeddings_row_f64(&e, i, t.X + i * t.d);
    mean_ratings(&set, &t);
    standardise(&t);
    for (size_t i = 0; i < 3; i++)
        check_ridge(&t, json_object_array_get_idx(at(reference, "hanna/ridge_on_standardised_features/fits"), i));
    set.attributes = (struct names){0};
    free_task(&t);
    ratings_free(&set);
    embeddings_close(&e);
}

static void check_file(const char *folder, const char *name, struct json_object *want)
{
    char path[PATH], file[128];
    struct tensor t;
    snprintf(file, sizeof file, "%s/%s", folder, name);
    cr_assert(tensor_open(path_of(file, path), &t, &err), "%s", err.text);
    cr_expect(eq(sz, t.rows, (size_t)number(want, "shape/0")));
    cr_expect(eq(sz, t.cols, (size_t)number(want, "shape/1")));
    double *row = mem_array(t.cols, sizeof *row), sum = 0, squares = 0;
    for (size_t i = 0; i < t.rows; i++) {
        tensor_row_f64(&t, i, row);
        for (size_t j = 0; j < t.cols; j++)
            sum += row[j];
        squares += linalg_dot(row, row, t.cols);
        if (i == 0)
            cr_expect(eq(dbl, row[0], number(want, "first")));
        if (i == 1)
            cr_expect(eq(dbl, row[2], number(want, "row1_col2")));
    }
    cr_expect(eq(dbl, row[t.cols - 1], number(want, "last")));
    cr_expect(epsilon_eq(dbl, sum, number(want, "sum"), 1e-9 * squares));
    cr_expect(epsilon_eq(dbl, squares, number(want, "sum_of_squares"), 1e-9 * squares));
    mem_free(row);
    tensor_close(&t);
}

Test(reference, matrices_read_the_same)
{
    static const char *const folders[] = {"hh-harmless", "pandalm", "helpsteer", "hanna"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct json_object *files = at(at(reference, folders[i]), "files");
        json_object_object_foreach(files, name, want) check_file(folders[i], name, want);
    }
}
