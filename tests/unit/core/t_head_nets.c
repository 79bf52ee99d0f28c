#include "core/head.h"

#include "core/base/mem.h"
#include "core/base/rng.h"
#include "tests/support/core_folder.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { K = 3, D = 4, M = 5, NETS = 2 };

static struct err err;
static struct core_folder folder;
static struct head h;
static struct rng rng;
static char path[CORE_PATH];
static const char *const reward[] = {"reward"}, *const attributes[] = {"a", "b", "c"};
static const double x[D] = {1, -2, 0.5, 3}, prompt[D] = {0.5, 1, -1, 2};

static void set_up(void)
{
    core_folder_make(&folder);
    core_path(&folder, "head.safetensors", path);
    rng_seed(&rng, 2);
}

static void tear_down(void)
{
    head_free(&h);
    core_folder_remove(&folder);
}

TestSuite(head_nets, .init = set_up, .fini = tear_down);

/* Numbers that float32 holds exactly. */
static void fill(double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (double)rng_below(&rng, 64) / 16 - 2;
}

static void make_mlp(void)
{
    struct mlp m;
    cr_assert(mlp_init(&m, M, D, ACTIVATION_RELU, &err));
    fill(m.U, M * D);
    fill(m.b, M);
    fill(m.v, M);
    m.c = 0.25;
    head_init(&h, "bt", reward, 1, D);
    head_set_mlp(&h, &m);
}

static void make_gated(size_t m)
{
    struct gate g;
    cr_assert(gate_init(&g, NETS, K, D, m, 2.5, &err));
    fill(g.U, NETS * m * D);
    fill(g.b, NETS * m);
    fill(g.V, NETS * K * (m > 0 ? m : D));
    fill(g.c, NETS * K);
    g.beta[0] = 0.5;
    g.mix[2] = -0.75;
    head_init(&h, "regression", attributes, K, D);
    fill(h.W, K * D);
    fill(h.b, K);
    head_set_gate(&h, &g);
}

/* Save, load, and compare the bytes of the file when it is saved again. */
static struct head through_file(void)
{
    char other[CORE_PATH];
    size_t n, m;
    struct head back;
    core_path(&folder, "again.safetensors", other);
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    cr_assert(head_load(path, &back, &err), "%s", err.text);
    cr_assert(head_save(other, &back, &err), "%s", err.text);
    char *a = core_get(path, &n), *b = core_get(other, &m);
    cr_expect(eq(sz, n, m));
    cr_expect(n == m && memcmp(a, b, n) == 0);
    mem_free(a);
    mem_free(b);
    return back;
}

Test(head_nets, an_mlp_comes_back_from_its_file)
{
    make_mlp();
    struct head back = through_file();
    cr_expect(eq(str, back.kind, "mlp"));
    cr_expect(eq(sz, back.d, D));
    cr_expect(eq(sz, back.mlp->m, M));
    cr_expect(eq(int, (int)back.mlp->activation, (int)ACTIVATION_RELU));
    cr_expect(eq(dbl, head_reward(&back, x), mlp_reward(h.mlp, x)));
    cr_expect(eq(dbl, head_reward(&back, x), head_reward(&h, x)));
    double out;
    head_outputs(&back, x, &out);
    cr_expect(eq(dbl, out, head_reward(&h, x)));
    head_free(&back);
}

Test(head_nets, the_tensors_of_an_mlp_are_those_of_two_linear_layers)
{
    struct safetensors s;
    struct tensor t;
    make_mlp();
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    cr_assert(safetensors_open(path, &s, &err), "%s", err.text);
    static const struct {
        const char *name;
        size_t rows, cols;
    } want[] = {{"hidden.weight", M, D}, {"hidden.bias", M, 1}, {"score.weight", 1, M}, {"score.bias", 1, 1}};
    for (size_t i = 0; i < 4; i++) {
        cr_assert(safetensors_tensor(&s, want[i].name, &t, &err), "%s", err.text);
        cr_expect(eq(sz, t.rows, want[i].rows), "%s", want[i].name);
        cr_expect(eq(sz, t.cols, want[i].cols), "%s", want[i].name);
    }
    cr_expect(eq(str, (char *)safetensors_meta(&s, "activation"), "relu"));
    safetensors_close(&s);
}

Test(head_nets, a_gated_head_comes_back_from_its_file)
{
    for (size_t m = 0; m <= M; m += M) {
        double a[K], b[K];
        make_gated(m);
        struct head back = through_file();
        cr_expect(eq(str, back.kind, "gated"));
        cr_expect(eq(sz, back.gate->nets, NETS));
        cr_expect(eq(sz, back.gate->m, m));
        gate_weights(h.gate, prompt, a);
        gate_weights(back.gate, prompt, b);
        cr_expect(eq(dbl[K], a, b));
        cr_expect(eq(dbl, head_gated_reward(&back, b, x), head_gated_reward(&h, a, x)));
        head_outputs(&h, x, a);
        cr_expect(epsilon_eq(dbl, head_gated_reward(&back, b, x), gate_reward(h.gate, b, a), 1e-13));
        head_free(&back);
        head_free(&h);
    }
}

Test(head_nets, what_needs_a_linear_head_can_ask)
{
    make_mlp();
    cr_expect(not(head_check_linear(&h, "net.safetensors", &err)));
    cr_expect(eq(str, err.text, "net.safetensors is a head of kind mlp, which is not linear"));
    head_free(&h);
    head_init(&h, "bt", reward, 1, D);
    cr_expect(head_check_linear(&h, "x", &err));
}

static void expect_refused(enum err_kind kind)
{
    struct head back;
    cr_assert(head_save(path, &h, &err), "%s", err.text);
    cr_expect(not(head_load(path, &back, &err)));
    cr_expect(eq(int, err.kind, kind), "%s", err.text);
}

Test(head_nets, damaged_nets_are_refused)
{
    static const double numbers[64] = {1};
    make_mlp();
    head_set_tensor(&h, "hidden.bias", M + 1, 0, numbers);
    expect_refused(ERR_SCHEMA);
    head_free(&h);
    make_mlp();
    head_set_tensor(&h, "hidden.weight", M * D, 0, numbers);
    expect_refused(ERR_SCHEMA);
    head_free(&h);
    make_mlp();
    head_set_meta(&h, "activation", "sine");
    expect_refused(ERR_SCHEMA);
    head_free(&h);
    static const char *const names[] = {"gate.weight", "gate.bias", "gate.mix", "gate.temperature",
                                        "gate.hidden.weight"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        make_gated(M);
        head_set_tensor(&h, names[i], 7, 2, numbers);
        expect_refused(ERR_SCHEMA);
        head_free(&h);
    }
    make_gated(M);
    head_set_tensor(&h, "gate.hidden.bias", 9, 0, numbers); /* no multiple of the gates */
    expect_refused(ERR_SCHEMA);
    head_free(&h);
    make_gated(0);
    head_set_tensor(&h, "gate.beta", 2, 0, (double[]){1, 0});
    expect_refused(ERR_RANGE);
    head_free(&h);
    make_gated(0);
    head_set_tensor(&h, "gate.temperature", 1, 0, (double[]){-1});
    expect_refused(ERR_RANGE);
    head_free(&h);
    head_init(&h, "bt", reward, 1, D);
    head_set_tensor(&h, "hidden.weight", M, D, numbers);
    expect_refused(ERR_SCHEMA);
}
