#include "core/widen.h"

#include "core/base/err.h"
#include "core/simd.h"

#include <string.h>

#ifdef __x86_64__
#include <immintrin.h>
#define FAST __attribute__((target("avx2,f16c")))
#endif

static uint16_t half_at(const void *from, size_t j)
{
    uint16_t bits;
    memcpy(&bits, (const unsigned char *)from + 2 * j, sizeof bits);
    return bits;
}

/* ---- widening: each fast function says how many it did, the rest is done plainly ---- */

#ifdef __x86_64__
FAST static size_t f16_fast(const unsigned char *from, size_t n, float *out)
{
    size_t j = 0;
    for (; j + 8 <= n; j += 8)
        _mm256_storeu_ps(out + j, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(from + 2 * j))));
    return j;
}

FAST static size_t bf16_fast(const unsigned char *from, size_t n, float *out)
{
    size_t j = 0;
    for (; j + 8 <= n; j += 8) {
        __m256i v = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)(from + 2 * j)));
        _mm256_storeu_ps(out + j, _mm256_castsi256_ps(_mm256_slli_epi32(v, 16)));
    }
    return j;
}

FAST static size_t f32_fast(const float *from, size_t n, double *out)
{
    size_t j = 0;
    for (; j + 4 <= n; j += 4)
        _mm256_storeu_pd(out + j, _mm256_cvtps_pd(_mm_loadu_ps(from + j)));
    return j;
}

/* Eight numbers from number j on. */
FAST static inline __attribute__((always_inline)) __m256 eight(const enum tensor_type type, const unsigned char *from,
                                                               size_t j)
{
    if (type == TENSOR_F32)
        return _mm256_loadu_ps((const float *)(const void *)from + j);
    __m128i halves = _mm_loadu_si128((const __m128i *)(const void *)(from + 2 * j));
    if (type == TENSOR_F16)
        return _mm256_cvtph_ps(halves);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
}

/* What the rounding of a - b lost is found by the exact transformation of Knuth (TAOCP 2, 4.2.2, theorem B). `type` and
 * `checked` are constants wherever this is inlined. */
FAST static inline __attribute__((always_inline)) size_t subtract(const enum tensor_type type, const bool checked,
                                                                  const unsigned char *a, const unsigned char *b,
                                                                  size_t n, float *out, bool *finite, bool *exact)
{
    __m256 sticky = _mm256_setzero_ps(), lost = _mm256_setzero_ps();
    size_t j = 0;
    for (; j + 8 <= n; j += 8) {
        __m256 x = eight(type, a, j), y = eight(type, b, j), d = _mm256_sub_ps(x, y);
        _mm256_storeu_ps(out + j, d);
        sticky = _mm256_add_ps(sticky, _mm256_sub_ps(d, d)); /* 0, or NaN for ever */
        if (!checked)
            continue;
        __m256 y2 = _mm256_sub_ps(x, d), x2 = _mm256_add_ps(d, y2);
        __m256 e = _mm256_add_ps(_mm256_sub_ps(y2, y), _mm256_sub_ps(x, x2));
        lost = _mm256_or_ps(lost, _mm256_cmp_ps(e, _mm256_setzero_ps(), _CMP_NEQ_UQ));
    }
    if (_mm256_movemask_ps(lost) != 0)
        *exact = false;
    if (_mm256_movemask_ps(_mm256_cmp_ps(sticky, sticky, _CMP_UNORD_Q)) != 0)
        *finite = false;
    return j;
}

FAST static size_t subtract_fast(enum tensor_type type, const unsigned char *a, const unsigned char *b, size_t n,
                                 float *out, bool *finite, bool *exact)
{
#define CASE(TYPE)                                                                                                     \
    case TYPE:                                                                                                         \
        return exact != NULL ? subtract(TYPE, true, a, b, n, out, finite, exact)                                       \
                             : subtract(TYPE, false, a, b, n, out, finite, NULL);
    switch (type) {
        CASE(TENSOR_F16)
        CASE(TENSOR_BF16)
        CASE(TENSOR_F32)
    case TENSOR_F64:
        break;
    }
#undef CASE
    return 0;
}
#endif

void widen_f16(const void *from, size_t n, float *out)
{
    size_t j = 0;
#ifdef __x86_64__
    if (simd_level() >= SIMD_AVX2)
        j = f16_fast(from, n, out);
#endif
    for (; j < n; j++)
        out[j] = tensor_f16_to_f32(half_at(from, j));
}

void widen_bf16(const void *from, size_t n, float *out)
{
    size_t j = 0;
#ifdef __x86_64__
    if (simd_level() >= SIMD_AVX2)
        j = bf16_fast(from, n, out);
#endif
    for (; j < n; j++)
        out[j] = tensor_bf16_to_f32(half_at(from, j));
}

void widen_f32(const float *from, size_t n, double *out)
{
    size_t j = 0;
#ifdef __x86_64__
    if (simd_level() >= SIMD_AVX2)
        j = f32_fast(from, n, out);
#endif
    for (; j < n; j++)
        out[j] = (double)from[j];
}

static float number_at(enum tensor_type type, const void *from, size_t j)
{
    float x;
    if (type == TENSOR_F16)
        return tensor_f16_to_f32(half_at(from, j));
    if (type == TENSOR_BF16)
        return tensor_bf16_to_f32(half_at(from, j));
    memcpy(&x, (const unsigned char *)from + j * sizeof x, sizeof x);
    return x;
}

void widen_subtract(enum tensor_type type, const void *a, const void *b, size_t n, float *out, bool *finite,
                    bool *exact)
{
    size_t j = 0;
    bool fine = true, kept = true;
    if (type == TENSOR_F64)
        BUG("float64 does not fit into float32");
#ifdef __x86_64__
    if (simd_level() >= SIMD_AVX2)
        j = subtract_fast(type, a, b, n, out, &fine, exact != NULL ? &kept : NULL);
#endif
    for (; j < n; j++) {
        float x = number_at(type, a, j), y = number_at(type, b, j), d = x - y, y2 = x - d, x2 = d + y2;
        float e = (y2 - y) + (x - x2);
        out[j] = d;
        kept = kept && e == 0;
        fine = fine && d - d == 0;
    }
    *finite = *finite && fine;
    if (exact != NULL)
        *exact = *exact && kept;
}
