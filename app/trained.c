#include "app/trained.h"

#include "app/fitted.h"
#include "app/recording.h"
#include "core/base/clock.h"

bool trained_load(const struct app *app, const struct args *args, unsigned need, struct trained *x, struct err *err)
{
    double start = clock_monotonic();
    *x = (struct trained){0};
    bool ok = train_read(args, &x->o, err);
    need |= x->o.need | (x->o.sees_all ? DATA_UNCHECKED : 0);
    ok = ok && data_load(app, args, need, &x->o.wish, &x->d, err);
    x->load_seconds = clock_monotonic() - start;
    return ok;
}

bool trained_fit(struct trained *x, const struct progress *progress, struct err *err)
{
    struct err other = {0};
    if (train_head(&x->d, &x->o, &x->t, progress, err))
        return true;
    if (x->d.unchecked && !embeddings_check_finite(&x->d.e, x->o.threads, &other))
        *err = other;
    return false;
}

/* The head's place: -o, or a name made from the workspace's. The caller frees it. */
static char *model_path(const struct app *app, const struct args *args, const struct trained *x)
{
    const char *given = args_get(args, "output");
    if (given != NULL)
        return mem_dup(given);
    struct buf path = BUF_INIT;
    if (x->d.from_workspace) {
        buf_add(&path, app->workspace, app_stem(app->workspace));
        buf_addc(&path, '.');
    }
    buf_addf(&path, "%s.safetensors", x->t.head.kind);
    return buf_take(&path);
}

static void describe(struct trained *x)
{
    struct head *h = &x->t.head;
    struct buf text = BUF_INIT;
    train_settings_json(&x->o, &x->t, &text);
    head_set_meta(h, "settings", text.ptr);
    buf_reset(&text);
    train_inputs_json(&x->d, &text);
    head_set_meta(h, "inputs", text.ptr);
    buf_reset(&text);
    train_metrics_json(&x->t, &text);
    head_set_meta(h, "metrics", text.ptr);
    buf_reset(&text);
    train_fit_json(&x->t, &text);
    head_set_meta(h, "fit", text.ptr);
    fitted_keep(h, &x->d, x->t.pairs.fit, x->t.pairs.n_fit);
    buf_free(&text);
}

static bool record(const struct app *app, const struct trained *x, struct err *err)
{
    struct recording run = recording_of("train", x->model, x->sha256, x->o.seed);
    train_settings_json(&x->o, &x->t, &run.settings);
    train_inputs_json(&x->d, &run.inputs);
    train_metrics_json(&x->t, &run.results);
    return recording_keep(app, &run, err);
}

bool trained_keep(const struct app *app, const struct args *args, struct trained *x, struct err *err)
{
    x->model = model_path(app, args, x);
    if (!data_settle(&x->d, err))
        return false;
    describe(x);
    return head_save(x->model, &x->t.head, err) && digest_file(x->model, x->sha256, err) &&
           (!x->d.from_workspace || record(app, x, err));
}

void trained_free(struct trained *x)
{
    train_free(&x->t);
    data_free(&x->d);
    train_opts_free(&x->o);
    mem_free(x->model);
    *x = (struct trained){0};
}
