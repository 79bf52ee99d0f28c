/* What import_multipref.c and export_multipref.c share: the words of MultiPref's choices (allenai/multipref). */
#ifndef ASSAY_STORE_MULTIPREF_H
#define ASSAY_STORE_MULTIPREF_H

#include <stddef.h>

/* From A (-2) to B (2). */
enum { MULTIPREF_STEPS = 5 };
static const char *const multipref_steps[MULTIPREF_STEPS] = {"A-is-clearly-better", "A-is-slightly-better", "Tie",
                                                             "B-is-slightly-better", "B-is-clearly-better"};

/* Field of an annotation, attribute of the rubric "multipref". */
#define MULTIPREF(X)                                                                                                   \
    X("helpful_pref", "helpful")                                                                                       \
    X("truthful_pref", "truthful")                                                                                     \
    X("harmless_pref", "harmless")
static const struct {
    const char *field, *attribute;
} multipref_aspects[] = {
#define X(field, attribute) {field, attribute},
    MULTIPREF(X)
#undef X
};
enum { MULTIPREF_ASPECTS = sizeof multipref_aspects / sizeof *multipref_aspects };

#endif
