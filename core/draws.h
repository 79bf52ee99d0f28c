/* Bootstrap draws over groups: the pairs of a prompt are drawn together or not at all (Davison and Hinkley 1997,
 * section 3.8, the cluster bootstrap). Groups are drawn one by one, not in blocks as in core/resample.h: what is fitted
 * to a draw has many dimensions, and blocks would make its second derivatives as uncertain as those of few pairs. */
#ifndef ASSAY_CORE_DRAWS_H
#define ASSAY_CORE_DRAWS_H

#include <stddef.h>
#include <stdint.h>

/* counts: draws x n, out: how often draw b holds item i. Each draw takes as many groups as there are, with replacement;
 * items with equal keys are one group and get equal counts (255 at most, which no draw of use reaches). Repeats with
 * the seed, and draw b does not depend on how many follow. No draw is empty. */
void draws_by_group(const uint64_t *keys, size_t n, size_t draws, uint64_t seed, uint8_t *counts);

#endif
