#include "core/kernel_loss.h"

#include "core/vectors.h"

/* *e = exp(-|z|), the exponent kept above -708: k = round(x / ln 2), then the Taylor polynomial on |r| <= ln 2 / 2, in
 * four parts side by side by the power of r modulo 4, and 2^k put together from its bits. */
BODY exp_minus_abs(const doubles *z, doubles *e)
{
    static const double inverse[] = {
        1,          1,           0.5,          1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
        1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    doubles x = (doubles)((longs)*z | (-0x7fffffffffffffffLL - 1)); /* -|z| */
    longs low = x < -708.0;
    x = (doubles)(((longs)x & ~low) | ((longs)((doubles){0} - 708.0) & low));
    doubles shifted = x * 0x1.71547652b82fep0 + 0x1.8p52, k = shifted - 0x1.8p52;
    doubles r = (x - k * 0x1.62e42fefa38p-1) - k * 0x1.ef35793c7673p-45, r2 = r * r, r4 = r2 * r2;
    doubles p0 = (r4 * inverse[12] + inverse[8]) * r4 + inverse[4];
    doubles p1 = (r4 * inverse[13] + inverse[9]) * r4 + inverse[5];
    doubles p2 = r4 * inverse[10] + inverse[6], p3 = r4 * inverse[11] + inverse[7];
    doubles high = (p3 * r + p2) * r2 + (p1 * r + p0); /* the terms from r^4 on, over r^4 */
    doubles sum = high * r4 + ((r * inverse[3] + inverse[2]) * r2 + (r + 1.0));
    *e = (doubles)(((longs)shifted << 52) + (longs)sum);
}

/* *l = log(1 + e) for 0 <= e <= 1: with 1 + e halved when it is above sqrt 2, 2 artanh(s), |s| <= 0.172. */
BODY log_one_plus(const doubles *e, doubles *l)
{
    longs large = *e > 0x1.a827999fcef34p-2;
    doubles half = *e * 0.5 - 0.5; /* (1 + e) / 2 = 1 + half */
    doubles f = (doubles)(((longs)half & large) | ((longs)*e & ~large));
    doubles ln2 = (doubles)((longs)((doubles){0} + 0x1.62e42fefa39efp-1) & large);
    doubles s = f / (f + 2.0), s2 = s * s, s4 = s2 * s2, even = {0}, odd = {0};
    for (int i = 19; i > 0; i -= 4) {
        odd = odd * s4 + 2.0 / i;
        even = even * s4 + 2.0 / (i - 2);
    }
    *l = ln2 + s * (odd * s2 + even);
}

/* What a loss needs at one side x: sigma(x), sigma(-x), softplus(x), softplus(-x), sigma(x) sigma(-x). */
struct side {
    doubles sigma, opposite, above, below, bend;
};

BODY choose(const longs *mask, const doubles *yes, const doubles *no, doubles *out)
{
    *out = (doubles)(((longs)*yes & *mask) | ((longs)*no & ~*mask));
}

BODY side_at(const doubles *x, struct side *s)
{
    doubles e, l;
    exp_minus_abs(x, &e);
    log_one_plus(&e, &l);
    longs negative = *x < 0.0;
    doubles one = 1.0 / (e + 1.0), other = e * one, size = (doubles)((longs)*x & 0x7fffffffffffffffLL);
    choose(&negative, &other, &one, &s->sigma);
    choose(&negative, &one, &other, &s->opposite);
    s->above = l + (size + *x) * 0.5;
    s->below = l + (size - *x) * 0.5;
    s->bend = one * other;
}

/* near: at shift - z, far: at shift + z. Without a shift one is the other seen from behind. */
BODY sides_at(const doubles *z, const doubles *shift, const int shifted, struct side *near, struct side *far)
{
    doubles ahead = *shift + *z, behind = *shift - *z;
    side_at(&ahead, far);
    if (shifted)
        side_at(&behind, near);
    else
        *near = (struct side){far->opposite, far->sigma, far->below, far->above, far->bend};
}

BODY some_losses(const struct kernel_forms *f, struct kernel_pairs *k, const int shifted)
{
    doubles loss = {0}, bend = {0};
    for (int i = 0; i < KERNEL_ROWS; i += LANES_F64) {
        const doubles *o = at_f64(f->weight + i), *a = at_f64(f->a + i), *b = at_f64(f->b + i);
        struct side near, far;
        sides_at(at_f64(k->z + i), at_f64(f->shift + i), shifted, &near, &far);
        doubles slope = *o * (*b * far.sigma - *a * near.sigma);
        put_f64(k->slope + i, &slope);
        loss += *o * (*a * near.above + *b * far.above);
        bend += *o * (*a * near.bend + *b * far.bend);
    }
    k->loss = (loss[0] + loss[1]) + (loss[2] + loss[3]);
    k->curvature = (bend[0] + bend[1]) + (bend[2] + bend[3]);
}

BODY losses_body(const struct kernel_forms *f, struct kernel_pairs *k)
{
    if (k->shifted)
        some_losses(f, k, 1);
    else
        some_losses(f, k, 0);
}

void kernel_losses_plain(const struct kernel_forms *f, struct kernel_pairs *k)
{
    losses_body(f, k);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) void kernel_losses_avx2(const struct kernel_forms *f, struct kernel_pairs *k)
{
    losses_body(f, k);
}

__attribute__((target("avx512f,avx512dq"))) void kernel_losses_avx512(const struct kernel_forms *f,
                                                                      struct kernel_pairs *k)
{
    losses_body(f, k);
}
#endif
