/* What most formats of preferences come down to: a prompt and its answers, under many names. The answers of a record
 * become responses, two of them a comparison; a thumb is a rating of one. */
#ifndef ASSAY_STORE_IMPORT_SIDES_H
#define ASSAY_STORE_IMPORT_SIDES_H

#include "store/import_format.h"

/* Two answers; arrays in the order of the file. */
struct import_sides {
    const char *name[2]; /* of the fields, for refusals */
    struct message *prompt;
    size_t n; /* messages of the prompt; 0: none yet */
    struct json_text text[2], model[2], language, split;
};

/* A string (one message of the user), a message or a list of them, each {"role", "content", "name"?} or, as ShareGPT
 * has it, {"from", "value"}; into im->record. */
MUST_CHECK bool import_talk(struct import *im, struct json_object *v, const char *what, struct message **out, size_t *n,
                            struct err *err);
/* The field as a conversation; ERR_MISSING without it. */
MUST_CHECK bool import_talk_of(struct import *im, struct json_object *o, const char *key, struct message **out,
                               size_t *n, struct err *err);
/* Put a message of the system in front, unless the text is empty. */
void import_system(struct import *im, struct json_text text, struct message **m, size_t *n);
/* The answers from two values of one kind. Texts and single messages are answers to the prompt that is there; longer
 * conversations end with the answer, and what stands before it is the prompt, the same on both sides; it counts instead
 * of the one that is there. */
MUST_CHECK bool import_sides_take(struct import *im, struct json_object *const v[2], struct import_sides *s,
                                  struct err *err);
/* Prompt, responses and comparison go in. */
MUST_CHECK bool import_sides_put(struct import *im, const struct import_sides *s, struct import_pair *pair,
                                 struct err *err);

/* Any number of answers to one prompt, compared each with each. */
struct import_answers {
    struct content_row prompt;
    size_t n;
    struct content_row rows[IMPORT_GROUP_MAX];
    int64_t rank[IMPORT_GROUP_MAX]; /* smaller is better; 0: not known */
};
/* The list field `key` has 1 to IMPORT_GROUP_MAX entries: objects, or (texts) strings. */
MUST_CHECK bool import_answer_list(struct json_object *o, const char *key, bool texts, struct json_object **list,
                                   size_t *n, struct err *err);
MUST_CHECK bool import_answers_compare(struct import *im, const struct import_answers *a, const char *split,
                                       struct err *err);

/* A thumb, up or down, of one response under the built-in rubric "thumbs". extra.ptr may be NULL. */
MUST_CHECK bool import_thumb(struct import *im, const struct content_row *response, bool up, struct json_text extra,
                             struct err *err);
/* "extra" of a judgement that says which is better and not how much: {"strength":"unknown", ...} and the fields of the
 * record that have no place; into im->record. */
struct json_text import_extra_unknown(struct import *im, struct json_object *o, const char *const *placed);
/* By place or name: the annotator "source:NAME#PART". */
struct json_text import_part_name(struct import *im, struct json_text part);

#endif
