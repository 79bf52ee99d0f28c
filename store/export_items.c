/* Benchmarks, in the shapes they came in: assets/doc/formats.md. */
#include "store/export_format.h"
#include "store/item.h"

#include <string.h>

static void write_known(struct json_writer *w, const char *key, struct json_text t)
{
    if (t.len > 0)
        jw_kstrn(w, key, t.ptr, t.len);
}

/* An id that is a number in the usual writing is one in the file. */
static void write_number(struct json_writer *w, const char *key, struct json_text t)
{
    size_t digits = strspn(t.ptr, "0123456789");
    bool is_number = digits == t.len && digits > 0 && digits < 19 && (t.ptr[0] != '0' || digits == 1);
    jw_key(w, key);
    if (is_number)
        jw_raw(w, t.ptr, t.len);
    else
        jw_strn(w, t.ptr, t.len);
}

static void write_extra(struct export *e, const struct item_view *i)
{
    if (i->extra.ptr != NULL)
        jw_members(&e->w, i->extra.ptr, i->extra.len);
}

static void write_list(struct export *e, const char *key, const struct item_view_answer *a, size_t n)
{
    jw_key(&e->w, key);
    jw_array(&e->w);
    for (size_t i = 0; i < n; i++)
        jw_strn(&e->w, a[i].text.ptr, a[i].text.len);
    jw_array_end(&e->w);
}

static void write_text(struct export *e, const char *key, const struct item_view_answer *a)
{
    jw_kstrn(&e->w, key, a->text.ptr, a->text.len);
}

/* ---- an item in each shape ---- */

static bool pair_line(struct export *e, const struct item_view *i, bool translated, struct err *err)
{
    if (i->right != 1 || i->wrong != 1)
        return true;
    export_begin(e);
    write_number(&e->w, "id", i->name);
    if (!export_write_prompt(e, "prompt", i->messages, err))
        return false;
    write_text(e, "chosen", &i->answers[0]);
    write_text(e, "rejected", &i->answers[1]);
    write_known(&e->w, translated ? "source" : "subset", i->subset);
    write_known(&e->w, "category", i->section);
    write_known(&e->w, "language", i->language);
    write_extra(e, i);
    export_end(e);
    return true;
}

static bool pair_item(struct export *e, const struct item_view *i, struct err *err)
{
    return pair_line(e, i, false, err);
}

static bool translated_item(struct export *e, const struct item_view *i, struct err *err)
{
    return pair_line(e, i, true, err);
}

static bool lists_item(struct export *e, const struct item_view *i, struct err *err)
{
    export_begin(e);
    jw_kstrn(&e->w, "id", i->name.ptr, i->name.len);
    if (!export_write_prompt(e, "prompt", i->messages, err))
        return false;
    write_list(e, "chosen", i->answers, i->right);
    write_list(e, "rejected", i->answers + i->right, i->wrong);
    write_known(&e->w, "subset", i->subset);
    write_extra(e, i);
    export_end(e);
    return true;
}

/* Lines are steps again. */
static void write_steps(struct json_writer *w, struct json_text t)
{
    jw_key(w, "eval_solution");
    jw_array(w);
    for (size_t at = 0; at <= t.len;) {
        const char *end = memchr(t.ptr + at, '\n', t.len - at);
        size_t n = end != NULL ? (size_t)(end - t.ptr) - at : t.len - at;
        jw_strn(w, t.ptr + at, n);
        at += n + 1;
    }
    jw_array_end(w);
}

static bool solutions_item(struct export *e, const struct item_view *i, struct err *err)
{
    for (size_t k = 0; k < i->right + i->wrong; k++) {
        export_begin(e);
        if (!export_write_prompt(e, "problem", i->messages, err))
            return false;
        write_steps(&e->w, i->answers[k].text);
        write_known(&e->w, "solution_reference", i->answers[k].model);
        jw_kstr(&e->w, "solution_type", k < i->right ? "chosen" : "rejected");
        write_known(&e->w, "subject", i->subset);
        write_number(&e->w, "problem_id", i->name);
        jw_kint(&e->w, "id", i->answers[k].position);
        write_extra(e, i);
        export_end(e);
    }
    return true;
}

/* ---- all of a suite ---- */

struct writing {
    struct export *e;
    bool (*item)(struct export *e, const struct item_view *i, struct err *err);
    bool ok;
    struct err *err;
};

static bool write_item(void *ctx, const struct item_view *i)
{
    struct writing *x = ctx;
    x->ok = x->item(x->e, i, x->err);
    arena_reset(&x->e->arena);
    return x->ok && !export_failed(x->e);
}

static bool write_suite(struct export *e, const char *suite,
                        bool (*item)(struct export *e, const struct item_view *i, struct err *err), struct err *err)
{
    struct writing x = {.e = e, .item = item, .ok = true, .err = err};
    return item_each(e->db, suite, e->options->label.source, true, write_item, &x, err) && x.ok;
}

static bool write_reward_bench(struct export *e, struct err *err)
{
    return write_suite(e, "reward-bench", pair_item, err);
}

static bool write_m_reward_bench(struct export *e, struct err *err)
{
    return write_suite(e, "m-reward-bench", translated_item, err);
}

static bool write_reward_bench_2(struct export *e, struct err *err)
{
    return write_suite(e, "reward-bench-2", lists_item, err);
}

static bool write_reward_math(struct export *e, struct err *err)
{
    return write_suite(e, "reward-math", solutions_item, err);
}

const struct export_format export_reward_bench = {.all = write_reward_bench, .whole = true};
const struct export_format export_m_reward_bench = {.all = write_m_reward_bench, .whole = true};
const struct export_format export_reward_bench_2 = {.all = write_reward_bench_2, .whole = true};
const struct export_format export_reward_math = {.all = write_reward_math, .whole = true};
