/* From ids (core/base/digest.h) to numbers, in 16 bytes an id and some air. Ids are told apart by their first 96 bits:
 * among 10^7 digests two that agree so far are met once in 10^15 cases. Zero-initialised is empty. */
#ifndef ASSAY_CORE_BASE_ID_MAP_H
#define ASSAY_CORE_BASE_ID_MAP_H

#include "core/base/digest.h"

#include <stddef.h>
#include <stdint.h>

struct id_map_slot;
struct id_map {
    struct id_map_slot *slots;
    size_t n, size; /* ids that are in it; slots, a power of two, or 0 */
};

/* The number of an id; 0: it is not there. */
uint32_t id_map_get(const struct id_map *m, const struct id *id);
/* Put in or replace; the number is not 0. */
void id_map_set(struct id_map *m, const struct id *id, uint32_t number);
/* One that is not there is fine. */
void id_map_remove(struct id_map *m, const struct id *id);
void id_map_free(struct id_map *m);

#endif
