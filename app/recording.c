#include "app/recording.h"

#include "app/place.h"
#include "core/base/digest.h"
#include "core/base/mem.h"
#include "store/db.h"
#include "store/run.h"

#include <string.h>

struct recording recording_of(const char *kind, const char *model, const char *sha256, uint64_t seed)
{
    return (struct recording){.kind = kind,
                              .model = model,
                              .sha256 = sha256,
                              .seed = seed,
                              .settings = BUF_INIT,
                              .inputs = BUF_INIT,
                              .results = BUF_INIT};
}

bool recording_keep(const struct app *app, struct recording *r, struct err *err)
{
    struct db *db = NULL;
    char found[SHA256_HEX_SIZE];
    bool find = r->model != NULL && r->sha256 == NULL && strcmp(r->model, "-") != 0;
    char *place = r->model != NULL && strcmp(r->model, "-") != 0 ? place_kept(app->workspace, r->model) : NULL;
    struct run run = {.kind = r->kind,
                      .settings = r->settings.ptr,
                      .inputs = r->inputs.ptr,
                      .results = r->results.ptr,
                      .model = place != NULL ? place : r->model,
                      .model_sha256 = find ? found : r->sha256,
                      .seed = r->seed};
    bool ok =
        (!find || digest_file(r->model, found, err)) && app_open(app, true, &db, err) && run_insert(db, &run, err);
    db_close(db);
    mem_free(place);
    buf_free(&r->settings);
    buf_free(&r->inputs);
    buf_free(&r->results);
    return ok;
}
