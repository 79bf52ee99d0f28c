/* Matrices, ids and pairs as nobody would want them, from the file to the head: an exact error or the exact answer. */
#include "core/base/mem.h"
#include "core/npy.h"
#include "tests/support/assay.h"
#include "tests/support/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- numbers by place ---- */

/* Something like noise, the same everywhere. */
static float rough(size_t i, size_t j)
{
    return (float)((i * 7919 + j * 104729 + i * j * 31) % 97) / 48 - 1;
}

static float with_nan(size_t i, size_t j)
{
    return i == 3 && j == 1 ? NAN : rough(i, j);
}

static float with_infinity(size_t i, size_t j)
{
    return i == 5 && j == 2 ? -INFINITY : rough(i, j);
}

static float all_equal(size_t i, size_t j)
{
    (void)i;
    return rough(1, j);
}

static float twins(size_t i, size_t j)
{
    return rough(i < 2 ? 0 : i, j);
}

static float constant_column(size_t i, size_t j)
{
    return j == 3 ? 1000 : rough(i, j);
}

static float double_column(size_t i, size_t j)
{
    return rough(i, j == 3 ? 0 : j);
}

/* Row i is 1 in column i. */
static float unit(size_t i, size_t j)
{
    return i == j ? 1 : 0;
}

static float enormous(size_t i, size_t j)
{
    return j == 0 ? (i % 2 == 0 ? 3e38F : -3e38F) : 0;
}

/* ---- the table ---- */

#define P(a, b)  "{\"chosen\":" #a ",\"rejected\":" #b "}\n"
#define W(w)     "{\"chosen\":0,\"rejected\":1,\"weight\":" #w "}\n"
#define MIXED    P(0, 1) P(2, 3) P(5, 4) P(6, 7) P(1, 4) P(7, 2) P(3, 6) P(0, 5) P(2, 5) P(4, 0) P(6, 1)
#define SIX_IDS  "a\nb\nc\nd\ne\nf\n"
#define NOT_HERE "\", which the embeddings do not have"
#define DIVERGES "not converged: without a penalty (l2 = 0) these pairs have no finite optimum"

/* What the fit must come to. */
enum answer { NONE, CONVERGED, UNFINISHED, HALF, APART, AS_PLAIN, AS_THREE };

struct hostile {
    const char *what;
    size_t rows, cols;
    float (*number)(size_t i, size_t j);
    const char *ids, *pairs;
    double l2;
    int status;
    const char *told; /* on stderr; NULL: nothing */
    enum answer answer;
};

