/* The whole rubric to read. */
#ifndef ASSAY_UI_VIEW_RUBRIC_H
#define ASSAY_UI_VIEW_RUBRIC_H

#include "store/rubric.h"
#include "ui/view.h"

/* Opened at an attribute (its index), or at the preference (n_attributes). principle: what the comparison at hand is to
 * be judged by, or NULL. */
struct view view_rubric(const struct rubric *r, size_t attribute, const char *principle);
/* What a preference says in words: "A is much better than B"; PREFERENCE_UNSET: "not given". */
const char *preference_words(int preference);

#endif
