#include "store/export.h"

#include "store/export_format.h"
#include "store/transcript.h"

#include <string.h>

static const struct export_format *const formats[] = {
#define X(id, name) &export_##id,
    EXPORT_FORMATS(X)
#undef X
};
enum { N_FORMATS = sizeof formats / sizeof *formats, TICK = 64 };

const char *const export_formats[] = {
#define X(id, name) name,
    EXPORT_FORMATS(X)
#undef X
        NULL};

static const char *const ties_names[] = {"drop", "both", "error"};

const char *export_ties_name(enum export_ties ties)
{
    return ties_names[ties];
}

bool export_ties_parse(const char *name, enum export_ties *ties, struct err *err)
{
    for (size_t i = 0; i < sizeof ties_names / sizeof *ties_names; i++)
        if (strcmp(name, ties_names[i]) == 0) {
            *ties = (enum export_ties)i;
            return true;
        }
    return err_set(err, ERR_USAGE, "\"%.40s\": ties may be drop, both or error", name);
}

void export_begin(struct export *e)
{
    buf_reset(&e->line);
    jw_start(&e->w, &e->line);
    jw_object(&e->w);
}

void export_end(struct export *e)
{
    jw_object_end(&e->w);
    export_end_line(e);
}

void export_end_line(struct export *e)
{
    buf_addc(&e->line, '\n');
    export_put(e);
    e->counts->lines++;
}

bool export_failed(const struct export *e)
{
    return e->out != NULL && outfile_failed(e->out);
}

static bool is_marked(const struct export *e, int64_t response)
{
    size_t at = (size_t)response;
    return at / 8 < e->marks.n && (e->marks.v[at / 8] >> at % 8 & 1) != 0;
}

bool export_mark(struct export *e, int64_t response)
{
    size_t at = (size_t)response;
    if (is_marked(e, response))
        return false;
    while (e->marks.n <= at / 8)
        vec_push(&e->marks, 0);
    e->marks.v[at / 8] = (unsigned char)(e->marks.v[at / 8] | 1U << at % 8);
    return true;
}

/* Beside the making of what comes next. */
static void take(void *ctx, const char *p, size_t n)
{
    struct export *e = ctx;
    if (e->out != NULL)
        outfile_write(e->out, p, n);
    digest_add(&e->digest, p, n);
}

void export_put(struct export *e)
{
    pump_put(e->pump, e->line.ptr, e->line.len);
    e->counts->bytes += (int64_t)e->line.len;
}

static struct json_text copy_column(struct rows *q, int column, struct arena *a)
{
    struct json_text t = rows_text(q, column);
    if (t.ptr != NULL)
        t.ptr = arena_ndup(a, t.ptr, t.len);
    return t;
}

bool export_get_messages(struct export *e, int64_t prompt, struct json_text *out, struct err *err)
{
    struct rows q;
    *out = (struct json_text){"[]", 2};
    if (!rows_open(&q, e->db, STMT_PROMPT_GET, ARGS(v_int(prompt)), err))
        return false;
    if (rows_next(&q))
        *out = copy_column(&q, 0, &e->arena);
    return rows_close(&q, err);
}

bool export_get_prompt_id(struct export *e, int64_t prompt, char out[ID_HEX_SIZE], struct err *err)
{
    struct rows q;
    out[0] = '\0';
    if (!rows_open(&q, e->db, STMT_PROMPT_ID, ARGS(v_int(prompt)), err))
        return false;
    if (rows_next(&q)) {
        struct id id = rows_id(&q, 0);
        id_hex(&id, out);
    }
    return rows_close(&q, err);
}

bool export_get_response(struct export *e, int64_t row, struct export_response *out, struct err *err)
{
    struct rows q;
    *out = (struct export_response){.row = row, .text = {"", 0}};
    if (!rows_open(&q, e->db, STMT_RESPONSE_GET, ARGS(v_int(row)), err))
        return false;
    if (rows_next(&q)) {
        out->text = copy_column(&q, 0, &e->arena);
        out->model = copy_column(&q, 1, &e->arena);
        out->language = copy_column(&q, 2, &e->arena);
        out->tags = copy_column(&q, 3, &e->arena);
    }
    return rows_close(&q, err);
}

/* Columns of comparison_export_each behind those of the pair; texts live until the next row. */
static void read_texts(struct rows *q, struct export_item *item)
{
    enum { MESSAGES = 11, EACH = 4 };
    const int64_t row[2] = {item->pair.first, item->pair.second};
    item->messages = rows_text(q, MESSAGES);
    for (int i = 0, k = MESSAGES + 1; i < 2; i++, k += EACH)
        item->responses[i] = (struct export_response){.row = row[i],
                                                      .text = rows_text(q, k),
                                                      .model = rows_text(q, k + 1),
                                                      .language = rows_text(q, k + 2),
                                                      .tags = rows_text(q, k + 3)};
}

static bool load_item(struct export *e, struct rows *q, struct export_item *item, struct err *err)
{
    struct label_pair *p = &item->pair;
    label_pair_row(q, p);
    read_texts(q, item);
    if (!label_walk(&e->walk, p->comparison, (const int64_t[]){p->first, p->second}, &e->arena, &item->judgements,
                    &item->n, err))
        return false;
    p->label = label_decide(p, item->judgements, item->n, &e->options->label);
    return true;
}