static const struct hostile table[] = {
    {"NaN", 8, 4, with_nan, NULL, MIXED, 0.01, 1, "x.npy: row 3 holds NaN or infinity", NONE},
    {"infinity", 6, 4, with_infinity, SIX_IDS, P(0, 1), 0.01, 1, "x.npy: row 5 (id f) holds NaN or infinity", NONE},
    {"no rows", 0, 4, rough, NULL, P(0, 1), 0.01, 1, "p.jsonl:1: \"chosen\" is row 0, but the embeddings have no rows",
     NONE},
    {"no rows, no pairs", 0, 4, rough, NULL, "", 0.01, 1, "no pair is left to train on", NONE},
    {"no pairs", 8, 4, rough, NULL, "", 0.01, 1, "no pair is left to train on", NONE},
    {"a row that is not there", 8, 4, rough, NULL, P(0, 8), 0.01, 1,
     "p.jsonl:1: \"rejected\" is row 8, but the embeddings have rows 0 to 7", NONE},
    {"beyond float32 when subtracted", 2, 2, enormous, NULL, P(0, 1), 0.01, 1,
     "the difference of rows 0 and 1 is beyond the range of float32", NONE},

    {"ids that are not there on one side", 6, 4, rough, SIX_IDS, "{\"chosen\":\"a\",\"rejected\":\"z\"}\n", 0.01, 1,
     "p.jsonl:1: \"rejected\" is the id \"z" NOT_HERE, NONE},
    {"ids in pairs only", 6, 4, rough, NULL, "{\"chosen\":\"a\",\"rejected\":\"b\"}\n", 0.01, 1,
     "\"chosen\" is the id \"a\", but the embeddings have no ids; give --ids FILE", NONE},
    {"ids in another order", 6, 4, rough, "f\nb\na\ne\nd\nc\n", "{\"chosen\":\"f\",\"rejected\":\"b\"}\n" P(2, 1), 0.01,
     0, NULL, CONVERGED},
    {"an id twice", 6, 4, rough, "a\nb\nc\nb\ne\nf\n", P(0, 1), 0.01, 1,
     "ids.txt:4: id \"b\" was met before, at ids.txt:2; ids must be unique", NONE},
    {"ids for some rows", 6, 4, rough, "a\nb\n", P(0, 1), 0.01, 1, "ids.txt: 2 ids, but x.npy has 6 rows", NONE},
    {"ids for more than the rows", 2, 4, rough, "a\nb\nc\n", P(0, 1), 0.01, 1, "ids.txt:3: more ids than the 2 rows",
     NONE},

    {"plain", 8, 3, rough, NULL, MIXED, 0.01, 0, NULL, AS_PLAIN},
    {"a constant column", 8, 4, constant_column, NULL, MIXED, 0.01, 0, NULL, AS_PLAIN},
    {"a constant column without a penalty", 8, 4, constant_column, NULL, MIXED, 0, 0, NULL, CONVERGED},
    {"a column twice without a penalty", 8, 4, double_column, NULL, MIXED, 0, 0, NULL, CONVERGED},
    {"every pair twice", 8, 3, rough, NULL, MIXED MIXED, 0.01, 0, NULL, AS_PLAIN},
    {"one pair of one column", 2, 1, unit, NULL, P(0, 1), 0.25, 0, NULL, APART},
    {"one pair without a penalty", 2, 2, unit, NULL, P(0, 1), 0, 0, DIVERGES, UNFINISHED},
    {"separable", 6, 6, unit, NULL, P(0, 1) P(2, 3) P(4, 5), 0.01, 0, NULL, AS_THREE},
    {"separable without a penalty", 6, 6, unit, NULL, P(0, 1) P(2, 3) P(4, 5), 0, 0, DIVERGES, UNFINISHED},
    {"more columns than most have", 6, 100000, unit, NULL, P(0, 1) P(2, 3) P(4, 5), 0.01, 0, NULL, AS_THREE},
    {"all differences zero", 8, 4, all_equal, NULL, MIXED, 0.01, 0,
     "11 of 11 pairs have two answers with the same embedding: they teach nothing", HALF},
    {"all differences zero without a penalty", 8, 4, all_equal, NULL, MIXED, 0, 0, "11 of 11 pairs", HALF},
    {"one difference zero", 8, 4, twins, NULL, MIXED, 0.01, 0, "1 of 11 pairs have two answers", CONVERGED},
    {"a row against itself", 8, 4, rough, NULL, P(2, 2), 0.01, 0, "1 of 1 pairs have two answers", HALF},
    {"both orders", 8, 4, rough, NULL, P(0, 1) P(1, 0), 0.01, 0, NULL, HALF},
    {"both orders without a penalty", 8, 4, rough, NULL, P(0, 1) P(1, 0), 0, 0, NULL, HALF},

    {"weights of 0", 8, 4, rough, NULL, W(0) W(0), 0.01, 1, "all pairs have weight 0", NONE},
    {"a negative weight", 8, 4, rough, NULL, W(-1), 0.01, 1, "p.jsonl:1: \"weight\" is -1", NONE},
    {"weights that add up to infinity", 8, 4, rough, NULL, W(1e308) W(1e308), 0.01, 1, "add up to infinity", NONE},
    {"the same without a penalty", 8, 4, rough, NULL, W(1e308) W(1e308), 0, 1, "add up to infinity", NONE},
    {"tiny weights", 8, 3, rough, NULL, W(1e-300) W(1e-300), 0.01, 0, NULL, CONVERGED},
    {"NaN as a weight", 8, 4, rough, NULL, W(NaN), 0.01, 1, "p.jsonl:1: not JSON", NONE},
};

