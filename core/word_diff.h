/* What words two texts do not share: a diff by words, for people who compare two answers.
 *
 * A token is a run of letters, marks, digits and underscores; each character of scripts that are written without blanks
 * (Chinese, Japanese, Korean, Thai ...) and each sign stands for itself. Blanks and line breaks do not count.
 *
 * The shortest edit script of the tokens, in linear space: E. W. Myers, "An O(ND) Difference Algorithm and Its
 * Variations", Algorithmica 1 (1986), section 4b. Where two texts have little in common, the search for the middle is
 * given up after WORD_DIFF_EFFORT steps and goes on from the best place reached, so that a megabyte takes a moment;
 * what is told apart is then still right, only perhaps more than the least. What two long differences have between them
 * and is no longer than either is counted to them: single words in common between them help nobody. */
#ifndef ASSAY_CORE_WORD_DIFF_H
#define ASSAY_CORE_WORD_DIFF_H

#include "core/base/vec.h"

#include <stdbool.h>

enum { WORD_DIFF_EFFORT = 256 };

/* Bytes [from, to), at the borders of tokens. */
struct word_range {
    size_t from, to;
};

/* only[0]: what stands in the first text alone; only[1]: in the second. Ascending, apart from each other. */
struct word_diff {
    struct word_ranges {
        VEC(struct word_range) at;
    } only[2];
};

/* Zero-initialised, or made before; any bytes. */
void word_diff_make(struct word_diff *d, const char *a, size_t a_len, const char *b, size_t b_len);
void word_diff_free(struct word_diff *d);

#endif
