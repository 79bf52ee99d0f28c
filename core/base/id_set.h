/* Ids (core/base/digest.h) numbered from 1 in the order in which they come: 16 bytes an id, 8 for finding it, and some
 * air. Zero-initialised is empty. */
#ifndef ASSAY_CORE_BASE_ID_SET_H
#define ASSAY_CORE_BASE_ID_SET_H

#include "core/base/digest.h"

#include <stddef.h>
#include <stdint.h>

struct id_set_slot;
struct id_set {
    struct id *ids; /* of number i + 1 */
    size_t n, room;
    struct id_set_slot *slots;
    size_t size;   /* slots, a power of two, or 0 */
    size_t placed; /* of the first so many ids there are slots */
};

/* The number of an id; 0: it is not there. */
uint32_t id_set_find(struct id_set *s, const struct id *id);
/* Its number; *made says whether it is new. */
uint32_t id_set_put(struct id_set *s, const struct id *id, bool *made);
/* The same for an id that is none of the first `since`: nothing is searched, and slots are made when somebody has to.
 * For a few behind `since`, which are all compared. */
uint32_t id_set_put_since(struct id_set *s, size_t since, const struct id *id, bool *made);
/* Only the first n stay. */
void id_set_truncate(struct id_set *s, size_t n);
/* All n numbers, in the order of their ids as bytes. The caller frees (mem_free). */
uint32_t *id_set_sorted(const struct id_set *s);
void id_set_free(struct id_set *s);

#endif
