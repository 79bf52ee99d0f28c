/* `assay judge --rank`: several answers put in order. */
#ifndef ASSAY_APP_JUDGE_RANK_H
#define ASSAY_APP_JUDGE_RANK_H

#include "app/session.h"

/* "b>a=c>d": the best first, = between those that are as good as each other; letters as this annotator sees them, or
 * ids of the answers or beginnings of at least 4 of their digits..
 * ERR_USAGE says what is wrong with it. */
MUST_CHECK bool judge_rank(struct session *s, const char *order, struct err *err);

#endif
