#include "core/base/rng.h"

#include "core/base/err.h"

#include <math.h>
#include <stdlib.h>
#include <sys/random.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = splitmix(&seed);
}

void rng_stream(struct rng *r, uint64_t seed, uint64_t stream)
{
    uint64_t mixed = splitmix(&seed) ^ stream;
    rng_seed(r, splitmix(&mixed));
}

void rng_seed_any(struct rng *r)
{
    const char *text = getenv("ASSAY_SEED");
    if (text != NULL && *text != '\0') {
        rng_seed(r, strtoull(text, NULL, 10));
        return;
    }
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        BUG("the system gives no random numbers");
    rng_seed(r, seed);
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n;
    uint64_t x;
    do
        x = rng_u64(r);
    while (x >= limit);
    return x % n;
}

/* x mod n, without a division: with reciprocal = floor(UINT64_MAX / n) the quotient is at most one too small. */
static uint64_t remainder_of(uint64_t x, uint64_t n, uint64_t reciprocal)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t rest = x - (uint64_t)((wide)x * reciprocal >> 64) * n;
    return rest < n ? rest : rest - n;
}

void rng_tally(struct rng *r, uint64_t n, size_t draws, double *times)
{
    if (draws == 0)
        return;
    struct rng here = *r; /* in registers */
    uint64_t limit = UINT64_MAX - UINT64_MAX % n, reciprocal = UINT64_MAX / n, x;
    for (size_t i = 0; i < draws; i++) {
        do
            x = rng_u64(&here);
        while (x >= limit);
        times[remainder_of(x, n, reciprocal)]++;
    }
    *r = here;
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

double rng_normal(struct rng *r)
{
    double u, v, q;
    do {
        u = 2 * rng_uniform(r) - 1;
        v = 2 * rng_uniform(r) - 1;
        q = u * u + v * v;
    } while (q >= 1 || q <= 0);
    return u * sqrt(-2 * log(q) / q);
}

void rng_shuffle(struct rng *r, size_t *index, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)rng_below(r, i);
        size_t t = index[i - 1];
        index[i - 1] = index[j];
        index[j] = t;
    }
}
