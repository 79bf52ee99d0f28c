/* The file of a head: written and read, with everything that may be wrong in one. */
#include "core/head.h"

#include "core/base/json.h"
#include "core/base/json_writer.h"
#include "core/base/mem.h"

#include <math.h>
#include <string.h>

#define SCORE_WEIGHT "score.weight"
#define SCORE_BIAS   "score.bias"

/* The head's own metadata, as text: 0 to 4 in the order of own_keys. */
static const char *const own_keys[] = {"format", "kind", "objectives", "mix", "temperature"};
enum { OWN = sizeof own_keys / sizeof *own_keys };

static void own_values(const struct head *h, struct buf values[OWN])
{
    struct json_writer w;
    for (int i = 0; i < OWN; i++)
        values[i] = BUF_INIT;
    buf_adds(&values[0], HEAD_FORMAT);
    buf_adds(&values[1], h->kind);
    jw_start(&w, &values[2]);
    jw_array(&w);
    for (size_t i = 0; i < h->k; i++)
        jw_str(&w, h->objectives[i]);
    jw_array_end(&w);
    jw_start(&w, &values[3]);
    jw_array(&w);
    for (size_t i = 0; i < h->k; i++)
        jw_num(&w, h->mix[i]);
    jw_array_end(&w);
    jw_start(&w, &values[4]);
    jw_num(&w, h->temperature);
}

/* The numbers as float; false when one is not finite as such. */
static bool narrow(const double *from, size_t n, float *to)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) {
        to[i] = (float)from[i];
        finite = finite && isfinite(to[i]);
    }
    return finite;
}

static bool write_head(const char *path, const struct head *h, const struct safetensors_out *tensors, size_t n_tensors,
                       struct err *err)
{
    struct buf values[OWN];
    own_values(h, values);
    size_t n = 0;
    struct safetensors_pair *meta = mem_array(OWN + h->n_meta, sizeof *meta);
    for (size_t i = 0; i < OWN; i++)
        meta[n++] = (struct safetensors_pair){own_keys[i], values[i].ptr};
    for (size_t i = 0; i < h->n_meta; i++)
        meta[n++] = (struct safetensors_pair){h->meta_keys[i], h->meta_values[i]};
    bool ok = safetensors_write(path, tensors, n_tensors, meta, n, err);
    for (int i = 0; i < OWN; i++)
        buf_free(&values[i]);
    mem_free(meta);
    return ok;
}

/* What goes into the file, narrowed to float. */
struct outgoing {
    struct safetensors_out *tensors;
    size_t n;
    bool finite;
};

static void put_tensor(struct outgoing *o, const char *name, size_t rows, size_t cols, const double *v)
{
    float *data = mem_array(head_tensor_count(rows, cols), sizeof *data);
    o->finite = narrow(v, head_tensor_count(rows, cols), data) && o->finite;
    o->tensors[o->n++] = (struct safetensors_out){name, TENSOR_F32, cols > 0 ? 2 : 1, {rows, cols}, data};
}

bool head_save(const char *path, const struct head *h, struct err *err)
{
    struct outgoing o = {.finite = true};
    o.tensors = mem_array(h->n_tensors + 2, sizeof *o.tensors);
    const struct mlp *mlp = h->mlp;
    put_tensor(&o, SCORE_WEIGHT, h->k, mlp != NULL ? mlp->m : h->d, mlp != NULL ? mlp->v : h->W);
    put_tensor(&o, SCORE_BIAS, h->k, 0, mlp != NULL ? &mlp->c : h->b);
    for (size_t i = 0; i < h->n_tensors; i++)
        put_tensor(&o, h->tensors[i].name, h->tensors[i].rows, h->tensors[i].cols, h->tensors[i].v);
    bool ok = o.finite
                  ? write_head(path, h, o.tensors, o.n, err)
                  : err_set(err, ERR_NUMERIC, "%s: the head holds numbers that float32 cannot hold; raise l2", path);
    for (size_t i = 0; i < o.n; i++)
        mem_free((void *)(uintptr_t)o.tensors[i].data);
    mem_free(o.tensors);
    return ok;
}

static bool is_own(const char *key)
{
    for (int i = 0; i < OWN; i++)
        if (strcmp(key, own_keys[i]) == 0)
            return true;
    return false;
}

/* A JSON list of `k` from the metadata. */
static bool get_list(const struct safetensors *s, const char *key, size_t k, struct json_object **out, struct err *err)
{
    const char *text = safetensors_meta(s, key);
    *out = NULL;
    if (text == NULL)
        return err_set(err, ERR_MISSING, "the metadata has no \"%s\"", key);
    if (!json_parse(text, strlen(text), out, err))
        return err_context(err, "metadata \"%s\"", key);
    if (json_object_is_type(*out, json_type_array) && json_object_array_length(*out) == k)
        return true;
    json_object_put(*out);
    *out = NULL;
    return err_set(err, ERR_SYNTAX, "metadata \"%s\" must be a list of %zu, one for each output", key, k);
}

