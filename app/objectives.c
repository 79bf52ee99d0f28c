#include "app/objectives.h"

#include "core/base/mem.h"

#include <string.h>

const char *const objectives_by_names[] = {
#define X(id, name) name,
    OBJECTIVES_BY(X)
#undef X
        NULL,
};

static int number_of(const struct pair *p, enum objectives_by by)
{
    return by == OBJECTIVES_GROUP ? p->group : p->objective;
}

/* What OBJECTIVES_ANY stands for. */
static enum objectives_by settle(const struct data *d, enum objectives_by by)
{
    if (by != OBJECTIVES_ANY)
        return by;
    if (d->from_workspace)
        return OBJECTIVES_SOURCE;
    return names_count(&d->pairs.objectives) > 1 ? OBJECTIVES_OBJECTIVE : OBJECTIVES_GROUP;
}

/* used[i]: pairs to fit of name i. */
static bool count(const struct data *d, enum objectives_by by, const struct part *p, size_t *used, struct err *err)
{
    size_t silent = 0;
    for (size_t i = 0; i < p->n_fit; i++) {
        int number = number_of(&d->pairs.pairs.v[p->fit[i]], by);
        if (number < 0)
            silent++;
        else
            used[number]++;
    }
    return silent == 0 || err_set(err, ERR_MISSING, "%zu of %zu pairs have no \"%s\": MORE must know what each is of",
                                  silent, p->n_fit, by == OBJECTIVES_GROUP ? "group" : "objective");
}

static bool number_used(const struct names *names, const size_t *used, size_t *number, struct objectives *o,
                        struct err *err)
{
    size_t k = 0;
    for (size_t i = 0; i < names_count(names); i++)
        k += used[i] > 0;
    if (k > MINNORM_MOST)
        return err_set(err, ERR_RANGE, "%zu objectives; at most %d can share a head", k, MINNORM_MOST);
    if (k < 2)
        return err_set(err, ERR_MISSING, "the pairs are of %s: MORE is for two objectives or more, --head bt for one",
                       k == 1 ? "one objective only" : "no objective");
    for (size_t i = 0; i < names_count(names); i++) {
        number[i] = used[i] > 0 ? o->k : SIZE_MAX;
        if (used[i] == 0)
            continue;
        o->name[o->k] = names_text(names, i);
        o->n_fit[o->k++] = used[i];
    }
    return true;
}

bool objectives_find(const struct data *d, enum objectives_by by, const struct part *p, struct objectives *out,
                     struct err *err)
{
    *out = (struct objectives){.by = settle(d, by)};
    if (by == OBJECTIVES_SOURCE && !d->from_workspace)
        return err_set(err, ERR_USAGE,
                       "--by source is for the workspace; pairs in files have an \"objective\" or a \"group\"");
    const struct names *names = out->by == OBJECTIVES_GROUP ? &d->pairs.groups : &d->pairs.objectives;
    size_t *used = mem_array(names_count(names) + 1, sizeof *used);
    size_t *number = mem_array(names_count(names) + 1, sizeof *number);
    bool ok = count(d, out->by, p, used, err) && number_used(names, used, number, out, err);
    if (ok) {
        out->of = mem_array(d->pairs.pairs.n, sizeof *out->of);
        for (size_t i = 0; i < d->pairs.pairs.n; i++) {
            int n = number_of(&d->pairs.pairs.v[i], out->by);
            out->of[i] = n >= 0 ? number[n] : SIZE_MAX;
        }
    }
    mem_free(used);
    mem_free(number);
    return ok;
}

void objectives_free(struct objectives *o)
{
    mem_free(o->of);
    o->of = NULL;
}
