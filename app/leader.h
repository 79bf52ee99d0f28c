/* Which answer to a prompt a head would give by itself: the one whose reward is ahead of every other answer's to the
 * same prompt by more than its threshold (app/threshold.h). Where none is, it abstains. */
#ifndef ASSAY_APP_LEADER_H
#define ASSAY_APP_LEADER_H

#include "core/embedding.h"

enum leader { LEADER_ALONE, LEADER_NO, LEADER_YES }; /* alone: no other answer to its prompt is known */

/* One a row of e; the caller frees it. Prompts by embeddings_prompt_id. Rewards that are NaN do not take part, nor
 * do probes (core/probe.h), which nobody would answer with. */
enum leader *leaders_of(const struct embeddings *e, const double *rewards, double margin);

#endif
