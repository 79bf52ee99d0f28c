#include "app/kind.h"

#include "app/train.h"

#include <string.h>

/* id: of the variable, and the word of --head */
#define KINDS(X) X(bt) X(regression) X(ordinal) X(joint) X(more) X(mlp) X(gated) X(logistic) X(bco) X(kto)

const struct kind *const kinds[] = {
#define X(id) &kind_##id,
    KINDS(X)
#undef X
        NULL,
};

const char *const kind_names[] = {
#define X(id) #id,
    KINDS(X)
#undef X
        NULL,
};

static bool has(const struct kind *k, const char *option)
{
    for (size_t i = 0; k->options != NULL && k->options[i] != NULL; i++)
        if (strcmp(k->options[i], option) == 0)
            return true;
    return false;
}

bool kind_takes(const struct kind *k, const char *option)
{
    bool all = true;
    for (size_t i = 0; kinds[i] != NULL; i++)
        all = all && !has(kinds[i], option);
    return all || has(k, option);
}

bool kind_check(const struct kind *k, const struct args *args, struct err *err)
{
    for (size_t i = 0; i < args->values.n; i++) {
        const char *name = args->values.v[i].spec->name;
        struct buf others = BUF_INIT;
        for (size_t j = 0; kinds[j] != NULL && !has(k, name); j++)
            if (has(kinds[j], name))
                buf_addf(&others, "%s%s", others.len > 0 ? ", " : "", kinds[j]->name);
        bool ok = others.len == 0 ||
                  err_set(err, ERR_USAGE, "--%s is not for --head %s; it is for --head %s", name, k->name, others.ptr);
        buf_free(&others);
        if (!ok)
            return false;
    }
    return true;
}

void kind_pairs_text(const struct training *t, struct buf *out)
{
    buf_addf(out, "on %zu pair%s x %zu", t->pairs.n_fit, PLURAL(t->pairs.n_fit), t->head.d);
}

bool kind_says_log_odds(const struct head *h)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (strcmp(kinds[i]->name, h->kind) == 0 && (kinds[i]->need & DATA_PAIRS) != 0)
            return true;
    return head_meta(h, "calibration") != NULL;
}
