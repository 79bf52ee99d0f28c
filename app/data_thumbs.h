/* Thumbs among the data: from a file, or made of ratings at a threshold. */
#ifndef ASSAY_APP_DATA_THUMBS_H
#define ASSAY_APP_DATA_THUMBS_H

#include "app/data.h"

/* Rows of an option table that data_load understands. */
#define THUMBS_DATA_OPTIONS                                                                                            \
    {"thumbs", 0, "FILE", "thumbs as JSONL: {\"response\", \"label\": true or false, ...}", false},                    \
    {                                                                                                                  \
        "up-from", 0, "RULE", "thumbs of the ratings: up where ATTRIBUTE>=NUMBER, down elsewhere", false               \
    }

/* The part of data_load that is about thumbs: fills d->thumbs, d->thumb_keys and d->thumbs_sha256 when the options name
 * some. Pairs and ratings are there already, with their keys. A thumb goes with the pairs of its answer or, when it is
 * in none, with its prompt. */
MUST_CHECK bool data_thumbs_load(const struct args *args, unsigned need, struct data *d, struct err *err);
void data_thumbs_free(struct data *d);

/* Members of the inputs; nothing when there are no thumbs. */
struct json_writer;
void data_thumbs_json(const struct data *d, struct json_writer *w);

#endif
