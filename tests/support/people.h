/* People who never were: bo, cy and dee judge the bundled sample as it came, give or take a step, and dee takes more.
 * From a seed, so that the same sample always has the same judgements; over three weeks before `end`. For screens and
 * tests that need something to disagree about. */
#ifndef ASSAY_TESTS_SUPPORT_PEOPLE_H
#define ASSAY_TESTS_SUPPORT_PEOPLE_H

#include "core/base/buf.h"

#include <stdint.h>

/* sample: lines of the format "judgements"; those without a judgement are passed over. Adds to `out` lines of the same
 * format for the first `n` of them. end: ms since 1970. */
void people_judge(const char *sample, int n, uint64_t seed, int64_t end, struct buf *out);

#endif
