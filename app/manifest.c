#include "app/manifest.h"

#include "core/base/clock.h"
#include "core/base/json_writer.h"

static void maybe(struct json_writer *w, const char *key, const char *value)
{
    if (value != NULL)
        jw_kstr(w, key, value);
}

static void settings(struct json_writer *w, const struct export_options *o, const struct aggregated_sum *made)
{
    jw_key(w, "settings");
    jw_object(w);
    jw_kstr(w, "ties", export_ties_name(o->ties));
    jw_kstr(w, "labels", label_by_name(o->label.by));
    aggregated_json(made, w);
    maybe(w, "source", o->label.source);
    maybe(w, "split", o->label.split);
    maybe(w, "where", o->where);
    jw_kbool(w, "margin", o->margin);
    if (o->thumb_attribute != NULL) {
        jw_kstr(w, "unpaired_attribute", o->thumb_attribute);
        jw_knum(w, "unpaired_threshold", o->thumb_level);
    }
    jw_object_end(w);
}

bool manifest_write(struct db *db, const struct export_options *o, const struct aggregated_sum *made,
                    const struct export_counts *c, const char *data, struct outfile *out, struct err *err)
{
    struct export_counts all;
    struct json_writer w;
    struct buf text = BUF_INIT;
    char when[CLOCK_ISO_SIZE];
    int64_t ms;
    struct export_options everything = {.format = "judgements", .progress = o->progress};
    if (!clock_document_ms(&ms, err) || !export_write(db, &everything, NULL, &all, err))
        return false;
    clock_iso(ms, when);
    jw_start(&w, &text);
    jw_object(&w);
    maybe(&w, "file", data);
    jw_kstr(&w, "format", o->format);
    jw_kint(&w, "lines", c->lines);
    jw_kint(&w, "bytes", c->bytes);
    jw_kstr(&w, "sha256", c->sha256);
    jw_kint(&w, "comparisons", c->comparisons);
    jw_kint(&w, "ties", c->ties);
    jw_kint(&w, "unlabelled", c->unlabelled);
    jw_kint(&w, "unheld", c->unheld);
    jw_kint(&w, "unordered", c->unordered);
    settings(&w, o, made);
    jw_kstr(&w, "workspace_sha256", all.sha256);
    jw_kstr(&w, "created", when);
    jw_object_end(&w);
    buf_addc(&text, '\n');
    outfile_write(out, text.ptr, text.len);
    buf_free(&text);
    return true;
}