static bool passes(const struct export *e, const struct export_item *i, bool *yes, struct err *err)
{
    struct where_subject s = {.db = e->db,
                              .pair = &i->pair,
                              .language = {i->responses[0].language, i->responses[1].language},
                              .judgements = i->judgements,
                              .n = i->n,
                              .by = e->options->label.by};
    *yes = true;
    return e->where == NULL || where_passes(e->where, &s, yes, err);
}

static bool each_row(struct export *e, struct rows *q, int64_t total,
                     bool (*item)(struct export *e, const struct export_item *i, struct err *err), struct err *err)
{
    int64_t looked = 0;
    while (rows_next(q)) {
        struct export_item i = {0};
        if (looked % TICK == 0 && !progress_tick(e->options->progress, (double)looked, (double)total))
            return err_set(err, ERR_STOPPED, "stopped; nothing was written");
        bool wanted;
        if (!load_item(e, q, &i, err) || !passes(e, &i, &wanted, err))
            return false;
        if (wanted) {
            e->counts->comparisons++;
            if (!item(e, &i, err))
                return false;
        }
        looked++;
        arena_reset(&e->arena);
        if (export_failed(e))
            return true;
    }
    return true;
}

bool export_each(struct export *e, bool (*item)(struct export *e, const struct export_item *i, struct err *err),
                 struct err *err)
{
    struct rows q;
    int64_t total = 0;
    struct value source = v_str(e->options->label.source), split = v_str(e->options->label.split);
    if (!stmt_int(e->db, STMT_COMPARISON_COUNT, ARGS(source, split), &total, err) ||
        !rows_open(&q, e->db, STMT_COMPARISON_EXPORT_EACH, ARGS(source, split), err))
        return false;
    bool ok = judgement_walk_open(&e->walk, e->db, label_wants_all(&e->options->label), err) &&
              each_row(e, &q, total, item, err);
    judgement_walk_close(&e->walk);
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

bool export_is_role(const struct message *m, const char *role)
{
    return strlen(role) == m->role.len && memcmp(role, m->role.ptr, m->role.len) == 0;
}

bool export_is_turns(const struct message *m, size_t n, size_t *first)
{
    size_t from = *first = n > 0 && export_is_role(&m[0], "system") && m[0].name.ptr == NULL ? 1 : 0;
    for (size_t i = from; i < n; i++)
        if (!export_is_role(&m[i], (i - from) % 2 == 0 ? "user" : "assistant") || m[i].name.ptr != NULL)
            return false;
    return (n - from) % 2 == 1;
}

static void add_text(struct buf *b, struct json_text t)
{
    buf_add(b, t.ptr, t.len);
}

static struct json_text keep(struct export *e, struct buf *b)
{
    struct json_text t = {arena_ndup(&e->arena, b->ptr, b->len), b->len};
    buf_free(b);
    return t;
}

bool export_write_prompt(struct export *e, const char *key, struct json_text messages, struct err *err)
{
    struct message *m;
    size_t n;
    if (!content_messages(messages, &e->arena, &m, &n, err))
        return false;
    jw_key(&e->w, key);
    if (n == 1 && export_is_role(m, "user") && m->name.ptr == NULL)
        jw_strn(&e->w, m->content.ptr, m->content.len);
    else
        jw_raw(&e->w, messages.ptr, messages.len);
    return true;
}

bool export_prompt_plain(struct export *e, struct json_text messages, struct json_text *out, struct err *err)
{
    struct message *m;
    size_t n;
    if (!content_messages(messages, &e->arena, &m, &n, err))
        return false;
    if (n == 1 && export_is_role(m, "user")) {
        *out = m->content;
        return true;
    }
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        if (!transcript_open(&b, m[i].role.ptr))
            buf_addf(&b, "\n\n%s: ", m[i].role.ptr);
        add_text(&b, m[i].content);
    }
    transcript_open(&b, "assistant");
    *out = keep(e, &b);
    return true;
}

bool export_prompt_helpsteer(struct export *e, struct json_text messages, struct json_text *out, struct err *err)
{
    struct message *m;
    size_t n;
    *out = (struct json_text){0};
    if (!content_messages(messages, &e->arena, &m, &n, err))
        return false;
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        bool user = export_is_role(&m[i], "user");
        if ((i == 0 && !user) || (!user && !export_is_role(&m[i], "assistant"))) {
            buf_free(&b);
            return true;
        }
        if (i > 0)
            buf_adds(&b, user ? "\n<extra_id_1>User\n" : "\n<extra_id_1>Assistant\n");
        add_text(&b, m[i].content);
    }
    *out = keep(e, &b);
    return true;
}

