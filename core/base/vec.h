/* Growable typed arrays: `VEC(int) v = {0};`. The elements are v.v[0 .. v.n-1]. Growth moves them, so pointers
 * into a vector live until the next push. Zero-initialised is empty. */
#ifndef ASSAY_CORE_BASE_VEC_H
#define ASSAY_CORE_BASE_VEC_H

#include "core/base/arena.h"
#include "core/base/mem.h"

#include <string.h>

#define VEC(T)                                                                                                         \
    struct {                                                                                                           \
        T *v;                                                                                                          \
        size_t n, cap;                                                                                                 \
    }

#define vec_reserve(a, want)                                                                                           \
    do {                                                                                                               \
        if ((a)->cap < (want)) {                                                                                       \
            size_t cap_ = (a)->cap < 8 ? 8 : (a)->cap + (a)->cap / 2;                                                  \
            (a)->cap = cap_ < (want) ? (want) : cap_;                                                                  \
            (a)->v = mem_resize((a)->v, (a)->cap * sizeof *(a)->v);                                                    \
        }                                                                                                              \
    } while (0)

#define vec_push(a, x)                                                                                                 \
    do {                                                                                                               \
        vec_reserve((a), (a)->n + 1);                                                                                  \
        (a)->v[(a)->n++] = (x);                                                                                        \
    } while (0)

#define vec_clear(a) ((void)((a)->n = 0))
#define vec_free(a)  (mem_free((a)->v), (void)((a)->v = NULL), (void)((a)->n = (a)->cap = 0))

/* The elements move to an arena: `to` is where they are then (room for one more behind them), `count` how many there
 * are, and the vector is empty. */
#define vec_to_arena(a, arena, to, count)                                                                              \
    do {                                                                                                               \
        void *moved_ = arena_array((arena), (a)->n + 1, sizeof *(a)->v);                                               \
        if ((a)->n > 0)                                                                                                \
            memcpy(moved_, (a)->v, (a)->n * sizeof *(a)->v);                                                           \
        (to) = moved_;                                                                                                 \
        (count) = (a)->n;                                                                                              \
        vec_free(a);                                                                                                   \
    } while (0)

#endif
