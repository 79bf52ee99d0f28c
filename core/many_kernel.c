#include "core/many_kernel.h"

#include "core/simd.h"
#include "core/vectors.h"

typedef int ints __attribute__((vector_size(32), aligned(4), may_alias));

/* What softplus and sigma of a margin are made of. */
struct parts {
    floats l;        /* log(1 + exp(-|z|)) */
    floats up, down; /* sigma(z), sigma(-z), without cancellation */
    floats pos, neg; /* max(z, 0), max(-z, 0) */
};

/* *e = exp(-|z|), the exponent kept above -87: k = round(x / ln 2), then a Taylor polynomial on |r| <= ln 2 / 2 and 2^k
 * put together from its bits. */
BODY exp_minus(const floats *size, floats *e)
{
    static const float inverse[] = {1.0F / 5040, 1.0F / 720, 1.0F / 120, 1.0F / 24, 1.0F / 6, 0.5F, 1, 1};
    floats x = (floats){0} - *size;
    ints low = x < -87.0F;
    x = (floats)(((ints)x & ~low) | ((ints)((floats){0} - 87.0F) & low));
    floats shifted = x * 0x1.715476p+0F + 0x1.8p23F, k = shifted - 0x1.8p23F;
    floats r = (x - k * 0x1.62e4p-1F) - k * 0x1.7f7d1cp-20F, sum = {0};
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++)
        sum = sum * r + inverse[i];
    *e = (floats)(((ints)shifted << 23) + (ints)sum);
}

BODY parts_of(const floats *z, struct parts *p)
{
    floats size = (floats)((ints)*z & 0x7fffffff), e;
    exp_minus(&size, &e);
    floats one = 1.0F / (e + 1.0F), other = e * one;
    ints negative = *z < 0.0F;
    p->up = (floats)(((ints)one & ~negative) | ((ints)other & negative));
    p->down = (floats)(((ints)other & ~negative) | ((ints)one & negative));
    p->pos = (size + *z) * 0.5F;
    p->neg = (size - *z) * 0.5F;
    floats s = e / (e + 2.0F), ss = s * s, sum = {0}; /* log(1 + e) = 2 artanh(s), s <= 1/3 */
    for (int i = 15; i > 0; i -= 2)
        sum = sum * ss + 2.0F / (float)i;
    p->l = s * sum;
}

BODY losses_body(const struct many_pairs *pairs, const bool shifted, float *z, double *sums)
{
    floats loss = {0}, bend = {0};
    for (size_t i = 0; i < pairs->n; i += MANY_LANES) {
        floats v = *at(z + i), o = *at(pairs->weight + i), a = *at(pairs->a + i), b = *at(pairs->b + i), slope;
        struct parts p, q;
        if (!shifted) {
            parts_of(&v, &p);
            loss += o * (a * (p.l + p.neg) + b * (p.l + p.pos));
            bend += o * (p.up * p.down); /* a + b = 1 */
            slope = o * (b * p.up - a * p.down);
        } else {
            floats h = *at(pairs->shift + i), near = h - v, far = h + v;
            parts_of(&near, &p);
            parts_of(&far, &q);
            loss += o * (a * (p.l + p.pos) + b * (q.l + q.pos));
            bend += o * (a * (p.up * p.down) + b * (q.up * q.down));
            slope = o * (b * q.up - a * p.up);
        }
        *(floats *)(void *)(z + i) = slope;
    }
    for (size_t k = 0; k < MANY_LANES; k++) {
        sums[0] += (double)loss[k];
        sums[1] += (double)bend[k];
    }
}

#define INSTANCE(NAME, TARGET)                                                                                         \
    TARGET static void losses_##NAME(const struct many_pairs *pairs, float *z, double *sums)                           \
    {                                                                                                                  \
        if (pairs->shifted)                                                                                            \
            losses_body(pairs, true, z, sums);                                                                         \
        else                                                                                                           \
            losses_body(pairs, false, z, sums);                                                                        \
    }

INSTANCE(plain, )
#ifdef __x86_64__
INSTANCE(avx2, __attribute__((target("avx2"))))
#endif

void many_losses(const struct many_pairs *pairs, float *z, double sums[2])
{
#ifdef __x86_64__
    if (simd_level() >= SIMD_AVX2) {
        losses_avx2(pairs, z, sums);
        return;
    }
#endif
    losses_plain(pairs, z, sums);
}
