/* What a hidden unit makes of its sum. */
#ifndef ASSAY_CORE_ACTIVATION_H
#define ASSAY_CORE_ACTIVATION_H

#include <stddef.h>

/* id, name, formula */
#define ACTIVATIONS(X)                                                                                                 \
    X(TANH, "tanh", "tanh a")                                                                                          \
    X(RELU, "relu", "max(0, a)")                                                                                       \
    X(LINEAR, "linear", "a")
enum activation {
#define X(id, name, formula) ACTIVATION_##id,
    ACTIVATIONS(X)
#undef X
};

const char *activation_name(enum activation f);

/* In float64, by libm. */
double activation_value(enum activation f, double a);
/* The derivative, told by the value h = f(a): 1 - h^2, [h > 0], 1. */
double activation_slope(enum activation f, double h);

/* a[i] becomes f(a[i] + b), n of them; slope (n, or NULL) gets the derivatives. The tangent is within 2e-7 of the
 * true one: Lambert's continued fraction, cut to degree 7 over 6, of half the argument, doubled by
 * tanh 2y = 2 tanh y / (1 + tanh^2 y). */
void activation_f32(enum activation f, float b, float *a, float *slope, size_t n);

#endif
