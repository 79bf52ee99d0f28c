/* What the readers of the import formats share: one file store/import_<format>.c each, found through the table in
 * import.c. */
#ifndef ASSAY_STORE_IMPORT_FORMAT_H
#define ASSAY_STORE_IMPORT_FORMAT_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/json.h"
#include "store/content.h"
#include "store/import.h"
#include "store/judgement.h"
#include "store/rubric.h"

enum { IMPORT_GROUP_MAX = 16 };

/* helpsteer2: responses of the rows before with the same prompt. */
struct import_group {
    int64_t prompt;
    size_t n;
    struct content_row responses[IMPORT_GROUP_MAX];
};

/* One file on its way in. */
struct import {
    struct db *db;
    const struct import_options *options;
    struct import_counts *counts;
    struct json_text source;   /* name of the source */
    struct json_text by;       /* "source:NAME" */
    struct arena file, record; /* strings that live as long as the file, the record */
    struct rubric rubric;      /* the current one */
    struct rubric other;       /* the last one asked for by another name */
    const char *other_name;
    struct arena other_arena;
    int64_t now;
    struct import_group group;
    int64_t licensed;                 /* the source whose licence was stated last; 0: none */
    const struct import_guard *guard; /* NULL: nobody is on guard */
    bool alone;                       /* one record, whose neighbours are in the workspace */
    bool item;                        /* the record was one of a benchmark */
    long line;                        /* of the record that is read */
};

struct import_format {
    const char *name;
    bool (*sniff)(struct json_object *record); /* does a record look like this format? */
    bool (*read)(struct import *im, struct json_object *record, struct err *err);
    bool looks_up; /* it reads and changes what it put in by statements of its own: not for store/bulk.h */
    bool tables;   /* its files may be tables, whose columns are its fields, all of them texts */
};

extern const struct import_format import_judgements, import_hh_rlhf, import_helpsteer2, import_helpsteer2_preference,
    import_helpsteer3, import_reward_bench, import_m_reward_bench, import_reward_bench_2, import_reward_math,
    import_multipref, import_arena, import_ultrafeedback, import_ultrafeedback_binarized, import_open_instruct,
    import_openai_dpo, import_steerlm, import_llama_factory, import_nectar, import_axolotl, import_csv, import_tsv,
    import_trl;

/* By name; ERR_MISSING with the list. */
MUST_CHECK bool import_format_named(const char *name, const struct import_format **out, struct err *err);
/* Fill in what belongs to the source; `im` has its options and counts, the text lives as long. ERR_USAGE for a name
 * that is empty or not UTF-8. End with import_end, also after a failure. */
MUST_CHECK bool import_begin(struct import *im, struct db *db, struct json_text source, struct err *err);
void import_end(struct import *im);

/* Tell whoever looks on. */
void import_show(const struct import *im, struct import_seen s);
/* Count something that was put in. */
void import_count(struct import_tally *t, bool made);
/* True when the field is there and of this type. */
bool import_has(struct json_object *record, const char *key, enum json_type type);
/* Refuse fields of `o` that are not in `known` (ends with NULL) and not null. */
MUST_CHECK bool import_only_fields(struct json_object *o, const char *const *known, const char *where, struct err *err);

/* A list of {"role", "content", "name"?}, or a string, which is one message of the user; into im->record. */
MUST_CHECK bool import_messages(struct import *im, struct json_object *v, const char *what, struct message **out,
                                size_t *n, struct err *err);

/* A prompt of the HelpSteer files: turns after the first begin with "\n<extra_id_1>Assistant\n" or
 * "\n<extra_id_1>User\n". Text that would not come back the same from its turns stays one message of the user. Into
 * im->record. */
#define HELPSTEER_MARK "\n<extra_id_1>"
void import_helpsteer_prompt(struct import *im, struct json_text text, struct message **out, size_t *n);

/* Compare a response with those of the records before it that have the same prompt, and remember it. */
MUST_CHECK bool import_join_group(struct import *im, const struct content_row *prompt,
                                  const struct content_row *response, const char *split, struct err *err);
/* The current rubric when it asks the five questions of HelpSteer2, else our own of this name. */
MUST_CHECK bool import_helpsteer_rubric(struct import *im, const struct rubric **out, struct err *err);
/* Preference of a HelpSteer file: -3 to 3, or -100 for "neither is valid"; and its justification, in which "@Response
 * 1" and "@Response 2" become sides. */
MUST_CHECK bool import_helpsteer_strength(struct json_object *v, const char *what, struct judgement *j,
                                          struct err *err);
void import_helpsteer_justification(struct import *im, struct json_text text, struct judgement *j);

/* Row of a source, with the licence of the file when one is stated. name.ptr NULL: the file's. */
MUST_CHECK bool import_source(struct import *im, struct json_text name, int64_t *row, struct err *err);

/* Put content in and count it. */
MUST_CHECK bool import_prompt(struct import *im, const struct message *m, size_t n, struct content_row *out,
                              struct err *err);
/* `what` names the response in the refusal of an empty one. */
MUST_CHECK bool import_response(struct import *im, const struct content_row *prompt, const struct new_response *r,
                                const char *what, struct content_row *out, struct err *err);

/* Two responses as a record has them, with the comparison they make. */
struct import_pair {
    struct content_row prompt, responses[2], comparison;
    bool swapped; /* stored the other way round */
};
/* responses are in; makes the comparison. source.ptr NULL: the file's. */
MUST_CHECK bool import_comparison(struct import *im, struct import_pair *pair, struct json_text source,
                                  const char *split, struct err *err);
/* A judgement of the pair in the record's own order (preference, ratings' which, a_is); turned into stored order here.
 * id: NULL for a content-derived one. */
MUST_CHECK bool import_judge_pair(struct import *im, const struct import_pair *pair, struct judgement *j,
                                  struct json_text annotator, const struct id *id, struct err *err);
/* Of a single response. */
MUST_CHECK bool import_judge_response(struct import *im, const struct content_row *response, struct judgement *j,
                                      struct json_text annotator, const struct id *id, struct err *err);
/* chosen before rejected, when nothing is known of how much better it is. `extra` is JSON. */
MUST_CHECK bool import_judge_chosen(struct import *im, const struct import_pair *pair, int strength, const char *extra,
                                    struct err *err);

/* A judgement that says nothing yet, under the current rubric. */
struct judgement import_blank(const struct import *im);
/* "name@version" or "name"; kept for the records to come. */
MUST_CHECK bool import_rubric(struct import *im, const char *name, const struct rubric **out, struct err *err);
/* An object of the fields that have no place of their own (all but those of `placed`, which ends with NULL), as they
 * stand in the file; in im->record. ptr NULL: there are none. */
struct json_text import_rest(struct import *im, struct json_object *o, const char *const *placed);
/* JSON text of a value, in im->record. */
struct json_text import_json(struct import *im, struct json_object *v);

#endif
