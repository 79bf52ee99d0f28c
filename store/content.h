/* Prompts, responses, comparisons and sources. Content is addressed by what it says, so putting the same in twice gives
 * the same row and changes nothing: prompt id      SHA-256 of "assay:prompt:1", then role and content of each message
 *                  (of "assay:prompt-named:1", then role, name and content, when a message has a name)
 *   response id    SHA-256 of "assay:response:1", the prompt id, the text
 *   comparison id  SHA-256 of "assay:comparison:1", the two response ids in ascending order
 * each part with its length in front, the first 128 bits kept. */
#ifndef ASSAY_STORE_CONTENT_H
#define ASSAY_STORE_CONTENT_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "store/db.h"

enum { CONTENT_MAX_MESSAGES = 1024 };

struct message {
    struct json_text role, content, name; /* name.ptr NULL: none */
};

struct new_response {
    struct json_text text;            /* not empty */
    struct json_text model, language; /* ptr NULL: not known */
    struct json_text tags;            /* JSON or NULL */
};

/* A row with its content id; `made` when it was not there before. */
struct content_row {
    int64_t row;
    struct id id;
    bool made;
};

struct id content_prompt_id(const struct message *m, size_t n);
struct id content_response_id(const struct id *prompt, struct json_text text);
struct id content_comparison_id(const struct id *first, const struct id *second);

/* Known roles: system, user, assistant, tool, developer, function. */
bool content_role_known(struct json_text role);

MUST_CHECK bool content_source(struct db *db, struct json_text name, int64_t *row, struct err *err);
/* State the licence of a source. One that is known stays: *kept is it when it is another one, else NULL; lives in `a`.
 */
MUST_CHECK bool content_licence(struct db *db, int64_t source, const char *licence, struct arena *a, const char **kept,
                                struct err *err);
MUST_CHECK bool content_prompt(struct db *db, const struct message *m, size_t n, struct content_row *out,
                               struct err *err);
/* What is known of a response (model, language, tags) is filled in when it was not known before, never replaced. */
MUST_CHECK bool content_response(struct db *db, const struct content_row *prompt, const struct new_response *r,
                                 struct content_row *out, struct err *err);
/* *swapped: it is known with the two responses the other way round. `split` may be NULL. */
MUST_CHECK bool content_comparison(struct db *db, int64_t prompt, const struct content_row *first,
                                   const struct content_row *second, int64_t source, const char *split,
                                   struct content_row *out, bool *swapped, struct err *err);
/* The part of its data set that it belongs to; ptr NULL: nothing new. One that is known stays. */
MUST_CHECK bool content_subset(struct db *db, int64_t comparison, struct json_text subset, struct err *err);
/* What a comparison is to be judged by, shown to annotators; ptr NULL: nothing new. One that is known stays. */
MUST_CHECK bool content_principle(struct db *db, int64_t comparison, struct json_text principle, struct err *err);
/* Its id as people write it; ERR_MISSING when there is no such comparison. */
MUST_CHECK bool content_comparison_hex(struct db *db, int64_t comparison, char hex[ID_HEX_SIZE], struct err *err);
/* Take a comparison out of work, or back in, and with it all others of its ranking (store/ranking.h), which is one
 * piece of work; one that is so already stays as it is. What is out of work is handed to nobody and stands in no
 * export; what was said of it is kept. `why` (or NULL; "" is none) goes to the audit trail, {"reason": why}, also that
 * of one which is out of work already. ERR_USAGE when it is too long or no UTF-8; ERR_MISSING when there is no such
 * comparison; ERR_CONFLICT for one that repeats another one for one person. */
enum { CONTENT_WHY_MAX = 1000 };
MUST_CHECK bool content_retire(struct db *db, int64_t comparison, bool retired, const char *who, const char *why,
                               struct err *err);
/* ERR_CONFLICT, which says since when and why, when a comparison is out of work. One that repeats another one never was
 * in it, and passes. */
MUST_CHECK bool content_in_work(struct db *db, int64_t comparison, struct err *err);

/* The canonical JSON that the table holds. */
void content_write_messages(const struct message *m, size_t n, struct buf *out);
/* Messages of a prompt from it; strings live in `a`. */
MUST_CHECK bool content_messages(struct json_text json, struct arena *a, struct message **out, size_t *n,
                                 struct err *err);

#endif
