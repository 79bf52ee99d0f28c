/* The import formats: by name, and by what records look like. */
#include "store/import_run.h"

#include <string.h>

static const struct import_format *const formats[] = {&import_judgements,
                                                      &import_hh_rlhf,
                                                      &import_helpsteer2_preference,
                                                      &import_helpsteer3,
                                                      &import_helpsteer2,
                                                      &import_m_reward_bench,
                                                      &import_reward_bench,
                                                      &import_reward_bench_2,
                                                      &import_reward_math,
                                                      &import_multipref,
                                                      &import_arena,
                                                      &import_ultrafeedback,
                                                      &import_ultrafeedback_binarized,
                                                      &import_open_instruct,
                                                      &import_openai_dpo,
                                                      &import_steerlm,
                                                      &import_llama_factory,
                                                      &import_nectar,
                                                      &import_axolotl,
                                                      &import_csv,
                                                      &import_tsv,
                                                      &import_trl};
enum { N_FORMATS = sizeof formats / sizeof *formats };

const char *const import_formats[] = {"judgements",
                                      "hh-rlhf",
                                      "helpsteer2-preference",
                                      "helpsteer3",
                                      "helpsteer2",
                                      "m-reward-bench",
                                      "reward-bench",
                                      "reward-bench-2",
                                      "reward-math",
                                      "multipref",
                                      "arena",
                                      "ultrafeedback",
                                      "ultrafeedback-binarized",
                                      "open-instruct",
                                      "openai-dpo",
                                      "steerlm",
                                      "llama-factory",
                                      "nectar",
                                      "axolotl",
                                      "csv",
                                      "tsv",
                                      "trl",
                                      NULL};

const struct import_format *const *import_format_table(size_t *n)
{
    *n = N_FORMATS;
    return formats;
}

static void list_formats(struct buf *b)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        buf_addf(b, "%s%s", i > 0 ? ", " : "", formats[i]->name);
}

bool import_format_named(const char *name, const struct import_format **out, struct err *err)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i]->name, name) == 0) {
            *out = formats[i];
            return true;
        }
    struct buf list = BUF_INIT;
    list_formats(&list);
    err_set(err, ERR_MISSING, "there is no import format \"%.60s\"; there are %s", name, list.ptr);
    buf_free(&list);
    return false;
}

/* The first format that a record looks like; N_FORMATS: none. */
static size_t sniff(const char *text, size_t n)
{
    struct json_object *o = NULL;
    struct err ignored;
    size_t i = 0;
    if (!json_parse(text, n, &o, &ignored))
        return N_FORMATS;
    while (i < N_FORMATS && !(json_object_is_type(o, json_type_object) && formats[i]->sniff(o)))
        i++;
    json_object_put(o);
    return i;
}

/* What most lines of the first batch look like: one broken record must not decide for the file. */
void import_find_out_format(struct import_run *r)
{
    size_t votes[N_FORMATS + 1] = {0}, best = 0;
    for (size_t i = 0; i < r->batch.n; i++)
        votes[sniff(r->batch.v[i].text, r->batch.v[i].n)]++;
    for (size_t i = 0; i < N_FORMATS; i++)
        if (votes[i] > best) {
            best = votes[i];
            r->format = formats[i];
        }
}

bool import_no_format(const struct import_run *r, struct err *err)
{
    if (r->batch.n == 0)
        return err_set(err, ERR_SYNTAX, "%s: holds no records", lines_name(r->lines));
    struct buf text = BUF_INIT;
    struct json_object *o = NULL;
    struct err why = {.kind = ERR_NONE};
    const struct import_line *l = &r->batch.v[0];
    if (!json_parse(l->text, l->n, &o, &why)) {
        buf_addf(&text, "line %ld is no record: %s", l->number, why.text);
    } else if (json_object_is_type(o, json_type_object)) {
        buf_adds(&text, "the first record has the fields");
        json_object_object_foreach(o, key, value)
        {
            (void)value;
            buf_addf(&text, " \"%.40s\"", key);
        }
    } else {
        buf_addf(&text, "line %ld is %s and not an object", l->number, json_type_name(o));
    }
    json_object_put(o);
    buf_truncate(&text, text.len < 200 ? text.len : 200);
    buf_adds(&text, "; the formats are ");
    list_formats(&text);
    buf_adds(&text, "; --format says which");
    err_set(err, ERR_SYNTAX, "%s: no format fits: %s", lines_name(r->lines), text.ptr);
    buf_free(&text);
    return false;
}
