#include "app/data_parts.h"
#include "app/data_scores.h"
#include "app/data_thumbs.h"
#include "core/base/team.h"
#include "core/base/trace.h"
#include "store/db.h"

#include <math.h>
#include <string.h>

static void add_number(struct digest *g, double v)
{
    unsigned char raw[sizeof v];
    memcpy(raw, &v, sizeof v);
    digest_add(g, raw, sizeof raw);
}

static void digests(struct data *d)
{
    struct digest g;
    digest_init(&g);
    for (size_t i = 0; i < d->pairs.pairs.n; i++) {
        const struct pair *p = &d->pairs.pairs.v[i];
        const double row[] = {(double)p->chosen, (double)p->rejected, p->weight,        p->p,
                              p->strength,       (double)p->split,    (double)p->prompt};
        digest_add(&g, row, sizeof row - (p->prompt != SIZE_MAX ? 0 : sizeof *row));
    }
    digest_hex(&g, d->pairs_sha256);
    digest_init(&g);
    size_t k = names_count(&d->ratings.attributes);
    for (size_t i = 0; i < d->ratings.rows.n; i++) {
        add_number(&g, (double)d->ratings.rows.v[i].row);
        add_number(&g, d->ratings.rows.v[i].weight);
        add_number(&g, (double)d->ratings.rows.v[i].split);
        for (size_t j = 0; j < k; j++) {
            double v = d->ratings.values[i * k + j];
            add_number(&g, isnan(v) ? -1e300 : v); /* NaN has many bit patterns */
        }
    }
    digest_hex(&g, d->ratings_sha256);
}

bool data_load(const struct app *app, const struct args *args, unsigned need, const struct labels_wish *wish,
               struct data *d, struct err *err)
{
    return data_load_scored(app, args, NULL, need, wish, d, err);
}

bool data_load_scored(const struct app *app, const struct args *args, const char *scores, unsigned need,
                      const struct labels_wish *wish, struct data *d, struct err *err)
{
    memset(d, 0, sizeof *d);
    embeddings_init(&d->e);
    d->unchecked = need & DATA_UNCHECKED;
    d->from_workspace = !args_has(args, "embeddings") && !(scores != NULL && args_has(args, "pairs"));
    if (scores != NULL && (args_has(args, "embeddings") || args_has(args, "ids") || args_has(args, "set")))
        return err_set(err, ERR_USAGE, "scores stand in place of --embeddings, --ids and --set");
    if (scores != NULL && !data_scores_read(scores, d, err))
        return false;
    if (d->from_workspace && (args_has(args, "pairs") || args_has(args, "ratings") || args_has(args, "ids")))
        return err_set(err, ERR_USAGE, "--pairs, --ratings and --ids need --embeddings with them");
    if (!d->from_workspace &&
        (args_has(args, "set") || args_has(args, "labels") || args_has(args, "source") || args_has(args, "aggregate")))
        return err_set(err, ERR_USAGE,
                       "--set, --labels, --aggregate and --source are for the workspace, not for files");
    d->e.keeps_prompt_ids = !d->from_workspace && (need & DATA_FACTS); /* probes name them */
    bool ok =
        d->from_workspace ? data_workspace_load(app, args, need, wish, d, err) : data_files_load(args, need, d, err);
    ok = ok && data_thumbs_load(args, need, d, err);
    if (ok)
        digests(d);
    trace(TRACE_LOAD, "examples complete");
    return ok;
}

bool data_load_embeddings(const struct app *app, const struct args *args, struct data *d, struct err *err)
{
    memset(d, 0, sizeof *d);
    embeddings_init(&d->e);
    d->e.keeps_prompt_ids = true;
    d->from_workspace = !args_has(args, "embeddings");
    if (!d->from_workspace && !data_files_embeddings(args, d, err))
        return false;
    embeddings_link_prompts(&d->e);
    if (!d->from_workspace)
        return embeddings_check_finite(&d->e, team_cores(), err);
    struct db *db = NULL;
    int64_t set;
    if (!app_open(app, false, &db, err))
        return false;
    bool ok = data_set_open(db, args_get(args, "set"), d, &set, err);
    db_close(db);
    return ok;
}

bool data_settle(struct data *d, struct err *err)
{
    if (d->set_sha256 != NULL && strcmp(embeddings_part_digest(&d->e, 0), d->set_sha256) != 0)
        return data_set_changed(d, err);
    embeddings_digest(&d->e, d->embeddings_sha256);
    trace(TRACE_LOAD, "embeddings have the digest %s", d->embeddings_sha256);
    return true;
}

const char *data_embeddings_sha256(const struct data *d)
{
    if (d->embeddings_sha256[0] == '\0')
        BUG("data_settle was not called");
    return d->embeddings_sha256;
}

void data_free(struct data *d)
{
    embeddings_close(&d->e);
    scores_free(&d->scores);
    pairs_free(&d->pairs);
    vec_free(&d->votes);
    ratings_free(&d->ratings);
    data_thumbs_free(d);
    for (size_t i = 0; i < d->rubric.n; i++)
        mem_free(d->rubric.v[i].attribute);
    vec_free(&d->rubric);
    mem_free(d->pair_keys);
    mem_free(d->rating_keys);
    mem_free(d->set_name);
    mem_free(d->set_path);
    mem_free(d->set_sha256);
}
