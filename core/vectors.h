/* Vectors of 32 bytes, and of 64 where AVX-512 has a body of its own, as GCC and Clang know them on any CPU, for the
 * inner loops that are compiled more than once (core/kernel.c, core/kernel_loss.c, core/many_kernel.c). They are read
 * and written through unaligned types. Nobody else includes this. */
#ifndef ASSAY_CORE_VECTORS_H
#define ASSAY_CORE_VECTORS_H

typedef float floats __attribute__((vector_size(32), aligned(4), may_alias));
typedef double doubles __attribute__((vector_size(32), aligned(8), may_alias));
typedef long long longs __attribute__((vector_size(32), aligned(8), may_alias));
/* What becomes `doubles` when it is widened. */
typedef float half_floats __attribute__((vector_size(16), aligned(4), may_alias));

/* For AVX-512: two of the above in one. */
typedef float wide_floats __attribute__((vector_size(64), aligned(4), may_alias));
typedef double wide_doubles __attribute__((vector_size(64), aligned(8), may_alias));

enum { LANES = 8, LANES_F64 = 4 };

/* A body is inlined into an instance for each target, so that it is compiled for that. */
#define INLINE static inline __attribute__((always_inline))
#define BODY   INLINE void

INLINE const floats *at(const float *p)
{
    return (const floats *)(const void *)p;
}

INLINE const doubles *at_f64(const double *p)
{
    return (const doubles *)(const void *)p;
}

INLINE void put_f64(double *p, const doubles *v)
{
    *(doubles *)(void *)p = *v;
}

#endif