void export_messages(struct export *e, const struct message *m, size_t n, const struct json_text *answer)
{
    jw_array(&e->w);
    for (size_t i = 0; i < n; i++) {
        jw_object(&e->w);
        jw_kstrn(&e->w, "role", m[i].role.ptr, m[i].role.len);
        if (m[i].name.ptr != NULL)
            jw_kstrn(&e->w, "name", m[i].name.ptr, m[i].name.len);
        jw_kstrn(&e->w, "content", m[i].content.ptr, m[i].content.len);
        jw_object_end(&e->w);
    }
    if (answer != NULL) {
        jw_object(&e->w);
        jw_kstr(&e->w, "role", "assistant");
        jw_kstrn(&e->w, "content", answer->ptr, answer->len);
        jw_object_end(&e->w);
    }
    jw_array_end(&e->w);
}

static bool find_format(const char *name, const struct export_format **out, struct err *err)
{
    struct buf list = BUF_INIT;
    *out = NULL;
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (strcmp(export_formats[i], name) == 0)
            *out = formats[i];
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", export_formats[i]);
    }
    if (*out == NULL)
        err_set(err, ERR_MISSING, "there is no export format \"%.60s\"; there are %s", name, list.ptr);
    buf_free(&list);
    return *out != NULL;
}

bool export_has_labels(const char *format)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(export_formats[i], format) == 0)
            return !formats[i]->whole && !formats[i]->raw;
    return false;
}

static bool mark_both(struct export *e, const struct export_item *i, struct err *err)
{
    (void)err;
    export_mark(e, i->responses[0].row);
    export_mark(e, i->responses[1].row);
    return true;
}

/* With a filter, those of the comparisons that pass are marked first. */
bool export_each_response(struct export *e,
                          bool (*response)(struct export *e, const struct export_place *p, struct err *err),
                          struct err *err)
{
    const struct label_options *o = &e->options->label;
    bool filtered = o->source != NULL || o->split != NULL || e->where != NULL, ok = true;
    struct rows q;
    if (filtered && !export_each(e, mark_both, err))
        return false;
    if (!rows_open(&q, e->db, STMT_RESPONSE_BY_PROMPT_EACH, NO_ARGS, err))
        return false;
    while (ok && rows_next(&q) && !export_failed(e)) {
        struct export_place p = {rows_int(&q, 0), rows_int(&q, 1)};
        ok = (filtered && !is_marked(e, p.response)) || response(e, &p, err);
        arena_reset(&e->arena);
        if (ok && !progress_tick(e->options->progress, (double)e->counts->lines, 0))
            ok = err_set(err, ERR_STOPPED, "stopped; nothing was written");
    }
    return ok ? rows_close(&q, err) : rows_abandon(&q);
}

bool export_pair(struct export *e, const struct export_item *i,
                 bool (*pair)(struct export *e, const struct export_item *i, int better, struct err *err),
                 struct err *err)
{
    const struct label *l = &i->pair.label;
    if (!l->has) {
        e->counts->unlabelled++;
        return true;
    }
    if (l->strength != 0)
        return pair(e, i, l->strength < 0 ? 0 : 1, err);
    e->counts->ties++;
    switch (e->options->ties) {
    case TIES_DROP:
        return true;
    case TIES_BOTH:
        return pair(e, i, 0, err) && pair(e, i, 1, err);
    case TIES_ERROR:
        break;
    }
    return err_set(err, ERR_CONFLICT, "comparison %s has no better response; choose what becomes of ties: drop or both",
                   i->pair.comparison_id);
}

static bool write_pair(struct export *e, const struct export_item *i, struct err *err)
{
    return export_pair(e, i, e->format->pair, err);
}

/* One snapshot, so that people may go on annotating meanwhile. */
static bool write_all(struct db *db, void *ctx, struct err *err)
{
    (void)db;
    struct export *e = ctx;
    const struct export_format *f = e->format;
    if (f->all != NULL)
        return f->all(e, err);
    return export_each(e, f->pair != NULL ? write_pair : f->item, err);
}

static bool read_where(struct export *e, struct err *err)
{
    if (e->options->where == NULL)
        return true;
    if (e->format->whole)
        return err_set(err, ERR_USAGE, "--where is about comparisons; the format %s is not made of them",
                       e->options->format);
    int64_t left = 0;
    if (!where_parse("--where", e->options->where, &e->where_arena, &e->where, err) ||
        !where_check(e->db, "--where", e->where, err))
        return false;
    if (where_has_words(e->where))
        do
            if (!words_catch_up(e->db, WORDS_SLICE, &left, err))
                return false;
        while (left > 0);
    return true;
}

bool export_write(struct db *db, const struct export_options *options, struct outfile *out,
                  struct export_counts *counts, struct err *err)
{
    struct export e = {.db = db, .options = options, .counts = counts, .out = out, .line = BUF_INIT};
    *counts = (struct export_counts){0};
    digest_init(&e.digest);
    e.pump = pump_open(take, &e);
    bool ok = find_format(options->format, &e.format, err) && label_check_source(db, &options->label, err) &&
              read_where(&e, err) && db_snapshot(db, write_all, &e, err);
    if (ok)
        pump_flush(e.pump);
    pump_close(e.pump);
    digest_hex(&e.digest, counts->sha256);
    buf_free(&e.line);
    arena_free(&e.arena);
    arena_free(&e.where_arena);
    vec_free(&e.marks);
    return ok;
}
