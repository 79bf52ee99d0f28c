#include "store/judgement.h"

#include "core/base/clock.h"
#include "core/base/vec.h"
#include "store/bulk.h"
#include "store/db_internal.h"
#include "store/tally.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[] = {
#define X(id, name) name,
    JUDGEMENT_KINDS(X)
#undef X
};

const char *judgement_kind_name(enum judgement_kind k)
{
    return kind_names[k];
}

bool judgement_kind_parse(const char *name, enum judgement_kind *k)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *k = (enum judgement_kind)i;
            return true;
        }
    return false;
}

void judgement_swap(struct judgement *j)
{
    j->preference = -j->preference;
    j->a_is = 3 - j->a_is;
    j->failed = (j->failed & 1) << 1 | j->failed >> 1;
    j->lean = -j->lean;
    for (size_t i = 0; i < j->n_aspects; i++)
        if (j->aspects[i].leans)
            j->aspects[i].value = -j->aspects[i].value;
    for (size_t i = 0; i < j->n_ratings; i++)
        j->ratings[i].which = 1 - j->ratings[i].which;
    for (size_t i = 0; i < j->n_spans; i++)
        j->spans[i].which = 1 - j->spans[i].which;
}

bool judgement_by_source(const struct judgement *j)
{
    return !j->by_person && !j->by_reviewer;
}

static int by_attribute(const void *a, const void *b)
{
    const struct rating *x = a, *y = b;
    return x->which != y->which ? x->which - y->which : strcmp(x->attribute, y->attribute);
}

/* "judged -2 0 1": every record of an import comes here, and printf would be half of what it costs. */
static size_t write_said(char *to, const char *kind, const int *numbers, size_t n)
{
    size_t at = strlen(kind);
    memcpy(to, kind, at);
    for (size_t i = 0; i < n; i++) {
        int x = numbers[i] < 0 ? -numbers[i] : numbers[i];
        to[at++] = ' ';
        if (numbers[i] < 0)
            to[at++] = '-';
        if (x >= 10)
            BUG("%d is no preference, side or flag", numbers[i]);
        to[at++] = (char)('0' + x);
    }
    return at;
}

static int aspect_order(const void *a, const void *b)
{
    return strcmp(((const struct aspect *)a)->attribute, ((const struct aspect *)b)->attribute);
}

static void digest_aspects(struct digest *d, const struct judgement *j)
{
    struct aspect sorted[RUBRIC_MAX_ATTRIBUTES];
    char part[96];
    memcpy(sorted, j->aspects, j->n_aspects * sizeof *sorted);
    qsort(sorted, j->n_aspects, sizeof *sorted, aspect_order);
    for (size_t i = 0; i < j->n_aspects; i++) {
        int n = snprintf(part, sizeof part, "both %.60s %d", sorted[i].attribute, sorted[i].value);
        digest_add_string(d, part, (size_t)n);
    }
}

struct id judgement_content_id(const struct judgement *j, const char *annotator_name, const struct id *subject)
{
    struct digest d;
    char part[96];
    struct rating sorted[JUDGEMENT_MAX_RATINGS];
    digest_init(&d);
    digest_add_string(&d, "assay:judgement:1", 17);
    digest_add_string(&d, annotator_name, strlen(annotator_name));
    digest_add_string(&d, (const char *)subject->b, sizeof subject->b);
    /* The side matters only where the text speaks of sides. */
    const int said[] = {j->has_preference ? j->preference : 9, j->neither, j->justification.len > 0 ? j->a_is : 1};
    digest_add_string(&d, part, write_said(part, kind_names[j->kind], said, sizeof said / sizeof *said));
    digest_add_string(&d, j->justification.ptr != NULL ? j->justification.ptr : "", j->justification.len);
    digest_add_string(&d, j->reason != NULL ? j->reason : "", j->reason != NULL ? strlen(j->reason) : 0);
    memcpy(sorted, j->ratings, j->n_ratings * sizeof *sorted);
    qsort(sorted, j->n_ratings, sizeof *sorted, by_attribute);
    for (size_t i = 0; i < j->n_ratings; i++) {
        int n = snprintf(part, sizeof part, "%d %.60s %d", sorted[i].which, sorted[i].attribute, sorted[i].value);
        digest_add_string(&d, part, (size_t)n);
    }
    digest_aspects(&d, j);
    struct id id = digest_id(&d);
    id.b[6] = (unsigned char)(0x80 | (id.b[6] & 0x0F));
    id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3F));
    return id;
}

