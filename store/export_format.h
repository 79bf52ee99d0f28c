/* What the writers of the export formats share: found through the table in export.c. */
#ifndef ASSAY_STORE_EXPORT_FORMAT_H
#define ASSAY_STORE_EXPORT_FORMAT_H

#include "core/base/json_writer.h"
#include "core/base/pump.h"
#include "core/base/vec.h"
#include "store/content.h"
#include "store/export.h"
#include "store/label_internal.h"
#include "store/where.h"
#include "store/words.h"

/* A response with what is known of it. */
struct export_response {
    int64_t row;
    struct json_text text, model, language, tags;
};

struct export_format;

struct export
{
    struct db *db;
    const struct export_format *format;
    const struct export_options *options;
    struct export_counts *counts;
    struct outfile *out;
    struct pump *pump;    /* takes the lines out */
    struct digest digest; /* of what went out; the pump's while it works */
    struct arena arena;   /* of one comparison */
    struct buf line;
    struct judgement_walk walk; /* of the comparisons that are gone through */
    const struct where *where;  /* or NULL */
    struct arena where_arena;
    VEC(unsigned char) marks; /* see export_mark; a bit a response */
    void *state;              /* of the format that is at work */
    struct json_writer w;
};

/* A comparison as the writers get it. */
struct export_item {
    struct label_pair pair; /* with the label */
    struct json_text messages;
    struct export_response responses[2];
    struct judgement *judgements; /* the latest, and those of the single responses */
    size_t n;
};

/* One of the three. */
struct export_format {
    /* For each comparison. */
    bool (*item)(struct export *e, const struct export_item *item, struct err *err);
    /* For each with a better response (0 or 1), as the rule for ties says. */
    bool (*pair)(struct export *e, const struct export_item *item, int better, struct err *err);
    /* Once for all. */
    bool (*all)(struct export *e, struct err *err);
    bool whole; /* not made of comparisons, so none can be filtered */
    bool raw;   /* holds what everybody said, and no labels */
};

#define X(id, name) extern const struct export_format export_##id;
EXPORT_FORMATS(X)
#undef X

/* Each comparison that the options let through; ends with ERR_STOPPED when progress asks to. */
MUST_CHECK bool export_each(struct export *e,
                            bool (*item)(struct export *e, const struct export_item *i, struct err *err),
                            struct err *err);
/* A line for the better response and the other one, none or two for ties, as the options say. */
MUST_CHECK bool export_pair(struct export *e, const struct export_item *i,
                            bool (*pair)(struct export *e, const struct export_item *i, int better, struct err *err),
                            struct err *err);
/* Each response that the options let through, those of a prompt one after the other. */
struct export_place {
    int64_t response, prompt; /* rows */
};
MUST_CHECK bool export_each_response(struct export *e,
                                     bool (*response)(struct export *e, const struct export_place *p, struct err *err),
                                     struct err *err);
MUST_CHECK bool export_get_messages(struct export *e, int64_t prompt, struct json_text *out, struct err *err);
MUST_CHECK bool export_get_prompt_id(struct export *e, int64_t prompt, char out[ID_HEX_SIZE], struct err *err);
MUST_CHECK bool export_get_response(struct export *e, int64_t row, struct export_response *out, struct err *err);
/* Begin a line: an object, its keys are to follow. */
void export_begin(struct export *e);
/* End it and write it. */
void export_end(struct export *e);
/* The same for a line that is no object. */
void export_end_line(struct export *e);
/* A write has failed: outfile_commit will say why. */
bool export_failed(const struct export *e);
/* Remember a response; false when it was remembered before. */
bool export_mark(struct export *e, int64_t response);
/* Write what is in e->line, as it stands. */
void export_put(struct export *e);
/* A list of messages; with `answer` (NULL: none) a last one of the assistant. */
void export_messages(struct export *e, const struct message *m, size_t n, const struct json_text *answer);
/* A prompt under a key: a single message of the user is a string. */
MUST_CHECK bool export_write_prompt(struct export *e, const char *key, struct json_text messages, struct err *err);
bool export_is_role(const struct message *m, const char *role);
/* Turns of user and assistant, the user first and last, none with a name; a message of the system may stand before
 * them, then *first is 1. */
bool export_is_turns(const struct message *m, size_t n, size_t *first);
/* The prompt as one string. trl: a single message of the user as it is; a conversation as a transcript with "\n\nHuman:
 * " and
 * "\n\nAssistant: ", as HH-RLHF has it. */
MUST_CHECK bool export_prompt_plain(struct export *e, struct json_text messages, struct json_text *out,
                                    struct err *err);
/* HelpSteer: turns joined by "\n<extra_id_1>Assistant\n" and "\n<extra_id_1>User\n"; ptr NULL when the messages are not
 * those of a user and an assistant in turns, which the format cannot hold. */
MUST_CHECK bool export_prompt_helpsteer(struct export *e, struct json_text messages, struct json_text *out,
                                        struct err *err);

#endif