/* n pairs whose differences stand at right angles, each of squared length q: all margins are equal, and z solves
 * min softplus(-z) + n l2 z^2 / (2 q). By bisection of the derivative. */
static double apart(double n, double q, double l2)
{
    double low = 0, high = 1000;
    for (int i = 0; i < 200; i++) {
        double z = (low + high) / 2;
        *(-1 / (1 + exp(z)) + n * l2 * z / q < 0 ? &low : &high) = z;
    }
    return log1p(exp(-low)) + n * l2 * low * low / (2 * q);
}

static void put_files(const char *folder, const struct hostile *h)
{
    char path[256];
    struct err err = {0};
    float *x = mem_array(h->rows * h->cols, sizeof *x);
    for (size_t i = 0; i < h->rows; i++)
        for (size_t j = 0; j < h->cols; j++)
            x[i * h->cols + j] = h->number(i, j);
    snprintf(path, sizeof path, "%s/x.npy", folder);
    cr_assert(npy_write_f32(path, x, h->rows, h->cols, &err), "%s", err.text);
    snprintf(path, sizeof path, "%s/p.jsonl", folder);
    file_write(path, h->pairs);
    snprintf(path, sizeof path, "%s/ids.txt", folder);
    if (h->ids != NULL)
        file_write(path, h->ids);
    mem_free(x);
}

static struct program train(const char *folder, const struct hostile *h)
{
    char l2[32];
    snprintf(l2, sizeof l2, "%g", h->l2);
    const char *argv[] = {program_assay(), "--json", "train", "-e", "x.npy", "--pairs", "p.jsonl",
                          "--holdout",     "0",      "--l2",  l2,   "--ids", "ids.txt", NULL};
    if (h->ids == NULL)
        argv[sizeof argv / sizeof *argv - 3] = NULL;
    return program_run(argv, NULL, folder, NULL);
}

static void check_answer(const struct hostile *h, const struct program *p, double *plain)
{
    struct json_object *v = NULL;
    struct err err = {0};
    cr_assert(json_parse(p->out.ptr, p->out.len, &v, &err), "%s: %s", h->what, err.text);
    double f = json_number(v, "objective");
    bool converged = json_object_get_boolean(json_at(v, "converged"));
    if (isnan(*plain) && h->answer == AS_PLAIN)
        *plain = f;
    double want = h->answer == HALF       ? log(2)
                  : h->answer == APART    ? apart(1, 1, h->l2)
                  : h->answer == AS_THREE ? apart(3, 2, h->l2)
                  : h->answer == AS_PLAIN ? *plain
                                          : f;
    cr_expect(epsilon_eq(dbl, f, want, 1e-6 * want), "%s", h->what);
    cr_expect(eq(int, converged, h->answer != UNFINISHED), "%s", h->what);
    json_object_put(v);
}

static void check(const struct hostile *h, double *plain)
{
    char *folder = temp_make(), path[256];
    struct buf head = BUF_INIT;
    put_files(folder, h);
    struct program p = train(folder, h);
    cr_expect(eq(int, p.status, h->status), "%s: %s", h->what, p.err.ptr);
    if (h->told != NULL)
        cr_expect(strstr(p.err.ptr, h->told) != NULL, "%s: wanted \"%s\", got \"%s\"", h->what, h->told, p.err.ptr);
    else
        cr_expect(p.err.len == 0, "%s: %s", h->what, p.err.ptr);
    if (p.status == 0 && h->answer != NONE)
        check_answer(h, &p, plain);
    snprintf(path, sizeof path, "%s/bt.safetensors", folder);
    cr_expect(eq(int, file_read(path, &head), p.status == 0), "%s: a head is there only when it could be fitted",
              h->what);
    buf_free(&head);
    program_free(&p);
    temp_remove(folder);
}

Test(matrix, hostile_input_gives_an_exact_error_or_the_exact_answer)
{
    double plain = NAN; /* the objective of the first row with AS_PLAIN */
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        check(&table[i], &plain);
}
