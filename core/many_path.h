/* Which columns lead and which follow (see many_batch.h). */
#ifndef ASSAY_CORE_MANY_PATH_H
#define ASSAY_CORE_MANY_PATH_H

#include "core/many_head.h"

enum { PATH_STRIDE = 4, PATH_POINTS = 4 };

/* heads[i].state for columns of one view that stand side by side, sorted by l2: leaders are fresh, others wait. */
void many_path_choose(struct many_head *heads, size_t m);
/* Have the leaders of heads[i], which waits, come far enough for it to start? */
bool many_path_ready(const struct many_head *heads, size_t m, size_t i);
/* Let heads[i] start; f: its factor. scratch: many_factor_scratch for LBFGS_STEPS vectors. */
void many_path_start(struct many_head *heads, size_t m, size_t i, const struct many_factor *f, float *scratch);

#endif
