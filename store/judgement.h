/* Judgements: append-only. An edit is a new revision by the same annotator of the same subject. */
#ifndef ASSAY_STORE_JUDGEMENT_H
#define ASSAY_STORE_JUDGEMENT_H

#include "core/base/arena.h"
#include "core/base/digest.h"
#include "core/base/json.h"
#include "store/db.h"
#include "store/rubric.h"

#define JUDGEMENT_KINDS(X) X(JUDGED, "judged") X(SKIPPED, "skipped") X(FLAGGED, "flagged") X(WITHDRAWN, "withdrawn")
enum judgement_kind {
#define X(id, name) KIND_##id,
    JUDGEMENT_KINDS(X)
#undef X
};
const char *judgement_kind_name(enum judgement_kind k);
bool judgement_kind_parse(const char *name, enum judgement_kind *k);

/* Of which response (0 first, 1 second, in stored order; 0 when the subject is a single response). */
struct rating {
    int which;
    const char *attribute;
    int value;
};
/* Of the two together. One that leans is in stored order: negative is the first. */
struct aspect {
    const char *attribute;
    int value;
    bool leans;
};
/* A passage of one of the responses: bytes [start, stop) of its text. */
struct judged_span {
    int which; /* as in struct rating */
    size_t start, stop;
    int sign; /* -1, 0, 1 */
    const char *comment;
};
enum { JUDGEMENT_MAX_RATINGS = 2 * RUBRIC_MAX_ATTRIBUTES };

struct judgement {
    int64_t row;
    struct id id;
    int64_t comparison, response; /* the subject: one of the two, the other 0 */
    int64_t annotator;
    const char *annotator_name;
    bool by_person, by_reviewer;
    int revision; /* from 1 */
    enum judgement_kind kind;
    bool has_preference; /* false: none was stated, or neither */
    int preference;      /* -3 first much better … 3 second much better, in stored order */
    bool neither;
    struct json_text justification; /* @A and @B are sides */
    const char *reason;             /* "" unless skipped or flagged */
    int a_is;                       /* 1 or 2: the stored response that stood on side A */
    double seconds;                 /* NaN: not known */
    int64_t rubric;
    const char *rubric_name;
    int rubric_version;
    struct json_text extra; /* JSON; ptr NULL: none */
    int64_t created;
    int confidence; /* how sure the annotator was, 1 to 5; 0: not said */
    size_t n_spans;
    struct judged_span *spans; /* in the order in which they were made */
    unsigned failed;           /* by store/criteria.h: 1 the first response, 2 the second */
    bool has_lean;             /* do the ratings say which is better, by the weights of the rubric? */
    double lean;               /* then: how much, negative: first is better */
    size_t n_aspects;
    struct aspect aspects[RUBRIC_MAX_ATTRIBUTES];
    size_t n_ratings;
    struct rating ratings[JUDGEMENT_MAX_RATINGS];
};

/* The same as of one whose two responses stand in the other order. */
void judgement_swap(struct judgement *j);
/* Did it come with imported data? */
bool judgement_by_source(const struct judgement *j);

/* Content-derived id (a version 8 UUID) of what an imported judgement says; `subject` is the content id of its subject,
 * ratings count in the order of their attributes' names. */
struct id judgement_content_id(const struct judgement *j, const char *annotator_name, const struct id *subject);

/* Append as the next revision; sets j->row. rows[0], rows[1]: the responses that ratings and spans speak of. */
MUST_CHECK bool judgement_append(struct db *db, struct judgement *j, const int64_t rows[2], struct err *err);
/* Append unless a judgement with this id is there (*made = false then). Inside a transaction of the caller, who undoes
 * what a failure leaves. */
MUST_CHECK bool judgement_append_once(struct db *db, struct judgement *j, const int64_t rows[2], bool *made,
                                      struct err *err);

/* By its key; out->row is 0 when there is none. Strings live in `a`. */
MUST_CHECK bool judgement_get(struct db *db, int64_t row, struct arena *a, struct judgement *out, struct err *err);
/* Judgements of a comparison (all revisions, or the latest of each annotator), in the order in which they were made,
 * of one moment in that of the names, people and sources. Strings live in `a`. */
enum judgement_which { JUDGEMENTS_ALL, JUDGEMENTS_LATEST };
MUST_CHECK bool judgement_list(struct db *db, int64_t comparison, enum judgement_which which, struct arena *a,
                               struct judgement **out, size_t *n, struct err *err);
/* The same for those of a single response. */
MUST_CHECK bool judgement_list_response(struct db *db, int64_t response, enum judgement_which which, struct arena *a,
                                        struct judgement **out, size_t *n, struct err *err);

#endif
