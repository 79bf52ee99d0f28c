#include "app/contender.h"

#include "core/base/mem.h"
#include "core/safe.h"

#include <stdint.h>
#include <string.h>

/* Options of `train` that are the comparison's to give, the same for all, or that make no other head. */
static const char *const common_options[] = {"seed", "threads", "memory", "max-iterations", NULL};
static const char *const refused[] = {"head",   "embeddings", "ids",     "pairs", "ratings", "set",  "labels",
                                      "source", "thumbs",     "up-from", "split", "holdout", "seed", "bins",
                                      "soft",   "memory",     "threads", "list",  "output",  NULL};

static bool is_in(const char *const *list, const char *name)
{
    for (size_t i = 0; list[i] != NULL; i++)
        if (strcmp(list[i], name) == 0)
            return true;
    return false;
}

static bool is_switch(const char *name, size_t n)
{
    for (const struct option_spec *o = train_options; o->name != NULL; o++)
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o->argument == NULL;
    return false;
}

/* "loss=scaled,l2=0.1" -> --loss=scaled --l2=0.1 */
static bool add_options(struct contender *c, const char *text, struct err *err)
{
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        while (text[n] == ',') { /* the next piece may belong to this value */
            size_t next = strcspn(text + n + 1, ",=");
            if (text[n + 1 + next] == '=' || is_switch(text + n + 1, next))
                break;
            n += 1 + next;
        }
        struct buf word = BUF_INIT;
        buf_addf(&word, "--%.*s", (int)n, text);
        char *name = mem_ndup(text, strcspn(text, "=,"));
        bool ok = !is_in(refused, name) ||
                  err_set(err, ERR_USAGE, "--%s is the same for all heads of a comparison, not for one", name);
        mem_free(name);
        vec_push(&c->words, buf_take(&word));
        if (!ok)
            return false;
        text += n + (text[n] == ',');
    }
    return true;
}

static void add_common(struct contender *c, const struct args *common)
{
    for (size_t i = 0; common_options[i] != NULL; i++) {
        const char *value = args_get(common, common_options[i]);
        struct buf word = BUF_INIT;
        if (value == NULL)
            continue;
        buf_addf(&word, "--%s=%s", common_options[i], value);
        vec_push(&c->words, buf_take(&word));
    }
}

static bool read_fit(struct contender *c, const char *text, const struct args *common, struct err *err)
{
    size_t n = strcspn(text, ":");
    struct buf head = BUF_INIT;
    buf_addf(&head, "--head=%.*s", (int)n, text);
    vec_push(&c->words, buf_take(&head));
    add_common(c, common);
    if (!add_options(c, text[n] == ':' ? text + n + 1 : "", err) ||
        !args_parse(&c->args, (int)c->words.n, c->words.v, train_options, NULL, false, NULL, err) ||
        !train_read(&c->args, &c->o, err))
        return false;
    const char *expo = args_get(&c->args, "expo");
    if (expo != NULL && strcmp(expo, "search") == 0)
        return err_set(err, ERR_USAGE, "--expo search would look at the pairs that judge; give the factor");
    c->o.holdout = 0;
    c->own_scale = (c->o.kind->need & DATA_PAIRS) != 0;
    return true;
}

static bool read_file(struct contender *c, const char *path, struct err *err)
{
    c->finished = true;
    c->path = path;
    if (!head_load(path, &c->head, err))
        return false;
    c->own_scale = kind_says_log_odds(&c->head);
    return true;
}

bool contender_read(struct contender *c, const char *text, const struct args *common, struct err *err)
{
    static const char ending[] = ".safetensors";
    size_t n = strlen(text), end = sizeof ending - 1;
    struct buf name = BUF_INIT;
    *c = (struct contender){0};
    safe_text(text, n, &name, SIZE_MAX);
    c->name = buf_take(&name);
    if (n > end && strcmp(text + n - end, ending) == 0)
        return read_file(c, text, err);
    return read_fit(c, text, common, err) || err_context(err, "%s", c->name);
}

bool contender_read_scores(struct contender *c, const char *text, struct err *err)
{
    const char *path = strchr(text, '=');
    struct buf name = BUF_INIT;
    *c = (struct contender){.finished = true, .scored = true};
    if (path == NULL || path == text || path[1] == '\0')
        return err_set(err, ERR_USAGE, "--scores %s: it is NAME=FILE, so that the table can name it", text);
    safe_text(text, (size_t)(path - text), &name, SIZE_MAX);
    c->name = buf_take(&name);
    c->path = path + 1;
    return scores_read(c->path, &c->scores, err);
}

bool contender_scores(const struct contender *c, const struct embeddings *e, double **rewards, struct err *err)
{
    const struct scores *s = &c->scores;
    size_t row, missing;
    for (size_t i = 0; i < names_count(&s->ids); i++)
        if (!embeddings_find(e, names_text(&s->ids, i), s->ids.list.v[i].len, &row))
            return err_set(err, ERR_MISSING, "%s:%ld: \"%.80s\" is no row of the %s", s->name, s->line.v[i],
                           names_text(&s->ids, i), e->noun);
    if (s->numbered && s->n > e->n)
        return err_set(err, ERR_MISSING, "%s: row %zu is scored, but the %s have %zu rows", s->name, s->n - 1, e->noun,
                       e->n);
    *rewards = scores_of_rows(s, e, &missing);
    return true;
}

void contender_free(struct contender *c)
{
    if (c->scored)
        scores_free(&c->scores);
    else if (c->finished)
        head_free(&c->head);
    else
        train_opts_free(&c->o);
    args_free(&c->args);
    for (size_t i = 0; i < c->words.n; i++)
        mem_free(c->words.v[i]);
    vec_free(&c->words);
    mem_free(c->name);
    mem_free(c->raw);
    mem_free(c->z);
    mem_free(c->at);
    *c = (struct contender){0};
}

unsigned contender_need(const struct contender *c)
{
    return DATA_PAIRS | (c->finished ? 0 : c->o.need);
}
