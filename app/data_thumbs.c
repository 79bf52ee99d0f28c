#include "app/data_thumbs.h"

#include "core/base/json_writer.h"
#include "core/base/mem.h"

#include <string.h>

/* What goes with row i, or with a prompt in row i: the key of a pair if there is one. */
static void keys_of_rows(const struct data *d, uint64_t *answer, uint64_t *prompt)
{
    const uint64_t none = UINT64_MAX;
    for (size_t i = 0; i < d->e.n; i++)
        answer[i] = prompt[i] = none;
    for (size_t i = 0; i < d->pairs.pairs.n; i++) {
        const struct pair *p = &d->pairs.pairs.v[i];
        answer[p->chosen] = answer[p->rejected] = d->pair_keys[i];
        if (p->prompt != SIZE_MAX)
            prompt[p->prompt] = d->pair_keys[i];
    }
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++) {
        const struct thumb *t = &d->thumbs.thumbs.v[i];
        if (t->prompt != THUMBS_NO_PROMPT && prompt[t->prompt] == none)
            prompt[t->prompt] = answer[t->row];
    }
    for (size_t i = 0; i < d->e.n; i++) /* keys of pairs are rows: others start behind them */
        prompt[i] = prompt[i] == none ? d->e.n + i : prompt[i];
}

static void keys_of_file(struct data *d)
{
    uint64_t *answer = mem_array(d->e.n, sizeof *answer), *prompt = mem_array(d->e.n, sizeof *prompt);
    d->thumb_keys = mem_array(d->thumbs.thumbs.n, sizeof *d->thumb_keys);
    keys_of_rows(d, answer, prompt);
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++) {
        const struct thumb *t = &d->thumbs.thumbs.v[i];
        uint64_t alone = t->prompt != THUMBS_NO_PROMPT ? prompt[t->prompt] : t->row;
        d->thumb_keys[i] = answer[t->row] != UINT64_MAX ? answer[t->row] : alone;
    }
    mem_free(answer);
    mem_free(prompt);
}

static bool from_ratings(const char *text, struct data *d, struct err *err)
{
    struct thumbs_rule rule = {0};
    size_t *which = NULL;
    if (!thumbs_rule_parse(text, &rule, err))
        return err_context(err, "--up-from");
    bool ok = thumbs_from_ratings(&d->ratings, &rule, &d->thumbs, &which, err) || err_context(err, "--up-from");
    size_t n = d->thumbs.thumbs.n;
    d->thumb_keys = mem_array(n, sizeof *d->thumb_keys);
    for (size_t i = 0; ok && i < n; i++)
        d->thumb_keys[i] = d->rating_keys[which[i]];
    mem_free(which);
    thumbs_rule_free(&rule);
    return ok;
}

/* Prompts that the embeddings know. */
static void fill_prompts(struct data *d)
{
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++) {
        struct thumb *t = &d->thumbs.thumbs.v[i];
        size_t prompt = embeddings_prompt(&d->e, t->row);
        if (t->prompt == THUMBS_NO_PROMPT && prompt < d->e.n)
            t->prompt = prompt;
    }
}

static void digest_thumbs(struct data *d)
{
    struct digest g;
    digest_init(&g);
    for (size_t i = 0; i < d->thumbs.thumbs.n; i++) {
        const struct thumb *t = &d->thumbs.thumbs.v[i];
        const double row[] = {(double)t->row, t->prompt != THUMBS_NO_PROMPT ? (double)t->prompt : -1,
                              t->weight,      t->up ? 1 : 0,
                              t->mismatched,  (double)t->split};
        unsigned char raw[sizeof row];
        memcpy(raw, row, sizeof raw);
        digest_add(&g, raw, sizeof raw);
    }
    digest_hex(&g, d->thumbs_sha256);
}

bool data_thumbs_load(const struct args *args, unsigned need, struct data *d, struct err *err)
{
    const char *file = args_get(args, "thumbs"), *rule = args_get(args, "up-from");
    if (file == NULL && rule == NULL)
        return !(need & DATA_THUMBS) ||
               err_set(err, ERR_USAGE,
                       "a head on thumbs needs some: --thumbs FILE, or --up-from ATTRIBUTE>=NUMBER of the ratings");
    if (file != NULL && rule != NULL)
        return err_set(err, ERR_USAGE, "--thumbs and --up-from exclude each other");
    if (file != NULL && d->from_workspace)
        return err_set(err, ERR_USAGE, "--thumbs needs --embeddings with it; thumbs of the workspace are --up-from");
    if (rule != NULL && !d->from_workspace && !args_has(args, "ratings"))
        return err_set(err, ERR_USAGE, "--up-from needs --ratings with it");
    if (file != NULL ? !thumbs_read(file, &d->e, &d->thumbs, err) : !from_ratings(rule, d, err))
        return false;
    fill_prompts(d);
    if (file != NULL)
        keys_of_file(d);
    digest_thumbs(d);
    return true;
}

void data_thumbs_free(struct data *d)
{
    thumbs_free(&d->thumbs);
    mem_free(d->thumb_keys);
}

void data_thumbs_json(const struct data *d, struct json_writer *w)
{
    if (d->thumbs.thumbs.n == 0)
        return;
    jw_kstr(w, "thumbs", d->thumbs_sha256);
    jw_kint(w, "n_thumbs", (int64_t)d->thumbs.thumbs.n);
}
