/* Random numbers with explicit state: the same seed gives the same sequence on every machine.
 * Generator: xoshiro256** 1.0, seeded through SplitMix64 (Blackman and Vigna, arXiv:1805.01407). */
#ifndef ASSAY_CORE_BASE_RNG_H
#define ASSAY_CORE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed);
/* One of many sequences of a seed, for work that is done in any order: those of different streams have nothing in
 * common. */
void rng_stream(struct rng *r, uint64_t seed, uint64_t stream);
/* Seeded from $ASSAY_SEED when set (tests, replays), otherwise from the operating system. */
void rng_seed_any(struct rng *r);
uint64_t rng_u64(struct rng *r);
/* Uniform in [0, n), without bias; n > 0. */
uint64_t rng_below(struct rng *r, uint64_t n);
/* rng_below(r, n) so many times, the same numbers in a third of the time: times[i] (n) += how often i came.
 * n > 0 unless draws is 0. */
void rng_tally(struct rng *r, uint64_t n, size_t draws, double *times);
/* Uniform in [0, 1), 53 bits. */
double rng_uniform(struct rng *r);
/* Standard normal (polar method). */
double rng_normal(struct rng *r);
/* A uniform permutation of index[0 .. n-1] (Fisher-Yates). */
void rng_shuffle(struct rng *r, size_t *index, size_t n);

#endif
