#include "app/data_scores.h"

#include "core/base/mem.h"
#include "core/probe.h"
#include "store/response.h"

#include <string.h>

bool data_scores_read(const char *path, struct data *d, struct err *err)
{
    return scores_read(path, &d->scores, err) && scores_as_rows(&d->scores, &d->e, err);
}

bool data_scores_check(struct db *db, const struct data *d, struct err *err)
{
    const struct scores *s = &d->scores;
    if (s->numbered)
        return err_set(err, ERR_MISSING,
                       "%s: scores of the workspace must name responses by their ids, as `assay export --format "
                       "responses` lists them, not by row numbers",
                       s->name);
    for (size_t i = 0; i < s->n; i++) {
        int64_t row;
        const char *id = embeddings_id(&d->e, i);
        if (probe_is(id))
            continue;
        if (!response_find(db, id, &row, err))
            return false;
        if (row == 0)
            return err_set(err, ERR_MISSING, "%s:%ld: \"%.80s\" is no response of this workspace", s->name,
                           s->line.v[i], id);
    }
    return true;
}

bool data_scores_whole(const struct data *d, struct err *err)
{
    if (d->scores.n == 0 || d->without_embedding == 0)
        return true;
    return err_set(err, ERR_MISSING,
                   "%s: %zu of %zu comparisons have an answer without a score, such as response %s; --partial leaves "
                   "them out",
                   d->scores.name, d->without_embedding, d->without_embedding + d->pairs.pairs.n, d->first_without);
}

double *data_scores_rewards(const struct data *d)
{
    double *rewards = mem_array(d->scores.n, sizeof *rewards);
    memcpy(rewards, d->scores.value.v, d->scores.n * sizeof *rewards);
    return rewards;
}
