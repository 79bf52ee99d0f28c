#include "core/simd.h"

#include <stdatomic.h>

#ifdef __x86_64__
#include <cpuid.h>
#endif

static enum simd limit = SIMD_AVX512;

void simd_limit(enum simd most)
{
    limit = most;
}

/* clang 14 does not know "f16c" in __builtin_cpu_supports, which for the others also asks the operating system. */
static enum simd ask_cpu(void)
{
#ifdef __x86_64__
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx2") || __get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_F16C) == 0)
        return SIMD_PLAIN;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") ? SIMD_AVX512 : SIMD_AVX2;
#else
    return SIMD_PLAIN;
#endif
}

enum simd simd_level(void)
{
    static atomic_int known; /* 0: not asked yet (asking is slow under a hypervisor); else the level and 1 */
    int answer = atomic_load_explicit(&known, memory_order_relaxed);
    if (answer == 0) {
        answer = (int)ask_cpu() + 1;
        atomic_store_explicit(&known, answer, memory_order_relaxed);
    }
    enum simd level = (enum simd)(answer - 1);
    return level < limit ? level : limit;
}
