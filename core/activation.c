#include "core/activation.h"

#include <math.h>

const char *activation_name(enum activation f)
{
    static const char *const names[] = {
#define X(id, name, formula) name,
        ACTIVATIONS(X)
#undef X
    };
    return names[f];
}

double activation_value(enum activation f, double a)
{
    switch (f) {
    case ACTIVATION_TANH:
        return tanh(a);
    case ACTIVATION_RELU:
        return a > 0 ? a : 0;
    case ACTIVATION_LINEAR:
        break;
    }
    return a;
}

double activation_slope(enum activation f, double h)
{
    switch (f) {
    case ACTIVATION_TANH:
        return 1 - h * h;
    case ACTIVATION_RELU:
        return h > 0 ? 1 : 0;
    case ACTIVATION_LINEAR:
        break;
    }
    return 1;
}

/* ---- four at a time: vectors that every CPU has ---- */

enum { LANES = 4 };
typedef float floats __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int ints __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))

INLINE floats choose(ints mask, floats yes, floats no)
{
    return (floats)(((ints)yes & mask) | ((ints)no & ~mask));
}

INLINE floats all(float x)
{
    return (floats){x, x, x, x};
}

/* Beyond |a| = 9 the tangent is 1 as a float. NaN stays NaN. */
INLINE floats tangent(floats a)
{
    floats y = a * 0.5F;
    y = choose((ints)(y > 4.5F), all(4.5F), y);
    y = choose((ints)(y < -4.5F), all(-4.5F), y);
    floats s = y * y;
    floats over = y * (135135 + s * (17325 + s * (378 + s)));
    floats under = 135135 + s * (62370 + s * (3150 + s * 28));
    /* 2t / (1 + t^2) with t = over / under */
    return 2 * over * under / (under * under + over * over);
}

INLINE void four(enum activation f, float b, float *a, float *slope)
{
    floats x = *(floats *)(void *)a + b, h = x, k = all(1);
    if (f == ACTIVATION_TANH) {
        h = tangent(x);
        k = 1 - h * h;
    } else if (f == ACTIVATION_RELU) {
        ints dead = (ints)(x <= 0);
        h = choose(dead, all(0), x);
        k = choose(dead, all(0), k);
    }
    *(floats *)(void *)a = h;
    *(floats *)(void *)slope = k;
}

/* `f` is a constant wherever this is inlined. */
INLINE void each(enum activation f, float b, float *a, float *slope, size_t n)
{
    float unused[LANES] = {0}, rest[LANES] = {0}, rest_slope[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        four(f, b, a + i, slope != NULL ? slope + i : unused);
    for (size_t j = i; j < n; j++)
        rest[j - i] = a[j];
    four(f, b, rest, rest_slope);
    for (size_t j = i; j < n; j++) {
        a[j] = rest[j - i];
        if (slope != NULL)
            slope[j] = rest_slope[j - i];
    }
}

void activation_f32(enum activation f, float b, float *a, float *slope, size_t n)
{
    switch (f) {
    case ACTIVATION_TANH:
        each(ACTIVATION_TANH, b, a, slope, n);
        break;
    case ACTIVATION_RELU:
        each(ACTIVATION_RELU, b, a, slope, n);
        break;
    case ACTIVATION_LINEAR:
        each(ACTIVATION_LINEAR, b, a, slope, n);
        break;
    }
}