static bool read_objectives(struct head *h, const struct safetensors *s, struct err *err)
{
    struct json_object *list;
    if (!get_list(s, "objectives", h->k, &list, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < h->k && ok; i++) {
        struct json_text name;
        ok = json_as_text(json_object_array_get_idx(list, i), "objectives", &name, err);
        if (ok)
            h->objectives[i] = mem_ndup(name.ptr, name.len);
    }
    json_object_put(list);
    return ok;
}

static bool read_mix(struct head *h, const struct safetensors *s, struct err *err)
{
    struct json_object *list;
    if (!get_list(s, "mix", h->k, &list, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < h->k && ok; i++) {
        struct json_object *v = json_object_array_get_idx(list, i);
        h->mix[i] = json_object_get_double(v);
        ok = json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int) ||
             err_set(err, ERR_SYNTAX, "metadata \"mix\" must hold numbers, but holds %s", json_type_name(v));
    }
    json_object_put(list);
    return ok;
}

static bool read_temperature(struct head *h, const struct safetensors *s, struct err *err)
{
    const char *text = safetensors_meta(s, "temperature");
    struct json_object *v = NULL;
    if (text == NULL)
        return err_set(err, ERR_MISSING, "the metadata has no \"temperature\"");
    if (!json_parse(text, strlen(text), &v, err))
        return err_context(err, "metadata \"temperature\"");
    h->temperature = json_object_get_double(v);
    json_object_put(v);
    return h->temperature > 0 || err_set(err, ERR_RANGE, "metadata \"temperature\" is not a number above 0");
}

static bool is_known(const char *kind)
{
    static const char *const known[] = {
#define X(id, name) name,
        HEAD_KINDS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(kind, known[i]) == 0)
            return true;
    return false;
}

static bool check_format(const struct safetensors *s, struct err *err)
{
    const char *format = safetensors_meta(s, "format"), *kind = safetensors_meta(s, "kind");
    if (format == NULL || strcmp(format, HEAD_FORMAT) != 0)
        return err_set(err, ERR_SCHEMA, "not a head of this program (metadata \"format\" is %s, not " HEAD_FORMAT ")",
                       format != NULL ? format : "missing");
    if (kind == NULL || !is_known(kind))
        return err_set(err, ERR_SCHEMA, "a head of kind %s, which this version does not know",
                       kind != NULL ? kind : "(missing)");
    return true;
}

static bool read_weights(struct head *h, const struct safetensors *s, struct err *err)
{
    struct tensor W, b;
    size_t bad;
    if (!safetensors_tensor(s, SCORE_WEIGHT, &W, err) || !safetensors_tensor(s, SCORE_BIAS, &b, err))
        return false;
    if (b.cols != 1 || b.rows != W.rows || W.rows == 0 || W.cols == 0)
        return err_set(err, ERR_SCHEMA, "score.weight is %zu x %zu, but score.bias has %zu numbers", W.rows, W.cols,
                       b.rows);
    if (!tensor_check_finite(&W, &bad) || !tensor_check_finite(&b, &bad))
        return err_set(err, ERR_NUMERIC, "output %zu holds NaN or infinity", bad);
    h->k = W.rows;
    h->d = W.cols;
    h->W = mem_array(h->k * h->d, sizeof *h->W);
    h->b = mem_array(h->k, sizeof *h->b);
    h->mix = mem_array(h->k, sizeof *h->mix);
    h->objectives = mem_array(h->k, sizeof *h->objectives);
    for (size_t i = 0; i < h->k; i++) {
        tensor_row_f64(&W, i, h->W + i * h->d);
        tensor_row_f64(&b, i, h->b + i);
    }
    return true;
}

static bool read_tensors(struct head *h, const struct safetensors *s, struct err *err)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct safetensors_entry *e = &s->entries[i];
        struct tensor t;
        size_t bad;
        if (strcmp(e->name, SCORE_WEIGHT) == 0 || strcmp(e->name, SCORE_BIAS) == 0)
            continue;
        if (!safetensors_tensor(s, e->name, &t, err))
            return false;
        if (t.rows == 0 || t.cols == 0) /* a vast number of rows may stand beside no columns */
            return err_set(err, ERR_SCHEMA, "tensor %s is empty", e->name);
        if (!tensor_check_finite(&t, &bad))
            return err_set(err, ERR_NUMERIC, "tensor %s: row %zu holds NaN or infinity", e->name, bad);
        double *v = mem_array(t.rows * t.cols, sizeof *v);
        for (size_t r = 0; r < t.rows; r++)
            tensor_row_f64(&t, r, v + r * t.cols);
        head_set_tensor(h, e->name, t.rows, e->rank < 2 ? 0 : t.cols, v);
        mem_free(v);
    }
    return true;
}

static bool read_head(struct head *h, const struct safetensors *s, struct err *err)
{
    if (!check_format(s, err) || !read_weights(h, s, err) || !read_objectives(h, s, err) || !read_mix(h, s, err) ||
        !read_temperature(h, s, err) || !read_tensors(h, s, err) || !head_check_calibration(h, err) ||
        !head_check_ordinal(h, err))
        return false;
    h->kind = mem_dup(safetensors_meta(s, "kind"));
    for (size_t i = 0; i < s->n_meta; i++)
        if (!is_own(s->meta[i].key))
            head_set_meta(h, s->meta[i].key, s->meta[i].value);
    return head_nets_read(h, err);
}

bool head_load(const char *path, struct head *h, struct err *err)
{
    struct safetensors s;
    *h = (struct head){0};
    if (!safetensors_open(path, &s, err))
        return false;
    bool ok = read_head(h, &s, err);
    safetensors_close(&s);
    if (ok)
        return true;
    head_free(h);
    return err_context(err, "%s", path);
}
