/* How wide the vectors of this CPU are. Inner loops are compiled for each level and chosen by it; all levels give the
 * same bits (no fused multiply-add is used). */
#ifndef ASSAY_CORE_SIMD_H
#define ASSAY_CORE_SIMD_H

enum simd {
    SIMD_PLAIN,  /* any CPU; all there is but on x86-64 */
    SIMD_AVX2,   /* with F16C */
    SIMD_AVX512, /* with its parts F and DQ */
    SIMD_LEVELS
};

enum simd simd_level(void);
/* Test hook: no level above this; SIMD_AVX512 gives everything back. */
void simd_limit(enum simd most);

#endif