/* The judgement is the one that counts from now on. (One statement that updates on a conflict would make SQLite prepare
 * to undo it, which costs more than the second statement.) */
static bool make_latest(struct db *db, const struct judgement *j, struct err *err)
{
    struct value kind = v_str(kind_names[j->kind]), who = v_int(j->annotator), row = v_int(j->row);
    bool of_response = j->comparison == 0, made;
    int64_t ignored;
    if (!stmt_insert_new(db, STMT_LATEST_ADD,
                         ARGS(v_int_or_null(j->comparison), v_int_or_null(j->response), who, row, kind), &made,
                         &ignored, err))
        return false;
    if (!made && !stmt_run(db, of_response ? STMT_LATEST_MOVE_RESPONSE : STMT_LATEST_MOVE,
                           ARGS(v_int(of_response ? j->response : j->comparison), who, row, kind), err))
        return false;
    return of_response || tally_people(db, j->comparison, j->annotator, err);
}

bool judgement_append_once(struct db *db, struct judgement *j, const int64_t rows[2], bool *made, struct err *err)
{
    if (bulk_on(db)) {
        bulk_judgement(db, j, rows, made);
        return true;
    }
    const char *justification = j->justification.ptr != NULL ? j->justification.ptr : "";
    if (!stmt_insert_new(db, STMT_JUDGEMENT_ADD,
                         ARGS(v_id(&j->id), v_int_or_null(j->comparison), v_int_or_null(j->response),
                              v_int(j->annotator), v_str(kind_names[j->kind]),
                              j->has_preference && !j->neither ? v_int(j->preference) : v_null(), v_int(j->neither),
                              v_text(justification, j->justification.len), v_str(j->reason != NULL ? j->reason : ""),
                              v_int(j->a_is), v_real(j->seconds), v_int(j->rubric), v_text(j->extra.ptr, j->extra.len),
                              v_int(j->created), v_int_or_null(j->confidence), v_int((int64_t)j->failed),
                              j->has_lean ? v_real(j->lean) : v_null()),
                         made, &j->row, err))
        return false;
    if (!*made)
        return stmt_int(db, STMT_JUDGEMENT_FIND, ARGS(v_id(&j->id)), &j->row, err);
    for (size_t i = 0; i < j->n_ratings; i++)
        if (!stmt_run(db, STMT_RATING_ADD,
                      ARGS(v_int(j->row), v_int(rows[j->ratings[i].which]), v_str(j->ratings[i].attribute),
                           v_int(j->ratings[i].value), v_int((int64_t)i)),
                      err))
            return false;
    for (size_t i = 0; i < j->n_aspects; i++)
        if (!stmt_run(db, STMT_ASPECT_ADD,
                      ARGS(v_int(j->row), v_str(j->aspects[i].attribute), v_int(j->aspects[i].value),
                           v_int(j->aspects[i].leans), v_int((int64_t)i)),
                      err))
            return false;
    for (size_t i = 0; i < j->n_spans; i++) {
        const struct judged_span *k = &j->spans[i];
        if (!stmt_run(db, STMT_SPAN_ADD,
                      ARGS(v_int(j->row), v_int(rows[k->which]), v_int((int64_t)i), v_int((int64_t)k->start),
                           v_int((int64_t)k->stop), v_int(k->sign), v_str(k->comment)),
                      err))
            return false;
    }
    return make_latest(db, j, err);
}

struct appending {
    struct judgement *j;
    const int64_t *rows;
};

static bool append(struct db *db, void *ctx, struct err *err)
{
    const struct appending *a = ctx;
    bool made = false;
    return judgement_append_once(db, a->j, a->rows, &made, err) &&
           (made || err_set(err, ERR_CONFLICT, "a judgement with this id is there already"));
}

bool judgement_append(struct db *db, struct judgement *j, const int64_t rows[2], struct err *err)
{
    return db_write(db, append, &(struct appending){j, rows}, err);
}
