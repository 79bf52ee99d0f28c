#include "core/many_kernel.h"

#include "core/base/rng.h"
#include "core/bt.h"
#include "core/simd.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

enum { N = 512 };

struct sample {
    float weight[N], a[N], b[N], shift[N], z[N];
};

static void draw(struct sample *s, bool shifted)
{
    struct rng r;
    rng_seed(&r, 5);
    for (size_t i = 0; i < N; i++) {
        s->weight[i] = (float)(rng_uniform(&r) * 3);
        s->a[i] = i % 3 == 0 ? 1 : (float)rng_uniform(&r);
        s->b[i] = 1 - s->a[i];
        s->shift[i] = shifted ? (float)(i % 4) : 0;
        s->z[i] = (float)(rng_normal(&r) * (i % 7 == 0 ? 60 : 4));
    }
    s->z[0] = 0;
    s->z[1] = 3e38F;
    s->z[2] = -3e38F;
}

static void run(const struct sample *s, bool shifted, float *z, double sums[2])
{
    struct many_pairs pairs = {N, s->weight, s->a, s->b, s->shift, shifted};
    memcpy(z, s->z, sizeof s->z);
    sums[0] = sums[1] = 0;
    many_losses(&pairs, z, sums);
}

Test(many_kernel, slopes_and_sums_are_those_of_the_loss)
{
    for (int shifted = 0; shifted <= 1; shifted++) {
        static struct sample s;
        float z[N];
        double sums[2], loss = 0, curvature = 0;
        draw(&s, shifted);
        s.z[1] = 80;
        s.z[2] = -80;
        run(&s, shifted, z, sums);
        for (size_t i = 0; i < N; i++) {
            struct loss_form f = {(double)s.weight[i], (double)s.a[i], (double)s.b[i], (double)s.shift[i]};
            struct loss_point at = loss_form_at(&f, (double)s.z[i]);
            loss += at.value;
            curvature += at.curvature;
            /* Relative, also where the slope is tiny: nothing cancels for a sure label. */
            double sure = -f.weight * bt_sigma(f.shift - (double)s.z[i]), slope = s.a[i] == 1 ? sure : at.slope;
            double scale = s.a[i] == 1 ? fabs(sure) : f.weight;
            cr_expect(epsilon_eq(dbl, (double)z[i], slope, 1e-6 * scale + 1e-34), "z %g", (double)s.z[i]);
        }
        cr_expect(epsilon_eq(dbl, sums[0], loss, 1e-6 * loss));
        cr_expect(epsilon_eq(dbl, sums[1], curvature, 1e-6 * curvature));
    }
}

Test(many_kernel, plain_and_fast_code_give_the_same_bits)
{
    for (int shifted = 0; shifted <= 1; shifted++) {
        static struct sample s;
        float z[2][N];
        double sums[2][2];
        draw(&s, shifted);
        run(&s, shifted, z[0], sums[0]);
        simd_limit(SIMD_PLAIN);
        run(&s, shifted, z[1], sums[1]);
        simd_limit(SIMD_AVX512);
        cr_expect(eq(int, memcmp(z[0], z[1], sizeof z[0]), 0));
        cr_expect(eq(int, memcmp(sums[0], sums[1], sizeof sums[0]), 0));
    }
}

/* Rows that only fill up. */
Test(many_kernel, weight_zero_counts_for_nothing)
{
    static struct sample s;
    float z[N];
    double sums[2];
    draw(&s, false);
    memset(s.weight, 0, sizeof s.weight);
    run(&s, false, z, sums);
    cr_expect(eq(dbl, sums[1], 0.0));
    for (size_t i = 0; i < N; i++)
        cr_expect(eq(flt, z[i], 0.0F));
}
