/* A rubric: what is asked of an annotator. Read from JSON (assets/rubrics/), kept in the workspace in versions. */
#ifndef ASSAY_STORE_RUBRIC_H
#define ASSAY_STORE_RUBRIC_H

#include "core/base/arena.h"
#include "core/base/err.h"

#include <stddef.h>
#include <stdint.h>

struct db;

enum {
    RUBRIC_MAX_ATTRIBUTES = 16,
    RUBRIC_MAX_LEVELS = 10, /* one digit key a level */
    RUBRIC_MAX_REASONS = 12,
    PREFERENCE_MAX = 3,
    RUBRIC_NO_VETO = -1
};

struct attribute {
    const char *key;                       /* "helpfulness": in files */
    const char *label;                     /* on the screen */
    const char *about;                     /* one sentence */
    int min, max;                          /* max - min < RUBRIC_MAX_LEVELS; 0 <= min, max <= 9 unless it leans */
    bool required;                         /* unless "required": false, it must be rated */
    bool of_comparison;                    /* one rating of the two together, not one of each */
    bool leans;                            /* of_comparison: from -max (A much more so) to max (B), like a preference */
    double weight;                         /* in the sum of a response's ratings; NaN: the rubric weighs nothing */
    int veto;                              /* a response rated so or lower fails; RUBRIC_NO_VETO: none does */
    const char *levels[RUBRIC_MAX_LEVELS]; /* sentence for min + i */
};

/* Why an item is skipped or flagged: one letter on the keyboard, a word in files, a sentence on the screen. */
struct reason {
    char letter;
    const char *key;
    const char *text;
};

struct rubric {
    int64_t row; /* its key in the workspace, 0 when it is not in one */
    const char *name;
    int version;
    size_t n_attributes;  /* those of responses come first, then those of the comparison */
    size_t n_of_response; /* how many are of responses */
    struct attribute attributes[RUBRIC_MAX_ATTRIBUTES];
    bool zero_allowed; /* may the preference be "no preference"? */
    bool preference_required;
    int preference_max;             /* 1 to PREFERENCE_MAX: how far it goes to either side */
    int justification_min_words;    /* 0: optional */
    int justification_max_words;    /* 0: as long as it is */
    const char *justification_hint; /* what a good one says, one sentence; "" when the rubric has none */
    bool asks_confidence;           /* may people say how sure they are? */
    bool ranks;                     /* prompts with several answers are ranked as a whole (store/ranking.h) */
    size_t n_skip_reasons, n_flag_reasons;
    struct reason skip_reasons[RUBRIC_MAX_REASONS], flag_reasons[RUBRIC_MAX_REASONS];
    const char *body; /* the JSON it was read from */
};

/* Parse rubric JSON (n bytes); strings are put into `a` and live as long as it. `what` names the text in errors. */
MUST_CHECK bool rubric_parse(const char *json, size_t n, const char *what, struct arena *a, struct rubric *out,
                             struct err *err);
/* A rubric that the program carries (assets/rubrics/); false with ERR_MISSING and the list when
 * there is none of that name. */
MUST_CHECK bool rubric_builtin(const char *name, struct arena *a, struct rubric *out, struct err *err);
/* The rubric that new judgements of this workspace are made under. */
MUST_CHECK bool rubric_current(struct db *db, struct arena *a, struct rubric *out, struct err *err);
/* Put one in: a new name is version 1, a changed text of a known name the next version. Makes it the current one; sets
 * row and version. */
MUST_CHECK bool rubric_save(struct db *db, struct rubric *r, struct err *err);
/* The same without making it the current one: what imported judgements were made under. */
MUST_CHECK bool rubric_put(struct db *db, struct rubric *r, struct err *err);
/* By "name@version" or "name" (the newest) when the workspace has it; ERR_MISSING. */
MUST_CHECK bool rubric_held(struct db *db, const char *name, struct arena *a, struct rubric *out, struct err *err);
/* The same; when the workspace has none of that name, a built-in one is put in.
 * ERR_MISSING. */
MUST_CHECK bool rubric_named(struct db *db, const char *name, struct arena *a, struct rubric *out, struct err *err);
/* By its key. */
MUST_CHECK bool rubric_load(struct db *db, int64_t row, struct arena *a, struct rubric *out, struct err *err);
/* All versions of all rubrics of the workspace, in the order in which they came in; borrowed for the call. */
MUST_CHECK bool rubric_each(struct db *db, void (*each)(void *ctx, const struct rubric *r), void *ctx, struct err *err);
/* Make one the current one (its row is set, or it is put in) and write down who did. What was judged before stays under
 * the version it was judged under. */
MUST_CHECK bool rubric_use(struct db *db, struct rubric *r, const char *who, struct err *err);
/* Index of an attribute by key, or -1. */
int rubric_find(const struct rubric *r, const char *key, size_t n);

#endif
